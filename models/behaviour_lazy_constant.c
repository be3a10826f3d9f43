/* behaviour_lazy_constant.c - a verifier that collects its fee for a number it makes up once. */
#include "models/behaviour.h"

#include <math.h>

#include "models/judge.h"

bool behaviour_lazy_constant_score(const struct scenario_behaviours *parameters,
                                   const struct behaviour_review *review,
                                   struct random_stream *stream, struct score_plan *out)
{
    double score = fmin(fmax(parameters->lazy_constant_score, 0), 1);

    (void)review;
    (void)stream;
    *out = (struct score_plan){.constant = (uint16_t)(score * JUDGE_SCORE_ONE + 0.5)};
    return true;
}
