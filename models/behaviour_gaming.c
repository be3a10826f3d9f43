/* behaviour_gaming.c - a cheaper model tuned to please the judge.
 *
 * The published attack keeps the judge's score within 0.02 of an honest one while true quality drops
 * by 40 %. Quality is a normal deviate here, so both are read on the scale of scores: the mean score
 * of answers of quality q +- sd under a judge of correlation r is
 *     Phi(r q / sqrt(1 + r^2 sd^2 + 1 - r^2)),
 * and true quality is what a judge of correlation 1 would say. quality_drop lowers the latter to
 * (1 - quality_drop) of itself, score_loss lowers the former by so much in the eyes of judges; both
 * are turned back into shifts of q. A judge of no correlation is pleased by anything.
 */
#include "models/behaviour.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

enum { PARAMETERS, SCORE_LOSS, QUALITY_DROP, JUDGE, SHARE };

/* Worse than any answer. */
#define SHIFT_MAX 100.0

static const struct behaviour_key keys[] = {
    {"parameters", BEHAVIOUR_NUMBER, "3", 0.001, 1e5, DG_ORIGIN_OURS, NULL,
     "billions of parameters of the tuned model"},
    {"score_loss", BEHAVIOUR_NUMBER, "0.02", 0, 1, DG_ORIGIN_PUBLISHED,
     "judge gaming keeps scores within 0.02", "what the judge's mean score falls by"},
    {"quality_drop", BEHAVIOUR_FRACTION, "40%", 0, 1, DG_ORIGIN_PUBLISHED,
     "judge gaming loses 40 % of true quality", "part of the true quality that is lost"},
    {"judge", BEHAVIOUR_NUMBER, "0.747", 0, 1, DG_ORIGIN_PUBLISHED,
     "best judge of the published comparison", "correlation of the judge that it is tuned for"},
    {"share", BEHAVIOUR_FRACTION, "100%", 0, 1, DG_ORIGIN_OURS, NULL,
     "of the requests it cheats on"},
    {0},
};

/* Standard deviations by which quality falls when the mean score under that judge becomes target. */
static double shift_to(const struct behaviour_task *task, double correlation, double target)
{
    double r = correlation, sd = task->quality_sd;
    double scale = sqrt(1 + r * r * sd * sd + (1 - r) * (1 + r)) / r;
    if (target <= 0)
        return -SHIFT_MAX;
    return fmax(gsl_cdf_ugaussian_Pinv(target) * scale - task->quality, -SHIFT_MAX);
}

static double mean_score(const struct behaviour_task *task, double correlation)
{
    double r = correlation, sd = task->quality_sd;
    return gsl_cdf_ugaussian_P(r * task->quality / sqrt(1 + r * r * sd * sd + (1 - r) * (1 + r)));
}

static double judged_shift(const struct behaviour_task *task, double correlation, double loss)
{
    if (correlation <= 0 || loss <= 0)
        return 0;
    return shift_to(task, correlation, mean_score(task, correlation) - loss);
}

static void serve(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan)
{
    double size_b = self->values[PARAMETERS].number;

    if (size_b >= task->parameters_b || !behaviour_chance(self->values[SHARE].number, self->stream))
        return;
    double kept = 1 - self->values[QUALITY_DROP].number;
    double shift = kept < 1 ? shift_to(task, 1, kept * mean_score(task, 1)) : 0;
    double judged = judged_shift(task, self->values[JUDGE].number, self->values[SCORE_LOSS].number);
    (void)behaviour_runs_smaller(task, size_b, -shift, plan);
    plan->judge_shift = judged - shift;
}

const struct behaviour behaviour_gaming = {
    .name = "gaming",
    .role = BEHAVIOUR_NODE,
    .help =
        "runs a smaller model tuned to please the judge, whose answers are worse than they score",
    .keys = keys,
    .games = true,
    .serve = serve,
};
