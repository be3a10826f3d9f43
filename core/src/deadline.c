#include "deadline.h"

#include "memory.h"

void deadline_fini(struct deadline_heap *heap, const struct dg_allocator *allocator)
{
    memory_release(allocator, heap->entries);
    *heap = (struct deadline_heap){0};
}

enum dg_status deadline_reserve(struct deadline_heap *heap, const struct dg_allocator *allocator,
                                size_t extra)
{
    if (extra > SIZE_MAX - heap->count)
        return DG_ERROR_LIMIT;
    if (extra == 0)
        return DG_OK;
    struct deadline *entries = memory_grow(allocator, heap->entries, &heap->capacity,
                                           heap->count + extra, sizeof *entries);
    if (entries == NULL)
        return DG_ERROR_MEMORY;
    heap->entries = entries;
    return DG_OK;
}

static bool deadline_before(const struct deadline *a, const struct deadline *b)
{
    if (a->time != b->time)
        return a->time < b->time;
    if (a->kind != b->kind)
        return a->kind < b->kind;
    return a->id < b->id;
}

void deadline_push(struct deadline_heap *heap, int64_t time, enum deadline_kind kind, uint32_t id)
{
    struct deadline entry = {.time = time, .kind = kind, .id = id};
    size_t place = heap->count++;

    while (place > 0 && deadline_before(&entry, &heap->entries[(place - 1) / 2])) {
        heap->entries[place] = heap->entries[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    heap->entries[place] = entry;
}

const struct deadline *deadline_first(const struct deadline_heap *heap)
{
    return heap->count == 0 ? NULL : &heap->entries[0];
}

void deadline_pop(struct deadline_heap *heap)
{
    struct deadline last = heap->entries[--heap->count];
    size_t place = 0;

    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count &&
            deadline_before(&heap->entries[child + 1], &heap->entries[child]))
            child++;
        if (!deadline_before(&heap->entries[child], &last))
            break;
        heap->entries[place] = heap->entries[child];
        place = child;
    }
    heap->entries[place] = last;
}

/* Below an entry that is not due there is none that is, so the walk costs as much as its result. */
static size_t deadline_count_below(const struct deadline_heap *heap, size_t place, int64_t now)
{
    if (place >= heap->count || heap->entries[place].time > now)
        return 0;
    return 1 + deadline_count_below(heap, 2 * place + 1, now) +
           deadline_count_below(heap, 2 * place + 2, now);
}

size_t deadline_count_due(const struct deadline_heap *heap, int64_t now)
{
    return deadline_count_below(heap, 0, now);
}
