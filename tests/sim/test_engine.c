/* test_engine.c - the order of events against a naive reference, cancelling, the clock, the
 * fingerprint, and a queue with a closed form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/collect.h"
#include "sim/engine.h"
#include "sim/error.h"
#include "sim/random.h"

enum { KIND_LATE, KIND_EARLY, KIND_COUNT };
enum { LOG_ROOM = 60000 };

struct world {
    uint64_t payloads[LOG_ROOM]; /* in the order of execution */
    int64_t times[LOG_ROOM];
    size_t count;
};

static void note(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;

    assert_true(engine_now(engine) == event->time_ns);
    world->times[world->count] = event->time_ns;
    world->payloads[world->count++] = event->payload;
}

static const struct event_kind kinds[KIND_COUNT] = {
    [KIND_LATE] = {"late", note, 5, NULL},
    [KIND_EARLY] = {"early", note, 1, NULL},
};

static struct engine *open_engine(struct world *world, size_t capacity)
{
    const struct engine_spec spec = {
        .kinds = kinds, .kind_count = KIND_COUNT, .world = world, .capacity = capacity, .seed = 9};
    struct engine *engine = NULL;
    struct error error = {0};

    world->count = 0;
    assert_true(engine_open(&spec, &engine, &error));
    return engine;
}

/* Goal: at one instant priority decides, then the order of posting. */
static void order_at_one_instant(void **state)
{
    static struct world world;
    struct engine *engine = open_engine(&world, 16);
    const uint64_t expected[] = {4, 2, 3, 0, 1};

    (void)state;
    engine_post(engine, 10, KIND_LATE, 0, 0);
    engine_post(engine, 10, KIND_LATE, 0, 1);
    engine_post(engine, 10, KIND_EARLY, 0, 2);
    engine_post(engine, 10, KIND_EARLY, 0, 3);
    engine_post(engine, 9, KIND_LATE, 0, 4);
    assert_int_equal(engine_run(engine, 10), 5);
    assert_memory_equal(world.payloads, expected, sizeof expected);
    engine_close(engine);
}

/* Goal: a run goes up to and including its end; the clock then stands there; nothing is lost. */
static void run_until(void **state)
{
    static struct world world;
    struct engine *engine = open_engine(&world, 16);

    (void)state;
    engine_post(engine, 5, KIND_LATE, 0, 1);
    engine_post(engine, 6, KIND_LATE, 0, 2);
    assert_int_equal(engine_run(engine, 5), 1);
    assert_int_equal(engine_now(engine), 5);
    assert_int_equal(engine_pending(engine), 1);
    assert_int_equal(engine_run(engine, 100), 1);
    assert_int_equal(engine_now(engine), 100);
    assert_int_equal(engine_executed(engine), 2);
    assert_int_equal(engine_pending_peak(engine), 2);
    engine_close(engine);
}

/* ---- prefetching ---- */

enum { AHEAD_EVENTS = 5000 };

static struct {
    bool asked[AHEAD_EVENTS];
    size_t before, after; /* asked before the handler ran, and not before */
} ahead;

static void ahead_prefetch(const void *context, uint32_t target, uint64_t payload)
{
    assert_null(context);
    assert_true(payload == target + UINT64_C(7));
    ahead.asked[target] = true;
}

static void ahead_run(void *context, struct engine *engine, const struct event *event)
{
    (void)context, (void)engine;
    *(ahead.asked[event->target] ? &ahead.before : &ahead.after) += 1;
}

static uint64_t ahead_fingerprint(const struct event_kind *kind)
{
    const struct engine_spec spec = {.kinds = kind, .kind_count = 1, .capacity = AHEAD_EVENTS};
    struct engine *engine = NULL;

    memset(&ahead, 0, sizeof ahead);
    assert_true(engine_open(&spec, &engine, NULL));
    for (uint32_t i = 0; i < AHEAD_EVENTS; i++)
        engine_post(engine, (int64_t)(i * UINT64_C(48271) % AHEAD_EVENTS * 1000), 0, i, i + 7);
    assert_int_equal(engine_run(engine, INT64_MAX), AHEAD_EVENTS);
    uint64_t fingerprint = engine_fingerprint(engine);
    engine_close(engine);
    return fingerprint;
}

/* Goal: among many events nearly all are told of before their turn, by target and payload, and that
 * moves nothing. */
static void prefetch_comes_ahead(void **state)
{
    const struct event_kind plain = {"run", ahead_run, 0, NULL};
    const struct event_kind asking = {"run", ahead_run, 0, ahead_prefetch};

    (void)state;
    uint64_t fingerprint = ahead_fingerprint(&plain);
    assert_int_equal(ahead.after, AHEAD_EVENTS);
    assert_true(ahead_fingerprint(&asking) == fingerprint);
    assert_true(ahead.before > AHEAD_EVENTS * 9 / 10);
}

/* ---- against a reference ---- */

