/* world_probe.c - probers: benchmark prompts that look like a user group's traffic, and the scores
 * that are known to be right.
 *
 * A prober is a user like any other but for three things: it asks for models of every class alike, it
 * pays from its deposit alone, and it knows how good the answers to its prompts are.
 */
#include <stdlib.h>

#include "dg/verify.h"
#include "models/judge.h"
#include "models/world_build.h"

uint32_t world_prober_count(const struct world *world)
{
    const struct scenario_probes *probes = &world->scenario->probes;
    return probes->rate > 0 ? probes->probers : 0;
}

/* ---- who they are ---- */

static bool add_prober(struct world *world, uint32_t user, uint32_t region, struct error *error)
{
    const struct scenario_probes *probes = &world->scenario->probes;
    struct scenario_users terms = world->scenario->users[probes->like];
    terms.deposit = probes->deposit;
    world->users[user].group = (uint8_t)probes->like;
    world->users[user].prober = true;
    return world_add_user(world, &terms, user, region, error) &&
           world_registered(dg_chain_add_prober(world->chain, user), "a prober", error);
}

/* Sizes of the group they are like; every class that is served, alike. */
static bool build_content(struct world *world, struct error *error)
{
    const struct scenario *scenario = world->scenario;
    struct world_group *group = &world->probe_group;
    double served = 0, sum = 0;
    group->input = world->groups[scenario->probes.like].input;
    group->output = world->groups[scenario->probes.like].output;
    group->demand_cumulative = calloc(scenario->class_count, sizeof(double));
    if (group->demand_cumulative == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory while the probers were built");
    for (size_t c = 0; c < scenario->class_count; c++)
        served += world->classes[c].model_count > 0 && world->classes[c].node_count > 0;
    for (size_t c = 0; c < scenario->class_count; c++) {
        sum += world->classes[c].model_count > 0 && world->classes[c].node_count > 0;
        group->demand_cumulative[c] = sum / served;
    }
    return true;
}

bool world_build_probers(struct world *world, struct error *error)
{
    uint32_t count = world_prober_count(world), *regions = NULL;
    const struct scenario_probes *probes = &world->scenario->probes;
    if (count == 0)
        return true;
    world->probe_arrival =
        (struct scenario_arrival){.kind = ARRIVAL_POISSON, .rate = probes->rate / count};
    if (!build_content(world, error) ||
        !world_deal_regions(world, SUBJECT_PROBER_REGION, 0,
                            &world->scenario->users[probes->like].regions, count, &regions, error))
        return false;
    bool ok = true;
    for (uint32_t i = 0; ok && i < count; i++)
        ok = add_prober(world, world->user_count - count + i, regions[i], error);
    free(regions);
    return ok;
}

/* ---- the right score ---- */

/* The same each time it is asked for. */
static uint16_t right_score(const struct world *world, const struct world_check *check,
                            uint64_t *nonce)
{
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_GOLD, check->id, 0);
    double error = world->scenario->probes.error * random_normal(&stream);
    *nonce = random_u64(&stream);
    return judge_map(check->evidence.quality + error);
}

/* The prober hears of the draw and seals what it knows in time for the start of the check. */
void probe_drawn(struct world *world, const struct world_check *check,
                 const struct dg_notice *notice)
{
    int64_t at_ns = engine_now(world->engine) + 2 * world->scenario->chain_delay_ns;
    engine_post(world->engine, at_ns > notice->at ? at_ns : notice->at, EVENT_GOLD_SEAL, check->id,
                0);
}

/* The round may have moved on without it. */
static bool too_late(enum dg_status status)
{
    return status == DG_ERROR_STATE || status == DG_ERROR_UNKNOWN_ID;
}

void gold_seal(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_check *check = world_check_find(world, event->target);
    struct dg_hash commitment;
    uint64_t nonce;
    if (check == NULL)
        return;
    uint16_t score = right_score(world, check, &nonce);
    dg_score_commitment(check->id, DG_NONE, score, nonce, &commitment);
    enum dg_status status =
        dg_chain_commit_gold(world->chain, engine_now(engine), check->id, &commitment);
    if (too_late(status))
        return;
    check->gold_sealed = true;
    if (world_expect(world, status, "commit gold"))
        world_after_chain(world);
}

/* It hears of the phase one chain message later, and its score arrives another one later. */
void probe_reveal_phase(struct world *world, const struct world_check *check)
{
    engine_post(world->engine, engine_now(world->engine) + 2 * world->scenario->chain_delay_ns,
                EVENT_GOLD_SHOW, check->id, 0);
}

void gold_show(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_check *check = world_check_find(world, event->target);
    uint64_t nonce;
    if (check == NULL || check->gold_shown)
        return;
    uint16_t score = right_score(world, check, &nonce);
    enum dg_status status =
        dg_chain_reveal_gold(world->chain, engine_now(engine), check->id, score, nonce);
    if (too_late(status))
        return;
    check->gold_shown = true;
    world->statistics.gold_shown++;
    if (world_expect(world, status, "reveal gold"))
        world_after_chain(world);
}
