#include "gateway_history.h"

#include <stdlib.h>

#include "dg/verify.h"

static uint32_t random_below(struct history *history, uint32_t bound)
{
    uint64_t word = (history->random += UINT64_C(0x9e3779b97f4a7c15));

    word = (word ^ (word >> 29)) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)((word >> 32) % bound);
}

static bool breaker_due(const struct history *history, const struct breaker *breaker)
{
    return breaker->open && history->now - breaker->opened >= BREAKER_TIME;
}

/* Whether the node may be chosen now, the price aside. */
static bool eligible(const struct history *history, const struct flight *flight, uint32_t node)
{
    const struct dg_node_record *record = &history->nodes[node];
    const struct breaker *breaker = &history->breakers[node];

    for (uint32_t i = 0; i < flight->tried_count; i++)
        if (flight->tried[i] == node)
            return false;
    return record->state == DG_NODE_ACTIVE &&
           history->in_flight[node] < record->stake / (10 * DG_TOKEN) &&
           (flight->model == SMALL || node < 3) &&
           (!breaker->open || breaker_due(history, breaker)) &&
           (!breaker->half || breaker->trial == 0);
}

static bool anybody_eligible(const struct history *history, const struct flight *flight)
{
    for (uint32_t node = 0; node < NODES; node++)
        if (eligible(history, flight, node))
            return true;
    return false;
}

/* The most that the request can cost at the node under the present parameters, which have round
 * numbers only. */
static int64_t maximum_at(const struct history *history, uint32_t model, uint32_t node)
{
    const struct dg_params *params = &history->params;
    int64_t price = history->nodes[node].price;
    int64_t units = 1 + params->metering_output_weight / 2; /* CU of SMALL */

    if (model == LARGE)
        units *= 8;
    if (price == 0)
        price = model == LARGE ? 20000 : params->fees_unit_price;
    int64_t compute = units * price;
    int64_t surcharge = params->fees_latency_mode == DG_LATENCY_USER_SURCHARGE ? 3 : 0;
    return compute + (model == SMALL ? compute / 10 : 0) + surcharge * (compute / 10);
}

static int64_t escrow_of(const struct flight *flight)
{
    int64_t escrow = 0;

    for (uint32_t i = 0; i < flight->copy_count; i++)
        if (flight->copies[i].escrow > escrow)
            escrow = flight->copies[i].escrow;
    return escrow;
}

/* ---- what a call does to the model ---- */

static void note_sent(struct history *history, struct flight *flight, const struct dg_route *route)
{
    struct breaker *breaker = &history->breakers[route->node];
    int64_t maximum = maximum_at(history, flight->model, route->node);

    assert_true(route->node < NODES && !route->waiting);
    assert_true(eligible(history, flight, route->node));
    assert_true(flight->price_cap == 0 || maximum <= flight->price_cap);
    history->reserved[flight->user] -= escrow_of(flight);
    flight->copies[flight->copy_count] =
        (struct copy){route->node, maximum, flight->copy_count > 0};
    flight->copy_count++;
    flight->tried[flight->tried_count++] = route->node;
    history->reserved[flight->user] += escrow_of(flight);
    assert_true(route->escrow == escrow_of(flight));
    assert_true(route->hedge_at == INT64_MAX ||
                (route->hedge_at >= history->now && !flight->hedged && history->tokens >= DG_ONE &&
                 history->params.routing_hedge_quantile > 0));
    history->in_flight[route->node]++;
    if (breaker->open || breaker->half)
        *breaker = (struct breaker){.half = true, .trial = flight->handle};
}

static void note_left(struct history *history, struct flight *flight, uint32_t which)
{
    history->reserved[flight->user] -= escrow_of(flight);
    history->in_flight[flight->copies[which].node]--;
    flight->copies[which] = flight->copies[--flight->copy_count];
    history->reserved[flight->user] += escrow_of(flight);
}

