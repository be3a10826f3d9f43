/* Receipts come in and are drawn for checks or settled. */
#include "chain_state.h"

#include "fixed.h"
#include "hash.h"
#include "metering.h"

/* More compute than this in the life of a chain is refused, which leaves room for a tenfold premium
 * in every sum that is made of it. */
#define CHAIN_COMPUTE_MAX (INT64_MAX / 16)

/* The price a node may charge per CU for a model. */
static int64_t node_price(const struct dg_params *params, const struct node_party *node,
                          const struct dg_model_record *model)
{
    if (node->price > 0)
        return node->price;
    return model->price > 0 ? model->price : params->fees_unit_price;
}

/* Whether compute and royalty follow from the tokens, and the fee does at some latency. */
static enum dg_status receipt_check_fee(const struct dg_chain *chain,
                                        const struct dg_params *params,
                                        const struct dg_receipt *receipt)
{
    const struct node_party *node = &chain->registry.nodes[receipt->node];
    const struct dg_model_record *model = &chain->registry.models[receipt->model];
    struct metering_terms terms = {
        .price = node_price(params, node, model),
        .royalty = model->royalty,
        .size_class = model->size_class,
    };
    struct metering_range range;
    enum dg_status status =
        metering_range(params, &terms, receipt->tokens_in, receipt->tokens_out, &range);

    if (status != DG_OK)
        return status;
    if (receipt->compute_milli != range.compute_milli || receipt->royalty != range.royalty ||
        receipt->fee < range.lowest || receipt->fee > range.highest)
        return DG_ERROR_ARGUMENT;
    return DG_OK;
}

/* Nodes of receipts that many places ahead are asked for: in a large network they are far away. */
enum { RECEIPTS_AHEAD = 8 };

static void receipts_prefetch(const struct dg_chain *chain, const struct dg_report *report,
                              size_t i)
{
    if (i + RECEIPTS_AHEAD < report->receipt_count)
        registry_prefetch(&chain->registry, report->receipts[i + RECEIPTS_AHEAD].node);
}

/* A gateway goes by what it was last told of the node, which may not be the newest. */
static bool rate_allowed(const struct dg_params *params, const struct node_party *node,
                         const struct dg_receipt *receipt)
{
    for (int i = 0; i < REGISTRY_STANDINGS; i++) {
        if (receipt->rate == sampling_plan(params)->rate(params, &node->standings[i], receipt->fee))
            return true;
    }
    return false;
}

static enum dg_status receipt_check_terms(const struct dg_chain *chain,
                                          const struct dg_params *params,
                                          const struct dg_receipt *receipt)
{
    if (!rate_allowed(params, &chain->registry.nodes[receipt->node], receipt))
        return DG_ERROR_ARGUMENT;
    return receipt_check_fee(chain, params, receipt);
}

/* Under the parameters in force, or, while gateways may not have heard of a change, those before. */
static enum dg_status receipt_check(const struct dg_chain *chain, int64_t now,
                                    const struct dg_receipt *receipt)
{
    if (receipt->user >= chain->ledger.kinds[DG_ACCOUNT_USER].count ||
        receipt->node >= chain->registry.node_count ||
        receipt->model >= chain->registry.model_count)
        return DG_ERROR_UNKNOWN_ID;
    if (!registry_serves(&chain->registry.nodes[receipt->node], receipt->model))
        return DG_ERROR_ARGUMENT;
    enum dg_status status = receipt_check_terms(chain, &chain->params, receipt);
    if (status != DG_OK && chain->changed_at != INT64_MIN &&
        now - chain->changed_at <= chain->params.epoch_length)
        status = receipt_check_terms(chain, &chain->params_before, receipt);
    return status;
}

/* All receipts of a report: known parties, numbers without a gap, and not more compute than can be
 * counted. *compute_milli is their sum. */
static enum dg_status receipts_check(const struct dg_chain *chain, int64_t now,
                                     const struct dg_report *report, int64_t *compute_milli)
{
    uint64_t number = chain->registry.gateways[report->gateway].next_number;
    fixed_int128 sum = 0;

    for (size_t i = 0; i < report->receipt_count; i++) {
        const struct dg_receipt *receipt = &report->receipts[i];
        receipts_prefetch(chain, report, i);
        if (receipt->number != number + i)
            return receipt->number < number + i ? DG_ERROR_REPLAY : DG_ERROR_STATE;
        enum dg_status status = receipt_check(chain, now, receipt);
        if (status != DG_OK)
            return status;
        sum += receipt->compute_milli;
    }
    if (sum > CHAIN_COMPUTE_MAX - chain->compute_milli)
        return DG_ERROR_OVERFLOW;
    *compute_milli = (int64_t)sum;
    return DG_OK;
}

