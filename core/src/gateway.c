/* The calls of gateway.h. Each checks everything and reserves all memory first, then changes state
 * without a way to fail; the parts lie in gateway_view (nodes, models), gateway_quote and routing
 * (the choice and its price), gateway_flight (requests), gateway_terms (the parameters of each),
 * gateway_ledger (allowances, receipts), gateway_failures (requests without a word), and
 * gateway_breaker, _retry, _affinity and _hedge. */
#include "dg/gateway.h"
#include "dg/verify.h"

#include "gateway_call.h"
#include "gateway_quote.h"
#include "memory.h"
#include "message_codec.h"

/* A refusal may be honest overload, which the load factor shows already, so it counts for half of a
 * failure in the node's record. */
#define REFUSAL_SHARE (DG_ONE / 2)

/* ---- open and close ---- */

static void gateway_init(struct dg_gateway *gateway, const struct dg_params *params,
                         const struct dg_gateway_spec *spec, const struct dg_allocator *memory)
{
    gateway->params = *params;
    gateway->allocator = *memory;
    gateway->id = spec->gateway;
    gateway->now = INT64_MIN;
    entropy_seed_hash(spec->seed, &gateway->seed_hash);
    view_init(&gateway->view, &gateway->params, &gateway->allocator,
              routing_extras(&gateway->params));
    routing_init(&gateway->routing, &gateway->params, spec->seed);
    flight_pool_init(&gateway->flights, spec->in_flight_limit);
    breaker_init(&gateway->breaker, &gateway->view);
    retry_init(&gateway->retry, params);
    hedge_init(&gateway->hedge, params);
}

enum dg_status dg_gateway_open(const struct dg_params *params, const struct dg_gateway_spec *spec,
                               const struct dg_allocator *allocator, struct dg_gateway **out)
{
    if (spec->in_flight_limit == 0)
        return DG_ERROR_ARGUMENT;
    enum dg_status status = dg_params_check(params, NULL, 0);
    if (status != DG_OK)
        return status;

    struct dg_allocator memory = memory_allocator(allocator);
    struct dg_gateway *gateway = memory_allocate(&memory, 1, sizeof *gateway);
    if (gateway == NULL)
        return DG_ERROR_MEMORY;
    gateway_init(gateway, params, spec, &memory);
    status = terms_reserve(&gateway->terms, &memory);
    if (status == DG_OK)
        status = affinity_follow_params(&gateway->affinity, &memory, params);
    if (status != DG_OK) {
        dg_gateway_close(gateway);
        return status;
    }
    terms_change(&gateway->terms, params);
    *out = gateway;
    return DG_OK;
}

void dg_gateway_close(struct dg_gateway *gateway)
{
    if (gateway == NULL)
        return;

    struct dg_allocator memory = gateway->allocator;
    hedge_fini(&gateway->hedge, &memory);
    affinity_fini(&gateway->affinity, &memory);
    breaker_fini(&gateway->breaker, &memory);
    terms_fini(&gateway->terms, &memory);
    flight_pool_fini(&gateway->flights, &memory);
    failures_fini(&gateway->failures, &memory);
    gateway_ledger_fini(&gateway->ledger, &memory);
    view_fini(&gateway->view);
    journal_fini(&gateway->journal, &memory);
    memory_release(&memory, gateway);
}

void dg_gateway_seed_hash(const struct dg_gateway *gateway, struct dg_hash *out)
{
    *out = gateway->seed_hash;
}

/* ---- every call ---- */

static void call_record(struct codec *codec, const void *call)
{
    gateway_call_write(codec, call);
}

/* Starts a call: checks its time and makes its record in the journal. */
static enum dg_status begin(struct dg_gateway *gateway, const struct gateway_call *call)
{
    if (call->now < gateway->now)
        return DG_ERROR_STATE;
    return journal_make(&gateway->journal, &gateway->allocator, call_record, call);
}

/* Keeps the record of a call that succeeds. */
static enum dg_status finish(struct dg_gateway *gateway)
{
    journal_keep(&gateway->journal);
    return DG_OK;
}

