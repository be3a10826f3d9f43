/* behaviour_equivocal.c - a verifier that seals two scores, to choose between them later. */
#include "models/behaviour.h"

static bool score(const struct behaviour_self *self, const struct behaviour_review *review,
                  struct score_plan *plan)
{
    (void)self;
    (void)review;
    *plan = (struct score_plan){.constant = behaviour_score_of(1), .seals_two = true};
    return true;
}

const struct behaviour behaviour_equivocal = {
    .name = "equivocal",
    .role = BEHAVIOUR_VERIFIER,
    .help = "seals two scores to choose between them later, without a judge",
    .score = score,
};
