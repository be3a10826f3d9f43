/* verify.h - what anybody can recompute from public data: commitments, Merkle roots, draws,
 * tickets. */
#ifndef DG_VERIFY_H
#define DG_VERIFY_H

#include <stdbool.h>

#include "dg/message.h"

/* BLAKE2b-256 over a one-byte domain and the fields in order, little-endian. */
void dg_answer_commitment(const struct dg_hash *answer_digest, uint64_t nonce, struct dg_hash *out);
void dg_score_commitment(uint32_t check, uint32_t node, uint16_t score, uint64_t nonce,
                         struct dg_hash *out);

/* Leaf of one receipt, and the root over all of a report (RFC 6962 shape: distinct leaf and inner
 * domains, an odd node is carried up, so no two lists share a root). The root of none is all
 * zero. */
void dg_receipt_leaf(uint32_t gateway, const struct dg_receipt *receipt, struct dg_hash *out);
enum dg_status dg_receipts_root(uint32_t gateway, const struct dg_receipt *receipts, size_t count,
                                const struct dg_allocator *allocator, struct dg_hash *root);

/* Key of the pseudo-random function for one period: derived from its beacon, one per use. */
struct dg_prf_key {
    uint8_t bytes[16];
};
enum dg_prf_use { DG_PRF_SAMPLE, DG_PRF_SPREAD, DG_PRF_TICKET };
void dg_prf_key_derive(const uint8_t beacon[DG_HASH_BYTES], enum dg_prf_use use,
                       struct dg_prf_key *out);

/* Whether the receipt is drawn: PRF(key, gateway, number, commitment) < rate. SipHash-2-4. */
bool dg_sampling_verify(const struct dg_prf_key *key, uint32_t gateway, uint64_t number,
                        const struct dg_hash *commitment, int64_t rate);

/* Ticket of one verifier for one receipt: smaller wins. weight > 0: -log2(u)/weight in fixed point
 * (weighted sampling without replacement, Efraimidis and Spirakis 2006, algorithm A-Res). */
uint64_t dg_ticket(const struct dg_prf_key *key, uint32_t gateway, uint64_t number,
                   uint32_t verifier, uint64_t weight);

#endif
