/* Moving is no way out: the stake stays liable as long as unbonding would have taken. */
#include "redelegation.h"

static int64_t slashable_liable(const struct dg_params *params,
                                const struct stake_position *position)
{
    return stake_unbonding_time(params, (enum dg_tier)position->tier);
}

const struct redelegation redelegation_slashable = {.liable_ns = slashable_liable};
