/* bonds.h - what each verifier holds in each node under the aggregation `yuma`: moving averages of its
 * share in the clipped, stake-weighted scores of the checks it sat on. */
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
/* bond <- alpha * share + (1 - alpha) * bond, with alpha a fraction of DG_ONE and the share in
 * 2^-BONDS_BITS; the first share of a pair starts from 0. Returns the new bond. */
uint32_t bonds_move(struct bonds *bonds, const struct dg_allocator *allocator, uint32_t node,
                    uint32_t verifier, uint32_t share, int64_t alpha);

#endif
