/* behaviour_honest.c - does what it is paid for, as a node and as a verifier. */
#include "models/behaviour.h"

void behaviour_honest_serve(const struct scenario_behaviours *parameters,
                            const struct behaviour_task *task, struct random_stream *stream,
                            struct service_plan *out)
{
    (void)parameters;
    (void)stream;
    *out = (struct service_plan){
        .parameters_b = task->parameters_b,
        .work_factor = 1,
        .computes = true,
    };
}

bool behaviour_honest_score(const struct scenario_behaviours *parameters,
                            const struct behaviour_review *review, struct random_stream *stream,
                            struct score_plan *out)
{
    (void)parameters;
    (void)review;
    (void)stream;
    *out = (struct score_plan){.uses_judge = true};
    return true;
}
