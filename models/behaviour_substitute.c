/* behaviour_substitute.c - serves a cheaper model under the name of the one that was paid for. */
#include "models/behaviour.h"

enum { PARAMETERS, QUALITY_LOSS, SHARE };

static const struct behaviour_key keys[] = {
    {"parameters", BEHAVIOUR_NUMBER, "3", 0.001, 1e5, DG_ORIGIN_OURS, NULL,
     "billions of parameters of the model served instead"},
    {"quality_loss", BEHAVIOUR_NUMBER, "2", 0, 100, DG_ORIGIN_OURS, NULL,
     "standard deviations that its answers are worse"},
    {"share", BEHAVIOUR_FRACTION, "100%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of the requests it cheats on"},
    {0},
};

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    double size_b = self->values[PARAMETERS].number;

    if (size_b >= task->parameters_b || !behaviour_chance(self->values[SHARE].number, self->stream))
        return;
    (void)behaviour_runs_smaller(task, size_b, self->values[QUALITY_LOSS].number, plan);
}

const struct behaviour behaviour_substitute = {
    .name = "substitute",
    .role = BEHAVIOUR_NODE,
    .help = "runs a smaller model than the one paid for, on a share of its requests",
    .keys = keys,
    .serve = serve,
};
