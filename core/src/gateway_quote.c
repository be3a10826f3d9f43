#include "gateway_quote.h"

static int64_t budget_of(int64_t price_cap, int64_t available)
{
    return price_cap > 0 && price_cap < available ? price_cap : available;
}

/* Whether prompt and longest answer fit into the model's context. */
static bool model_takes(const struct view_model *model, uint32_t tokens_in, uint32_t tokens_out)
{
    return model->context_tokens == 0 || (uint64_t)tokens_in + tokens_out <= model->context_tokens;
}

static int64_t price_at(const struct dg_gateway *gateway, const struct view_model *model,
                        uint32_t node)
{
    int64_t asking = gateway->view.nodes[node].price;

    return asking == 0 ? model->standard_price : asking;
}

/* The node of the session when it passes the filter now, else the choice of the policy. */
static enum dg_status choose_node(struct dg_gateway *gateway, const struct routing_query *query,
                                  struct quote *quote)
{
    uint32_t node = quote->preferred;

    if (node == DG_NONE || !view_is_candidate(&gateway->view, node, query->model) ||
        price_at(gateway, quote->model, node) > query->price_limit)
        return routing_decide(&gateway->routing, &gateway->view, query, &quote->node);
    quote->node = node;
    return DG_OK;
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

    enum dg_status status = choose_node(gateway, &query, quote);
    if (status != DG_OK)
        return status;
    quote->terms.price = price_at(gateway, quote->model, quote->node);
    quote->terms.royalty = royalty;
    quote->terms.size_class = quote->model->size_class;
    /* Within the budget, since the price is within the limit: it cannot overflow. */
    return metering_maximum(params, &quote->terms, quote->milli, &quote->escrow);
}

enum dg_status quote_authorise(const struct dg_gateway *gateway, const struct dg_request *request,
                               uint32_t *account, struct quote *quote)
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

enum dg_status quote_request(struct dg_gateway *gateway, const struct dg_request *request,
                             struct quote *quote)
{
    const struct breaker_mark mark = breaker_advance(&gateway->breaker, quote->now);

    quote->preferred = affinity_node(&gateway->affinity, request->session, quote->now,
                                     gateway->params.routing_affinity_time);
    enum dg_status status = quote_route(gateway, request->model, NULL, 0, quote);
    if (status != DG_OK)
        breaker_undo(&gateway->breaker, &mark);
    return status;
}

/* The flight's escrow is free for the new copy. */
enum dg_status quote_again(struct dg_gateway *gateway, const struct flight *flight,
                           struct quote *quote)
{
    int64_t available = gateway->ledger.accounts[flight->account].free + flight->escrow;

    quote->model = view_model(&gateway->view, flight->model);
    quote->budget = budget_of(flight->price_cap, available);
    quote->preferred = DG_NONE;
    if (!model_takes(quote->model, flight->tokens_in, flight->tokens_out_max) ||
        metering_compute(&gateway->params, quote->model->size_class, flight->tokens_in,
                         flight->tokens_out_max, &quote->milli) != DG_OK)
        return DG_ERROR_NO_CANDIDATE;
    const struct breaker_mark mark = breaker_advance(&gateway->breaker, quote->now);
    enum dg_status status =
        quote_route(gateway, flight->model, flight->tried, flight->tried_count, quote);
    if (status != DG_OK)
        breaker_undo(&gateway->breaker, &mark);
    return status == DG_ERROR_FUNDS ? DG_ERROR_NO_CANDIDATE : status;
}
