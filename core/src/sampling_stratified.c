/* For each node the receipts with the smallest draws, as many as sampling.rate asks of its number: no
 * node is missed by luck. What is left of a whole number is rounded by a draw of its own, so that
 * the expectation is exact. */
#include "sampling.h"

static size_t stratified_draw(const struct dg_params *params, const struct sampling_keys *keys,
                              uint64_t period, struct sampling_queue *queue)
{
    size_t count = sampling_order(queue, keys, period, true), drawn = 0;

    for (size_t first = 0, end; first < count; first = end) {
        uint32_t node = queue->items[queue->order[first]].receipt.node;
        for (end = first; end < count && queue->items[queue->order[end]].receipt.node == node;)
            end++;
        drawn += sampling_take(queue, first, end,
                               sampling_round(keys, node, params->sampling_rate, end - first));
    }
    return drawn;
}

const struct sampling_plan sampling_stratified = {
    .rate = sampling_rate_constant,
    .draw = stratified_draw,
};
