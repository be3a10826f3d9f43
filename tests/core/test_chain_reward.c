/* test_chain_reward.c - settlements mint and share: every number worked out by hand. */
#include "chain_world.h"

enum { GOOD = 60000, BAD = 5000 };

#define DAY (24 * 3600 * DG_SECOND)
/* What one settlement mints here, and its pools: 80, 10 and 10 %. */
#define EMISSION      (1000 * DG_TOKEN)
#define NODE_POOL     (800 * DG_TOKEN)
#define VERIFIER_POOL (100 * DG_TOKEN)
#define GATEWAY_POOL  (100 * DG_TOKEN)

static void reward_params(struct dg_params *params)
{
    chain_world_params(params);
    params->emission_weekly = EMISSION;
    params->verification_fee = 0;
}

/* Every answer is checked. */
static int setup(void **state)
{
    static struct chain_world world;
    struct dg_params params;

    reward_params(&params);
    chain_world_open(&world, &params, NULL);
    *state = &world;
    return 0;
}

/* No answer is. */
static int setup_unchecked(void **state)
{
    static struct chain_world world;
    struct dg_params params;

    reward_params(&params);
    params.sampling_rate = 0;
    chain_world_open(&world, &params, NULL);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    chain_world_close(*state);
    return 0;
}

static void settle(struct chain_world *world)
{
    assert_status(dg_chain_settle(world->chain, world->now), DG_OK);
    assert_status(dg_chain_audit(world->chain), DG_OK);
}

static int64_t rewards(const struct chain_world *world, uint32_t node)
{
    return chain_world_account(world, node).rewards;
}

static int64_t residual(const struct chain_world *world)
{
    return chain_world_balance(world, DG_ACCOUNT_RESIDUAL, 0);
}

/* Reports answers of the node through the gateway; they wait for the next reveal. */
static void report_answers(struct chain_world *world, uint32_t gateway, uint32_t node,
                           uint32_t model, unsigned count)
{
    struct dg_receipt receipts[8];

    for (unsigned i = 0; i < count; i++)
        receipts[i] = chain_world_receipt(world, gateway, world->number[gateway]++, node, model);
    struct dg_report report = chain_world_report(gateway, world->period, receipts, count);
    assert_status(dg_chain_report(world->chain, world->now, &report), DG_OK);
}

/* Answers that are settled at once. */
static void serve(struct chain_world *world, uint32_t gateway, uint32_t node, uint32_t model,
                  unsigned count)
{
    report_answers(world, gateway, node, model, count);
    chain_world_reveal(world);
}

/* ---- what is minted ---- */

/* Goal: without work all of it stays in the residual account. */
static void nobody_worked(void **state)
{
    struct chain_world *world = *state;
    struct dg_ledger_totals totals;

    settle(world);
    settle(world);
    dg_chain_totals(world->chain, &totals);
    assert_int_equal(totals.minted, 2 * EMISSION);
    assert_int_equal(totals.account[DG_ACCOUNT_RESIDUAL], 2 * EMISSION);
}

/* Goal: a settlement of 6 h mints 6/168 of the week, rounded half up: 35.714286 DGAI, whose pools
 * of 70, 20 and 10 % are 25000000, 7142857 and 3571429 by the largest remainder. */
static void emission_of_a_part(void **state)
{
    struct chain_world world;
    struct dg_params params;
    struct dg_ledger_totals totals;

    (void)state;
    reward_params(&params);
    params.settlement_length = 6 * 3600 * DG_SECOND;
    params.emission_node_share = 7 * DG_ONE / 10;
    params.emission_verifier_share = 2 * DG_ONE / 10;
    chain_world_open(&world, &params, NULL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    chain_world_judge(&world, GOOD);
    settle(&world);
    dg_chain_totals(world.chain, &totals);
    assert_int_equal(totals.minted, 35714286);
    assert_int_equal(rewards(&world, NODE_SERVER), 25000000);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(rewards(&world, world.check.members[i]), 7142857 / 3);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_GATEWAY),
                     WORLD_GENESIS + 3571429);
    assert_int_equal(residual(&world), 35714286 - 25000000 - 3 * (7142857 / 3) - 3571429);
    chain_world_close(&world);
}

