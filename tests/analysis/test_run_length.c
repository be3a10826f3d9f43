/* test_run_length.c - mean checks to an offence: closed forms, published values, and simulations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "analysis/run_length.h"
#include "dg/verify.h"
#include "sim/random.h"

static struct dg_params with_test(const char *name)
{
    const struct dg_param_row *row = dg_param_find("quality.test");
    struct dg_params params;

    dg_params_default(&params);
    params.quality_test = 0;
    while (strcmp(row->choices[params.quality_test].name, name) != 0)
        params.quality_test++;
    return params;
}

static struct run_length find(const struct dg_params *params, double rate)
{
    struct run_length length;
    struct error error = {0};

    assert_true(run_length_find(params, rate, 1, &length, &error));
    return length;
}

static void assert_exact(const struct dg_params *params, double rate, double expected,
                         double tolerance)
{
    struct run_length length = find(params, rate);

    assert_int_equal(length.kind, RUN_LENGTH_EXACT);
    assert_true(length.error == 0);
    if (!(fabs(length.checks / expected - 1) < tolerance))
        fail_msg("%.10g instead of %.10g", length.checks, expected);
}

static struct dg_params threshold(int64_t failures, int64_t window)
{
    struct dg_params params = with_test("threshold");

    params.quality_threshold_failures = failures;
    params.quality_threshold_window = window;
    return params;
}

/* Goal: one failure is geometric, 1/p; k in a row are a run, (1 - p^k) / ((1 - p) p^k). */
static void closed_forms(void **state)
{
    (void)state;
    for (double p = 1e-4; p < 1; p *= 3) {
        struct dg_params params = threshold(1, 10);
        assert_exact(&params, p, 1 / p, 1e-8);
        for (int64_t k = 2; k <= 5; k++) {
            params = threshold(k, k);
            assert_exact(&params, p, (1 - pow(p, (double)k)) / ((1 - p) * pow(p, (double)k)), 1e-8);
        }
    }
    struct dg_params params = threshold(3, 10);
    assert_exact(&params, 1, 3, 1e-12);
}

/* Goal: 3 failures in the last 10 checks at 0.02, 0.05, 0.10 and 0.30, to the digits published. */
static void three_of_ten(void **state)
{
    static const double rates[] = {0.02, 0.05, 0.10, 0.30};
    static const double expected[] = {4277.35, 372.566, 74.7165, 11.1188};
    struct dg_params params = threshold(3, 10);

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_exact(&params, rates[i], expected[i], 5e-6);
}

/* Goal: Wald's test with p0 0.02, p1 0.2, alpha 0.01, beta 0.05: at 0.02 one run takes 19.8591 checks and
 * convicts with 0.00439488, at 0.20 17.2876 and 0.953794. */
static void published_sprt(void **state)
{
    struct dg_params params = with_test("sprt");

    (void)state;
    params.quality_p0 = DG_ONE / 50;
    params.quality_p1 = DG_ONE / 5;
    params.quality_alpha = DG_ONE / 100;
    params.quality_beta = DG_ONE / 20;
    assert_exact(&params, 0.02, 19.8591 / 0.00439488, 4e-6);
    assert_exact(&params, 0.20, 17.2876 / 0.953794, 4e-6);
}

/* Mean and standard error over simulated offences. */
static double simulated(const struct dg_params *params, double rate, int offences, double *error)
{
    struct random_stream stream;
    struct random_key key = {.seed = 20};
    double sum = 0, squares = 0;

    random_stream_init(&stream, &key, 1, 2, 3);
    for (int i = 0; i < offences; i++) {
        struct dg_test_state state = {0};
        double checks = 1;
        while (!dg_test_outcome(params, &state, random_unit(&stream) < rate))
            checks++;
        sum += checks;
        squares += checks * checks;
    }
    *error = sqrt((squares / offences - pow(sum / offences, 2)) / offences);
    return sum / offences;
}

/* Goal: exact means lie within 4 standard errors of simulations of each test, for rates below, between
 * and above the two of the test. */
static void agrees_with_simulation(void **state)
{
    static const char *const names[] = {"threshold", "sprt", "cusum"};
    static const double rates[] = {0.03, 0.08, 0.25};

    (void)state;
    for (int t = 0; t < 3; t++) {
        struct dg_params params = with_test(names[t]);
        params.quality_cusum_threshold = 4 * DG_ONE;
        for (int r = 0; r < 3; r++) {
            double error, mean = simulated(&params, rates[r], 2000, &error);
            struct run_length length = find(&params, rates[r]);
            assert_int_equal(length.kind, RUN_LENGTH_EXACT);
            if (fabs(length.checks - mean) > 4 * error)
                fail_msg("%s at %g: %g, simulated %g +- %g", names[t], rates[r], length.checks,
                         mean, error);
        }
    }
}

/* The sum as a birth-and-death chain: with p1 = 1 - p0 a failure adds what a pass takes off. From 0 a pass
 * stays at 0, and `top` steps up are an offence. E[i] = 1 + p E[i+1] + q E[i-1]. */
static double ladder(double p, int top)
{
    /* Time from i to i + 1: t[0] = 1/p, t[i] = (1 + q t[i-1]) / p. */
    double step = 1 / p, sum = step;

    for (int i = 1; i < top; i++) {
        step = (1 + (1 - p) * step) / p;
        sum += step;
    }
    return sum;
}

/* Goal: cusum with p0 0.2 and p1 0.8 moves by log2(4) = 2 up or down; 5 nats are 7.2 bits, 4 steps. */
static void cusum_is_a_ladder(void **state)
{
    struct dg_params params = with_test("cusum");

    (void)state;
    params.quality_p0 = DG_ONE / 5;
    params.quality_p1 = 4 * (DG_ONE / 5);
    params.quality_cusum_threshold = 5 * DG_ONE;
    for (double p = 0.05; p < 1; p += 0.1)
        assert_exact(&params, p, ladder(p, 4), 1e-8);
}

/* Goal: nothing to find without failures; with more states than can be followed it is simulated, with a
 * standard error that covers the truth, or bounded when no offence is seen. */
static void beyond_the_exact(void **state)
{
    struct dg_params params = threshold(3, 10);
    struct run_length length = find(&params, 0);

    (void)state;
    assert_int_equal(length.kind, RUN_LENGTH_EXACT);
    assert_true(isinf(length.checks));

    params = threshold(20, 64); /* windows without number */
    double error, mean = simulated(&params, 0.3, 4000, &error);
    length = find(&params, 0.3);
    assert_int_equal(length.kind, RUN_LENGTH_SIMULATED);
    assert_true(length.error > 0 && length.error < 0.02 * length.checks);
    assert_true(fabs(length.checks - mean) < 4 * hypot(error, length.error));

    length = find(&params, 0.01);
    assert_int_equal(length.kind, RUN_LENGTH_AT_LEAST);
    assert_true(length.checks > 1e6 && length.checks < 1e7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms),      cmocka_unit_test(three_of_ten),
        cmocka_unit_test(published_sprt),    cmocka_unit_test(agrees_with_simulation),
        cmocka_unit_test(cusum_is_a_ladder), cmocka_unit_test(beyond_the_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
