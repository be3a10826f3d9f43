/* redelegation.h - what stake that moves to another node still owes the one it left: the rules of
 * stake.redelegation.
 *
 * A rule is one file; the list is in policies.h.
 */
#ifndef CORE_REDELEGATION_H
#define CORE_REDELEGATION_H

#include "policies.h"
#include "stake.h"

#define REDELEGATION_FREE (-1)

struct redelegation {
    /* The time for which the position is slashed with the node it leaves as well as with the one it
     * moves to, and may not move again; REDELEGATION_FREE: it leaves its duties behind. */
    int64_t (*liable_ns)(const struct dg_params *params, const struct stake_position *position);
};

const struct redelegation *redelegation(const struct dg_params *params);

#define REDELEGATION_DECLARE(name, meaning) extern const struct redelegation redelegation_##name;
REDELEGATIONS(REDELEGATION_DECLARE)
#undef REDELEGATION_DECLARE

#endif