/* Goal: no emission, no rewards, no error. */
static void no_emission(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    reward_params(&params);
    params.emission_weekly = 0;
    chain_world_open(&world, &params, NULL);
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, GOOD);
    settle(&world);
    assert_int_equal(rewards(&world, NODE_SERVER), 0);
    chain_world_close(&world);
}

/* ---- the pool of the nodes ---- */

/* Goal: equal quality, two answers against one: two thirds and one third of the pool; what rounding
 * leaves is residual, as is the verifiers' pool. The next settlement starts anew. */
static void shares_by_compute(void **state)
{
    struct chain_world *world = *state;
    int64_t before = chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_OTHER);

    serve(world, 0, NODE_SERVER, MODEL_SMALL, 2);
    serve(world, 0, NODE_OTHER, MODEL_SMALL, 1);
    int64_t fees = chain_world_account(world, NODE_OTHER).fees;
    settle(world);
    assert_int_equal(rewards(world, NODE_SERVER), 533333333);
    assert_int_equal(rewards(world, NODE_OTHER), 266666666);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_OTHER),
                     before + fees + 266666666);
    assert_int_equal(residual(world), VERIFIER_POOL + 1);

    serve(world, 0, NODE_OTHER, MODEL_SMALL, 1);
    settle(world);
    assert_int_equal(rewards(world, NODE_SERVER), 533333333);
    assert_int_equal(rewards(world, NODE_OTHER), 266666666 + NODE_POOL);
}

/* Goal: a model above 13B earns a quarter more: 24 CU count as 30 against 3, ten parts against
 * one. */
static void large_premium(void **state)
{
    struct chain_world *world = *state;

    serve(world, 0, NODE_SERVER, MODEL_LARGE, 1);
    serve(world, 0, NODE_OTHER, MODEL_SMALL, 1);
    settle(world);
    assert_int_equal(rewards(world, NODE_SERVER), 727272727);
    assert_int_equal(rewards(world, NODE_OTHER), 72727272);
}

/* Goal: 13B is not above 13B. */
static void premium_boundary(void **state)
{
    struct chain_world *world = *state;
    struct dg_node_spec spec = {.operator_id = OPERATOR_OTHER,
                                .models = {2, 3},
                                .model_count = 2,
                                .stake = 1000 * DG_TOKEN};
    uint32_t medium, large, node;

    assert_status(dg_chain_add_model(world->chain, 0, DG_SIZE_13B, 8192, 0, 0, &medium), DG_OK);
    assert_status(dg_chain_add_model(world->chain, 0, DG_SIZE_34B, 8192, 0, 0, &large), DG_OK);
    assert_status(dg_chain_add_node(world->chain, 0, &spec, &node), DG_OK);
    serve(world, 0, node, medium, 2);             /* 12 CU */
    serve(world, 0, NODE_SERVER, MODEL_SMALL, 4); /* 12 CU */
    settle(world);
    assert_int_equal(rewards(world, node), NODE_POOL / 2);
    serve(world, 0, node, large, 1);              /* 12 CU, worth 15 */
    serve(world, 0, NODE_SERVER, MODEL_SMALL, 5); /* 15 CU */
    settle(world);
    assert_int_equal(rewards(world, node), NODE_POOL);
}

/* Goal: equal compute, scores of 60000 and 50000: 6/11 and 5/11 of the pool. */
static void shares_by_quality(void **state)
{
    struct chain_world *world = *state;

    chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, 60000);
    chain_world_verdict(world, NODE_OTHER, MODEL_SMALL, 50000);
    settle(world);
    assert_int_equal(rewards(world, NODE_SERVER), 436363636);
    assert_int_equal(rewards(world, NODE_OTHER), 363636363);
}

static uint32_t add_costly(struct chain_world *world, int64_t cost)
{
    struct dg_node_spec spec = {.operator_id = OPERATOR_OTHER,
                                .model_count = 1,
                                .declared_cost = cost,
                                .stake = 1000 * DG_TOKEN};
    uint32_t node;

    assert_status(dg_chain_add_node(world->chain, 0, &spec, &node), DG_OK);
    return node;
}

