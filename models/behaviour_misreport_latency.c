/* behaviour_misreport_latency.c - looks fast: sends a token without content at once.
 *
 * The time to the first token is then that of the network. The answer takes as long as ever; the
 * empty token is not metered.
 */
#include "models/behaviour.h"

enum { SHARE };

static const struct behaviour_key keys[] = {
    {"share", BEHAVIOUR_FRACTION, "100%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of the answers that it announces early"},
    {0},
};

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    (void)task;
    plan->early_token = behaviour_chance(self->values[SHARE].number, self->stream);
}

const struct behaviour behaviour_misreport_latency = {
    .name = "misreport_latency",
    .role = BEHAVIOUR_NODE,
    .help = "sends an empty token at once, so that its first token seems to come early",
    .keys = keys,
    .serve = serve,
};
