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

/* BLAKE2b-256 over a one-byte domain and the fields in order, little-endian. The nonce must be secret
 * and hard to guess until it is opened: a score has few values to try. */
void dg_answer_commitment(const struct dg_hash *answer_digest, uint64_t nonce, struct dg_hash *out);
void dg_score_commitment(uint32_t check, uint32_t node, uint16_t score, uint64_t nonce,
                         struct dg_hash *out);

/* Leaf of one receipt, and the root over all of a report (RFC 6962 shape: distinct leaf and inner
 * domains, an odd node is carried up, so no two lists share a root). The root of none is all
 * zero. Allocates nothing; O(count) hashes. DG_ERROR_ARGUMENT: receipts NULL with a count. */
void dg_receipt_leaf(uint32_t gateway, const struct dg_receipt *receipt, struct dg_hash *out);
enum dg_status dg_receipts_root(uint32_t gateway, const struct dg_receipt *receipts, size_t count,
                                struct dg_hash *root);

/* The hashes beside the way from one leaf up to the root, lowest first: with them anybody who holds
 * the root, and no other receipt, can tell that an answer was reported (audit path of RFC 9162,
 * section 2.1.3). `count` is part of what is claimed: a root alone does not tell how many leaves
 * lie below it, the report does. */
enum { DG_PROOF_MAX = 64 };
struct dg_receipt_proof {
    uint64_t count, index; /* receipts in the report; place of this one */
    size_t length;         /* of path, at most log2(count) rounded up */
    struct dg_hash path[DG_PROOF_MAX];
};
/* The proof for receipts[index]. Allocates nothing; O(count) hashes. DG_ERROR_ARGUMENT: no such
 * receipt. */
enum dg_status dg_receipt_proof(uint32_t gateway, const struct dg_receipt *receipts, size_t count,
                                size_t index, struct dg_receipt_proof *out);
/* DG_OK when the path leads from the leaf to the root. DG_ERROR_COMMITMENT: it leads elsewhere, so
 * leaf, path, place or root is not the one proved. DG_ERROR_ARGUMENT: the proof is malformed: index
 * or length do not fit the count. O(length). */
enum dg_status dg_receipt_proof_check(const struct dg_hash *root, const struct dg_hash *leaf,
                                      const struct dg_receipt_proof *proof);

/* Key of the pseudo-random function for one period: derived from its beacon, one per use. */
struct dg_prf_key {
    uint8_t bytes[16];
};
enum dg_prf_use {
    DG_PRF_SAMPLE, /* which answers are checked */
    DG_PRF_SPREAD, /* when in the window their checks start */
    DG_PRF_TICKET, /* who checks them */
    DG_PRF_ROUND,  /* which way the number of a stratum's checks is rounded */
};
void dg_prf_key_derive(const uint8_t beacon[DG_HASH_BYTES], enum dg_prf_use use,
                       struct dg_prf_key *out);

/* The rate rho_i, a fraction of DG_ONE, that sampling.plan gives to an answer: of a node whose published record shows this
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

/* The verifiers that may be drawn, as parallel arrays in any order: of a chain's nodes those that are
 * verifiers (struct dg_node_account) and active at that moment. For a first committee that is the call
 * of dg_chain_reveal(). */
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

/* What one member revealed, and what it weighs by: its stake, own and delegated, and its trust, a
 * fraction of DG_ONE, both as they were when the round ended. */
struct dg_vote {
    uint16_t score;
    int64_t stake;
    int64_t trust; /* as in struct dg_node_account */
};
struct dg_finding {
    enum dg_verdict verdict;
    uint16_t score; /* the aggregate; 0 when inconclusive */
};
/* The verdict that so many revealed scores lead to, by quality.aggregation and quality.pass_score:
 * the code that the chain itself decides by. Fewer votes than the quorum (committee.quorum, or
 * committee.size + 1 in an appeal) are inconclusive. The order of the votes does not matter. O(count
 * squared), at most DG_COMMITTEE_MAX. DG_ERROR_ARGUMENT: more votes, a quorum of 0, or a stake or
 * trust out of range. A check whose answer was not opened in time fails, whatever was voted. */
enum dg_status dg_committee_verdict(const struct dg_params *params, const struct dg_vote *votes,
                                    size_t count, size_t quorum, struct dg_finding *out);

/* What the test of a node's checks (quality.test) remembers; all zero at first and after an offence. */
struct dg_test_state {
    uint64_t outcomes;
    int64_t statistic;
};
/* Takes the outcome of one more check that was not inconclusive; true when it completes an offence.
 * O(1). */
bool dg_test_outcome(const struct dg_params *params, struct dg_test_state *state, bool failed);

#ifdef __cplusplus
}
#endif

#endif
