/* behaviour_noise.c - a verifier that rolls dice. */
#include "models/behaviour.h"

static bool score(const struct behaviour_self *self, const struct behaviour_review *review,
                  struct score_plan *plan)
{
    (void)review;
    *plan = (struct score_plan){.constant = behaviour_score_of(random_unit(self->stream))};
    return true;
}

const struct behaviour behaviour_noise = {
    .name = "noise",
    .role = BEHAVIOUR_VERIFIER,
    .help = "reveals a random score and spares itself the judge",
    .score = score,
};
