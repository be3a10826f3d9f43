/* gateway_retry.h - how many reroutes and hedges a gateway may make: a bucket of tokens.
 *
 * Each request puts routing.retry_budget of a token in, up to routing.retry_reserve of them; each
 * reroute and each hedge takes one out. So trouble that every node shares cannot multiply the load.
 * Tokens are counted in parts of DG_ONE.
 */
#ifndef CORE_GATEWAY_RETRY_H
#define CORE_GATEWAY_RETRY_H

#include <stdbool.h>

#include "dg/params.h"

struct retry_budget {
    int64_t tokens; /* 1/DG_ONE */
};

/* The bound of the reserve, 10^9 tokens, and one token more fit an int64_t. */
static inline int64_t retry_reserve(const struct dg_params *params)
{
    return params->routing_retry_reserve * DG_ONE;
}

static inline void retry_init(struct retry_budget *budget, const struct dg_params *params)
{
    budget->tokens = retry_reserve(params);
}

static inline void retry_earn(struct retry_budget *budget, const struct dg_params *params)
{
    int64_t tokens = budget->tokens + params->routing_retry_budget;

    budget->tokens = tokens < retry_reserve(params) ? tokens : retry_reserve(params);
}

static inline bool retry_allowed(const struct retry_budget *budget)
{
    return budget->tokens >= DG_ONE;
}

static inline void retry_spend(struct retry_budget *budget)
{
    budget->tokens -= DG_ONE;
}

/* A smaller reserve takes effect at once, a larger one fills up. */
static inline void retry_follow_params(struct retry_budget *budget, const struct dg_params *params)
{
    if (budget->tokens > retry_reserve(params))
        budget->tokens = retry_reserve(params);
}

#endif
