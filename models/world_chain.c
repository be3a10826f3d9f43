/* world_chain.c - the chain's clockwork around the core: beacon periods, epochs, settlement,
 * views. */
#include <stdlib.h>

#include "models/world_private.h"

/* ---- what the chain decided ---- */

static void note_jail(struct world *world, const struct dg_notice *notice)
{
    struct world_node *node = &world->nodes[notice->node];
    world->statistics.jails++;
    node->jailed = true;
    if (node->jailed_ns < 0)
        node->jailed_ns = engine_now(world->engine);
}

static void note_exclusion(struct world *world, const struct dg_notice *notice)
{
    struct world_node *node = &world->nodes[notice->node];
    node->excluded = true;
    world->statistics.exclusions++;
    node->jailed = true;
    if (node->jailed_ns < 0)
        node->jailed_ns = engine_now(world->engine);
}

static void note_slash(struct world *world, const struct dg_notice *notice)
{
    world->statistics.slashes++;
    world->nodes[notice->node].misconduct += notice->offence == DG_OFFENCE_MISCONDUCT;
}

static void note_release(struct world *world, const struct dg_notice *notice)
{
    world->statistics.releases++;
    world->nodes[notice->node].jailed = false;
}

/* Gateways hear of it as they do of records. */
static void note_proposal(struct world *world, const struct dg_notice *notice)
{
    if (notice->proposal_state != DG_PROPOSAL_EFFECTIVE)
        return;
    for (uint32_t g = 0; g < world_gateway_count(world); g++)
        engine_post(world->engine,
                    engine_now(world->engine) + world->scenario->gateways[g].view_delay_ns,
                    EVENT_GATEWAY_PARAMS, g, 0);
}

static void act_on(struct world *world, const struct dg_notice *notice)
{
    switch ((enum dg_notice_kind)notice->kind) {
    case DG_NOTICE_CHECK: check_drawn(world, notice); break;
    case DG_NOTICE_MEMBER: check_member_joins(world, notice); break;
    case DG_NOTICE_REVEAL_PHASE: check_reveal_phase(world, notice); break;
    case DG_NOTICE_VERDICT: check_verdict(world, notice); break;
    case DG_NOTICE_SLASH: note_slash(world, notice); break;
    case DG_NOTICE_JAIL: note_jail(world, notice); break;
    case DG_NOTICE_RELEASE: note_release(world, notice); break;
    case DG_NOTICE_EXCLUDE: note_exclusion(world, notice); break;
    case DG_NOTICE_PROVISIONAL: check_provisional(world, notice); break;
    case DG_NOTICE_PROPOSAL: note_proposal(world, notice); break;
    case DG_NOTICE_SCORE: review_published(world, notice); break;
    case DG_NOTICE_LEFT:
    case DG_NOTICE_UNBONDED:
    case DG_NOTICE_OFFLINE:
    case DG_NOTICE_ONLINE: break; /* nobody in this world acts on them */
    }
}

/* Gateways learn of new records at their own delay, each up to the position known at the
 * posting. */
static void post_views(struct world *world)
{
    uint64_t end = dg_chain_log_end(world->chain);
    if (end == world->view_posted)
        return;
    world->view_posted = end;
    for (uint32_t g = 0; g < world_gateway_count(world); g++)
        engine_post(world->engine,
                    engine_now(world->engine) + world->scenario->gateways[g].view_delay_ns,
                    EVENT_GATEWAY_VIEW, g, end);
}

static void post_chain_deadline(struct world *world)
{
    int64_t next_ns = dg_chain_next_deadline(world->chain);
    if (next_ns >= world->deadline_posted_ns)
        return;
    world->deadline_posted_ns = next_ns;
    engine_post(world->engine, next_ns, EVENT_CHAIN_DEADLINE, 0, 0);
}

void world_after_chain(struct world *world)
{
    struct dg_notice notice;
    while (!world->failed && dg_chain_next_notice(world->chain, &notice)) {
        world_journal_notice(world, &notice);
        act_on(world, &notice);
    }
    post_views(world);
    post_chain_deadline(world);
}

