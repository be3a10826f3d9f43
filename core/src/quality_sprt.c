/* The sequential probability ratio test (Wald 1945) of failure rate p1 against p0: an offence when the
 * log-likelihood ratio reaches log((1 - beta) / alpha); the test starts again from nothing when it
 * falls to log(beta / (1 - alpha)). */
#include "quality.h"

static bool sprt_feed(const struct dg_params *params, struct quality_state *state, bool failed)
{
    int64_t accept = quality_log_ratio(params->quality_beta, DG_ONE - params->quality_alpha);
    int64_t reject = quality_log_ratio(DG_ONE - params->quality_beta, params->quality_alpha);

    state->statistic += quality_evidence(params, failed);
    if (state->statistic > accept && state->statistic < reject)
        return false;
    bool offence = state->statistic >= reject;
    *state = (struct quality_state){0};
    return offence;
}

const struct quality_test quality_sprt = {.feed = sprt_feed};
