/* test_verify.c - commitments, Merkle roots and draws that anybody can recompute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sodium.h>

#include "dg/verify.h"
#include "hash.h"

enum { RECEIPTS = 9 };

static void fill(struct dg_receipt *receipts, size_t count)
{
    memset(receipts, 0, count * sizeof *receipts);
    for (size_t i = 0; i < count; i++) {
        struct dg_hash digest = {{(uint8_t)i, 7}};
        receipts[i].number = i;
        receipts[i].rate = DG_ONE / 100;
        dg_answer_commitment(&digest, 1000 + i, &receipts[i].commitment);
    }
}

/* Goal: a commitment is BLAKE2b-256 of domain, digest and nonce in little-endian, as documented. */
static void commitment_is_blake2b(void **state)
{
    struct dg_hash digest, got, expected;
    uint8_t text[1 + 32 + 8] = {HASH_DOMAIN_ANSWER};

    (void)state;
    memset(&digest, 0xab, sizeof digest);
    memset(text + 1, 0xab, 32);
    for (int i = 0; i < 8; i++)
        text[33 + i] = (uint8_t)(UINT64_C(0x0102030405060708) >> (8 * i));
    crypto_generichash(expected.bytes, 32, text, sizeof text, NULL, 0);
    dg_answer_commitment(&digest, UINT64_C(0x0102030405060708), &got);
    assert_memory_equal(&got, &expected, sizeof got);
}

/* Goal: every field of a commitment matters. */
static void commitments_differ(void **state)
{
    struct dg_hash digest = {{1}}, a, b;

    (void)state;
    dg_answer_commitment(&digest, 5, &a);
    dg_answer_commitment(&digest, 6, &b);
    assert_memory_not_equal(&a, &b, sizeof a);
    digest.bytes[31] = 1;
    dg_answer_commitment(&digest, 5, &b);
    assert_memory_not_equal(&a, &b, sizeof a);
    dg_score_commitment(1, 2, 3, 4, &a);
    dg_score_commitment(2, 1, 3, 4, &b);
    assert_memory_not_equal(&a, &b, sizeof a);
    dg_score_commitment(1, 2, 3, 5, &b);
    assert_memory_not_equal(&a, &b, sizeof a);
}

static void join(const struct dg_hash *left, const struct dg_hash *right, struct dg_hash *out)
{
    uint8_t text[65] = {HASH_DOMAIN_INNER};

    memcpy(text + 1, left, 32);
    memcpy(text + 33, right, 32);
    crypto_generichash(out->bytes, 32, text, sizeof text, NULL, 0);
}

/* The definition of RFC 6962: split at the largest power of two below the count. */
static void root_by_recursion(const struct dg_hash *leaves, size_t count, struct dg_hash *out)
{
    struct dg_hash left, right;
    size_t half = 1;

    if (count == 1) {
        *out = leaves[0];
        return;
    }
    while (2 * half < count)
        half *= 2;
    root_by_recursion(leaves, half, &left);
    root_by_recursion(leaves + half, count - half, &right);
    join(&left, &right, out);
}

/* Goal: the root over any number of receipts is that of RFC 6962; that of none is zero. */
static void root_follows_rfc6962(void **state)
{
    struct dg_receipt receipts[RECEIPTS];
    struct dg_hash leaves[RECEIPTS], expected, got;

    (void)state;
    fill(receipts, RECEIPTS);
    for (size_t i = 0; i < RECEIPTS; i++)
        dg_receipt_leaf(3, &receipts[i], &leaves[i]);
    for (size_t count = 1; count <= RECEIPTS; count++) {
        root_by_recursion(leaves, count, &expected);
        assert_int_equal(dg_receipts_root(3, receipts, count, &got), DG_OK);
        assert_memory_equal(&got, &expected, sizeof got);
    }
    memset(&expected, 0, sizeof expected);
    assert_int_equal(dg_receipts_root(3, NULL, 0, &got), DG_OK);
    assert_memory_equal(&got, &expected, sizeof got);
    assert_int_equal(dg_receipts_root(3, NULL, 1, &got), DG_ERROR_ARGUMENT);
}

/* Goal: whatever is sampled by is bound by the root: gateway, number, commitment, rate, order,
 * count. */
