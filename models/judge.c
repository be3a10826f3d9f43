/* judge.c - how a judge sees an answer. */
#include "models/judge.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

double judge_z(const struct scenario_judge *judge, double z_quality, struct random_stream *stream)
{
    double r = judge->correlation;
    double noise_variance = (1 - r) * (1 + r);

    if (noise_variance <= 0)
        return r * z_quality;
    return r * z_quality + sqrt(noise_variance) * random_normal(stream);
}

uint16_t judge_map(double z_score)
{
    return (uint16_t)(gsl_cdf_ugaussian_P(z_score) * JUDGE_SCORE_ONE + 0.5);
}

uint16_t judge_score(const struct scenario_judge *judge, double z_quality,
                     struct random_stream *stream)
{
    return judge_map(judge_z(judge, z_quality, stream));
}
