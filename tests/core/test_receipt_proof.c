/* test_receipt_proof.c - a receipt's audit path leads to the root of its report, and nothing else
 * does. */
#include "chain_world.h"

#include <sodium.h>

#include "hash.h"

enum { RECEIPTS = 70, GATEWAY = 3 };

static struct dg_receipt receipts[RECEIPTS];
static struct dg_hash leaves[RECEIPTS];

static int fill(void **state)
{
    (void)state;
    for (size_t i = 0; i < RECEIPTS; i++) {
        struct dg_hash digest = {{(uint8_t)i, 7}};
        receipts[i] = (struct dg_receipt){.number = i, .rate = DG_ONE / 100};
        dg_answer_commitment(&digest, 1000 + i, &receipts[i].commitment);
        dg_receipt_leaf(GATEWAY, &receipts[i], &leaves[i]);
    }
    return 0;
}

static struct dg_hash root_of(size_t count)
{
    struct dg_hash root;

    assert_status(dg_receipts_root(GATEWAY, receipts, count, &root), DG_OK);
    return root;
}

static struct dg_receipt_proof proof_of(size_t count, size_t index)
{
    struct dg_receipt_proof proof;

    assert_status(dg_receipt_proof(GATEWAY, receipts, count, index, &proof), DG_OK);
    return proof;
}

static struct dg_hash join(struct dg_hash left, struct dg_hash right)
{
    uint8_t text[65] = {HASH_DOMAIN_INNER};
    struct dg_hash out;

    memcpy(text + 1, &left, 32);
    memcpy(text + 33, &right, 32);
    crypto_generichash(out.bytes, 32, text, sizeof text, NULL, 0);
    return out;
}

static void assert_path(const struct dg_receipt_proof *proof, const struct dg_hash *path,
                        size_t length)
{
    assert_int_equal(proof->length, length);
    assert_memory_equal(proof->path, path, length * sizeof *path);
}

/* Goal: leaf, roots and paths of one, two and three receipts, hashed here by BLAKE2b alone; the third
 * receipt of three is carried up and has one neighbour only. */
static void by_hand(void **state)
{
    uint8_t text[1 + 4 + 8 + 32 + 8] = {HASH_DOMAIN_LEAF, GATEWAY};
    struct dg_hash pair = join(leaves[0], leaves[1]), triple = join(pair, leaves[2]);
    struct dg_hash leaf, root;
    struct dg_receipt_proof proof;

    (void)state;
    text[5] = 2; /* number; the rate is 10^7 = 0x989680 */
    memcpy(text + 13, &receipts[2].commitment, 32);
    memcpy(text + 45, (uint8_t[]){0x80, 0x96, 0x98}, 3);
    crypto_generichash(leaf.bytes, 32, text, sizeof text, NULL, 0);
    assert_memory_equal(&leaf, &leaves[2], sizeof leaf);

    root = root_of(1);
    assert_memory_equal(&root, &leaves[0], sizeof root);
    root = root_of(2);
    assert_memory_equal(&root, &pair, sizeof root);
    root = root_of(3);
    assert_memory_equal(&root, &triple, sizeof root);

    proof = proof_of(1, 0);
    assert_int_equal(proof.length, 0);
    proof = proof_of(2, 1);
    assert_path(&proof, &leaves[0], 1);
    proof = proof_of(3, 0);
    assert_path(&proof, (struct dg_hash[]){leaves[1], leaves[2]}, 2);
    proof = proof_of(3, 2);
    assert_path(&proof, &pair, 1);
}

/* Goal: the example of RFC 9162, section 2.1.5: of seven leaves the paths of the first, fourth, fifth
 * and last are [b h l], [c g l], [f j k], [i k]. */
static void the_example_of_the_rfc(void **state)
{
    struct dg_hash g = join(leaves[0], leaves[1]), h = join(leaves[2], leaves[3]);
    struct dg_hash i = join(leaves[4], leaves[5]), j = leaves[6];
    struct dg_hash k = join(g, h), l = join(i, j);
    struct dg_receipt_proof proof;

    (void)state;
    proof = proof_of(7, 0);
    assert_path(&proof, (struct dg_hash[]){leaves[1], h, l}, 3);
    proof = proof_of(7, 3);
    assert_path(&proof, (struct dg_hash[]){leaves[2], g, l}, 3);
    proof = proof_of(7, 4);
    assert_path(&proof, (struct dg_hash[]){leaves[5], j, k}, 3);
    proof = proof_of(7, 6);
    assert_path(&proof, (struct dg_hash[]){i, k}, 2);
}

/* Goal: the proof of every place in reports of 1 to 70 receipts holds, is no longer than the tree is
 * high, and proves no other place and no other receipt. */
