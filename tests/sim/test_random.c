/* test_random.c - Philox against its published vectors, streams, and the laws drawn from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "sim/random.h"

/* Goal: philox4x32-10 gives the vectors of Random123 (kat_vectors, Salmon et al.). */
static void philox_vectors(void **state)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } vectors[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint32_t out[4];
        philox4x32_10(vectors[i].counter, vectors[i].key, out);
        assert_memory_equal(out, vectors[i].out, sizeof out);
    }
}

static const struct random_key key = {.seed = 42, .replication = 0};

static struct random_stream stream_of(uint32_t purpose, uint32_t entity, uint32_t index)
{
    struct random_stream stream;

    random_stream_init(&stream, &key, purpose, entity, index);
    return stream;
}

/* Goal: a stream depends on every part of its key and on nothing else. */
static void streams_by_key(void **state)
{
    struct random_stream first = stream_of(1, 2, 3), again = stream_of(1, 2, 3);
    struct random_stream others[] = {stream_of(2, 2, 3),
                                     stream_of(1, 3, 3),
                                     stream_of(1, 2, 4),
                                     stream_of(3, 2, 1),
                                     first,
                                     first};
    const struct random_key seed = {.seed = 43}, replication = {.seed = 42, .replication = 1};

    (void)state;
    random_stream_init(&others[4], &seed, 1, 2, 3);
    random_stream_init(&others[5], &replication, 1, 2, 3);
    assert_memory_equal(&first, &again, sizeof first);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        int equal_bits = 0;
        struct random_stream stream = first;
        for (int draw = 0; draw < 1000; draw++)
            equal_bits += 64 - __builtin_popcountll(random_u64(&stream) ^ random_u64(&others[i]));
        assert_in_range(equal_bits, 32000 - 632, 32000 + 632); /* 5 standard deviations */
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Kolmogorov's distance between a sample and a law, times the root of its size. */
static double distance(double (*draw)(struct random_stream *), double (*law)(double), size_t count)
{
    struct random_stream stream = stream_of(7, 0, 0);
    double *values = malloc(count * sizeof *values), worst = 0;

    assert_non_null(values);
    for (size_t i = 0; i < count; i++)
        values[i] = draw(&stream);
    qsort(values, count, sizeof *values, compare);
    for (size_t i = 0; i < count; i++) {
        double below = law(values[i]);
        worst = fmax(worst, fmax(fabs(below - (double)i / (double)count),
                                 fabs(below - (double)(i + 1) / (double)count)));
    }
    free(values);
    return worst * sqrt((double)count);
}

static double uniform_law(double x)
{
    return x;
}

static double exponential_law(double x)
{
    return -expm1(-x);
}

static double gsl_fast(struct random_stream *stream)
{
    (void)stream;
    static gsl_rng *rng; /* one sequence over the calls of a test */
    if (rng == NULL)
        rng = random_gsl_open(random_gsl_fast, &key, 9, 1, 2);
    return gsl_ran_gaussian_ziggurat(rng, 1);
}

/* Goal: unit, exponential and normal draws follow their laws (Kolmogorov-Smirnov, 0.1 % level). */
static void laws(void **state)
{
    enum { DRAWS = 200000 };

    (void)state;
    assert_true(distance(random_unit, uniform_law, DRAWS) < 1.95);
    assert_true(distance(random_exponential, exponential_law, DRAWS) < 1.95);
    assert_true(distance(random_normal, gsl_cdf_ugaussian_P, DRAWS) < 1.95);
    assert_true(distance(gsl_fast, gsl_cdf_ugaussian_P, DRAWS) < 1.95);
}

/* Goal: the tails are there: P(exponential > 12), P(|normal| > 4), within 5 standard deviations. */
static void tails(void **state)
{
    enum { DRAWS = 4000000 };
    struct random_stream stream = stream_of(8, 0, 0);
    double far = 0, wide = 0;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        far += random_exponential(&stream) > 12;
        wide += fabs(random_normal(&stream)) > 4;
    }
    double expected_far = DRAWS * exp(-12.0), expected_wide = DRAWS * 2 * gsl_cdf_ugaussian_Q(4);
    assert_true(fabs(far - expected_far) < 5 * sqrt(expected_far));
    assert_true(fabs(wide - expected_wide) < 5 * sqrt(expected_wide));
}

/* Goal: a lognormal has median exp(mu) and mean exp(mu + sigma^2 / 2), within 5 standard errors. */
static void lognormal(void **state)
{
    enum { DRAWS = 400000 };
    struct random_stream stream = stream_of(5, 5, 5);
    double sum = 0, below = 0, mean = exp(1 + 0.125);

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        double value = random_lognormal(&stream, 1, 0.5);
        sum += value;
        below += value < exp(1);
    }
    double sd = mean * sqrt(expm1(0.25));
    assert_true(fabs(sum / DRAWS - mean) < 5 * sd / sqrt(DRAWS));
    assert_true(fabs(below - DRAWS / 2.0) < 5 * sqrt(DRAWS) / 2);
}

/* Goal: whole numbers below a bound are all there, each as often (chi-square, 0.1 % level). */
static void below_a_bound(void **state)
{
    enum { BOUND = 13, DRAWS = 130000 };
    struct random_stream stream = stream_of(4, 0, 0);
    double counts[BOUND] = {0}, statistic = 0;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        uint64_t value = random_below(&stream, BOUND);
        assert_true(value < BOUND);
        counts[value]++;
    }
    for (int i = 0; i < BOUND; i++)
        statistic += (counts[i] - 10000) * (counts[i] - 10000) / 10000;
    assert_true(statistic < 32.9);
    assert_int_equal(random_below(&stream, 1), 0);
}

/* Goal: both generators serve GSL, repeat by key, differ by key, and stay within their bounds. */
static void gsl_types(void **state)
{
    const gsl_rng_type *const types[] = {random_gsl_philox, random_gsl_fast};

    (void)state;
    for (int t = 0; t < 2; t++) {
        gsl_rng *a = random_gsl_open(types[t], &key, 1, 2, 3);
        gsl_rng *b = random_gsl_open(types[t], &key, 1, 2, 3);
        gsl_rng *c = random_gsl_open(types[t], &key, 1, 2, 4);
        int same = 0;
        for (int i = 0; i < 1000; i++) {
            unsigned long value = gsl_rng_get(a);
            assert_true(value == gsl_rng_get(b));
            assert_true(value >= gsl_rng_min(a) && value <= gsl_rng_max(a));
            same += value == gsl_rng_get(c);
            double unit = gsl_rng_uniform(a);
            assert_true(unit >= 0 && unit < 1);
            (void)gsl_rng_uniform(b);
            (void)gsl_rng_uniform(c);
        }
        assert_true(same < 3);
        gsl_rng_set(a, 5);
        gsl_rng_set(b, 5);
        assert_true(gsl_rng_get(a) == gsl_rng_get(b));
        gsl_rng_free(a);
        gsl_rng_free(b);
        gsl_rng_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_vectors), cmocka_unit_test(streams_by_key),
        cmocka_unit_test(laws),           cmocka_unit_test(tails),
        cmocka_unit_test(lognormal),      cmocka_unit_test(below_a_bound),
        cmocka_unit_test(gsl_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
