/* deadline.h - what must happen by when, earliest first.
 *
 * Entries are never searched for: one whose check or jail term has moved on meanwhile is stale, and
 * whoever takes it must find that out. Order is total: time, kind, id.
 */
#ifndef CORE_DEADLINE_H
#define CORE_DEADLINE_H

#include <stdbool.h>

#include "dg/types.h"

enum deadline_kind {
    DEADLINE_CHECK,
    DEADLINE_JAIL,
    DEADLINE_UNBOND,
    DEADLINE_SWEEP,
    DEADLINE_VOTE,
    DEADLINE_KIND_COUNT
};

struct deadline {
    int64_t time;
    uint32_t kind; /* enum deadline_kind */
    uint32_t id;   /* check, node, position or proposal */
};

struct deadline_heap {
    struct deadline *entries;
    size_t count, capacity;
};

/* An all-zero heap is empty. */
void deadline_fini(struct deadline_heap *heap, const struct dg_allocator *allocator);
enum dg_status deadline_reserve(struct deadline_heap *heap, const struct dg_allocator *allocator,
                                size_t extra); /* room for so many more */
void deadline_push(struct deadline_heap *heap, int64_t time, enum deadline_kind kind, uint32_t id);

const struct deadline *deadline_first(const struct deadline_heap *heap); /* NULL when empty */
void deadline_pop(struct deadline_heap *heap);                           /* must not be empty */
size_t deadline_count_due(const struct deadline_heap *heap, int64_t now);

#endif
