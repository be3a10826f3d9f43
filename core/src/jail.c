#include "jail.h"

#define JAIL_YIELD_ADDRESS(name, meaning)  &jail_yield_##name,
#define JAIL_YIELD_POSITION(name, meaning) JAIL_YIELD_POSITION_##name,

static const struct jail_yield *const yields[] = {JAIL_YIELDS(JAIL_YIELD_ADDRESS)};
const struct dg_choice jail_yield_choices[] = {JAIL_YIELDS(POLICY_CHOICE){0}};

enum { JAIL_YIELDS(JAIL_YIELD_POSITION) };
_Static_assert((int)JAIL_YIELD_POSITION_frozen == (int)DG_YIELD_FROZEN &&
                   (int)JAIL_YIELD_POSITION_kept == (int)DG_YIELD_KEPT,
               "enum dg_jail_yield names rows of JAIL_YIELDS");

#define JAIL_RELEASE_ADDRESS(name, meaning)  &jail_release_##name,
#define JAIL_RELEASE_POSITION(name, meaning) JAIL_RELEASE_POSITION_##name,

static const struct jail_release *const releases[] = {JAIL_RELEASES(JAIL_RELEASE_ADDRESS)};
const struct dg_choice jail_release_choices[] = {JAIL_RELEASES(POLICY_CHOICE){0}};

enum { JAIL_RELEASES(JAIL_RELEASE_POSITION) };
_Static_assert((int)JAIL_RELEASE_POSITION_automatic == (int)DG_RELEASE_AUTOMATIC &&
                   (int)JAIL_RELEASE_POSITION_on_request == (int)DG_RELEASE_ON_REQUEST,
               "enum dg_jail_release names rows of JAIL_RELEASES");

const struct jail_yield *jail_yield(const struct dg_params *params)
{
    return yields[params->jail_yield];
}

const struct jail_release *jail_release(const struct dg_params *params)
{
    return releases[params->jail_release];
}