static void route_bytes(struct codec *codec, void *route)
{
    codec_route(codec, route);
}

static void receipt_bytes(struct codec *codec, void *receipt)
{
    codec_receipt(codec, receipt);
}

static void report_bytes(struct codec *codec, void *item)
{
    struct dg_report *report = item;
    uint64_t failures = report->failure_count;

    codec_report_head(codec, report);
    codec_u64(codec, &failures);
}

static void failure_bytes(struct codec *codec, void *failure)
{
    codec_failure(codec, failure);
}

/* Failures are no part of the root, and there may be one a node: each is a piece of its own. */
static void decide_report(struct dg_gateway *gateway, struct dg_report *report)
{
    journal_decision(&gateway->journal, report_bytes, report);
    for (size_t i = 0; gateway->journal.on && i < report->failure_count; i++) {
        struct dg_failure failure = report->failures[i];
        journal_decision(&gateway->journal, failure_bytes, &failure);
    }
}

/* The same, with the decision for the journal's digest. */
static enum dg_status finish_route(struct dg_gateway *gateway, struct dg_route *route)
{
    journal_decision(&gateway->journal, route_bytes, route);
    return finish(gateway);
}

/* Starts a call that is about a request in flight, and finds it. */
static enum dg_status begin_flight(struct dg_gateway *gateway, const struct gateway_call *call,
                                   struct flight **flight)
{
    enum dg_status status = begin(gateway, call);

    if (status != DG_OK)
        return status;
    *flight = flight_find(&gateway->flights, call->handle);
    return *flight == NULL ? DG_ERROR_UNKNOWN_ID : DG_OK;
}

/* ---- what the chain tells it ---- */

enum dg_status dg_gateway_apply_model(struct dg_gateway *gateway,
                                      const struct dg_model_record *record)
{
    struct gateway_call call = {
        .kind = GATEWAY_CALL_apply_model, .now = gateway->now, .model = record};

    if (record->model > DG_PARTY_COUNT_MAX)
        return DG_ERROR_ARGUMENT;
    enum dg_status status = begin(gateway, &call);
    if (status == DG_OK)
        status = hedge_reserve(&gateway->hedge, &gateway->allocator, &gateway->params,
                               (size_t)record->model + 1);
    if (status == DG_OK)
        status = view_apply_model(&gateway->view, record);
    return status == DG_OK ? finish(gateway) : status;
}

enum dg_status dg_gateway_apply_node(struct dg_gateway *gateway,
                                     const struct dg_node_record *record)
{
    struct gateway_call call = {
        .kind = GATEWAY_CALL_apply_node, .now = gateway->now, .record = record};

    if (!view_record_valid(record))
        return DG_ERROR_ARGUMENT;
    enum dg_status status = begin(gateway, &call);
    if (status == DG_OK)
        status = breaker_reserve(&gateway->breaker, &gateway->allocator, record->node);
    if (status == DG_OK)
        status = failures_reserve(&gateway->failures, &gateway->allocator, record->node);
    if (status == DG_OK)
        status = view_apply_node(&gateway->view, record);
    return status == DG_OK ? finish(gateway) : status;
}

enum dg_status dg_gateway_apply_grant(struct dg_gateway *gateway, const struct dg_grant *grant)
{
    struct gateway_call call = {
        .kind = GATEWAY_CALL_apply_grant, .now = gateway->now, .grant = grant};

    if (grant->gateway != gateway->id)
        return DG_ERROR_ARGUMENT;
    enum dg_status status = begin(gateway, &call);
    if (status == DG_OK)
        status =
            gateway_ledger_grant(&gateway->ledger, &gateway->allocator, grant->user, grant->amount);
    return status == DG_OK ? finish(gateway) : status;
}