void chain_deadline(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    if (event->time_ns == world->deadline_posted_ns)
        world->deadline_posted_ns = INT64_MAX;
    if (world_expect(world, dg_chain_advance(world->chain, engine_now(engine)), "advance"))
        world_after_chain(world);
}

/* ---- beacon periods ---- */

void period_close(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    int64_t now_ns = engine_now(engine);
    for (uint32_t g = 0; g < world_gateway_count(world); g++) {
        struct world_gateway *gateway = &world->gateways[g];
        enum dg_status status =
            dg_gateway_close_period(gateway->core, now_ns, event->payload, &gateway->report);
        if (!world_expect(world, status, "close period"))
            return;
        world_journal_report(world, g, &gateway->report);
        gateway->reported += gateway->report.receipt_count;
        engine_post(engine, now_ns + world->scenario->chain_delay_ns, EVENT_CHAIN_REPORT, g,
                    event->payload);
    }
    world_journal_take(world);
    engine_post(engine, now_ns + world->scenario->beacon_delay_ns, EVENT_BEACON, 0, event->payload);
    engine_post(engine, now_ns + world->scenario->protocol.sampling_beacon_period,
                EVENT_PERIOD_CLOSE, 0, event->payload + 1);
}

void chain_report(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    const struct dg_report *report = &world->gateways[event->target].report;
    if (world_expect(world, dg_chain_report(world->chain, engine_now(engine), report), "report"))
        world_after_chain(world);
}

void beacon(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    uint8_t bytes[DG_HASH_BYTES];
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_BEACON, 0, (uint32_t)event->payload);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)random_below(&stream, 256);
    if (!world_expect(world,
                      dg_chain_reveal(world->chain, engine_now(engine), event->payload, bytes),
                      "reveal"))
        return;
    world_after_chain(world);
    for (uint32_t g = 0; g < world_gateway_count(world); g++)
        world->gateways[g].evidence_settled = world->gateways[g].reported;
}

/* ---- epochs ---- */

void epoch(void *context, struct engine *engine, const struct event *event)
{
    (void)event;
    struct world *world = context;
    int64_t now_ns = engine_now(engine);
    if (!world_expect(world, dg_chain_close_epoch(world->chain, now_ns), "close epoch"))
        return;
    world_after_chain(world);
    /* After a settlement of the same moment. */
    engine_post(engine, now_ns, EVENT_SAMPLE, 0, 0);
    engine_post(engine, now_ns + world->scenario->protocol.epoch_length, EVENT_EPOCH, 0, 0);
}

void epoch_sample(void *context, struct engine *engine, const struct event *event)
{
    (void)engine;
    (void)event;
    world_sample_epoch(context);
}

void settlement(void *context, struct engine *engine, const struct event *event)
{
    (void)event;
    struct world *world = context;
    int64_t now_ns = engine_now(engine);
    if (!world_expect(world, dg_chain_settle(world->chain, now_ns), "settle"))
        return;
    world_after_chain(world);
    engine_post(engine, now_ns + world->scenario->protocol.settlement_length, EVENT_SETTLEMENT, 0,
                0);
}

void gateway_view(void *context, struct engine *engine, const struct event *event)
{
    (void)engine;
    struct world *world = context;
    struct world_gateway *gateway = &world->gateways[event->target];
    for (; gateway->log_position < event->payload; gateway->log_position++) {
        struct dg_node_record record;
        if (!world_expect(world, dg_chain_log_read(world->chain, gateway->log_position, &record),
                          "log read") ||
            !world_expect(world, dg_gateway_apply_node(gateway->core, &record), "apply node"))
            return;
    }
    uint64_t oldest = UINT64_MAX;
    for (uint32_t g = 0; g < world_gateway_count(world); g++)
        if (world->gateways[g].log_position < oldest)
            oldest = world->gateways[g].log_position;
    dg_chain_log_trim(world->chain, oldest);
}

void gateway_params(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct dg_params params;
    dg_chain_params(world->chain, &params);
    world_expect(
        world,
        dg_gateway_apply_params(world->gateways[event->target].core, engine_now(engine), &params),
        "apply params");
}

