/* bonds.h - what each verifier holds in each node under the aggregation `yuma`: moving averages of its
 * share in the clipped, stake-weighted scores of the checks it sat on.
 *
 * In Yuma consensus every verifier scores every node, and the bonds in a node always add up to 1:
 * those of the first epoch are the shares, and a moving average of columns that add up to 1 keeps
 * the sum (Opentensor Foundation, subtensor, epoch). Here a committee scores, so a bond moves when
 * its verifier has a seat, and the caller divides by the sum of all bonds in the node. */
#ifndef CORE_BONDS_H
#define CORE_BONDS_H

#include "id_map.h"

enum { BONDS_BITS = 31 }; /* a bond of 1 is 2^31 */

struct bonds {
    struct id_map places; /* (node, verifier) -> bond */
};

/* An all-zero struct bonds is empty. */
void bonds_fini(struct bonds *bonds, const struct dg_allocator *allocator);
/* Room for so many pairs more, after which bonds_move() cannot fail. */
enum dg_status bonds_reserve(struct bonds *bonds, const struct dg_allocator *allocator,
                             size_t extra);
/* 0 for a pair that never met. */
uint32_t bonds_get(const struct bonds *bonds, uint32_t node, uint32_t verifier);
/* bond <- alpha * share + (1 - alpha) * bond, with alpha a fraction of DG_ONE and the share in
 * 2^-BONDS_BITS; a pair starts from 0. *sum, of all bonds in the node, follows. */
void bonds_move(struct bonds *bonds, const struct dg_allocator *allocator, uint32_t node,
                uint32_t verifier, uint32_t share, int64_t alpha, uint64_t *sum);

#endif
