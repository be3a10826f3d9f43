/* behaviour_inflate_cu.c - pads its answers to be paid for more tokens.
 *
 * The gateway counts the tokens that pass through it, so a node cannot claim ones that it did not
 * send. It can send more: stock phrases and repetitions behind the answer, up to the most that the
 * request allows. They take little computing, and readers and judges like the answer less for them.
 */
#include "models/behaviour.h"

enum { FACTOR, WORK, QUALITY_LOSS, SHARE };

static const struct behaviour_key keys[] = {
    {"factor", BEHAVIOUR_NUMBER, "1.5", 1, 1000, DG_ORIGIN_OURS, NULL,
     "tokens that it sends over those of the answer"},
    {"work", BEHAVIOUR_FRACTION, "10%", 0, 1, DG_ORIGIN_OURS, NULL,
     "steps that a padded token takes over those of a computed one"},
    {"quality_loss", BEHAVIOUR_NUMBER, "0.2", 0, 100, DG_ORIGIN_OURS, NULL,
     "standard deviations that a padded answer is worse"},
    {"share", BEHAVIOUR_FRACTION, "100%", 0, 1, DG_ORIGIN_OURS, NULL, "of the answers it pads"},
    {0},
};

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    uint32_t room = behaviour_padding_room(task);
    double more = task->tokens_out * (self->values[FACTOR].number - 1);
    uint32_t padding = more < room ? (uint32_t)more : room;

    if (padding == 0 || !behaviour_chance(self->values[SHARE].number, self->stream))
        return;
    plan->padding = padding;
    plan->padding_work = self->values[WORK].number;
    plan->quality_shift = -self->values[QUALITY_LOSS].number;
    plan->cheat = true;
}

const struct behaviour behaviour_inflate_cu = {
    .name = "inflate_cu",
    .role = BEHAVIOUR_NODE,
    .help = "pads its answers with cheap tokens, up to what the request allows",
    .keys = keys,
    .serve = serve,
};
