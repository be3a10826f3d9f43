/* test_sampling.c - the plans: what they draw, how often, and that anybody can draw the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "chain_state.h"
#include "chain_world.h"
#include "policies.h"
#include "sampling.h"

enum { RECEIPTS = 1000, GATEWAYS = 2, PERIODS = 400 };

static int64_t plan_of(const char *name)
{
    for (int64_t i = 0; sampling_plan_choices[i].name != NULL; i++)
        if (strcmp(sampling_plan_choices[i].name, name) == 0)
            return i;
    fail_msg("no plan %s", name);
    return -1;
}

static void beacon_of(uint64_t number, uint8_t beacon[DG_HASH_BYTES])
{
    for (unsigned i = 0; i < DG_HASH_BYTES; i++)
        beacon[i] = (uint8_t)((number * UINT64_C(0x9e3779b97f4a7c15) >> (i % 8 * 8)) + i);
}

/* Receipt i is of node i mod `nodes`; gateways report every second one each. */
static void fill(struct dg_receipt receipts[GATEWAYS][RECEIPTS / 2], uint32_t nodes, int64_t rate)
{
    for (uint32_t i = 0; i < RECEIPTS; i++) {
        struct dg_receipt *receipt = &receipts[i % 2][i / 2];
        *receipt = (struct dg_receipt){.number = i / 2, .node = i % nodes, .rate = rate};
        memcpy(receipt->commitment.bytes, &i, sizeof i);
    }
}

static size_t draw(const struct dg_params *params, uint64_t beacon_number,
                   struct dg_receipt receipts[GATEWAYS][RECEIPTS / 2], bool drawn[RECEIPTS])
{
    uint8_t beacon[DG_HASH_BYTES];
    struct dg_report reports[GATEWAYS];
    size_t count = 0;

    beacon_of(beacon_number, beacon);
    for (uint32_t g = 0; g < GATEWAYS; g++)
        reports[g] = (struct dg_report){
            .gateway = g, .receipts = receipts[g], .receipt_count = RECEIPTS / 2};
    assert_int_equal(dg_sampling_draw(params, beacon, reports, GATEWAYS, NULL, drawn), DG_OK);
    for (size_t i = 0; i < RECEIPTS; i++)
        count += drawn[i];
    return count;
}

/* ---- rates ---- */

/* Goal: rates of `risk` by hand. Range 0.5 to 5 %; weights 0.5, 0.3, 0.2. */
static void risk_by_hand(void **state)
{
    struct dg_params params;

    (void)state;
    dg_params_default(&params);
    params.sampling_plan = plan_of("risk");
    /* Certain, known, for nothing: the minimum. Doubtful, new, dear: the maximum. */
    assert_int_equal(dg_sampling_rate(&params, 65535, 10, 0), DG_ONE / 200);
    assert_int_equal(dg_sampling_rate(&params, 0, 9, 5 * DG_TOKEN), DG_ONE / 20);
    assert_int_equal(dg_sampling_rate(&params, 0, 9, INT64_MAX), DG_ONE / 20);
    /* New alone: 0.5 % + 0.3 * 4.5 %. Half the value alone: 0.5 % + 0.1 * 4.5 %. */
    assert_int_equal(dg_sampling_rate(&params, 65535, 9, 0), 18500000);
    assert_int_equal(dg_sampling_rate(&params, 65535, 10, 5 * DG_TOKEN / 2), 9500000);
    /* Doubt of 1/5 alone: 0.5 % + 0.1 * 4.5 %. */
    assert_int_equal(dg_sampling_rate(&params, 52428, 10, 0), 9500000);
}

/* Goal: the chain takes a rate that follows from one of the four latest standings it has published,
 * and no other. */
