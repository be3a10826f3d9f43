/* fixed.h - fixed-point arithmetic: products of 64-bit numbers without overflow, base-2 logarithm
 * and exponential, square root, exact shares. Every result depends on nothing but its arguments, on any machine.
 */
#ifndef CORE_FIXED_H
#define CORE_FIXED_H

#include "dg/types.h"

__extension__ typedef __int128 fixed_int128;
__extension__ typedef unsigned __int128 fixed_uint128;

enum {
    FIXED_LOG2_BITS = 57,     /* fractional bits of fixed_log2() */
    FIXED_EXP2_IN_BITS = 32,  /* fractional bits of the argument of fixed_exp2_negative() */
    FIXED_EXP2_OUT_BITS = 63, /* fractional bits of its result */
    FIXED_SPLIT_MAX = 16,     /* parts of one fixed_split() */
};

/* a * b / divisor, rounded half up; the arguments must not be negative and divisor not 0. Returns
 * DG_ERROR_OVERFLOW, and leaves *out alone, when the result does not fit. */
enum dg_status fixed_mul_div(int64_t a, int64_t b, int64_t divisor, int64_t *out);

/* The fraction (0..DG_ONE) of a non-negative amount, rounded down. */
int64_t fixed_part(int64_t amount, int64_t fraction);

/* a + b, at most UINT64_MAX. */
uint64_t fixed_add_saturated(uint64_t a, uint64_t b);

/* log2(value) for value >= 1, times 2^FIXED_LOG2_BITS. Absolute error below 2^-48. */
uint64_t fixed_log2(uint64_t value);

/* 2^-x for x >= 0 given times 2^FIXED_EXP2_IN_BITS; the result is times 2^FIXED_EXP2_OUT_BITS (so
 * 2^63 stands for 1). Absolute error below 2^-42. */
uint64_t fixed_exp2_negative(uint64_t x);

/* The square root, rounded down: exact. */
uint32_t fixed_sqrt(uint64_t value);

/* Splits a non-negative total in proportion to weights by the largest remainder (ties: the earlier
 * part), so that the parts add up to the total. DG_ERROR_ARGUMENT for a negative total or weight,
 * no positive weight, or count outside 1..FIXED_SPLIT_MAX; the sum of weights must fit an
 * int64_t. */
enum dg_status fixed_split(int64_t total, const int64_t *weights, size_t count, int64_t *parts);

#endif
