/* gateway_breaker.h - a circuit breaker per node.
 *
 *   closed     takes part; routing.breaker_failures failures in a row open it
 *   open       kept out of the view's lists for routing.breaker_time; what comes of requests sent
 *              before counts for nothing
 *   half open  back in the lists until it gets one request, the trial; kept out while that is under
 *              way. Its answer closes the breaker, its failure opens it again, and an end that says
 *              nothing of the node leaves it half open.
 *
 * Open nodes form a queue in the order in which they opened, by index, so nothing is allocated and
 * only the head's time needs to be looked at.
 */
#ifndef CORE_GATEWAY_BREAKER_H
#define CORE_GATEWAY_BREAKER_H

#include "gateway_view.h"

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

struct breaker_node {
    int64_t opened;          /* when; while open */
    uint64_t trial;          /* handle of the request; 0: none */
    uint32_t failures;       /* in a row, while closed */
    uint32_t previous, next; /* in the queue; DG_NONE at its ends */
    uint8_t state;           /* enum breaker_state */
};

struct breaker {
    struct view *view; /* of the same gateway */
    struct breaker_node *nodes;
    size_t capacity;
    uint32_t head, tail; /* of the open ones; DG_NONE: none */
    uint32_t open;       /* how many */
    uint32_t half_open;  /* how many; while 0, which is nearly always, no row needs a look */
    uint64_t trips;      /* times any of them opened */
};

void breaker_init(struct breaker *breaker, struct view *view);
void breaker_fini(struct breaker *breaker, const struct dg_allocator *allocator);
enum dg_status breaker_reserve(struct breaker *breaker, const struct dg_allocator *allocator,
                               uint32_t node);

/* What breaker_undo() needs. */
struct breaker_mark {
    uint32_t head, tail, open;
};

/* Half-opens every node whose time is over. O(nodes due). */
struct breaker_mark breaker_advance(struct breaker *breaker, int64_t now);
/* Takes the last advance back, the order of the lists included; nothing may have changed since. */
void breaker_undo(struct breaker *breaker, const struct breaker_mark *mark);

/* A request, named by its handle, left for the node and then ended there in one of three ways. */
void breaker_sent(struct breaker *breaker, uint32_t node, uint64_t handle);
void breaker_answered(struct breaker *breaker, uint32_t node, uint64_t handle);
void breaker_failed(struct breaker *breaker, int64_t now, uint32_t node, uint64_t handle);
void breaker_released(struct breaker *breaker, uint32_t node, uint64_t handle);

/* Closes all; for parameters that switch breakers off. */
void breaker_reset(struct breaker *breaker);

#endif
