/* bench_bare.h - the least that can run the work of bench_engine.c: what the engine is measured
 * against.
 *
 * Pending events are an array heap with four children to a node, 24 bytes an event (time, function,
 * subject), and nothing else: no order among equal times, no handles to cancel by, no fingerprint,
 * no limits, no checks. Clock and arithmetic are those of the engine's side, so both do the same
 * work.
 */
#ifndef ANALYSIS_BENCH_BARE_H
#define ANALYSIS_BENCH_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/random.h"

struct error;
struct bare;

/* M/M/1 with mean service 1 s: what both sides keep of it. */
struct bench_mm1 {
    struct random_stream arrivals, services;
    double arrival_mean_ns, service_mean_ns;
    int64_t present; /* customers waiting or in service */
    int64_t changed_ns;
    double area; /* customers times ns */
};

void bench_mm1_init(struct bench_mm1 *mm1, double load, uint64_t seed);
/* Folds the time since the last change in. */
static inline void bench_mm1_change(struct bench_mm1 *mm1, int64_t now_ns, int64_t by)
{
    mm1->area += (double)mm1->present * (double)(now_ns - mm1->changed_ns);
    mm1->changed_ns = now_ns;
    mm1->present += by;
}
static inline int64_t bench_delay(struct random_stream *stream, double mean_ns)
{
    return (int64_t)(mean_ns * random_exponential(stream));
}

/* Hold model: whatever runs posts itself again, a mean of 1 s later. */
#define BENCH_HOLD_MEAN_NS 1e9
void bench_hold_init(struct random_stream *stream, uint64_t seed);

/* The bare engine with the first arrival pending, or with as many holds as asked for. */
bool bare_mm1_open(double load, uint64_t seed, struct bare **out, struct error *error);
bool bare_hold_open(size_t pending, uint64_t seed, struct bare **out, struct error *error);
void bare_close(struct bare *bare); /* NULL is allowed */
/* Runs every event up to and including until_ns; returns their number. */
uint64_t bare_run(struct bare *bare, int64_t until_ns);
/* Customers times ns so far, to compare with the engine's side; 0 for holds. */
double bare_area(const struct bare *bare);

#endif
