/* Goal of this file: a judge's scores have the correlation with quality that was asked for, and cost what was
 * asked. */
#include "models/judge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics.h>

static const struct random_key KEY = {.seed = 9, .replication = 0};

static const struct judge_subject PLAIN = {0};

static struct judge_subject of_quality(double z_quality)
{
    struct judge_subject subject = PLAIN;
    subject.z_quality = z_quality;
    return subject;
}

enum { COUNT = 100000 };

/* The sample correlation of z_score and z_quality over answers of a class is r (Fisher's z, four
 * standard errors), and the variance of z_score is 1. */
static void assert_correlation(const struct scenario_judge *judge, uint32_t class_index, double r)
{
    double *quality = malloc(COUNT * sizeof *quality);
    double *score = malloc(COUNT * sizeof *score);
    struct random_stream stream;

    assert_true(quality != NULL && score != NULL);
    random_stream_init(&stream, &KEY, 1, class_index, 0);
    for (int i = 0; i < COUNT; i++) {
        struct judge_subject subject = of_quality(random_normal(&stream));
        subject.class_index = class_index;
        quality[i] = subject.z_quality;
        score[i] = judge_z(judge, &subject, &stream);
    }
    double sample = gsl_stats_correlation(quality, 1, score, 1, COUNT);
    if (r == 1)
        assert_true(fabs(sample - 1) < 1e-9);
    else
        assert_true(fabs(atanh(sample) - atanh(r)) < 4 / sqrt(COUNT - 3));
    assert_true(fabs(gsl_stats_variance(score, 1, COUNT) - 1) < 4 * sqrt(2.0 / COUNT));
    free(quality);
    free(score);
}

/* Goal: every published judge has the correlation that was published, and a perfect one has 1. */
static void correlation(void **state)
{
    static const double published[] = {0.747, 0.66, 0.645, 0.3, 0, -0.363};
    const struct scenario_judge perfect = {.correlation = 1};
    size_t count;
    const struct judge_preset *presets = judge_presets(&count);

    (void)state;
    assert_int_equal(count, sizeof published / sizeof published[0]);
    for (size_t p = 0; p < count; p++) {
        const struct scenario_judge judge = {.correlation = presets[p].correlation};
        assert_true(presets[p].correlation == published[p]);
        assert_correlation(&judge, 0, published[p]);
    }
    assert_correlation(&perfect, 0, 1);
}

/* Goal: a class that the judge is told about has its own correlation, others the common one. */
static void correlation_by_class(void **state)
{
    struct share items[] = {{.index = 2, .weight = 0.3}, {.index = 0, .weight = -0.5}};
    const struct scenario_judge judge = {.correlation = 0.747,
                                         .by_class = {.items = items, .count = 2}};

    (void)state;
    assert_correlation(&judge, 0, -0.5);
    assert_correlation(&judge, 1, 0.747);
    assert_correlation(&judge, 2, 0.3);
}

/* Goal: tuning for judges adds r times its shift and the judge's bias to the score; an answer that is
 * not tuned sees none of it. */
static void gaming(void **state)
{
    const struct scenario_judge judge = {.correlation = 0.6, .gaming_bias = 0.25};
    struct judge_subject tuned = of_quality(-1), plain = of_quality(-1);
    struct random_stream a, b;

    (void)state;
    tuned.judge_shift = 2;
    random_stream_init(&a, &KEY, 3, 0, 0);
    b = a;
    double difference = judge_z(&judge, &tuned, &a) - judge_z(&judge, &plain, &b);
    assert_true(fabs(difference - (0.6 * 2 + 0.25)) < 1e-12);
}

