/* The plain mean, rounded half up. */
#include "quality.h"

static uint16_t mean_combine(const struct dg_params *params, struct quality_vote *votes,
                             size_t count)
{
    (void)params;
    return quality_weighted_mean(votes, count, NULL);
}

const struct quality_aggregation quality_mean = {.combine = mean_combine};