/* The size of the affinity table changes last of what can fail, for it cannot be taken back. */
enum dg_status dg_gateway_apply_params(struct dg_gateway *gateway, int64_t now,
                                       const struct dg_params *params)
{
    const struct dg_allocator *memory = &gateway->allocator;
    struct gateway_call call = {.kind = GATEWAY_CALL_apply_params, .now = now, .params = params};
    enum dg_status status = begin(gateway, &call);
    if (status == DG_OK)
        status = dg_params_check(params, NULL, 0);
    if (status != DG_OK)
        return status;
    const struct view_extras extras = routing_extras(params);
    status = view_reserve_extras(&gateway->view, extras);
    if (status == DG_OK)
        status = terms_reserve(&gateway->terms, memory);
    if (status == DG_OK)
        status = hedge_reserve(&gateway->hedge, memory, params, gateway->view.model_capacity);
    if (status == DG_OK)
        status = affinity_follow_params(&gateway->affinity, memory, params);
    if (status != DG_OK)
        return status;

    gateway->now = now;
    gateway->params = *params;
    terms_change(&gateway->terms, params);
    hedge_follow_params(&gateway->hedge, memory, params);
    retry_follow_params(&gateway->retry, params);
    routing_follow_params(&gateway->routing, params);
    if (params->routing_breaker_failures == 0)
        breaker_reset(&gateway->breaker);
    view_follow_params(&gateway->view, extras, now);
    return finish(gateway);
}

int64_t dg_gateway_allowance(const struct dg_gateway *gateway, uint32_t user)
{
    uint32_t account = gateway_ledger_account(&gateway->ledger, user);

    return account == DG_NONE ? 0 : gateway->ledger.accounts[account].free;
}

/* ---- copies ---- */

static struct flight *flight_start(struct dg_gateway *gateway, const struct dg_request *request,
                                   uint32_t account)
{
    struct flight *flight = flight_take(&gateway->flights);

    flight->request = request->request;
    flight->session = request->session;
    flight->submitted = gateway->now;
    flight->price_cap = request->price_cap;
    flight->account = account;
    flight->model = request->model;
    flight->tokens_in = request->tokens_in;
    flight->tokens_out_max = request->tokens_out_max;
    gateway->last_request = request->request;
    gateway->request_seen = true;
    return flight;
}

/* Brings the escrow in line with the copies: only one of them will be paid. */
static void flight_reserve_escrow(struct dg_gateway *gateway, struct flight *flight)
{
    int64_t escrow = 0;

    for (uint32_t i = 0; i < flight->copy_count; i++)
        if (flight->copies[i].escrow > escrow)
            escrow = flight->copies[i].escrow;
    gateway_ledger_settle(&gateway->ledger, flight->account, flight->escrow, 0);
    gateway_ledger_reserve(&gateway->ledger, flight->account, escrow);
    flight->escrow = escrow;
}

static int64_t hedge_time(const struct dg_gateway *gateway, const struct flight *flight)
{
    int64_t delay = hedge_delay(&gateway->hedge, flight->model);

    if (flight->hedged || !retry_allowed(&gateway->retry) ||
        (gateway->now > 0 && delay > INT64_MAX - gateway->now))
        return INT64_MAX;
    return delay == INT64_MAX ? INT64_MAX : gateway->now + delay;
}

/* Sends a copy to the node of the quote. */
static void flight_send(struct dg_gateway *gateway, struct flight *flight,
                        const struct quote *quote, struct dg_route *route)
{
    uint64_t handle = flight_handle(&gateway->flights, flight);

    flight->copies[flight->copy_count] = (struct flight_copy){
        .terms = quote->terms,
        .escrow = quote->escrow,
        .sent = gateway->now,
        .node = quote->node,
        .version = terms_take(&gateway->terms),
        .hedge = flight->copy_count > 0,
    };
    flight->copy_count++;
    flight->tried[flight->tried_count++] = quote->node;
    flight_reserve_escrow(gateway, flight);
    view_take(&gateway->view, quote->node);
    breaker_sent(&gateway->breaker, quote->node, handle);
    *route = (struct dg_route){
        .handle = handle,
        .node = quote->node,
        .escrow = flight->escrow,
        .hedge_at = hedge_time(gateway, flight),
        .affine = quote->node == quote->preferred,
    };
}

/* The node no longer has the request. What that says of it is noted apart. */
static void flight_drop(struct dg_gateway *gateway, struct flight *flight, struct flight_copy *copy)
{
    view_release(&gateway->view, copy->node);
    terms_release(&gateway->terms, copy->version);
    *copy = flight->copies[--flight->copy_count];
}

