/* behaviour_cached.c - replays answers that it gave before.
 *
 * A request is like an earlier one more often the more the node has answered: the chance is
 * hits * n / (n + half) after n answers of its own. Some of what looks alike is: there the old
 * answer is as good as a new one. The node cannot tell the two apart, or it would not replay the
 * others.
 */
#include "models/behaviour.h"

enum { HITS, HALF, FIT, QUALITY_LOSS, TIME };

static const struct behaviour_key keys[] = {
    {"hits", BEHAVIOUR_FRACTION, "30%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of the requests that look like an earlier one, once much has been answered"},
    {"half", BEHAVIOUR_NUMBER, "100", 0, 1e9, DG_ORIGIN_OURS, NULL,
     "answers after which it finds half as many"},
    {"fit", BEHAVIOUR_FRACTION, "40%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of those requests whose earlier answer truly fits"},
    {"quality_loss", BEHAVIOUR_NUMBER, "2", 0, 100, DG_ORIGIN_OURS, NULL,
     "standard deviations that the other replays are worse"},
    {"time", BEHAVIOUR_DURATION, "200ms", 0, 3600e9, DG_ORIGIN_OURS, NULL,
     "it takes to find an answer"},
    {0},
};

struct memory {
    double answers; /* that it computed and keeps */
};

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    struct memory *memory = self->memory;
    double half = self->values[HALF].number;
    double known = memory->answers > 0 ? memory->answers / (memory->answers + half) : 0;

    (void)task;
    if (!behaviour_chance(self->values[HITS].number * known, self->stream)) {
        memory->answers++;
        return;
    }
    plan->computes = false;
    plan->fixed_time_ns = self->values[TIME].whole;
    plan->cheat = true;
    if (!behaviour_chance(self->values[FIT].number, self->stream))
        plan->quality_shift = -self->values[QUALITY_LOSS].number;
}

const struct behaviour behaviour_cached = {
    .name = "cached",
    .role = BEHAVIOUR_NODE,
    .help = "replays an earlier answer where a request looks like an earlier one",
    .keys = keys,
    .memory_size = sizeof(struct memory),
    .serve = serve,
};
