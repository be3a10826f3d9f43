/* The delegators' share by stake, less the node's own rate of it. */
#include "commission.h"
#include "stake.h"

static int64_t deducted_delegators(const struct dg_params *params,
                                   const struct commission_reward *reward)
{
    int64_t gross = stake_share(reward->amount, reward->delegated, reward->all);

    (void)params;
    return gross - fixed_part(gross, reward->rate);
}

const struct commission_mode commission_deducted = {.delegators = deducted_delegators};
