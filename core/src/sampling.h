/* sampling.h - receipts that wait for a beacon, and the plans that draw which of them are checked.
 *
 * A plan is one file; the list is in policies.h. A plan sees all receipts of a period at once,
 * because some draw the smallest of a group.
 */
#ifndef CORE_SAMPLING_H
#define CORE_SAMPLING_H

#include <stdbool.h>

#include "dg/params.h"
#include "dg/verify.h"
#include "fixed.h"
#include "policies.h"

struct sampling_item {
    struct dg_receipt receipt;
    uint64_t period;
    uint64_t draw; /* scratch of a draw */
    uint32_t gateway;
    bool drawn;
};

/* Receipts in the order they were reported. */
struct sampling_queue {
    struct sampling_item *items;
    uint32_t *order; /* scratch of a draw: places of items */
    size_t count, capacity, order_capacity;
};

/* What was published of a node when a rate was fixed. */
struct sampling_standing {
    uint16_t credibility, checks;
};

struct sampling_keys {
    struct dg_prf_key sample, round;
};

struct sampling_plan {
    /* The rate of an answer of a node of that standing, which the gateway publishes with the receipt.
     * The chain holds it against what it has published itself: nobody may spare its friends. */
    int64_t (*rate)(const struct dg_params *params, const struct sampling_standing *standing,
                    int64_t fee);
    /* Sets `drawn` of every item of the period and leaves the others alone; returns how many. It does
     * not depend on the order of the items. */
    size_t (*draw)(const struct dg_params *params, const struct sampling_keys *keys,
                   uint64_t period, struct sampling_queue *queue);
};

const struct sampling_plan *sampling_plan(const struct dg_params *params);

#define SAMPLING_DECLARE(name, meaning) extern const struct sampling_plan sampling_##name;
SAMPLING_PLANS(SAMPLING_DECLARE)
#undef SAMPLING_DECLARE

void sampling_keys_derive(const uint8_t beacon[DG_HASH_BYTES], struct sampling_keys *keys);

/* ---- for the plans ---- */

/* sampling.rate, whoever served. */
int64_t sampling_rate_constant(const struct dg_params *params,
                               const struct sampling_standing *standing, int64_t fee);
/* Draws each item by its own rate. O(items). */
size_t sampling_draw_each(const struct dg_params *params, const struct sampling_keys *keys,
                          uint64_t period, struct sampling_queue *queue);
/* Puts the places of the period's items into queue->order: by node if asked, then by draw, gateway
 * and number. Returns how many. O(n log n), no allocation. */
size_t sampling_order(struct sampling_queue *queue, const struct sampling_keys *keys,
                      uint64_t period, bool by_node);
/* rate * count, rounded up or down by a draw for the stratum, so that the mean is exact. */
size_t sampling_round(const struct sampling_keys *keys, uint32_t stratum, int64_t rate,
                      size_t count);
/* Marks the first `taken` of order[first..end) as drawn and the others as not; returns taken. */
size_t sampling_take(struct sampling_queue *queue, size_t first, size_t end, size_t taken);

/* An all-zero queue is empty. */
void sampling_fini(struct sampling_queue *queue, const struct dg_allocator *allocator);
enum dg_status sampling_reserve(struct sampling_queue *queue, const struct dg_allocator *allocator,
                                size_t extra); /* room for so many more */
void sampling_add(struct sampling_queue *queue, uint32_t gateway, uint64_t period,
                  const struct dg_receipt *receipt); /* cannot fail after a reserve */
bool sampling_waits_before(const struct sampling_queue *queue, uint64_t period);
void sampling_drop(struct sampling_queue *queue,
                   uint64_t period); /* forgets the period's receipts */

#endif
