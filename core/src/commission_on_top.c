/* The operator gets stake.commission_on_top of what is then shared by stake: 1 / (1 + rate) of the
 * reward. */
#include "commission.h"
#include "stake.h"

static int64_t on_top_delegators(const struct dg_params *params,
                                 const struct commission_reward *reward)
{
    fixed_int128 base =
        (fixed_int128)reward->amount * DG_ONE / (DG_ONE + params->stake_commission_on_top);

    return stake_share((int64_t)base, reward->delegated, reward->all);
}

const struct commission_mode commission_on_top = {.delegators = on_top_delegators};