/* Goal: declared cost counts against its class maximum: at Q 60000, C 65535 and 32767 the worth is
 * 40339.5 and 50169.9, rounded down: 356556326 and 443443673 of the pool. */
static void shares_by_cost(void **state)
{
    struct chain_world *world = *state;
    uint32_t dear = add_costly(world, 100), cheap = add_costly(world, 50);

    chain_world_verdict(world, dear, MODEL_SMALL, GOOD);
    chain_world_verdict(world, cheap, MODEL_SMALL, GOOD);
    settle(world);
    assert_int_equal(rewards(world, dear), 356556326);
    assert_int_equal(rewards(world, cheap), 443443673);
}

/* Goal: a cost that outweighs the quality leaves no points rather than negative ones. */
static void no_negative_points(void **state)
{
    struct chain_world *world = *state;
    uint32_t dear = add_costly(world, 100);

    chain_world_verdict(world, dear, MODEL_SMALL, 32768);
    chain_world_verdict(world, dear, MODEL_SMALL, 0); /* Q 16384, 0.3 * C 19660 */
    chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, GOOD);
    settle(world);
    assert_int_equal(rewards(world, dear), 0);
    assert_int_equal(rewards(world, NODE_SERVER), NODE_POOL);
}

/* Goal: an answer that failed its check, or still waits for its verdict, earns no points. */
static void failed_work_is_not_rewarded(void **state)
{
    struct chain_world *world = *state;

    chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, GOOD);
    chain_world_verdict(world, NODE_OTHER, MODEL_SMALL, BAD);
    (void)chain_world_check(world, NODE_OTHER, MODEL_SMALL);
    settle(world);
    assert_int_equal(rewards(world, NODE_OTHER), 0);
    assert_int_equal(rewards(world, NODE_SERVER), NODE_POOL);
    /* It passes after all, and counts in the settlement after. */
    chain_world_judge(world, GOOD);
    settle(world);
    assert_int_equal(rewards(world, NODE_OTHER), NODE_POOL);
}

/* Goal: points beyond 2^62 in sum are still shared in proportion: 2e17 and 1e17 milli-CU. */
static void huge_points(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    reward_params(&params);
    params.sampling_rate = 0;
    params.fees_unit_price = 0;
    params.metering_weight[DG_SIZE_8B] = 100;
    params.metering_output_weight = 1000000;
    chain_world_open(&world, &params, NULL);
    const uint32_t nodes[] = {NODE_SERVER, add_costly(&world, 0)};
    struct dg_receipt receipts[2];
    for (uint32_t i = 0; i < 2; i++) {
        receipts[i] = chain_world_receipt(&world, 0, i, nodes[i], MODEL_SMALL);
        receipts[i].tokens_in = 0;
        receipts[i].tokens_out = i == 0 ? 2000000000 : 1000000000;
        receipts[i].compute_milli = (int64_t)receipts[i].tokens_out * 100000000;
    }
    struct dg_report report = chain_world_report(0, 0, receipts, 2);
    assert_status(dg_chain_report(world.chain, 0, &report), DG_OK);
    chain_world_reveal(&world);
    settle(&world);
    assert_int_equal(rewards(&world, NODE_SERVER), 533333333);
    assert_int_equal(rewards(&world, nodes[1]), 266666666);
    chain_world_close(&world);
}

/* ---- jail ---- */

static void jail_server(struct chain_world *world)
{
    for (int i = 0; i < 3; i++)
        chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, BAD);
    assert_int_equal(chain_world_account(world, NODE_SERVER).state, DG_NODE_JAILED);
}

/* Goal: rewards that fall due in jail are frozen and paid at the release. */
static void rewards_freeze(void **state)
{
    struct chain_world *world = *state;
    int64_t before = chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER);

    chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, GOOD);
    jail_server(world);
    settle(world);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_FROZEN, NODE_SERVER), NODE_POOL);
    assert_int_equal(rewards(world, NODE_SERVER), 0);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER),
                     before + SMALL_NODE);
    chain_world_advance(world, 7 * DAY);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_FROZEN, NODE_SERVER), 0);
    assert_int_equal(rewards(world, NODE_SERVER), NODE_POOL);
    assert_int_equal(chain_world_account(world, NODE_SERVER).verifier_rewards, 0);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER),
                     before + SMALL_NODE + NODE_POOL);
}

