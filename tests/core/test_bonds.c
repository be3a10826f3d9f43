/* test_bonds.c - bonds under `yuma`: as moving averages by hand, and the published dividends of a Yuma
 * epoch. */
#include "chain_world.h"

#include <math.h>

#include "chain_state.h"
#include "policies.h"

static double bond_of(const struct chain_world *world, uint32_t node, uint32_t verifier)
{
    return bonds_get(&world->chain->bonds, node, verifier) / 0x1p31;
}

static double points_of(const struct chain_world *world, uint32_t verifier)
{
    return (double)world->chain->registry.nodes[verifier].verifier_points / 65536;
}

static void open_yuma(struct chain_world *world, int64_t size)
{
    struct dg_params params;

    chain_world_params(&params);
    params.quality_aggregation = DG_QUALITY_YUMA;
    params.committee_size = size;
    chain_world_open(world, &params, NULL);
}

/* Every member of a new check of the node gives the score of its verifier. */
static struct dg_notice score_all(struct chain_world *world, uint32_t node, const uint16_t *scores)
{
    uint16_t given[DG_COMMITTEE_MAX];
    struct dg_notice notice = {0};

    (void)chain_world_check(world, node, MODEL_SMALL);
    for (unsigned i = 0; i < world->check.member_count; i++)
        given[i] = scores[world->check.members[i] - NODE_VERIFIER];
    assert_status(chain_world_open_answer(world), DG_OK);
    chain_world_round(world, world->check.members, world->check.member_count, given);
    while (notice.kind != DG_NOTICE_VERDICT)
        assert_true(dg_chain_next_notice(world->chain, &notice));
    (void)chain_world_drop_notices(world);
    return notice;
}

/* Goal: the first check sets the bonds to the shares, a quarter each once 60000 is clipped to 40000; in
 * the second the last gives 0, so the shares are a third and 0, and a tenth of them comes in:
 * 0.9 / 4 + 0.1 / 3 and 0.9 / 4. Points are bonds times the aggregates 40000 and 30000. */
static void by_hand(void **state)
{
    static const uint16_t first[] = {40000, 40000, 40000, 60000, 40000};
    static const uint16_t second[] = {40000, 40000, 40000, 0};
    struct chain_world world;

    (void)state;
    open_yuma(&world, 4);
    assert_int_equal(score_all(&world, NODE_SERVER, first).score, 40000);
    for (uint32_t v = NODE_VERIFIER; v < NODE_VERIFIER + 4; v++) {
        assert_true(fabs(bond_of(&world, NODE_SERVER, v) - 0.25) < 1e-9);
        assert_true(fabs(points_of(&world, v) - 10000) < 1e-3);
    }
    assert_int_equal(score_all(&world, NODE_SERVER, second).score, 30000);
    for (uint32_t v = NODE_VERIFIER; v < NODE_VERIFIER + 4; v++) {
        double bond = 0.9 / 4 + (v < NODE_VERIFIER + 3 ? 0.1 / 3 : 0);
        assert_true(fabs(bond_of(&world, NODE_SERVER, v) - bond) < 1e-8);
        assert_true(fabs(points_of(&world, v) - 10000 - 30000 * bond) < 1e-2);
    }
    assert_true(fabs((double)world.chain->registry.nodes[NODE_SERVER].bonds / 0x1p31 - 1) < 1e-8);
    /* Another node has bonds of its own, and its first check is a first one. */
    (void)score_all(&world, NODE_OTHER, first);
    for (unsigned i = 0; i < 4; i++)
        assert_true(fabs(bond_of(&world, NODE_OTHER, world.check.members[i]) - 0.25) < 1e-9);
    chain_world_close(&world);
}

/* Goal: with three seats for four verifiers a newcomer starts from 0, and points are divided by the sum
 * of all bonds in the node, not by those of the committee. */
