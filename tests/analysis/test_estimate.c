/* test_estimate.c - means and intervals against values worked out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "analysis/estimate.h"
#include "sample.h"

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

/* Goal: five values: the half-width is t(0.975, 4) = 2.776445 times sd / sqrt(5). */
static void interval_of_five(void **state)
{
    (void)state;
    const double values[] = {1, 2, 3, 4, 5};
    struct estimate estimate = estimate_of(values, 5);
    assert_int_equal(estimate.count, 5);
    assert_true(near(estimate.mean, 3));
    assert_true(near(estimate.half, 2.7764451 * sqrt(2.5) / sqrt(5)));
}

/* Goal: an undefined value is left out, one value has no interval, none has no mean. */
static void undefined_values(void **state)
{
    (void)state;
    const double values[] = {NAN, 4, NAN};
    struct estimate one = estimate_of(values, 3);
    assert_int_equal(one.count, 1);
    assert_true(near(one.mean, 4));
    assert_true(isnan(one.half));
    struct estimate none = estimate_of(values, 1);
    assert_int_equal(none.count, 0);
    assert_true(isnan(none.mean) && isnan(none.half));
}

/* Goal: equal values have an interval of width 0. */
static void equal_values(void **state)
{
    (void)state;
    const double values[] = {7, 7, 7};
    assert_true(estimate_of(values, 3).half == 0);
}

/* Goal: metrics are matched by name, also when one run lacks some of them. */
static void metrics_by_name(void **state)
{
    (void)state;
    struct error error = {0};
    struct estimates estimates = {0};
    struct result results[2] = {sample_result(0, 1), sample_result(1, 3)};
    results[0].metrics[0] = results[0].metrics[1]; /* requests_sent is missing in the first run */
    results[0].metric_count = 1;
    assert_true(estimates_init(&estimates, results, 2, &error));

    assert_int_equal(estimates.count, 5);
    const struct metric_estimate *latency = estimates_find(&estimates, "latency_p50");
    assert_non_null(latency);
    assert_int_equal(latency->value.count, 2);
    assert_true(near(latency->value.mean, 2));
    assert_string_equal(latency->unit, "s");
    assert_int_equal(estimates_find(&estimates, "requests_sent")->value.count, 1);
    assert_int_equal(estimates_find(&estimates, "detection_time_p50.garbage")->value.count, 0);
    assert_null(estimates_find(&estimates, "latency"));

    estimates_fini(&estimates);
    result_free(&results[0]);
    result_free(&results[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_of_five),
        cmocka_unit_test(undefined_values),
        cmocka_unit_test(equal_values),
        cmocka_unit_test(metrics_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
