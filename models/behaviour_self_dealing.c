/* behaviour_self_dealing.c - sends requests to itself to farm a record and rewards.
 *
 * Users of the operator ask for the models of its node like any other users. The gateway chooses who
 * serves, so most requests go to others and their fees are spent; the world books them as outside
 * costs. What comes back to one of the operator's nodes is answered without computing, from what
 * was prepared along with the prompt, so that a check of it finds nothing wrong.
 */
#include "models/behaviour.h"

enum { RATE, TIME, QUALITY_LOSS };

static const struct behaviour_key keys[] = {
    {"rate", BEHAVIOUR_NUMBER, "10", 0, 1e6, DG_ORIGIN_OURS, NULL,
     "requests per hour that it sends for each of its nodes"},
    {"time", BEHAVIOUR_DURATION, "2s", 0, 3600e9, DG_ORIGIN_OURS, NULL,
     "it waits before it answers itself, to look busy"},
    {"quality_loss", BEHAVIOUR_NUMBER, "0", 0, 100, DG_ORIGIN_OURS, NULL,
     "standard deviations that answers to itself are worse"},
    {0},
};

static double own_rate(const struct behaviour_self *self)
{
    return self->values[RATE].number / 3600;
}

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    if (!task->own)
        return;
    plan->computes = false;
    plan->fixed_time_ns = self->values[TIME].whole;
    plan->quality_shift = -self->values[QUALITY_LOSS].number;
    plan->cheat = true;
}

const struct behaviour behaviour_self_dealing = {
    .name = "self_dealing",
    .role = BEHAVIOUR_NODE,
    .help = "has users of its own ask its models, and answers them without computing",
    .keys = keys,
    .serve = serve,
    .own_rate = own_rate,
};