static void a_gateway_cannot_spare_its_friends(void **state)
{
    struct chain_world world;
    struct dg_params params;
    uint16_t credibility[6], checks[6];

    (void)state;
    chain_world_params(&params);
    params.sampling_plan = plan_of("risk");
    params.sampling_rate_minimum = 0;
    params.sampling_rate_maximum = DG_ONE;
    chain_world_open(&world, &params, NULL);
    assert_status(dg_chain_add_prober(world.chain, 0), DG_OK); /* so that every answer is checked */
    for (int i = 0; i < 6; i++) {
        struct dg_node_record record = chain_world_record(&world, NODE_SERVER);
        credibility[i] = record.credibility;
        checks[i] = record.checks;
        struct dg_receipt receipt =
            chain_world_receipt(&world, 0, world.number[0], NODE_SERVER, MODEL_SMALL);
        int lowest = i < 4 ? 0 : i - 3;
        for (int j = 0; j <= i; j++) {
            receipt.rate = dg_sampling_rate(&params, credibility[j], checks[j], receipt.fee);
            struct dg_report report = chain_world_report(0, world.period, &receipt, 1);
            if (j < lowest)
                assert_refused(&world, dg_chain_report(world.chain, world.now, &report),
                               DG_ERROR_ARGUMENT);
        }
        receipt.rate = dg_sampling_rate(&params, credibility[lowest], checks[lowest], receipt.fee);
        receipt.rate--;
        struct dg_report report = chain_world_report(0, world.period, &receipt, 1);
        assert_refused(&world, dg_chain_report(world.chain, world.now, &report), DG_ERROR_ARGUMENT);
        receipt.rate++;
        report = chain_world_report(0, world.period, &receipt, 1);
        assert_status(dg_chain_report(world.chain, world.now, &report), DG_OK);
        world.number[0]++;
        chain_world_reveal(&world);
        world.check = chain_world_notice(&world, DG_NOTICE_CHECK);
        chain_world_judge(&world, DG_SCORE_ONE);
        (void)chain_world_drop_notices(&world);
        world.now += 3600 * DG_SECOND;
        assert_status(dg_chain_close_epoch(world.chain, world.now), DG_OK);
    }
    chain_world_close(&world);
}

/* ---- draws ---- */

/* Goal: whatever the order of reports, the same receipts are drawn; under another beacon others. */
static void order_of_reports_does_not_matter(void **state)
{
    static struct dg_receipt receipts[GATEWAYS][RECEIPTS / 2];
    static bool drawn[RECEIPTS], swapped[RECEIPTS], other[RECEIPTS];
    struct dg_params params;
    uint8_t beacon[DG_HASH_BYTES];

    (void)state;
    dg_params_default(&params);
    for (params.sampling_plan = 0; params.sampling_plan <= DG_SAMPLING_PLAN_LAST;
         params.sampling_plan++) {
        fill(receipts, 20, DG_ONE / 20);
        params.sampling_rate = DG_ONE / 20;
        beacon_of(7, beacon);
        struct dg_report reports[GATEWAYS];
        for (uint32_t g = 0; g < GATEWAYS; g++)
            reports[g] = (struct dg_report){.gateway = GATEWAYS - 1 - g,
                                            .receipts = receipts[GATEWAYS - 1 - g],
                                            .receipt_count = RECEIPTS / 2};
        assert_true(draw(&params, 7, receipts, drawn) > 0);
        assert_int_equal(dg_sampling_draw(&params, beacon, reports, GATEWAYS, NULL, swapped),
                         DG_OK);
        assert_memory_equal(drawn, swapped + RECEIPTS / 2, RECEIPTS / 2);
        assert_memory_equal(drawn + RECEIPTS / 2, swapped, RECEIPTS / 2);
        (void)draw(&params, 8, receipts, other);
        assert_memory_not_equal(drawn, other, sizeof drawn);
    }
}

/* Goal: stratified takes floor or ceiling of rate * receipts of every node, the mean exactly; the
 * number of a node varies less than under constant, whose dispersion is about 1. */
static void stratified_counts(void **state)
{
    enum { NODES = 20 }; /* 50 receipts each; 5 % are 2.5 */
    static struct dg_receipt receipts[GATEWAYS][RECEIPTS / 2];
    static bool drawn[RECEIPTS];
    struct dg_params params;
    double dispersion[2];

    (void)state;
    dg_params_default(&params);
    params.sampling_rate = DG_ONE / 20;
    fill(receipts, NODES, params.sampling_rate);
    for (int stratified = 0; stratified < 2; stratified++) {
        double sum = 0, squares = 0;
        params.sampling_plan = plan_of(stratified ? "stratified" : "constant");
        for (uint64_t period = 0; period < PERIODS; period++) {
            int counts[NODES] = {0};
            (void)draw(&params, 100 + period, receipts, drawn);
            for (uint32_t i = 0; i < RECEIPTS; i++)
                counts[i % NODES] += drawn[i % 2 * (RECEIPTS / 2) + i / 2];
            for (int n = 0; n < NODES; n++) {
                if (stratified)
                    assert_in_range(counts[n], 2, 3);
                sum += counts[n];
                squares += counts[n] * counts[n];
            }
        }
        double mean = sum / (PERIODS * NODES);
        /* 8,000 counts: the mean's standard error is 0.0056 (stratified), 0.0172 (constant). */
        assert_true(fabs(mean - 2.5) < (stratified ? 0.0056 : 0.0172) * 4);
        dispersion[stratified] = (squares / (PERIODS * NODES) - mean * mean) / mean;
    }
    assert_true(fabs(dispersion[0] - 0.95) < 0.06);  /* binomial: 1 - rate */
    assert_true(fabs(dispersion[1] - 0.10) < 0.005); /* a coin between 2 and 3: 0.25 / 2.5 */
}

