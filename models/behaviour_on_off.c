/* behaviour_on_off.c - builds a record, spends it by cheating, repairs it, and again.
 *
 * It goes by its own published credibility and by time: honest for at least build and until the
 * credibility reaches high, then a smaller model until it falls below low, or for spend at most.
 */
#include "models/behaviour.h"

enum { HIGH, LOW, BUILD, SPEND, PARAMETERS, QUALITY_LOSS };

static const struct behaviour_key keys[] = {
    {"high", BEHAVIOUR_FRACTION, "80%", 0, 1, DG_ORIGIN_OURS, NULL,
     "credibility from which on it cheats; 0%: any, so that only time counts"},
    {"low", BEHAVIOUR_FRACTION, "70%", 0, 1, DG_ORIGIN_OURS, NULL,
     "credibility below which it is honest again"},
    {"build", BEHAVIOUR_DURATION, "1h", 0, 3.1536e16, DG_ORIGIN_OURS, NULL,
     "it is honest at least so long"},
    {"spend", BEHAVIOUR_DURATION, "0s", 0, 3.1536e16, DG_ORIGIN_OURS, NULL,
     "it cheats at most so long; 0s: until its credibility has fallen"},
    {"parameters", BEHAVIOUR_NUMBER, "3", 0.001, 1e5, DG_ORIGIN_OURS, NULL,
     "billions of parameters of the model served while it cheats"},
    {"quality_loss", BEHAVIOUR_NUMBER, "2", 0, 100, DG_ORIGIN_OURS, NULL,
     "standard deviations that its answers are worse then"},
    {0},
};

struct memory {
    int64_t since_ns; /* when the phase began */
    bool cheats;
};

/* As published: of a node that was never checked it is one half. */
static double credibility(const struct behaviour_self *self)
{
    struct dg_node_record record;
    if (dg_chain_node_record(self->chain, self->node, &record) != DG_OK)
        return 0;
    return (double)record.credibility / DG_SCORE_ONE;
}

static bool phase_over(const struct behaviour_self *self, const struct memory *memory)
{
    const union behaviour_value *values = self->values;
    int64_t lasted_ns = self->now_ns - memory->since_ns;

    if (!memory->cheats)
        return lasted_ns >= values[BUILD].whole && credibility(self) >= values[HIGH].number;
    if (values[SPEND].whole > 0 && lasted_ns >= values[SPEND].whole)
        return true;
    return credibility(self) < values[LOW].number;
}

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    struct memory *memory = self->memory;

    if (phase_over(self, memory))
        *memory = (struct memory){.since_ns = self->now_ns, .cheats = !memory->cheats};
    if (memory->cheats)
        (void)behaviour_runs_smaller(task, self->values[PARAMETERS].number,
                                     self->values[QUALITY_LOSS].number, plan);
}

/* Otherwise each phase would end as it begins. */
static bool check(const union behaviour_value *values, const char **key, const char **why)
{
    *key = "low";
    *why = "above high, so that no time of cheating could last";
    return values[LOW].number <= values[HIGH].number;
}

const struct behaviour behaviour_on_off = {
    .name = "on_off",
    .role = BEHAVIOUR_NODE,
    .help = "builds a record, cheats on the strength of it, and repairs it, in turn",
    .keys = keys,
    .memory_size = sizeof(struct memory),
    .check = check,
    .serve = serve,
};
