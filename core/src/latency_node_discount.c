/* The node is paid less for a late answer, and the user gets the difference back. */
#include "latency.h"

static int64_t discount_term(const struct dg_params *params, int64_t target_ns, int64_t total_ns)
{
    return -latency_lateness(params, target_ns, total_ns);
}

static int64_t discount_lowest(const struct dg_params *params)
{
    return -params->fees_latency_coefficient;
}

const struct latency_mode latency_node_discount = {
    .term = discount_term,
    .lowest = discount_lowest,
    .highest = latency_nothing,
};
