#include "dg/verify.h"

#include <string.h>

#include "committee.h"
#include "hash.h"
#include "memory.h"
#include "quality.h"
#include "sampling.h"

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

/* Votes without an order: the place in the array only breaks ties between equal scores, which no
 * aggregation tells apart. */
enum dg_status dg_committee_verdict(const struct dg_params *params, const struct dg_vote *votes,
                                    size_t count, size_t quorum, struct dg_finding *out)
{
    struct quality_vote own[DG_COMMITTEE_MAX];

    if (count > DG_COMMITTEE_MAX || quorum == 0 || (votes == NULL && count > 0))
        return DG_ERROR_ARGUMENT;
    for (size_t i = 0; i < count; i++) {
        if (votes[i].stake < 0 || votes[i].trust < 0)
            return DG_ERROR_ARGUMENT;
        own[i] = (struct quality_vote){.score = votes[i].score,
                                       .seat = (uint8_t)i,
                                       .stake = votes[i].stake,
                                       .trust = votes[i].trust};
    }
    *out = quality_finding(params, own, count, quorum);
    return DG_OK;
}

bool dg_test_outcome(const struct dg_params *params, struct dg_test_state *state, bool failed)
{
    struct quality_state own = {.outcomes = state->outcomes, .statistic = state->statistic};
    bool offence = quality_test(params)->feed(params, &own, failed);

    *state = (struct dg_test_state){.outcomes = own.outcomes, .statistic = own.statistic};
    return offence;
}
