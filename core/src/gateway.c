/* The calls of gateway.h. Each checks everything and reserves all memory first, then changes state
 * without a way to fail; the parts lie in gateway_view (nodes, models), routing (the choice),
 * gateway_flight (requests) and gateway_ledger (allowances, receipts). */
#include "dg/gateway.h"
#include "dg/verify.h"

#include "gateway_flight.h"
#include "gateway_ledger.h"
#include "memory.h"
#include "routing.h"

/* A refusal may be honest overload, which the load factor shows already, so it counts for half of a
 * failure in the node's record. */
#define REFUSAL_SHARE (DG_ONE / 2)

struct dg_gateway {
    struct dg_params params;
    struct dg_allocator allocator;
    uint32_t id;
    struct dg_hash seed_hash;
    int64_t now;
    uint64_t last_request, last_period;
    bool request_seen, period_seen;
    struct view view;
    struct routing routing;
    struct flight_pool flights;
    struct gateway_ledger ledger;
};

/* ---- open and close ---- */

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
    gateway->params = *params;
    gateway->allocator = memory;
    gateway->id = spec->gateway;
    gateway->now = INT64_MIN;
    entropy_seed_hash(spec->seed, &gateway->seed_hash);
    view_init(&gateway->view, &gateway->params, &gateway->allocator,
              routing_extras(&gateway->params));
    routing_init(&gateway->routing, &gateway->params, spec->seed);
    flight_pool_init(&gateway->flights, spec->in_flight_limit);
    *out = gateway;
    return DG_OK;
}

void dg_gateway_close(struct dg_gateway *gateway)
{
    if (gateway == NULL)
        return;

    struct dg_allocator memory = gateway->allocator;
    flight_pool_fini(&gateway->flights, &memory);
    gateway_ledger_fini(&gateway->ledger, &memory);
    view_fini(&gateway->view);
    memory_release(&memory, gateway);
}

void dg_gateway_seed_hash(const struct dg_gateway *gateway, struct dg_hash *out)
{
    *out = gateway->seed_hash;
}

/* ---- what the chain tells it ---- */

enum dg_status dg_gateway_apply_model(struct dg_gateway *gateway,
                                      const struct dg_model_record *record)
{
    return view_apply_model(&gateway->view, record);
}

enum dg_status dg_gateway_apply_node(struct dg_gateway *gateway,
                                     const struct dg_node_record *record)
{
    return view_apply_node(&gateway->view, record);
}

enum dg_status dg_gateway_apply_grant(struct dg_gateway *gateway, const struct dg_grant *grant)
{
    if (grant->gateway != gateway->id)
        return DG_ERROR_ARGUMENT;
    return gateway_ledger_grant(&gateway->ledger, &gateway->allocator, grant->user, grant->amount);
}

int64_t dg_gateway_allowance(const struct dg_gateway *gateway, uint32_t user)
{
    uint32_t account = gateway_ledger_account(&gateway->ledger, user);

    return account == DG_NONE ? 0 : gateway->ledger.accounts[account].free;
}

/* ---- requests ---- */

/* A request while it is being routed: nothing is changed before quote_route() has succeeded. */
struct quote {
    int64_t now;
    const struct view_model *model;
    int64_t milli;  /* of the longest answer */
    int64_t budget; /* what the user accepts and can pay */
    uint32_t node;
    struct metering_terms terms;
    int64_t escrow;
};

static enum dg_status check_time(const struct dg_gateway *gateway, int64_t now)
{
    return now < gateway->now ? DG_ERROR_STATE : DG_OK;
}

static int64_t budget_of(int64_t price_cap, int64_t available)
{
    return price_cap > 0 && price_cap < available ? price_cap : available;
}

/* Whether prompt and longest answer fit into the model's context. */
static bool model_takes(const struct view_model *model, uint32_t tokens_in, uint32_t tokens_out)
{
    return model->context_tokens == 0 || (uint64_t)tokens_in + tokens_out <= model->context_tokens;
}

/* Chooses a node that the budget can pay and quotes its price. */
static enum dg_status quote_route(struct dg_gateway *gateway, uint32_t model, const uint32_t *tried,
                                  uint32_t tried_count, struct quote *quote)
{
    const struct dg_params *params = &gateway->params;
    int64_t royalty = quote->model->royalty;
    struct routing_query query = {
        .now = quote->now,
        .model = model,
        .price_limit = metering_price_limit(params, royalty, quote->milli, quote->budget),
        .tried = tried,
        .tried_count = tried_count,
    };

    enum dg_status status = routing_decide(&gateway->routing, &gateway->view, &query, &quote->node);
    if (status != DG_OK)
        return status;
    int64_t asking = gateway->view.nodes[quote->node].price;
    quote->terms.price = asking == 0 ? quote->model->standard_price : asking;
    quote->terms.royalty = royalty;
    quote->terms.size_class = quote->model->size_class;
    /* Within the budget, since the price is within the limit: it cannot overflow. */
    return metering_maximum(params, &quote->terms, quote->milli, &quote->escrow);
}

