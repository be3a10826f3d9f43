/* engine.c - the clock, the loop and the fingerprint around the event queue. */
#include "sim/engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/error.h"
#include "sim/event_queue.h"

enum { SEQUENCE_BITS = 56 };

/* Odd constants with mixed bits, from the digits of pi; they keep both factors of a mix from being
 * 0. */
#define FINGERPRINT_START UINT64_C(0x243f6a8885a308d3)
#define FINGERPRINT_EVENT UINT64_C(0x13198a2e03707345)
#define FINGERPRINT_FOLD  UINT64_C(0xa4093822299f31d1)

struct kind_row {
    event_handler handler;
    uint64_t priority; /* already in its place in the order */
};

struct engine {
    int64_t now_ns;
    uint64_t sequence; /* of the next post; from 1 */
    uint64_t executed;
    uint64_t fingerprint;
    struct kind_row *rows;
    void *world;
    uint32_t kind_count;
    unsigned slot_bits; /* low bits of a handle */
    bool stopped;
    struct event_queue queue;
    /* Rarely touched. */
    uint64_t cancelled;
    uint64_t seed;
    const struct event_kind *kinds;
};

__extension__ typedef unsigned __int128 engine_u128;

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    engine_u128 product = (engine_u128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static __attribute__((noreturn, cold, noinline)) void
broken(const struct engine *engine, const char *what, int64_t time_ns, uint32_t kind)
{
    fprintf(stderr, "engine: %s: event %s at %lld ns, clock %lld ns, %llu executed, seed %llu\n",
            what, kind < engine->kind_count ? engine->kinds[kind].name : "of unknown kind",
            (long long)time_ns, (long long)engine->now_ns, (unsigned long long)engine->executed,
            (unsigned long long)engine->seed);
    abort();
}

event_handle engine_post(struct engine *engine, int64_t time_ns, uint16_t kind, uint32_t target,
                         uint64_t payload)
{
    struct event_queue *queue = &engine->queue;

    if (__builtin_expect(kind >= engine->kind_count, 0))
        broken(engine, "no such kind", time_ns, kind);
    if (__builtin_expect(time_ns < engine->now_ns, 0))
        broken(engine, "posted in the past", time_ns, kind);
    uint32_t slot = event_queue_slot(queue);
    if (__builtin_expect(slot == 0, 0))
        broken(engine, "too many pending events", time_ns, kind);

    uint64_t sequence = engine->sequence++;
    struct event *event = &queue->slots[slot];
    event->time_ns = time_ns;
    event->order = engine->rows[kind].priority | sequence;
    event->payload = payload;
    event->target = target;
    event->kind = kind;
    event->reserved = 0;
    event_queue_insert(queue, (struct queue_entry){(uint64_t)time_ns, event->order, slot});
    return sequence << engine->slot_bits | slot;
}

/* The posting number in the handle tells this event from earlier and later ones in the same
 * slot. */
static event_handle handle_of(const struct engine *engine, uint64_t order, uint64_t slot)
{
    uint64_t sequence = order & ((UINT64_C(1) << SEQUENCE_BITS) - 1);
    return sequence << engine->slot_bits | slot;
}

bool engine_cancel(struct engine *engine, event_handle handle)
{
    uint64_t slot = handle & ((UINT64_C(1) << engine->slot_bits) - 1);
    if (slot == 0 || slot > engine->queue.slot_count)
        return false;

    struct event *event = &engine->queue.slots[slot];
    if (event->kind == QUEUE_KIND_NONE || handle_of(engine, event->order, slot) != handle)
        return false;
    event->kind = QUEUE_KIND_NONE;
    engine->cancelled++;
    return true;
}

static inline void execute(struct engine *engine, const struct event *event)
{
    engine->now_ns = event->time_ns;
    engine->executed++;
    engine->fingerprint = mix(engine->fingerprint ^ (uint64_t)event->time_ns,
                              FINGERPRINT_EVENT ^ ((uint64_t)event->kind << 32 | event->target));
    engine->rows[event->kind].handler(engine->world, engine, event);
}

uint64_t engine_run(struct engine *engine, int64_t until_ns)
{
    uint64_t before = engine->executed;
    struct event event;

    engine->stopped = false;
    if (until_ns < engine->now_ns)
        return 0;
    while (!engine->stopped && event_queue_take(&engine->queue, (uint64_t)until_ns, &event))
        execute(engine, &event);
    if (!engine->stopped)
        engine->now_ns = until_ns;
    return engine->executed - before;
}

void engine_stop(struct engine *engine)
{
    engine->stopped = true;
}

int64_t engine_now(const struct engine *engine)
{
    return engine->now_ns;
}

uint64_t engine_executed(const struct engine *engine)
{
    return engine->executed;
}

size_t engine_pending(const struct engine *engine)
{
    return (size_t)(engine->sequence - 1 - engine->executed - engine->cancelled);
}

size_t engine_pending_peak(const struct engine *engine)
{
    return engine->queue.slot_count;
}

uint64_t engine_fingerprint(const struct engine *engine)
{
    return engine->fingerprint;
}

void engine_fold(struct engine *engine, uint64_t value)
{
    engine->fingerprint = mix(engine->fingerprint ^ value, FINGERPRINT_FOLD);
}

static void prefetch(const void *context, const struct event *event)
{
    const struct engine *engine = context;
    const struct event_kind *kind = &engine->kinds[event->kind];

    if (kind->prefetch != NULL)
        kind->prefetch(engine->world, event->target, event->payload);
}

static bool any_prefetch(const struct engine_spec *spec)
{
    for (size_t i = 0; i < spec->kind_count; i++) {
        if (spec->kinds[i].prefetch != NULL)
            return true;
    }
    return false;
}

static unsigned bits_for(size_t value)
{
    return 64u - (unsigned)__builtin_clzll((unsigned long long)value);
}

static bool kinds_valid(const struct engine_spec *spec, struct error *error)
{
    if (spec->kinds == NULL || spec->kind_count == 0 || spec->kind_count >= QUEUE_KIND_NONE)
        return error_set(error, ERROR_INPUT, "%zu event kinds: must be 1 to %d", spec->kind_count,
                         QUEUE_KIND_NONE - 1);
    for (size_t i = 0; i < spec->kind_count; i++) {
        if (spec->kinds[i].name == NULL || spec->kinds[i].handler == NULL)
            return error_set(error, ERROR_INPUT, "event kind %zu has no name or no handler", i);
    }
    return true;
}

bool engine_open(const struct engine_spec *spec, struct engine **out, struct error *error)
{
    if (!kinds_valid(spec, error))
        return false;

    bool ok = false;
    struct engine *engine = calloc(1, sizeof *engine);
    struct kind_row *rows = calloc(spec->kind_count, sizeof *rows);
    if (engine == NULL || rows == NULL) {
        error_set(error, ERROR_MEMORY, "no memory for the engine");
        goto done;
    }
    if (!event_queue_init(&engine->queue, spec->capacity, error))
        goto done;

    for (size_t i = 0; i < spec->kind_count; i++) {
        rows[i].handler = spec->kinds[i].handler;
        rows[i].priority = (uint64_t)spec->kinds[i].priority << SEQUENCE_BITS;
    }
    engine->sequence = 1;
    engine->fingerprint = FINGERPRINT_START;
    engine->rows = rows;
    engine->world = spec->world;
    engine->kind_count = (uint32_t)spec->kind_count;
    engine->slot_bits = bits_for(spec->capacity);
    engine->seed = spec->seed;
    engine->kinds = spec->kinds;
    if (any_prefetch(spec)) {
        engine->queue.nears = prefetch;
        engine->queue.nears_context = engine;
    }
    *out = engine;
    engine = NULL;
    rows = NULL;
    ok = true;
done:
    free(rows);
    free(engine);
    return ok;
}

void engine_close(struct engine *engine)
{
    if (engine == NULL)
        return;
    event_queue_fini(&engine->queue);
    free(engine->rows);
    free(engine);
}
