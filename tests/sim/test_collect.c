/* test_collect.c - collectors against sums by hand and against sorted values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "sim/collect.h"
#include "sim/error.h"
#include "sim/random.h"

static void assert_close(double observed, double expected, double relative)
{
    if (!(fabs(observed - expected) <= relative * fabs(expected)))
        fail_msg("observed %.17g, expected %.17g", observed, expected);
}

/* Goal: count, mean, sample variance and extremes of known values; none and one are no trouble. */
static void moments_by_hand(void **state)
{
    const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct moments moments = {0};

    (void)state;
    assert_true(moments_variance(&moments) == 0);
    for (size_t i = 0; i < 8; i++)
        moments_add(&moments, values[i]);
    assert_int_equal(moments.count, 8);
    assert_close(moments.mean, 5, 1e-15);
    assert_close(moments_variance(&moments), 32.0 / 7, 1e-15);
    assert_true(moments.minimum == 2 && moments.maximum == 9);
}

/* Goal: a large offset does not cost the variance its digits, and merging parts equals adding
 * all. */
static void moments_are_stable(void **state)
{
    struct moments all = {0}, parts[3] = {{0}};

    (void)state;
    for (int i = 0; i < 3000; i++) {
        double value = 1e9 + i % 7;
        moments_add(&all, value);
        moments_add(&parts[i * i % 3], value);
    }
    moments_merge(&parts[0], &parts[1]);
    moments_merge(&parts[0], &parts[2]);
    assert_int_equal(parts[0].count, 3000);
    assert_close(moments_variance(&all), 4.0 * 3000 / 2999, 1e-3);
    assert_close(moments_variance(&parts[0]), moments_variance(&all), 1e-9);
    assert_close(parts[0].mean, all.mean, 1e-15);
}

/* Goal: the area under a step function over its time; a restart keeps the level and forgets the
 * past. */
static void time_mean_by_hand(void **state)
{
    struct time_mean mean;

    (void)state;
    time_mean_init(&mean, 100, 2);
    time_mean_set(&mean, 110, 5);  /* 2 for 10 */
    time_mean_add(&mean, 130, -4); /* 5 for 20 */
    assert_close(time_mean_value(&mean, 140), (20 + 100 + 10) / 40.0, 1e-15);
    assert_true(mean.maximum == 5);
    time_mean_restart(&mean, 140);
    assert_close(time_mean_value(&mean, 150), 1, 1e-15);
    assert_close(time_mean_value(&mean, 140), 1, 1e-15);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Goal: quantiles stay within the stated error of the exact nearest-rank ones, over 12 decades. */
static void quantiles_within_error(void **state)
{
    enum { VALUES = 50000 };
    static int64_t values[VALUES];
    const double probabilities[] = {0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.9999, 1};
    const struct random_key key = {.seed = 6};
    struct random_stream stream;
    struct quantile_sketch *sketch = quantile_open();

    (void)state;
    assert_non_null(sketch);
    random_stream_init(&stream, &key, 0, 0, 0);
    for (int i = 0; i < VALUES; i++) {
        values[i] = (int64_t)random_lognormal(&stream, 12, 4);
        quantile_add(sketch, values[i]);
    }
    qsort(values, VALUES, sizeof values[0], compare);
    for (size_t p = 0; p < sizeof probabilities / sizeof probabilities[0]; p++) {
        double rank = ceil(probabilities[p] * VALUES);
        int64_t exact = values[rank < 1 ? 0 : (int)rank - 1];
        double got = quantile_value(sketch, probabilities[p]);
        assert_true(fabs(got - (double)exact) <= QUANTILE_RELATIVE_ERROR * got + 1e-9);
    }
    assert_int_equal(quantile_count(sketch), VALUES);
    quantile_close(sketch);
}

/* Goal: the extremes of the range, none, one, a reset and a merge. */
static void quantiles_at_the_edges(void **state)
{
    struct quantile_sketch *sketch = quantile_open(), *other = quantile_open();

    (void)state;
    assert_non_null(sketch);
    assert_non_null(other);
    assert_true(quantile_value(sketch, 0.5) == 0);
    quantile_add(sketch, 0);
    assert_true(quantile_value(sketch, 1) == 0);
    quantile_add(other, INT64_MAX);
    assert_close(quantile_value(other, 0.5), (double)INT64_MAX, QUANTILE_RELATIVE_ERROR);
    quantile_merge(sketch, other);
    assert_int_equal(quantile_count(sketch), 2);
    assert_true(quantile_value(sketch, 0.5) == 0);
    assert_close(quantile_value(sketch, 1), (double)INT64_MAX, QUANTILE_RELATIVE_ERROR);
    quantile_reset(sketch);
    assert_int_equal(quantile_count(sketch), 0);
    quantile_close(sketch);
    quantile_close(other);
}

/* Goal: small values are exact. */
static void small_values_are_exact(void **state)
{
    struct quantile_sketch *sketch = quantile_open();

    (void)state;
    assert_non_null(sketch);
    for (int64_t value = 0; value < 128; value++) {
        quantile_reset(sketch);
        quantile_add(sketch, value);
        assert_true(quantile_value(sketch, 0.5) == (double)value);
    }
    quantile_close(sketch);
}

/* Goal: rows come zeroed until the series is full. */
static void series_fills(void **state)
{
    struct error error = {0};
    struct series series = {0};

    (void)state;
    assert_true(series_init(&series, 3, 4, &error));
    for (int i = 0; i < 4; i++) {
        double *row = series_append(&series);
        assert_non_null(row);
        assert_true(row[0] == 0 && row[2] == 0);
        row[2] = i;
    }
    assert_null(series_append(&series));
    assert_int_equal(series.count, 4);
    assert_true(series.values[3 * 3 + 2] == 3);
    series_fini(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_by_hand),        cmocka_unit_test(moments_are_stable),
        cmocka_unit_test(time_mean_by_hand),      cmocka_unit_test(quantiles_within_error),
        cmocka_unit_test(quantiles_at_the_edges), cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(series_fills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
