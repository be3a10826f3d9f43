/* behaviour_silent.c - a verifier that takes its seat and never shows a score. */
#include "models/behaviour.h"

static bool score(const struct behaviour_self *self, const struct behaviour_review *review,
                  struct score_plan *plan)
{
    (void)self;
    (void)review;
    *plan = (struct score_plan){.withheld = true};
    return true;
}

const struct behaviour behaviour_silent = {
    .name = "silent",
    .role = BEHAVIOUR_VERIFIER,
    .help = "seals a score, so that nobody takes its seat, and never shows it",
    .score = score,
};
