/* estimate.h - means over replications with 95 % confidence intervals (Student's t). */
#ifndef ANALYSIS_ESTIMATE_H
#define ANALYSIS_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>

#include "models/result.h"
#include "sim/error.h"

struct estimate {
    size_t count; /* runs in which the value is defined */
    double mean;  /* NaN when count is 0 */
    double half;  /* half-width of the interval; NaN when count is below 2 */
};

/* NaN among the values means "not defined in that run" and is left out. */
struct estimate estimate_of(const double *values, size_t count);

struct metric_estimate {
    const char *name, *unit; /* the results' own */
    struct estimate value;
};

struct estimates {
    struct metric_estimate *items;
    size_t count;
};

/* Every metric that some result has, in order of first appearance. On failure *out is left
 * alone. */
bool estimates_init(struct estimates *out, const struct result *results, size_t count,
                    struct error *error);
void estimates_fini(struct estimates *estimates);
const struct metric_estimate *estimates_find(const struct estimates *estimates, const char *name);

#endif
