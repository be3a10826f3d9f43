/* replicate.c - threads take replications by number; the caller's thread stores them in that
 * order. */
#include "analysis/replicate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/journal_files.h"
#include "analysis/provenance.h"
#include "analysis/spool.h"
#include "analysis/store.h"

enum slot_state {
    SLOT_WAITING,
    SLOT_RUNNING,
    SLOT_FINISHED,
    SLOT_ENDED, /* broken off, failed, or stored */
};

/* One replication. */
struct slot {
    enum slot_state state;
    char started[PROVENANCE_TIME_SIZE];
    struct result result;
    struct spool *spool; /* NULL: requests are not recorded */
};

struct team {
    const struct replicate_spec *spec;
    pthread_mutex_t lock; /* of all below, and around spec->progress */
    pthread_cond_t changed;
    struct slot *slots;
    uint32_t next; /* the first replication that nobody has taken */
    bool stop;     /* nothing further is started, and what runs is broken off */
    bool interrupted;
    bool failed;
    struct error error; /* of the first failure */
};

/* What the callbacks of one run see. */
struct replication {
    struct team *team;
    uint32_t number;
};

static bool on_progress(void *context, int64_t now_ns, uint64_t events)
{
    const struct replication *replication = context;
    struct team *team = replication->team;
    const struct replicate_spec *spec = team->spec;
    pthread_mutex_lock(&team->lock);
    if (!team->stop && spec->progress != NULL &&
        !spec->progress(spec->context, replication->number, now_ns, events))
        team->stop = team->interrupted = true;
    bool go_on = !team->stop;
    pthread_mutex_unlock(&team->lock);
    return go_on;
}

static bool on_request(void *context, const struct result_request *row, struct error *error)
{
    const struct replication *replication = context;
    return spool_add(replication->team->slots[replication->number].spool, row, error);
}

static bool run_one(struct replication *replication, struct slot *slot, struct error *error)
{
    const struct replicate_spec *spec = replication->team->spec;
    bool recording = spec->store != NULL && spec->scenario->record_requests;
    struct world_options options = {
        .seed = spec->seed,
        .replication = replication->number,
        .progress = on_progress,
        .progress_context = replication,
        .request = recording ? on_request : NULL,
        .request_context = replication,
        .journal = spec->journals != NULL ? journal_files_write : NULL,
        .journal_context = spec->journals,
    };
    provenance_time(slot->started);
    if (recording && !spool_open(spec->store, &slot->spool, error))
        return false;
    return (spec->run != NULL ? spec->run : world_run)(spec->scenario, &options, &slot->result,
                                                       error);
}

static void fail_team(struct team *team, uint32_t number, struct error *error)
{
    team->stop = true;
    if (team->failed)
        return;
    if (team->spec->replications > 1)
        error_prefix(error, "replication %u: ", number);
    team->error = *error;
    team->failed = true;
}

static void finish_one(struct team *team, uint32_t number, bool ok, struct error *error)
{
    struct slot *slot = &team->slots[number];
    pthread_mutex_lock(&team->lock);
    slot->state = ok ? SLOT_FINISHED : SLOT_ENDED;
    if (!ok && !team->stop)
        fail_team(team, number, error);
    pthread_cond_broadcast(&team->changed);
    pthread_mutex_unlock(&team->lock);
}

static bool take_one(struct team *team, uint32_t *number)
{
    pthread_mutex_lock(&team->lock);
    bool taken = !team->stop && team->next < team->spec->replications;
    if (taken) {
        *number = team->next++;
        team->slots[*number].state = SLOT_RUNNING;
    }
    pthread_mutex_unlock(&team->lock);
    return taken;
}

static void *work(void *context)
{
    struct team *team = context;
    uint32_t number;
    while (take_one(team, &number)) {
        struct replication replication = {team, number};
        struct error error = {0};
        bool ok =
            on_progress(&replication, 0, 0) && run_one(&replication, &team->slots[number], &error);
        finish_one(team, number, ok, &error);
    }
    return NULL;
}

