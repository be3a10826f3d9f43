/* behaviour_lazy_constant.c - a verifier that collects its fee for a number it makes up once. */
#include "models/behaviour.h"

enum { SCORE };

static const struct behaviour_key keys[] = {
    {"score", BEHAVIOUR_NUMBER, "0.9", 0, 1, DG_ORIGIN_OURS, NULL, "what it always reveals"},
    {0},
};

static bool score(const struct behaviour_self *self, const struct behaviour_review *review,
                  struct score_plan *plan)
{
    (void)review;
    *plan = (struct score_plan){.constant = behaviour_score_of(self->values[SCORE].number)};
    return true;
}

const struct behaviour behaviour_lazy_constant = {
    .name = "lazy_constant",
    .role = BEHAVIOUR_VERIFIER,
    .help = "reveals the same score always and spares itself the judge",
    .keys = keys,
    .score = score,
};
