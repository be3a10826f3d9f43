/* Handles of requests in flight are read from the state itself, so that a gateway that was restored from
 * any bytes can be driven like one that grew from calls. */
#include "tests/fuzz/fuzz_gateway_drive.h"

#include <stdlib.h>
#include <string.h>

#include "dg/verify.h"

enum { IDS = 4096 }; /* a gateway has room for every id below the largest one it was told */

uint8_t *fuzz_gateway_bytes(const struct dg_gateway *gateway, size_t *size)
{
    uint8_t *bytes = malloc(FUZZ_STATE_SIZE);

    fuzz_require(bytes != NULL);
    enum dg_status status = dg_gateway_snapshot(gateway, bytes, FUZZ_STATE_SIZE, size);
    if (status == DG_ERROR_LIMIT) {
        free(bytes);
        bytes = malloc(*size);
        fuzz_require(bytes != NULL);
        status = dg_gateway_snapshot(gateway, bytes, *size, size);
    }
    fuzz_require(status == DG_OK);
    return bytes;
}

void fuzz_params(struct dg_params *params, struct fuzz_bytes *bytes, unsigned changes)
{
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    for (unsigned i = 0; i < changes; i++) {
        struct dg_params changed = *params;
        const struct dg_param_row *row = &rows[fuzz_u8(bytes) % count];
        uint8_t kind = fuzz_below(bytes, 4);
        int64_t value = kind == 0 ? row->minimum : row->maximum;
        if (kind > 1)
            value = kind == 2 ? fuzz_amount(bytes) : fuzz_u8(bytes);
        dg_param_set(&changed, row, value);
        if (dg_params_check(&changed, NULL, 0) == DG_OK)
            *params = changed;
    }
}

static uint64_t any_handle(const struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    const struct flight_pool *pool = &gateway->flights;
    uint8_t which = fuzz_u8(bytes);

    if (which > 240 || pool->used == 0)
        return fuzz_u64(bytes);
    return flight_handle(pool, &pool->flights[which % pool->used]);
}

/* One that has a copy, most often. */
static uint32_t any_node(struct dg_gateway *gateway, uint64_t handle, struct fuzz_bytes *bytes)
{
    const struct flight *flight = flight_find(&gateway->flights, handle);
    uint8_t which = fuzz_u8(bytes);

    if (which > 230 || flight == NULL)
        return fuzz_id(bytes);
    return flight->copies[which % flight->copy_count].node;
}

/* ---- what the chain tells ---- */

static enum dg_status apply_model(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    const struct dg_model_record record = {.model = fuzz_id(bytes) % IDS,
                                           .provider = fuzz_id(bytes),
                                           .context_tokens = fuzz_count(bytes),
                                           .size_class = fuzz_below(bytes, DG_SIZE_COUNT + 1),
                                           .price = fuzz_amount(bytes),
                                           .royalty = fuzz_amount(bytes)};

    return dg_gateway_apply_model(gateway, &record);
}

static enum dg_status apply_node(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    struct dg_node_record record = {.node = fuzz_id(bytes) % IDS,
                                    .operator_id = fuzz_id(bytes),
                                    .model_count = fuzz_below(bytes, DG_NODE_MODELS_MAX + 2),
                                    .state = fuzz_u8(bytes) / 40,
                                    .quality = (uint16_t)(fuzz_u8(bytes) * 257),
                                    .credibility = (uint16_t)(fuzz_u8(bytes) * 257),
                                    .checks = fuzz_u8(bytes),
                                    .price = fuzz_amount(bytes),
                                    .stake = fuzz_amount(bytes)};

    for (unsigned i = 0; i < record.model_count && i < DG_NODE_MODELS_MAX; i++)
        record.models[i] = fuzz_id(bytes) % IDS;
    return dg_gateway_apply_node(gateway, &record);
}

static enum dg_status apply_grant(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    const struct dg_grant grant = {.user = fuzz_id(bytes),
                                   .gateway = gateway->id + (fuzz_u8(bytes) > 250),
                                   .amount = fuzz_amount(bytes)};

    return dg_gateway_apply_grant(gateway, &grant);
}

static enum dg_status apply_params(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    struct dg_params params = gateway->params;

    fuzz_params(&params, bytes, fuzz_below(bytes, 4));
    params.routing_affinity_sessions %= 1000; /* a table of more takes long to clear */
    return dg_gateway_apply_params(gateway, fuzz_time(bytes, gateway->now), &params);
}

/* ---- requests ---- */

static enum dg_status submit(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    struct dg_request request = {.request = gateway->last_request + 1,
                                 .user = fuzz_id(bytes),
                                 .model = fuzz_id(bytes),
                                 .tokens_in = fuzz_count(bytes),
                                 .tokens_out_max = fuzz_count(bytes),
                                 .session = fuzz_id(bytes)};
    struct dg_route route;

    if (fuzz_u8(bytes) > 200)
        request.price_cap = fuzz_amount(bytes);
    if (fuzz_u8(bytes) > 240)
        request.request = fuzz_u64(bytes);
    int64_t free = dg_gateway_allowance(gateway, request.user);
    enum dg_status status =
        dg_gateway_submit(gateway, fuzz_time(bytes, gateway->now), &request, &route);
    if (status == DG_OK) {
        fuzz_require(dg_gateway_allowance(gateway, request.user) == free - route.escrow);
        fuzz_require(route.escrow >= 0 && route.escrow <= free && !route.waiting);
        fuzz_require(request.price_cap == 0 || route.escrow <= request.price_cap);
    }
    return status;
}

