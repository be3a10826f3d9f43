/* event_queue.c - the ladder, the heap, and how events move from one part to the next. */
#include "sim/event_queue.h"

#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

enum {
    HEAP_ARITY = 4,
    BUCKET_LOAD = 4,     /* events a bucket should hold */
    FIRST_RUNG_MIN = 64, /* buckets */
    FIRST_RUNG_MAX = 1 << 18,
    LOWER_RUNG_BUCKETS = 1 << 10,
    CAPACITY_LIMIT = 1 << 30,
};

#define TIME_LAST ((uint64_t)INT64_MAX)

/* Heap: entries before their children. */

static void heap_push(struct event_queue *queue, struct queue_entry entry)
{
    struct queue_entry *heap = queue->heap;
    size_t at = queue->heap_count++;

    while (at > 0) {
        size_t parent = (at - 1) / HEAP_ARITY;
        if (!queue_before(&entry, &heap[parent]))
            break;
        heap[at] = heap[parent];
        at = parent;
    }
    heap[at] = entry;
}

static size_t heap_soonest_child(const struct event_queue *queue, size_t parent)
{
    const struct queue_entry *heap = queue->heap;
    size_t child = parent * HEAP_ARITY + 1, best = child;
    size_t end = child + HEAP_ARITY < queue->heap_count ? child + HEAP_ARITY : queue->heap_count;

    for (child++; child < end; child++)
        best = queue_before(&heap[child], &heap[best]) ? child : best;
    return best;
}

static struct queue_entry heap_pop(struct event_queue *queue)
{
    struct queue_entry *heap = queue->heap;
    struct queue_entry soonest = heap[0], moved = heap[--queue->heap_count];
    size_t at = 0;

    while (at * HEAP_ARITY + 1 < queue->heap_count) {
        size_t child = heap_soonest_child(queue, at);
        if (!queue_before(&heap[child], &moved))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
    return soonest;
}

/* Lists of slots. */

static inline bool slot_cancelled(const struct event_queue *queue, uint32_t slot)
{
    return queue->slots[slot].kind == QUEUE_KIND_NONE;
}

static inline struct queue_entry slot_entry(const struct event_queue *queue, uint32_t slot)
{
    const struct event *event = &queue->slots[slot];
    return (struct queue_entry){(uint64_t)event->time_ns, event->order, slot};
}

static void top_push(struct event_queue *queue, uint32_t slot, uint64_t time)
{
    queue->links[slot] = queue->top_head;
    queue->top_head = slot;
    queue->top_count++;
    queue->top_first = time < queue->top_first ? time : queue->top_first;
    queue->top_last = time > queue->top_last ? time : queue->top_last;
}

static void top_clear(struct event_queue *queue)
{
    queue->top_count = 0;
    queue->top_head = 0;
    queue->top_first = UINT64_MAX;
    queue->top_last = 0;
}

/* Rungs. */

static inline void rung_push(struct event_queue *queue, struct queue_rung *rung, uint32_t slot,
                             uint64_t time)
{
    uint64_t index = (time - rung->start) >> rung->shift;
    struct queue_bucket *bucket = &rung->buckets[index];

    queue->links[slot] = bucket->head;
    bucket->head = slot;
    bucket->count++;
    rung->occupied[index / 64] |= UINT64_C(1) << (index % 64);
    rung->count++;
}

/* Puts a rung below the others, over start to last, with room for count events. Returns NULL when
 * there are too many rungs. All buckets of an unused rung are empty. */
static struct queue_rung *rung_add(struct event_queue *queue, uint64_t start, uint64_t last,
                                   size_t count)
{
    if (queue->rung_count == QUEUE_RUNG_LIMIT)
        return NULL;

    struct queue_rung *rung = &queue->rungs[queue->rung_count++];
    uint64_t wanted = count / BUCKET_LOAD + 1;
    uint64_t limit = wanted < rung->bucket_limit ? wanted : rung->bucket_limit;
    unsigned shift = 0;
    while ((last - start) >> shift >= limit)
        shift++;

    rung->start = start;
    rung->last = last;
    rung->shift = shift;
    rung->next_bucket = 0;
    rung->count = 0;
    return rung;
}

/* The first bucket that holds something; the rung must not be empty. */
static uint32_t rung_first(const struct queue_rung *rung)
{
    uint32_t word = rung->next_bucket / 64;
    while (rung->occupied[word] == 0)
        word++;
    return word * 64 + (uint32_t)__builtin_ctzll(rung->occupied[word]);
}

/* Takes the list of a bucket out. */
static struct queue_bucket rung_detach(struct queue_rung *rung, uint32_t index)
{
    struct queue_bucket bucket = rung->buckets[index];

