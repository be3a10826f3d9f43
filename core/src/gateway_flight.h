/* gateway_flight.h - the requests in flight: a pool of slots with handles that are never reused.
 *
 * A handle is a slot and the slot's generation. A slot whose generations are used up is retired
 * rather than started again, so an old handle can never name a new request.
 */
#ifndef CORE_GATEWAY_FLIGHT_H
#define CORE_GATEWAY_FLIGHT_H

#include "metering.h"

enum { FLIGHT_TRIED_MAX = 17 }; /* the first node and the bound of routing.failover_limit */

struct flight {
    uint64_t generation; /* from 1, so no handle is 0 */
    uint64_t request;
    int64_t price_cap;
    int64_t escrow;
    struct metering_terms terms; /* as quoted when it was routed */
    uint32_t account;
    uint32_t model;
    uint32_t tokens_in, tokens_out_max;
    uint32_t next_free;               /* while free */
    uint32_t tried_count;             /* 0: the slot is free */
    uint32_t tried[FLIGHT_TRIED_MAX]; /* nodes in order, the last has the request now */
};

struct flight_pool {
    struct flight *flights;
    size_t capacity;
    uint32_t used;      /* slots ever taken */
    uint32_t count;     /* in flight */
    uint32_t limit;     /* slots at most */
    uint32_t free_head; /* DG_NONE: no slot to reuse */
    uint32_t slot_bits;
};

/* limit must not be 0. */
void flight_pool_init(struct flight_pool *pool, uint32_t limit);
void flight_pool_fini(struct flight_pool *pool, const struct dg_allocator *allocator);

/* Makes sure that the next take finds a slot. DG_ERROR_LIMIT when all are in use. */
enum dg_status flight_reserve(struct flight_pool *pool, const struct dg_allocator *allocator);
/* A fresh slot with its generation set and nothing tried; after flight_reserve() only. */
struct flight *flight_take(struct flight_pool *pool);
void flight_release(struct flight_pool *pool, struct flight *flight);

uint64_t flight_handle(const struct flight_pool *pool, const struct flight *flight);
/* NULL when the handle does not name a request in flight. */
struct flight *flight_find(const struct flight_pool *pool, uint64_t handle);

static inline uint32_t flight_node(const struct flight *flight)
{
    return flight->tried[flight->tried_count - 1];
}

#endif