static void note_failure(struct history *history, const struct flight *flight, uint32_t node)
{
    struct breaker *breaker = &history->breakers[node];
    int64_t limit = history->params.routing_breaker_failures;

    if (limit == 0 || breaker->open)
        return;
    if (breaker->half ? breaker->trial == flight->handle : ++breaker->failures == limit) {
        *breaker = (struct breaker){.open = true, .opened = history->now};
        history->expected.breaker_trips++;
    }
}

static void note_answer(struct history *history, const struct flight *flight, uint32_t node)
{
    struct breaker *breaker = &history->breakers[node];

    if (breaker->half && breaker->trial == flight->handle)
        *breaker = (struct breaker){0};
    else if (!breaker->half && !breaker->open)
        breaker->failures = 0;
    if (flight->session != 0)
        history->sessions[flight->session] = (struct session){node, history->now};
}

/* All copies end; of those whose fate was not noted nothing is learned. */
static void note_over(struct history *history, struct flight *flight)
{
    while (flight->copy_count > 0) {
        struct breaker *breaker = &history->breakers[flight->copies[0].node];
        if (breaker->half && breaker->trial == flight->handle)
            breaker->trial = 0;
        note_left(history, flight, 0);
    }
    *flight = history->flights[--history->flight_count];
}

/* ---- steps ---- */

/* Whether the session's last node must be chosen; another may be only when it must not. */
static bool session_holds(const struct history *history, const struct flight *flight,
                          int64_t available)
{
    const struct session *session = &history->sessions[flight->session];

    if (flight->session == 0 || session->node == DG_NONE ||
        history->now - session->served > SESSION_TIME || !eligible(history, flight, session->node))
        return false;
    int64_t maximum = maximum_at(history, flight->model, session->node);
    return maximum <= available && (flight->price_cap == 0 || maximum <= flight->price_cap);
}

static void step_submit(struct history *history)
{
    static const int64_t caps[] = {0, 132000, 165000, 480000};
    struct dg_request request = {.request = history->request,
                                 .user = random_below(history, USERS),
                                 .model = random_below(history, 2),
                                 .tokens_in = TOKENS_IN,
                                 .tokens_out_max = TOKENS_OUT,
                                 .session = random_below(history, SESSIONS + 1),
                                 .price_cap = caps[random_below(history, 4)]};
    struct flight flight = {.user = request.user,
                            .model = request.model,
                            .session = request.session,
                            .price_cap = request.price_cap};
    int64_t free = dg_gateway_allowance(history->gateway, request.user);
    struct dg_route route;

    enum dg_status status = dg_gateway_submit(history->gateway, history->now, &request, &route);
    if (status != DG_OK) {
        assert_true(status == DG_ERROR_FUNDS || status == DG_ERROR_NO_CANDIDATE ||
                    status == DG_ERROR_LIMIT);
        assert_int_equal(status == DG_ERROR_LIMIT, history->flight_count == LIMIT);
        assert_true(status != DG_ERROR_NO_CANDIDATE || !anybody_eligible(history, &flight));
        history->refusals++;
        return;
    }
    history->request++;
    history->tokens += history->params.routing_retry_budget;
    if (history->tokens > RESERVE * DG_ONE)
        history->tokens = RESERVE * DG_ONE;
    assert_int_equal(route.affine, session_holds(history, &flight, free));
    if (route.affine)
        assert_int_equal(route.node, history->sessions[flight.session].node);
    history->expected.affinity_hits += route.affine;
    flight.handle = route.handle;
    note_sent(history, &flight, &route);
    history->flights[history->flight_count++] = flight;
    history->handles[history->handle_count++] = route.handle;
}

static uint32_t some_copy(struct history *history, const struct flight *flight)
{
    return random_below(history, flight->copy_count);
}

