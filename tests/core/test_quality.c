/* test_quality.c - from scores to one score, from outcomes to offences, and the record of a
 * node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "quality.h"
#include "record.h"

static struct dg_params standard(void)
{
    struct dg_params params;

    dg_params_default(&params);
    return params;
}

static uint16_t median(const uint16_t *scores, size_t count)
{
    struct dg_params params = standard();
    struct quality_vote votes[31];

    for (size_t i = 0; i < count; i++)
        votes[i] = (struct quality_vote){.score = scores[i], .stake = 1 + (int64_t)i};
    return quality_aggregation(&params)->combine(&params, votes, count);
}

/* Goal: the middle of an odd number, the rounded mean of the middle two of an even number. */
static void median_by_hand(void **state)
{
    (void)state;
    assert_int_equal(median((const uint16_t[]){500}, 1), 500);
    assert_int_equal(median((const uint16_t[]){9, 1, 5}, 3), 5);
    assert_int_equal(median((const uint16_t[]){65535, 65535}, 2), 65535);
    assert_int_equal(median((const uint16_t[]){1, 4, 100, 2}, 4), 3);
    assert_int_equal(median((const uint16_t[]){1, 2, 2, 65535, 65535}, 5), 2);
}

/* Goal: one liar of three moves the median no further than between the other two. */
static void median_resists_one_liar(void **state)
{
    (void)state;
    for (uint32_t lie = 0; lie <= 65535; lie += 257) {
        uint16_t got = median((const uint16_t[]){30000, (uint16_t)lie, 31000}, 3);
        assert_in_range(got, 30000, 31000);
    }
}

/* Goal: 0.5 passes at the middle of the scale, rounded up. */
static void pass_score(void **state)
{
    struct dg_params params = standard();

    (void)state;
    assert_int_equal(quality_pass_score(&params), 32768);
    params.quality_pass_score = 0;
    assert_int_equal(quality_pass_score(&params), 0);
    params.quality_pass_score = DG_ONE;
    assert_int_equal(quality_pass_score(&params), 65535);
}

static int checks_to_offence(const struct dg_params *params, const char *outcomes)
{
    struct quality_state test = {0};

    for (int i = 0; outcomes[i] != '\0'; i++) {
        if (quality_test(params)->feed(params, &test, outcomes[i] == 'x'))
            return i + 1;
    }
    return 0;
}

/* Goal: three failures among the last ten checks are an offence, and after it the window is
 * empty. */
static void threshold_by_hand(void **state)
{
    struct dg_params params = standard();

    (void)state;
    assert_int_equal(checks_to_offence(&params, "xxx"), 3);
    assert_int_equal(checks_to_offence(&params, "x.......xx"), 10);
    assert_int_equal(checks_to_offence(&params, "x........xx"),
                     0); /* the first has left the window */
    assert_int_equal(checks_to_offence(&params, "xx.......x"), 10);
    struct quality_state test = {0};
    for (int round = 0; round < 3; round++) {
        assert_false(quality_test(&params)->feed(&params, &test, true));
        assert_false(quality_test(&params)->feed(&params, &test, true));
        assert_true(quality_test(&params)->feed(&params, &test, true));
    }
    params.quality_threshold_window = 64;
    params.quality_threshold_failures = 64;
    struct quality_state long_test = {0};
    for (int i = 0; i < 63; i++)
        assert_false(quality_test(&params)->feed(&params, &long_test, true));
    assert_true(quality_test(&params)->feed(&params, &long_test, true));
}

/* Goal: 3 of 10 at failure probability 0.3 takes 11.1188 checks on average (exact, by Markov
 * chain); the mean of 40,000 verdicts lies within 4 standard errors. */
static void threshold_run_length(void **state)
{
    enum { VERDICTS = 40000 };
    struct dg_params params = standard();
    struct quality_state test = {0};
    uint64_t word = 4101842887655102017u;
    double sum = 0, squares = 0;

    (void)state;
    for (int verdicts = 0, checks = 0; verdicts < VERDICTS;) {
        word ^= word >> 21;
        word ^= word << 35;
        word ^= word >> 4;
        checks++;
        if (!quality_test(&params)->feed(&params, &test,
                                         (word * 2685821657736338717u >> 11) < 0.3 * 0x1p53))
            continue;
        sum += checks;
        squares += (double)checks * checks;
        checks = 0;
        verdicts++;
    }
    double mean = sum / VERDICTS, sd = sqrt(squares / VERDICTS - mean * mean);
    assert_true(fabs(mean - 11.1188) < 4 * sd / sqrt(VERDICTS));
}

/* ---- the record ---- */

/* Goal: the first scores are averaged; later ones move the mean by alpha. */
static void record_averages(void **state)
{
    struct record record;

    (void)state;
    record_init(&record);
    assert_int_equal(record_quality(&record), 32767);
    record_add(&record, DG_ONE / 10, 60000, true);
    assert_int_equal(record_quality(&record), 60000);
    record_add(&record, DG_ONE / 10, 50000, true);
    assert_int_equal(record_quality(&record), 55000);
    record_add(&record, DG_ONE / 2, 65000, true);
    assert_int_equal(record_quality(&record), 60000);
    assert_int_equal(record_checks(&record), 3);
}

/* Goal: alpha 0.1 from 1, all scores 0: below one half at the 7th. */
static void record_forgets(void **state)
{
    struct record record;
    int failures = 0;

    (void)state;
    record_init(&record);
    for (int i = 0; i < 100; i++)
        record_add(&record, DG_ONE / 10, 65535, true);
    while (record_quality(&record) >= 32768) {
        record_add(&record, DG_ONE / 10, 0, false);
        failures++;
    }
    assert_int_equal(failures, 7);
}

/* Goal: credibility is the mean of Beta(1 + passed, 1 + failed): 10/12 after 9 and 1. */
static void credibility(void **state)
{
    struct record record;

    (void)state;
    record_init(&record);
    assert_int_equal(record_credibility(&record), 65535 / 2);
    for (int i = 0; i < 10; i++)
        record_add(&record, DG_ONE / 10, 40000, i > 0);
    assert_int_equal(record_credibility(&record), 65535 * 10 / 12);
}

/* Goal: the variance follows that of the scores: 0 for equal ones, near its value for two that
 * alternate. */
static void record_variance(void **state)
{
    struct record equal, swinging;

    (void)state;
    record_init(&equal);
    record_init(&swinging);
    for (int i = 0; i < 4000; i++) {
        record_add(&equal, DG_ONE / 100, 1234, true);
        record_add(&swinging, DG_ONE / 100, i % 2 == 0 ? 20000 : 40000, true);
    }
    assert_int_equal(equal.variance, 0);
    assert_in_range(swinging.variance, 98000000, 102000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_by_hand),       cmocka_unit_test(median_resists_one_liar),
        cmocka_unit_test(pass_score),           cmocka_unit_test(threshold_by_hand),
        cmocka_unit_test(threshold_run_length), cmocka_unit_test(record_averages),
        cmocka_unit_test(record_forgets),       cmocka_unit_test(credibility),
        cmocka_unit_test(record_variance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