/* Ends the flight: the fee is spent, the rest of the escrow is free again, so are the slots of the
 * nodes that still have copies, of which nothing was learned. */
static void flight_finish(struct dg_gateway *gateway, struct flight *flight, int64_t fee)
{
    uint64_t handle = flight_handle(&gateway->flights, flight);

    gateway_ledger_settle(&gateway->ledger, flight->account, flight->escrow, fee);
    while (flight->copy_count > 0) {
        breaker_released(&gateway->breaker, flight->copies[0].node, handle);
        flight_drop(gateway, flight, &flight->copies[0]);
    }
    flight_release(&gateway->flights, flight);
}

static void note_failure(struct dg_gateway *gateway, uint64_t handle, uint32_t node, int64_t share)
{
    view_learn_failure(&gateway->view, node, share);
    view_arms_failure(&gateway->view.arms, node, gateway->now, share);
    breaker_failed(&gateway->breaker, gateway->now, node, handle);
}

/* ---- requests ---- */

enum dg_status dg_gateway_submit(struct dg_gateway *gateway, int64_t now,
                                 const struct dg_request *request, struct dg_route *route)
{
    struct quote quote = {.now = now};
    uint32_t account = DG_NONE;

    struct gateway_call call = {.kind = GATEWAY_CALL_submit, .now = now, .request = request};
    enum dg_status status = begin(gateway, &call);
    if (status == DG_OK)
        status = quote_authorise(gateway, request, &account, &quote);
    if (status == DG_OK)
        status = flight_reserve(&gateway->flights, &gateway->allocator);
    if (status == DG_OK)
        status = quote_request(gateway, request, &quote);
    if (status != DG_OK)
        return status;

    gateway->now = now;
    retry_earn(&gateway->retry, &gateway->params);
    flight_send(gateway, flight_start(gateway, request, account), &quote, route);
    gateway->affinity_hits += route->affine;
    return finish_route(gateway, route);
}

/* One of two copies is refused: the request waits for the other. */
static void flight_wait(struct dg_gateway *gateway, struct flight *flight, struct flight_copy *copy,
                        struct dg_route *route)
{
    flight_drop(gateway, flight, copy);
    flight_reserve_escrow(gateway, flight);
    *route = (struct dg_route){
        .handle = flight_handle(&gateway->flights, flight),
        .node = flight->copies[0].node,
        .escrow = flight->escrow,
        .hedge_at = INT64_MAX,
        .waiting = true,
    };
}

enum dg_status dg_gateway_reroute(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                                  uint32_t node, enum dg_refusal refusal, struct dg_route *route)
{
    struct quote quote = {.now = now};

    struct gateway_call call = {.kind = GATEWAY_CALL_reroute,
                                .now = now,
                                .handle = handle,
                                .node = node,
                                .refusal = (uint8_t)refusal};
    if (refusal != DG_REFUSED_BUSY && refusal != DG_REFUSED_SILENT)
        return DG_ERROR_ARGUMENT;
    struct flight *flight;
    enum dg_status status = begin_flight(gateway, &call, &flight);
    if (status != DG_OK)
        return status;
    struct flight_copy *copy = flight_copy(flight, node);
    if (copy == NULL)
        return DG_ERROR_NOT_SERVING;
    bool alone = flight->copy_count == 1;
    if (alone && (flight->reroutes >= gateway->params.routing_failover_limit ||
                  !retry_allowed(&gateway->retry)))
        return DG_ERROR_LIMIT;
    if (alone)
        status = quote_again(gateway, flight, &quote);
    if (status != DG_OK)
        return status;

    gateway->now = now;
    note_failure(gateway, handle, node, REFUSAL_SHARE);
    if (refusal == DG_REFUSED_SILENT)
        failures_note(&gateway->failures, node);
    if (!alone) {
        flight_wait(gateway, flight, copy, route);
        return finish_route(gateway, route);
    }
    retry_spend(&gateway->retry);
    gateway->reroutes++;
    flight->reroutes++;
    flight_drop(gateway, flight, copy);
    flight_send(gateway, flight, &quote, route);
    return finish_route(gateway, route);
}

