/* bench_engine.c - the same work on the engine and on the bare reference, in turns, medians of
 * both. */
#include "analysis/bench_engine.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "analysis/bench_bare.h"
#include "sim/engine.h"

enum { REPETITIONS = 9, MM1_CAPACITY = 16 };

#define MM1_LOAD  0.9
#define SEED      UINT64_C(1)
#define SECOND_NS 1e9

enum kind { KIND_ARRIVE, KIND_DEPART, KIND_HOLD };

/* One row of the table. */
struct work {
    const char *name;
    size_t pending; /* of the hold model; 0: M/M/1 */
    double events;  /* each repetition runs about so many; long enough to time, short enough to take
                       turns */
    double least;   /* ratio to reach; NaN: only for orientation */
};

static const struct work works[] = {
    {"mm1", 0, 8e6, 0.75},
    {"hold_1000", 1000, 4e6, 0.8},
    {"hold_100000", 100000, 3e6, 2.0},
    {"hold_1000000", 1000000, 3e6, NAN},
};
enum { WORK_COUNT = sizeof works / sizeof works[0] };

struct figures {
    double engine, bare, ratio; /* events a second, and the one over the other */
};

/* The engine's side: what the handlers work on. */
struct world {
    struct random_stream hold;
    struct bench_mm1 mm1;
};

/* ---- the work on the engine ---- */

static void serve(struct world *world, struct engine *engine, int64_t now_ns)
{
    int64_t delay_ns = bench_delay(&world->mm1.services, world->mm1.service_mean_ns);
    engine_post(engine, now_ns + delay_ns, KIND_DEPART, 0, 0);
}

static void arrive(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    bench_mm1_change(&world->mm1, event->time_ns, 1);
    if (world->mm1.present == 1)
        serve(world, engine, event->time_ns);
    int64_t delay_ns = bench_delay(&world->mm1.arrivals, world->mm1.arrival_mean_ns);
    engine_post(engine, event->time_ns + delay_ns, KIND_ARRIVE, 0, 0);
}

static void depart(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    bench_mm1_change(&world->mm1, event->time_ns, -1);
    if (world->mm1.present > 0)
        serve(world, engine, event->time_ns);
}

static void hold(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    int64_t delay_ns = bench_delay(&world->hold, BENCH_HOLD_MEAN_NS);
    engine_post(engine, event->time_ns + delay_ns, KIND_HOLD, event->target, event->payload);
}

static const struct event_kind kinds[] = {
    [KIND_ARRIVE] = {"arrive", arrive, 1, NULL},
    [KIND_DEPART] = {"depart", depart, 0, NULL},
    [KIND_HOLD] = {"hold", hold, 0, NULL},
};

static bool engine_side_open(const struct work *work, struct world *world, struct engine **out,
                             struct error *error)
{
    const struct engine_spec spec = {
        .kinds = kinds,
        .kind_count = sizeof kinds / sizeof kinds[0],
        .world = world,
        .capacity = work->pending > 0 ? work->pending + 1 : MM1_CAPACITY,
        .seed = SEED,
    };
    struct engine *engine;
    if (!engine_open(&spec, &engine, error))
        return false;

    bench_mm1_init(&world->mm1, MM1_LOAD, SEED);
    bench_hold_init(&world->hold, SEED);
    if (work->pending == 0)
        engine_post(engine, 0, KIND_ARRIVE, 0, 0);
    for (size_t i = 0; i < work->pending; i++)
        engine_post(engine, bench_delay(&world->hold, BENCH_HOLD_MEAN_NS), KIND_HOLD, (uint32_t)i,
                    0);
    *out = engine;
    return true;
}

/* ---- measuring ---- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double values[REPETITIONS])
{
    qsort(values, REPETITIONS, sizeof values[0], ascending);
    return values[REPETITIONS / 2];
}

/* Both sides go on from where the last repetition left them, so that all repetitions together see
 * every phase of a queue that reorganises itself now and then. The first is not counted. */
static bool take_turns(const struct work *work, struct engine *engine, struct bare *bare,
                       const struct world *world, struct figures *out, struct error *error)
{
    double engine_rate[REPETITIONS], bare_rate[REPETITIONS], ratio[REPETITIONS];
    double per_second = work->pending > 0 ? (double)work->pending : 2 * MM1_LOAD;
    int64_t span_ns = (int64_t)(work->events / per_second * SECOND_NS);

    for (int i = -1; i < REPETITIONS; i++) {
        int64_t until_ns = (i + 2) * span_ns;
        double start = seconds();
        uint64_t executed = engine_run(engine, until_ns);
        double middle = seconds();
        uint64_t expected = bare_run(bare, until_ns);
        double end = seconds();

        if (executed != expected || world->mm1.area != bare_area(bare))
            return error_set(error, ERROR_RUN,
                             "bench %s: the two sides differ: %llu events, bare %llu", work->name,
                             (unsigned long long)executed, (unsigned long long)expected);
        if (i < 0)
            continue;
        engine_rate[i] = (double)executed / (middle - start);
        bare_rate[i] = (double)executed / (end - middle);
        ratio[i] = engine_rate[i] / bare_rate[i];
    }
    *out = (struct figures){median(engine_rate), median(bare_rate), median(ratio)};
    return true;
}

static bool measure(const struct work *work, struct figures *out, struct error *error)
{
    struct engine *engine = NULL;
    struct bare *bare = NULL;
    struct world world = {0};

    bool ok = engine_side_open(work, &world, &engine, error) &&
              (work->pending > 0 ? bare_hold_open(work->pending, SEED, &bare, error)
                                 : bare_mm1_open(MM1_LOAD, SEED, &bare, error)) &&
              take_turns(work, engine, bare, &world, out, error);
    engine_close(engine);
    bare_close(bare);
    return ok;
}

/* ---- output ---- */

static void print_table(const struct figures *figures, FILE *out)
{
    fprintf(
        out,
        "engine alone, one core, million events a second; bare: an array heap without features\n");
    fprintf(out, "  %-14s %8s %8s %8s\n", "", "engine", "bare", "ratio");
    for (size_t i = 0; i < WORK_COUNT; i++) {
        double least = works[i].least;
        fprintf(out, "  %-14s %8.2f %8.2f %8.2f", works[i].name, figures[i].engine / 1e6,
                figures[i].bare / 1e6, figures[i].ratio);
        if (!isnan(least))
            fprintf(out, "  %s: at least %g", figures[i].ratio >= least ? "reached" : "MISSED",
                    least);
        fputc('\n', out);
    }
}

static void print_json(const struct figures *figures, FILE *out)
{
    fputc('{', out);
    for (size_t i = 0; i < WORK_COUNT; i++) {
        fprintf(
            out, "%s\"%s\": {\"engine\": %.9g, \"bare\": %.9g, \"unit\": \"1/s\", \"ratio\": %.4g",
            i > 0 ? ", " : "", works[i].name, figures[i].engine, figures[i].bare, figures[i].ratio);
        fputs(", \"at_least\": ", out);
        if (isnan(works[i].least))
            fputs("null}", out);
        else
            fprintf(out, "%g}", works[i].least);
    }
    fputs("}\n", out);
}

bool bench_engine(FILE *out, bool json, struct error *error)
{
    struct figures figures[WORK_COUNT];
    for (size_t i = 0; i < WORK_COUNT; i++) {
        if (!measure(&works[i], &figures[i], error))
            return false;
    }
    (json ? print_json : print_table)(figures, out);
    return true;
}
