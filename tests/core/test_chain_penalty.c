/* test_chain_penalty.c - offences, slashing, jail, exclusion, and what others see of them. */
#include "chain_world.h"

#include "chain_state.h"

enum { GOOD = 60000, BAD = 5000 };

#define DAY (24 * 3600 * DG_SECOND)

/* The first failure is an offence. */
static void strict_params(struct dg_params *params)
{
    chain_world_params(params);
    params->quality_threshold_failures = 1;
    params->quality_threshold_window = 1;
}

static int setup(void **state)
{
    static struct chain_world world;
    struct dg_params params;

    strict_params(&params);
    chain_world_open(&world, &params, NULL);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    chain_world_close(*state);
    return 0;
}

static int64_t stake(const struct chain_world *world, uint32_t node)
{
    return chain_world_balance(world, DG_ACCOUNT_STAKE, node);
}

static uint8_t state_of(const struct chain_world *world, uint32_t node)
{
    return chain_world_account(world, node).state;
}

/* A failed check of the node. Of all notices only those of what the offence causes are left. */
static void offend(struct chain_world *world, uint32_t node)
{
    (void)chain_world_drop_notices(world);
    (void)chain_world_check(world, node, MODEL_SMALL);
    chain_world_judge(world, BAD);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_VERDICT).verdict, DG_VERDICT_FAIL);
}

/* Goal: by the standard threshold the third failure among the latest ten checks is the offence. */
static void threshold(void **state)
{
    struct chain_world world;

    (void)state;
    chain_world_open(&world, NULL, NULL);
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, BAD);
    for (int i = 0; i < 8; i++)
        chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, GOOD);
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, BAD); /* the tenth */
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, BAD); /* the first has left the window */
    assert_int_equal(chain_world_account(&world, NODE_SERVER).offences, 0);
    for (int i = 0; i < 7; i++)
        chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, GOOD);
    assert_int_equal(state_of(&world, NODE_SERVER), DG_NODE_ACTIVE);
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, BAD);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).offences, 1);
    assert_int_equal(state_of(&world, NODE_SERVER), DG_NODE_JAILED);
    /* The window was cleared: two more failures are none yet. */
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, BAD);
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, BAD);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).offences, 1);
    chain_world_close(&world);
}

/* Goal: an offence burns 5 % of the stake, jails the node for 7 days and publishes both at once. */
static void first_offence(void **state)
{
    struct chain_world *world = *state;
    uint64_t end = dg_chain_log_end(world->chain);
    struct dg_node_record record;

    world->now = 100;
    offend(world, NODE_SERVER);
    struct dg_notice slash = chain_world_notice(world, DG_NOTICE_SLASH);
    struct dg_notice jail = chain_world_notice(world, DG_NOTICE_JAIL);
    chain_world_no_notice(world);
    assert_int_equal(slash.node, NODE_SERVER);
    assert_int_equal(slash.amount, WORLD_STAKE / 20);
    assert_int_equal(slash.check, world->check.check);
    assert_int_equal(jail.node, NODE_SERVER);
    assert_int_equal(jail.at, 100 + 7 * DAY);
    assert_int_equal(stake(world, NODE_SERVER), WORLD_STAKE - WORLD_STAKE / 20);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_BURNED, 0), WORLD_STAKE / 20);
    struct dg_node_account account = chain_world_account(world, NODE_SERVER);
    assert_int_equal(account.slashed, WORLD_STAKE / 20);
    assert_int_equal(account.offences, 1);
    assert_int_equal(account.state, DG_NODE_JAILED);
    assert_int_equal(account.jailed_until, 100 + 7 * DAY);
    assert_int_equal(dg_chain_log_end(world->chain), end + 1);
    assert_status(dg_chain_log_read(world->chain, end, &record), DG_OK);
    assert_int_equal(record.node, NODE_SERVER);
    assert_int_equal(record.state, DG_NODE_JAILED);
    assert_int_equal(record.stake, WORLD_STAKE - WORLD_STAKE / 20);
    assert_int_equal(record.quality, BAD);
    assert_int_equal(dg_chain_next_deadline(world->chain),
                     100 + 60 * DG_SECOND); /* stale: the check's */
}