/* Goal: with jail.yield `kept` they are paid in jail. */
static void rewards_kept(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    reward_params(&params);
    params.jail_yield = DG_YIELD_KEPT;
    chain_world_open(&world, &params, NULL);
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, GOOD);
    jail_server(&world);
    settle(&world);
    assert_int_equal(rewards(&world, NODE_SERVER), NODE_POOL);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_FROZEN, NODE_SERVER), 0);
    chain_world_close(&world);
}

/* Goal: an excluded node earns nothing more and its frozen rewards stay frozen. */
static void exclusion_keeps_frozen(void **state)
{
    struct chain_world *world = *state;

    chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, GOOD);
    jail_server(world);
    settle(world);
    chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, GOOD);
    for (int i = 0; i < 9; i++)
        chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, BAD);
    assert_int_equal(chain_world_account(world, NODE_SERVER).state, DG_NODE_EXCLUDED);
    settle(world);
    chain_world_advance(world, 1000 * DAY);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_FROZEN, NODE_SERVER), NODE_POOL);
    assert_int_equal(rewards(world, NODE_SERVER), 0);
}

/* Goal: a node that verifies too: what is frozen and paid later tells the verifiers' part apart. */
static void frozen_verifier_part(void **state)
{
    struct chain_world *world = *state;
    struct dg_node_spec spec = {.operator_id = OPERATOR_OTHER,
                                .model_count = 1,
                                .verifier = true,
                                .stake = 1000 * DG_TOKEN};
    uint32_t node;

    assert_status(dg_chain_add_node(world->chain, 0, &spec, &node), DG_OK);
    chain_world_verdict(world, node, MODEL_SMALL, GOOD);
    do
        chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, GOOD);
    while (chain_world_account(world, node).reveals == 0);
    for (int i = 0; i < 3; i++)
        chain_world_verdict(world, node, MODEL_SMALL, BAD);
    settle(world);
    int64_t frozen = chain_world_balance(world, DG_ACCOUNT_FROZEN, node);
    assert_int_equal(chain_world_account(world, node).verifier_rewards, 0);
    chain_world_advance(world, 7 * DAY);
    struct dg_node_account account = chain_world_account(world, node);
    assert_int_equal(account.rewards, frozen);
    assert_true(account.verifier_rewards > 0 && account.verifier_rewards < account.rewards);
    /* All scores met the consensus, so points go by the number of reveals. */
    uint32_t reveals = 0;
    for (uint32_t i = 0; i <= node; i++)
        reveals += chain_world_account(world, i).reveals;
    assert_int_equal(account.verifier_rewards, VERIFIER_POOL * account.reveals / (int64_t)reveals);
    /* The next release pays what was frozen since: nothing. */
    (void)chain_world_drop_notices(world);
    for (int i = 0; i < 3; i++)
        chain_world_verdict(world, node, MODEL_SMALL, BAD);
    chain_world_advance(world, 21 * DAY);
    assert_int_equal(chain_world_account(world, node).verifier_rewards, account.verifier_rewards);
    assert_int_equal(rewards(world, node), frozen);
}

/* ---- the pools of verifiers and gateways ---- */

/* Goal: a verifier earns by its distance from the consensus: scores of 60000, 50000 and 40000 are
 * worth 55535, 65535 and 55535 points. */