enum dg_status dg_gateway_hedge(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                                struct dg_route *route)
{
    struct quote quote = {.now = now};

    struct gateway_call call = {.kind = GATEWAY_CALL_hedge, .now = now, .handle = handle};
    struct flight *flight;
    enum dg_status status = begin_flight(gateway, &call, &flight);
    if (status != DG_OK)
        return status;
    if (gateway->params.routing_hedge_quantile == 0 || flight->hedged ||
        !retry_allowed(&gateway->retry))
        return DG_ERROR_LIMIT;
    status = quote_again(gateway, flight, &quote);
    if (status != DG_OK)
        return status;

    gateway->now = now;
    retry_spend(&gateway->retry);
    gateway->hedges++;
    flight->hedged = true;
    flight_send(gateway, flight, &quote, route);
    return finish_route(gateway, route);
}

/* The rate rho_i of one receipt, by the plan and what is published of the node. */
static int64_t sampling_rate(const struct dg_gateway *gateway, const struct dg_params *params,
                             uint32_t node, int64_t fee)
{
    const struct view_record *record = &gateway->view.records[node];

    return dg_sampling_rate(params, record->credibility, record->checks, fee);
}

static void fill_receipt(const struct dg_gateway *gateway, const struct flight *flight,
                         const struct dg_answer *answer, const struct metering_fee *fee,
                         struct dg_receipt *receipt)
{
    *receipt = (struct dg_receipt){
        .request = flight->request,
        .user = gateway->ledger.accounts[flight->account].user,
        .node = answer->node,
        .model = flight->model,
        .tokens_in = flight->tokens_in,
        .tokens_out = answer->tokens_out,
        .compute_milli = fee->compute_milli,
        .fee = fee->total,
        .royalty = fee->royalty,
        .commitment = answer->commitment,
    };
}

/* The node answered: what that says of it, of the model and of the session. The part of the latency
 * that passed before the node was asked is not its own. */
static void learn_answer(struct dg_gateway *gateway, const struct flight *flight,
                         const struct flight_copy *copy, const struct dg_answer *answer)
{
    const struct dg_params *params = &gateway->terms.versions[copy->version].params;
    uint64_t before = (uint64_t)copy->sent - (uint64_t)flight->submitted;
    const struct view_answer seen = {
        .quality = gateway->view.records[copy->node].quality,
        .total = before < (uint64_t)answer->total ? answer->total - (int64_t)before : 0,
        .target = metering_target(params, answer->tokens_out),
        .asking = copy->terms.price,
        .standard = view_model(&gateway->view, flight->model)->standard_price,
    };

    view_learn_answer(&gateway->view, copy->node, seen.total, seen.target);
    view_arms_answer(&gateway->view.arms, copy->node, gateway->now, &seen);
    breaker_answered(&gateway->breaker, copy->node, flight_handle(&gateway->flights, flight));
    hedge_learn(&gateway->hedge, flight->model, answer->ttft);
    affinity_served(&gateway->affinity, flight->session, gateway->now, copy->node);
    gateway->hedges_won += copy->hedge;
}

static enum dg_status answer_check(const struct flight *flight, const struct dg_answer *answer)
{
    if (answer->tokens_out > flight->tokens_out_max || answer->ttft < 0 ||
        answer->total < answer->ttft)
        return DG_ERROR_ARGUMENT;
    return DG_OK;
}

/* The fee needs no clamp to the escrow: terms and parameters are those of the quote, and every
 * rounding in metering is monotone. */
enum dg_status dg_gateway_answer(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                                 const struct dg_answer *answer, struct dg_receipt *receipt)
{
    struct metering_fee fee;

