#include "memory.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY_FIRST_CAPACITY = 16 };

static void *memory_libc_resize(void *context, void *memory, size_t size)
{
    (void)context;
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return realloc(memory, size);
}

struct dg_allocator memory_allocator(const struct dg_allocator *allocator)
{
    if (allocator != NULL && allocator->resize != NULL)
        return *allocator;
    return (struct dg_allocator){.resize = memory_libc_resize};
}

void *memory_allocate(const struct dg_allocator *allocator, size_t count, size_t item_size)
{
    if (count == 0 || item_size == 0 || count > SIZE_MAX / item_size)
        return NULL;

    void *memory = allocator->resize(allocator->context, NULL, count * item_size);
    if (memory != NULL)
        memset(memory, 0, count * item_size);
    return memory;
}

void memory_release(const struct dg_allocator *allocator, void *memory)
{
    if (memory != NULL)
        allocator->resize(allocator->context, memory, 0);
}

/* Half as much again, or what is needed if that is more; 0 when it cannot be expressed in bytes. */
static size_t memory_next_capacity(size_t capacity, size_t needed, size_t item_size)
{
    size_t limit = SIZE_MAX / item_size;
    size_t next = capacity < MEMORY_FIRST_CAPACITY ? MEMORY_FIRST_CAPACITY : capacity;

    if (needed > limit)
        return 0;
    if (capacity > 0)
        next = capacity > limit / 3 * 2 ? limit : capacity + capacity / 2 + 1;
    if (next < needed)
        next = needed;
    return next > limit ? limit : next;
}

void *memory_grow(const struct dg_allocator *allocator, void *items, size_t *capacity,
                  size_t needed, size_t item_size)
{
    if (needed <= *capacity)
        return items;

    size_t next = memory_next_capacity(*capacity, needed, item_size);
    if (next == 0)
        return NULL;

    uint8_t *grown = allocator->resize(allocator->context, items, next * item_size);
    if (grown == NULL)
        return NULL;
    memset(grown + *capacity * item_size, 0, (next - *capacity) * item_size);
    *capacity = next;
    return grown;
}