/* A cascade of a cheap judge and one at ten times its cost. */
static void cascade_of(double band, struct scenario_judge judges[3], struct scenario *scenario)
{
    judges[0] = (struct scenario_judge){.correlation = 0.645, .latency_ns = 10, .cost = 100};
    judges[1] = (struct scenario_judge){.correlation = 0.747, .latency_ns = 70, .cost = 1000};
    judges[2] =
        (struct scenario_judge){.kind = JUDGE_CASCADE, .first = 0, .second = 1, .band = band};
    *scenario = (struct scenario){.judges = judges, .judge_count = 3};
    scenario->protocol.quality_pass_score = DG_ONE / 2;
}

/* Goal: the work of a cascade is that of the judges it asked, and the last one asked has the word. */
static void cascade_work(void **state)
{
    struct scenario_judge judges[3];
    struct scenario scenario;
    struct random_stream a, b;
    int strong = 0;

    (void)state;
    cascade_of(0.25, judges, &scenario);
    random_stream_init(&a, &KEY, 4, 0, 0);
    for (int i = 0; i < 200; i++) {
        struct judge_subject subject = of_quality(1);
        struct judge_work work;
        b = a;
        judge_ask(&scenario, 2, &subject, &a, &work);
        uint16_t first = judge_map(judge_z(&judges[0], &subject, &b));
        bool unsure = fabs(first / 65535.0 - 0.5) < 0.25;
        uint16_t last = unsure ? judge_map(judge_z(&judges[1], &subject, &b)) : first;
        strong += unsure;
        assert_int_equal(work.score, last);
        assert_int_equal(work.cost, unsure ? 1100 : 100);
        assert_int_equal(work.latency_ns, unsure ? 80 : 10);
    }
    assert_in_range(strong, 1, 199);
    cascade_of(0, judges, &scenario); /* never unsure */
    struct judge_work work;
    struct judge_subject subject = of_quality(0);
    judge_ask(&scenario, 2, &subject, &a, &work);
    assert_int_equal(work.cost, 100);
}

/* Goal: on honest answers (quality 2.2, deviation 0.5) the standard band saves what the normal law
 * says: 1 - cheap / strong - P(unsure), near the published 72.7 %. */
static void cascade_saves(void **state)
{
    struct scenario_judge judges[3];
    struct scenario scenario;
    struct random_stream stream;
    double cost = 0, edge = gsl_cdf_ugaussian_Pinv(0.75);
    double mean = 0.645 * 2.2, deviation = sqrt(1 - 0.645 * 0.645 * (1 - 0.5 * 0.5));
    double unsure = gsl_cdf_ugaussian_P((edge - mean) / deviation) -
                    gsl_cdf_ugaussian_P((-edge - mean) / deviation);

    (void)state;
    cascade_of(0.25, judges, &scenario);
    random_stream_init(&stream, &KEY, 5, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        struct judge_subject subject = of_quality(2.2 + 0.5 * random_normal(&stream));
        struct judge_work work;
        judge_ask(&scenario, 2, &subject, &stream, &work);
        cost += (double)work.cost;
    }
    double saved = 1 - cost / COUNT / 1000;
    assert_true(fabs(saved - (1 - 0.1 - unsure)) < 4 * sqrt(unsure * (1 - unsure) / COUNT));
    assert_true(fabs(saved - 0.727) < 0.05);
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

/* Goal: a perfect judge draws nothing and maps the quality itself; so does its opposite, inverted. */
static void perfect_judge(void **state)
{
    (void)state;
    struct scenario_judge judges[] = {{.correlation = 1}, {.correlation = -1}};
    const struct scenario scenario = {.judges = judges, .judge_count = 2};
    const struct judge_subject subject = of_quality(0.7);
    struct judge_work work;

    judge_ask(&scenario, 0, &subject, NULL, &work);
    assert_int_equal(work.score, judge_map(0.7));
    judge_ask(&scenario, 1, &subject, NULL, &work);
    assert_int_equal(work.score, judge_map(-0.7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(correlation),   cmocka_unit_test(correlation_by_class),
        cmocka_unit_test(gaming),        cmocka_unit_test(cascade_work),
        cmocka_unit_test(cascade_saves), cmocka_unit_test(map),
        cmocka_unit_test(perfect_judge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
