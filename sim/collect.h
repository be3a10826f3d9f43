/* collect.h - statistics collectors: plain structs, ready when all zero unless an init is named. */
#ifndef SIM_COLLECT_H
#define SIM_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* Count, mean and variance in one pass (Welford 1962). */
struct moments {
    uint64_t count;
    double mean, sum_squares; /* of deviations */
    double minimum, maximum;
};
void moments_add(struct moments *moments, double value);
void moments_merge(struct moments *into, const struct moments *from); /* Chan et al. 1979 */
double moments_variance(const struct moments *moments); /* sample variance; 0 below two values */

/* Mean of a step function of virtual time. */
struct time_mean {
    int64_t start_ns, last_ns;
    double level, area, maximum;
};
void time_mean_init(struct time_mean *mean, int64_t now_ns, double level);
void time_mean_set(struct time_mean *mean, int64_t now_ns, double level);
void time_mean_add(struct time_mean *mean, int64_t now_ns, double delta);
double time_mean_value(const struct time_mean *mean, int64_t now_ns);
void time_mean_restart(struct time_mean *mean,
                       int64_t now_ns); /* keeps the level, forgets the past */

/* Quantiles of non-negative int64 values by log-linear bins: a quantile is off by at most
 * QUANTILE_RELATIVE_ERROR of the value it returns. Memory is fixed; O(1) per value, no
 * allocation. */
#define QUANTILE_RELATIVE_ERROR (1.0 / 256)
struct quantile_sketch;
struct quantile_sketch *quantile_open(void); /* NULL when out of memory */
void quantile_close(struct quantile_sketch *sketch);
void quantile_add(struct quantile_sketch *sketch, int64_t value); /* negative: a bug, aborts */
void quantile_merge(struct quantile_sketch *into, const struct quantile_sketch *from);
uint64_t quantile_count(const struct quantile_sketch *sketch);
/* probability in [0,1]; 0 when empty. Nearest-rank definition. */
double quantile_value(const struct quantile_sketch *sketch, double probability);
void quantile_reset(struct quantile_sketch *sketch);

/* One value per epoch: a fixed number of rows of `width` doubles. */
struct series {
    size_t width, count, capacity;
    double *values; /* row-major */
};
bool series_init(struct series *series, size_t width, size_t capacity, struct error *error);
void series_fini(struct series *series);
double *series_append(struct series *series); /* a zeroed row; NULL when full */

#endif
