#include "outbox.h"

#include <string.h>

#include "memory.h"

enum { OUTBOX_FIRST_CAPACITY = 64 };

/* Smallest power-of-two capacity for so many entries; 0 when there is none. */
static size_t ring_capacity(size_t capacity, size_t used, size_t extra)
{
    if (extra > SIZE_MAX / 4 || used > SIZE_MAX / 4)
        return 0;
    if (capacity == 0)
        capacity = OUTBOX_FIRST_CAPACITY;
    while (capacity < used + extra)
        capacity *= 2;
    return capacity;
}

/* A ring of the new capacity with the entries of the old one, which is released. NULL on
 * failure. */
static void *ring_grow(const struct dg_allocator *allocator, void *ring, size_t capacity,
                       size_t grown_capacity, uint64_t first, uint64_t end, size_t item_size)
{
    char *grown = memory_allocate(allocator, grown_capacity, item_size);
    const char *old = ring;

    if (grown == NULL)
        return NULL;
    for (uint64_t i = first; i < end; i++)
        memcpy(grown + (size_t)(i & (grown_capacity - 1)) * item_size,
               old + (size_t)(i & (capacity - 1)) * item_size, item_size);
    memory_release(allocator, ring);
    return grown;
}

void outbox_notices_fini(struct outbox_notices *notices, const struct dg_allocator *allocator)
{
    memory_release(allocator, notices->ring);
    *notices = (struct outbox_notices){0};
}

enum dg_status outbox_notices_reserve(struct outbox_notices *notices,
                                      const struct dg_allocator *allocator, size_t extra)
{
    size_t used = (size_t)(notices->end - notices->first);
    size_t capacity = ring_capacity(notices->capacity, used, extra);

    if (capacity == notices->capacity)
        return DG_OK;
    struct dg_notice *ring = capacity == 0
                                 ? NULL
                                 : ring_grow(allocator, notices->ring, notices->capacity, capacity,
                                             notices->first, notices->end, sizeof *ring);
    if (ring == NULL)
        return DG_ERROR_MEMORY;
    notices->ring = ring;
    notices->capacity = capacity;
    return DG_OK;
}

void outbox_notices_push(struct outbox_notices *notices, const struct dg_notice *notice)
{
    notices->ring[notices->end++ & (notices->capacity - 1)] = *notice;
}

bool outbox_notices_pop(struct outbox_notices *notices, struct dg_notice *notice)
{
    if (notices->first == notices->end)
        return false;
    *notice = notices->ring[notices->first++ & (notices->capacity - 1)];
    return true;
}

void outbox_log_fini(struct outbox_log *log, const struct dg_allocator *allocator)
{
    memory_release(allocator, log->ring);
    *log = (struct outbox_log){0};
}

enum dg_status outbox_log_reserve(struct outbox_log *log, const struct dg_allocator *allocator,
                                  size_t extra)
{
    size_t used = (size_t)(log->end - log->first);
    size_t capacity = ring_capacity(log->capacity, used, extra);

    if (capacity == log->capacity)
        return DG_OK;
    struct dg_node_record *ring = capacity == 0
                                      ? NULL
                                      : ring_grow(allocator, log->ring, log->capacity, capacity,
                                                  log->first, log->end, sizeof *ring);
    if (ring == NULL)
        return DG_ERROR_MEMORY;
    log->ring = ring;
    log->capacity = capacity;
    return DG_OK;
}

void outbox_log_push(struct outbox_log *log, const struct dg_node_record *record)
{
    log->ring[log->end++ & (log->capacity - 1)] = *record;
}

enum dg_status outbox_log_read(const struct outbox_log *log, uint64_t position,
                               struct dg_node_record *record)
{
    if (position < log->first || position >= log->end)
        return DG_ERROR_UNKNOWN_ID;
    *record = log->ring[position & (log->capacity - 1)];
    return DG_OK;
}

void outbox_log_trim(struct outbox_log *log, uint64_t position)
{
    if (position > log->end)
        position = log->end;
    if (position > log->first)
        log->first = position;
}
