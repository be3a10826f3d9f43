/* judge.h - how a judge sees an answer.
 *
 * z_score = r * z_quality + sqrt(1 - r^2) * noise, score = Phi(z_score) as an integer of 0..65535.
 * r is the judge's correlation with true quality: over answers whose quality has standard deviation
 * 1, that of z_score and z_quality. Quality 0 scores one half on average, whatever r. An answer tuned
 * for judges looks better than it is, by its own shift of quality and by the judge's gaming_bias of
 * z_score.
 *
 * A cascade asks its first judge, and its second as well when the first's score lies within the band
 * around the pass score; the last one asked has the word.
 */
#ifndef MODELS_JUDGE_H
#define MODELS_JUDGE_H

#include <stdint.h>

#include "models/scenario.h"
#include "sim/random.h"

enum { JUDGE_SCORE_ONE = 65535 };

/* An answer that is judged. */
struct judge_subject {
    double z_quality;     /* its true quality */
    double judge_shift;   /* what tuning for judges adds to the quality they see; 0: not tuned */
    uint32_t class_index; /* of the model that was paid for */
};

/* What asking came to. */
struct judge_work {
    uint16_t score;
    int64_t latency_ns, cost; /* of every judge that was asked */
};

/* The judge's correlation on answers of a class: that of by_class, else the one for all. */
double judge_correlation(const struct scenario_judge *judge, uint32_t class_index);
/* The score of a single judge before the map; draws nothing when r is 1 or -1. */
double judge_z(const struct scenario_judge *judge, const struct judge_subject *subject,
               struct random_stream *stream);
/* Phi(z) rounded to 1/65535. */
uint16_t judge_map(double z_score);
/* Asks judge number index of the scenario, a single one or a cascade. */
void judge_ask(const struct scenario *scenario, uint32_t index, const struct judge_subject *subject,
               struct random_stream *stream, struct judge_work *out);

#endif
