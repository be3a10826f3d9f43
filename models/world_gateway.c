/* world_gateway.c - the gateway around its core: funds, routing, failover, deadlines, receipts,
 * evidence. */
#include <stdlib.h>

#include "dg/verify.h"
#include "models/world_request.h"

/* ---- deadlines: a list per gateway and user group, in the order of submission ---- */

static void arm_deadline(struct world *world, uint32_t g, uint32_t group,
                         struct deadline_list *list)
{
    int64_t at_ns = request_at(world, list->head)->deadline_ns;
    list->armed = true;
    engine_post(world->engine, at_ns, EVENT_GATEWAY_DEADLINE, g, group);
}

static void deadline_link(struct world *world, struct world_request *request)
{
    struct deadline_list *list = &world->gateways[request->gateway].deadlines[request->group];
    uint32_t slot = slot_of(world, request);
    request->previous = list->tail;
    request->next = WORLD_NONE;
    if (list->tail != WORLD_NONE)
        request_at(world, list->tail)->next = slot;
    else
        list->head = slot;
    list->tail = slot;
    if (!list->armed)
        arm_deadline(world, request->gateway, request->group, list);
}

static void deadline_unlink(struct world *world, struct world_request *request)
{
    if (request->deadline_ns == 0)
        return;
    struct deadline_list *list = &world->gateways[request->gateway].deadlines[request->group];
    if (request->previous != WORLD_NONE)
        request_at(world, request->previous)->next = request->next;
    else
        list->head = request->next;
    if (request->next != WORLD_NONE)
        request_at(world, request->next)->previous = request->previous;
    else
        list->tail = request->previous;
    request->deadline_ns = 0;
}

/* The other copy takes the place in the list. */
static void deadline_hand_over(struct world *world, struct world_request *from,
                               struct world_request *to)
{
    if (from->deadline_ns == 0)
        return;
    struct deadline_list *list = &world->gateways[from->gateway].deadlines[from->group];
    uint32_t slot = slot_of(world, to);
    to->deadline_ns = from->deadline_ns;
    to->previous = from->previous;
    to->next = from->next;
    from->deadline_ns = 0;
    if (to->previous != WORLD_NONE)
        request_at(world, to->previous)->next = slot;
    else
        list->head = slot;
    if (to->next != WORLD_NONE)
        request_at(world, to->next)->previous = slot;
    else
        list->tail = slot;
}

/* ---- requests ---- */

/* The request is over at the gateway. A second copy is left to its node: what comes of it is
 * dropped. */
static void leave_flight(struct world *world, struct world_request *request)
{
    request->in_flight = false;
    deadline_unlink(world, request);
    if (request->peer == WORLD_NONE)
        return;
    struct world_request *peer = request_at(world, request->peer);
    peer->in_flight = false;
    deadline_unlink(world, peer);
    peer->peer = request->peer = WORLD_NONE;
}

/* The gateway is done with the request; the user learns the outcome at the far end of the link. */
static void tell_user(struct world *world, struct world_request *request,
                      enum request_outcome outcome, uint32_t tokens)
{
    const struct world_user *user = &world->users[request->user];
    const struct scenario_gateway *gateway = &world->scenario->gateways[request->gateway];
    int64_t now_ns = engine_now(world->engine);
    int64_t delay_ns =
        network_delay(&world->network, &request->transit, gateway->region, user->region,
                      tokens * world->scenario->network.bytes_per_token, gateway->bandwidth_bps,
                      world->scenario->regions[user->region].downlink_bps);
    if (delay_ns == NETWORK_LOST) {
        outcome = OUTCOME_LOST;
        delay_ns = give_up_ns(world);
    }
    request->outcome = (uint8_t)outcome;
    request->first_token_ns += delay_ns;
    engine_post(world->engine, now_ns + delay_ns, EVENT_USER_END, request->user,
                slot_of(world, request));
}

static void forward(struct world *world, struct world_request *request,
                    const struct dg_route *route)
{
    const struct scenario_gateway *gateway = &world->scenario->gateways[request->gateway];
    uint8_t region = world->node_regions[route->node];
    int64_t now_ns = engine_now(world->engine);
    request->node = route->node;
    request->first_token_ns = 0;
    request->hedge_ns = route->hedge_at;
    if (route->hedge_at != INT64_MAX)
        engine_post(world->engine, route->hedge_at, EVENT_GATEWAY_HEDGE, request->gateway,
                    slot_of(world, request));
    int64_t delay_ns =
        network_delay(&world->network, &request->transit, gateway->region, region,
                      request->tokens_in * world->scenario->network.bytes_per_token,
                      gateway->bandwidth_bps, world->scenario->regions[region].downlink_bps);
    request->broken = delay_ns == NETWORK_LOST;
    if (request->broken)
        engine_post(world->engine, now_ns + give_up_ns(world), EVENT_GATEWAY_REFUSAL,
                    request->gateway, slot_of(world, request));
    else
        engine_post(world->engine, now_ns + delay_ns, EVENT_NODE_REQUEST, route->node,
                    slot_of(world, request));
}