static void step_reroute(struct history *history, struct flight *flight)
{
    uint32_t which = some_copy(history, flight), node = flight->copies[which].node;
    bool alone = flight->copy_count == 1;
    bool limit = alone && (flight->reroutes == FAILOVERS || history->tokens < DG_ONE);
    enum dg_refusal refusal = random_below(history, 2) == 0 ? DG_REFUSED_BUSY : DG_REFUSED_SILENT;
    struct dg_route route;
    enum dg_status status =
        dg_gateway_reroute(history->gateway, history->now, flight->handle, node, refusal, &route);

    assert_int_equal(status == DG_ERROR_LIMIT, limit);
    history->limits += limit;
    if (status != DG_OK) {
        assert_true(limit || (alone && status == DG_ERROR_NO_CANDIDATE));
        history->refusals++;
        return;
    }
    assert_true(route.handle == flight->handle);
    history->silences[node] += refusal == DG_REFUSED_SILENT;
    if (!alone) {
        note_failure(history, flight, node);
        note_left(history, flight, which);
        assert_true(route.waiting && route.node == flight->copies[0].node);
        assert_true(route.escrow == escrow_of(flight) && route.hedge_at == INT64_MAX);
        history->waits++;
        return;
    }
    history->tokens -= DG_ONE;
    history->expected.reroutes++;
    flight->reroutes++;
    note_left(history, flight, which);
    /* The choice is made before the failure is noted; the node itself was tried already. */
    note_sent(history, flight, &route);
    note_failure(history, flight, node);
}

static void step_hedge(struct history *history, struct flight *flight)
{
    bool limit =
        flight->hedged || history->tokens < DG_ONE || history->params.routing_hedge_quantile == 0;
    struct dg_route route;
    enum dg_status status =
        dg_gateway_hedge(history->gateway, history->now, flight->handle, &route);

    assert_int_equal(status == DG_ERROR_LIMIT, limit);
    if (status != DG_OK) {
        assert_true(limit || status == DG_ERROR_NO_CANDIDATE);
        history->refusals++;
        return;
    }
    history->tokens -= DG_ONE;
    history->expected.hedges++;
    flight->hedged = true;
    note_sent(history, flight, &route);
}

static void step_answer(struct history *history, struct flight *flight)
{
    uint32_t which = some_copy(history, flight), node = flight->copies[which].node;
    int64_t total = random_below(history, 100) * DG_SECOND;
    struct dg_answer answer = {.node = node,
                               .tokens_out = random_below(history, TOKENS_OUT + 1),
                               .ttft = total / 2,
                               .total = total};
    struct dg_receipt *receipt = &history->receipts[history->receipt_count++];

    assert_status(
        dg_gateway_answer(history->gateway, history->now, flight->handle, &answer, receipt), DG_OK);
    assert_true(receipt->fee >= 0 && receipt->fee <= flight->copies[which].escrow);
    assert_true(receipt->number == history->number++);
    assert_int_equal(receipt->user, flight->user);
    assert_int_equal(receipt->node, node);
    history->spent[flight->user] += receipt->fee;
    history->expected.hedges_won += flight->copies[which].hedge;
    note_answer(history, flight, node);
    note_over(history, flight);
}

static void step_fail(struct history *history, struct flight *flight)
{
    uint32_t node = flight->copies[some_copy(history, flight)].node;
    const uint32_t blames[] = {DG_NONE, DG_BLAME_ALL, node};
    uint32_t blame = blames[random_below(history, 3)];

    assert_status(dg_gateway_fail(history->gateway, history->now, flight->handle, blame), DG_OK);
    for (uint32_t i = 0; i < flight->copy_count; i++)
        if (blame == DG_BLAME_ALL || blame == flight->copies[i].node) {
            note_failure(history, flight, flight->copies[i].node);
            history->silences[flight->copies[i].node]++;
        }
    note_over(history, flight);
}