/* Goal: repeats inside the window cost 5, 10 and 20 % of what is left and double the term; the next
 * one excludes, takes no stake and changes nothing any more. */
static void repeats(void **state)
{
    struct chain_world *world = *state;
    const int64_t left[] = {3800 * DG_TOKEN, 3420 * DG_TOKEN, 2736 * DG_TOKEN};

    for (int i = 0; i < 3; i++) {
        offend(world, NODE_SERVER);
        (void)chain_world_notice(world, DG_NOTICE_SLASH);
        assert_int_equal(chain_world_notice(world, DG_NOTICE_JAIL).at, world->now + (7 << i) * DAY);
        assert_int_equal(stake(world, NODE_SERVER), left[i]);
        chain_world_advance(world, chain_world_account(world, NODE_SERVER).jailed_until);
        (void)chain_world_notice(world, DG_NOTICE_RELEASE);
        assert_int_equal(state_of(world, NODE_SERVER), DG_NODE_ACTIVE);
    }
    assert_int_equal(world->now, 49 * DAY);
    uint64_t end = dg_chain_log_end(world->chain);
    offend(world, NODE_SERVER);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_EXCLUDE).node, NODE_SERVER);
    chain_world_no_notice(world);
    assert_int_equal(dg_chain_log_end(world->chain), end + 1);
    assert_int_equal(state_of(world, NODE_SERVER), DG_NODE_EXCLUDED);
    assert_int_equal(stake(world, NODE_SERVER), left[2]);
    assert_int_equal(chain_world_account(world, NODE_SERVER).offences, 4);
    offend(world, NODE_SERVER); /* a receipt from before */
    chain_world_no_notice(world);
    assert_int_equal(stake(world, NODE_SERVER), left[2]);
    chain_world_advance(world, 1000 * DAY);
    assert_int_equal(state_of(world, NODE_SERVER), DG_NODE_EXCLUDED);
}

/* Goal: an offence as old as the window still counts, one nanosecond older is forgotten. */
static void window_forgets(void **state)
{
    struct chain_world *world = *state;

    offend(world, NODE_SERVER);
    offend(world, NODE_OTHER);
    (void)chain_world_drop_notices(world);
    chain_world_advance(world, 90 * DAY);
    (void)chain_world_drop_notices(world);
    offend(world, NODE_SERVER);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_SLASH).amount, 380 * DG_TOKEN);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_JAIL).at, (90 + 14) * DAY);
    world->now++;
    offend(world, NODE_OTHER);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_SLASH).amount, 190 * DG_TOKEN);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_JAIL).at, world->now + 7 * DAY);
    /* The first offence leaves the window, the second stays: still one repeat. */
    chain_world_advance(world, 120 * DAY);
    (void)chain_world_drop_notices(world);
    offend(world, NODE_SERVER);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_SLASH).amount, 342 * DG_TOKEN);
}

/* Goal: the old answers of a jailed node can make it offend again: the term is extended, and only
 * the later of both ends releases it. */
static void offence_in_jail(void **state)
{
    struct chain_world *world = *state;

    offend(world, NODE_SERVER);
    world->now = DAY;
    offend(world, NODE_SERVER);
    (void)chain_world_drop_notices(world);
    assert_int_equal(chain_world_account(world, NODE_SERVER).jailed_until, 15 * DAY);
    chain_world_advance(world, 7 * DAY);
    chain_world_no_notice(world);
    assert_int_equal(state_of(world, NODE_SERVER), DG_NODE_JAILED);
    assert_int_equal(dg_chain_next_deadline(world->chain), 15 * DAY);
    chain_world_advance(world, 15 * DAY - 1);
    chain_world_no_notice(world);
    chain_world_advance(world, 15 * DAY);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_RELEASE).node, NODE_SERVER);
    chain_world_no_notice(world);
    assert_int_equal(dg_chain_next_deadline(world->chain), INT64_MAX);
}

/* Goal: a term that would end no later than the present one does not shorten it, yet the slash is
 * published. A forgotten first offence makes the second term as long as the first. */