enum { REFERENCE_ROOM = 50000 };

struct reference {
    int64_t time;
    uint64_t number;
    uint8_t priority;
    bool gone;
};

static int compare(const void *a, const void *b)
{
    const struct reference *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Delays of all sizes, with many at one instant. */
static int64_t some_delay(struct random_stream *stream)
{
    switch (random_below(stream, 4)) {
    case 0: return 0;
    case 1: return (int64_t)random_below(stream, 4);
    case 2: return (int64_t)(random_exponential(stream) * 1e6);
    default: return (int64_t)(1u << random_below(stream, 30)) * (int64_t)random_below(stream, 1000);
    }
}

/* Posts, cancels and runs at random; then everything executed is compared with the sorted posts. */
static void drive(uint64_t seed, size_t posts)
{
    static struct world world;
    static struct reference all[REFERENCE_ROOM];
    static event_handle handles[REFERENCE_ROOM];
    const struct random_key key = {.seed = seed};
    struct engine *engine = open_engine(&world, posts + 1);
    struct random_stream stream;
    size_t posted = 0, live = 0;

    random_stream_init(&stream, &key, 0, 0, 0);
    while (posted < posts) {
        for (uint64_t burst = random_below(&stream, 200); burst > 0 && posted < posts; burst--) {
            uint16_t kind = (uint16_t)random_below(&stream, KIND_COUNT);
            int64_t time = engine_now(engine) + 1 + some_delay(&stream);
            all[posted] = (struct reference){time, posted, kinds[kind].priority, false};
            handles[posted] = engine_post(engine, time, kind, 0, posted);
            assert_true(handles[posted] != 0);
            posted++;
        }
        for (uint64_t tries = random_below(&stream, 20); tries > 0 && posted > 0; tries--) {
            size_t victim = random_below(&stream, posted);
            bool was_live = !all[victim].gone && all[victim].time > engine_now(engine);
            if (engine_cancel(engine, handles[victim])) {
                assert_false(all[victim].gone);
                all[victim].gone = true;
            } else {
                assert_false(was_live);
            }
        }
        engine_run(engine, engine_now(engine) + some_delay(&stream));
    }
    engine_run(engine, INT64_MAX / 2);
    assert_int_equal(engine_pending(engine), 0);
    qsort(all, posts, sizeof all[0], compare);
    for (size_t i = 0; i < posts; i++) {
        if (all[i].gone)
            continue;
        assert_true(world.payloads[live] == all[i].number);
        assert_true(world.times[live] == all[i].time);
        live++;
    }
    assert_int_equal(world.count, live);
    engine_close(engine);
}

/* Goal: whatever is posted and cancelled, what runs is what a sorted list would run, in its order.
 * Posts happen between runs and after the present, so nothing posted belongs before what has
 * run. */
static void order_of_a_sorted_list(void **state)
{
    (void)state;
    drive(1, 40);
    drive(2, 500);
    for (uint64_t seed = 3; seed < 9; seed++)
        drive(seed, 20000);
    drive(10, REFERENCE_ROOM);
}

/* ---- cancelling ---- */

/* Goal: a handle is good once: not after its event has run, was cancelled, or its place was used
 * again. */
static void handles_expire(void **state)
{
    static struct world world;
    struct engine *engine = open_engine(&world, 4);

    (void)state;
    assert_false(engine_cancel(engine, 0));
    for (int round = 0; round < 1000; round++) {
        int64_t now = engine_now(engine);
        event_handle kept = engine_post(engine, now + 1, KIND_LATE, 0, 1);
        event_handle dropped = engine_post(engine, now + 1, KIND_LATE, 0, 2);
        assert_true(engine_cancel(engine, dropped));
        assert_false(engine_cancel(engine, dropped));
        assert_int_equal(engine_run(engine, now + 1), 1);
        assert_false(engine_cancel(engine, kept));
    }
    assert_int_equal(world.count, 1000);
    engine_close(engine);
}

/* ---- the fingerprint ---- */

static uint64_t fingerprint_of(int64_t time, uint16_t kind, uint32_t target, uint64_t payload)
{
    static struct world world;
    struct engine *engine = open_engine(&world, 8);

    engine_post(engine, 1, KIND_LATE, 1, 1);
    engine_post(engine, time, kind, target, payload);
    engine_run(engine, 100);
    uint64_t fingerprint = engine_fingerprint(engine);
    engine_close(engine);
    return fingerprint;
}

/* Goal: time, kind and target of every event enter it; what is folded in does; cancelled events do
 * not. */
static void fingerprint_covers_events(void **state)
{
    static struct world world;
    uint64_t base = fingerprint_of(7, KIND_LATE, 3, 5);

    (void)state;
    assert_true(base == fingerprint_of(7, KIND_LATE, 3, 5));
    assert_true(base != fingerprint_of(8, KIND_LATE, 3, 5));
    assert_true(base != fingerprint_of(7, KIND_EARLY, 3, 5));
    assert_true(base != fingerprint_of(7, KIND_LATE, 4, 5));
    struct engine *engine = open_engine(&world, 8);
    engine_post(engine, 1, KIND_LATE, 1, 1);
    engine_post(engine, 7, KIND_LATE, 3, 5);
    engine_cancel(engine, engine_post(engine, 6, KIND_LATE, 3, 5));
    engine_run(engine, 100);
    assert_true(engine_fingerprint(engine) == base);
    engine_fold(engine, 0);
    assert_true(engine_fingerprint(engine) != base);
    engine_close(engine);
}

/* ---- broken invariants ---- */

static void post_into_the_past(void)
{
    static struct world world;
    struct engine *engine = open_engine(&world, 8);

    engine_run(engine, 50);
    engine_post(engine, 49, KIND_EARLY, 0, 0);
}

static void overfill(void)
{
    static struct world world;
    struct engine *engine = open_engine(&world, 8);

    for (int i = 0; i < 9; i++)
        engine_post(engine, i, KIND_EARLY, 0, 0);
}

/* Whether the function aborts and says the kind of event and the seed. */
static void assert_aborts(void (*broken)(void))
{
    int ends[2], status;
    char text[512] = "";

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        broken();
        _exit(0);
    }
    close(ends[1]);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    close(ends[0]);
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(text, "early"));
    assert_non_null(strstr(text, "seed 9"));
}

