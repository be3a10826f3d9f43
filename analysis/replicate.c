/* replicate.c - one run after the other; a run that records requests writes them while it runs. */
#include "analysis/replicate.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/provenance.h"
#include "analysis/store.h"

/* What the callbacks of one run see. */
struct replication {
    const struct replicate_spec *spec;
    uint32_t number;
    bool interrupted;
};

static bool on_progress(void *context, int64_t now_ns, uint64_t events)
{
    struct replication *replication = context;
    const struct replicate_spec *spec = replication->spec;
    if (spec->progress == NULL
        || spec->progress(spec->context, replication->number, now_ns, events))
        return true;
    replication->interrupted = true;
    return false;
}

static bool on_request(void *context, const struct result_request *row, struct error *error)
{
    const struct replication *replication = context;
    return store_request(replication->spec->store, row, error);
}

/* The summary needs the last state of the ledger alone. */
static void drop_rows(struct result *result)
{
    free(result->nodes);
    free(result->operators);
    result->nodes = NULL;
    result->operators = NULL;
    result->node_count = result->operator_count = 0;
    if (result->ledger_count > 1) {
        result->ledger[0] = result->ledger[result->ledger_count - 1];
        result->ledger_count = 1;
    }
}

static bool store_result(const struct replicate_spec *spec, const char *started,
                         const struct result *result, struct replicate_outcome *outcome,
                         struct error *error)
{
    int64_t run = 0;
    const struct store_run entry = {spec->scenario, spec->provenance, result, started};
    if (!store_commit(spec->store, &entry, &run, error))
        return false;
    if (outcome->first_run == 0)
        outcome->first_run = run;
    outcome->last_run = run;
    return true;
}

/* A transaction lasts for the whole run only where rows come in during the run, so that several
 * processes can add to one file. */
static bool run_one(struct replication *replication, struct replicate_outcome *outcome,
                    struct error *error)
{
    const struct replicate_spec *spec = replication->spec;
    bool recording = spec->store != NULL && spec->scenario->record_requests;
    struct world_options options = {
        .seed = spec->seed,
        .replication = replication->number,
        .progress = on_progress,
        .progress_context = replication,
        .request = recording ? on_request : NULL,
        .request_context = replication,
    };
    char started[PROVENANCE_TIME_SIZE];
    struct result result = {0};

    provenance_time(started);
    if (recording && !store_begin(spec->store, error))
        return false;
    if (!(spec->run != NULL ? spec->run : world_run)(spec->scenario, &options, &result, error))
        goto failed;
    if (spec->store != NULL) {
        if (!recording && !store_begin(spec->store, error))
            goto failed;
        if (!store_result(spec, started, &result, outcome, error))
            goto failed;
    }
    drop_rows(&result);
    outcome->results[outcome->count++] = result;
    return true;
failed:
    if (spec->store != NULL)
        store_abort(spec->store);
    result_free(&result);
    return false;
}

bool replicate_run(const struct replicate_spec *spec, struct replicate_outcome *out,
                   struct error *error)
{
    struct replicate_outcome outcome = {0};
    outcome.results = calloc(spec->replications, sizeof *outcome.results);
    if (outcome.results == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");

    for (uint32_t number = 0; number < spec->replications && !outcome.interrupted; number++) {
        struct replication replication = {spec, number, false};
        if (on_progress(&replication, 0, 0) && run_one(&replication, &outcome, error))
            continue;
        outcome.interrupted = replication.interrupted;
        if (!outcome.interrupted) {
            replicate_free(&outcome);
            return spec->replications > 1 ? error_prefix(error, "replication %u: ", number)
                                          : false;
        }
    }
    *out = outcome;
    return true;
}

void replicate_free(struct replicate_outcome *outcome)
{
    for (size_t i = 0; i < outcome->count; i++)
        result_free(&outcome->results[i]);
    free(outcome->results);
    *outcome = (struct replicate_outcome){0};
}