static void root_binds(void **state)
{
    struct dg_receipt receipts[RECEIPTS];
    struct dg_hash root, other;

    (void)state;
    fill(receipts, RECEIPTS);
    dg_receipts_root(3, receipts, RECEIPTS, &root);
    dg_receipts_root(4, receipts, RECEIPTS, &other);
    assert_memory_not_equal(&root, &other, sizeof root);
    dg_receipts_root(3, receipts, RECEIPTS - 1, &other);
    assert_memory_not_equal(&root, &other, sizeof root);
    receipts[8].rate++;
    dg_receipts_root(3, receipts, RECEIPTS, &other);
    assert_memory_not_equal(&root, &other, sizeof root);
    receipts[8].rate--;
    receipts[4].commitment.bytes[0] ^= 1;
    dg_receipts_root(3, receipts, RECEIPTS, &other);
    assert_memory_not_equal(&root, &other, sizeof root);
    receipts[4].commitment.bytes[0] ^= 1;
    receipts[0].number = 77;
    dg_receipts_root(3, receipts, RECEIPTS, &other);
    assert_memory_not_equal(&root, &other, sizeof root);
}

/* Goal: the keys of one beacon differ by use, and those of two beacons differ. */
static void keys_differ(void **state)
{
    uint8_t beacon[DG_HASH_BYTES] = {9};
    struct dg_prf_key sample, ticket, other;

    (void)state;
    dg_prf_key_derive(beacon, DG_PRF_SAMPLE, &sample);
    dg_prf_key_derive(beacon, DG_PRF_TICKET, &ticket);
    assert_memory_not_equal(&sample, &ticket, sizeof sample);
    beacon[31] = 1;
    dg_prf_key_derive(beacon, DG_PRF_SAMPLE, &other);
    assert_memory_not_equal(&sample, &other, sizeof sample);
}

/* Goal: the draw hits at its rate (5 standard deviations of a binomial), always at 1, never at 0,
 * and a higher rate draws whatever a lower one does. */
static void draws_at_its_rate(void **state)
{
    enum { DRAWS = 100000 };
    uint8_t beacon[DG_HASH_BYTES] = {1, 2, 3};
    struct dg_hash commitment = {{5}};
    struct dg_prf_key key;
    int drawn = 0;

    (void)state;
    dg_prf_key_derive(beacon, DG_PRF_SAMPLE, &key);
    for (uint64_t i = 0; i < DRAWS; i++) {
        bool hit = dg_sampling_verify(&key, 1, i, &commitment, DG_ONE / 100);
        drawn += hit;
        assert_true(dg_sampling_verify(&key, 1, i, &commitment, DG_ONE));
        assert_false(dg_sampling_verify(&key, 1, i, &commitment, 0));
        if (hit)
            assert_true(dg_sampling_verify(&key, 1, i, &commitment, DG_ONE / 50));
    }
    assert_in_range(drawn, 1000 - 157, 1000 + 157);
}

/* Goal: the identity and the commitment decide the draw, so neither can be changed to escape it. */
static void draw_depends_on_identity(void **state)
{
    uint8_t beacon[DG_HASH_BYTES] = {1};
    struct dg_hash commitment = {{5}}, other = {{6}};
    struct dg_prf_key key;
    int differ[3] = {0};

    (void)state;
    dg_prf_key_derive(beacon, DG_PRF_SAMPLE, &key);
    for (uint64_t i = 0; i < 1000; i++) {
        bool hit = dg_sampling_verify(&key, 1, i, &commitment, DG_ONE / 2);
        differ[0] += hit != dg_sampling_verify(&key, 2, i, &commitment, DG_ONE / 2);
        differ[1] += hit != dg_sampling_verify(&key, 1, i + 1000, &commitment, DG_ONE / 2);
        differ[2] += hit != dg_sampling_verify(&key, 1, i, &other, DG_ONE / 2);
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(differ[i], 421, 579); /* 5 standard deviations */
}

/* Goal: a ticket falls with its verifier's weight: an exponential of that rate. */
static void tickets_follow_weight(void **state)
{
    uint8_t beacon[DG_HASH_BYTES] = {1};
    struct dg_prf_key key;
    int first = 0;

    (void)state;
    dg_prf_key_derive(beacon, DG_PRF_TICKET, &key);
    for (uint64_t i = 0; i < 10000; i++)
        first += dg_ticket(&key, 0, i, 1, 3) < dg_ticket(&key, 0, i, 2, 1);
    assert_in_range(first, 7500 - 217, 7500 + 217); /* 3 to 1, 5 standard deviations */
    assert_true(dg_ticket(&key, 0, 4, 1, 1) == dg_ticket(&key, 0, 4, 1, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commitment_is_blake2b),
        cmocka_unit_test(commitments_differ),
        cmocka_unit_test(root_follows_rfc6962),
        cmocka_unit_test(root_binds),
        cmocka_unit_test(keys_differ),
        cmocka_unit_test(draws_at_its_rate),
        cmocka_unit_test(draw_depends_on_identity),
        cmocka_unit_test(tickets_follow_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