    rung->buckets[index].count = 0;
    rung->occupied[index / 64] &= ~(UINT64_C(1) << (index % 64));
    rung->count -= bucket.count;
    rung->next_bucket = index + 1;
    return bucket;
}

static void list_to_rung(struct event_queue *queue, struct queue_rung *rung, uint32_t slot,
                         size_t count)
{
    while (count-- > 0) {
        uint32_t next = queue->links[slot];
        if (slot_cancelled(queue, slot))
            event_queue_free(queue, slot);
        else
            rung_push(queue, rung, slot, (uint64_t)queue->slots[slot].time_ns);
        slot = next;
    }
}

/* From a list to front and heap, whose times reach to last from now on. */
static void list_to_front(struct event_queue *queue, uint32_t slot, size_t count, uint64_t last)
{
    queue->front_last = last;
    while (count-- > 0) {
        uint32_t next = queue->links[slot];
        if (slot_cancelled(queue, slot)) {
            event_queue_free(queue, slot);
            slot = next;
            continue;
        }
        if (queue->nears != NULL)
            queue->nears(queue->nears_context, &queue->slots[slot]);
        if (queue->front_count < QUEUE_FRONT_LIMIT)
            queue_front_insert(queue, slot_entry(queue, slot));
        else
            heap_push(queue, slot_entry(queue, slot));
        slot = next;
    }
}

/* Moves the soonest bucket one step on: to the front, or into a rung of its own if it holds
 * many. */
static void rung_advance(struct event_queue *queue)
{
    struct queue_rung *rung = &queue->rungs[queue->rung_count - 1];
    if (rung->count == 0) {
        queue->rung_count--;
        return;
    }
    uint32_t index = rung_first(rung);
    struct queue_bucket bucket = rung_detach(rung, index);
    uint64_t start = rung->start + ((uint64_t)index << rung->shift);
    uint64_t span = (UINT64_C(1) << rung->shift) - 1;
    uint64_t last = span < rung->last - start ? start + span : rung->last;
    struct queue_rung *lower = NULL;

    if (bucket.count > QUEUE_FRONT_LIMIT / 2 && last > start)
        lower = rung_add(queue, start, last, bucket.count);
    if (lower != NULL)
        list_to_rung(queue, lower, bucket.head, bucket.count);
    else
        list_to_front(queue, bucket.head, bucket.count, last);
}

/* With no rungs left: a small rest goes to the front, which then holds everything; a large one is
 * cut into buckets. */
static void top_advance(struct event_queue *queue)
{
    uint32_t head = queue->top_head;
    size_t count = queue->top_count;
    uint64_t first = queue->top_first, last = queue->top_last;

    top_clear(queue);
    if (count <= QUEUE_FRONT_LIMIT / 2) {
        list_to_front(queue, head, count, TIME_LAST);
        return;
    }
    list_to_rung(queue, rung_add(queue, first, last, count), head, count);
}

static bool refill(struct event_queue *queue)
{
    while (queue->front_count == 0 && queue->heap_count == 0) {
        if (queue->rung_count > 0) {
            rung_advance(queue);
        } else if (queue->top_count > 0) {
            top_advance(queue);
        } else {
            queue->front_last = TIME_LAST;
            return false;
        }
    }
    return true;
}

/* The latest of the front makes room. */
static void front_shed(struct event_queue *queue)
{
    heap_push(queue, queue->front[0]);
    queue->front_count--;
    memmove(queue->front, queue->front + 1, queue->front_count * sizeof queue->front[0]);
}

bool event_queue_settle(struct event_queue *queue)
{
    if (!refill(queue))
        return false;
    if (queue->heap_count == 0)
        return true;

    uint32_t count = queue->front_count;
    if (count > 0 && queue_before(&queue->front[count - 1], &queue->heap[0]))
        return true;
    struct queue_entry soonest = heap_pop(queue);
    if (count == QUEUE_FRONT_LIMIT)
        front_shed(queue);
    queue->front[queue->front_count++] = soonest;
    return true;
}

/* Where to cut a full front: at the middle, moved so that no two events of one instant part.
 * Returns how many of the latest go; 0 when all are of one instant. */
static uint32_t front_cut(const struct event_queue *queue)
{
    const struct queue_entry *front = queue->front;
    uint32_t cut = queue->front_count / 2;

    while (cut > 0 && front[cut - 1].time == front[cut].time)
        cut--;
    if (cut > 0)
        return cut;
    for (cut = 1; cut < queue->front_count && front[cut].time == front[0].time;)
        cut++;
    return cut < queue->front_count ? cut : 0;
}

/* Sends the later half of a full front to a rung, or to the top if there is nothing beyond the
 * front. Returns false when that cannot be done. */
static bool front_split(struct event_queue *queue)
{
    uint32_t cut = front_cut(queue);
    if (cut == 0 || queue->heap_count != 0)
        return false;

    uint64_t start = queue->front[cut - 1].time;
    struct queue_rung *rung = NULL;
    if (queue->front_last != TIME_LAST) {
        rung = rung_add(queue, start, queue->front_last, LOWER_RUNG_BUCKETS);
        if (rung == NULL)
            return false;
    }
    for (uint32_t i = 0; i < cut; i++) {
        if (rung != NULL)
            rung_push(queue, rung, queue->front[i].slot, queue->front[i].time);
        else
            top_push(queue, queue->front[i].slot, queue->front[i].time);
    }
    queue->front_last = start - 1;
    queue->front_count -= cut;
    memmove(queue->front, queue->front + cut, queue->front_count * sizeof queue->front[0]);
    return true;
}

void event_queue_insert_far(struct event_queue *queue, const struct queue_entry *entry)
{
    if (entry->time > queue->front_last) {
        for (uint32_t i = queue->rung_count; i-- > 0;) {
            if (entry->time <= queue->rungs[i].last) {
                rung_push(queue, &queue->rungs[i], entry->slot, entry->time);
                return;
            }
        }
        top_push(queue, entry->slot, entry->time);
    } else if (front_split(queue)) {
        event_queue_insert(queue, *entry);
    } else {
        heap_push(queue, *entry);
    }
}

/* Opening. */

static uint32_t first_rung_buckets(size_t capacity)
{
    uint32_t buckets = FIRST_RUNG_MIN;
    while (buckets < FIRST_RUNG_MAX && buckets < capacity / BUCKET_LOAD + 1)
        buckets *= 2;
    return buckets;
}

static void share_buckets(struct event_queue *queue, uint32_t first)
{
    size_t offset = 0;
    for (size_t i = 0; i < QUEUE_RUNG_LIMIT; i++) {
        struct queue_rung *rung = &queue->rungs[i];
        rung->bucket_limit = i == 0 ? first : LOWER_RUNG_BUCKETS;
        rung->buckets = queue->bucket_store + offset;
        rung->occupied = queue->occupied_store + offset / 64;
        offset += rung->bucket_limit;
    }
}

bool event_queue_init(struct event_queue *queue, size_t capacity, struct error *error)
{
    if (capacity == 0 || capacity > CAPACITY_LIMIT)
        return error_set(error, ERROR_INPUT, "room for %zu events: must be 1 to %d", capacity,
                         CAPACITY_LIMIT);

    uint32_t first = first_rung_buckets(capacity);
    size_t buckets = first + (size_t)(QUEUE_RUNG_LIMIT - 1) * LOWER_RUNG_BUCKETS;
    struct event_queue made = {
        .slots = malloc((capacity + 1) * sizeof *made.slots),
        .links = malloc((capacity + 1) * sizeof *made.links),
        .heap = malloc(capacity * sizeof *made.heap),
        .bucket_store = calloc(buckets, sizeof *made.bucket_store),
        .occupied_store = calloc(buckets / 64, sizeof *made.occupied_store),
        .slot_limit = (uint32_t)capacity,
        .front_last = TIME_LAST,
    };
    if (made.slots == NULL || made.links == NULL || made.heap == NULL ||
        made.bucket_store == NULL || made.occupied_store == NULL) {
        event_queue_fini(&made);
        return error_set(error, ERROR_MEMORY, "no memory for %zu pending events", capacity);
    }
    top_clear(&made);
    share_buckets(&made, first);
    *queue = made;
    return true;
}

void event_queue_fini(struct event_queue *queue)
{
    free(queue->slots);
    free(queue->links);
    free(queue->heap);
    free(queue->bucket_store);
    free(queue->occupied_store);
}