static void newcomers_start_from_nothing(void **state)
{
    static const uint16_t scores[] = {40000, 40000, 40000, 40000};
    struct chain_world world;
    double bonds[4] = {0}, points[4] = {0};
    unsigned joined = 0;

    (void)state;
    open_yuma(&world, 3);
    for (int round = 0; round < 12; round++) {
        double sum = 0;
        (void)score_all(&world, NODE_SERVER, scores);
        for (unsigned i = 0; i < 3; i++) {
            double *bond = &bonds[world.check.members[i] - NODE_VERIFIER];
            joined += round > 0 && *bond == 0;
            *bond = round == 0 ? 1 / 3.0 : *bond + 0.1 * (1 / 3.0 - *bond);
        }
        for (unsigned v = 0; v < 4; v++)
            sum += bonds[v];
        for (unsigned i = 0; i < 3; i++) {
            unsigned v = world.check.members[i] - NODE_VERIFIER;
            points[v] += 40000 * bonds[v] / sum;
        }
    }
    assert_int_equal(joined, 1);
    for (unsigned v = 0; v < 4; v++) {
        assert_true(fabs(bond_of(&world, NODE_SERVER, NODE_VERIFIER + v) - bonds[v]) < 1e-7);
        assert_true(fabs(points_of(&world, NODE_VERIFIER + v) - points[v]) < 0.01);
    }
    chain_world_close(&world);
}

/* Goal: a chain with bonds is restored as it was, and one whose sums are not those of its bonds is
 * refused. */
static void bonds_are_restored(void **state)
{
    static const uint16_t scores[] = {40000, 20000, 40000, 60000};
    static uint8_t bytes[1 << 20];
    struct chain_world world;
    struct dg_chain *restored = NULL;
    size_t size;

    (void)state;
    open_yuma(&world, 3);
    for (int i = 0; i < 4; i++)
        (void)score_all(&world, NODE_SERVER, scores);
    assert_status(dg_chain_snapshot(world.chain, bytes, sizeof bytes, &size), DG_OK);
    assert_status(dg_chain_restore(bytes, size, NULL, &restored), DG_OK);
    assert_int_equal(restored->registry.nodes[NODE_SERVER].bonds,
                     world.chain->registry.nodes[NODE_SERVER].bonds);
    dg_chain_close(restored);
    for (int change = -1; change <= 1; change += 2) {
        world.chain->registry.nodes[NODE_SERVER].bonds += (uint64_t)change;
        assert_status(dg_chain_snapshot(world.chain, bytes, sizeof bytes, &size), DG_OK);
        assert_status(dg_chain_restore(bytes, size, NULL, &restored), DG_ERROR_DAMAGED);
        world.chain->registry.nodes[NODE_SERVER].bonds -= (uint64_t)change;
    }
    chain_world_close(&world);
}

/* ---- the published epochs ---- */

enum { SERVERS = 4, VALIDATORS = WORLD_VERIFIERS };

static uint32_t servers[SERVERS];

/* Four verifiers with 0.1, 0.2, 0.3 and 0.4 of the stake, four servers of one operator; half of an
 * emission of 10^9 goes to the verifiers. */
static void open_published(struct chain_world *world)
{
    struct dg_params params;
    uint32_t delegator, position;

    chain_world_params(&params);
    params.quality_aggregation = DG_QUALITY_YUMA;
    params.quality_pass_score = 1;
    params.committee_size = VALIDATORS;
    params.stake_minimum = 500 * DG_TOKEN;
    params.emission_weekly = 1000000000;
    params.emission_node_share = params.emission_verifier_share = DG_ONE / 2;
    params.emission_gateway_share = 0;
    chain_world_open(world, &params, NULL);
    servers[0] = NODE_SERVER;
    for (int i = 1; i < SERVERS; i++) {
        struct dg_node_spec spec = {.operator_id = OPERATOR_SERVER,
                                    .models = {MODEL_SMALL},
                                    .model_count = 1,
                                    .stake = params.stake_minimum};
        assert_status(dg_chain_add_node(world->chain, 0, &spec, &servers[i]), DG_OK);
    }
    assert_status(dg_chain_add_delegator(world->chain, 6 * WORLD_STAKE, &delegator), DG_OK);
    for (uint32_t i = 1; i < VALIDATORS; i++) {
        struct dg_bond_order order = {.owner_kind = DG_OWNER_DELEGATOR,
                                      .owner = delegator,
                                      .node = NODE_VERIFIER + i,
                                      .amount = i * WORLD_STAKE};
        assert_status(dg_chain_bond(world->chain, 0, &order, &position), DG_OK);
    }
}

