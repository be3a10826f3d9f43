#include "commission.h"

#define COMMISSION_ADDRESS(name, meaning)  &commission_##name,
#define COMMISSION_POSITION(name, meaning) COMMISSION_POSITION_##name,

static const struct commission_mode *const modes[] = {COMMISSION_MODES(COMMISSION_ADDRESS)};
const struct dg_choice commission_mode_choices[] = {COMMISSION_MODES(POLICY_CHOICE){0}};

enum { COMMISSION_MODES(COMMISSION_POSITION) };
_Static_assert((int)COMMISSION_POSITION_deducted == (int)DG_COMMISSION_DEDUCTED &&
                   (int)COMMISSION_POSITION_on_top == (int)DG_COMMISSION_ON_TOP,
               "enum dg_commission_mode names rows of COMMISSION_MODES");

const struct commission_mode *commission_mode(const struct dg_params *params)
{
    return modes[params->stake_commission_mode];
}
