/* Goal of this file: a judge's scores have the correlation with quality that was asked for. */
#include "models/judge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <gsl/gsl_statistics.h>

static const struct random_key KEY = {.seed = 9, .replication = 0};

/* Goal: sample correlation of z_score and z_quality for every published r (Fisher's z, four
 * standard errors), and a unit variance of z_score. */
static void correlation(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    const double wanted[] = {0.747, 0.66, 0.645, 0.3, 0, -0.363, 1};
    double *quality = malloc(COUNT * sizeof *quality);
    double *score = malloc(COUNT * sizeof *score);
    struct random_stream stream;

    assert_true(quality != NULL && score != NULL);
    random_stream_init(&stream, &KEY, 1, 0, 0);
    for (size_t w = 0; w < sizeof wanted / sizeof wanted[0]; w++) {
        struct scenario_judge judge = {.correlation = wanted[w]};
        for (int i = 0; i < COUNT; i++) {
            quality[i] = random_normal(&stream);
            score[i] = judge_z(&judge, quality[i], &stream);
        }
        double r = gsl_stats_correlation(quality, 1, score, 1, COUNT);
        if (wanted[w] == 1)
            assert_true(fabs(r - 1) < 1e-9);
        else
            assert_true(fabs(atanh(r) - atanh(wanted[w])) < 4 / sqrt(COUNT - 3));
        assert_true(fabs(gsl_stats_variance(score, 1, COUNT) - 1) < 4 * sqrt(2.0 / COUNT));
    }
    free(quality);
    free(score);
}

/* Goal: the map is the normal distribution function in 1/65535, symmetric and safe far out. */
static void map(void **state)
{
    (void)state;
    assert_int_equal(judge_map(0), 32768);
    assert_int_equal(judge_map(1), 55138); /* 0.841344746 * 65535 = 55137.5+ */
    assert_int_equal(judge_map(-1) + judge_map(1), JUDGE_SCORE_ONE);
    assert_int_equal(judge_map(50), JUDGE_SCORE_ONE);
    assert_int_equal(judge_map(-50), 0);
    assert_int_equal(judge_map(1.959963985), 63897); /* 0.975 */
}

/* Goal: a perfect judge draws nothing and maps the quality itself; the score is the mapped z. */
static void perfect_judge(void **state)
{
    (void)state;
    struct scenario_judge perfect = {.correlation = 1}, inverse = {.correlation = -1};
    struct scenario_judge usual = {.correlation = 0.747};
    struct random_stream a, b;

    assert_int_equal(judge_score(&perfect, 0.7, NULL), judge_map(0.7));
    assert_int_equal(judge_score(&inverse, 0.7, NULL), judge_map(-0.7));
    random_stream_init(&a, &KEY, 2, 0, 0);
    b = a;
    for (int i = 0; i < 100; i++)
        assert_int_equal(judge_score(&usual, 0.2, &a), judge_map(judge_z(&usual, 0.2, &b)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(correlation),
        cmocka_unit_test(map),
        cmocka_unit_test(perfect_judge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
