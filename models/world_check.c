/* world_check.c - a check from its draw to its verdict: evidence, committee, judges, commit and
 * reveal. */
#include <stdlib.h>
#include <string.h>

#include "dg/verify.h"
#include "models/world_private.h"

/* ---- open checks, in a ring by id ---- */

static struct world_check *check_slot(struct world *world, uint32_t id)
{
    return &world->checks[id & world->check_mask];
}

struct world_check *world_check_find(struct world *world, uint64_t id)
{
    struct world_check *check = check_slot(world, (uint32_t)id);
    return check->id == (uint32_t)id ? check : NULL;
}

static bool grow_checks(struct world *world)
{
    uint32_t old_room = world->check_mask + 1, room = 2 * old_room;
    struct world_check *checks = calloc(room, sizeof *checks);
    struct world_check_member *members = calloc((size_t)room * world->member_room, sizeof *members);
    if (checks == NULL || members == NULL) {
        free(checks);
        free(members);
        world_fail(world, "out of memory: more than %u checks are open", old_room);
        return false;
    }
    for (uint32_t i = 0; i < room; i++) {
        checks[i].id = WORLD_NONE;
        checks[i].members = members + (size_t)i * world->member_room;
    }
    for (uint32_t i = 0; i < old_room; i++) {
        const struct world_check *from = &world->checks[i];
        if (from->id == WORLD_NONE)
            continue;
        struct world_check *to = &checks[from->id & (room - 1)];
        struct world_check_member *own = to->members;
        *to = *from;
        to->members = own;
        memcpy(own, from->members, from->member_count * sizeof *own);
    }
    free(world->checks);
    free(world->check_members);
    world->checks = checks;
    world->check_members = members;
    world->check_mask = room - 1;
    return true;
}

static struct world_check *check_take(struct world *world, uint32_t id)
{
    while (check_slot(world, id)->id != WORLD_NONE)
        if (!grow_checks(world))
            return NULL;
    struct world_check *check = check_slot(world, id);
    struct world_check_member *members = check->members;
    *check = (struct world_check){.id = id, .members = members};
    return check;
}

struct world_check_member *world_check_member(struct world_check *check, uint32_t node)
{
    for (uint32_t i = 0; i < check->member_count; i++)
        if (check->members[i].node == node)
            return &check->members[i];
    return NULL;
}

static struct world_check_member *check_add_member(struct world *world, struct world_check *check,
                                                   uint32_t node)
{
    if (check->member_count == world->member_room) {
        world_fail(world, "check %u has more members than seats and replacements", check->id);
        return NULL;
    }
    struct world_check_member *member = &check->members[check->member_count++];
    *member = (struct world_check_member){.node = node};
    return member;
}

/* ---- from the draw to the verifiers ---- */

void check_drawn(struct world *world, const struct dg_notice *notice)
{
    struct world_check *check = check_take(world, notice->check);
    if (check == NULL)
        return;
    const struct world_gateway *gateway = &world->gateways[notice->gateway];
    check->gateway = notice->gateway;
    check->node = notice->node;
    check->start_ns = notice->at;
    check->evidence = gateway->evidence[notice->number & gateway->evidence_mask];
    random_stream_init(&check->transit, &world->key, PURPOSE_CHECKING, notice->check, 0);
    for (uint32_t i = 0; i < notice->member_count; i++)
        if (check_add_member(world, check, notice->members[i]) == NULL)
            return;
    world->statistics.checks++;
    if (notice->probe)
        probe_drawn(world, check, notice);
    engine_post(world->engine, notice->at, EVENT_CHECK_START, notice->check, 0);
}

/* The gateway sends prompt and answer to one verifier. A message lost for good is sent again: the
 * gateway has the time of the commit phase for it. */
static void send_evidence(struct world *world, struct world_check *check, uint32_t verifier)
{
    uint32_t from = world->gateways[check->gateway].region, to = world->node_regions[verifier];
    int64_t delay_ns = network_delay(&world->network, &check->transit, from, to, 0, 0, 0);
    if (delay_ns != NETWORK_LOST)
        engine_post(world->engine, engine_now(world->engine) + delay_ns, EVENT_REVIEW_TASK,
                    verifier, check->id);
}

void check_start(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_check *check = world_check_find(world, event->target);
    if (check == NULL)
        return;
    uint32_t from = world->gateways[check->gateway].region, to = world->node_regions[check->node];
    int64_t delay_ns = network_delay(&world->network, &check->transit, from, to, 0, 0, 0);
    if (delay_ns != NETWORK_LOST)
        engine_post(engine, engine_now(engine) + delay_ns + world->scenario->chain_delay_ns,
                    EVENT_CHECK_OPEN, event->target, 0);
    for (uint32_t i = 0; i < check->member_count; i++)
        send_evidence(world, check, check->members[i].node);
}

/* The node opens its commitment on the chain. */
void check_open(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    const struct world_check *check = world_check_find(world, event->target);
    if (check == NULL)
        return;
    struct dg_hash digest;
    evidence_digest(&check->evidence, &digest);
    enum dg_status status = dg_chain_open_answer(world->chain, engine_now(engine), event->target,
                                                 &digest, check->evidence.nonce);
    if (status != DG_ERROR_STATE && world_expect(world, status, "open answer"))
        world_after_chain(world);
}

void check_member_joins(struct world *world, const struct dg_notice *notice)
{
    struct world_check *check = world_check_find(world, notice->check);
    if (check != NULL && check_add_member(world, check, notice->verifier) != NULL)
        send_evidence(world, check, notice->verifier);
}

