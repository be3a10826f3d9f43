/* least_outstanding: the fewest requests in flight, as this gateway knows them, among all candidates
 * that pass; ties at random. O(log candidates). */
#include "routing.h"

static fixed_uint128 idleness(const struct view *view, const struct view_model *model,
                              uint32_t node)
{
    (void)model;
    return view_tree_rank(UINT32_MAX - view->nodes[node].in_flight); /* a candidate is not full */
}

static const struct view_order order = {
    .kind = VIEW_TREE_HIGHEST, .word = idleness, .follows_load = true};

const struct routing_policy routing_policy_least_outstanding = {.order = &order};