/* A node that has no copy of it: not by name, and nothing changes. */
static void step_stranger(struct history *history, const struct flight *flight)
{
    uint32_t node = random_below(history, NODES + 1);
    struct dg_answer answer = {.node = node};
    struct dg_receipt receipt;
    struct dg_route route;

    for (uint32_t i = 0; i < flight->copy_count; i++)
        if (flight->copies[i].node == node)
            return;
    int64_t later = history->now + DG_SECOND;
    assert_status(dg_gateway_answer(history->gateway, later, flight->handle, &answer, &receipt),
                  DG_ERROR_NOT_SERVING);
    assert_status(
        dg_gateway_reroute(history->gateway, later, flight->handle, node, DG_REFUSED_BUSY, &route),
        DG_ERROR_NOT_SERVING);
    assert_status(dg_gateway_fail(history->gateway, later, flight->handle, node),
                  DG_ERROR_NOT_SERVING);
}

static void check_failures(struct history *history, const struct dg_report *report)
{
    size_t count = 0;

    for (uint32_t node = 0; node < NODES; node++) {
        if (history->silences[node] == 0)
            continue;
        assert_true(count < report->failure_count);
        assert_int_equal(report->failures[count].node, node);
        assert_int_equal(report->failures[count].count, history->silences[node]);
        history->silences[node] = 0;
        count++;
    }
    assert_int_equal(report->failure_count, count);
    history->reported_silent += (uint32_t)count;
}

static void step_close(struct history *history)
{
    struct dg_report report;
    struct dg_hash root;

    history->period += 1 + random_below(history, 2);
    assert_status(dg_gateway_close_period(history->gateway, history->now, history->period, &report),
                  DG_OK);
    assert_int_equal(report.receipt_count, history->receipt_count);
    for (size_t i = 0; i < report.receipt_count; i++) {
        const struct dg_receipt *a = &report.receipts[i], *b = &history->receipts[i];
        assert_true(a->number == b->number && a->request == b->request && a->fee == b->fee);
    }
    assert_status(dg_receipts_root(GATEWAY, history->receipts, history->receipt_count, &root),
                  DG_OK);
    assert_memory_equal(&root, &report.root, sizeof root);
    history->receipt_count = 0;
    check_failures(history, &report);
}

static void step_publish(struct history *history)
{
    struct dg_node_record *record = &history->nodes[random_below(history, NODES)];

    record->state = random_below(history, 3) == 0 ? DG_NODE_JAILED : DG_NODE_ACTIVE;
    record->stake = random_below(history, SLOTS + 1) * 10 * DG_TOKEN;
    record->price = random_below(history, 4) * 20000;
    assert_status(dg_gateway_apply_node(history->gateway, record), DG_OK);
}

static void step_grant(struct history *history)
{
    const struct dg_grant given = {.user = random_below(history, USERS),
                                   .gateway = GATEWAY,
                                   .amount = random_below(history, 4000000)};

    assert_status(dg_gateway_apply_grant(history->gateway, &given), DG_OK);
    history->granted[given.user] += given.amount;
}

static void step_params(struct history *history)
{
    struct dg_params *params = &history->params;

    params->fees_unit_price = 50000 + random_below(history, 2) * 30000;
    params->metering_output_weight = 4 + random_below(history, 2) * 4;
    params->fees_latency_mode = random_below(history, 2);
    params->routing_policy = random_below(history, POLICIES);
    params->routing_retry_budget = random_below(history, 2) == 0 ? DG_ONE / 5 : DG_ONE;
    params->routing_hedge_quantile = random_below(history, 4) == 0 ? 0 : DG_ONE / 2;
    if (random_below(history, 4) == 0)
        params->routing_breaker_failures = 3 - params->routing_breaker_failures;
    assert_status(dg_gateway_apply_params(history->gateway, history->now, params), DG_OK);
    for (uint32_t node = 0; node < NODES && params->routing_breaker_failures == 0; node++)
        history->breakers[node] = (struct breaker){0};
    history->changes++;
}

