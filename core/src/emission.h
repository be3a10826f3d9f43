/* emission.h - what a week mints: the schedules of emission.schedule.
 *
 * A schedule is one file; the list is in policies.h.
 */
#ifndef CORE_EMISSION_H
#define CORE_EMISSION_H

#include "policies.h"

struct emission_schedule {
    /* Micro-tokens a week, so long (0 or above, below emission.duration if there is one) after the
     * emission began. */
    int64_t (*weekly)(const struct dg_params *params, int64_t elapsed_ns);
};

#define EMISSION_DECLARE(name, meaning) extern const struct emission_schedule emission_##name;
EMISSION_SCHEDULES(EMISSION_DECLARE)
#undef EMISSION_DECLARE

/* By the schedule in force; nothing from emission.duration on. */
int64_t emission_weekly(const struct dg_params *params, int64_t elapsed_ns);

#endif
