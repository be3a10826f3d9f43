/* Goal of this file: arrivals have the rate, the spread and the daily cycle that theory gives
 * them. */
#include "models/arrival.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>

#define SECOND INT64_C(1000000000)
#define HOUR   (3600 * SECOND)

static const struct random_key KEY = {.seed = 11, .replication = 0};
static const struct arrival_phase NO_PHASE = {0};

struct source {
    struct scenario_arrival arrival;
    struct arrival_phase phase;
    struct arrival_state state;
    struct random_stream stream;
};

static struct source open_source(const struct scenario_arrival *arrival, uint32_t entity)
{
    struct source source = {.arrival = *arrival};

    random_stream_init(&source.stream, &KEY, (uint32_t)arrival->kind, entity, 0);
    return source;
}

static int64_t next(struct source *source, int64_t now)
{
    int64_t time =
        arrival_next(&source->arrival, &source->phase, &source->state, &source->stream, now);

    assert_true(time > now);
    return time;
}

struct gaps {
    double mean, cv; /* of the gaps after the first */
    double first;
};

static struct gaps measure(const struct scenario_arrival *arrival, uint32_t entity, int count)
{
    struct source source = open_source(arrival, entity);
    struct gaps gaps = {0};
    double sum = 0, squares = 0;
    int64_t now = next(&source, 0);

    gaps.first = (double)now / 1e9;
    for (int i = 0; i < count; i++) {
        int64_t then = next(&source, now);
        double gap = (double)(then - now) / 1e9;
        sum += gap;
        squares += gap * gap;
        now = then;
    }
    gaps.mean = sum / count;
    gaps.cv = sqrt(squares / count - gaps.mean * gaps.mean) / gaps.mean;
    return gaps;
}

/* Goal: exponential gaps, for poisson by the rate and for closed by the think time. */
static void exponential_gaps(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    struct scenario_arrival poisson = {.kind = ARRIVAL_POISSON, .rate = 4};
    struct scenario_arrival closed = {.kind = ARRIVAL_CLOSED, .think_ns = 10 * SECOND};
    struct gaps gaps = measure(&poisson, 1, COUNT);

    assert_true(fabs(gaps.mean - 0.25) < 4 * 0.25 / sqrt(COUNT));
    assert_true(fabs(gaps.cv - 1) < 4 / sqrt(COUNT)); /* sd of the cv of exponentials: 1/sqrt(n) */
    gaps = measure(&closed, 1, COUNT);
    assert_true(fabs(gaps.mean - 10) < 4 * 10 / sqrt(COUNT));
}

/* Goal: gamma gaps have cv 1/sqrt(shape), and the first one is what is left of a gap seen at
 * random, of mean (1 + 1/shape) / 2 gaps. */
static void gamma_gaps(void **state)
{
    (void)state;
    enum { COUNT = 200000, USERS = 20000 };
    const double shapes[] = {0.5, 4};

    for (int s = 0; s < 2; s++) {
        struct scenario_arrival gamma = {.kind = ARRIVAL_GAMMA, .rate = 2, .shape = shapes[s]};
        double cv = 1 / sqrt(shapes[s]), first = 0, squares = 0;
        struct gaps gaps = measure(&gamma, 1, COUNT);
        assert_true(fabs(gaps.mean - 0.5) < 4 * 0.5 * cv / sqrt(COUNT));
        assert_true(fabs(gaps.cv - cv) < 0.02 * cv);
        for (uint32_t user = 0; user < USERS; user++) {
            double gap = measure(&gamma, user, 1).first;
            first += gap / USERS;
            squares += gap * gap / USERS;
        }
        double error = sqrt((squares - first * first) / USERS);
        assert_true(fabs(first - 0.5 * (1 + 1 / shapes[s]) / 2) < 4 * error);
    }
}

/* Goal: bursts keep the mean rate, and counts in windows are overdispersed as an interrupted
 * Poisson process of these periods must be, from the first window on. */