/* One epoch: every server is checked once, and the first `liars` verifiers give 0 to all. What each
 * verifier earned, its delegator's part included, is left in earned[]. */
static void epoch(struct chain_world *world, uint32_t liars, int64_t earned[VALIDATORS])
{
    for (uint32_t v = 0; v < VALIDATORS; v++) {
        struct dg_node_account account = chain_world_account(world, NODE_VERIFIER + v);
        earned[v] = -account.rewards - account.delegator_rewards;
    }
    for (uint32_t i = 0; i < SERVERS; i++) {
        /* 16383, 32767, 49149 and 65535 of 65535, as parts of their sum. */
        uint16_t weight =
            (uint16_t)lround((double[]){16383, 32767, 49149, 65535}[i] / 163834 * 65535);
        uint16_t scores[VALIDATORS];
        for (uint32_t v = 0; v < VALIDATORS; v++)
            scores[v] = v < liars ? 0 : weight;
        struct dg_notice notice = score_all(world, servers[i], scores);
        if (liars == 3)
            assert_int_equal(notice.score, 0);
    }
    assert_status(dg_chain_settle(world->chain, world->now), DG_OK);
    for (uint32_t v = 0; v < VALIDATORS; v++) {
        struct dg_node_account account = chain_world_account(world, NODE_VERIFIER + v);
        earned[v] += account.rewards + account.delegator_rewards;
    }
}

/* Goal: the dividends of the bond test of subtensor's epoch (Opentensor Foundation): all honest, then
 * one after another gives nothing to any server. Within 3e-4, for the source keeps bonds in 16 bits.
 * In the fourth epoch the honest 0.4 of the stake is below kappa: every aggregate is 0 and nobody
 * earns, where subtensor falls back to stake; the pool stays in the residual account. */
static void published_epochs(void **state)
{
    static const double expected[3][VALIDATORS] = {
        {49999998, 99999999, 150000000, 200000001},
        {44998351, 101110561, 151667215, 202223870},
        {40496805, 90999783, 157929636, 210573773},
    };
    struct chain_world world;
    int64_t earned[VALIDATORS];

    (void)state;
    open_published(&world);
    for (uint32_t e = 0; e < 3; e++) {
        epoch(&world, e, earned);
        for (int v = 0; v < VALIDATORS; v++)
            if (fabs((double)earned[v] / expected[e][v] - 1) > 3e-4)
                fail_msg("epoch %u, verifier %d: %lld", e + 1, v + 1, (long long)earned[v]);
    }
    int64_t before = chain_world_balance(&world, DG_ACCOUNT_RESIDUAL, 0);
    uint64_t bonds = world.chain->registry.nodes[servers[1]].bonds;
    epoch(&world, 3, earned);
    for (int v = 0; v < VALIDATORS; v++)
        assert_int_equal(earned[v], 0);
    assert_true(chain_world_balance(&world, DG_ACCOUNT_RESIDUAL, 0) - before >= 500000000);
    assert_int_equal(world.chain->registry.nodes[servers[1]].bonds, bonds);
    chain_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(newcomers_start_from_nothing),
        cmocka_unit_test(bonds_are_restored),
        cmocka_unit_test(published_epochs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
