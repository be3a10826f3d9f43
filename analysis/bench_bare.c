/* bench_bare.c - see bench_bare.h. */
#include "analysis/bench_bare.h"

#include <stdlib.h>

#include "sim/error.h"

enum { ARITY = 4, MM1_PENDING = 2 };

enum { PURPOSE_ARRIVAL, PURPOSE_SERVICE, PURPOSE_HOLD };

typedef void (*bare_handler)(struct bare *bare, void *subject);

struct bare_event {
    int64_t time_ns;
    bare_handler run;
    void *subject;
};

struct bare {
    int64_t now_ns;
    size_t count;
    struct bare_event *heap;
    struct random_stream hold;
    struct bench_mm1 mm1;
};

/* ---- the engine ---- */

/* Word by word, through integer registers: gcc would copy two words in one 16-byte load, and such a
 * load of two 8-byte stores just made has to wait until both have left the store buffer. */
static inline void copy(struct bare_event *to, const struct bare_event *from)
{
    struct bare_event event = *from;
    __asm__("" : "+r"(event.time_ns), "+r"(event.run), "+r"(event.subject));
    to->time_ns = event.time_ns;
    to->run = event.run;
    to->subject = event.subject;
}

static inline void bare_post(struct bare *bare, int64_t time_ns, bare_handler run, void *subject)
{
    struct bare_event *heap = bare->heap;
    size_t at = bare->count++;

    while (at > 0) {
        size_t parent = (at - 1) / ARITY;
        if (heap[parent].time_ns <= time_ns)
            break;
        copy(&heap[at], &heap[parent]);
        at = parent;
    }
    heap[at].time_ns = time_ns;
    heap[at].run = run;
    heap[at].subject = subject;
}

/* All four children are there but at the end of the array; choosing among them takes no branch. */
static inline size_t soonest_child(const struct bare_event *heap, size_t first, size_t count)
{
    if (first + ARITY <= count) {
        size_t left = first + (heap[first + 1].time_ns < heap[first].time_ns);
        size_t right = first + 2 + (heap[first + 3].time_ns < heap[first + 2].time_ns);
        return heap[right].time_ns < heap[left].time_ns ? right : left;
    }
    size_t best = first;
    for (size_t child = first + 1; child < count; child++)
        best = heap[child].time_ns < heap[best].time_ns ? child : best;
    return best;
}

static inline struct bare_event bare_take(struct bare *bare)
{
    struct bare_event *heap = bare->heap, soonest, moved;
    copy(&soonest, &heap[0]);
    copy(&moved, &heap[--bare->count]);
    size_t at = 0;

    for (size_t first = 1; first < bare->count; first = at * ARITY + 1) {
        size_t child = soonest_child(heap, first, bare->count);
        if (heap[child].time_ns >= moved.time_ns)
            break;
        copy(&heap[at], &heap[child]);
        at = child;
    }
    copy(&heap[at], &moved);
    return soonest;
}

uint64_t bare_run(struct bare *bare, int64_t until_ns)
{
    uint64_t executed = 0;
    while (bare->count > 0 && bare->heap[0].time_ns <= until_ns) {
        struct bare_event event = bare_take(bare);
        bare->now_ns = event.time_ns;
        event.run(bare, event.subject);
        executed++;
    }
    return executed;
}

/* ---- the work ---- */

void bench_mm1_init(struct bench_mm1 *mm1, double load, uint64_t seed)
{
    const struct random_key key = {.seed = seed};
    *mm1 = (struct bench_mm1){.arrival_mean_ns = 1e9 / load, .service_mean_ns = 1e9};
    random_stream_init(&mm1->arrivals, &key, PURPOSE_ARRIVAL, 0, 0);
    random_stream_init(&mm1->services, &key, PURPOSE_SERVICE, 0, 0);
}

void bench_hold_init(struct random_stream *stream, uint64_t seed)
{
    const struct random_key key = {.seed = seed};
    random_stream_init(stream, &key, PURPOSE_HOLD, 0, 0);
}

static void depart(struct bare *bare, void *subject)
{
    struct bench_mm1 *mm1 = subject;
    bench_mm1_change(mm1, bare->now_ns, -1);
    if (mm1->present > 0) {
        int64_t delay_ns = bench_delay(&mm1->services, mm1->service_mean_ns);
        bare_post(bare, bare->now_ns + delay_ns, depart, mm1);
    }
}

static void arrive(struct bare *bare, void *subject)
{
    struct bench_mm1 *mm1 = subject;
    bench_mm1_change(mm1, bare->now_ns, 1);
    if (mm1->present == 1) {
        int64_t delay_ns = bench_delay(&mm1->services, mm1->service_mean_ns);
        bare_post(bare, bare->now_ns + delay_ns, depart, mm1);
    }
    int64_t delay_ns = bench_delay(&mm1->arrivals, mm1->arrival_mean_ns);
    bare_post(bare, bare->now_ns + delay_ns, arrive, mm1);
}

static void hold(struct bare *bare, void *subject)
{
    int64_t delay_ns = bench_delay(&bare->hold, BENCH_HOLD_MEAN_NS);
    bare_post(bare, bare->now_ns + delay_ns, hold, subject);
}

static bool bare_open(size_t capacity, struct bare **out, struct error *error)
{
    struct bare *bare = calloc(1, sizeof *bare);
    struct bare_event *heap = malloc(capacity * sizeof *heap);
    if (bare == NULL || heap == NULL) {
        free(heap);
        free(bare);
        return error_set(error, ERROR_MEMORY, "no memory for %zu pending events", capacity);
    }
    bare->heap = heap;
    *out = bare;
    return true;
}

bool bare_mm1_open(double load, uint64_t seed, struct bare **out, struct error *error)
{
    struct bare *bare = NULL;
    if (!bare_open(MM1_PENDING, &bare, error))
        return false;
    bench_mm1_init(&bare->mm1, load, seed);
    bare_post(bare, 0, arrive, &bare->mm1);
    *out = bare;
    return true;
}

bool bare_hold_open(size_t pending, uint64_t seed, struct bare **out, struct error *error)
{
    struct bare *bare = NULL;
    if (!bare_open(pending, &bare, error))
        return false;
    bench_hold_init(&bare->hold, seed);
    for (size_t i = 0; i < pending; i++)
        hold(bare, NULL);
    *out = bare;
    return true;
}

void bare_close(struct bare *bare)
{
    if (bare == NULL)
        return;
    free(bare->heap);
    free(bare);
}

double bare_area(const struct bare *bare)
{
    return bare->mm1.area;
}