/* Authorises: everything about the request that does not depend on the node. */
static enum dg_status request_check(const struct dg_gateway *gateway,
                                    const struct dg_request *request, uint32_t *account,
                                    struct quote *quote)
{
    if (request->price_cap < 0)
        return DG_ERROR_ARGUMENT;
    if (gateway->request_seen && request->request <= gateway->last_request)
        return DG_ERROR_REPLAY;
    quote->model = view_model(&gateway->view, request->model);
    if (quote->model == NULL)
        return DG_ERROR_UNKNOWN_ID;
    *account = gateway_ledger_account(&gateway->ledger, request->user);
    if (*account == DG_NONE)
        return DG_ERROR_FUNDS;
    quote->budget = budget_of(request->price_cap, gateway->ledger.accounts[*account].free);

    if (!model_takes(quote->model, request->tokens_in, request->tokens_out_max))
        return DG_ERROR_NO_CANDIDATE;
    return metering_compute(&gateway->params, quote->model->size_class, request->tokens_in,
                            request->tokens_out_max, &quote->milli);
}

static struct flight *flight_start(struct dg_gateway *gateway, const struct dg_request *request,
                                   uint32_t account)
{
    struct flight *flight = flight_take(&gateway->flights);

    flight->request = request->request;
    flight->price_cap = request->price_cap;
    flight->account = account;
    flight->model = request->model;
    flight->tokens_in = request->tokens_in;
    flight->tokens_out_max = request->tokens_out_max;
    gateway->last_request = request->request;
    gateway->request_seen = true;
    return flight;
}

/* Sends the flight to the node of the quote: reserves the escrow and fills *route. */
static void flight_send(struct dg_gateway *gateway, struct flight *flight,
                        const struct quote *quote, struct dg_route *route)
{
    flight->terms = quote->terms;
    flight->escrow = quote->escrow;
    flight->tried[flight->tried_count++] = quote->node;
    gateway_ledger_reserve(&gateway->ledger, flight->account, quote->escrow);
    view_take(&gateway->view, quote->node);
    *route = (struct dg_route){
        .handle = flight_handle(&gateway->flights, flight),
        .node = quote->node,
        .escrow = quote->escrow,
    };
}

enum dg_status dg_gateway_submit(struct dg_gateway *gateway, int64_t now,
                                 const struct dg_request *request, struct dg_route *route)
{
    struct quote quote = {.now = now};
    uint32_t account = DG_NONE;

    enum dg_status status = check_time(gateway, now);
    if (status == DG_OK)
        status = request_check(gateway, request, &account, &quote);
    if (status == DG_OK)
        status = flight_reserve(&gateway->flights, &gateway->allocator);
    if (status == DG_OK)
        status = quote_route(gateway, request->model, NULL, 0, &quote);
    if (status != DG_OK)
        return status;

    gateway->now = now;
    flight_send(gateway, flight_start(gateway, request, account), &quote, route);
    return DG_OK;
}

/* What the flight would cost elsewhere: its escrow is free for that, at the present terms. */
static enum dg_status requote(struct dg_gateway *gateway, const struct flight *flight,
                              struct quote *quote)
{
    int64_t available = gateway->ledger.accounts[flight->account].free + flight->escrow;

    quote->model = view_model(&gateway->view, flight->model);
    quote->budget = budget_of(flight->price_cap, available);
    if (!model_takes(quote->model, flight->tokens_in, flight->tokens_out_max) ||
        metering_compute(&gateway->params, quote->model->size_class, flight->tokens_in,
                         flight->tokens_out_max, &quote->milli) != DG_OK)
        return DG_ERROR_NO_CANDIDATE;
    enum dg_status status =
        quote_route(gateway, flight->model, flight->tried, flight->tried_count, quote);
    return status == DG_ERROR_FUNDS ? DG_ERROR_NO_CANDIDATE : status;
}

/* gateway->now must be the time of the outcome. */
static void learn_failure(struct dg_gateway *gateway, const struct flight *flight, int64_t share)
{
    view_learn_failure(&gateway->view, flight_node(flight), share);
    view_arms_failure(&gateway->view.arms, flight_node(flight), gateway->now, share);
}

static void learn_answer(struct dg_gateway *gateway, const struct flight *flight,
                         const struct dg_answer *answer)
{
    uint32_t node = flight_node(flight);
    const struct view_answer seen = {
        .quality = gateway->view.records[node].quality,
        .total = answer->total,
        .target = metering_target(&gateway->params, answer->tokens_out),
        .asking = flight->terms.price,
        .standard = view_model(&gateway->view, flight->model)->standard_price,
    };

    view_learn_answer(&gateway->view, node, seen.total, seen.target);
    view_arms_answer(&gateway->view.arms, node, gateway->now, &seen);
}

