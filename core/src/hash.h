/* hash.h - BLAKE2b-256 with a domain byte, the keyed pseudo-random function, and little-endian
 * stores.
 *
 * Everything hashed by the protocol fits one 128-byte block. libsodium works without sodium_init(),
 * which would open the random device; a host that calls it gets the faster code of its processor.
 */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <string.h>

#include "dg/verify.h"

enum { HASH_BLOCK = 128 };

/* First byte of every hashed text, so that no two uses share an input. */
enum hash_domain {
    HASH_DOMAIN_LEAF = 0,  /* RFC 6962 has 0 for leaves */
    HASH_DOMAIN_INNER = 1, /* and 1 for inner nodes */
    HASH_DOMAIN_ANSWER = 2,
    HASH_DOMAIN_SCORE = 3,
    HASH_DOMAIN_KEY = 4,
    HASH_DOMAIN_SEED = 5,    /* a gateway's routing seed */
    HASH_DOMAIN_JOURNAL = 6, /* the link of a block of a journal */
};

static inline uint8_t *hash_store16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
    return to + 2;
}

static inline uint8_t *hash_store32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (8 * i));
    return to + 4;
}

static inline uint8_t *hash_store64(uint8_t *to, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        to[i] = (uint8_t)(value >> (8 * i));
    return to + 8;
}

static inline bool hash_equal(const struct dg_hash *a, const struct dg_hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

uint8_t *hash_store(uint8_t *to, const void *from, size_t size); /* returns the byte after */

/* BLAKE2b-256 of [bytes, end), whose first byte is the domain. */
void hash_bytes(const uint8_t *bytes, const uint8_t *end, struct dg_hash *out);

/* SipHash-2-4 of [bytes, end). */
uint64_t hash_prf(const struct dg_prf_key *key, const uint8_t *bytes, const uint8_t *end);

/* The uniform draws behind the functions of verify.h. */
uint64_t hash_sample_draw(const struct dg_prf_key *key, uint32_t gateway, uint64_t number,
                          const struct dg_hash *commitment);
uint64_t hash_spread_draw(const struct dg_prf_key *key, uint32_t gateway, uint64_t number);
uint64_t hash_round_draw(const struct dg_prf_key *key, uint32_t stratum);
uint64_t hash_ticket_draw(const struct dg_prf_key *key, uint32_t gateway, uint64_t number,
                          uint32_t verifier);

/* Whether a uniform draw falls below a fraction of DG_ONE. */
bool hash_below(uint64_t draw, int64_t fraction);

/* dg_ticket() of a draw already made. Exact for weights below 2^32 to about one part in 2^20 of the
 * best of 10^4 tickets; larger weights lose resolution. */
uint64_t hash_ticket(uint64_t draw, uint64_t weight);

#endif
