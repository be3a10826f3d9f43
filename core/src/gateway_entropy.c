#include "gateway_entropy.h"

#include "fixed.h"
#include "hash.h"

#include <sodium.h>
#include <string.h>

static const char KEY_LABEL[] = "dg gateway routing key";

_Static_assert(crypto_stream_chacha20_KEYBYTES == DG_HASH_BYTES, "the key is one hash");
_Static_assert(crypto_stream_chacha20_NONCEBYTES == 8, "the nonce is the block number");

void entropy_seed_hash(const uint8_t seed[DG_HASH_BYTES], struct dg_hash *out)
{
    uint8_t text[1 + DG_HASH_BYTES] = {HASH_DOMAIN_SEED};

    hash_bytes(text, hash_store(text + 1, seed, DG_HASH_BYTES), out);
}

void entropy_load(struct entropy *entropy, uint64_t block)
{
    uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
    uint8_t stream[ENTROPY_BLOCK_WORDS * 4];

    for (size_t i = 0; i < sizeof nonce; i++)
        nonce[i] = (uint8_t)(block >> (8 * i));
    (void)crypto_stream_chacha20(stream, sizeof stream, nonce, entropy->key);
    for (size_t i = 0; i < ENTROPY_BLOCK_WORDS; i++) {
        const uint8_t *bytes = stream + 4 * i;
        entropy->words[i] = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
                            (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    }
    entropy->block = block;
}

void entropy_init(struct entropy *entropy, const uint8_t seed[DG_HASH_BYTES])
{
    memset(entropy, 0, sizeof *entropy);
    /* Cannot fail at these constant sizes. */
    (void)crypto_generichash(entropy->key, sizeof entropy->key, (const uint8_t *)KEY_LABEL,
                             sizeof KEY_LABEL - 1, seed, DG_HASH_BYTES);
    entropy_load(entropy, 0);
}

uint64_t entropy_below_wide(struct entropy *entropy, uint64_t bound)
{
    uint64_t high = entropy_word(entropy);
    uint64_t draw = high << 32 | entropy_word(entropy);

    return (uint64_t)(((fixed_uint128)draw * bound) >> 64);
}
