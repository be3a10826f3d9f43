/* The mean weighted by trust, which moves on probes alone: by each verifier's distance from the score
 * that is known to be right. */
#include "quality.h"

static uint16_t gold_calibrated_combine(const struct dg_params *params, struct quality_vote *votes,
                                        size_t count)
{
    (void)params;
    return quality_weighted_mean(votes, count, quality_trust);
}

const struct quality_aggregation quality_gold_calibrated = {
    .combine = gold_calibrated_combine,
    .truth = QUALITY_TRUTH_GOLD,
};
