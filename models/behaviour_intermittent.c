/* behaviour_intermittent.c - a verifier that hides its false scores among honest ones. */
#include "models/behaviour.h"

enum { SHARE, SCORE };

static const struct behaviour_key keys[] = {
    {"share", BEHAVIOUR_FRACTION, "20%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of the checks that it scores falsely"},
    {"score", BEHAVIOUR_NUMBER, "0", 0, 1, DG_ORIGIN_OURS, NULL,
     "what it reveals then: low to sabotage, high to boost"},
    {0},
};

static bool score(const struct behaviour_self *self, const struct behaviour_review *review,
                  struct score_plan *plan)
{
    (void)review;
    if (behaviour_chance(self->values[SHARE].number, self->stream))
        *plan = (struct score_plan){.constant = behaviour_score_of(self->values[SCORE].number)};
    return true;
}

const struct behaviour behaviour_intermittent = {
    .name = "intermittent",
    .role = BEHAVIOUR_VERIFIER,
    .help = "judges honestly most of the time and reveals one set score on a share of its checks",
    .keys = keys,
    .judges = true,
    .score = score,
};
