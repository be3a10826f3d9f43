/* world.c - one run: build, start, run, collect. */
#include "models/world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sodium.h>

#include "models/metrics.h"
#include "models/world_private.h"

enum { SLICES = 256 };

/* In the order of priority at equal times: the chain's clockwork first, then the traffic. */
static const struct event_kind kinds[EVENT_KIND_COUNT] = {
    [EVENT_WARM_UP] = {"warm_up", warm_up, 0, NULL},
    [EVENT_CHAIN_DEADLINE] = {"chain_deadline", chain_deadline, 1, NULL},
    [EVENT_CHAIN_REPORT] = {"chain_report", chain_report, 2, NULL},
    [EVENT_BEACON] = {"beacon", beacon, 3, NULL},
    [EVENT_PERIOD_CLOSE] = {"period_close", period_close, 4, NULL},
    [EVENT_EPOCH] = {"epoch", epoch, 5, NULL},
    [EVENT_SETTLEMENT] = {"settlement", settlement, 6, NULL},
    [EVENT_SAMPLE] = {"sample", epoch_sample, 7, NULL},
    [EVENT_GATEWAY_VIEW] = {"gateway_view", gateway_view, 7, NULL},
    [EVENT_GATEWAY_PARAMS] = {"gateway_params", gateway_params, 7, NULL},
    [EVENT_HEARTBEATS] = {"heartbeats", heartbeats, 6, NULL},
    [EVENT_PROVIDER] = {"provider", provider_change, 8, NULL},
    [EVENT_USER_SEND] = {"user_send", user_send, 9, user_prefetch},
    [EVENT_TRACE_SEND] = {"trace_send", trace_send, 9, NULL},
    [EVENT_GATEWAY_REQUEST] = {"gateway_request", gateway_request, 9, request_prefetch},
    [EVENT_GATEWAY_REFUSAL] = {"gateway_refusal", gateway_refusal, 9, NULL},
    [EVENT_GATEWAY_ANSWER] = {"gateway_answer", gateway_answer, 9, request_prefetch},
    [EVENT_GATEWAY_DEADLINE] = {"gateway_deadline", gateway_deadline, 10, NULL},
    [EVENT_GATEWAY_HEDGE] = {"gateway_hedge", gateway_hedge, 10, request_prefetch},
    [EVENT_NODE_REQUEST] = {"node_request", node_request, 9, node_prefetch},
    [EVENT_NODE_SERVICE] = {"node_service", node_service, 8, node_prefetch},
    [EVENT_NODE_FIXED] = {"node_fixed", node_fixed, 9, NULL},
    [EVENT_USER_END] = {"user_end", user_end, 9, request_prefetch},
    [EVENT_CHECK_START] = {"check_start", check_start, 9, NULL},
    [EVENT_CHECK_OPEN] = {"check_open", check_open, 9, NULL},
    [EVENT_REVIEW_TASK] = {"review_task", review_task, 9, NULL},
    [EVENT_REVIEW_COMMIT] = {"review_commit", review_commit, 9, NULL},
    [EVENT_APPEAL] = {"appeal", appeal, 9, NULL},
    [EVENT_GOLD_SEAL] = {"gold_seal", gold_seal, 9, NULL},
    [EVENT_GOLD_SHOW] = {"gold_show", gold_show, 9, NULL},
    [EVENT_REVIEW_REVEAL] = {"review_reveal", review_reveal, 9, NULL},
};

