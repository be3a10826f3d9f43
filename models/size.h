/* size.h - draws from a law: sizes of requests, service times, factors.
 *
 * A sampler keeps what can be worked out once (the parameters of the underlying normal, say), for
 * it is drawn from several times a request.
 */
#ifndef MODELS_SIZE_H
#define MODELS_SIZE_H

#include <stdint.h>

#include "models/scenario.h"
#include "sim/random.h"

struct law_sampler {
    enum law_kind kind;
    double location,
        scale; /* constant: value; exponential: mean; lognormal: mu, sigma; uniform: low, width */
    double minimum, maximum;
};

/* A law with maximum 0 (or below minimum) has no upper bound. lognormal: mean and cv are those of
 * the law before it is cut to its bounds. */
void law_sampler_init(struct law_sampler *sampler, const struct law *law);

double law_draw(const struct law_sampler *sampler, struct random_stream *stream);

/* A whole number of tokens, at least 1: the draw rounded to nearest. A uniform law gives every
 * whole number within its bounds the same chance. */
uint32_t size_draw(const struct law_sampler *sampler, struct random_stream *stream);

#endif
