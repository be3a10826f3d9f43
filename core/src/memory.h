/* memory.h - the caller's allocator, and arrays that grow with every size checked. */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include "dg/types.h"

/* The allocator to use: a copy of the given one, or the C library's when it is NULL. */
struct dg_allocator memory_allocator(const struct dg_allocator *allocator);

/* Zeroed memory of count items; NULL when the product overflows or there is none. */
void *memory_allocate(const struct dg_allocator *allocator, size_t count, size_t item_size);
void memory_release(const struct dg_allocator *allocator, void *memory); /* NULL is allowed */

/* Returns items with room for at least `needed` of them, new room zeroed, and updates *capacity;
 * NULL when that fails, and then items and *capacity are as before. Grows by half, so that
 * appending is O(1) amortised and little of a large array lies idle. `items` may be NULL when
 * *capacity is 0; `needed` must be positive. */
void *memory_grow(const struct dg_allocator *allocator, void *items, size_t *capacity,
                  size_t needed, size_t item_size);

/* Asks for the line at an address ahead of its use; never faults. */
static inline void memory_prefetch(const void *address)
{
#ifdef __GNUC__
    __builtin_prefetch(address);
#else
    (void)address;
#endif
}

#endif
