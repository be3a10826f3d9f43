/* test_aggregation.c - how scores become one, how trust moves, and how long the sequential tests
 * run. */
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
#include "quality.h"

static int64_t choice(const char *parameter, const char *name)
{
    const struct dg_param_row *row = dg_param_find(parameter);

    for (int64_t i = 0; row->choices[i].name != NULL; i++)
        if (strcmp(row->choices[i].name, name) == 0)
            return i;
    fail_msg("%s has no choice %s", parameter, name);
    return -1;
}

static struct dg_params with(const char *aggregation)
{
    struct dg_params params;

    dg_params_default(&params);
    params.quality_aggregation = choice("quality.aggregation", aggregation);
    return params;
}

struct voter {
    uint16_t score;
    int64_t stake;
    double trust;
};

static uint16_t combine(const struct dg_params *params, const struct voter *voters, size_t count)
{
    struct quality_vote votes[DG_COMMITTEE_MAX];

    for (size_t i = 0; i < count; i++)
        votes[i] = (struct quality_vote){.score = voters[i].score,
                                         .seat = (uint8_t)i,
                                         .stake = voters[i].stake,
                                         .trust = (int64_t)(voters[i].trust * 1e9)};
    return quality_aggregation(params)->combine(params, votes, count);
}

/* Goal: each rule on one committee, worked out by hand. */
static void by_hand(void **state)
{
    static const struct voter voters[] = {
        {10000, 100, 1.0}, {50000, 300, 0.5}, {40000, 100, 2.5},
        {60000, 200, 1.0}, {20000, 300, 5.0},
    };
    static const struct {
        const char *name;
        uint16_t expected;
    } cases[] = {
        {"median", 40000},
        {"mean", 36000},           /* 180000 / 5 */
        {"trimmed_mean", 36667},   /* 1.25 rounds to one from each end: 110000 / 3 */
        {"trust_weighted", 29500}, /* (10000 + 25000 + 100000 + 60000 + 100000) / 10 */
        {"gold_calibrated", 29500},
        {"stake_weighted_median", 45000}, /* 100, 400, 500: half of 1000 exactly; 40000 and 50000 */
        /* 500 of 1000 gave 50000 or more; 60000 is clipped: 1e6 + 6e6 + 4e6 + 15e6 + 10e6, / 1000 */
        {"yuma", 36000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dg_params params = with(cases[i].name);
        if (combine(&params, voters, 5) != cases[i].expected)
            fail_msg("%s gives %u", cases[i].name, combine(&params, voters, 5));
    }
}

/* Goal: no rule depends on the order of the votes, and each stays within the scores. */
static void order_does_not_matter(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (int64_t kind = 0; kind <= DG_QUALITY_AGGREGATION_LAST; kind++) {
        struct dg_params params;
        dg_params_default(&params);
        params.quality_aggregation = kind;
        for (int round = 0; round < 300; round++) {
            struct voter voters[9], other[9];
            size_t count = 1 + (size_t)round % 9;
            uint16_t low = 65535, high = 0;
            for (size_t i = 0; i < count; i++) {
                random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
                voters[i] =
                    (struct voter){(uint16_t)(random >> 48), (int64_t)(random >> 20 & 0xffff),
                                   (double)(1 + (random >> 8 & 15)) / 4};
                low = voters[i].score < low ? voters[i].score : low;
                high = voters[i].score > high ? voters[i].score : high;
            }
            for (size_t i = 0; i < count; i++)
                other[i] = voters[count - 1 - i];
            assert_in_range(combine(&params, voters, count), low, high);
            assert_int_equal(combine(&params, other, count), combine(&params, voters, count));
        }
    }
}

/* Goal: with everybody trusted alike the trust rules are the mean; with equal stake the weighted
 * median is the median. */
static void equal_weights_change_nothing(void **state)
{
    static const struct voter voters[] = {
        {100, 7, 2.5}, {65535, 7, 2.5}, {3000, 7, 2.5}, {3001, 7, 2.5}};
    const char *const means[] = {"trust_weighted", "gold_calibrated"};
    struct dg_params params = with("mean");

    (void)state;
    uint16_t mean = combine(&params, voters, 4);
    for (size_t i = 0; i < 2; i++) {
        params = with(means[i]);
        assert_int_equal(combine(&params, voters, 4), mean);
    }
    params = with("median");
    uint16_t middle = combine(&params, voters, 4);
    params = with("stake_weighted_median");
    assert_int_equal(combine(&params, voters, 4), middle);
}

/* Goal: 51 % of the stake cannot be lifted by the rest, however high that scores. */
static void yuma_clips_a_minority(void **state)
{
    struct dg_params params = with("yuma");

    (void)state;
    for (uint32_t lie = 20000; lie <= 65535; lie += 1000) {
        const struct voter voters[] = {{20000, 51, 1}, {(uint16_t)lie, 49, 1}};
        assert_int_equal(combine(&params, voters, 2), 20000);
    }
    const struct voter majority[] = {{20000, 49, 1}, {60000, 51, 1}};
    assert_int_equal(combine(&params, majority, 2), (49 * 20000 + 51 * 60000 + 50) / 100);
}

/* ---- trust ---- */

/* Goal: the ceiling of 5 is reached after 22.99 rounds at a deviation of 0.15 and after 40.24 at 0.30,
 * that is ln 5 / (0.1 (1 - deviation / 0.5)). */
static void trust_saturates_when_the_papers_say(void **state)
{
    static const struct {
        double deviation;
        int rounds;
    } cases[] = {{0.15, 23}, {0.30, 41}};
    struct dg_params params = with("trust_weighted");
    const uint64_t ceiling = 5 * QUALITY_TRUST_ONE;

    (void)state;
    for (size_t c = 0; c < 2; c++) {
        uint64_t trust = QUALITY_TRUST_ONE;
        uint16_t deviation = (uint16_t)lround(cases[c].deviation * 65535);
        int rounds = 0;
        for (; trust < ceiling; rounds++)
            trust = quality_trust_move(&params, trust, deviation);
        assert_int_equal(rounds, cases[c].rounds);
        assert_int_equal(quality_trust_move(&params, trust, 0), ceiling);
    }
}

/* Goal: one move agrees with the formula to nine digits over the whole range, and stops at the
 * bounds. */
static void trust_follows_the_formula(void **state)
{
    struct dg_params params = with("trust_weighted");

    (void)state;
    for (uint32_t deviation = 0; deviation <= 65535; deviation += 51) {
        double expected = exp(0.1 * (1 - deviation / 65535.0 / 0.5));
        double got =
            (double)quality_trust_move(&params, QUALITY_TRUST_ONE, (uint16_t)deviation) / 0x1p32;
        assert_true(fabs(got / expected - 1) < 3e-9);
    }
    params.quality_trust_eta = 10 * DG_ONE;
    params.quality_trust_neutral = DG_ONE / 100;
    assert_int_equal(quality_trust_move(&params, QUALITY_TRUST_ONE, 65535),
                     ((fixed_uint128)(DG_ONE / 10) << 32) / DG_ONE);
    assert_int_equal(quality_trust_move(&params, QUALITY_TRUST_ONE, 0), 5 * QUALITY_TRUST_ONE);
}

/* Goal: under trust_weighted an outlier loses trust with each check and members near it gain; under
 * gold_calibrated nothing moves without a known score. */
static void trust_moves_in_the_chain(void **state)
{
    (void)state;
    for (int gold = 0; gold < 2; gold++) {
        struct chain_world world;
        struct dg_params params;
        chain_world_params(&params);
        params.quality_aggregation =
            choice("quality.aggregation", gold ? "gold_calibrated" : "trust_weighted");
        params.committee_weights = choice("committee.weights", "trust");
        params.quality_trust_eta = DG_ONE;
        chain_world_open(&world, &params, NULL);
        (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
        const uint32_t *members = world.check.members;
        assert_status(chain_world_open_answer(&world), DG_OK);
        /* The mean is 40000, so the first is 40000 away, 0.61 of the scale, and loses. */
        chain_world_round(&world, members, 3, (uint16_t[]){0, 60000, 60000});
        double moved[] = {exp(1 - 2 * 40000 / 65535.0), exp(1 - 2 * 20000 / 65535.0)};
        for (unsigned i = 0; i < 3; i++) {
            double trust = (double)chain_world_account(&world, members[i]).trust / DG_ONE;
            double expected = gold ? 1 : moved[i > 0];
            assert_true(fabs(trust - expected) < 1e-4);
            uint32_t place = world.chain->registry.nodes[members[i]].verifier_place;
            assert_true(fabs((double)world.chain->verifiers.weights[place] / 65536 - expected) <
                        1e-4);
        }
        chain_world_close(&world);
    }
}

/* Goal: a known score moves trust under gold_calibrated, whatever the committee agrees on. */
static void gold_moves_trust_against_the_majority(void **state)
{
    struct chain_world world;
    struct dg_params params;
    struct dg_hash seal;

    (void)state;
    chain_world_params(&params);
    params.quality_aggregation = choice("quality.aggregation", "gold_calibrated");
    params.penalty_misconduct_failures = 0;
    chain_world_open(&world, &params, NULL);
    assert_status(dg_chain_add_prober(world.chain, 0), DG_OK);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    dg_score_commitment(world.check.check, DG_NONE, 0, 3, &seal);
    assert_status(dg_chain_commit_gold(world.chain, 0, world.check.check, &seal), DG_OK);
    assert_status(chain_world_open_answer(&world), DG_OK);
    chain_world_round(&world, world.check.members, 3, (uint16_t[]){0, 65535, 65535});
    assert_status(dg_chain_reveal_gold(world.chain, 0, world.check.check, 0, 3), DG_OK);
    double right = (double)chain_world_account(&world, world.check.members[0]).trust / DG_ONE;
    double wrong = (double)chain_world_account(&world, world.check.members[1]).trust / DG_ONE;
    assert_true(fabs(right - exp(0.1)) < 1e-6);
    assert_true(fabs(wrong - exp(-0.1)) < 1e-6);
    chain_world_close(&world);
}

/* ---- sequential tests ---- */

/* What a test does from a fresh start at a failure rate: mean checks to its first decision, and the
 * chance that this is an offence. Exact: outcomes are followed as a tree whose branches with as many
 * failures meet again. A state of 0 is a restart, since no sum of the increments is 0. */
static void decision(const struct dg_params *params, double rate, double *mean, double *convicted)
{
    enum { CHECKS_MAX = 4000 };
    static struct quality_state states[CHECKS_MAX + 1], next_states[CHECKS_MAX + 1];
    static double mass[CHECKS_MAX + 1], next[CHECKS_MAX + 1];
    double left = 1;

    *mean = *convicted = 0;
    memset(mass, 0, sizeof mass);
    memset(states, 0, sizeof states);
    mass[0] = 1;
    for (int n = 0; n < CHECKS_MAX && left > 1e-13; n++) {
        *mean += left;
        left = 0;
        memset(next, 0, sizeof next);
        for (int k = 0; k <= n; k++) {
            if (mass[k] == 0)
                continue;
            for (int failed = 0; failed < 2; failed++) {
                struct quality_state to = states[k];
                double part = mass[k] * (failed ? rate : 1 - rate);
                if (quality_test(params)->feed(params, &to, failed)) {
                    *convicted += part;
                } else if (to.statistic != 0) {
                    next[k + failed] += part;
                    next_states[k + failed] = to;
                    left += part;
                }
            }
        }
        memcpy(mass, next, sizeof mass);
        memcpy(states, next_states, sizeof states);
    }
}

/* Goal: p0 0.02, p1 0.2, alpha 0.01, beta 0.05: at 0.02 flagged with 0.00439488 after 19.8591 checks
 * on average, at 0.20 with 0.953794 after 17.2876 (exact; Wald's approximations are lower). */
static void sprt_run_lengths(void **state)
{
    struct dg_params params = with("median");
    double mean, convicted;

    (void)state;
    params.quality_test = choice("quality.test", "sprt");
    decision(&params, 0.02, &mean, &convicted);
    assert_true(fabs(convicted - 0.00439488) < 5e-9);
    assert_true(fabs(mean - 19.8591) < 5e-5);
    decision(&params, 0.20, &mean, &convicted);
    assert_true(fabs(convicted - 0.953794) < 5e-7);
    assert_true(fabs(mean - 17.2876) < 5e-5);
}

/* Goal: the boundaries by hand. With p0 0.1, p1 0.4, alpha = beta = 0.05 the bounds are log2 19 =
 * +-4.2479; a failure adds 2, a pass log2(2/3) = -0.58496: three failures convict (6 > 4.25, 4 does
 * not), eight passes accept (-4.68; seven make -4.09). */
static void sprt_boundaries(void **state)
{
    struct dg_params params = with("median");
    struct quality_state test = {0};

    (void)state;
    params.quality_test = choice("quality.test", "sprt");
    params.quality_p0 = DG_ONE / 10;
    params.quality_p1 = 4 * (DG_ONE / 10);
    params.quality_alpha = params.quality_beta = DG_ONE / 20;
    const struct quality_test *sprt = quality_test(&params);
    assert_false(sprt->feed(&params, &test, true));
    assert_false(sprt->feed(&params, &test, true));
    assert_true(fabs((double)test.statistic / 0x1p40 - 4) < 1e-9);
    assert_true(sprt->feed(&params, &test, true));
    assert_int_equal(test.statistic, 0);
    for (int i = 0; i < 7; i++)
        assert_false(sprt->feed(&params, &test, false));
    assert_true(fabs((double)test.statistic / 0x1p40 + 7 * log2(1.5)) < 1e-9);
    assert_false(sprt->feed(&params, &test, false));
    assert_int_equal(test.statistic, 0); /* accepted: from nothing again */
}

/* Goal: the sum never falls below 0, and convicts at the threshold: 8 nats are 11.54 bits; with 10
 * times the odds of failing, log2(10) = 3.32 a failure, four failures in a row. */
static void cusum_by_hand(void **state)
{
    struct dg_params params = with("median");
    struct quality_state test = {0};

    (void)state;
    params.quality_test = choice("quality.test", "cusum");
    const struct quality_test *cusum = quality_test(&params);
    for (int i = 0; i < 50; i++)
        assert_false(cusum->feed(&params, &test, false));
    assert_int_equal(test.statistic, 0);
    for (int i = 0; i < 3; i++)
        assert_false(cusum->feed(&params, &test, true));
    assert_true(fabs((double)test.statistic / 0x1p40 - 3 * log2(10)) < 1e-9);
    assert_true(cusum->feed(&params, &test, true));
    assert_int_equal(test.statistic, 0);
    /* One pass between takes log2(0.98 / 0.8) = 0.2928 off: 4 log2(10) less that is 12.99. */
    assert_false(cusum->feed(&params, &test, true));
    assert_false(cusum->feed(&params, &test, false));
    assert_false(cusum->feed(&params, &test, true));
    assert_false(cusum->feed(&params, &test, true));
    assert_true(cusum->feed(&params, &test, true));
}

/* Goal: settings that cannot decide, or cannot differ from another rule, are refused. */
static void undecidable_settings(void **state)
{
    char message[200];
    struct dg_params params = with("median");

    (void)state;
    params.quality_p0 = params.quality_p1; /* no matter for threshold */
    assert_int_equal(dg_params_check(&params, message, sizeof message), DG_OK);
    for (int test = DG_QUALITY_SPRT; test <= DG_QUALITY_CUSUM; test++) {
        params.quality_test = test;
        assert_int_equal(dg_params_check(&params, message, sizeof message), DG_ERROR_PARAMETER);
        assert_non_null(strstr(message, "quality.p0"));
    }
    params = with("median");
    params.quality_test = DG_QUALITY_SPRT;
    params.quality_alpha = params.quality_beta = DG_ONE / 2;
    assert_int_equal(dg_params_check(&params, message, sizeof message), DG_ERROR_PARAMETER);
    assert_non_null(strstr(message, "quality.alpha"));
    params = with("trimmed_mean");
    params.quality_trim = DG_ONE / 10;
    assert_int_equal(dg_params_check(&params, message, sizeof message), DG_ERROR_PARAMETER);
    assert_non_null(strstr(message, "quality.trim"));
    params = with("median");
    params.committee_weights = DG_COMMITTEE_WEIGHT_TRUST;
    assert_int_equal(dg_params_check(&params, message, sizeof message), DG_ERROR_PARAMETER);
    assert_non_null(strstr(message, "committee.weights"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(equal_weights_change_nothing),
        cmocka_unit_test(yuma_clips_a_minority),
        cmocka_unit_test(trust_saturates_when_the_papers_say),
        cmocka_unit_test(trust_follows_the_formula),
        cmocka_unit_test(trust_moves_in_the_chain),
        cmocka_unit_test(gold_moves_trust_against_the_majority),
        cmocka_unit_test(sprt_run_lengths),
        cmocka_unit_test(sprt_boundaries),
        cmocka_unit_test(cusum_by_hand),
        cmocka_unit_test(undecidable_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
