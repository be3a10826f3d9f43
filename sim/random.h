/* random.h - random streams keyed by (seed, replication, purpose, entity, index).
 *
 * Philox4x32-10 (Salmon et al., SC'11) derives every stream, so drawing more in one place shifts
 * nothing elsewhere. struct random_stream is a fast generator (xoshiro256++, Blackman and Vigna
 * 2019; 32 bytes of state) seeded by one such key; it is small enough to live in registers, or to
 * be made afresh for each request.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <math.h>
#include <stdint.h>

#include <gsl/gsl_rng.h>

struct random_key {
    uint64_t seed;
    uint32_t replication;
};

struct random_stream {
    uint64_t state[4];
};

void philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* A stream of its own for each (purpose, entity, index) of a key. purpose < 2^16, more is a bug and
 * aborts. Cost: two Philox blocks. */
void random_stream_init(struct random_stream *stream, const struct random_key *key,
                        uint32_t purpose, uint32_t entity, uint32_t index);

/* The helpers below are defined inline at the end of this header. */
static inline uint64_t random_u64(struct random_stream *stream);
static inline double random_unit(struct random_stream *stream); /* [0, 1) */
static inline uint64_t random_below(struct random_stream *stream,
                                    uint64_t bound);                   /* [0, bound), bound > 0 */
static inline double random_exponential(struct random_stream *stream); /* mean 1, ziggurat */
static inline double random_normal(struct random_stream *stream);      /* mean 0, sd 1, ziggurat */
/* exp(mu + sigma * normal): median exp(mu), mean exp(mu + sigma^2 / 2). */
static inline double random_lognormal(struct random_stream *stream, double mu, double sigma);

/* The generators as GSL types: pure Philox, and the fast one. gsl_rng_set() keys them by (seed, 0,
 * 0, 0). */
extern const gsl_rng_type *const random_gsl_philox;
extern const gsl_rng_type *const random_gsl_fast;
/* A gsl_rng of either type on the stream of a key; NULL when out of memory; free with
 * gsl_rng_free(). */
gsl_rng *random_gsl_open(const gsl_rng_type *type, const struct random_key *key, uint32_t purpose,
                         uint32_t entity, uint32_t index);

/* What the inline helpers need; see random_tables.c and random.c. */

enum { RANDOM_LAYERS = 256 };

struct random_layer {
    uint64_t inside; /* mantissas below it lie wholly under the density */
    double scale;    /* from a 53-bit mantissa to the value */
};

extern const struct random_layer random_exponential_layers[RANDOM_LAYERS];
extern const struct random_layer random_normal_layers[RANDOM_LAYERS];
extern const double random_exponential_heights[RANDOM_LAYERS + 1];
extern const double random_normal_heights[RANDOM_LAYERS + 1];

/* The one draw in a hundred that falls outside the inner part of its layer. */
double random_exponential_edge(struct random_stream *stream, uint64_t bits);
double random_normal_edge(struct random_stream *stream, uint64_t bits);

__extension__ typedef unsigned __int128 random_u128;

static inline uint64_t random_rotate(uint64_t value, unsigned by)
{
    return (value << by) | (value >> (64 - by));
}

static inline uint64_t random_u64(struct random_stream *stream)
{
    uint64_t *s = stream->state;
    uint64_t result = random_rotate(s[0] + s[3], 23) + s[0];
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = random_rotate(s[3], 45);
    return result;
}

static inline double random_unit(struct random_stream *stream)
{
    return (double)(int64_t)(random_u64(stream) >> 11) * 0x1p-53;
}

/* Lemire 2019: one multiplication, and a division only when the low half falls short of bound. */
static inline uint64_t random_below(struct random_stream *stream, uint64_t bound)
{
    random_u128 product = (random_u128)random_u64(stream) * bound;

    if (__builtin_expect((uint64_t)product < bound, 0)) {
        uint64_t reject = (0 - bound) % bound;
        while ((uint64_t)product < reject)
            product = (random_u128)random_u64(stream) * bound;
    }
    return (uint64_t)(product >> 64);
}

/* The ziggurat (Marsaglia and Tsang 2000) takes layer, sign and mantissa from separate bits of one
 * draw (Doornik 2005). The rare path works on a copy, so that the address of the caller's stream
 * does not escape and its state may stay in registers. */
static inline double random_exponential(struct random_stream *stream)
{
    uint64_t bits = random_u64(stream);
    const struct random_layer *layer = &random_exponential_layers[bits & (RANDOM_LAYERS - 1)];

    if (__builtin_expect((bits >> 11) < layer->inside, 1))
        return (double)(int64_t)(bits >> 11) * layer->scale;

    struct random_stream copy = *stream;
    double value = random_exponential_edge(&copy, bits);
    *stream = copy;
    return value;
}

static inline double random_signed(double value, uint64_t bits)
{
    return copysign(value, (double)(1 - (int64_t)((bits >> 7) & 2))); /* bit 8 */
}

static inline double random_normal(struct random_stream *stream)
{
    uint64_t bits = random_u64(stream);
    const struct random_layer *layer = &random_normal_layers[bits & (RANDOM_LAYERS - 1)];

    if (__builtin_expect((bits >> 11) < layer->inside, 1))
        return random_signed((double)(int64_t)(bits >> 11) * layer->scale, bits);

    struct random_stream copy = *stream;
    double value = random_normal_edge(&copy, bits);
    *stream = copy;
    return value;
}

static inline double random_lognormal(struct random_stream *stream, double mu, double sigma)
{
    return exp(mu + sigma * random_normal(stream));
}

#endif
