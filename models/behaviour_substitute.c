/* behaviour_substitute.c - serves a cheaper model under the name of the one that was paid for. */
#include "models/behaviour.h"

void behaviour_substitute_serve(const struct scenario_behaviours *parameters,
                                const struct behaviour_task *task, struct random_stream *stream,
                                struct service_plan *out)
{
    double size_b = parameters->substitute_parameters_b;

    behaviour_honest_serve(parameters, task, stream, out);
    if (size_b >= task->parameters_b) /* nothing smaller at hand */
        return;
    if (!behaviour_chance(parameters->substitute_share, stream))
        return;
    out->parameters_b = size_b;
    out->work_factor = size_b / task->parameters_b;
    out->quality_shift = -parameters->substitute_quality_loss;
    out->cheat = true;
}
