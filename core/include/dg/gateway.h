/* gateway.h - authorise, quote, route, meter and report: the part of the protocol a gateway runs.
 *
 * The gateway knows what it was told (grants, models, node records) and what it saw itself (its own
 * requests in flight, their latencies and outcomes). Routing entropy is a secret seed of its own.
 *
 * A call that fails leaves the state unchanged, the routing entropy included. `now` must not go
 * back between calls (DG_ERROR_STATE). Node, model and user ids are those of the chain: dense, in
 * any order.
 */
#ifndef DG_GATEWAY_H
#define DG_GATEWAY_H

#include <stdbool.h>

#include "dg/message.h"
#include "dg/params.h"

#ifdef __cplusplus
extern "C" {
#endif

struct dg_gateway;

struct dg_gateway_spec {
    uint32_t gateway;            /* its id on the chain */
    uint8_t seed[DG_HASH_BYTES]; /* secret; dg_gateway_seed_hash() of it is published beforehand */
    uint32_t in_flight_limit;    /* requests at once; further ones are refused (DG_ERROR_LIMIT) */
};

enum dg_status dg_gateway_open(const struct dg_params *params, const struct dg_gateway_spec *spec,
                               const struct dg_allocator *allocator, struct dg_gateway **out);
void dg_gateway_close(struct dg_gateway *gateway); /* NULL is allowed */
void dg_gateway_seed_hash(const struct dg_gateway *gateway, struct dg_hash *out);

/* ---- what the chain tells it ---- */

/* The newest record of an id replaces the one before. A node may name models not yet applied.
 * Requests in flight keep the terms they were quoted for the node that has them. DG_ERROR_ARGUMENT:
 * a field out of range, a model named twice, a grant for another gateway. DG_ERROR_OVERFLOW: the
 * grants of a user leave the range of int64_t. */
enum dg_status dg_gateway_apply_model(struct dg_gateway *gateway,
                                      const struct dg_model_record *record);
enum dg_status dg_gateway_apply_node(struct dg_gateway *gateway,
                                     const struct dg_node_record *record);
enum dg_status dg_gateway_apply_grant(struct dg_gateway *gateway, const struct dg_grant *grant);
/* What is left to spend of the user's grants; 0 for a user never granted. */
int64_t dg_gateway_allowance(const struct dg_gateway *gateway, uint32_t user);

/* ---- requests ---- */

struct dg_request {
    uint64_t request; /* the caller's id, strictly increasing (DG_ERROR_REPLAY) */
    uint32_t user, model;
    uint32_t tokens_in;
    uint32_t tokens_out_max;
    int64_t price_cap; /* largest fee the user accepts; 0: none */
};

struct dg_route {
    uint64_t handle; /* of the request in flight; never reused */
    uint32_t node;
    int64_t escrow; /* reserved from the allowance: the largest fee this can cost */
};

/* Authorises against the allowance, quotes the maximum, filters and routes. Nothing is reserved on
 * failure, and the request id may be used again:
 *   DG_ERROR_REPLAY        the id is not above the last one routed
 *   DG_ERROR_UNKNOWN_ID    no such model
 *   DG_ERROR_FUNDS         no grant, or the price alone keeps every node out
 *   DG_ERROR_NO_CANDIDATE  too long for the model, or nobody active with a free slot serves it
 *   DG_ERROR_LIMIT         in_flight_limit requests are in flight
 *   DG_ERROR_OVERFLOW      more compute than can be counted
 *   DG_ERROR_ARGUMENT      a negative price cap */
enum dg_status dg_gateway_submit(struct dg_gateway *gateway, int64_t now,
                                 const struct dg_request *request, struct dg_route *route);

/* The chosen node refused or failed: notes it in its record, as half a failure, and chooses
 * another, never one already tried for this request, up to routing.failover_limit times. The fee is
 * quoted anew, at the price of that node and the present record of the model; the handle stays. On
 * DG_ERROR_LIMIT or DG_ERROR_NO_CANDIDATE the request stays in flight at its last node and nothing
 * was noted: call dg_gateway_fail. DG_ERROR_UNKNOWN_ID here and below: no such request in flight. */
enum dg_status dg_gateway_reroute(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                                  struct dg_route *route);

struct dg_answer {
    uint32_t tokens_out;
    int64_t ttft;  /* submit to first token, ns, as seen here */
    int64_t total; /* submit to last token, ns */
    struct dg_hash commitment;
};

/* Meters the answer, computes the fee (never above the escrow), frees the rest, appends the receipt
 * to the open period. DG_ERROR_ARGUMENT: tokens_out above the request's maximum, ttft negative or
 * above total. The answer of a node that was jailed meanwhile is metered like any other. */
enum dg_status dg_gateway_answer(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                                 const struct dg_answer *answer, struct dg_receipt *receipt);

/* Gives the request up (deadline, no node left): the escrow returns to the allowance. blame_node:
 * the failure counts in the node's record. */
enum dg_status dg_gateway_fail(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                               bool blame_node);

/* Closes the open period under a number above that of the last (DG_ERROR_REPLAY). report->receipts
 * belong to the gateway and stay valid until the next close. */
enum dg_status dg_gateway_close_period(struct dg_gateway *gateway, int64_t now, uint64_t period,
                                       struct dg_report *report);

/* ---- reading ---- */

uint32_t dg_gateway_in_flight(const struct dg_gateway *gateway);
uint32_t dg_gateway_node_in_flight(const struct dg_gateway *gateway, uint32_t node);

#ifdef __cplusplus
}
#endif

#endif
