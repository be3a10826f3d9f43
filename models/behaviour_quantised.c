/* behaviour_quantised.c - serves a quantised build under the name of the full one. */
#include "models/behaviour.h"

enum { WORK, QUALITY_LOSS, SHARE };

static const struct behaviour_key keys[] = {
    {"work", BEHAVIOUR_FRACTION, "60%", 0.01, 1, DG_ORIGIN_OURS, NULL,
     "its steps over those of the full build"},
    {"quality_loss", BEHAVIOUR_NUMBER, "0.3", 0, 100, DG_ORIGIN_OURS, NULL,
     "standard deviations that its answers are worse"},
    {"share", BEHAVIOUR_FRACTION, "100%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of the requests it cheats on"},
    {0},
};

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    (void)task;
    if (!behaviour_chance(self->values[SHARE].number, self->stream))
        return;
    plan->work_factor = self->values[WORK].number;
    plan->quality_shift = -self->values[QUALITY_LOSS].number;
    plan->cheat = true;
}

const struct behaviour behaviour_quantised = {
    .name = "quantised",
    .role = BEHAVIOUR_NODE,
    .help = "runs a quantised build of the model that was paid for: less work, slightly worse",
    .keys = keys,
    .serve = serve,
};