static void shorter_term(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    strict_params(&params);
    params.penalty_repeat_window = 8 * DAY;
    params.jail_growth = 16;
    chain_world_open(&world, &params, NULL);
    offend(&world, NODE_SERVER);
    world.now = DAY;
    offend(&world, NODE_SERVER); /* until day 113 */
    (void)chain_world_drop_notices(&world);
    world.now = 20 * DAY;
    uint64_t end = dg_chain_log_end(world.chain);
    offend(&world, NODE_SERVER); /* both are forgotten: 7 days would end on day 27 */
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_SLASH).amount, 171 * DG_TOKEN);
    chain_world_no_notice(&world);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).jailed_until, 113 * DAY);
    assert_int_equal(dg_chain_log_end(world.chain), end + 1);
    chain_world_close(&world);
}

/* Goal: a second offence in the same moment whose term would end with the first is slashed, without
 * another notice of jail. */
static void equal_term(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    strict_params(&params);
    params.jail_growth = 1;
    chain_world_open(&world, &params, NULL);
    offend(&world, NODE_SERVER);
    offend(&world, NODE_SERVER);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_SLASH).amount, 380 * DG_TOKEN);
    chain_world_no_notice(&world);
    chain_world_advance(&world, 7 * DAY);
    (void)chain_world_notice(&world, DG_NOTICE_RELEASE);
    chain_world_no_notice(&world);
    chain_world_close(&world);
}

/* Goal: without a jail term the node is slashed and published, and stays active until its
 * exclusion. */
static void no_jail(void **state)
{
    struct chain_world world;
    struct dg_params params;
    struct dg_node_record record;

    (void)state;
    strict_params(&params);
    params.jail_length = 0;
    chain_world_open(&world, &params, NULL);
    for (int i = 0; i < 3; i++) {
        uint64_t end = dg_chain_log_end(world.chain);
        offend(&world, NODE_SERVER);
        (void)chain_world_notice(&world, DG_NOTICE_SLASH);
        chain_world_no_notice(&world);
        assert_status(dg_chain_log_read(world.chain, end, &record), DG_OK);
        assert_int_equal(record.stake, stake(&world, NODE_SERVER));
        assert_int_equal(record.state, DG_NODE_ACTIVE);
    }
    offend(&world, NODE_SERVER);
    (void)chain_world_notice(&world, DG_NOTICE_EXCLUDE);
    chain_world_close(&world);
}

/* Goal: a whole stake can be slashed; nothing is left to take afterwards, and that is no error. */
static void whole_stake(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    strict_params(&params);
    params.penalty_slash[0] = DG_ONE;
    chain_world_open(&world, &params, NULL);
    offend(&world, NODE_SERVER);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_SLASH).amount, WORLD_STAKE);
    (void)chain_world_drop_notices(&world);
    assert_int_equal(stake(&world, NODE_SERVER), 0);
    offend(&world, NODE_SERVER);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_SLASH).amount, 0);
    assert_status(dg_chain_audit(world.chain), DG_OK);
    chain_world_close(&world);
}

/* Goal: the reporters' share goes in equal parts to those that revealed, the rest is burned, with
 * the 2 micro-tokens that 20 DGAI among three leave. */
static void reporter_share(void **state)
{
    struct chain_world world;
    struct dg_params params;
    const int64_t reward = 20 * DG_TOKEN;

    (void)state;
    strict_params(&params);
    params.penalty_reporter_share = DG_ONE / 10;
    params.verification_fee = 0;
    chain_world_open(&world, &params, NULL);
    offend(&world, NODE_SERVER);
    for (unsigned i = 0; i < 3; i++) {
        uint32_t member = world.check.members[i];
        assert_int_equal(chain_world_account(&world, member).verifier_fees, reward / 3);
        assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_OPERATOR,
                                             OPERATOR_VERIFIER + member - NODE_VERIFIER),
                         WORLD_GENESIS - WORLD_STAKE + reward / 3);
    }
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_BURNED, 0),
                     200 * DG_TOKEN - 3 * (reward / 3));
    assert_int_equal(chain_world_account(&world, NODE_SERVER).slashed, 200 * DG_TOKEN);
    chain_world_close(&world);
}

/* Goal: nobody reported an answer that was never opened: all of the slash is burned. */
static void nobody_to_reward(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    strict_params(&params);
    params.penalty_reporter_share = DG_ONE;
    chain_world_open(&world, &params, NULL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    chain_world_advance(&world, 60 * DG_SECOND);
    (void)chain_world_notice(&world, DG_NOTICE_VERDICT);
    (void)chain_world_notice(&world, DG_NOTICE_SLASH);
    (void)chain_world_notice(&world, DG_NOTICE_JAIL);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_BURNED, 0), 200 * DG_TOKEN);
    chain_world_close(&world);
}