/* Asks the chain to lock more of the user's balance; the user tops it up when it is too low and he
 * is one who does. Returns whether the request is worth another try. */
static bool top_up(struct world *world, struct world_request *request)
{
    const struct scenario_users *group = &world->scenario->users[request->group];
    int64_t balance;
    if (request->topped_up || group->lock == 0)
        return false;
    if (!world_expect(world,
                      dg_chain_balance(world->chain, DG_ACCOUNT_USER, request->user, &balance),
                      "balance"))
        return false;
    bool prober = world->users[request->user].prober; /* has its deposit and no more */
    if (balance < group->lock && group->top_up > 0 && !prober) {
        if (!world_expect(world, dg_chain_deposit(world->chain, request->user, group->top_up),
                          "deposit"))
            return false;
        balance += group->top_up;
        if (world_is_own_user(world, request->user))
            world_own_deposit(world, request->user, group->top_up);
    }
    struct dg_grant grant;
    int64_t amount = balance < group->lock ? balance : group->lock;
    if (amount == 0)
        return false;
    request->topped_up = true;
    return world_expect(
               world, dg_chain_lock(world->chain, request->user, request->gateway, amount, &grant),
               "lock") &&
           world_expect(world,
                        dg_gateway_apply_grant(world->gateways[request->gateway].core, &grant),
                        "grant");
}

void gateway_request(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_gateway *gateway = &world->gateways[event->target];
    struct world_request *request = request_at(world, event->payload);
    const struct scenario_users *group = &world->scenario->users[request->group];
    request->id = ++world->request_sequence;
    struct dg_request ask = {.request = request->id,
                             .user = request->user,
                             .model = request->model,
                             .tokens_in = request->tokens_in,
                             .tokens_out_max = group->output_cap,
                             .price_cap = group->price_cap,
                             .session = (uint64_t)request->user + 1};
    struct dg_route route;
    request->submitted_ns = engine_now(engine);
    enum dg_status status = dg_gateway_submit(gateway->core, request->submitted_ns, &ask, &route);
    if (status == DG_ERROR_FUNDS && top_up(world, request)) {
        /* The lock takes the chain one message each way; the request waits for it here. */
        engine_post(engine, engine_now(engine) + 2 * world->scenario->chain_delay_ns,
                    EVENT_GATEWAY_REQUEST, event->target, event->payload);
        return;
    }
    if (status == DG_ERROR_FUNDS || status == DG_ERROR_NO_CANDIDATE || status == DG_ERROR_LIMIT) {
        tell_user(world, request, OUTCOME_REFUSED, 0);
        return;
    }
    if (!world_expect(world, status, "submit"))
        return;
    world_journal_route(world, event->target, &route);
    request->handle = route.handle;
    request->in_flight = true;
    if (group->deadline_ns > 0) {
        request->deadline_ns = engine_now(engine) + group->deadline_ns;
        deadline_link(world, request);
    }
    forward(world, request, &route);
}

/* The first token is late: a second copy, if the core sends one. */
void gateway_hedge(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_request *request = request_at(world, event->payload);
    struct dg_route route;
    /* The slot may have another request by now, or the request another node. */
    if (!request->in_flight || request->hedge_ns != engine_now(engine) ||
        node_first_token_seen(world, request))
        return;
    request->hedge_ns = INT64_MAX;
    enum dg_status status = dg_gateway_hedge(world->gateways[event->target].core,
                                             engine_now(engine), request->handle, &route);
    if (status == DG_ERROR_LIMIT || status == DG_ERROR_NO_CANDIDATE ||
        !world_expect(world, status, "hedge"))
        return;
    world_journal_route(world, event->target, &route);
    struct world_request *copy = request_take(world);
    if (copy == NULL)
        return;
    *copy = *request;
    copy->hedge = true;
    copy->transit = request_stream(world, copy, PURPOSE_TRANSIT);
    copy->deadline_ns = 0; /* the first stands in the list for both */
    copy->peer = slot_of(world, request);
    request->peer = slot_of(world, copy);
    forward(world, copy, &route);
}

/* The other copy is still under way: this one is forgotten. */
static void drop_copy(struct world *world, struct world_request *request)
{
    struct world_request *peer = request_at(world, request->peer);
    deadline_hand_over(world, request, peer);
    peer->peer = WORLD_NONE;
    request_release(world, request);
}

/* A node refused, or the connection to it broke: another node, or the end, for which only a node that
 * gave no word is to blame. */
