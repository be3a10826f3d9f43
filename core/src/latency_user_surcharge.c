/* The user pays more for a late answer: the surcharge is reserved with the fee. */
#include "latency.h"

static int64_t surcharge_highest(const struct dg_params *params)
{
    return params->fees_latency_coefficient;
}

const struct latency_mode latency_user_surcharge = {
    .term = latency_lateness,
    .lowest = latency_nothing,
    .highest = surcharge_highest,
};
