/* layout.h - deals named things out to numbered members: who is where, who behaves how. */
#ifndef MODELS_LAYOUT_H
#define MODELS_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "models/scenario.h"
#include "sim/random.h"

enum { LAYOUT_SHARES_MAX = 1024 }; /* more than any scenario can name */

/* Deals `count` members by weight: counts by largest remainder, so they add up exactly, in an order
 * shuffled by the stream (Fisher and Yates). out[i] is the index named by the share of member i;
 * with no shares nothing is drawn and every out[i] is 0. */
void layout_deal(const struct shares *shares, uint32_t count, struct random_stream *stream,
                 uint32_t *out);

/* Marks round(share * count) of the members, shuffled. */
void layout_mark(double share, uint32_t count, struct random_stream *stream, bool *out);

#endif