static enum dg_status reroute(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    uint64_t handle = any_handle(gateway, bytes);
    uint32_t node = any_node(gateway, handle, bytes);
    enum dg_refusal refusal = (enum dg_refusal)(fuzz_u8(bytes) / 100);
    struct dg_route route;
    enum dg_status status =
        dg_gateway_reroute(gateway, fuzz_time(bytes, gateway->now), handle, node, refusal, &route);

    fuzz_require(status != DG_OK || (route.handle == handle && route.node != node));
    return status;
}

static enum dg_status hedge(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    uint64_t handle = any_handle(gateway, bytes);
    struct dg_route route;

    return dg_gateway_hedge(gateway, fuzz_time(bytes, gateway->now), handle, &route);
}

static enum dg_status answer(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    uint64_t handle = any_handle(gateway, bytes);
    struct dg_answer answer = {.node = any_node(gateway, handle, bytes),
                               .tokens_out = fuzz_count(bytes),
                               .ttft = fuzz_time(bytes, 0),
                               .total = fuzz_time(bytes, 0)};
    const struct flight *flight = flight_find(&gateway->flights, handle);
    int64_t escrow = flight != NULL ? flight->escrow : 0;
    struct dg_receipt receipt;
    enum dg_status status =
        dg_gateway_answer(gateway, fuzz_time(bytes, gateway->now), handle, &answer, &receipt);

    if (status == DG_OK)
        fuzz_require(receipt.royalty >= 0 && receipt.royalty <= receipt.fee &&
                     receipt.fee <= escrow && receipt.rate >= 0 && receipt.rate <= DG_ONE);
    return status;
}

static enum dg_status fail(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    uint64_t handle = any_handle(gateway, bytes);
    uint8_t kind = fuzz_below(bytes, 3);
    uint32_t blame = kind == 0 ? DG_NONE : DG_BLAME_ALL;

    if (kind == 2)
        blame = any_node(gateway, handle, bytes);
    return dg_gateway_fail(gateway, fuzz_time(bytes, gateway->now), handle, blame);
}

static enum dg_status close_period(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    uint64_t period = gateway->last_period + fuzz_u8(bytes) / 100;
    struct dg_report report;
    struct dg_hash root;

    if (fuzz_u8(bytes) > 240)
        period = fuzz_u64(bytes);
    enum dg_status status =
        dg_gateway_close_period(gateway, fuzz_time(bytes, gateway->now), period, &report);
    if (status == DG_OK) {
        fuzz_require(dg_receipts_root(report.gateway, report.receipts, report.receipt_count,
                                      &root) == DG_OK);
        fuzz_require(memcmp(&root, &report.root, sizeof root) == 0);
        for (size_t i = 0; i < report.failure_count; i++)
            fuzz_require(report.failures[i].count > 0 &&
                         (i == 0 || report.failures[i - 1].node < report.failures[i].node));
    }
    return status;
}

/* ---- the drive ---- */

static enum dg_status any_call(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    static enum dg_status (*const calls[])(struct dg_gateway * gateway,
                                           struct fuzz_bytes * bytes) = {
        apply_model, apply_node, apply_grant, apply_params, submit, submit,
        reroute,     hedge,      answer,      answer,       fail,   close_period};

    return calls[fuzz_below(bytes, sizeof calls / sizeof calls[0])](gateway, bytes);
}

/* What is free and reserved, and of how many requests and copies. */
static void check_books(const struct dg_gateway *gateway)
{
    uint32_t flights = 0, copies = 0, told = 0;

    for (uint32_t i = 0; i < gateway->flights.used; i++) {
        const struct flight *flight = &gateway->flights.flights[i];
        flights += flight->copy_count > 0;
        copies += flight->copy_count;
    }
    for (size_t n = 0; n < gateway->view.node_capacity; n++)
        told += dg_gateway_node_in_flight(gateway, (uint32_t)n);
    fuzz_require(flights == dg_gateway_in_flight(gateway) && copies == told);
    for (uint32_t i = 0; i < gateway->ledger.account_count; i++) {
        const struct account *account = &gateway->ledger.accounts[i];
        fuzz_require(account->free >= 0 && account->reserved >= 0 &&
                     account->free <= INT64_MAX - account->reserved);
        fuzz_require(dg_gateway_allowance(gateway, account->user) == account->free);
    }
}

enum dg_status fuzz_gateway_step(struct dg_gateway *gateway, struct fuzz_bytes *bytes)
{
    size_t before_size, after_size;
    uint8_t *before = fuzz_gateway_bytes(gateway, &before_size);
    enum dg_status status = any_call(gateway, bytes);
    uint8_t *after = fuzz_gateway_bytes(gateway, &after_size);

    fuzz_require(status < DG_STATUS_COUNT);
    if (status != DG_OK)
        fuzz_require(before_size == after_size && memcmp(before, after, before_size) == 0);
    check_books(gateway);
    free(before);
    free(after);
    return status;
}
