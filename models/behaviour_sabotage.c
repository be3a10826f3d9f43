/* behaviour_sabotage.c - a verifier that wants everybody to fail. */
#include "models/behaviour.h"

enum { SCORE };

static const struct behaviour_key keys[] = {
    {"score", BEHAVIOUR_NUMBER, "0", 0, 1, DG_ORIGIN_OURS, NULL, "what it reveals for anyone"},
    {0},
};

static bool score(const struct behaviour_self *self, const struct behaviour_review *review,
                  struct score_plan *plan)
{
    (void)review;
    *plan = (struct score_plan){.constant = behaviour_score_of(self->values[SCORE].number)};
    return true;
}

const struct behaviour behaviour_sabotage = {
    .name = "sabotage",
    .role = BEHAVIOUR_VERIFIER,
    .help = "gives everybody a low score, without a judge",
    .keys = keys,
    .score = score,
};
