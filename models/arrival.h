/* arrival.h - when the next request of one user comes.
 *
 * Every open process is stationary from its first arrival on: starting many users at once makes no
 * burst. Trace-driven arrivals belong to a group as a whole, see trace.h.
 */
#ifndef MODELS_ARRIVAL_H
#define MODELS_ARRIVAL_H

#include <stdint.h>

#include "models/scenario.h"
#include "sim/random.h"

/* Where in its daily cycle a user lives. */
struct arrival_phase {
    int64_t utc_offset_ns;
};

/* Per user; ready when all zero. bursty: end of the on period in force. gamma: not 0 once begun. */
struct arrival_state {
    int64_t mark_ns;
};

/* The diurnal rate is highest at this share of its period: 15:00 local time of a day. */
#define ARRIVAL_DIURNAL_PEAK 0.625

/* Absolute time of the first arrival after now_ns; INT64_MAX: never (rate 0). Call it at the time
 * of the arrival before (open kinds), of the last answer (closed), or at the start. phase is only
 * read by the diurnal kind. ARRIVAL_TRACE is a bug here.
 *
 * poisson: exponential gaps. gamma: gamma gaps of the given shape, cv 1/sqrt(shape). bursty:
 * interrupted Poisson, silent outside exponential on periods, with the mean rate over all time
 * equal to rate. diurnal: Poisson of rate * (1 + amplitude * cos(2 pi (t + offset - peak) /
 * period)), by thinning. closed: an exponential think time of mean think_ns. */
int64_t arrival_next(const struct scenario_arrival *arrival, const struct arrival_phase *phase,
                     struct arrival_state *state, struct random_stream *stream, int64_t now_ns);

/* The diurnal rate at a time, per second; the constant rate of the other open kinds. */
double arrival_rate(const struct scenario_arrival *arrival, const struct arrival_phase *phase,
                    int64_t now_ns);

#endif
