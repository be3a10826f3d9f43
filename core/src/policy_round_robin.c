/* round_robin: the candidate that has waited longest since it was last chosen, whatever its model;
 * nodes never chosen come first, by id. A node that leaves and returns keeps its place in the turn,
 * so it is neither starved nor doubled. O(candidates). */
#include "routing.h"

static uint32_t round_robin_pick(struct view *view, const struct view_model *model,
                                 const uint32_t *passing, uint32_t count, struct entropy *entropy)
{
    uint32_t best = 0;

    (void)entropy;
    for (uint32_t i = 1; i < count; i++) {
        uint32_t node = model->candidates[passing[i]].node;
        uint32_t first = model->candidates[passing[best]].node;
        uint64_t turn = view->records[node].turn, earliest = view->records[first].turn;
        if (turn < earliest || (turn == earliest && node < first))
            best = i;
    }
    view->records[model->candidates[passing[best]].node].turn = ++view->turn;
    return best;
}

const struct routing_policy routing_policy_round_robin = {.pick = round_robin_pick};
