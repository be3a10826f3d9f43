/* collect.c - see collect.h. */
#include "sim/collect.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

/* An octave [2^k, 2^(k+1)) is cut into SUB_BINS equal bins and a quantile is the middle of its bin,
 * so the error is at most half a bin, 2^k / (2 * SUB_BINS). Below 2 * SUB_BINS a bin holds one
 * value. */
enum {
    SUB_BITS = 7,
    SUB_BINS = 1 << SUB_BITS,
    VALUE_BITS = 63,
    BIN_COUNT = (VALUE_BITS - SUB_BITS + 1) * SUB_BINS,
};

struct quantile_sketch {
    uint64_t count;
    int64_t minimum, maximum;
    uint64_t bins[BIN_COUNT];
};

void moments_add(struct moments *moments, double value)
{
    if (moments->count == 0 || value < moments->minimum)
        moments->minimum = value;
    if (moments->count == 0 || value > moments->maximum)
        moments->maximum = value;

    double deviation = value - moments->mean;
    moments->count++;
    moments->mean += deviation / (double)moments->count;
    moments->sum_squares += deviation * (value - moments->mean);
}

void moments_merge(struct moments *into, const struct moments *from)
{
    if (from->count == 0)
        return;
    if (into->count == 0) {
        *into = *from;
        return;
    }
    double a = (double)into->count, b = (double)from->count;
    double deviation = from->mean - into->mean;

    into->mean += deviation * b / (a + b);
    into->sum_squares += from->sum_squares + deviation * deviation * a * b / (a + b);
    into->count += from->count;
    into->minimum = fmin(into->minimum, from->minimum);
    into->maximum = fmax(into->maximum, from->maximum);
}

double moments_variance(const struct moments *moments)
{
    return moments->count < 2 ? 0 : moments->sum_squares / (double)(moments->count - 1);
}

void time_mean_init(struct time_mean *mean, int64_t now_ns, double level)
{
    *mean =
        (struct time_mean){.start_ns = now_ns, .last_ns = now_ns, .level = level, .maximum = level};
}

void time_mean_set(struct time_mean *mean, int64_t now_ns, double level)
{
    mean->area += mean->level * (double)(now_ns - mean->last_ns);
    mean->last_ns = now_ns;
    mean->level = level;
    if (level > mean->maximum)
        mean->maximum = level;
}

void time_mean_add(struct time_mean *mean, int64_t now_ns, double delta)
{
    time_mean_set(mean, now_ns, mean->level + delta);
}

double time_mean_value(const struct time_mean *mean, int64_t now_ns)
{
    if (now_ns <= mean->start_ns)
        return mean->level;
    double area = mean->area + mean->level * (double)(now_ns - mean->last_ns);
    return area / (double)(now_ns - mean->start_ns);
}

void time_mean_restart(struct time_mean *mean, int64_t now_ns)
{
    time_mean_init(mean, now_ns, mean->level);
}

static size_t bin_of(int64_t value)
{
    uint64_t v = (uint64_t)value;
    if (v < 2 * SUB_BINS)
        return (size_t)v;
    unsigned shift = 63u - (unsigned)__builtin_clzll(v) - SUB_BITS;
    return (size_t)shift * SUB_BINS + (size_t)(v >> shift);
}

static double bin_middle(size_t bin)
{
    if (bin < 2 * SUB_BINS)
        return (double)bin;
    size_t shift = bin / SUB_BINS - 1;
    uint64_t low = (uint64_t)(bin - shift * SUB_BINS) << shift;
    return (double)low + 0.5 * (double)((UINT64_C(1) << shift) - 1);
}

struct quantile_sketch *quantile_open(void)
{
    return calloc(1, sizeof(struct quantile_sketch));
}

void quantile_close(struct quantile_sketch *sketch)
{
    free(sketch);
}

void quantile_add(struct quantile_sketch *sketch, int64_t value)
{
    if (value < 0) {
        fprintf(stderr, "quantile_add: value %lld is negative\n", (long long)value);
        abort();
    }
    if (sketch->count == 0 || value < sketch->minimum)
        sketch->minimum = value;
    if (sketch->count == 0 || value > sketch->maximum)
        sketch->maximum = value;
    sketch->count++;
    sketch->bins[bin_of(value)]++;
}

void quantile_merge(struct quantile_sketch *into, const struct quantile_sketch *from)
{
    if (from->count == 0)
        return;
    if (into->count == 0 || from->minimum < into->minimum)
        into->minimum = from->minimum;
    if (into->count == 0 || from->maximum > into->maximum)
        into->maximum = from->maximum;
    into->count += from->count;
    for (size_t bin = 0; bin < BIN_COUNT; bin++)
        into->bins[bin] += from->bins[bin];
}

uint64_t quantile_count(const struct quantile_sketch *sketch)
{
    return sketch->count;
}

/* 1 to count; nearest rank is the smallest one that covers the probability. */
static uint64_t nearest_rank(uint64_t count, double probability)
{
    /* Rounding of the product must not lift a whole number to the next: 0.07 * 100 is above 7. */
    double rank = ceil(probability * (double)count * (1 - 4 * DBL_EPSILON));
    if (!(rank > 1))
        return 1;
    return rank >= (double)count ? count : (uint64_t)rank;
}

double quantile_value(const struct quantile_sketch *sketch, double probability)
{
    if (sketch->count == 0)
        return 0;

    uint64_t rank = nearest_rank(sketch->count, probability), seen = 0;
    size_t bin = bin_of(sketch->minimum);
    while ((seen += sketch->bins[bin]) < rank)
        bin++;
    /* The extremes are known exactly; no quantile lies outside them. */
    return fmin(fmax(bin_middle(bin), (double)sketch->minimum), (double)sketch->maximum);
}

void quantile_reset(struct quantile_sketch *sketch)
{
    memset(sketch, 0, sizeof *sketch);
}

bool series_init(struct series *series, size_t width, size_t capacity, struct error *error)
{
    double *values = NULL;
    if (width <= SIZE_MAX / sizeof *values) /* calloc() itself checks the other product */
        values = calloc(capacity > 0 ? capacity : 1, (width > 0 ? width : 1) * sizeof *values);
    if (values == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a series of %zu rows of %zu values",
                         capacity, width);
    *series = (struct series){.width = width, .capacity = capacity, .values = values};
    return true;
}

void series_fini(struct series *series)
{
    free(series->values);
    *series = (struct series){0};
}

double *series_append(struct series *series)
{
    if (series->count == series->capacity)
        return NULL;
    return series->values + series->width * series->count++;
}