/* Waits until nothing more will become of a replication; true if it is finished. */
static bool await(struct team *team, uint32_t number)
{
    struct slot *slot = &team->slots[number];
    pthread_mutex_lock(&team->lock);
    while (slot->state == SLOT_RUNNING || (slot->state == SLOT_WAITING && !team->stop))
        pthread_cond_wait(&team->changed, &team->lock);
    bool finished = slot->state == SLOT_FINISHED;
    pthread_mutex_unlock(&team->lock);
    return finished;
}

static bool store_one(const struct replicate_spec *spec, struct slot *slot,
                      struct replicate_outcome *outcome, struct error *error)
{
    int64_t run = 0;
    const struct store_run entry = {spec->scenario, spec->provenance, &slot->result, slot->started};
    if (!store_begin(spec->store, error))
        return false;
    if (slot->spool != NULL && !spool_store(slot->spool, spec->store, error)) {
        store_abort(spec->store);
        return false;
    }
    if (!store_commit(spec->store, &entry, &run, error))
        return false;
    if (outcome->first_run == 0)
        outcome->first_run = run;
    outcome->last_run = run;
    return true;
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

/* What a broken disk did not take of one run it will not take of the next. */
static void collect(struct team *team, struct replicate_outcome *outcome)
{
    bool storing = team->spec->store != NULL;
    for (uint32_t number = 0; number < team->spec->replications; number++) {
        struct slot *slot = &team->slots[number];
        struct error error = {0};
        bool kept = await(team, number);
        if (kept && storing && !store_one(team->spec, slot, outcome, &error)) {
            pthread_mutex_lock(&team->lock);
            fail_team(team, number, &error);
            pthread_mutex_unlock(&team->lock);
            return;
        }
        if (kept) {
            drop_rows(&slot->result);
            outcome->results[outcome->count++] = slot->result;
            slot->result = (struct result){0};
        }
        spool_close(slot->spool);
        slot->spool = NULL;
    }
}

static uint32_t start_threads(struct team *team, pthread_t *threads, uint32_t wanted)
{
    uint32_t count = 0;
    while (count < wanted && pthread_create(&threads[count], NULL, work, team) == 0)
        count++;
    return count;
}

static bool run_team(struct team *team, struct replicate_outcome *outcome, struct error *error)
{
    uint32_t jobs = team->spec->jobs == 0 ? 1 : team->spec->jobs;
    if (jobs > team->spec->replications)
        jobs = team->spec->replications;
    pthread_t *threads = calloc((size_t)jobs + 1, sizeof *threads);
    if (threads == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    uint32_t count = start_threads(team, threads, jobs);
    if (count > 0)
        collect(team, outcome);
    for (uint32_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    if (count == 0 && jobs > 0)
        return error_set(error, ERROR_RUN, "no thread could be started");
    if (team->failed && error != NULL)
        *error = team->error;
    return !team->failed;
}

static void free_slots(struct team *team)
{
    for (uint32_t i = 0; team->slots != NULL && i < team->spec->replications; i++) {
        result_free(&team->slots[i].result);
        spool_close(team->slots[i].spool);
    }
    free(team->slots);
}

bool replicate_run(const struct replicate_spec *spec, struct replicate_outcome *out,
                   struct error *error)
{
    struct replicate_outcome outcome = {0};
    struct team team = {.spec = spec};
    pthread_mutex_init(&team.lock, NULL);
    pthread_cond_init(&team.changed, NULL);
    outcome.results = calloc((size_t)spec->replications + 1, sizeof *outcome.results);
    team.slots = calloc((size_t)spec->replications + 1, sizeof *team.slots);
    bool ok = (outcome.results != NULL && team.slots != NULL) ||
              error_set(error, ERROR_MEMORY, "out of memory");
    ok = ok && run_team(&team, &outcome, error);
    outcome.interrupted = team.interrupted;
    free_slots(&team);
    pthread_cond_destroy(&team.changed);
    pthread_mutex_destroy(&team.lock);
    if (ok)
        *out = outcome;
    else
        replicate_free(&outcome);
    return ok;
}

void replicate_free(struct replicate_outcome *outcome)
{
    for (size_t i = 0; i < outcome->count; i++)
        result_free(&outcome->results[i]);
    free(outcome->results);
    *outcome = (struct replicate_outcome){0};
}
