/* behaviour_garbage.c - answers without computing anything. */
#include "models/behaviour.h"

void behaviour_garbage_serve(const struct scenario_behaviours *parameters,
                             const struct behaviour_task *task, struct random_stream *stream,
                             struct service_plan *out)
{
    behaviour_honest_serve(parameters, task, stream, out);
    if (!behaviour_chance(parameters->garbage_share, stream))
        return;
    *out = (struct service_plan){
        .computes = false,
        .fixed_time_ns = parameters->garbage_time_ns,
        .quality_shift = -parameters->garbage_quality_loss,
        .cheat = true,
    };
}
