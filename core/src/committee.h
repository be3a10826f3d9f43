/* committee.h - the verifiers that may be drawn, and the draw by tickets.
 *
 * Anybody can repeat a draw: the smallest tickets among the active verifiers win, ties going to the
 * lower id. The node under check and all nodes of its operator are left out.
 */
#ifndef CORE_COMMITTEE_H
#define CORE_COMMITTEE_H

#include "dg/params.h"
#include "dg/verify.h"
#include "policies.h"

/* Parallel arrays, because a draw reads them all; their order does not matter. */
struct committee_pool {
    uint32_t *nodes;
    uint32_t *operators;
    uint64_t *weights;
    size_t count;
    size_t node_capacity, operator_capacity, weight_capacity;
};

struct committee_weights {
    uint64_t (*weight)(const struct dg_params *params, int64_t stake, uint64_t trust);
};

#define COMMITTEE_DECLARE(name, meaning) extern const struct committee_weights committee_##name;
COMMITTEE_WEIGHTS(COMMITTEE_DECLARE)
#undef COMMITTEE_DECLARE

/* The weight of a verifier of that stake and trust (in 1/2^32), by committee.weights. */
uint64_t committee_weight(const struct dg_params *params, int64_t stake, uint64_t trust);

/* An all-zero pool is empty. */
void committee_fini(struct committee_pool *pool, const struct dg_allocator *allocator);
enum dg_status committee_reserve(struct committee_pool *pool, const struct dg_allocator *allocator,
                                 size_t count); /* room for so many in all */

uint32_t committee_add(struct committee_pool *pool, uint32_t node, uint32_t operator_id,
                       uint64_t weight); /* the place; cannot fail after a reserve */
/* The last verifier moves to the place that becomes free; returns its node, or DG_NONE. */
uint32_t committee_remove(struct committee_pool *pool, uint32_t place);

struct committee_draw {
    const struct dg_prf_key *key;
    uint32_t gateway;
    uint64_t number;
    uint32_t operator_id;   /* whose nodes are left out */
    const uint32_t *barred; /* further verifiers left out */
    size_t barred_count;
};

/* The pool as the draw sees it. */
struct dg_verifiers committee_list(const struct committee_pool *pool);

/* Writes up to `wanted` (at most DG_COMMITTEE_MAX) verifiers, best ticket first; returns how
 * many. */
size_t committee_select(const struct dg_verifiers *pool, const struct committee_draw *draw,
                        size_t wanted, uint32_t *members);

#endif
