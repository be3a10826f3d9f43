/* run_length.c - see run_length.h. */
#include "analysis/run_length.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dg/verify.h"
#include "sim/random.h"

enum {
    STATES_MAX = 1 << 16, /* after one check */
    STEPS_MAX = 10000000, /* over all checks; with more than either it is simulated */
    SIMULATED_CHECKS = 5000000,
    SIMULATED_OFFENCES = 10000,
    ROOM_FIRST = 256,
    PURPOSE_RUN_LENGTH = 0x52,
};
static const double tail = 1e-10; /* of the chance of an offence, that may be left when it stops */

/* ---- the states after so many checks, and their chances ---- */

struct mass {
    struct dg_test_state state;
    double chance; /* 0: the place is free */
};

struct masses {
    struct mass *items; /* open addressing, a power of two of places */
    size_t room, count;
};

static size_t place_of(const struct masses *masses, const struct dg_test_state *state)
{
    uint64_t hash =
        (state->outcomes ^ ((uint64_t)state->statistic << 1)) * UINT64_C(0x9e3779b97f4a7c15);
    size_t place = (size_t)(hash >> 20) & (masses->room - 1);

    while (masses->items[place].chance > 0 &&
           (masses->items[place].state.outcomes != state->outcomes ||
            masses->items[place].state.statistic != state->statistic))
        place = (place + 1) & (masses->room - 1);
    return place;
}

static void masses_add(struct masses *masses, const struct dg_test_state *state, double chance)
{
    struct mass *mass = &masses->items[place_of(masses, state)];

    if (chance <= 0) /* also when it is too small for a number */
        return;
    masses->count += mass->chance <= 0;
    mass->state = *state;
    mass->chance += chance;
}

/* Empties it, with places for twice as many states. */
static bool masses_clear(struct masses *masses, size_t states)
{
    size_t room = ROOM_FIRST;

    while (room < 2 * states)
        room *= 2;
    if (room > masses->room) {
        struct mass *items = realloc(masses->items, room * sizeof *items);
        if (items == NULL)
            return false;
        masses->items = items;
        masses->room = room;
    }
    memset(masses->items, 0, masses->room * sizeof *masses->items);
    masses->count = 0;
    return true;
}

/* ---- one run from the fresh state ---- */

struct run {
    const struct dg_params *params;
    double rate;
    struct masses now, next;
    double length, offence; /* mean checks so far, chance of an offence so far */
    double left;            /* chance that it is still under way */
};

static bool is_fresh(const struct dg_test_state *state)
{
    return state->outcomes == 0 && state->statistic == 0;
}

static void follow(struct run *run, const struct mass *mass)
{
    for (int failed = 0; failed < 2; failed++) {
        struct dg_test_state state = mass->state;
        double chance = mass->chance * (failed ? run->rate : 1 - run->rate);
        if (dg_test_outcome(run->params, &state, failed))
            run->offence += chance;
        else if (!is_fresh(&state))
            masses_add(&run->next, &state, chance);
    }
}

/* One more check of every run still under way. */
static bool run_step(struct run *run)
{
    struct masses done = run->now;

    if (!masses_clear(&run->next, 2 * run->now.count))
        return false;
    run->length += run->left;
    for (size_t i = 0; i < run->now.room; i++)
        if (run->now.items[i].chance > 0)
            follow(run, &run->now.items[i]);
    run->now = run->next;
    run->next = done;
    run->left = 0;
    for (size_t i = 0; i < run->now.room; i++)
        run->left += run->now.items[i].chance;
    return true;
}

/* Follows runs until hardly any is under way; *whole tells whether the states were few enough. */
static bool run_follow(struct run *run, bool *whole)
{
    struct dg_test_state fresh = {0};
    size_t steps = 0;

    if (!masses_clear(&run->now, 1))
        return false;
    masses_add(&run->now, &fresh, 1);
    run->left = 1;
    while (run->left > 0 && run->left > tail * run->offence && steps < STEPS_MAX &&
           run->now.count <= STATES_MAX) {
        steps += run->now.room;
        if (!run_step(run))
            return false;
    }
    *whole = run->left <= tail * run->offence;
    return true;
}

/* ---- simulation ---- */

static void simulate(const struct dg_params *params, double rate, uint64_t seed,
                     struct run_length *out)
{
    struct random_key key = {.seed = seed};
    struct random_stream stream;
    struct dg_test_state state = {0};
    double checks = 0, sum = 0, squares = 0, offences = 0;

    random_stream_init(&stream, &key, PURPOSE_RUN_LENGTH, 0, 0);
    for (int i = 0; i < SIMULATED_CHECKS && offences < SIMULATED_OFFENCES; i++) {
        checks++;
        if (!dg_test_outcome(params, &state, random_unit(&stream) < rate))
            continue;
        offences++;
        sum += checks;
        squares += checks * checks;
        checks = 0;
    }
    /* An offence that is not over does not count, so with few of them the mean is too low: all checks
     * over all offences is not. */
    out->kind = offences > 0 ? RUN_LENGTH_SIMULATED : RUN_LENGTH_AT_LEAST;
    out->checks = offences > 0 ? (sum + checks) / offences : checks / 3;
    out->error = offences > 1
                     ? sqrt(fmax(squares / offences - pow(sum / offences, 2), 0) / offences)
                 : offences > 0 ? out->checks
                                : 0;
}

bool run_length_find(const struct dg_params *params, double failure_rate, uint64_t seed,
                     struct run_length *out, struct error *error)
{
    struct run run = {.params = params, .rate = failure_rate};
    bool whole = false, ok = run_follow(&run, &whole);

    free(run.now.items);
    free(run.next.items);
    if (!ok)
        return error_set(error, ERROR_MEMORY, "out of memory for the states of quality.test");
    *out = (struct run_length){.checks = INFINITY};
    if (whole && run.offence > 0)
        out->checks = run.length / run.offence;
    else if (!whole)
        simulate(params, failure_rate, seed, out);
    return true;
}
