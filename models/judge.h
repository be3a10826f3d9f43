/* judge.h - how a judge sees an answer.
 *
 * z_score = r * z_quality + sqrt(1 - r^2) * noise, score = Phi(z_score) as an integer of 0..65535.
 * r is the judge's correlation with true quality: over answers whose quality has standard deviation
 * 1, that of z_score and z_quality. Quality 0 scores one half on average, whatever r.
 */
#ifndef MODELS_JUDGE_H
#define MODELS_JUDGE_H

#include <stdint.h>

#include "models/scenario.h"
#include "sim/random.h"

enum { JUDGE_SCORE_ONE = 65535 };

/* The score before the map; draws nothing when r is 1 or -1. */
double judge_z(const struct scenario_judge *judge, double z_quality, struct random_stream *stream);
/* Phi(z) rounded to 1/65535. */
uint16_t judge_map(double z_score);
/* Both in one. */
uint16_t judge_score(const struct scenario_judge *judge, double z_quality,
                     struct random_stream *stream);

#endif
