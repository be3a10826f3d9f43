/* Cumulative sum (Page 1954): the log-likelihood ratio of failure rate p1 against p0 since it was
 * last at its lowest; an offence when that reaches quality.cusum_threshold. */
#include "fixed.h"
#include "quality.h"

static bool cusum_feed(const struct dg_params *params, struct quality_state *state, bool failed)
{
    /* The threshold counts in natural logarithms: times log2(e), 2^62 of which is a constant. */
    const uint64_t log2_e = UINT64_C(0x5c551d94ae0bf85d);
    int64_t threshold =
        (int64_t)((fixed_uint128)(uint64_t)params->quality_cusum_threshold * log2_e / DG_ONE >>
                  (62 - QUALITY_LOG_BITS));

    state->statistic += quality_evidence(params, failed);
    if (state->statistic < 0)
        state->statistic = 0;
    if (state->statistic < threshold)
        return false;
    *state = (struct quality_state){0};
    return true;
}

const struct quality_test quality_cusum = {.feed = cusum_feed};
