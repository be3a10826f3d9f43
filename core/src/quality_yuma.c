/* Yuma consensus on one answer (Opentensor Foundation, Yuma Consensus 2023): scores are clipped to the
 * highest one that at least quality.kappa of the committee's stake gave or exceeded, and averaged by
 * stake. Verifiers are paid by bonds: moving averages of their share in the clipped scores. */
#include "quality.h"

/* The highest score that enough stake gave or exceeded. */
static uint16_t consensus(const struct dg_params *params, const struct quality_vote *votes,
                          size_t count, fixed_uint128 all)
{
    fixed_uint128 above = 0;

    for (size_t i = count; i-- > 0;) {
        above += quality_stake(&votes[i]);
        if (above * DG_ONE >= all * (uint64_t)params->quality_kappa)
            return votes[i].score;
    }
    return votes[0].score;
}

static uint16_t yuma_combine(const struct dg_params *params, struct quality_vote *votes,
                             size_t count)
{
    fixed_uint128 all = 0, sum = 0;

    quality_sort(votes, count);
    for (size_t i = 0; i < count; i++)
        all += quality_stake(&votes[i]);
    uint16_t limit = consensus(params, votes, count, all);
    for (size_t i = 0; i < count; i++) {
        votes[i].clipped = votes[i].score < limit ? votes[i].score : limit;
        sum += (fixed_uint128)quality_stake(&votes[i]) * votes[i].clipped;
    }
    return (uint16_t)((sum + all / 2) / all);
}

const struct quality_aggregation quality_yuma = {.combine = yuma_combine, .bonds = true};
