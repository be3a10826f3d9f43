/* gateway_failures.h - how many requests of the open period got no word from each node.
 *
 * A counter per node; a close lists those above 0 in the buffer that the report hands out.
 */
#ifndef CORE_GATEWAY_FAILURES_H
#define CORE_GATEWAY_FAILURES_H

#include "dg/message.h"

struct failure_book {
    uint32_t *counts; /* by node; saturating */
    size_t capacity;
    size_t silent; /* nodes whose count is above 0 */
    struct dg_failure *closed;
    size_t closed_capacity;
};

/* An all-zero struct failure_book is an empty one. */
void failures_fini(struct failure_book *book, const struct dg_allocator *allocator);

/* Room for the node's counter. */
enum dg_status failures_reserve(struct failure_book *book, const struct dg_allocator *allocator,
                                uint32_t node);
/* One more for a node with a counter. */
void failures_note(struct failure_book *book, uint32_t node);

/* Room for the list, after which failures_close() cannot fail; what was handed out last is gone. */
enum dg_status failures_reserve_close(struct failure_book *book,
                                      const struct dg_allocator *allocator);
/* Lists all counts above 0, ascending by node, and starts again from 0; returns how many there are.
 * O(nodes), O(1) when there are none. */
size_t failures_close(struct failure_book *book);

#endif