static void bursts(void **state)
{
    (void)state;
    enum { USERS = 40000 };
    const double on = 2, off = 8, rate = 3, window = 30;
    struct scenario_arrival bursty = {.kind = ARRIVAL_BURSTY,
                                      .rate = rate,
                                      .burst_on_ns = (int64_t)on * SECOND,
                                      .burst_off_ns = (int64_t)off * SECOND};
    double sum = 0, squares = 0, fourth = 0;

    for (uint32_t user = 0; user < USERS; user++) {
        struct source source = open_source(&bursty, user);
        double count = 0;
        for (int64_t now = next(&source, 0); now <= (int64_t)window * SECOND;
             now = next(&source, now))
            count++;
        double deviation = count - rate * window;
        sum += count / USERS;
        squares += deviation * deviation / USERS;
        fourth += pow(deviation, 4) / USERS;
    }
    double turn = 1 / on + 1 / off, on_rate = rate * (on + off) / on;
    double share = 1 + expm1(-turn * window) / (turn * window);
    double dispersion = 1 + 2 * on_rate / on / (turn * turn) * share;
    double variance = dispersion * rate * window;
    assert_true(dispersion > 20);
    assert_true(fabs(sum - rate * window) < 4 * sqrt(variance / USERS));
    assert_true(fabs(squares - variance) < 4 * sqrt((fourth - squares * squares) / USERS));
}

/* Goal: the counts by local hour follow the cosine, with its peak at 15:00 (chi-square over 24
 * hours). */
static void daily_cycle(void **state)
{
    (void)state;
    enum { DAYS = 400 };
    struct scenario_arrival diurnal = {
        .kind = ARRIVAL_DIURNAL, .rate = 0.005, .amplitude = 0.8, .period_ns = 24 * HOUR};
    struct source source = open_source(&diurnal, 3);
    double seen[24] = {0}, chi_square = 0, total = 0;

    source.phase.utc_offset_ns = -7 * HOUR;
    for (int64_t now = next(&source, 0); now < DAYS * 24 * HOUR; now = next(&source, now)) {
        seen[(now / HOUR + 24 - 7) % 24]++;
        total++;
    }
    for (int hour = 0; hour < 24; hour++) {
        double from = 2 * M_PI * (hour / 24.0 - 0.625), to = from + 2 * M_PI / 24;
        double expected = DAYS * 18 * (1 + 0.8 * (sin(to) - sin(from)) * 24 / (2 * M_PI));
        chi_square += pow(seen[hour] - expected, 2) / expected;
    }
    assert_true(gsl_cdf_chisq_Q(chi_square, 24) > 1e-4);
    assert_true(fabs(total - DAYS * 24 * 18) < 4 * sqrt(DAYS * 24 * 18));
    assert_true(fabs(arrival_rate(&diurnal, &NO_PHASE, 15 * HOUR) - 0.009) < 1e-12);
    assert_true(fabs(arrival_rate(&diurnal, &NO_PHASE, 3 * HOUR) - 0.001) < 1e-12);
    assert_true(fabs(arrival_rate(&diurnal, &source.phase, 22 * HOUR) - 0.009) < 1e-12);
}

/* Goal: rate 0 never comes, and an absurdly small or large rate neither overflows nor stops the
 * clock. */
static void extremes(void **state)
{
    (void)state;
    const enum arrival_kind kinds[] = {ARRIVAL_POISSON, ARRIVAL_GAMMA, ARRIVAL_BURSTY,
                                       ARRIVAL_DIURNAL};
    const double rates[] = {0, 1e-15, 1e15};

    for (int k = 0; k < 4; k++) {
        for (int r = 0; r < 3; r++) {
            struct scenario_arrival arrival = {.kind = kinds[k],
                                               .rate = rates[r],
                                               .shape = 1,
                                               .burst_on_ns = SECOND,
                                               .burst_off_ns = SECOND,
                                               .amplitude = 1,
                                               .period_ns = HOUR};
            struct source source = open_source(&arrival, 0);
            int64_t time = next(&source, HOUR / 8);
            if (rates[r] == 0)
                assert_true(time == INT64_MAX);
        }
    }
    assert_int_equal(sizeof(struct arrival_state), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponential_gaps), cmocka_unit_test(gamma_gaps), cmocka_unit_test(bursts),
        cmocka_unit_test(daily_cycle),      cmocka_unit_test(extremes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
