/* gateway_entropy.h - the random choices of one gateway, reproducible from its secret seed.
 *
 * A counter generator: word number p is word p mod 256 of the ChaCha20 key stream whose key is
 * BLAKE2b-256 of a label keyed by the seed, and whose 8-byte nonce is p / 256, little-endian. So a
 * journal needs only the seed and a position, and a requester who sees which nodes were chosen
 * learns nothing about the next choice, as it could with a plain generator.
 */
#ifndef CORE_GATEWAY_ENTROPY_H
#define CORE_GATEWAY_ENTROPY_H

#include "dg/types.h"

enum { ENTROPY_BLOCK_WORDS = 256 };

struct entropy {
    uint8_t key[DG_HASH_BYTES];
    uint64_t position; /* of the next word */
    uint64_t block;    /* the one in words */
    uint32_t words[ENTROPY_BLOCK_WORDS];
};

void entropy_init(struct entropy *entropy, const uint8_t seed[DG_HASH_BYTES]);

/* What may be published before the seed is revealed. */
void entropy_seed_hash(const uint8_t seed[DG_HASH_BYTES], struct dg_hash *out);

/* Puts the given block into words. */
void entropy_load(struct entropy *entropy, uint64_t block);

static inline uint32_t entropy_word(struct entropy *entropy)
{
    uint64_t block = entropy->position / ENTROPY_BLOCK_WORDS;

    if (block != entropy->block)
        entropy_load(entropy, block);
    return entropy->words[entropy->position++ % ENTROPY_BLOCK_WORDS];
}

/* Uniform in [0, bound), without bias (Lemire 2019); bound must not be 0. */
static inline uint32_t entropy_below(struct entropy *entropy, uint32_t bound)
{
    uint64_t product = (uint64_t)entropy_word(entropy) * bound;

    if ((uint32_t)product < bound) {
        uint32_t threshold = (0u - bound) % bound;
        while ((uint32_t)product < threshold)
            product = (uint64_t)entropy_word(entropy) * bound;
    }
    return (uint32_t)(product >> 32);
}

/* The same for bounds up to 2^48; the bias is below 2^-16 of one value in 2^48. */
uint64_t entropy_below_wide(struct entropy *entropy, uint64_t bound);

#endif
