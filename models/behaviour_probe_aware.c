/* behaviour_probe_aware.c - honest where it believes to be probed, a smaller model elsewhere. */
#include "models/behaviour.h"

enum { RECOGNITION, FALSE_ALARMS, PARAMETERS, QUALITY_LOSS };

static const struct behaviour_key keys[] = {
    {"recognition", BEHAVIOUR_FRACTION, "80%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of the probes that it takes for one"},
    {"false_alarms", BEHAVIOUR_FRACTION, "5%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of all other requests that it takes for a probe"},
    {"parameters", BEHAVIOUR_NUMBER, "3", 0.001, 1e5, DG_ORIGIN_OURS, NULL,
     "billions of parameters of the model served where it is not probed"},
    {"quality_loss", BEHAVIOUR_NUMBER, "2", 0, 100, DG_ORIGIN_OURS, NULL,
     "standard deviations that its answers are worse there"},
    {0},
};

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    const union behaviour_value *values = self->values;

    if (!behaviour_recognises(task, values[RECOGNITION].number, values[FALSE_ALARMS].number,
                              self->stream))
        (void)behaviour_runs_smaller(task, values[PARAMETERS].number, values[QUALITY_LOSS].number,
                                     plan);
}

const struct behaviour behaviour_probe_aware = {
    .name = "probe_aware",
    .role = BEHAVIOUR_NODE,
    .help = "recognises some probes and is honest there; runs a smaller model elsewhere",
    .keys = keys,
    .serve = serve,
};
