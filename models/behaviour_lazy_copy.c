/* behaviour_lazy_copy.c - a verifier that reveals what another one has published. */
#include "models/behaviour.h"

enum { PATIENCE, SCORE };

static const struct behaviour_key keys[] = {
    {"patience", BEHAVIOUR_DURATION, "40s", 0, 24 * 3600e9, DG_ORIGIN_OURS,
     "within the standard committee.commit_time",
     "it waits for another's score where scores are open"},
    {"score", BEHAVIOUR_NUMBER, "0.9", 0, 1, DG_ORIGIN_OURS, NULL,
     "what it reveals when there is none to copy"},
    {0},
};

static bool score(const struct behaviour_self *self, const struct behaviour_review *review,
                  struct score_plan *plan)
{
    int64_t patience_ns = self->values[PATIENCE].whole;

    *plan = (struct score_plan){.constant = behaviour_score_of(self->values[SCORE].number)};
    if (review->score_count > 0)
        plan->constant = review->scores[0];
    else if (review->open && review->waited_ns < patience_ns)
        plan->wait_ns = patience_ns - review->waited_ns;
    return true;
}

const struct behaviour behaviour_lazy_copy = {
    .name = "lazy_copy",
    .role = BEHAVIOUR_VERIFIER,
    .help = "copies a score that another verifier has published, or makes one up when none is",
    .keys = keys,
    .score = score,
};
