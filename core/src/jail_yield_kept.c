/* Jail costs the node its work, not what it has earned. */
#include "chain_state.h"
#include "jail.h"

static struct jail_paid kept_reward(struct dg_chain *chain, uint32_t node, int64_t amount)
{
    return (struct jail_paid){.own = chain_pay_reward(chain, node, amount)};
}

const struct jail_yield jail_yield_kept = {.reward = kept_reward};
