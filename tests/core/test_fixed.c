/* test_fixed.c - products, logarithm, exponential, square root and exact shares. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "fixed.h"

static uint64_t state_word = 88172645463325252u;

static uint64_t next_word(void) /* xorshift64, Marsaglia 2003 */
{
    state_word ^= state_word << 13;
    state_word ^= state_word >> 7;
    state_word ^= state_word << 17;
    return state_word;
}

/* Goal: a product larger than 64 bits is divided exactly, rounded half up. */
static void mul_div_rounds_half_up(void **state)
{
    int64_t out = -1;

    (void)state;
    assert_int_equal(fixed_mul_div(7, 1, 2, &out), DG_OK);
    assert_int_equal(out, 4);
    assert_int_equal(fixed_mul_div(5, 1, 3, &out), DG_OK);
    assert_int_equal(out, 2);
    assert_int_equal(fixed_mul_div(INT64_MAX, INT64_MAX, INT64_MAX, &out), DG_OK);
    assert_true(out == INT64_MAX);
    assert_int_equal(fixed_mul_div(0, 5, 9, &out), DG_OK);
    assert_int_equal(out, 0);
}

/* Goal: a result beyond int64 is an error and leaves the output alone. */
static void mul_div_overflow(void **state)
{
    int64_t out = 42;

    (void)state;
    assert_int_equal(fixed_mul_div(INT64_MAX, 2, 1, &out), DG_ERROR_OVERFLOW);
    assert_int_equal(out, 42);
}

/* Goal: parts of an amount are rounded down and never overflow. */
static void part_rounds_down(void **state)
{
    (void)state;
    assert_int_equal(fixed_part(10, DG_ONE / 3), 3);
    assert_int_equal(fixed_part(999, DG_ONE), 999);
    assert_true(fixed_part(INT64_MAX, DG_ONE) == INT64_MAX);
    assert_int_equal(fixed_part(INT64_MAX, 0), 0);
}

/* Goal: saturating addition stops at the top. */
static void add_saturates(void **state)
{
    (void)state;
    assert_true(fixed_add_saturated(UINT64_MAX, 1) == UINT64_MAX);
    assert_true(fixed_add_saturated(UINT64_MAX - 1, 1) == UINT64_MAX);
    assert_int_equal(fixed_add_saturated(2, 3), 5);
}

/* Goal: the base-2 logarithm keeps its stated error against the C library's long double, and at
 * powers of two. */
static void log2_is_accurate(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 64; i++)
        assert_in_range(fixed_log2(UINT64_C(1) << i) + (UINT64_C(1) << 9) -
                            ((uint64_t)i << FIXED_LOG2_BITS),
                        0, UINT64_C(1) << 10); /* 2^9 units are 2^-48 */
    for (int i = 0; i < 20000; i++) {
        uint64_t value = next_word() >> (next_word() % 64);
        if (value == 0)
            continue;
        long double expected = log2l((long double)value);
        long double got = ldexpl((long double)fixed_log2(value), -FIXED_LOG2_BITS);
        assert_true(fabsl(got - expected) < ldexpl(1, -48));
    }
}

/* Goal: the negative exponential keeps its stated error, falls, and ends at 0. */
static void exp2_is_accurate(void **state)
{
    (void)state;
    assert_true(fixed_exp2_negative(0) == UINT64_C(1) << FIXED_EXP2_OUT_BITS);
    for (int i = 0; i < 20000; i++) {
        uint64_t x = next_word() >> (24 + next_word() % 40);
        long double expected = exp2l(-ldexpl((long double)x, -FIXED_EXP2_IN_BITS));
        long double got = ldexpl((long double)fixed_exp2_negative(x), -FIXED_EXP2_OUT_BITS);
        assert_true(fabsl(got - expected) < ldexpl(1, -42));
        assert_true(fixed_exp2_negative(x + (UINT64_C(1) << 20)) <= fixed_exp2_negative(x));
    }
    assert_int_equal(fixed_exp2_negative(UINT64_MAX), 0);
}