void gateway_refusal(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_gateway *gateway = &world->gateways[event->target];
    struct world_request *request = request_at(world, event->payload);
    if (!request->in_flight) { /* deadline or other copy came first; the user has been told */
        request_release(world, request);
        return;
    }
    struct dg_route route;
    enum dg_refusal refusal = request->broken ? DG_REFUSED_SILENT : DG_REFUSED_BUSY;
    enum dg_status status = dg_gateway_reroute(gateway->core, engine_now(engine), request->handle,
                                               request->node, refusal, &route);
    if (status == DG_OK)
        world_journal_route(world, event->target, &route);
    if (status == DG_OK && route.waiting) {
        drop_copy(world, request);
        return;
    }
    if (status == DG_OK) {
        world->statistics.reroutes++;
        forward(world, request, &route);
        return;
    }
    if (status != DG_ERROR_LIMIT && status != DG_ERROR_NO_CANDIDATE) {
        world_expect(world, status, "reroute");
        return;
    }
    uint32_t blame = refusal == DG_REFUSED_SILENT ? request->node : DG_NONE;
    world_expect(world, dg_gateway_fail(gateway->core, engine_now(engine), request->handle, blame),
                 "fail");
    leave_flight(world, request);
    tell_user(world, request, OUTCOME_FAILED, 0);
}

/* The user is told in a slot of its own, so that the node's late answer still finds the
 * request's. */
static void expire(struct world *world, struct world_gateway *gateway,
                   struct world_request *request)
{
    world_expect(
        world,
        dg_gateway_fail(gateway->core, engine_now(world->engine), request->handle, DG_BLAME_ALL),
        "fail");
    leave_flight(world, request);
    struct world_request *messenger = request_take(world);
    if (messenger == NULL)
        return;
    *messenger = *request;
    tell_user(world, messenger, OUTCOME_LATE, 0);
}

void gateway_deadline(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_gateway *gateway = &world->gateways[event->target];
    struct deadline_list *list = &gateway->deadlines[event->payload];
    list->armed = false;
    while (list->head != WORLD_NONE &&
           request_at(world, list->head)->deadline_ns <= engine_now(engine))
        expire(world, gateway, request_at(world, list->head));
    if (list->head != WORLD_NONE && !list->armed)
        arm_deadline(world, event->target, (uint32_t)event->payload, list);
}

/* ---- answers ---- */

static bool grow_evidence(struct world *world, struct world_gateway *gateway, uint64_t pending)
{
    if (pending <= gateway->evidence_mask)
        return true;
    uint64_t old_room = gateway->evidence_mask + 1, room = 2 * old_room;
    struct world_evidence *ring = realloc(gateway->evidence, room * sizeof *ring);
    if (ring == NULL) {
        world_fail(world, "out of memory: %llu answers wait for their draw",
                   (unsigned long long)pending);
        return false;
    }
    gateway->evidence = ring;
    gateway->evidence_mask = room - 1;
    for (uint64_t i = gateway->evidence_settled; i < gateway->evidence_count; i++) {
        uint64_t from = i & (old_room - 1), to = i & (room - 1);
        if (from != to)
            ring[to] = ring[from];
    }
    return true;
}

static void keep_evidence(struct world *world, struct world_gateway *gateway,
                          const struct world_evidence *evidence, const struct dg_receipt *receipt)
{
    if (!grow_evidence(world, gateway, gateway->evidence_count - gateway->evidence_settled + 1))
        return;
    gateway->evidence[receipt->number & gateway->evidence_mask] = *evidence;
    gateway->evidence_count = receipt->number + 1;
}

void evidence_digest(const struct world_evidence *evidence, struct dg_hash *out)
{
    *out = (struct dg_hash){{0}};
    for (int i = 0; i < 8; i++)
        out->bytes[i] = (uint8_t)(evidence->digest >> (8 * i));
}

void gateway_answer(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_gateway *gateway = &world->gateways[event->target];
    struct world_request *request = request_at(world, event->payload);
    if (!request->in_flight) { /* deadline or other copy came first; the user has been told */
        request_release(world, request);
        return;
    }
    struct world_evidence evidence = {.digest = request->id,
                                      .nonce = random_u64(&request->transit),
                                      .quality = request->quality,
                                      .judge_shift = request->judge_shift,
                                      .tokens_in = request->tokens_in,
                                      .tokens_out = request->tokens_out + request->padding,
                                      .cheat = request->cheat,
                                      .node = request->node,
                                      .model = request->model};
    struct dg_answer reply = {.node = request->node,
                              .tokens_out = request->tokens_out + request->padding,
                              .ttft = request->first_token_ns - request->submitted_ns,
                              .total = engine_now(engine) - request->submitted_ns};
    struct dg_hash digest;
    struct dg_receipt receipt;
    evidence_digest(&evidence, &digest);
    dg_answer_commitment(&digest, evidence.nonce, &reply.commitment);
    if (!world_expect(
            world,
            dg_gateway_answer(gateway->core, engine_now(engine), request->handle, &reply, &receipt),
            "answer"))
        return;
    world_journal_receipt(world, event->target, &receipt);
    request->fee = receipt.fee;
    world->statistics.probes_answered += request->probe;
    world->statistics.probe_fees += request->probe ? receipt.fee : 0;
    leave_flight(world, request);
    keep_evidence(world, gateway, &evidence, &receipt);
    tell_user(world, request, OUTCOME_COMPLETED, request->tokens_out + request->padding);
}
