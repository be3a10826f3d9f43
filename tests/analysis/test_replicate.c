/* test_replicate.c - replications side by side: their order, and what stays when something ends
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/replicate.h"
#include "sample.h"

enum { RUNS = 6, ROWS = 40 };

struct fixture {
    char folder[SAMPLE_PATH_SIZE], path[SAMPLE_PATH_SIZE];
    struct error error;
    struct store *store;
    struct scenario scenario;
    struct provenance provenance;
    struct replicate_outcome outcome;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    sample_folder_make(fixture->folder);
    sample_path(fixture->path, fixture->folder, "results.db");
    fixture->scenario = sample_scenario();
    fixture->provenance = sample_provenance();
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    store_close(fixture->store);
    replicate_free(&fixture->outcome);
    sample_folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

static void open_store(struct fixture *fixture)
{
    if (!store_open(fixture->path, &fixture->store, &fixture->error))
        fail_msg("%s", fixture->error.text);
}

static void rest(long milliseconds)
{
    nanosleep(&(struct timespec){0, milliseconds * 1000000}, NULL);
}

/* A world that lasts 100 steps of a second and sends ROWS requests; earlier replications take
 * longer, so that later ones finish first. */
static bool short_world(const struct scenario *scenario, const struct world_options *options,
                        struct result *out, struct error *error)
{
    (void)scenario;
    for (uint64_t i = 0; i < ROWS && options->request != NULL; i++) {
        struct result_request row = sample_request(i);
        row.user = options->replication;
        if (!options->request(options->request_context, &row, error))
            return false;
    }
    for (int64_t step = 1; step <= 4; step++) {
        if (options->replication < 3)
            rest(2);
        if (!options->progress(options->progress_context, step * 25, (uint64_t)step))
            return error_set(error, ERROR_RUN, "interrupted");
    }
    *out = sample_result(options->replication, options->replication);
    return true;
}

static bool failing_world(const struct scenario *scenario, const struct world_options *options,
                          struct result *out, struct error *error)
{
    if (options->replication == 2)
        return error_set(error, ERROR_RUN, "the third breaks");
    return short_world(scenario, options, out, error);
}

static struct replicate_spec spec_of(struct fixture *fixture, uint32_t jobs)
{
    return (struct replicate_spec){.scenario = &fixture->scenario,
                                   .seed = 7,
                                   .replications = RUNS,
                                   .jobs = jobs,
                                   .store = fixture->store,
                                   .provenance = &fixture->provenance,
                                   .run = short_world};
}

/* Goal: results and rows stand in the order of replications, however many run at once. */
static void order_is_kept(void **state)
{
    struct fixture *fixture = *state;
    open_store(fixture);
    for (uint32_t jobs = 1; jobs <= 4; jobs += 3) {
        struct replicate_spec spec = spec_of(fixture, jobs);
        assert_true(replicate_run(&spec, &fixture->outcome, &fixture->error));
        assert_int_equal(fixture->outcome.count, RUNS);
        assert_false(fixture->outcome.interrupted);
        for (uint32_t i = 0; i < RUNS; i++)
            assert_int_equal(fixture->outcome.results[i].replication, i);
        assert_int_equal(fixture->outcome.last_run - fixture->outcome.first_run, RUNS - 1);
        replicate_free(&fixture->outcome);
    }
    assert_true(sample_query(fixture->path,
                             "SELECT count(*) FROM runs WHERE (run - 1) % 6 = replication") ==
                2 * RUNS);
}

/* Goal: without a store nothing is written, and the results are the same. */
static void without_a_store(void **state)
{
    struct fixture *fixture = *state;
    struct replicate_spec spec = spec_of(fixture, 2);
    assert_true(replicate_run(&spec, &fixture->outcome, &fixture->error));
    assert_int_equal(fixture->outcome.count, RUNS);
    assert_int_equal(fixture->outcome.last_run, 0);
    assert_int_equal(sample_folder_count(fixture->folder), 0);
}

