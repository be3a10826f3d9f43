#include "reveal.h"

#define REVEAL_ADDRESS(name, meaning)  &reveal_##name,
#define REVEAL_POSITION(name, meaning) REVEAL_POSITION_##name,

static const struct reveal_mode *const modes[] = {REVEAL_MODES(REVEAL_ADDRESS)};
const struct dg_choice reveal_mode_choices[] = {REVEAL_MODES(POLICY_CHOICE){0}};

enum { REVEAL_MODES(REVEAL_POSITION) };
_Static_assert((int)REVEAL_POSITION_sealed == (int)DG_REVEAL_SEALED &&
                   (int)REVEAL_POSITION_open == (int)DG_REVEAL_OPEN,
               "enum dg_reveal_mode names rows of REVEAL_MODES");

const struct reveal_mode *reveal_mode(const struct dg_params *params)
{
    return modes[params->committee_reveal];
}