void world_fail(struct world *world, const char *format, ...)
{
    if (world->failed)
        return;
    char text[ERROR_TEXT_SIZE / 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    error_set(world->error, ERROR_RUN,
              "%s (at %.9f s of virtual time, event %" PRIu64 ", seed %" PRIu64
              ", replication %" PRIu32 ")",
              text, (double)engine_now(world->engine) / 1e9, engine_executed(world->engine),
              world->key.seed, world->key.replication);
    world->failed = true;
    engine_stop(world->engine);
}

bool world_expect(struct world *world, enum dg_status status, const char *call)
{
    if (status != DG_OK)
        world_fail(world, "the core refused \"%s\": %s", call, dg_status_name(status));
    return status == DG_OK;
}

struct behaviour_self world_self(const struct world *world, const struct world_node *node,
                                 enum behaviour_role role, struct random_stream *stream)
{
    bool verifies = role == BEHAVIOUR_VERIFIER;
    uint8_t place = verifies ? node->verifier_behaviour : node->behaviour;
    return (struct behaviour_self){.values = world->behaviour_values[place],
                                   .memory = verifies ? node->verifier_memory : node->memory,
                                   .stream = stream,
                                   .now_ns = engine_now(world->engine),
                                   .chain = world->chain,
                                   .node = (uint32_t)(node - world->nodes)};
}

static bool open_collectors(struct world *world, struct error *error)
{
    for (uint32_t n = 0; n < world->node_count; n++) {
        world->label_used[world_label(world, n)] = true;
        if (world->nodes[n].verifier)
            world->verifier_used[world->nodes[n].verifier_behaviour] = true;
    }
    size_t epochs = (size_t)(world->scenario->duration_ns / world->scenario->protocol.epoch_length);
    world->ledger_room = epochs + 1;
    world->epoch_end_ns = calloc(epochs + 1, sizeof *world->epoch_end_ns);
    world->ledger = calloc(world->ledger_room, sizeof *world->ledger);
    if (world->epoch_end_ns == NULL || world->ledger == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the series of the run");
    return series_init(&world->series, world_series_width(world), epochs + 1, error);
}

static bool open_engine(struct world *world, struct error *error)
{
    /* Per node its timer and what was cancelled before it, per request one message and the time of
     * its hedge, per check a few. */
    struct engine_spec spec = {.kinds = kinds,
                               .kind_count = EVENT_KIND_COUNT,
                               .world = world,
                               .capacity = world->user_count + (size_t)64 * world->node_count +
                                           (size_t)2 * world->request_limit + ((size_t)1 << 18),
                               .seed = world->key.seed};
    return engine_open(&spec, &world->engine, error);
}

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool run_slices(struct world *world, struct error *error)
{
    const struct world_options *options = world->options;
    int64_t duration_ns = world->scenario->duration_ns;
    for (int64_t slice = 1; slice <= SLICES && !world->failed; slice++) {
        int64_t until_ns = duration_ns / SLICES * slice + duration_ns % SLICES * slice / SLICES;
        engine_run(world->engine, until_ns);
        if (world->failed || options->progress == NULL)
            continue;
        if (!options->progress(options->progress_context, until_ns, engine_executed(world->engine)))
            return error_set(error, ERROR_RUN, "interrupted");
    }
    return !world->failed;
}

/* The last line of the ledger is that of the end, also when the run does not end with an epoch. */
static bool close_ledger(struct world *world)
{
    if (!world_expect(world, dg_chain_audit(world->chain), "audit"))
        return false;
    int64_t now_ns = engine_now(world->engine);
    if (world->ledger_count > 0 && world->ledger[world->ledger_count - 1].time_ns == now_ns)
        world->ledger_count--;
    struct result_ledger *line = &world->ledger[world->ledger_count++];
    line->time_ns = now_ns;
    dg_chain_totals(world->chain, &line->totals);
    world_journal_end(world);
    return !world->failed;
}

static bool run_built(struct world *world, struct result *out, struct error *error)
{
    double start_s = wall_s();
    world_start(world);
    if (!run_slices(world, error) || !close_ledger(world))
        return false;
    double wall_seconds = wall_s() - start_s;
    if (!world_result(world, out, error))
        return false;
    out->wall_seconds = wall_seconds;
    return true;
}

bool world_run(const struct scenario *scenario, const struct world_options *options,
               struct result *out, struct error *error)
{
    struct error local = {0};
    struct world world = {.scenario = scenario,
                          .options = options,
                          .key = {.seed = options->seed, .replication = options->replication},
                          .error = error != NULL ? error : &local};
    /* The core hashes with whatever code libsodium has chosen; its faster ones only after this
     * call. */
    if (sodium_init() < 0)
        return error_set(error, ERROR_RUN, "libsodium cannot be initialised: no source of entropy");
    bool ok = world_build(&world, error) && open_collectors(&world, error) &&
              open_engine(&world, error) && run_built(&world, out, error);
    engine_close(world.engine);
    world_unbuild(&world);
    series_fini(&world.series);
    free(world.epoch_end_ns);
    free(world.ledger);
    return ok;
}
