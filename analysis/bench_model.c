/* bench_model.c - runs of one scenario in several sizes; memory is the kernel's high-water mark. */
#include "analysis/bench_model.h"

#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/format.h"
#include "models/world.h"

enum { SCALE = 10, RUNS = 3, EXTRA_USERS = 200000, EXTRA_NODES = 20000, MEASURE_LIMIT = 12 };

#define SECOND_NS INT64_C(1000000000)
#define HOUR_NS   (3600 * SECOND_NS)

/* One figure, and what it should reach. */
struct measure {
    const char *name, *unit;
    double value, least, most; /* NaN: no such bound */
};

struct bench {
    struct scenario scenario; /* as the file has it */
    bool bounded;             /* it is the one that the bounds were set for */
    struct measure measures[MEASURE_LIMIT];
    size_t count;
};

/* What one run took. */
struct cost {
    double wall_s, events, requests;
    double peak;   /* bytes that the process held at most */
    double memory; /* the same, beyond what it held before the run */
};

static void measure_add(struct bench *bench, const char *name, const char *unit, double value,
                        double least, double most)
{
    bench->measures[bench->count++] = (struct measure){
        name, unit, value, bench->bounded ? least : NAN, bench->bounded ? most : NAN};
}

/* ---- memory ---- */

/* A line of /proc/self/status in bytes; NaN where the system does not tell. */
static double status_bytes(const char *key)
{
    char line[256];
    double kilobytes = NAN;
    FILE *file = fopen("/proc/self/status", "r");
    if (file == NULL)
        return NAN;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0 &&
            sscanf(line + strlen(key), ": %lf", &kilobytes) == 1)
            break;
    }
    fclose(file);
    return kilobytes * 1024;
}

/* Sets the high-water mark back to what is held now; false where the system cannot. */
static bool peak_restart(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file == NULL)
        return false;
    fputs("5", file);
    return fclose(file) == 0;
}

/* ---- runs ---- */

static bool run_once(const struct scenario *scenario, struct cost *out, struct error *error)
{
    struct result result = {0};
    const struct world_options options = {.seed = scenario->seed};
    malloc_trim(0);
    bool counted = peak_restart();
    double before = status_bytes("VmRSS");
    if (!world_run(scenario, &options, &result, error))
        return false;
    *out = (struct cost){.wall_s = result.wall_seconds,
                         .events = (double)result.events,
                         .requests = (double)result.requests,
                         .peak = counted ? status_bytes("VmHWM") : NAN};
    out->memory = out->peak - before;
    result_free(&result);
    return true;
}

/* The cheapest of several: what disturbs a run only makes it dearer. */
static bool run_best(const struct scenario *scenario, int runs, struct cost *out,
                     struct error *error)
{
    struct cost best = {.wall_s = INFINITY};
    for (int i = 0; i < runs; i++) {
        struct cost cost;
        if (!run_once(scenario, &cost, error))
            return false;
        if (cost.wall_s < best.wall_s)
            best = cost;
    }
    *out = best;
    return true;
}

/* The same network with everybody in it `factor` times: the load per node stays what it was. The
 * groups are the copy's own, in nodes and users, which have room for those of the original. */
static struct scenario scaled(const struct scenario *original, uint32_t factor,
                              struct scenario_nodes *nodes, struct scenario_users *users)
{
    struct scenario copy = *original;
    memcpy(nodes, original->nodes, original->node_group_count * sizeof *nodes);
    memcpy(users, original->users, original->user_group_count * sizeof *users);
    for (size_t i = 0; i < copy.node_group_count; i++) {
        nodes[i].count *= factor;
        nodes[i].operators *= factor;
    }
    for (size_t i = 0; i < copy.user_group_count; i++)
        users[i].count *= factor;
    copy.nodes = nodes;
    copy.users = users;
    return copy;
}

static double node_count(const struct scenario *scenario)
{
    double count = 0;
    for (size_t i = 0; i < scenario->node_group_count; i++)
        count += scenario->nodes[i].count;
    return count;
}

/* ---- what is measured ---- */

static bool measure_whole(struct bench *bench, struct error *error)
{
    struct cost cost;
    if (!run_once(&bench->scenario, &cost, error))
        return false;
    measure_add(bench, "wall_seconds", "s", cost.wall_s, NAN, 10);
    measure_add(bench, "events", "", cost.events, NAN, NAN);
    measure_add(bench, "requests", "", cost.requests, 1e6, NAN);
    measure_add(bench, "events_per_second", "1/s", cost.events / cost.wall_s, 1.5e6, NAN);
    measure_add(bench, "requests_per_second", "1/s", cost.requests / cost.wall_s, 1e5, NAN);
    measure_add(bench, "peak_memory", "MiB", cost.peak / 1048576, NAN, 200);
    return true;
}

