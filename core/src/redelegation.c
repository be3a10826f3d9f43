#include "redelegation.h"

#define REDELEGATION_ADDRESS(name, meaning)  &redelegation_##name,
#define REDELEGATION_POSITION(name, meaning) REDELEGATION_POSITION_##name,

static const struct redelegation *const rules[] = {REDELEGATIONS(REDELEGATION_ADDRESS)};
const struct dg_choice redelegation_choices[] = {REDELEGATIONS(POLICY_CHOICE){0}};

enum { REDELEGATIONS(REDELEGATION_POSITION) };
_Static_assert((int)REDELEGATION_POSITION_instant == (int)DG_REDELEGATION_INSTANT &&
                   (int)REDELEGATION_POSITION_slashable == (int)DG_REDELEGATION_SLASHABLE,
               "enum dg_redelegation names rows of REDELEGATIONS");

const struct redelegation *redelegation(const struct dg_params *params)
{
    return rules[params->stake_redelegation];
}