void history_step(struct history *history)
{
    uint32_t kind = random_below(history, 1000);
    struct flight *flight = history->flight_count == 0
                                ? NULL
                                : &history->flights[random_below(history, history->flight_count)];

    history->now += random_below(history, 3) * STEP_TIME;
    if (kind < 430)
        step_submit(history);
    else if (kind < 930 && flight == NULL)
        return;
    else if (kind < 630)
        step_answer(history, flight);
    else if (kind < 720)
        step_fail(history, flight);
    else if (kind < 830)
        step_reroute(history, flight);
    else if (kind < 910)
        step_hedge(history, flight);
    else if (kind < 930)
        step_stranger(history, flight);
    else if (kind < 960)
        step_publish(history);
    else if (kind < 987)
        step_grant(history);
    else if (kind < 993)
        step_params(history);
    else
        step_close(history);
}

void history_check(const struct history *history)
{
    const struct dg_gateway *gateway = history->gateway;
    struct dg_gateway_counters counters;

    assert_int_equal(dg_gateway_in_flight(gateway), history->flight_count);
    for (uint32_t user = 0; user < USERS; user++)
        assert_true(dg_gateway_allowance(gateway, user) + history->reserved[user] +
                        history->spent[user] ==
                    history->granted[user]);
    for (uint32_t node = 0; node < NODES; node++)
        assert_int_equal(dg_gateway_node_in_flight(gateway, node), history->in_flight[node]);
    dg_gateway_counters(gateway, &counters);
    assert_true(counters.reroutes == history->expected.reroutes);
    assert_true(counters.hedges == history->expected.hedges);
    assert_true(counters.affinity_hits == history->expected.affinity_hits);
    assert_true(counters.breaker_trips == history->expected.breaker_trips);
    assert_int_equal(counters.retry_tokens, history->tokens / DG_ONE);
    assert_true(counters.hedges_won == history->expected.hedges_won);
}

void history_open(struct history *history, int64_t policy)
{
    const struct dg_gateway_spec spec = {
        .gateway = GATEWAY, .seed = {1, 2, 3}, .in_flight_limit = LIMIT};
    const struct dg_model_record small = {
        .model = SMALL, .context_tokens = 4096, .size_class = DG_SIZE_8B, .royalty = DG_ONE / 10};
    const struct dg_model_record large = {
        .model = LARGE, .size_class = DG_SIZE_70B, .price = 20000};
    struct dg_params *params = &history->params;

    *history =
        (struct history){.random = 5 + (uint64_t)policy, .request = 1, .tokens = RESERVE * DG_ONE};
    history->receipts = calloc(HISTORY, sizeof history->receipts[0]);
    assert_non_null(history->receipts);
    dg_params_default(params);
    params->routing_policy = policy;
    params->routing_stake_per_slot = 10 * DG_TOKEN;
    params->routing_failover_limit = FAILOVERS;
    params->routing_retry_reserve = RESERVE;
    params->routing_breaker_failures = 3;
    params->routing_breaker_time = BREAKER_TIME;
    params->routing_affinity_time = SESSION_TIME;
    params->routing_hedge_quantile = DG_ONE / 2;
    assert_status(dg_gateway_open(params, &spec, NULL, &history->gateway), DG_OK);
    assert_status(dg_gateway_apply_model(history->gateway, &small), DG_OK);
    assert_status(dg_gateway_apply_model(history->gateway, &large), DG_OK);
    for (uint32_t i = 0; i <= SESSIONS; i++)
        history->sessions[i].node = DG_NONE;
    for (uint32_t node = 0; node < NODES; node++) {
        history->nodes[node] = (struct dg_node_record){.node = node,
                                                       .models = {SMALL, LARGE},
                                                       .model_count = node < 3 ? 2 : 1,
                                                       .quality = 50000,
                                                       .credibility = 50000,
                                                       .stake = 20 * DG_TOKEN};
        assert_status(dg_gateway_apply_node(history->gateway, &history->nodes[node]), DG_OK);
    }
}

void history_close(struct history *history)
{
    dg_gateway_close(history->gateway);
    free(history->receipts);
}
