/* behaviour_cartel.c - verifiers in league: good scores for members, bad ones for rivals. */
#include "models/behaviour.h"

enum { MEMBERS, RIVALS, SABOTAGE };

static const struct behaviour_key keys[] = {
    {"members", BEHAVIOUR_NUMBER, "1", 0, 1, DG_ORIGIN_OURS, NULL,
     "score of the nodes of its members"},
    {"rivals", BEHAVIOUR_NUMBER, "0", 0, 1, DG_ORIGIN_OURS, NULL,
     "score of other nodes where it sabotages"},
    {"sabotage", BEHAVIOUR_FRACTION, "100%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of the checks of other nodes; the rest it judges honestly"},
    {0},
};

static bool score(const struct behaviour_self *self, const struct behaviour_review *review,
                  struct score_plan *plan)
{
    const union behaviour_value *values = self->values;

    if (review->friend)
        *plan = (struct score_plan){.constant = behaviour_score_of(values[MEMBERS].number)};
    else if (behaviour_chance(values[SABOTAGE].number, self->stream))
        *plan = (struct score_plan){.constant = behaviour_score_of(values[RIVALS].number)};
    return true;
}

const struct behaviour behaviour_cartel = {
    .name = "cartel",
    .role = BEHAVIOUR_VERIFIER,
    .help = "boosts the nodes of operators of this behaviour and sabotages the others",
    .keys = keys,
    .judges = true,
    .cartel = true,
    .score = score,
};
