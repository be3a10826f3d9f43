/* round_robin: the candidate that has waited longest since it was last chosen, whatever its model;
 * nodes never chosen come first, by id. A node that leaves and returns keeps its place in the turn,
 * so it is neither starved nor doubled. O(log candidates). */
#include "routing.h"

static fixed_uint128 waiting(const struct view *view, const struct view_model *model, uint32_t node)
{
    (void)model;
    return view_tree_rank((fixed_uint128)~view->records[node].turn << 32 | ~node);
}

static const struct view_order order = {.kind = VIEW_TREE_HIGHEST, .word = waiting};

const struct routing_policy routing_policy_round_robin = {.order = &order,
                                                          .chosen = view_next_turn};
