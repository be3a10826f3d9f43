/* The middle score; of an even number, the mean of the middle two, rounded half up. */
#include "quality.h"

static uint16_t median_combine(const struct dg_params *params, struct quality_vote *votes,
                               size_t count)
{
    (void)params;
    quality_sort(votes, count);
    uint32_t low = votes[(count - 1) / 2].score;
    uint32_t high = votes[count / 2].score;

    return (uint16_t)((low + high + 1) / 2);
}

const struct quality_aggregation quality_median = {.combine = median_combine};