/* ---- scores on their way to the chain; world_review.c works them out ---- */

/* A score that comes when its phase is over, or when its seat has gone to a replacement, is too
 * late: that is the verifier's misfortune, not an error. */
static bool too_late(enum dg_status status)
{
    return status == DG_ERROR_STATE || status == DG_ERROR_NOT_MEMBER ||
           status == DG_ERROR_UNKNOWN_ID;
}

/* Sealed, or, where scores are open, as it is. */
static enum dg_status send_score(struct world *world, const struct world_check *check,
                                 const struct world_check_member *member)
{
    int64_t now_ns = engine_now(world->engine);
    struct dg_hash commitment;
    if (world->scenario->protocol.committee_reveal == DG_REVEAL_OPEN)
        return dg_chain_reveal_score(world->chain, now_ns, check->id, member->node, member->score,
                                     member->nonce);
    dg_score_commitment(check->id, member->node, member->score, member->nonce, &commitment);
    return dg_chain_commit_score(world->chain, now_ns, check->id, member->node, &commitment);
}

/* One who seals two scores is found out at once. */
static enum dg_status seal_another(struct world *world, const struct world_check *check,
                                   const struct world_check_member *member)
{
    struct world_check_member other = *member;
    other.score = (uint16_t)~member->score;
    return send_score(world, check, &other);
}

void review_commit(void *context, struct engine *engine, const struct event *event)
{
    (void)engine;
    struct world *world = context;
    struct world_check *check = world_check_find(world, event->payload);
    struct world_check_member *member =
        check != NULL ? world_check_member(check, event->target) : NULL;
    if (member == NULL)
        return;
    bool open = world->scenario->protocol.committee_reveal == DG_REVEAL_OPEN;
    enum dg_status status = send_score(world, check, member);
    if (too_late(status))
        return;
    member->committed = !open;
    member->revealed = open;
    if (open)
        review_shown(world, check, member);
    if (member->seals_two && !open && status == DG_OK)
        status = seal_another(world, check, member);
    if (too_late(status)) /* the round went on with the first */
        status = DG_OK;
    if (world_expect(world, status, "commit score"))
        world_after_chain(world);
}

/* The members hear of the phase one chain message later, and their scores arrive another one
 * later. */
void check_reveal_phase(struct world *world, const struct dg_notice *notice)
{
    struct world_check *check = world_check_find(world, notice->check);
    int64_t at_ns = engine_now(world->engine) + 2 * world->scenario->chain_delay_ns;
    if (check != NULL && check->gold_sealed && !check->gold_shown)
        probe_reveal_phase(world, check);
    for (uint32_t i = 0; check != NULL && i < check->member_count; i++)
        if (check->members[i].committed && !check->members[i].revealed &&
            !check->members[i].withheld)
            engine_post(world->engine, at_ns, EVENT_REVIEW_REVEAL, check->members[i].node,
                        check->id);
}

void review_reveal(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_check *check = world_check_find(world, event->payload);
    struct world_check_member *member =
        check != NULL ? world_check_member(check, event->target) : NULL;
    if (member == NULL)
        return;
    enum dg_status status = dg_chain_reveal_score(world->chain, engine_now(engine), check->id,
                                                  member->node, member->score, member->nonce);
    if (too_late(status))
        return;
    member->revealed = true;
    review_shown(world, check, member);
    if (world_expect(world, status, "reveal score"))
        world_after_chain(world);
}

/* ---- appeals ---- */

/* An operator whose node served what was paid for expects to win, so it appeals when it can pay; one
 * whose node cheated knows better. It hears of the verdict, and its appeal arrives, one chain
 * message later each. */
void check_provisional(struct world *world, const struct dg_notice *notice)
{
    const struct world_check *check = world_check_find(world, notice->check);
    int64_t at_ns = engine_now(world->engine) + 2 * world->scenario->chain_delay_ns;
    if (check != NULL && !check->evidence.cheat)
        engine_post(world->engine, at_ns, EVENT_APPEAL, notice->check, 0);
}

void appeal(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_check *check = world_check_find(world, event->target);
    if (check == NULL)
        return;
    enum dg_status status = dg_chain_appeal(world->chain, engine_now(engine), event->target);
    if (too_late(status) || status == DG_ERROR_FUNDS || status == DG_ERROR_NO_CANDIDATE)
        return;
    world->statistics.appeals++;
    check->appealed = true;
    if (world_expect(world, status, "appeal"))
        world_after_chain(world);
}

void check_verdict(struct world *world, const struct dg_notice *notice)
{
    struct world_check *check = world_check_find(world, notice->check);
    struct world_statistics *statistics = &world->statistics;
    int64_t now_ns = engine_now(world->engine);
    statistics->passed += notice->verdict == DG_VERDICT_PASS;
    statistics->failed += notice->verdict == DG_VERDICT_FAIL;
    statistics->inconclusive += notice->verdict == DG_VERDICT_INCONCLUSIVE;
    struct world_node *node = &world->nodes[notice->node];
    if (notice->verdict == DG_VERDICT_FAIL && node->first_failure_ns < 0)
        node->first_failure_ns = now_ns;
    if (check == NULL)
        return;
    statistics->overturned += check->appealed && notice->verdict == DG_VERDICT_PASS;
    moments_add(&statistics->verdict_delay, (double)(now_ns - check->start_ns));
    check->id = WORLD_NONE;
}