/* ---- verifiers ---- */

/* Adds a node that serves the small model and verifies. */
static uint32_t add_both(struct chain_world *world)
{
    struct dg_node_spec spec = {.operator_id = OPERATOR_OTHER,
                                .model_count = 1,
                                .verifier = true,
                                .stake = 1000 * DG_TOKEN};
    uint32_t node;

    assert_status(dg_chain_add_node(world->chain, world->now, &spec, &node), DG_OK);
    return node;
}

/* Whether the node is drawn in any of 40 checks of the server; without it that has a chance of
 * 1e-16. */
static bool ever_drawn(struct chain_world *world, uint32_t node)
{
    bool drawn = false;

    for (int i = 0; i < 40; i++) {
        (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
        for (unsigned m = 0; m < world->check.member_count; m++)
            drawn = drawn || world->check.members[m] == node;
        chain_world_judge(world, GOOD);
        (void)chain_world_drop_notices(world);
    }
    return drawn;
}

/* Goal: a verifier leaves the pool while in jail and is back after its release, with its stake as
 * it is then; the pool keeps the others meanwhile. */
static void verifier_leaves_and_returns(void **state)
{
    struct chain_world *world = *state;
    uint32_t node = add_both(world);

    assert_true(ever_drawn(world, node));
    offend(world, node);
    (void)chain_world_drop_notices(world);
    assert_int_equal(world->chain->verifiers.count, 5);
    assert_false(ever_drawn(world, node));
    chain_world_advance(world, 7 * DAY);
    (void)chain_world_notice(world, DG_NOTICE_RELEASE);
    assert_int_equal(world->chain->verifiers.count, 6);
    assert_true(ever_drawn(world, node));
}

/* Goal: an excluded verifier never returns. */
static void excluded_verifier(void **state)
{
    struct chain_world *world = *state;
    uint32_t node = add_both(world);

    for (int i = 0; i < 4; i++)
        offend(world, node);
    chain_world_advance(world, 1000 * DAY);
    (void)chain_world_drop_notices(world);
    assert_int_equal(state_of(world, node), DG_NODE_EXCLUDED);
    assert_false(ever_drawn(world, node));
}

/* Goal: without jail terms a verifier stays in the pool until it is excluded. */
static void excluded_without_jail(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    strict_params(&params);
    params.jail_length = 0;
    chain_world_open(&world, &params, NULL);
    uint32_t node = add_both(&world);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(world.chain->verifiers.count, 6);
        offend(&world, node);
    }
    assert_int_equal(world.chain->verifiers.count, 5);
    chain_world_close(&world);
}

/* Goal: places in the pool stay consistent when verifiers leave from its middle, its start and its
 * end. */
static void pool_places(void **state)
{
    struct chain_world *world = *state;
    uint32_t nodes[6];

    for (int i = 0; i < 6; i++)
        nodes[i] = add_both(world);
    const int order[] = {2, 0, 5, 1, 4, 3};
    for (int i = 0; i < 6; i++) {
        offend(world, nodes[order[i]]);
        for (uint32_t place = 0; place < world->chain->verifiers.count; place++) {
            uint32_t node = world->chain->verifiers.nodes[place];
            assert_int_equal(world->chain->registry.nodes[node].verifier_place, place);
            assert_int_equal(state_of(world, node), DG_NODE_ACTIVE);
        }
        assert_int_equal(world->chain->verifiers.count, 10 - i);
    }
    chain_world_advance(world, 7 * DAY);
    assert_int_equal(world->chain->verifiers.count, 11);
}