static void every_place_of_every_count(void **state)
{
    (void)state;
    for (size_t count = 1; count <= RECEIPTS; count++) {
        struct dg_hash root = root_of(count);
        size_t height = 0;
        while (((size_t)1 << height) < count)
            height++;
        for (size_t index = 0; index < count; index++) {
            struct dg_receipt_proof proof = proof_of(count, index);
            assert_int_equal(proof.count, count);
            assert_int_equal(proof.index, index);
            assert_true(proof.length <= height);
            for (size_t other = 0; other < count; other++) {
                enum dg_status status = dg_receipt_proof_check(&root, &leaves[other], &proof);
                assert_status(status, other == index ? DG_OK : DG_ERROR_COMMITMENT);
                proof.index = other;
                if (other != index)
                    assert_int_not_equal(dg_receipt_proof_check(&root, &leaves[index], &proof),
                                         DG_OK);
                proof.index = index;
            }
        }
    }
}

/* The proof with one byte of it, of the leaf or of the root changed is refused. */
static void assert_flip_refused(uint8_t *byte, const struct dg_hash *root,
                                const struct dg_hash *leaf, const struct dg_receipt_proof *proof)
{
    for (unsigned bit = 0; bit < 8; bit++) {
        *byte ^= (uint8_t)(1u << bit);
        assert_status(dg_receipt_proof_check(root, leaf, proof), DG_ERROR_COMMITMENT);
        *byte ^= (uint8_t)(1u << bit);
    }
}

/* Goal: each flipped bit of path, leaf and root is refused. */
static void every_flipped_bit(void **state)
{
    static const size_t counts[] = {1, 2, 3, 7, 64, 65, 70};

    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        size_t last = counts[c] - 1;
        struct dg_hash root = root_of(counts[c]), leaf = leaves[last];
        struct dg_receipt_proof proof = proof_of(counts[c], last);
        for (size_t byte = 0; byte < DG_HASH_BYTES; byte++) {
            assert_flip_refused(&leaf.bytes[byte], &root, &leaf, &proof);
            assert_flip_refused(&root.bytes[byte], &root, &leaf, &proof);
            for (size_t level = 0; level < proof.length; level++)
                assert_flip_refused(&proof.path[level].bytes[byte], &root, &leaf, &proof);
        }
        assert_status(dg_receipt_proof_check(&root, &leaf, &proof), DG_OK);
    }
}

/* Goal: a place outside the report and a path of the wrong length have an error of their own, and
 * arguments out of range leave the proof alone. */
static void malformed(void **state)
{
    struct dg_hash root = root_of(7);
    struct dg_receipt_proof proof = proof_of(7, 3), before = proof;

    (void)state;
    assert_status(dg_receipt_proof(GATEWAY, receipts, 7, 7, &proof), DG_ERROR_ARGUMENT);
    assert_status(dg_receipt_proof(GATEWAY, receipts, 0, 0, &proof), DG_ERROR_ARGUMENT);
    assert_status(dg_receipt_proof(GATEWAY, NULL, 7, 0, &proof), DG_ERROR_ARGUMENT);
    assert_memory_equal(&proof, &before, sizeof proof);

    const struct {
        uint64_t count, index;
        size_t length;
    } bad[] = {{7, 7, 3}, {0, 0, 0}, {7, 3, 2}, {7, 3, 4}, {7, 3, DG_PROOF_MAX + 1}, {1, 0, 1}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        proof.count = bad[i].count;
        proof.index = bad[i].index;
        proof.length = bad[i].length;
        assert_status(dg_receipt_proof_check(&root, &leaves[3], &proof), DG_ERROR_ARGUMENT);
    }
}

/* Goal: a path as long as a count of 2^64 - 1 allows is walked to its end and not beyond. */
static void the_longest_path(void **state)
{
    static struct dg_receipt_proof proof = {.count = UINT64_MAX, .index = 0, .length = 64};
    struct dg_hash root = leaves[0];

    (void)state;
    for (size_t level = 0; level < 64; level++) {
        proof.path[level] = leaves[level];
        root = join(root, leaves[level]);
    }
    assert_status(dg_receipt_proof_check(&root, &leaves[0], &proof), DG_OK);
    proof.length = 63;
    assert_status(dg_receipt_proof_check(&root, &leaves[0], &proof), DG_ERROR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(the_example_of_the_rfc),
        cmocka_unit_test(every_place_of_every_count),
        cmocka_unit_test(every_flipped_bit),
        cmocka_unit_test(malformed),
        cmocka_unit_test(the_longest_path),
    };

    return cmocka_run_group_tests(tests, fill, NULL);
}
