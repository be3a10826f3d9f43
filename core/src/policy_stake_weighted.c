/* stake_weighted: every candidate that passes with probability in proportion to its published stake,
 * in micro-tokens; a node without stake counts as one. O(candidates). */
#include "routing.h"

static uint64_t stake_of(const struct view *view, const struct view_model *model, uint32_t node)
{
    (void)model;
    int64_t stake = view->records[node].stake;

    return stake < 1 ? 1 : (uint64_t)stake;
}

static uint32_t stake_weighted_pick(struct view *view, const struct view_model *model,
                                    const uint32_t *passing, uint32_t count,
                                    struct entropy *entropy)
{
    return routing_pick_weighted(view, model, passing, count, stake_of, entropy);
}

const struct routing_policy routing_policy_stake_weighted = {.pick = stake_weighted_pick};