/* The same hour of both, so that both see the same load. */
static bool measure_scaling(struct bench *bench, struct scenario_nodes *nodes,
                            struct scenario_users *users, struct error *error)
{
    struct cost small, large;
    struct scenario scenario = bench->scenario;
    scenario.duration_ns = scenario.duration_ns < HOUR_NS ? scenario.duration_ns : HOUR_NS;
    scenario.warm_up_ns = 0;
    struct scenario city = scaled(&scenario, SCALE, nodes, users);
    if (!run_best(&scenario, RUNS, &small, error) || !run_best(&city, RUNS, &large, error))
        return false;
    double small_us = small.wall_s / small.requests * 1e6,
           large_us = large.wall_s / large.requests * 1e6;
    measure_add(bench, "nodes", "", node_count(&scenario), NAN, NAN);
    measure_add(bench, "request_cost", "us", small_us, NAN, NAN);
    measure_add(bench, "request_cost_at_10_times_the_nodes", "us", large_us, NAN, NAN);
    measure_add(bench, "request_cost_ratio", "", large_us / small_us, NAN, 1.5);
    return true;
}

/* What each further user or node takes, by the difference of two worlds that live for a second. */
static bool measure_memory(struct bench *bench, struct scenario_nodes *nodes,
                           struct scenario_users *users, struct error *error)
{
    struct cost base, with_users, with_nodes;
    struct scenario scenario = scaled(&bench->scenario, 1, nodes, users);
    scenario.duration_ns = SECOND_NS;
    scenario.warm_up_ns = 0;
    if (!run_once(&scenario, &base, error))
        return false;
    users[0].count += EXTRA_USERS;
    if (!run_once(&scenario, &with_users, error))
        return false;
    users[0].count -= EXTRA_USERS;
    nodes[0].count += EXTRA_NODES;
    if (!run_once(&scenario, &with_nodes, error))
        return false;
    measure_add(bench, "bytes_per_idle_user", "B", (with_users.memory - base.memory) / EXTRA_USERS,
                NAN, 200);
    measure_add(bench, "bytes_per_node", "B", (with_nodes.memory - base.memory) / EXTRA_NODES, NAN,
                4096);
    return true;
}

static bool measure_all(struct bench *bench, struct error *error)
{
    struct scenario_nodes *nodes = calloc(bench->scenario.node_group_count + 1, sizeof *nodes);
    struct scenario_users *users = calloc(bench->scenario.user_group_count + 1, sizeof *users);
    bool ok = (nodes != NULL && users != NULL) || error_set(error, ERROR_MEMORY, "out of memory");
    ok = ok && measure_whole(bench, error) && measure_scaling(bench, nodes, users, error) &&
         measure_memory(bench, nodes, users, error);
    free(nodes);
    free(users);
    return ok;
}

/* ---- output ---- */

static void print_table(const struct bench *bench, FILE *out)
{
    char text[FORMAT_SIZE], bound[FORMAT_SIZE];
    format_seconds(text, (double)bench->scenario.duration_ns / 1e9);
    fprintf(out, "whole model: \"%s\", %s of virtual time, one core, with the fingerprint\n",
            bench->scenario.name, text);
    for (size_t i = 0; i < bench->count; i++) {
        const struct measure *measure = &bench->measures[i];
        bool at_least = !isnan(measure->least), bounded = at_least || !isnan(measure->most);
        double limit = at_least ? measure->least : measure->most;
        bool reached = at_least ? measure->value >= limit : measure->value <= limit;
        format_number(text, measure->value >= 1000 ? rint(measure->value) : measure->value);
        format_number(bound, limit);
        fprintf(out, "  %-36s %14s %-4s", measure->name, text, measure->unit);
        if (bounded)
            fprintf(out, "  %s: %s %s", reached ? "reached" : "MISSED",
                    at_least ? "at least" : "at most", bound);
        fputc('\n', out);
    }
}

static void print_number(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, "%.9g", value);
    else
        fputs("null", out);
}

static void print_json(const struct bench *bench, FILE *out)
{
    fputc('{', out);
    for (size_t i = 0; i < bench->count; i++) {
        const struct measure *measure = &bench->measures[i];
        fprintf(out, "%s\"%s\": {\"value\": ", i > 0 ? ", " : "", measure->name);
        print_number(out, measure->value);
        fprintf(out, ", \"unit\": \"%s\", \"at_least\": ", measure->unit);
        print_number(out, measure->least);
        fputs(", \"at_most\": ", out);
        print_number(out, measure->most);
        fputc('}', out);
    }
    fputs("}\n", out);
}

bool bench_model(const char *path, FILE *out, bool json, struct error *error)
{
    struct bench bench = {.count = 0};
    const struct scenario_source source = {.path = path};
    if (!scenario_load(&source, &bench.scenario, error))
        return false;
    bench.bounded = strcmp(bench.scenario.name, "quickstart") == 0;
    bool ok = measure_all(&bench, error);
    if (ok)
        (json ? print_json : print_table)(&bench, out);
    scenario_free(&bench.scenario);
    return ok;
}
