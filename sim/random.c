/* random.c - Philox4x32-10, the keys of streams, the rare paths of the ziggurats, and the GSL
 * types. */
#include "sim/random.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Multipliers and key steps of Philox4x32 (Salmon et al., SC'11). */
#define PHILOX_MULTIPLIER_0 0xD2511F53u
#define PHILOX_MULTIPLIER_1 0xCD9E8D57u
#define PHILOX_STEP_0       0x9E3779B9u
#define PHILOX_STEP_1       0xBB67AE85u

enum {
    PHILOX_ROUNDS = 10,
    PURPOSE_LIMIT = 1 << 16,
};

/* Keeps the blocks that seed the two kinds of generator apart. */
enum key_block {
    KEY_BLOCK_FAST_LOW,
    KEY_BLOCK_FAST_HIGH,
    KEY_BLOCK_PHILOX,
};

struct philox_state {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t block[4];
    uint32_t used; /* words of the block handed out */
};

static void philox_round(uint32_t x[4], uint32_t key_0, uint32_t key_1)
{
    uint64_t product_0 = (uint64_t)PHILOX_MULTIPLIER_0 * x[0];
    uint64_t product_1 = (uint64_t)PHILOX_MULTIPLIER_1 * x[2];

    x[0] = (uint32_t)(product_1 >> 32) ^ x[1] ^ key_0;
    x[1] = (uint32_t)product_1;
    x[2] = (uint32_t)(product_0 >> 32) ^ x[3] ^ key_1;
    x[3] = (uint32_t)product_0;
}

void philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t x[4] = {counter[0], counter[1], counter[2], counter[3]};
    uint32_t key_0 = key[0], key_1 = key[1];

    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        philox_round(x, key_0, key_1);
        key_0 += PHILOX_STEP_0;
        key_1 += PHILOX_STEP_1;
    }
    memcpy(out, x, sizeof x);
}

/* The seed is the Philox key, all else its counter: no two streams can share a block. */
static void key_block(const struct random_key *key, uint32_t purpose, uint32_t entity,
                      uint32_t index, enum key_block which, uint32_t out[4])
{
    if (purpose >= PURPOSE_LIMIT) {
        fprintf(stderr, "random: purpose %u is above %d, seed %llu\n", purpose, PURPOSE_LIMIT - 1,
                (unsigned long long)key->seed);
        abort();
    }
    const uint32_t words[2] = {(uint32_t)key->seed, (uint32_t)(key->seed >> 32)};
    const uint32_t counter[4] = {index, entity, key->replication, purpose << 16 | (uint32_t)which};
    philox4x32_10(counter, words, out);
}

static uint64_t join(const uint32_t words[2])
{
    return (uint64_t)words[1] << 32 | words[0];
}

void random_stream_init(struct random_stream *stream, const struct random_key *key,
                        uint32_t purpose, uint32_t entity, uint32_t index)
{
    uint32_t low[4], high[4];
    key_block(key, purpose, entity, index, KEY_BLOCK_FAST_LOW, low);
    key_block(key, purpose, entity, index, KEY_BLOCK_FAST_HIGH, high);

    stream->state[0] = join(low);
    stream->state[1] = join(low + 2);
    stream->state[2] = join(high);
    stream->state[3] = join(high + 2);
    /* All zero is the one state the generator never leaves. */
    if ((stream->state[0] | stream->state[1] | stream->state[2] | stream->state[3]) == 0)
        stream->state[0] = 1;
}

/* A point of the layer that is not wholly under the density: is it, by chance? */
static bool under_density(struct random_stream *stream, const double *heights, uint64_t layer,
                          double density)
{
    double height = heights[layer] + random_unit(stream) * (heights[layer + 1] - heights[layer]);
    return height < density;
}

double random_exponential_edge(struct random_stream *stream, uint64_t bits)
{
    uint64_t index = bits & (RANDOM_LAYERS - 1);
    double value = (double)(int64_t)(bits >> 11) * random_exponential_layers[index].scale;

    /* Beyond the edge of the base layer the law starts anew. */
    if (index == 0)
        return (double)random_exponential_layers[1].scale * 0x1p53 + random_exponential(stream);
    if (under_density(stream, random_exponential_heights, index, exp(-value)))
        return value;
    return random_exponential(stream);
}

