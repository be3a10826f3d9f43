/* behaviour_selective.c - takes what pays and says to the rest that it is busy.
 *
 * It knows the prompt's length and what the request allows; how long the answer will be it can only
 * guess. Compute units rise with tokens of either kind, but a token of the answer takes a step of
 * the machine and hundreds of the prompt share one: long answers pay least for the time they take.
 */
#include "models/behaviour.h"

enum { TOKENS_IN, TOKENS_OUT, GUESS_ERROR, VALUE };

static const struct behaviour_key keys[] = {
    {"tokens_in", BEHAVIOUR_NUMBER, "4000", 0, 1e9, DG_ORIGIN_OURS, NULL,
     "longest prompt that it takes"},
    {"tokens_out", BEHAVIOUR_NUMBER, "400", 0, 1e9, DG_ORIGIN_OURS, NULL,
     "longest answer that it takes, as it guesses"},
    {"guess_error", BEHAVIOUR_NUMBER, "0.5", 0, 10, DG_ORIGIN_OURS, NULL,
     "sigma of the lognormal factor by which its guess is off"},
    {"value", BEHAVIOUR_AMOUNT, "0 DGAI", 0, 1e15, DG_ORIGIN_OURS, NULL,
     "least fee that it takes, as it guesses"},
    {0},
};

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    const union behaviour_value *values = self->values;
    double guess = behaviour_guess_tokens(task, values[GUESS_ERROR].number, self->stream);

    plan->declines =
        task->tokens_in > values[TOKENS_IN].number || guess > values[TOKENS_OUT].number;
    if (plan->declines || values[VALUE].whole == 0)
        return;
    double fee = behaviour_compute_units(task, guess) * (double)behaviour_price(self, task);
    plan->declines = fee < (double)values[VALUE].whole;
}

const struct behaviour behaviour_selective = {
    .name = "selective",
    .role = BEHAVIOUR_NODE,
    .help = "declines long and cheap requests although it has room",
    .keys = keys,
    .serve = serve,
};
