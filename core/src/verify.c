#include "dg/verify.h"

#include <string.h>

#include "committee.h"
#include "hash.h"
#include "memory.h"
#include "quality.h"
#include "sampling.h"

enum { MERKLE_DEPTH_MAX = 64 }; /* levels of a tree over any size_t of leaves */

void dg_answer_commitment(const struct dg_hash *answer_digest, uint64_t nonce, struct dg_hash *out)
{
    uint8_t block[HASH_BLOCK] = {HASH_DOMAIN_ANSWER};
    uint8_t *end = hash_store(block + 1, answer_digest->bytes, sizeof answer_digest->bytes);

    hash_bytes(block, hash_store64(end, nonce), out);
}

void dg_score_commitment(uint32_t check, uint32_t node, uint16_t score, uint64_t nonce,
                         struct dg_hash *out)
{
    uint8_t block[HASH_BLOCK] = {HASH_DOMAIN_SCORE};
    uint8_t *end = hash_store32(block + 1, check);

    end = hash_store32(end, node);
    end = hash_store16(end, score);
    hash_bytes(block, hash_store64(end, nonce), out);
}

void dg_receipt_leaf(uint32_t gateway, const struct dg_receipt *receipt, struct dg_hash *out)
{
    uint8_t block[HASH_BLOCK] = {HASH_DOMAIN_LEAF};
    uint8_t *end = hash_store32(block + 1, gateway);

    end = hash_store64(end, receipt->number);
    end = hash_store(end, receipt->commitment.bytes, sizeof receipt->commitment.bytes);
    hash_bytes(block, hash_store64(end, (uint64_t)receipt->rate), out);
}

static void merkle_join(const struct dg_hash *left, const struct dg_hash *right,
                        struct dg_hash *out)
{
    uint8_t block[HASH_BLOCK] = {HASH_DOMAIN_INNER};
    uint8_t *end = hash_store(block + 1, left->bytes, sizeof left->bytes);

    hash_bytes(block, hash_store(end, right->bytes, sizeof right->bytes), out);
}

/* The stack holds the roots of complete subtrees, largest first, one per set bit of the leaves
 * read; the allocator is not needed. */
enum dg_status dg_receipts_root(uint32_t gateway, const struct dg_receipt *receipts, size_t count,
                                const struct dg_allocator *allocator, struct dg_hash *root)
{
    struct dg_hash stack[MERKLE_DEPTH_MAX + 1];
    size_t depth = 0;

    (void)allocator;
    if (receipts == NULL && count > 0)
        return DG_ERROR_ARGUMENT;
    for (size_t i = 0; i < count; i++) {
        dg_receipt_leaf(gateway, &receipts[i], &stack[depth++]);
        for (size_t merged = i; (merged & 1) != 0; merged >>= 1) {
            merkle_join(&stack[depth - 2], &stack[depth - 1], &stack[depth - 2]);
            depth--;
        }
    }
    while (depth > 1) {
        merkle_join(&stack[depth - 2], &stack[depth - 1], &stack[depth - 2]);
        depth--;
    }
    if (count == 0)
        memset(root, 0, sizeof *root);
    else
        *root = stack[0];
    return DG_OK;
}

void dg_prf_key_derive(const uint8_t beacon[DG_HASH_BYTES], enum dg_prf_use use,
                       struct dg_prf_key *out)
{
    uint8_t block[HASH_BLOCK] = {HASH_DOMAIN_KEY, (uint8_t)use};
    struct dg_hash hash;

    hash_bytes(block, hash_store(block + 2, beacon, DG_HASH_BYTES), &hash);
    memcpy(out->bytes, hash.bytes, sizeof out->bytes);
}

bool dg_sampling_verify(const struct dg_prf_key *key, uint32_t gateway, uint64_t number,
                        const struct dg_hash *commitment, int64_t rate)
{
    return hash_below(hash_sample_draw(key, gateway, number, commitment), rate);
}

int64_t dg_sampling_rate(const struct dg_params *params, uint16_t credibility, uint16_t checks,
                         int64_t fee)
{
    struct sampling_standing standing = {.credibility = credibility, .checks = checks};

    return sampling_plan(params)->rate(params, &standing, fee);
}

enum dg_status dg_sampling_draw(const struct dg_params *params, const uint8_t beacon[DG_HASH_BYTES],
                                const struct dg_report *reports, size_t report_count,
                                const struct dg_allocator *allocator, bool *drawn)
{
    struct dg_allocator own = memory_allocator(allocator);
    struct sampling_queue queue = {0};
    struct sampling_keys keys;
    enum dg_status status = DG_OK;

    for (size_t r = 0; r < report_count && status == DG_OK; r++) {
        status = sampling_reserve(&queue, &own, reports[r].receipt_count);
        for (size_t i = 0; i < reports[r].receipt_count && status == DG_OK; i++)
            sampling_add(&queue, reports[r].gateway, 0, &reports[r].receipts[i]);
    }
    if (status == DG_OK) {
        sampling_keys_derive(beacon, &keys);
        (void)sampling_plan(params)->draw(params, &keys, 0, &queue);
        for (size_t i = 0; i < queue.count; i++)
            drawn[i] = queue.items[i].drawn;
    }
    sampling_fini(&queue, &own);
    return status;
}

uint64_t dg_ticket(const struct dg_prf_key *key, uint32_t gateway, uint64_t number,
                   uint32_t verifier, uint64_t weight)
{
    return hash_ticket(hash_ticket_draw(key, gateway, number, verifier), weight);
}

uint64_t dg_committee_weight(const struct dg_params *params, int64_t stake, int64_t trust)
{
    fixed_uint128 scaled = ((fixed_uint128)(uint64_t)trust << QUALITY_TRUST_BITS) / DG_ONE;

    return committee_weight(params, stake, (uint64_t)scaled);
}

enum dg_status dg_committee_draw(const uint8_t beacon[DG_HASH_BYTES], uint32_t gateway,
                                 uint64_t number, const struct dg_verifiers *verifiers,
                                 uint32_t operator_id, const uint32_t *barred, size_t barred_count,
                                 size_t wanted, uint32_t *members, size_t *count)
{
    struct dg_prf_key key;
    struct committee_draw draw = {
        .key = &key,
        .gateway = gateway,
        .number = number,
        .operator_id = operator_id,
        .barred = barred,
        .barred_count = barred_count,
    };

    if (wanted > DG_COMMITTEE_MAX)
        return DG_ERROR_ARGUMENT;
    dg_prf_key_derive(beacon, DG_PRF_TICKET, &key);
    *count = committee_select(verifiers, &draw, wanted, members);
    return DG_OK;
}
