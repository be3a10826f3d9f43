/* engine.h - the virtual clock, the pending events and the loop that runs them.
 *
 * Events run in a total order: time, then the priority of their kind, then posting order. Each
 * executed event (time, kind, target) enters the fingerprint. An event that is posted before now,
 * or a full queue, is a bug of the model: the engine prints time, kind and seed and aborts.
 */
#ifndef SIM_ENGINE_H
#define SIM_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct engine;

struct event {
    int64_t time_ns;
    uint64_t order; /* set by the engine: priority in the top 8 bits, then the posting number */
    uint64_t payload;
    uint32_t target; /* entity index */
    uint16_t kind;   /* row of the kind table */
    uint16_t reserved;
};

typedef void (*event_handler)(void *world, struct engine *engine, const struct event *event);

struct event_kind {
    const char *name;
    event_handler handler;
    uint8_t priority; /* lower runs first at equal times */
    /* NULL, or asks for the memory that the handler will touch: called a little ahead of the handler,
     * or not at all. It must change nothing. */
    void (*prefetch)(const void *world, uint32_t target, uint64_t payload);
};

struct engine_spec {
    const struct event_kind *kinds; /* must outlive the engine */
    size_t kind_count;
    void *world;     /* passed to every handler */
    size_t capacity; /* most events pending at once, cancelled ones not yet discarded included */
    uint64_t seed;   /* only printed when an invariant breaks */
};

/* Handle of a pending event; 0 is never one. */
typedef uint64_t event_handle;

bool engine_open(const struct engine_spec *spec, struct engine **out, struct error *error);
void engine_close(struct engine *engine); /* NULL is allowed */

int64_t engine_now(const struct engine *engine);
event_handle engine_post(struct engine *engine, int64_t time_ns, uint16_t kind, uint32_t target,
                         uint64_t payload);
/* Returns false if the event has run or was cancelled before. O(1). */
bool engine_cancel(struct engine *engine, event_handle handle);

/* Runs every event up to and including until_ns, or until engine_stop(); the clock then stands at
 * until_ns (or at the last event when stopped). Returns the number of events executed by this
 * call. */
uint64_t engine_run(struct engine *engine, int64_t until_ns);
void engine_stop(struct engine *engine);

uint64_t engine_executed(const struct engine *engine);
size_t engine_pending(const struct engine *engine);
size_t engine_pending_peak(const struct engine *engine);
/* The fingerprint so far; fold further state (final balances) in with engine_fold(). */
uint64_t engine_fingerprint(const struct engine *engine);
void engine_fold(struct engine *engine, uint64_t value);

#endif
