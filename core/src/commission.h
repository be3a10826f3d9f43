/* commission.h - how a node's reward is shared between its operator and its delegators: the modes of
 * stake.commission_mode.
 *
 * A mode is one file; the list is in policies.h.
 */
#ifndef CORE_COMMISSION_H
#define CORE_COMMISSION_H

#include "fixed.h"
#include "policies.h"

struct commission_reward {
    int64_t amount;
    int64_t rate;                 /* what the node asks of its delegators, in 1/DG_ONE */
    fixed_uint128 all, delegated; /* weight of all bonded stake, and of the delegators' part */
};

struct commission_mode {
    /* What its delegators get together, from 0 to the amount; the operator gets the rest. */
    int64_t (*delegators)(const struct dg_params *params, const struct commission_reward *reward);
};

const struct commission_mode *commission_mode(const struct dg_params *params);

#define COMMISSION_DECLARE(name, meaning) extern const struct commission_mode commission_##name;
COMMISSION_MODES(COMMISSION_DECLARE)
#undef COMMISSION_DECLARE

#endif
