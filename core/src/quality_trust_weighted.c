/* The mean weighted by trust, which moves by each verifier's distance from that mean.
 *
 * The rule refers to itself: who agrees with the trusted is trusted. With a ceiling it saturates, and
 * is the plain mean from then on. */
#include "quality.h"

static uint16_t trust_weighted_combine(const struct dg_params *params, struct quality_vote *votes,
                                       size_t count)
{
    (void)params;
    return quality_weighted_mean(votes, count, quality_trust);
}

const struct quality_aggregation quality_trust_weighted = {
    .combine = trust_weighted_combine,
    .truth = QUALITY_TRUTH_CONSENSUS,
};
