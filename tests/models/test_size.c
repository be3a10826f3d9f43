/* Goal of this file: draws have the mean, spread and bounds of their law. */
#include "models/size.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>

static const struct random_key KEY = {.seed = 3, .replication = 0};

struct sample {
    double mean, cv;
};

static struct sample draw_many(const struct law *law, int count)
{
    struct law_sampler sampler;
    struct random_stream stream;
    double sum = 0, squares = 0;

    law_sampler_init(&sampler, law);
    random_stream_init(&stream, &KEY, 1, (uint32_t)law->kind, 0);
    for (int i = 0; i < count; i++) {
        double value = law_draw(&sampler, &stream);
        sum += value;
        squares += value * value;
    }
    double mean = sum / count;
    return (struct sample){mean, sqrt(fmax(squares / count - mean * mean, 0)) / mean};
}

/* Goal: mean and coefficient of variation of each kind, within four standard errors of the mean. */
static void moments_of_laws(void **state)
{
    (void)state;
    enum { COUNT = 400000 };
    struct law lognormal = {.kind = LAW_LOGNORMAL, .mean = 800, .cv = 1.2};
    struct law exponential = {.kind = LAW_EXPONENTIAL, .mean = 5};
    struct law uniform = {.kind = LAW_UNIFORM, .minimum = 2, .maximum = 6};
    struct law constant = {.kind = LAW_CONSTANT, .mean = 42};

    struct sample sample = draw_many(&lognormal, COUNT);
    assert_true(fabs(sample.mean - 800) < 4 * 800 * 1.2 / sqrt(COUNT));
    assert_true(fabs(sample.cv - 1.2) < 0.03);
    sample = draw_many(&exponential, COUNT);
    assert_true(fabs(sample.mean - 5) < 4 * 5 / sqrt(COUNT));
    assert_true(fabs(sample.cv - 1) < 0.01);
    sample = draw_many(&uniform, COUNT);
    assert_true(fabs(sample.mean - 4) < 4 * 1.1547 / sqrt(COUNT));
    assert_true(fabs(sample.cv - 1.1547 / 4) < 0.01);
    sample = draw_many(&constant, 10);
    assert_true(sample.mean == 42);
    lognormal.cv = 0; /* no spread: the mean itself */
    assert_true(draw_many(&lognormal, 10).mean == 800);
}

/* Goal: what lies outside the bounds is put on them, with the chance that theory gives. */
static void bounds(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    struct law law = {.kind = LAW_EXPONENTIAL, .mean = 100, .minimum = 20, .maximum = 200};
    struct law_sampler sampler;
    struct random_stream stream;
    double low = 0, high = 0;

    law_sampler_init(&sampler, &law);
    random_stream_init(&stream, &KEY, 2, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        double value = law_draw(&sampler, &stream);
        assert_in_range((uint64_t)value, 20, 200);
        low += value == 20;
        high += value == 200;
    }
    assert_true(fabs(low / COUNT + expm1(-0.2)) < 4 * sqrt(0.18 * 0.82 / COUNT));
    assert_true(fabs(high / COUNT - exp(-2)) < 4 * sqrt(0.135 * 0.865 / COUNT));
}

/* Goal: sizes are whole and at least 1; every whole number of a uniform law has the same chance. */
static void whole_sizes(void **state)
{
    (void)state;
    enum { COUNT = 60000 };
    struct law uniform = {.kind = LAW_UNIFORM, .minimum = 3, .maximum = 8};
    struct law small = {.kind = LAW_EXPONENTIAL, .mean = 0.1};
    struct law large = {.kind = LAW_CONSTANT, .mean = 1e12};
    struct law rounded = {.kind = LAW_CONSTANT, .mean = 7.5};
    struct law_sampler sampler;
    struct random_stream stream;
    double seen[6] = {0}, chi_square = 0;

    random_stream_init(&stream, &KEY, 3, 0, 0);
    law_sampler_init(&sampler, &uniform);
    for (int i = 0; i < COUNT; i++) {
        uint32_t size = size_draw(&sampler, &stream);
        assert_in_range(size, 3, 8);
        seen[size - 3]++;
    }
    for (int i = 0; i < 6; i++)
        chi_square += pow(seen[i] - COUNT / 6.0, 2) / (COUNT / 6.0);
    assert_true(gsl_cdf_chisq_Q(chi_square, 5) > 1e-4);
    law_sampler_init(&sampler, &small);
    for (int i = 0; i < 1000; i++)
        assert_in_range(size_draw(&sampler, &stream), 1, 3);
    law_sampler_init(&sampler, &large);
    assert_int_equal(size_draw(&sampler, &stream), UINT32_MAX);
    law_sampler_init(&sampler, &rounded);
    assert_int_equal(size_draw(&sampler, &stream), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_of_laws),
        cmocka_unit_test(bounds),
        cmocka_unit_test(whole_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