static void assert_root(uint64_t value)
{
    fixed_uint128 root = fixed_sqrt(value);

    assert_true(root * root <= value && (root + 1) * (root + 1) > value);
}

/* Goal: the square root is rounded down exactly: at squares and beside them, at the ends, anywhere. */
static void sqrt_is_exact(void **state)
{
    (void)state;
    assert_int_equal(fixed_sqrt(0), 0);
    assert_int_equal(fixed_sqrt(UINT64_MAX), UINT32_MAX);
    for (int i = 0; i < 200000; i++) {
        uint64_t root = 1 + (next_word() >> 32 >> (next_word() % 32));
        root = root > UINT32_MAX ? UINT32_MAX : root;
        assert_int_equal(fixed_sqrt(root * root), root);
        assert_int_equal(fixed_sqrt(root * root - 1), root - 1);
        assert_root(next_word() >> (next_word() % 64));
    }
}

/* Goal: ties of the largest remainder go to the earlier part. */
static void split_by_hand(void **state)
{
    const int64_t even[3] = {1, 1, 1}, shares[4] = {20, 50, 30, 900};
    int64_t parts[4];

    (void)state;
    assert_int_equal(fixed_split(11, even, 3, parts), DG_OK);
    assert_int_equal(parts[0], 4);
    assert_int_equal(parts[1], 4);
    assert_int_equal(parts[2], 3);
    assert_int_equal(fixed_split(1000, shares, 4, parts), DG_OK);
    assert_int_equal(parts[0], 20);
    assert_int_equal(parts[3], 900);
}

/* Goal: whatever the weights, parts add up to the whole and differ from their share by less than
 * one. */
static void split_adds_up(void **state)
{
    (void)state;
    for (int round = 0; round < 5000; round++) {
        int64_t weights[FIXED_SPLIT_MAX], parts[FIXED_SPLIT_MAX], sum = 0;
        size_t count = 1 + next_word() % FIXED_SPLIT_MAX;
        int64_t total = (int64_t)(next_word() >> (1 + next_word() % 62));
        fixed_int128 all = 0;
        for (size_t i = 0; i < count; i++) {
            weights[i] = (int64_t)(next_word() >> 6 >> (next_word() % 50));
            all += weights[i];
        }
        if (all == 0 || all > INT64_MAX)
            continue;
        assert_int_equal(fixed_split(total, weights, count, parts), DG_OK);
        for (size_t i = 0; i < count; i++) {
            fixed_int128 exact = (fixed_int128)total * weights[i];
            assert_true(parts[i] >= exact / all && parts[i] <= exact / all + 1);
            sum += parts[i];
        }
        assert_true(sum == total);
    }
}

/* Goal: what cannot be split is refused. */
static void split_refuses(void **state)
{
    const int64_t zero[2] = {0, 0}, negative[2] = {3, -1}, good[2] = {1, 1};
    int64_t parts[2] = {7, 7};

    (void)state;
    assert_int_equal(fixed_split(5, zero, 2, parts), DG_ERROR_ARGUMENT);
    assert_int_equal(fixed_split(5, negative, 2, parts), DG_ERROR_ARGUMENT);
    assert_int_equal(fixed_split(-5, good, 2, parts), DG_ERROR_ARGUMENT);
    assert_int_equal(fixed_split(5, good, 0, parts), DG_ERROR_ARGUMENT);
    assert_int_equal(parts[0], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mul_div_rounds_half_up), cmocka_unit_test(mul_div_overflow),
        cmocka_unit_test(part_rounds_down),       cmocka_unit_test(add_saturates),
        cmocka_unit_test(log2_is_accurate),       cmocka_unit_test(exp2_is_accurate),
        cmocka_unit_test(sqrt_is_exact),          cmocka_unit_test(split_by_hand),
        cmocka_unit_test(split_adds_up),          cmocka_unit_test(split_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
