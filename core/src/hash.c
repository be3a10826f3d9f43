#include "hash.h"

#include <string.h>

#include <sodium.h>

#include "fixed.h"

uint8_t *hash_store(uint8_t *to, const void *from, size_t size)
{
    memcpy(to, from, size);
    return to + size;
}

void hash_bytes(const uint8_t *bytes, const uint8_t *end, struct dg_hash *out)
{
    /* Fails only for sizes outside its range, and these are constants inside it. */
    (void)crypto_generichash(out->bytes, sizeof out->bytes, bytes, (size_t)(end - bytes), NULL, 0);
}

uint64_t hash_prf(const struct dg_prf_key *key, const uint8_t *bytes, const uint8_t *end)
{
    uint8_t out[crypto_shorthash_BYTES];
    uint64_t value = 0;

    _Static_assert(sizeof key->bytes == crypto_shorthash_KEYBYTES, "SipHash takes 16-byte keys");
    (void)crypto_shorthash(out, bytes, (size_t)(end - bytes), key->bytes);
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)out[i] << (8 * i);
    return value;
}

uint64_t hash_sample_draw(const struct dg_prf_key *key, uint32_t gateway, uint64_t number,
                          const struct dg_hash *commitment)
{
    uint8_t block[HASH_BLOCK];
    uint8_t *end = hash_store32(block, gateway);

    end = hash_store64(end, number);
    end = hash_store(end, commitment->bytes, sizeof commitment->bytes);
    return hash_prf(key, block, end);
}

uint64_t hash_spread_draw(const struct dg_prf_key *key, uint32_t gateway, uint64_t number)
{
    uint8_t block[HASH_BLOCK];
    uint8_t *end = hash_store32(block, gateway);

    end = hash_store64(end, number);
    return hash_prf(key, block, end);
}

uint64_t hash_round_draw(const struct dg_prf_key *key, uint32_t stratum)
{
    uint8_t block[HASH_BLOCK];

    return hash_prf(key, block, hash_store32(block, stratum));
}

uint64_t hash_ticket_draw(const struct dg_prf_key *key, uint32_t gateway, uint64_t number,
                          uint32_t verifier)
{
    uint8_t block[HASH_BLOCK];
    uint8_t *end = hash_store32(block, gateway);

    end = hash_store64(end, number);
    end = hash_store32(end, verifier);
    return hash_prf(key, block, end);
}

bool hash_below(uint64_t draw, int64_t fraction)
{
    if (fraction <= 0)
        return false;
    return (uint64_t)(((fixed_uint128)draw * (uint64_t)DG_ONE) >> 64) < (uint64_t)fraction;
}

uint64_t hash_ticket(uint64_t draw, uint64_t weight)
{
    if (weight == 0)
        return UINT64_MAX;
    if (draw == UINT64_MAX)
        return 0; /* u = 1 */
    /* -log2((draw + 1) / 2^64), times 2^57. */
    return ((UINT64_C(64) << FIXED_LOG2_BITS) - fixed_log2(draw + 1)) / weight;
}
