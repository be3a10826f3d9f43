/* behaviour_garbage.c - answers without computing anything. */
#include "models/behaviour.h"

enum { QUALITY_LOSS, SHARE, TIME };

static const struct behaviour_key keys[] = {
    {"quality_loss", BEHAVIOUR_NUMBER, "5", 0, 100, DG_ORIGIN_OURS, NULL,
     "standard deviations that its answers are worse"},
    {"share", BEHAVIOUR_FRACTION, "100%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of the requests it cheats on"},
    {"time", BEHAVIOUR_DURATION, "2s", 0, 3600e9, DG_ORIGIN_OURS, NULL,
     "it waits before it answers, to look busy"},
    {0},
};

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    (void)task;
    if (!behaviour_chance(self->values[SHARE].number, self->stream))
        return;
    *plan = (struct service_plan){
        .computes = false,
        .fixed_time_ns = self->values[TIME].whole,
        .quality_shift = -self->values[QUALITY_LOSS].number,
        .cheat = true,
    };
}

const struct behaviour behaviour_garbage = {
    .name = "garbage",
    .role = BEHAVIOUR_NODE,
    .help = "computes nothing and answers at once with rubbish, on a share of its requests",
    .keys = keys,
    .serve = serve,
};