/* Goal: a post before the present, or one too many, ends the program with kind and seed. */
static void broken_invariants_abort(void **state)
{
    (void)state;
    assert_aborts(post_into_the_past);
    assert_aborts(overfill);
}

/* ---- a queue of the textbook ---- */

enum { QUEUE_ARRIVE, QUEUE_DEPART, QUEUE_KINDS };

struct queue {
    struct random_stream arrivals, services;
    struct time_mean in_system;
    double load;
    uint64_t waiting;
};

static int64_t after(struct engine *engine, struct random_stream *stream, double mean_ns)
{
    return engine_now(engine) + (int64_t)(random_exponential(stream) * mean_ns);
}

static void queue_arrive(void *context, struct engine *engine, const struct event *event)
{
    struct queue *queue = context;

    (void)event;
    time_mean_add(&queue->in_system, engine_now(engine), 1);
    if (queue->waiting++ == 0)
        engine_post(engine, after(engine, &queue->services, 1e9), QUEUE_DEPART, 0, 0);
    engine_post(engine, after(engine, &queue->arrivals, 1e9 / queue->load), QUEUE_ARRIVE, 0, 0);
}

static void queue_depart(void *context, struct engine *engine, const struct event *event)
{
    struct queue *queue = context;

    (void)event;
    time_mean_add(&queue->in_system, engine_now(engine), -1);
    if (--queue->waiting > 0)
        engine_post(engine, after(engine, &queue->services, 1e9), QUEUE_DEPART, 0, 0);
}

static double queue_mean(uint64_t seed)
{
    static const struct event_kind queue_kinds[QUEUE_KINDS] = {{"arrive", queue_arrive, 0, NULL},
                                                               {"depart", queue_depart, 0, NULL}};
    const struct random_key key = {.seed = seed};
    struct queue queue = {.load = 0.5};
    const struct engine_spec spec = {
        .kinds = queue_kinds, .kind_count = QUEUE_KINDS, .world = &queue, .capacity = 8};
    struct engine *engine = NULL;

    assert_true(engine_open(&spec, &engine, NULL));
    random_stream_init(&queue.arrivals, &key, 0, 0, 0);
    random_stream_init(&queue.services, &key, 1, 0, 0);
    time_mean_init(&queue.in_system, 0, 0);
    engine_post(engine, 0, QUEUE_ARRIVE, 0, 0);
    engine_run(engine, INT64_C(150000) * 1000000000);
    double mean = time_mean_value(&queue.in_system, engine_now(engine));
    engine_close(engine);
    return mean;
}

/* Goal: M/M/1 at load 0.5 holds one customer on average: inside the 99 % interval of 30 runs, which
 * is narrower than 2 %. */
static void queue_with_a_closed_form(void **state)
{
    struct moments means = {0};

    (void)state;
    for (uint64_t seed = 100; seed < 130; seed++)
        moments_add(&means, queue_mean(seed));
    double half = 2.756 * sqrt(moments_variance(&means) / 30); /* t, 29 degrees of freedom */
    assert_true(half < 0.02);
    assert_true(fabs(means.mean - 1) < half);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_at_one_instant),      cmocka_unit_test(run_until),
        cmocka_unit_test(order_of_a_sorted_list),    cmocka_unit_test(handles_expire),
        cmocka_unit_test(fingerprint_covers_events), cmocka_unit_test(broken_invariants_abort),
        cmocka_unit_test(queue_with_a_closed_form),  cmocka_unit_test(prefetch_comes_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
