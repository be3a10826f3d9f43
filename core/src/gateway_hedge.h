/* gateway_hedge.h - when a request has waited long enough for a second copy: per model, a histogram
 * of times to first token.
 *
 * Buckets are spaced by logarithm, eight to a doubling, so a quantile read from one is at most an
 * eighth too long. At HEDGE_FULL observations all counts are halved: what was seen long ago fades.
 */
#ifndef CORE_GATEWAY_HEDGE_H
#define CORE_GATEWAY_HEDGE_H

#include "dg/params.h"

enum {
    HEDGE_STEPS = 8,      /* buckets to a doubling */
    HEDGE_FIRST_BIT = 20, /* all below 2^20 ns, a millisecond, falls into the first bucket */
    HEDGE_LAST_BIT = 42,  /* all from 2^42 ns, 73 minutes, into the last */
    HEDGE_BUCKETS = (HEDGE_LAST_BIT - HEDGE_FIRST_BIT) * HEDGE_STEPS + 2,
    HEDGE_FULL = 4096,
    HEDGE_FEWEST = 100, /* observations without which nothing is hedged */
    HEDGE_REFRESH = 16, /* observations between two readings of the quantile */
};

struct hedge_model {
    int64_t delay; /* the quantile; INT64_MAX: too few observations */
    uint32_t total;
    uint32_t counts[HEDGE_BUCKETS];
};

struct hedge {
    int64_t quantile; /* 0: off, and no model has a row */
    struct hedge_model *models;
    size_t capacity;
};

void hedge_init(struct hedge *hedge, const struct dg_params *params);
void hedge_fini(struct hedge *hedge, const struct dg_allocator *allocator);

/* A row for every model below `models`, when the parameters hedge. */
enum dg_status hedge_reserve(struct hedge *hedge, const struct dg_allocator *allocator,
                             const struct dg_params *params, size_t models);
/* Takes the quantile from new parameters, for which hedge_reserve() has made the rows. */
void hedge_follow_params(struct hedge *hedge, const struct dg_allocator *allocator,
                         const struct dg_params *params);

void hedge_learn(struct hedge *hedge, uint32_t model, int64_t ttft);
/* How long to wait for the first token; INT64_MAX: for ever. */
int64_t hedge_delay(const struct hedge *hedge, uint32_t model);

#endif
