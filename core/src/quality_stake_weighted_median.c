/* The score at which half of the committee's stake is reached; the mean with the next one, rounded
 * half up, where it is reached exactly. */
#include "quality.h"

static uint16_t stake_weighted_median_combine(const struct dg_params *params,
                                              struct quality_vote *votes, size_t count)
{
    fixed_uint128 all = 0, below = 0;

    (void)params;
    quality_sort(votes, count);
    for (size_t i = 0; i < count; i++)
        all += quality_stake(&votes[i]);
    for (size_t i = 0; i + 1 < count; i++) {
        below += quality_stake(&votes[i]);
        if (2 * below == all)
            return (uint16_t)(((uint32_t)votes[i].score + votes[i + 1].score + 1) / 2);
        if (2 * below > all)
            return votes[i].score;
    }
    return votes[count - 1].score;
}

const struct quality_aggregation quality_stake_weighted_median = {
    .combine = stake_weighted_median_combine,
};