/* Goal: budget draws what it can pay, the remainder by a coin, all when there are fewer; and every
 * receipt alike (chi-square of 999 degrees of freedom, 99.99 % point 1169). */
static void budget_counts(void **state)
{
    static struct dg_receipt receipts[GATEWAYS][RECEIPTS / 2];
    static bool drawn[RECEIPTS];
    static int counts[RECEIPTS];
    struct dg_params params;
    double sum = 0, chi = 0;

    (void)state;
    dg_params_default(&params);
    params.sampling_plan = plan_of("budget");
    params.sampling_budget = 202 * 3 * params.verification_fee / 4; /* 50.5 checks of three */
    fill(receipts, 20, params.sampling_rate);
    memset(counts, 0, sizeof counts);
    for (uint64_t period = 0; period < PERIODS; period++) {
        size_t count = draw(&params, 1000 + period, receipts, drawn);
        assert_in_range(count, 50, 51);
        sum += (double)count;
        for (size_t i = 0; i < RECEIPTS; i++)
            counts[i] += drawn[i];
    }
    assert_true(fabs(sum / PERIODS - 50.5) < 4 * 0.5 / sqrt(PERIODS));
    double expected = sum / RECEIPTS;
    for (size_t i = 0; i < RECEIPTS; i++)
        chi += (counts[i] - expected) * (counts[i] - expected) / expected;
    assert_true(chi < 1169);
    params.sampling_budget = 10000 * DG_TOKEN;
    assert_int_equal(draw(&params, 1, receipts, drawn), RECEIPTS);
}

/* Goal: without the beacon a draw cannot be foreseen: over many receipts, being drawn under one
 * beacon says nothing of another (each 10 %, both together 1 %: 10,000 trials, sd 9.95 about 100). */
static void beacons_are_independent(void **state)
{
    static struct dg_receipt receipts[GATEWAYS][RECEIPTS / 2];
    static bool one[RECEIPTS], two[RECEIPTS];
    struct dg_params params;
    int both = 0, either = 0;

    (void)state;
    dg_params_default(&params);
    params.sampling_rate = DG_ONE / 10;
    fill(receipts, 20, params.sampling_rate);
    for (uint64_t period = 0; period < 10; period++) {
        (void)draw(&params, 2 * period, receipts, one);
        (void)draw(&params, 2 * period + 1, receipts, two);
        for (size_t i = 0; i < RECEIPTS; i++) {
            both += one[i] && two[i];
            either += one[i] + two[i];
        }
    }
    assert_true(fabs(either - 2000.0) < 4 * 42.5);
    assert_true(fabs(both - 100.0) < 4 * 9.95);
}

/* Goal: what anybody recomputes is what the chain drew, under every plan. */
static void the_chain_draws_the_same(void **state)
{
    enum { COUNT = 60 };

    (void)state;
    for (int64_t plan = 0; plan <= DG_SAMPLING_PLAN_LAST; plan++) {
        struct chain_world world;
        struct dg_params params;
        struct dg_receipt receipts[COUNT];
        bool drawn[COUNT], seen[COUNT] = {false};
        uint8_t beacon[DG_HASH_BYTES];
        struct dg_notice notice;
        chain_world_params(&params);
        params.sampling_plan = plan;
        params.sampling_rate = DG_ONE / 3;
        params.sampling_rate_maximum = DG_ONE;
        chain_world_open(&world, &params, NULL);
        for (uint32_t i = 0; i < COUNT; i++) {
            receipts[i] = chain_world_receipt(&world, 0, i, i % 3 == 0 ? NODE_OTHER : NODE_SERVER,
                                              MODEL_SMALL);
            struct dg_node_record record = chain_world_record(&world, receipts[i].node);
            receipts[i].rate =
                dg_sampling_rate(&params, record.credibility, record.checks, receipts[i].fee);
        }
        struct dg_report report = chain_world_report(0, 0, receipts, COUNT);
        assert_status(dg_chain_report(world.chain, 0, &report), DG_OK);
        chain_world_beacon(0, beacon);
        chain_world_reveal(&world);
        while (dg_chain_next_notice(world.chain, &notice))
            seen[notice.number] = true;
        assert_status(dg_sampling_draw(&params, beacon, &report, 1, NULL, drawn), DG_OK);
        assert_memory_equal(drawn, seen, sizeof drawn);
        chain_world_close(&world);
    }
}

/* Goal: the committee of a check, and who replaces its silent members, follow from the beacon and the
 * public list of verifiers, whatever their order. */
