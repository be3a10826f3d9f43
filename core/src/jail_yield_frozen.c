/* Withheld until the node is released, and lost to it if that never comes. */
#include "chain_state.h"
#include "jail.h"

static struct jail_paid frozen_reward(struct dg_chain *chain, uint32_t node, int64_t amount)
{
    chain_move(chain, DG_ACCOUNT_RESIDUAL, 0, DG_ACCOUNT_FROZEN, node, amount);
    return (struct jail_paid){.frozen = amount};
}

const struct jail_yield jail_yield_frozen = {.reward = frozen_reward};
