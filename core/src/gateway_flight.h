/* gateway_flight.h - the requests in flight: a pool of slots with handles that are never reused.
 *
 * A request is under way at one node, or, once it is hedged, at two: each has a copy of it.
 *
 * A handle is a slot and the slot's generation. A slot whose generations are used up is retired
 * rather than started again, so an old handle can never name a new request.
 */
#ifndef CORE_GATEWAY_FLIGHT_H
#define CORE_GATEWAY_FLIGHT_H

#include <stdbool.h>

#include "metering.h"

enum {
    FLIGHT_COPIES_MAX = 2,
    FLIGHT_TRIED_MAX = 18, /* the first node, the bound of routing.failover_limit, one hedge */
};

/* What was agreed with one node. */
struct flight_copy {
    struct metering_terms terms; /* as quoted when it was sent */
    int64_t escrow;              /* the most it can cost */
    int64_t sent;                /* when */
    uint32_t node;
    uint32_t version; /* of the parameters, see gateway_terms.h */
    bool hedge;       /* sent while another copy was under way */
};

struct flight {
    uint64_t generation; /* from 1, so no handle is 0 */
    uint64_t request;
    uint64_t session; /* 0: none */
    int64_t submitted;
    int64_t price_cap;
    int64_t escrow; /* that of the dearest copy */
    struct flight_copy copies[FLIGHT_COPIES_MAX];
    uint32_t account;
    uint32_t model;
    uint32_t tokens_in, tokens_out_max;
    uint32_t next_free;  /* while free */
    uint8_t copy_count;  /* 0: the slot is free */
    uint8_t tried_count; /* nodes that have or had a copy */
    uint8_t reroutes;
    bool hedged;
    uint32_t tried[FLIGHT_TRIED_MAX];
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

/* The copy that the node has; NULL when it has none. */
struct flight_copy *flight_copy(struct flight *flight, uint32_t node);

#endif
