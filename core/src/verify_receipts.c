/* The Merkle tree over the receipts of a report, and proofs that a receipt is in it. */
#include "dg/verify.h"

#include <string.h>

#include "hash.h"

enum { MERKLE_DEPTH_MAX = 64 }; /* levels of a tree over any size_t of leaves */

_Static_assert((int)DG_PROOF_MAX >= (int)MERKLE_DEPTH_MAX, "a path has one hash a level at most");

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

/* The root over one leaf or more. The stack holds the roots of complete subtrees, largest first, one
 * per set bit of the leaves read. */
static void merkle_root(uint32_t gateway, const struct dg_receipt *receipts, size_t count,
                        struct dg_hash *root)
{
    struct dg_hash stack[MERKLE_DEPTH_MAX + 1];
    size_t depth = 0;

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
    *root = stack[0];
}

enum dg_status dg_receipts_root(uint32_t gateway, const struct dg_receipt *receipts, size_t count,
                                struct dg_hash *root)
{
    if (receipts == NULL && count > 0)
        return DG_ERROR_ARGUMENT;
    if (count == 0)
        memset(root, 0, sizeof *root);
    else
        merkle_root(gateway, receipts, count, root);
    return DG_OK;
}

/* On each level the neighbour of the subtree that holds the leaf is the root over the leaves below
 * it; where there is none, the subtree is carried up. */
enum dg_status dg_receipt_proof(uint32_t gateway, const struct dg_receipt *receipts, size_t count,
                                size_t index, struct dg_receipt_proof *out)
{
    if (receipts == NULL || index >= count)
        return DG_ERROR_ARGUMENT;
    out->count = count;
    out->index = index;
    out->length = 0;
    for (size_t level = 0; level < MERKLE_DEPTH_MAX && (count - 1) >> level != 0; level++) {
        size_t neighbour = (index >> level) ^ 1;
        if (neighbour > (count - 1) >> level)
            continue;
        size_t first = neighbour << level, width = (size_t)1 << level;
        merkle_root(gateway, receipts + first, width < count - first ? width : count - first,
                    &out->path[out->length++]);
    }
    return DG_OK;
}

/* RFC 9162, section 2.1.3.2. */
enum dg_status dg_receipt_proof_check(const struct dg_hash *root, const struct dg_hash *leaf,
                                      const struct dg_receipt_proof *proof)
{
    struct dg_hash node = *leaf;
    uint64_t place = proof->index, last = proof->count - 1;

    if (proof->index >= proof->count || proof->length > DG_PROOF_MAX)
        return DG_ERROR_ARGUMENT;
    for (size_t i = 0; i < proof->length; i++) {
        if (last == 0)
            return DG_ERROR_ARGUMENT;               /* longer than the tree is high */
        while ((place & 1) == 0 && place == last) { /* carried up */
            place >>= 1;
            last >>= 1;
        }
        if ((place & 1) != 0)
            merkle_join(&proof->path[i], &node, &node);
        else
            merkle_join(&node, &proof->path[i], &node);
        place >>= 1;
        last >>= 1;
    }
    if (last != 0)
        return DG_ERROR_ARGUMENT; /* shorter */
    return hash_equal(&node, root) ? DG_OK : DG_ERROR_COMMITMENT;
}
