/* test_normal.c - normal draws against the GNU Scientific Library's quantiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "normal.h"

enum { STEPS = 256 }; /* of each half */

/* The draw at a probability 0.5..1, given in 1/2^32 above a half. */
static double quantile(uint32_t above)
{
    return ldexp(normal_draw(above), -NORMAL_BITS);
}

static uint32_t word_of(uint32_t step)
{
    return step << 23;
}

/* Goal: at the start of each of the 256 steps the draw is the quantile, rounded. */
static void steps_are_quantiles(void **state)
{
    (void)state;
    for (uint32_t step = 0; step < STEPS; step++) {
        double exact = ldexp(gsl_cdf_ugaussian_Pinv(0.5 + step / 512.0), NORMAL_BITS);
        assert_int_equal(normal_draw(word_of(step)), llround(exact));
    }
}

/* Goal: the top bit is the sign and nothing else, and draws rise with the word. */
static void both_sides_alike(void **state)
{
    int32_t last = -1;

    (void)state;
    for (uint32_t word = 0; word < UINT32_C(1) << 31; word += 99991) {
        int32_t draw = normal_draw(word);
        assert_int_equal(normal_draw(word | UINT32_C(1) << 31), -draw);
        assert_true(draw >= last);
        last = draw;
    }
}

/* Goal: the stated errors: of the quantile in the inner steps, of the probability anywhere; the
 * furthest draw. */
static void errors_as_stated(void **state)
{
    (void)state;
    for (uint32_t word = 0; word < UINT32_C(1) << 31; word += 99991) {
        double probability = 0.5 + ldexp(word, -32), draw = quantile(word);
        if (word < word_of(STEPS - 1))
            assert_true(fabs(draw - gsl_cdf_ugaussian_Pinv(probability)) < 0.018);
        assert_true(fabs(gsl_cdf_ugaussian_P(draw) - probability) < 0.0003);
    }
    assert_true(quantile(UINT32_MAX >> 1) < 3.45);
}

/* Goal: the variance is 1: per step, the mean of the square of a straight line. The mean is 0 because
 * both sides are alike. */
static void variance_is_one(void **state)
{
    double sum = 0;

    (void)state;
    for (uint32_t step = 0; step < STEPS; step++) {
        double a = quantile(word_of(step)), b = quantile(word_of(step + 1) - 1);
        sum += (a * a + a * b + b * b) / 3;
    }
    assert_float_equal(sum / STEPS, 1, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_quantiles),
        cmocka_unit_test(both_sides_alike),
        cmocka_unit_test(errors_as_stated),
        cmocka_unit_test(variance_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