enum dg_status dg_gateway_reroute(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                                  struct dg_route *route)
{
    struct quote quote = {.now = now};

    enum dg_status status = check_time(gateway, now);
    if (status != DG_OK)
        return status;
    struct flight *flight = flight_find(&gateway->flights, handle);
    if (flight == NULL)
        return DG_ERROR_UNKNOWN_ID;
    if (flight->tried_count > gateway->params.routing_failover_limit)
        return DG_ERROR_LIMIT;
    status = requote(gateway, flight, &quote);
    if (status != DG_OK)
        return status;

    gateway->now = now;
    learn_failure(gateway, flight, REFUSAL_SHARE);
    view_release(&gateway->view, flight_node(flight));
    gateway_ledger_settle(&gateway->ledger, flight->account, flight->escrow, 0);
    flight_send(gateway, flight, &quote, route);
    return DG_OK;
}

/* The rate rho_i of one receipt, by the plan and what is published of the node. */
static int64_t sampling_rate(const struct dg_gateway *gateway, uint32_t node, int64_t fee)
{
    const struct view_record *record = &gateway->view.records[node];

    return dg_sampling_rate(&gateway->params, record->credibility, record->checks, fee);
}

static void fill_receipt(const struct dg_gateway *gateway, const struct flight *flight,
                         const struct dg_answer *answer, const struct metering_fee *fee,
                         struct dg_receipt *receipt)
{
    *receipt = (struct dg_receipt){
        .request = flight->request,
        .user = gateway->ledger.accounts[flight->account].user,
        .node = flight_node(flight),
        .model = flight->model,
        .tokens_in = flight->tokens_in,
        .tokens_out = answer->tokens_out,
        .compute_milli = fee->compute_milli,
        .fee = fee->total,
        .royalty = fee->royalty,
        .rate = sampling_rate(gateway, flight_node(flight), fee->total),
        .commitment = answer->commitment,
    };
}

/* Ends the flight: the fee is spent, the rest of the escrow is free again, so is the node's
 * slot. */
static void flight_finish(struct dg_gateway *gateway, struct flight *flight, int64_t fee)
{
    gateway_ledger_settle(&gateway->ledger, flight->account, flight->escrow, fee);
    view_release(&gateway->view, flight_node(flight));
    flight_release(&gateway->flights, flight);
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

    enum dg_status status = check_time(gateway, now);
    if (status != DG_OK)
        return status;
    struct flight *flight = flight_find(&gateway->flights, handle);
    if (flight == NULL)
        return DG_ERROR_UNKNOWN_ID;
    view_prefetch(&gateway->view, flight_node(flight));
    status = answer_check(flight, answer);
    if (status == DG_OK)
        status = metering_answer(&gateway->params, &flight->terms, flight->tokens_in,
                                 answer->tokens_out, answer->total, &fee);
    if (status == DG_OK)
        status = gateway_ledger_reserve_receipt(&gateway->ledger, &gateway->allocator);
    if (status != DG_OK)
        return status;

    gateway->now = now;
    fill_receipt(gateway, flight, answer, &fee, receipt);
    gateway_ledger_append(&gateway->ledger, receipt);
    learn_answer(gateway, flight, answer);
    flight_finish(gateway, flight, fee.total);
    return DG_OK;
}

enum dg_status dg_gateway_fail(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                               bool blame_node)
{
    enum dg_status status = check_time(gateway, now);
    if (status != DG_OK)
        return status;
    struct flight *flight = flight_find(&gateway->flights, handle);
    if (flight == NULL)
        return DG_ERROR_UNKNOWN_ID;

    gateway->now = now;
    if (blame_node)
        learn_failure(gateway, flight, DG_ONE);
    flight_finish(gateway, flight, 0);
    return DG_OK;
}

enum dg_status dg_gateway_close_period(struct dg_gateway *gateway, int64_t now, uint64_t period,
                                       struct dg_report *report)
{
    struct dg_hash root;

    enum dg_status status = check_time(gateway, now);
    if (status == DG_OK && gateway->period_seen && period <= gateway->last_period)
        status = DG_ERROR_REPLAY;
    if (status == DG_OK)
        status = gateway_ledger_root(&gateway->ledger, &gateway->allocator, gateway->id, &root);
    if (status != DG_OK)
        return status;

    gateway->now = now;
    gateway->last_period = period;
    gateway->period_seen = true;
    const struct receipt_buffer *closed = gateway_ledger_swap(&gateway->ledger);
    *report = (struct dg_report){
        .gateway = gateway->id,
        .period = period,
        .root = root,
        .receipts = closed->receipts,
        .receipt_count = closed->count,
    };
    return DG_OK;
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
