/* judge.c - how a judge sees an answer. */
#include "models/judge.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#define PRESET_ROW(name, help, correlation, latency, cost) {correlation, latency, cost},
static const struct judge_preset presets[] = {JUDGE_PRESETS(PRESET_ROW)};

const struct judge_preset *judge_presets(size_t *count)
{
    *count = sizeof presets / sizeof presets[0];
    return presets;
}

double judge_correlation(const struct scenario_judge *judge, uint32_t class_index)
{
    for (size_t i = 0; i < judge->by_class.count; i++) {
        if (judge->by_class.items[i].index == class_index)
            return judge->by_class.items[i].weight;
    }
    return judge->correlation;
}

double judge_z(const struct scenario_judge *judge, const struct judge_subject *subject,
               struct random_stream *stream)
{
    double r = judge_correlation(judge, subject->class_index);
    double noise_variance = (1 - r) * (1 + r);
    double z = r * (subject->z_quality + subject->judge_shift);

    if (subject->judge_shift != 0)
        z += judge->gaming_bias;
    if (noise_variance <= 0)
        return z;
    return z + sqrt(noise_variance) * random_normal(stream);
}

uint16_t judge_map(double z_score)
{
    return (uint16_t)(gsl_cdf_ugaussian_P(z_score) * JUDGE_SCORE_ONE + 0.5);
}

static void ask_single(const struct scenario_judge *judge, const struct judge_subject *subject,
                       struct random_stream *stream, struct judge_work *work)
{
    work->score = judge_map(judge_z(judge, subject, stream));
    work->latency_ns += judge->latency_ns;
    work->cost += judge->cost;
}

static bool unsure(const struct scenario *scenario, const struct scenario_judge *cascade,
                   uint16_t score)
{
    double pass = (double)scenario->protocol.quality_pass_score / (double)DG_ONE;

    return fabs((double)score / JUDGE_SCORE_ONE - pass) < cascade->band;
}

void judge_ask(const struct scenario *scenario, uint32_t index, const struct judge_subject *subject,
               struct random_stream *stream, struct judge_work *out)
{
    const struct scenario_judge *judge = &scenario->judges[index];

    *out = (struct judge_work){0};
    if (judge->kind == JUDGE_SINGLE) {
        ask_single(judge, subject, stream, out);
        return;
    }
    ask_single(&scenario->judges[judge->first], subject, stream, out);
    if (unsure(scenario, judge, out->score))
        ask_single(&scenario->judges[judge->second], subject, stream, out);
}
