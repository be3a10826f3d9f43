/* Each receipt on its own, at one rate for all. */
#include "sampling.h"

static bool constant_rate_allowed(const struct dg_params *params, const struct dg_receipt *receipt)
{
    return receipt->rate == params->sampling_rate;
}

static size_t constant_draw(const struct dg_params *params, const struct dg_prf_key *key,
                            uint64_t period, struct sampling_item *items, size_t count)
{
    size_t drawn = 0;

    (void)params;
    for (size_t i = 0; i < count; i++) {
        const struct dg_receipt *receipt = &items[i].receipt;
        if (items[i].period != period)
            continue;
        items[i].drawn = dg_sampling_verify(key, items[i].gateway, receipt->number,
                                            &receipt->commitment, receipt->rate);
        drawn += items[i].drawn;
    }
    return drawn;
}

const struct sampling_plan sampling_constant = {
    .rate_allowed = constant_rate_allowed,
    .draw = constant_draw,
};