/* Goal: weights by stake follow a slash when the node is not jailed, and a release when it was. */
static void weight_follows_stake(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    strict_params(&params);
    params.committee_weights = 1; /* stake */
    params.jail_length = 0;
    chain_world_open(&world, &params, NULL);
    uint32_t node = add_both(&world);
    uint32_t place = world.chain->registry.nodes[node].verifier_place;
    assert_int_equal(world.chain->verifiers.weights[place], 1000);
    offend(&world, node);
    assert_int_equal(world.chain->verifiers.weights[place], 950);
    chain_world_close(&world);

    params.jail_length = DAY;
    chain_world_open(&world, &params, NULL);
    node = add_both(&world);
    offend(&world, node);
    chain_world_advance(&world, DAY);
    place = world.chain->registry.nodes[node].verifier_place;
    assert_int_equal(world.chain->verifiers.weights[place], 950);
    chain_world_close(&world);
}

/* Goal: a verifier jailed while it holds a seat keeps it, since only the draw asks whether it is
 * free. */
static void seat_outlives_jail(void **state)
{
    struct chain_world *world = *state;
    uint32_t node = add_both(world);
    bool member = false;

    while (!member) {
        (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
        for (unsigned i = 0; i < 3; i++)
            member = member || world->check.members[i] == node;
    }
    struct dg_notice check = world->check;
    offend(world, node);
    (void)chain_world_drop_notices(world);
    world->check = check;
    chain_world_judge(world, GOOD);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_VERDICT).revealed_count, 3);
}

/* Goal: a term beyond the end of time ends there, and no call can reach it. */
static void endless_term(void **state)
{
    struct chain_world *world = *state;

    world->now = CHAIN_TIME_MAX - DAY;
    offend(world, NODE_SERVER);
    assert_int_equal(chain_world_account(world, NODE_SERVER).jailed_until, CHAIN_TIME_MAX);
    chain_world_advance(world, CHAIN_TIME_MAX - 1);
    assert_int_equal(state_of(world, NODE_SERVER), DG_NODE_JAILED);
}

/* Goal: notices that nobody takes wait in order, five for each of a hundred offences. */
static void notices_wait(void **state)
{
    enum { COUNT = 100 };
    static const uint8_t expected[] = {DG_NOTICE_REVEAL_PHASE, DG_NOTICE_VERDICT, DG_NOTICE_SLASH,
                                       DG_NOTICE_JAIL, DG_NOTICE_RELEASE};
    static struct dg_receipt receipts[COUNT];
    static struct dg_notice checks[COUNT];
    struct chain_world world;
    struct dg_params params;

    (void)state;
    strict_params(&params);
    params.jail_length = 1;
    params.penalty_repeat_window = 2;
    chain_world_open(&world, &params, NULL);
    for (uint64_t i = 0; i < COUNT; i++)
        receipts[i] = chain_world_receipt(&world, 0, i, NODE_SERVER, MODEL_SMALL);
    struct dg_report report = chain_world_report(0, 0, receipts, COUNT);
    assert_status(dg_chain_report(world.chain, 0, &report), DG_OK);
    chain_world_reveal(&world);
    for (unsigned i = 0; i < COUNT; i++)
        checks[i] = chain_world_notice(&world, DG_NOTICE_CHECK);
    for (unsigned i = 0; i < COUNT; i++) {
        world.check = checks[i];
        world.now = i * 10;
        chain_world_judge(&world, BAD);
        chain_world_advance(&world, i * 10 + 5);
    }
    for (unsigned i = 0; i < COUNT * 5; i++) {
        struct dg_notice notice = chain_world_notice(&world, expected[i % 5]);
        assert_int_equal(notice.check, i % 5 < 3 ? checks[i / 5].check : DG_NONE);
    }
    chain_world_no_notice(&world);
    chain_world_close(&world);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threshold),
        IN_WORLD(first_offence),
        IN_WORLD(repeats),
        IN_WORLD(window_forgets),
        IN_WORLD(offence_in_jail),
        cmocka_unit_test(shorter_term),
        cmocka_unit_test(equal_term),
        cmocka_unit_test(no_jail),
        cmocka_unit_test(whole_stake),
        cmocka_unit_test(reporter_share),
        cmocka_unit_test(nobody_to_reward),
        IN_WORLD(verifier_leaves_and_returns),
        IN_WORLD(excluded_verifier),
        cmocka_unit_test(excluded_without_jail),
        IN_WORLD(pool_places),
        cmocka_unit_test(weight_follows_stake),
        IN_WORLD(seat_outlives_jail),
        IN_WORLD(endless_term),
        cmocka_unit_test(notices_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