/* Marsaglia 1964: the part right of edge, from two exponentials. */
static double normal_tail(struct random_stream *stream, double edge)
{
    double beyond, height;
    do {
        beyond = random_exponential(stream) / edge;
        height = random_exponential(stream);
    } while (2 * height <= beyond * beyond);
    return edge + beyond;
}

double random_normal_edge(struct random_stream *stream, uint64_t bits)
{
    uint64_t index = bits & (RANDOM_LAYERS - 1);
    double value = (double)(int64_t)(bits >> 11) * random_normal_layers[index].scale;

    if (index == 0)
        return random_signed(normal_tail(stream, random_normal_layers[1].scale * 0x1p53), bits);
    if (under_density(stream, random_normal_heights, index, exp(-0.5 * value * value)))
        return random_signed(value, bits);
    return random_normal(stream);
}

/* GSL type on the fast generator. */

static void fast_set(void *state, unsigned long seed)
{
    const struct random_key key = {.seed = seed};
    random_stream_init(state, &key, 0, 0, 0);
}

static unsigned long fast_get(void *state)
{
    return random_u64(state);
}

static double fast_get_double(void *state)
{
    return random_unit(state);
}

static const gsl_rng_type fast_type = {
    .name = "xoshiro256++",
    .max = UINT64_MAX,
    .min = 0,
    .size = sizeof(struct random_stream),
    .set = fast_set,
    .get = fast_get,
    .get_double = fast_get_double,
};
const gsl_rng_type *const random_gsl_fast = &fast_type;

/* GSL type on Philox alone. One block of the key gives the stream a Philox key and the upper half
 * of its counter; the lower half counts blocks. */

static void philox_init(struct philox_state *philox, const struct random_key *key, uint32_t purpose,
                        uint32_t entity, uint32_t index)
{
    uint32_t words[4];
    key_block(key, purpose, entity, index, KEY_BLOCK_PHILOX, words);
    *philox = (struct philox_state){
        .key = {words[0], words[1]},
        .counter = {0, 0, words[2], words[3]},
        .used = 4,
    };
}

static void philox_set(void *state, unsigned long seed)
{
    const struct random_key key = {.seed = seed};
    philox_init(state, &key, 0, 0, 0);
}

static uint32_t philox_next(struct philox_state *philox)
{
    if (philox->used == 4) {
        philox4x32_10(philox->counter, philox->key, philox->block);
        philox->used = 0;
        if (++philox->counter[0] == 0)
            philox->counter[1]++;
    }
    return philox->block[philox->used++];
}

static unsigned long philox_get(void *state)
{
    return philox_next(state);
}

static double philox_get_double(void *state)
{
    uint64_t low = philox_next(state), high = philox_next(state);
    return (double)(int64_t)((high << 32 | low) >> 11) * 0x1p-53;
}

static const gsl_rng_type philox_type = {
    .name = "philox4x32-10",
    .max = UINT32_MAX,
    .min = 0,
    .size = sizeof(struct philox_state),
    .set = philox_set,
    .get = philox_get,
    .get_double = philox_get_double,
};
const gsl_rng_type *const random_gsl_philox = &philox_type;

gsl_rng *random_gsl_open(const gsl_rng_type *type, const struct random_key *key, uint32_t purpose,
                         uint32_t entity, uint32_t index)
{
    /* gsl_rng_alloc() would end the program through GSL's error handler when memory is short. */
    gsl_rng *rng = malloc(sizeof *rng);
    void *state = calloc(1, type->size);
    if (rng == NULL || state == NULL) {
        free(rng);
        free(state);
        return NULL;
    }
    rng->type = type;
    rng->state = state;
    if (type == random_gsl_philox)
        philox_init(state, key, purpose, entity, index);
    else
        random_stream_init(state, key, purpose, entity, index);
    return rng;
}
