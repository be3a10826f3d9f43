/* The receipts with the smallest draws of the whole period, as many as sampling.budget pays the
 * verifiers of; what is left of a whole number is rounded by a draw. */
#include "sampling.h"

static size_t budget_draw(const struct dg_params *params, const struct sampling_keys *keys,
                          uint64_t period, struct sampling_queue *queue)
{
    size_t count = sampling_order(queue, keys, period, false);
    int64_t cost = params->committee_size * params->verification_fee;
    uint64_t whole = (uint64_t)(params->sampling_budget / cost);
    int64_t rest = (int64_t)((fixed_int128)(params->sampling_budget % cost) * DG_ONE / cost);

    if (whole < count)
        whole += sampling_round(keys, DG_NONE, rest, 1);
    return sampling_take(queue, 0, count, whole < count ? (size_t)whole : count);
}

const struct sampling_plan sampling_budget = {
    .rate = sampling_rate_constant,
    .draw = budget_draw,
};
