#include "emission.h"

#define EMISSION_ADDRESS(name, meaning)  &emission_##name,
#define EMISSION_POSITION(name, meaning) EMISSION_POSITION_##name,

static const struct emission_schedule *const schedules[] = {EMISSION_SCHEDULES(EMISSION_ADDRESS)};
const struct dg_choice emission_schedule_choices[] = {EMISSION_SCHEDULES(POLICY_CHOICE){0}};

enum { EMISSION_SCHEDULES(EMISSION_POSITION) };
_Static_assert((int)EMISSION_POSITION_constant == (int)DG_EMISSION_CONSTANT &&
                   (int)EMISSION_POSITION_halving == (int)DG_EMISSION_HALVING,
               "enum dg_emission_schedule names rows of EMISSION_SCHEDULES");

int64_t emission_weekly(const struct dg_params *params, int64_t elapsed_ns)
{
    if (params->emission_duration > 0 && elapsed_ns >= params->emission_duration)
        return 0;
    return schedules[params->emission_schedule]->weekly(params, elapsed_ns);
}
