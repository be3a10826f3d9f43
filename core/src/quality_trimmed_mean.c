/* The mean of what is left when the share quality.trim, rounded half up, is cut from each end. */
#include "quality.h"

static uint16_t trimmed_mean_combine(const struct dg_params *params, struct quality_vote *votes,
                                     size_t count)
{
    size_t cut = quality_trimmed(params, count);

    quality_sort(votes, count);
    return quality_weighted_mean(votes + cut, count - 2 * cut, NULL);
}

const struct quality_aggregation quality_trimmed_mean = {.combine = trimmed_mean_combine};