/* Goal: each run's requests end up with that run, and no other file remains. */
static void requests_go_with_their_run(void **state)
{
    struct fixture *fixture = *state;
    fixture->scenario.record_requests = true;
    open_store(fixture);
    struct replicate_spec spec = spec_of(fixture, 3);
    assert_true(replicate_run(&spec, &fixture->outcome, &fixture->error));
    assert_true(sample_query(fixture->path,
                             "SELECT count(*) FROM requests JOIN runs USING (run) WHERE"
                             " user = replication") == RUNS * ROWS);
    assert_int_equal(sample_folder_count(fixture->folder), 1);
}

/* Goal: a failure is named with its replication; what was finished is stored. */
static void failure_keeps_the_finished(void **state)
{
    struct fixture *fixture = *state;
    open_store(fixture);
    struct replicate_spec spec = spec_of(fixture, 1);
    spec.run = failing_world;
    assert_false(replicate_run(&spec, &fixture->outcome, &fixture->error));
    assert_int_equal(fixture->outcome.count, 0);
    assert_string_equal(fixture->error.text, "replication 2: the third breaks");
    assert_int_equal(fixture->error.kind, ERROR_RUN);
    assert_true(sample_query(fixture->path, "SELECT count(*) FROM runs") == 2);
}

/* Stops when replication 3 has begun. */
static bool stop_at_three(void *context, uint32_t replication, int64_t now_ns, uint64_t events)
{
    (void)now_ns, (void)events;
    atomic_int *calls = context;
    atomic_fetch_add(calls, 1);
    return replication < 3;
}

/* Goal: an interruption is no failure; finished runs are kept, no further one is started. */
static void interruption_keeps_the_finished(void **state)
{
    struct fixture *fixture = *state;
    atomic_int calls = 0;
    open_store(fixture);
    struct replicate_spec spec = spec_of(fixture, 1);
    spec.progress = stop_at_three;
    spec.context = &calls;
    assert_true(replicate_run(&spec, &fixture->outcome, &fixture->error));
    assert_true(fixture->outcome.interrupted);
    assert_int_equal(fixture->outcome.count, 3);
    assert_int_equal(calls,
                     3 * 5 + 1); /* zero and four steps of each, and the call that stopped it */
    assert_true(sample_query(fixture->path, "SELECT count(*) FROM runs") == 3);
}

static bool stop_at_once(void *context, uint32_t replication, int64_t now_ns, uint64_t events)
{
    (void)context, (void)replication, (void)now_ns, (void)events;
    return false;
}

/* Goal: interrupted before anything was finished: no results, no file. */
static void interruption_at_once(void **state)
{
    struct fixture *fixture = *state;
    open_store(fixture);
    struct replicate_spec spec = spec_of(fixture, 4);
    spec.progress = stop_at_once;
    assert_true(replicate_run(&spec, &fixture->outcome, &fixture->error));
    assert_true(fixture->outcome.interrupted);
    assert_int_equal(fixture->outcome.count, 0);
    store_close(fixture->store);
    fixture->store = NULL;
    assert_int_equal(sample_folder_count(fixture->folder), 0);
}

/* Goal: of each result only what a summary needs stays in memory. */
static void rows_are_dropped(void **state)
{
    struct fixture *fixture = *state;
    struct replicate_spec spec = spec_of(fixture, 1);
    assert_true(replicate_run(&spec, &fixture->outcome, &fixture->error));
    assert_int_equal(fixture->outcome.results[0].node_count, 0);
    assert_int_equal(fixture->outcome.results[0].ledger_count, 1);
    assert_true(fixture->outcome.results[0].ledger[0].time_ns == INT64_C(7200000000000));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(order_is_kept),
        CASE(without_a_store),
        CASE(requests_go_with_their_run),
        CASE(failure_keeps_the_finished),
        CASE(interruption_keeps_the_finished),
        CASE(interruption_at_once),
        CASE(rows_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
