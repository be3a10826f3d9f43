/* Moved stake answers for the node it is with, and no other: a thief may flee before it is caught. */
#include "redelegation.h"

static int64_t instant_liable(const struct dg_params *params, const struct stake_position *position)
{
    (void)params;
    (void)position;
    return REDELEGATION_FREE;
}

const struct redelegation redelegation_instant = {.liable_ns = instant_liable};