static void verifiers_by_distance(void **state)
{
    struct chain_world *world = *state;
    const uint16_t scores[] = {60000, 50000, 40000};
    const int64_t parts[] = {31445882, 37108235, 31445882};

    (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    assert_status(chain_world_open_answer(world), DG_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_status(chain_world_commit(world, world->check.members[i], scores[i]), DG_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_status(chain_world_show(world, world->check.members[i], scores[i]), DG_OK);
    settle(world);
    for (unsigned i = 0; i < 3; i++) {
        struct dg_node_account account = chain_world_account(world, world->check.members[i]);
        assert_int_equal(account.rewards, parts[i]);
        assert_int_equal(account.verifier_rewards, parts[i]);
    }
}

/* Goal: an inconclusive check earns its verifiers no points. */
static void inconclusive_earns_nothing(void **state)
{
    struct chain_world *world = *state;

    (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    assert_status(chain_world_open_answer(world), DG_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_status(chain_world_commit(world, world->check.members[i], GOOD), DG_OK);
    assert_status(chain_world_show(world, world->check.members[0], GOOD), DG_OK);
    chain_world_advance(world, 60 * DG_SECOND);
    settle(world);
    assert_int_equal(rewards(world, world->check.members[0]), 0);
    assert_int_equal(residual(world), VERIFIER_POOL);
    assert_int_equal(rewards(world, NODE_SERVER), NODE_POOL); /* settled as if it had passed */
}

/* Goal: verifiers' costs count within the class of nodes that only verify. */
static void verifier_cost(void **state)
{
    struct chain_world world;
    struct dg_params params;
    struct dg_chain *chain;
    uint32_t id;

    (void)state;
    reward_params(&params);
    chain_world_open(&world, &params, NULL);
    chain = world.chain;
    /* Further verifiers that may be drawn: one of the highest declared cost, one of half of it. */
    for (int64_t cost = 10; cost >= 5; cost -= 5) {
        struct dg_node_spec spec = {.operator_id = OPERATOR_OTHER,
                                    .verifier = true,
                                    .declared_cost = cost,
                                    .stake = 1000 * DG_TOKEN};
        assert_status(dg_chain_add_node(chain, 0, &spec, &id), DG_OK);
    }
    uint32_t dear = id - 1, cheap = id;
    for (int i = 0; i < 30; i++)
        chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, GOOD);
    settle(&world);
    /* Each reveal is worth 65535 points less 0.3 * C: 45874 and 55704 for the two. */
    int64_t points[WORLD_NODES + 2], sum = 0;
    for (uint32_t i = 0; i <= cheap; i++) {
        int64_t worth = i == dear ? 45874 : i == cheap ? 55704 : 65535;
        points[i] = worth * chain_world_account(&world, i).reveals;
        sum += points[i];
    }
    assert_true(points[dear] > 0 && points[cheap] > 0);
    for (uint32_t i = NODE_VERIFIER; i <= cheap; i++)
        assert_int_equal(chain_world_account(&world, i).verifier_rewards,
                         VERIFIER_POOL * points[i] / sum);
    chain_world_close(&world);
}

/* Goal: gateways share by compute reported: 3 CU against 24, one part against eight. */
static void gateways_by_compute(void **state)
{
    struct chain_world *world = *state;

    report_answers(world, 0, NODE_SERVER, MODEL_SMALL, 1);
    report_answers(world, 1, NODE_SERVER, MODEL_LARGE, 1);
    chain_world_reveal(world);
    settle(world);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_GATEWAY),
                     WORLD_GENESIS + GATEWAY_POOL / 9);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_GATEWAY + 1),
                     WORLD_GENESIS + GATEWAY_POOL * 8 / 9);
    settle(world);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_GATEWAY),
                     WORLD_GENESIS + GATEWAY_POOL / 9);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_GATEWAY + 1),
                     WORLD_GENESIS + GATEWAY_POOL * 8 / 9);
}

#define CHECKED(test)   cmocka_unit_test_setup_teardown(test, setup, teardown)
#define UNCHECKED(test) cmocka_unit_test_setup_teardown(test, setup_unchecked, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {

        CHECKED(nobody_worked),          cmocka_unit_test(emission_of_a_part),
        cmocka_unit_test(no_emission),   UNCHECKED(shares_by_compute),
        UNCHECKED(large_premium),        UNCHECKED(premium_boundary),
        CHECKED(shares_by_quality),      CHECKED(shares_by_cost),
        CHECKED(no_negative_points),     CHECKED(failed_work_is_not_rewarded),
        UNCHECKED(gateways_by_compute),  cmocka_unit_test(huge_points),
        CHECKED(rewards_freeze),         cmocka_unit_test(rewards_kept),
        CHECKED(exclusion_keeps_frozen), CHECKED(frozen_verifier_part),
        CHECKED(verifiers_by_distance),  CHECKED(inconclusive_earns_nothing),
        cmocka_unit_test(verifier_cost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
