/* stake_weighted: every candidate that passes with probability in proportion to its published stake,
 * in micro-tokens; a node without stake counts as one. O(log candidates). */
#include "routing.h"

static fixed_uint128 stake_of(const struct view *view, const struct view_model *model,
                              uint32_t node)
{
    (void)model;
    int64_t stake = view->records[node].stake;

    return stake < 1 ? 1 : (uint64_t)stake;
}

static const struct view_order order = {.kind = VIEW_TREE_SUM, .word = stake_of};

const struct routing_policy routing_policy_stake_weighted = {.order = &order};
