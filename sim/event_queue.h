/* event_queue.h - pending events in a total order: time, then order. Private to the engine.
 *
 * Three parts, soonest first. The front is a short sorted array that takes and short posts work on;
 * a small population never leaves it. The rungs are a ladder queue (Tang, Goh, Thng 2005): rows of
 * buckets, each rung splitting one bucket of the rung above. The top is an unsorted list of all
 * that lies beyond. Where splitting by time cannot help (a burst at one instant), a heap stands
 * beside the front.
 *
 * An event lies in a slot from post to take, and only slot numbers move. All storage is sized at
 * open. The inline functions are the fast paths; the engine's loop is built around them.
 */
#ifndef SIM_EVENT_QUEUE_H
#define SIM_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine.h"

struct error;

enum {
    QUEUE_FRONT_LIMIT = 48,
    QUEUE_RUNG_LIMIT = 8,
    QUEUE_KIND_NONE = UINT16_MAX, /* the slot is free, or its event was cancelled */
};

/* Times are never negative here, so they compare as unsigned numbers. */
struct queue_entry {
    uint64_t time, order;
    uint32_t slot;
};

struct queue_bucket {
    uint32_t head, count; /* a list by slot number; count says where it ends */
};

struct queue_rung {
    uint64_t start, last; /* times covered, both included */
    unsigned shift;       /* a bucket spans 2^shift ns */
    uint32_t next_bucket; /* all before it are empty */
    uint32_t bucket_limit;
    size_t count;
    struct queue_bucket *buckets;
    uint64_t *occupied; /* a bit per bucket */
};

struct event_queue {
    struct event *slots; /* slot 0 is never used */
    uint32_t *links;     /* next slot of a free list, a bucket or the top */
    uint64_t front_last; /* times up to it belong to front and heap */
    uint32_t front_count;
    uint32_t free_slot;  /* 0: none */
    uint32_t slot_count; /* ever used */
    uint32_t slot_limit;
    uint32_t heap_count;
    uint32_t rung_count;
    uint32_t top_head;
    size_t top_count;
    uint64_t top_first, top_last;
    struct queue_entry front[QUEUE_FRONT_LIMIT + 1]; /* the soonest at the end */
    struct queue_rung rungs[QUEUE_RUNG_LIMIT];
    struct queue_entry *heap; /* four children each */
    /* NULL, or what to do with an event that nears its turn. */
    void (*nears)(const void *context, const struct event *event);
    const void *nears_context;
    struct queue_bucket *bucket_store;
    uint64_t *occupied_store;
};

bool event_queue_init(struct event_queue *queue, size_t capacity, struct error *error);
void event_queue_fini(struct event_queue *queue);

/* For what lies beyond the front, or does not fit there. */
void event_queue_insert_far(struct event_queue *queue, const struct queue_entry *entry);
/* Brings the soonest event to the end of the front; false when nothing is pending. */
bool event_queue_settle(struct event_queue *queue);

__extension__ typedef unsigned __int128 queue_key;

/* One 128-bit number compares without a branch, two numbers one after the other do not. */
static inline bool queue_before(const struct queue_entry *a, const struct queue_entry *b)
{
    return ((queue_key)a->time << 64 | a->order) < ((queue_key)b->time << 64 | b->order);
}

/* Which of the two soonest comes first is a coin toss. Nothing foresees the branch on it, but it is
 * resolved early, and all that hangs on it, the next handler above all, is foreseen from there. */
static inline void queue_front_insert(struct event_queue *queue, struct queue_entry entry)
{
    struct queue_entry *front = queue->front;
    uint32_t at = queue->front_count++;

    for (; at > 0 && queue_before(&front[at - 1], &entry); at--)
        front[at] = front[at - 1];
    front[at] = entry;
}

static inline void event_queue_insert(struct event_queue *queue, struct queue_entry entry)
{
    if (entry.time <= queue->front_last && queue->front_count < QUEUE_FRONT_LIMIT)
        queue_front_insert(queue, entry);
    else
        event_queue_insert_far(queue, &entry);
}

/* 0 when the queue is full. The last freed slot is still in the cache. */
static inline uint32_t event_queue_slot(struct event_queue *queue)
{
    uint32_t slot = queue->free_slot;
    if (__builtin_expect(slot != 0, 1)) {
        queue->free_slot = queue->links[slot];
        return slot;
    }
    return queue->slot_count < queue->slot_limit ? ++queue->slot_count : 0;
}

static inline void event_queue_free(struct event_queue *queue, uint32_t slot)
{
    queue->slots[slot].kind = QUEUE_KIND_NONE;
    queue->links[slot] = queue->free_slot;
    queue->free_slot = slot;
}

/* The next event, unless it lies after until; *event is then left alone. Cancelled ones are
 * dropped. */
static inline bool event_queue_take(struct event_queue *queue, uint64_t until, struct event *event)
{
    for (;;) {
        if (__builtin_expect(queue->front_count == 0 || queue->heap_count != 0, 0)) {
            if (!event_queue_settle(queue))
                return false;
        }
        const struct queue_entry *soonest = &queue->front[queue->front_count - 1];
        if (soonest->time > until)
            return false;

        uint32_t slot = soonest->slot;
        queue->front_count--;
        const struct event *from = &queue->slots[slot];
        event->time_ns = from->time_ns;
        event->order = from->order;
        event->payload = from->payload;
        event->target = from->target;
        event->kind = from->kind;
        event->reserved = 0;
        event_queue_free(queue, slot);
        if (__builtin_expect(event->kind != QUEUE_KIND_NONE, 1))
            return true;
    }
}

#endif