/* ---- presence ---- */

/* All heartbeats of an interval reach the chain as one message. */
void heartbeats(void *context, struct engine *engine, const struct event *event)
{
    (void)event;
    struct world *world = context;
    int64_t interval_ns = world->scenario->protocol.heartbeat_interval;
    size_t count = 0;
    for (uint32_t n = 0; n < world->node_count; n++) {
        bool up = world_is_present(world, n);
        if (!up)
            world->nodes[n].absent_ns += interval_ns;
        if (up && !world->nodes[n].excluded)
            world->beating[count++] = n;
    }
    if (!world_expect(world,
                      dg_chain_heartbeats(world->chain, engine_now(engine), world->beating, count),
                      "heartbeats"))
        return;
    world_after_chain(world);
    engine_post(engine, engine_now(engine) + interval_ns, EVENT_HEARTBEATS, 0, 0);
}

/* ---- outages of providers ---- */

void provider_change(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct outage *outage = &world->providers[event->target];
    const struct scenario_provider *group =
        &world->scenario->providers[world->provider_group[event->target]];
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_OUTAGE, event->target,
                       (uint32_t)event->payload);
    outage_change(outage, group->outage_every_ns, group->outage_for_ns, &stream);
    if (outage->change_ns <= world->scenario->duration_ns)
        engine_post(engine, outage->change_ns, EVENT_PROVIDER, event->target, event->payload + 1);
}

static void start_providers(struct world *world)
{
    for (uint32_t p = 0; p < world->provider_count; p++) {
        const struct scenario_provider *group =
            &world->scenario->providers[world->provider_group[p]];
        struct random_stream stream;
        random_stream_init(&stream, &world->key, PURPOSE_OUTAGE, p, 0);
        outage_init(&world->providers[p], group->outage_every_ns, group->outage_for_ns, &stream, 0);
        if (world->providers[p].change_ns <= world->scenario->duration_ns)
            engine_post(world->engine, world->providers[p].change_ns, EVENT_PROVIDER, p, 1);
    }
}

/* ---- start and warm-up ---- */

static void restart_statistics(struct world *world)
{
    int64_t now_ns = engine_now(world->engine);
    for (size_t c = 0; c < world->scenario->class_count; c++)
        time_mean_restart(&world->classes[c].busy, now_ns);
    time_mean_restart(&world->statistics.in_system, now_ns);
    for (uint32_t n = 0; n < world->node_count; n++)
        world->nodes[n].usage_at_warm_up = service_usage(&world->nodes[n].service, now_ns);
}

void warm_up(void *context, struct engine *engine, const struct event *event)
{
    (void)engine;
    (void)event;
    restart_statistics(context);
}

void world_start(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    const struct dg_params *protocol = &scenario->protocol;
    for (size_t c = 0; c < scenario->class_count; c++) {
        time_mean_init(&world->classes[c].busy, 0, 0);
        time_mean_init(&world->classes[c].busy_epoch, 0, 0);
    }
    time_mean_init(&world->statistics.in_system, 0, 0);
    world->deadline_posted_ns = INT64_MAX;
    if (scenario->warm_up_ns > 0)
        engine_post(world->engine, scenario->warm_up_ns, EVENT_WARM_UP, 0, 0);
    engine_post(world->engine, protocol->sampling_beacon_period, EVENT_PERIOD_CLOSE, 0, 0);
    engine_post(world->engine, protocol->epoch_length, EVENT_EPOCH, 0, 0);
    engine_post(world->engine, protocol->settlement_length, EVENT_SETTLEMENT, 0, 0);
    if (protocol->heartbeat_interval > 0)
        engine_post(world->engine, protocol->heartbeat_interval, EVENT_HEARTBEATS, 0, 0);
    start_providers(world);
    for (uint32_t u = 0; u < world->user_count; u++)
        user_start(world, u);
    for (uint32_t g = 0; g < scenario->user_group_count; g++)
        if (scenario->users[g].arrival.kind == ARRIVAL_TRACE)
            trace_start(world, g);
}
