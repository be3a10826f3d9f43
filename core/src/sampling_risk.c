/* Each receipt on its own, at a rate that follows its risk: between sampling.rate_minimum and
 * sampling.rate_maximum by the weighted mean of low credibility, newness and value. */
#include "fixed.h"
#include "sampling.h"

/* A fraction of DG_ONE: how far up the range of rates the answer belongs. */
static int64_t risk_of(const struct dg_params *params, const struct sampling_standing *standing,
                       int64_t fee)
{
    int64_t weights = params->sampling_risk_credibility + params->sampling_risk_newcomer +
                      params->sampling_risk_value;
    int64_t doubt = (int64_t)(DG_SCORE_ONE - standing->credibility) * DG_ONE / DG_SCORE_ONE;
    int64_t fresh = standing->checks < params->sampling_risk_newcomer_checks ? DG_ONE : 0;
    int64_t value = DG_ONE;

    if (fee < params->sampling_risk_value_reference)
        value = (int64_t)((fixed_int128)fee * DG_ONE / params->sampling_risk_value_reference);
    fixed_int128 sum = (fixed_int128)params->sampling_risk_credibility * doubt +
                       (fixed_int128)params->sampling_risk_newcomer * fresh +
                       (fixed_int128)params->sampling_risk_value * value;
    return (int64_t)(sum / weights);
}

static int64_t risk_rate(const struct dg_params *params, const struct sampling_standing *standing,
                         int64_t fee)
{
    int64_t range = params->sampling_rate_maximum - params->sampling_rate_minimum;

    return params->sampling_rate_minimum + fixed_part(range, risk_of(params, standing, fee));
}

const struct sampling_plan sampling_risk = {.rate = risk_rate, .draw = sampling_draw_each};