/* Nobody asks a node that serves no model, and it could not answer with a receipt either. */
static enum dg_status failures_check(const struct dg_chain *chain, const struct dg_report *report)
{
    for (size_t i = 0; i < report->failure_count; i++) {
        const struct dg_failure *failure = &report->failures[i];
        if (failure->node >= chain->registry.node_count)
            return DG_ERROR_UNKNOWN_ID;
        if (failure->count == 0 || (i > 0 && failure->node <= failure[-1].node) ||
            chain->registry.nodes[failure->node].model_count == 0)
            return DG_ERROR_ARGUMENT;
    }
    return DG_OK;
}

static enum dg_status report_check(const struct dg_chain *chain, int64_t now,
                                   const struct dg_report *report, int64_t *compute_milli)
{
    struct dg_hash root;

    if (report->gateway >= chain->registry.gateway_count)
        return DG_ERROR_UNKNOWN_ID;
    if (report->period < chain->registry.gateways[report->gateway].next_period)
        return DG_ERROR_REPLAY;
    if (report->period < chain->next_period || report->period == UINT64_MAX)
        return DG_ERROR_STATE;
    enum dg_status status =
        dg_receipts_root(report->gateway, report->receipts, report->receipt_count, &root);
    if (status != DG_OK)
        return status;
    if (!hash_equal(&root, &report->root))
        return DG_ERROR_COMMITMENT;
    status = failures_check(chain, report);
    return status == DG_OK ? receipts_check(chain, now, report, compute_milli) : status;
}

static void receipt_take(struct dg_chain *chain, const struct dg_report *report,
                         const struct dg_receipt *receipt)
{
    struct node_party *node = &chain->registry.nodes[receipt->node];
    struct dg_node_account *account = &node->account;

    registry_end_row(node);
    chain_move(chain, DG_ACCOUNT_ESCROW, receipt->user, DG_ACCOUNT_FEE_HOLD, 0, receipt->fee);
    account->answers++;
    account->compute_milli += receipt->compute_milli;
    sampling_add(&chain->receipts, report->gateway, report->period, receipt);
}

enum dg_status dg_chain_report(struct dg_chain *chain, int64_t now, const struct dg_report *report)
{
    int64_t compute_milli = 0;
    struct chain_call call = {.kind = CHAIN_CALL_report, .now = now, .report = report};
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = report_check(chain, now, report, &compute_milli);
    if (status == DG_OK)
        status = sampling_reserve(&chain->receipts, &chain->allocator, report->receipt_count);
    if (status == DG_OK)
        status =
            escrow_take(&chain->escrow, report->gateway, report->receipts, report->receipt_count);
    if (status != DG_OK)
        return status;

    struct gateway_party *gateway = &chain->registry.gateways[report->gateway];
    chain_note_failures(chain, now, report); /* first, for a receipt beside them is an answer */
    for (size_t i = 0; i < report->receipt_count; i++) {
        receipts_prefetch(chain, report, i);
        receipt_take(chain, report, &report->receipts[i]);
    }
    gateway->next_number += report->receipt_count;
    gateway->next_period = report->period + 1;
    gateway->compute_milli += (uint64_t)compute_milli;
    chain->compute_milli += compute_milli;
    return chain_finish(chain, &call, DG_OK);
}

/* ---- the draw ---- */

/* A time within the window, the same for everybody who knows the beacon. */
static int64_t spread(const struct dg_params *params, uint64_t draw)
{
    return (int64_t)((fixed_uint128)draw * (uint64_t)params->sampling_window >> 64);
}

