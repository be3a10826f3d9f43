#include "gateway_failures.h"

#include "memory.h"

void failures_fini(struct failure_book *book, const struct dg_allocator *allocator)
{
    memory_release(allocator, book->counts);
    memory_release(allocator, book->closed);
    *book = (struct failure_book){0};
}

enum dg_status failures_reserve(struct failure_book *book, const struct dg_allocator *allocator,
                                uint32_t node)
{
    uint32_t *counts =
        memory_grow(allocator, book->counts, &book->capacity, (size_t)node + 1, sizeof *counts);

    if (counts == NULL)
        return DG_ERROR_MEMORY;
    book->counts = counts;
    return DG_OK;
}

void failures_note(struct failure_book *book, uint32_t node)
{
    book->silent += book->counts[node] == 0;
    book->counts[node] += book->counts[node] < UINT32_MAX;
}

enum dg_status failures_reserve_close(struct failure_book *book,
                                      const struct dg_allocator *allocator)
{
    if (book->silent == 0)
        return DG_OK;
    struct dg_failure *closed =
        memory_grow(allocator, book->closed, &book->closed_capacity, book->silent, sizeof *closed);
    if (closed == NULL)
        return DG_ERROR_MEMORY;
    book->closed = closed;
    return DG_OK;
}

size_t failures_close(struct failure_book *book)
{
    size_t count = 0;

    for (uint32_t node = 0; count < book->silent; node++) {
        if (book->counts[node] == 0)
            continue;
        book->closed[count++] = (struct dg_failure){.node = node, .count = book->counts[node]};
        book->counts[node] = 0;
    }
    book->silent = 0;
    return count;
}
