/* sampling.h - receipts that wait for a beacon, and the plans that draw which of them are checked.
 *
 * A plan is one file; the table is in sampling.c, in the order of the names in policies.h. A plan
 * sees all receipts of a period at once, because some draw the smallest of a group.
 */
#ifndef CORE_SAMPLING_H
#define CORE_SAMPLING_H

#include <stdbool.h>

#include "dg/params.h"
#include "dg/verify.h"

struct sampling_item {
    struct dg_receipt receipt;
    uint64_t period;
    uint32_t gateway;
    bool drawn;
};

struct sampling_plan {
    /* Whether a gateway may publish this rate with a receipt: it must not spare its friends. */
    bool (*rate_allowed)(const struct dg_params *params, const struct dg_receipt *receipt);
    /* Sets `drawn` of every item of the period and leaves the others alone; returns how many. */
    size_t (*draw)(const struct dg_params *params, const struct dg_prf_key *key, uint64_t period,
                   struct sampling_item *items, size_t count);
};

const struct sampling_plan *sampling_plan(const struct dg_params *params);

extern const struct sampling_plan sampling_constant;

/* Receipts in the order they were reported. */
struct sampling_queue {
    struct sampling_item *items;
    size_t count, capacity;
};

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