static void check_fill(struct dg_chain *chain, struct check *check)
{
    uint32_t members[DG_COMMITTEE_MAX];
    struct committee_draw draw = {
        .key = &check->ticket_key,
        .gateway = check->gateway,
        .number = check->receipt.number,
        .operator_id = chain->registry.nodes[check->receipt.node].operator_id,
    };

    struct dg_verifiers list = committee_list(&chain->verifiers);
    check->seat_count =
        (uint8_t)committee_select(&list, &draw, (size_t)chain->params.committee_size, members);
    for (unsigned i = 0; i < check->seat_count; i++)
        check->seats[i] = (struct check_seat){.verifier = members[i], .replaced = DG_NONE};
}

static bool is_prober(const struct dg_chain *chain, uint32_t user)
{
    return user < chain->prober_capacity && chain->probers[user] != 0;
}

/* Every answer to a prober is checked, whatever the plan drew; returns how many that adds. */
static size_t draw_probes(const struct dg_chain *chain, struct sampling_queue *receipts,
                          uint64_t period)
{
    size_t added = 0;

    for (size_t i = 0; i < receipts->count && chain->prober_capacity > 0; i++) {
        struct sampling_item *item = &receipts->items[i];
        if (item->period != period || item->drawn || !is_prober(chain, item->receipt.user))
            continue;
        item->drawn = true;
        added++;
    }
    return added;
}

static void check_begin(struct dg_chain *chain, int64_t now, const uint8_t beacon[DG_HASH_BYTES],
                        const struct sampling_item *item)
{
    struct dg_prf_key spread_key;
    struct check *check = check_pool_open(&chain->checks);

    check->gateway = item->gateway;
    check->receipt = item->receipt;
    check->probe = is_prober(chain, item->receipt.user);
    dg_prf_key_derive(beacon, DG_PRF_TICKET, &check->ticket_key);
    dg_prf_key_derive(beacon, DG_PRF_SPREAD, &spread_key);
    check_fill(chain, check);

    int64_t start = now + spread(&chain->params, hash_spread_draw(&spread_key, item->gateway,
                                                                  item->receipt.number));
    check->deadline = start + chain->params.committee_commit_time;
    deadline_push(&chain->deadlines, check->deadline, DEADLINE_CHECK, check->id);
    struct dg_notice notice = chain_check_notice(check, DG_NOTICE_CHECK);
    notice.at = start;
    outbox_notices_push(&chain->notices, &notice);
}

static enum dg_status reveal_check(const struct dg_chain *chain, uint64_t period)
{
    if (period < chain->next_period)
        return DG_ERROR_REPLAY;
    if (period == UINT64_MAX || sampling_waits_before(&chain->receipts, period))
        return DG_ERROR_STATE;
    return DG_OK;
}

static enum dg_status reveal_reserve(struct dg_chain *chain, size_t drawn)
{
    enum dg_status status = check_pool_reserve(&chain->checks, &chain->allocator, drawn);

    if (status == DG_OK)
        status = deadline_reserve(&chain->deadlines, &chain->allocator, drawn);
    if (status == DG_OK)
        status = outbox_notices_reserve(&chain->notices, &chain->allocator, drawn);
    return status;
}

enum dg_status dg_chain_reveal(struct dg_chain *chain, int64_t now, uint64_t period,
                               const uint8_t beacon[DG_HASH_BYTES])
{
    struct sampling_queue *receipts = &chain->receipts;
    struct sampling_keys keys;
    struct chain_call call = {.kind = CHAIN_CALL_reveal, .now = now, .number = period};
    memcpy(call.hash.bytes, beacon, sizeof call.hash.bytes);
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = reveal_check(chain, period);
    if (status != DG_OK)
        return status;
    sampling_keys_derive(beacon, &keys);
    size_t drawn = sampling_plan(&chain->params)->draw(&chain->params, &keys, period, receipts);
    drawn += draw_probes(chain, receipts, period);
    status = reveal_reserve(chain, drawn);
    if (status != DG_OK)
        return status;

    for (size_t i = 0; i < receipts->count; i++) {
        const struct sampling_item *item = &receipts->items[i];
        if (i + RECEIPTS_AHEAD < receipts->count)
            registry_prefetch(&chain->registry, item[RECEIPTS_AHEAD].receipt.node);
        if (item->period != period)
            continue;
        if (item->drawn)
            check_begin(chain, now, beacon, item);
        else
            chain_settle_fee(chain, &item->receipt, true);
    }
    sampling_drop(receipts, period);
    chain->next_period = period + 1;
    return chain_finish(chain, &call, DG_OK);
}
