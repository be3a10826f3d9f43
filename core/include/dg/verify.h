/* verify.h - what anybody can recompute from public data: commitments, Merkle roots, draws,
 * tickets. */
#ifndef DG_VERIFY_H
#define DG_VERIFY_H

#include <stdbool.h>

#include "dg/message.h"
#include "dg/params.h"

#ifdef __cplusplus
extern "C" {
#endif

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
enum dg_prf_use { DG_PRF_SAMPLE, DG_PRF_SPREAD, DG_PRF_TICKET, DG_PRF_ROUND };
void dg_prf_key_derive(const uint8_t beacon[DG_HASH_BYTES], enum dg_prf_use use,
                       struct dg_prf_key *out);

/* The rate rho_i that sampling.plan gives to an answer: of a node whose published record shows this
 * credibility (1/65535) and so many checks, for this fee. */
int64_t dg_sampling_rate(const struct dg_params *params, uint16_t credibility, uint16_t checks,
                         int64_t fee);

/* What the beacon draws from all reports of one period, by sampling.plan: drawn[] has a place for
 * every receipt, in the order of the reports. Answers to probers are checked besides. The order of
 * the reports does not matter. O(n) for plans that look at each receipt alone, O(n log n) for the
 * others. DG_ERROR_MEMORY, DG_ERROR_LIMIT (2^32 receipts). */
enum dg_status dg_sampling_draw(const struct dg_params *params, const uint8_t beacon[DG_HASH_BYTES],
                                const struct dg_report *reports, size_t report_count,
                                const struct dg_allocator *allocator, bool *drawn);

/* Under `constant` and `risk`: whether the receipt is drawn: PRF(key, gateway, number, commitment) < rate. SipHash-2-4. */
bool dg_sampling_verify(const struct dg_prf_key *key, uint32_t gateway, uint64_t number,
                        const struct dg_hash *commitment, int64_t rate);

/* Ticket of one verifier for one receipt: smaller wins. weight > 0: -log2(u)/weight in fixed point
 * (weighted sampling without replacement, Efraimidis and Spirakis 2006, algorithm A-Res). */
uint64_t dg_ticket(const struct dg_prf_key *key, uint32_t gateway, uint64_t number,
                   uint32_t verifier, uint64_t weight);

/* The verifiers that may be drawn, as parallel arrays in any order. */
struct dg_verifiers {
    const uint32_t *nodes;
    const uint32_t *operators;
    const uint64_t *weights; /* dg_committee_weight() */
    size_t count;
};

/* A verifier's weight by committee.weights: of its stake, own and delegated, and of its trust, a
 * fraction of DG_ONE as in struct dg_node_account. */
uint64_t dg_committee_weight(const struct dg_params *params, int64_t stake, int64_t trust);

/* The committee of one receipt: the `wanted` smallest tickets, best first, without the nodes of
 * operator_id and without those in barred[] (who has or had a seat, when replacements and further
 * rounds are drawn). members has room for `wanted`, at most DG_COMMITTEE_MAX (DG_ERROR_ARGUMENT);
 * *count is how many there are. O(verifiers). */
enum dg_status dg_committee_draw(const uint8_t beacon[DG_HASH_BYTES], uint32_t gateway,
                                 uint64_t number, const struct dg_verifiers *verifiers,
                                 uint32_t operator_id, const uint32_t *barred, size_t barred_count,
                                 size_t wanted, uint32_t *members, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
