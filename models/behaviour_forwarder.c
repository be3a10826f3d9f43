/* behaviour_forwarder.c - resells: has somebody outside of the network answer, and pays for it.
 *
 * The upstream is a service of the same model that is never full and sends an answer's tokens at its
 * own rate. The machine of the node stands by idle.
 */
#include "models/behaviour.h"

#include <math.h>

enum { PRICE, LATENCY, RATE, QUALITY_LOSS };

static const struct behaviour_key keys[] = {
    {"price", BEHAVIOUR_AMOUNT, "0.05 DGAI", 0, 1e15, DG_ORIGIN_PUBLISHED,
     "the standard price of a compute unit", "what the upstream takes for a compute unit"},
    {"latency", BEHAVIOUR_DURATION, "500ms", 0, 3600e9, DG_ORIGIN_OURS, NULL,
     "from asking the upstream to its first token"},
    {"rate", BEHAVIOUR_NUMBER, "50", 0.001, 1e9, DG_ORIGIN_OURS, NULL,
     "tokens that the upstream sends per second"},
    {"quality_loss", BEHAVIOUR_NUMBER, "0", 0, 100, DG_ORIGIN_OURS, NULL,
     "standard deviations that the upstream's answers are worse"},
    {0},
};

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    const union behaviour_value *values = self->values;
    double units = behaviour_compute_units(task, task->tokens_out);
    double stream_ns = task->tokens_out / values[RATE].number * 1e9;

    plan->computes = false;
    plan->fixed_time_ns = values[LATENCY].whole;
    plan->stream_ns = (int64_t)fmin(stream_ns, 1e17);
    plan->quality_shift = -values[QUALITY_LOSS].number;
    plan->outside_cost = llround(units * (double)values[PRICE].whole);
    plan->cheat = values[QUALITY_LOSS].number > 0;
}

const struct behaviour behaviour_forwarder = {
    .name = "forwarder",
    .role = BEHAVIOUR_NODE,
    .help = "passes requests to a service outside of the network and pays its price",
    .keys = keys,
    .serve = serve,
};