static void anybody_draws_the_committee(void **state)
{
    struct chain_world world;
    struct dg_params params;
    uint32_t nodes[WORLD_VERIFIERS + 1], operators[WORLD_VERIFIERS + 1], members[DG_COMMITTEE_MAX];
    uint64_t weights[WORLD_VERIFIERS + 1];
    uint8_t beacon[DG_HASH_BYTES];
    size_t count;

    (void)state;
    chain_world_params(&params);
    params.committee_weights = 1; /* stake */
    chain_world_open(&world, &params, NULL);
    for (uint32_t i = 0; i <= WORLD_VERIFIERS; i++) {
        nodes[i] = NODE_OWN - i; /* the server's own verifier is among them */
        operators[i] = chain_world_record(&world, nodes[i]).operator_id;
        weights[i] = dg_committee_weight(&params, WORLD_STAKE, DG_ONE);
    }
    const struct dg_verifiers list = {nodes, operators, weights, WORLD_VERIFIERS + 1};
    for (int round = 0; round < 20; round++) {
        chain_world_beacon(world.period, beacon);
        (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
        assert_int_equal(dg_committee_draw(beacon, 0, world.check.number, &list, OPERATOR_SERVER,
                                           NULL, 0, 3, members, &count),
                         DG_OK);
        assert_int_equal(count, 3);
        assert_memory_equal(members, world.check.members, 3 * sizeof members[0]);
        assert_int_equal(dg_committee_draw(beacon, 0, world.check.number, &list, OPERATOR_SERVER,
                                           world.check.members, 3, 3, members, &count),
                         DG_OK);
        assert_int_equal(count, 1); /* four may sit, three do */
        assert_status(chain_world_open_answer(&world), DG_OK);
        chain_world_advance(&world, world.now + params.committee_commit_time + 1);
        assert_int_equal(chain_world_notice(&world, DG_NOTICE_MEMBER).verifier, members[0]);
        (void)chain_world_drop_notices(&world);
        chain_world_advance(&world, world.now + 300 * DG_SECOND);
        (void)chain_world_drop_notices(&world);
        if (chain_world_account(&world, members[0]).offences > 0)
            break; /* a jailed verifier is drawn no more */
        for (uint32_t v = NODE_VERIFIER; v < NODE_VERIFIER + WORLD_VERIFIERS; v++)
            world.chain->registry.nodes[v].misconduct = 0;
    }
    assert_int_equal(
        dg_committee_draw(beacon, 0, 0, &list, 0, NULL, 0, DG_COMMITTEE_MAX + 1, members, &count),
        DG_ERROR_ARGUMENT);
    chain_world_close(&world);
}

/* Goal: the list of verifiers is public too: those whose account says so, while they are active. */
static void public_records_tell_who_verifies(void **state)
{
    struct chain_world world;
    struct dg_params params;
    uint32_t nodes[WORLD_NODES], operators[WORLD_NODES], members[DG_COMMITTEE_MAX];
    uint64_t weights[WORLD_NODES];
    uint8_t beacon[DG_HASH_BYTES];
    size_t drawn;

    (void)state;
    chain_world_params(&params);
    params.committee_weights = 1; /* stake */
    chain_world_open(&world, &params, NULL);
    for (int round = 0; round < 10; round++) {
        struct dg_verifiers list = {nodes, operators, weights, 0};
        for (uint32_t node = 0; node < WORLD_NODES; node++) {
            struct dg_node_account account = chain_world_account(&world, node);
            struct dg_node_record record = chain_world_record(&world, node);
            assert_int_equal(account.verifier, node >= NODE_VERIFIER && node <= NODE_OWN);
            if (!account.verifier || account.state != DG_NODE_ACTIVE)
                continue;
            nodes[list.count] = node;
            operators[list.count] = record.operator_id;
            weights[list.count++] = dg_committee_weight(&params, record.stake, account.trust);
        }
        assert_int_equal(list.count, round < 5 ? WORLD_VERIFIERS + 1 : WORLD_VERIFIERS);
        chain_world_beacon(world.period, beacon);
        (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
        assert_status(dg_committee_draw(beacon, 0, world.check.number, &list, OPERATOR_SERVER, NULL,
                                        0, (size_t)params.committee_size, members, &drawn),
                      DG_OK);
        assert_int_equal(drawn, world.check.member_count);
        assert_memory_equal(members, world.check.members, drawn * sizeof members[0]);
        chain_world_judge(&world, 60000);
        if (round == 4)
            assert_status(dg_chain_leave(world.chain, world.now, NODE_VERIFIER), DG_OK);
        (void)chain_world_drop_notices(&world);
    }
    chain_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(risk_by_hand),
        cmocka_unit_test(a_gateway_cannot_spare_its_friends),
        cmocka_unit_test(order_of_reports_does_not_matter),
        cmocka_unit_test(stratified_counts),
        cmocka_unit_test(budget_counts),
        cmocka_unit_test(beacons_are_independent),
        cmocka_unit_test(the_chain_draws_the_same),
        cmocka_unit_test(anybody_draws_the_committee),
        cmocka_unit_test(public_records_tell_who_verifies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