    struct gateway_call call = {
        .kind = GATEWAY_CALL_answer, .now = now, .handle = handle, .answer = answer};
    struct flight *flight;
    enum dg_status status = begin_flight(gateway, &call, &flight);
    if (status != DG_OK)
        return status;
    struct flight_copy *copy = flight_copy(flight, answer->node);
    if (copy == NULL)
        return DG_ERROR_NOT_SERVING;
    view_prefetch(&gateway->view, copy->node);
    const struct dg_params *params = &gateway->terms.versions[copy->version].params;
    status = answer_check(flight, answer);
    if (status == DG_OK)
        status = metering_answer(params, &copy->terms, flight->tokens_in, answer->tokens_out,
                                 answer->total, &fee);
    if (status == DG_OK)
        status = gateway_ledger_reserve_receipt(&gateway->ledger, &gateway->allocator);
    if (status != DG_OK)
        return status;

    gateway->now = now;
    fill_receipt(gateway, flight, answer, &fee, receipt);
    receipt->rate = sampling_rate(gateway, params, copy->node, fee.total);
    gateway_ledger_append(&gateway->ledger, receipt);
    learn_answer(gateway, flight, copy, answer);
    flight_finish(gateway, flight, fee.total);
    journal_decision(&gateway->journal, receipt_bytes, receipt);
    return finish(gateway);
}

enum dg_status dg_gateway_fail(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                               uint32_t blame)
{
    struct gateway_call call = {
        .kind = GATEWAY_CALL_fail, .now = now, .handle = handle, .node = blame};
    struct flight *flight;
    enum dg_status status = begin_flight(gateway, &call, &flight);
    if (status != DG_OK)
        return status;
    if (blame != DG_NONE && blame != DG_BLAME_ALL && flight_copy(flight, blame) == NULL)
        return DG_ERROR_NOT_SERVING;

    gateway->now = now;
    for (uint32_t i = 0; i < flight->copy_count; i++) {
        uint32_t node = flight->copies[i].node;
        if (blame != DG_BLAME_ALL && blame != node)
            continue;
        note_failure(gateway, handle, node, DG_ONE);
        failures_note(&gateway->failures, node);
    }
    flight_finish(gateway, flight, 0);
    return finish(gateway);
}

enum dg_status dg_gateway_close_period(struct dg_gateway *gateway, int64_t now, uint64_t period,
                                       struct dg_report *report)
{
    struct dg_hash root;

    struct gateway_call call = {.kind = GATEWAY_CALL_close_period, .now = now, .period = period};
    enum dg_status status = begin(gateway, &call);
    if (status == DG_OK && gateway->period_seen && period <= gateway->last_period)
        status = DG_ERROR_REPLAY;
    if (status == DG_OK)
        status = gateway_ledger_root(&gateway->ledger, gateway->id, &root);
    if (status == DG_OK) /* last, for it may move the list handed out before */
        status = failures_reserve_close(&gateway->failures, &gateway->allocator);
    if (status != DG_OK)
        return status;

    gateway->now = now;
    gateway->last_period = period;
    gateway->period_seen = true;
    const struct receipt_buffer *closed = gateway_ledger_swap(&gateway->ledger);
    const size_t failure_count = failures_close(&gateway->failures);
    *report = (struct dg_report){
        .gateway = gateway->id,
        .period = period,
        .root = root,
        .receipts = closed->receipts,
        .receipt_count = closed->count,
        .failures = gateway->failures.closed,
        .failure_count = failure_count,
    };
    decide_report(gateway, report);
    return finish(gateway);
}

/* ---- reading ---- */

uint32_t dg_gateway_in_flight(const struct dg_gateway *gateway)
{
    return gateway->flights.count;
}

uint32_t dg_gateway_node_in_flight(const struct dg_gateway *gateway, uint32_t node)
{
    return view_knows_node(&gateway->view, node) ? gateway->view.nodes[node].in_flight : 0;
}

void dg_gateway_counters(const struct dg_gateway *gateway, struct dg_gateway_counters *out)
{
    *out = (struct dg_gateway_counters){
        .reroutes = gateway->reroutes,
        .affinity_hits = gateway->affinity_hits,
        .hedges = gateway->hedges,
        .hedges_won = gateway->hedges_won,
        .breaker_trips = gateway->breaker.trips,
        .breakers_open = gateway->breaker.open,
        .retry_tokens = (uint32_t)(gateway->retry.tokens / DG_ONE),
    };
}
