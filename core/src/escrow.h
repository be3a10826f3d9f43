/* escrow.h - how much of each user's escrow is locked for which gateway. */
#ifndef CORE_ESCROW_H
#define CORE_ESCROW_H

#include "dg/message.h"
#include "id_map.h"

struct escrow {
    struct id_map places; /* (user, gateway) -> index into amounts */
    int64_t *amounts;
    size_t count, capacity;
};

/* An all-zero struct escrow is empty. */
void escrow_fini(struct escrow *escrow, const struct dg_allocator *allocator);

/* Room for one more pair, after which escrow_add() cannot fail. */
enum dg_status escrow_reserve(struct escrow *escrow, const struct dg_allocator *allocator);
void escrow_add(struct escrow *escrow, const struct dg_allocator *allocator, uint32_t user,
                uint32_t gateway, int64_t amount);

/* Takes every receipt's fee off what its user locked for the gateway: all of them or, when one user
 * locked too little, none (DG_ERROR_FUNDS). */
enum dg_status escrow_take(struct escrow *escrow, uint32_t gateway,
                           const struct dg_receipt *receipts, size_t count);

#endif
