/* arrival.c - when the next request of one user comes. */
#include "models/arrival.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#define ARRIVAL_SECOND_NS 1e9
/* A gap as long as this never ends within a run (292 years are 2^63 ns). */
#define ARRIVAL_NEVER_NS 4e18

static unsigned long arrival_gsl_get(void *stream)
{
    return random_u64(stream);
}

static double arrival_gsl_get_double(void *stream)
{
    return random_unit(stream);
}

static void arrival_gsl_set(void *stream, unsigned long seed)
{
    (void)stream; /* the stream comes seeded */
    (void)seed;
}

/* Lets GSL's distributions draw from a stream that lives elsewhere. */
static const gsl_rng_type arrival_gsl_type = {
    "stream",
    ULONG_MAX,
    0,
    sizeof(struct random_stream),
    arrival_gsl_set,
    arrival_gsl_get,
    arrival_gsl_get_double,
};

/* At least 1 ns later, so that an absurd rate cannot stop the clock. */
static int64_t arrival_after(int64_t now_ns, double gap_ns)
{
    if (!(gap_ns < ARRIVAL_NEVER_NS) || now_ns > INT64_MAX - (int64_t)gap_ns - 1)
        return INT64_MAX;
    return now_ns + (gap_ns > 1 ? (int64_t)(gap_ns + 0.5) : 1);
}

static int64_t arrival_poisson(double rate, struct random_stream *stream, int64_t now_ns)
{
    return arrival_after(now_ns, random_exponential(stream) * ARRIVAL_SECOND_NS / rate);
}

/* The first gap is what is left of the gap that covers the start: a uniform share of a
 * length-biased gamma(shape), which is a gamma(shape + 1) of the same scale. */
static int64_t arrival_gamma(const struct scenario_arrival *arrival, struct arrival_state *state,
                             struct random_stream *stream, int64_t now_ns)
{
    gsl_rng rng = {&arrival_gsl_type, stream};
    double scale_ns = ARRIVAL_SECOND_NS / (arrival->rate * arrival->shape);

    if (state->mark_ns != 0)
        return arrival_after(now_ns, gsl_ran_gamma(&rng, arrival->shape, scale_ns));
    state->mark_ns = 1;
    double share = random_unit(stream);
    return arrival_after(now_ns, share * gsl_ran_gamma(&rng, arrival->shape + 1, scale_ns));
}

static void arrival_burst_begin(const struct scenario_arrival *arrival, struct arrival_state *state,
                                struct random_stream *stream, int64_t now_ns)
{
    double on_ns = (double)arrival->burst_on_ns;
    double off_ns = (double)arrival->burst_off_ns;

    if (random_unit(stream) * (on_ns + off_ns) < on_ns)
        state->mark_ns = arrival_after(now_ns, on_ns * random_exponential(stream));
    else
        state->mark_ns = now_ns; /* off from now on */
}

/* The process has no memory inside a period, so what was drawn past the end of one may be
 * dropped. */
static int64_t arrival_bursty(const struct scenario_arrival *arrival, struct arrival_state *state,
                              struct random_stream *stream, int64_t now_ns)
{
    double on_ns = (double)arrival->burst_on_ns;
    double off_ns = (double)arrival->burst_off_ns;
    double on_rate = arrival->rate * (on_ns + off_ns) / on_ns;

    if (state->mark_ns == 0)
        arrival_burst_begin(arrival, state, stream, now_ns);
    for (;;) {
        int64_t next_ns = arrival_poisson(on_rate, stream, now_ns);
        if (next_ns <= state->mark_ns || next_ns == INT64_MAX)
            return next_ns;
        int64_t begin_ns = arrival_after(state->mark_ns, off_ns * random_exponential(stream));
        if (begin_ns == INT64_MAX)
            return INT64_MAX;
        state->mark_ns = arrival_after(begin_ns, on_ns * random_exponential(stream));
        now_ns = begin_ns;
    }
}

static double arrival_diurnal_factor(const struct scenario_arrival *arrival,
                                     const struct arrival_phase *phase, int64_t now_ns)
{
    int64_t local_ns = (now_ns % arrival->period_ns) + (phase->utc_offset_ns % arrival->period_ns);
    double turns = (double)local_ns / (double)arrival->period_ns - ARRIVAL_DIURNAL_PEAK;

    return 1 + arrival->amplitude * cos(2 * M_PI * turns);
}

static int64_t arrival_diurnal(const struct scenario_arrival *arrival,
                               const struct arrival_phase *phase, struct random_stream *stream,
                               int64_t now_ns)
{
    double highest = 1 + arrival->amplitude;

    do {
        now_ns = arrival_poisson(arrival->rate * highest, stream, now_ns);
        if (now_ns == INT64_MAX)
            break;
    } while (random_unit(stream) * highest >= arrival_diurnal_factor(arrival, phase, now_ns));
    return now_ns;
}

int64_t arrival_next(const struct scenario_arrival *arrival, const struct arrival_phase *phase,
                     struct arrival_state *state, struct random_stream *stream, int64_t now_ns)
{
    if (arrival->kind == ARRIVAL_CLOSED)
        return arrival_after(now_ns, (double)arrival->think_ns * random_exponential(stream));
    if (!(arrival->rate > 0))
        return INT64_MAX;
    switch (arrival->kind) {
    case ARRIVAL_POISSON: return arrival_poisson(arrival->rate, stream, now_ns);
    case ARRIVAL_GAMMA: return arrival_gamma(arrival, state, stream, now_ns);
    case ARRIVAL_BURSTY: return arrival_bursty(arrival, state, stream, now_ns);
    case ARRIVAL_DIURNAL: return arrival_diurnal(arrival, phase, stream, now_ns);
    case ARRIVAL_CLOSED:
    case ARRIVAL_TRACE: break;
    }
    fprintf(stderr, "arrival_next: kind %d has no next arrival of its own\n", (int)arrival->kind);
    abort();
}

double arrival_rate(const struct scenario_arrival *arrival, const struct arrival_phase *phase,
                    int64_t now_ns)
{
    if (arrival->kind != ARRIVAL_DIURNAL)
        return arrival->rate;
    return arrival->rate * arrival_diurnal_factor(arrival, phase, now_ns);
}
