/* record.h - what checks have shown of one node: moving average and variance of its scores, counts
 * of passed and failed checks, and the credibility that follows from them. */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include <stdbool.h>

#include "dg/types.h"

struct record {
    int64_t mean;     /* of scores, times 2^16 */
    int64_t variance; /* of scores, in squared score units */
    uint32_t passed, failed;
};

/* Knows nothing yet: the middle of the scale. */
void record_init(struct record *record);

/* The newest score weighs alpha (a fraction of DG_ONE), or 1/n for the n-th score while that is
 * more, so that the first scores are averaged and the start value is forgotten at once. */
void record_add(struct record *record, int64_t alpha, uint16_t score, bool passed);

uint16_t record_quality(const struct record *record);
uint16_t record_credibility(const struct record *record); /* mean of Beta(1 + passed, 1 + failed) */
uint16_t record_checks(const struct record *record);      /* saturating */

#endif
