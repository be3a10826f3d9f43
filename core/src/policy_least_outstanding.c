/* least_outstanding: the fewest requests in flight, as this gateway knows them, among all candidates
 * that pass; ties at random. O(candidates). */
#include "routing.h"

static uint32_t least_outstanding_pick(struct view *view, const struct view_model *model,
                                       const uint32_t *passing, uint32_t count,
                                       struct entropy *entropy)
{
    uint32_t lowest = UINT32_MAX, ties = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t load = view->nodes[model->candidates[passing[i]].node].in_flight;
        if (load < lowest) {
            lowest = load;
            ties = 0;
        }
        ties += load == lowest;
    }
    uint32_t chosen = entropy_below(entropy, ties);
    for (uint32_t i = 0;; i++) {
        if (view->nodes[model->candidates[passing[i]].node].in_flight == lowest && chosen-- == 0)
            return i;
    }
}

const struct routing_policy routing_policy_least_outstanding = {.pick = least_outstanding_pick};
