/* gateway.h - authorise, quote, route, meter and report: the part of the protocol a gateway runs.
 *
 * The gateway knows what it was told (grants, models, node records) and what it saw itself (its own
 * requests in flight, their latencies and outcomes). Routing entropy is a secret seed of its own.
 *
 * Whatever the routing policy, a gateway keeps a circuit breaker per node, a retry budget, and, when
 * the parameters say so, sends a session back to the node that served it (routing.affinity_time)
 * and a late request to a second node (routing.hedge_quantile).
 *
 * A call that fails leaves the state unchanged, the routing entropy included. `now` must not go
 * back between calls (DG_ERROR_STATE); the first may be any. Node, model and user ids are those of
 * the chain: dense, in any order. For nodes and models a gateway keeps room up to the largest id it
 * was told of, also by a node that names a model, so whoever passes a record on trusts its ids.
 *
 * Every call that stores something may be DG_ERROR_MEMORY. Structures that are passed are copied;
 * results are written on success only.
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

/* A gateway that knows nobody, which the caller closes. Copies everything but the allocator's context,
 * which must outlive it. DG_ERROR_PARAMETER: dg_params_check() refuses params; DG_ERROR_ARGUMENT:
 * in_flight_limit 0. *out is touched only on success. */
enum dg_status dg_gateway_open(const struct dg_params *params, const struct dg_gateway_spec *spec,
                               const struct dg_allocator *allocator, struct dg_gateway **out);
void dg_gateway_close(struct dg_gateway *gateway); /* NULL is allowed */
/* What the operator publishes beforehand: it binds the seed and tells nothing of it. */
void dg_gateway_seed_hash(const struct dg_gateway *gateway, struct dg_hash *out);

/* ---- keeping and going on ---- */

/* The whole state as bytes, but for the report handed out last; dg_chain_snapshot() tells how to call it
 * and what to expect of the bytes. They hold the key of the routing entropy: keep them as secret as
 * the seed. */
enum dg_status dg_gateway_snapshot(const struct dg_gateway *gateway, uint8_t *bytes,
                                   size_t capacity, size_t *size);
/* As dg_chain_restore(). */
enum dg_status dg_gateway_restore(const uint8_t *bytes, size_t size,
                                  const struct dg_allocator *allocator, struct dg_gateway **out);
/* As dg_chain_journal_start() and dg_chain_journal_take(); the journal is secret like a snapshot. */
enum dg_status dg_gateway_journal_start(struct dg_gateway *gateway);
enum dg_status dg_gateway_journal_take(struct dg_gateway *gateway, const uint8_t **bytes,
                                       size_t *size);

/* ---- what the chain tells it ---- */

/* The newest record of an id replaces the one before. A node may name models not yet applied.
 * Requests in flight keep the terms they were quoted for the node that has them. DG_ERROR_ARGUMENT:
 * a field out of range, a model named twice, a grant for another gateway. DG_ERROR_OVERFLOW: the
 * grants of a user leave the range of int64_t. A grant is added to those before, so each is applied
 * once. O(models of the node), and O(candidates) for a model. */
enum dg_status dg_gateway_apply_model(struct dg_gateway *gateway,
                                      const struct dg_model_record *record);
enum dg_status dg_gateway_apply_node(struct dg_gateway *gateway,
                                     const struct dg_node_record *record);
enum dg_status dg_gateway_apply_grant(struct dg_gateway *gateway, const struct dg_grant *grant);
/* Follows a change of parameters, from `now` on: policy, weights, capacities, prices, breakers, the
 * tables of sessions and of times to first token. Requests in flight keep the parameters they were
 * quoted under; a receipt by those must reach the chain within one epoch of the change.
 * DG_ERROR_PARAMETER: dg_params_check() refuses them. O(nodes + models). */
enum dg_status dg_gateway_apply_params(struct dg_gateway *gateway, int64_t now,
                                       const struct dg_params *params);
/* What is left to spend of the user's grants, micro-tokens; 0 for a user never granted. */
int64_t dg_gateway_allowance(const struct dg_gateway *gateway, uint32_t user);

/* ---- requests ---- */

struct dg_request {
    uint64_t request; /* the caller's id, strictly increasing (DG_ERROR_REPLAY) */
    uint32_t user, model;
    uint32_t tokens_in;
    uint32_t tokens_out_max;
    int64_t price_cap; /* largest fee the user accepts; 0: none */
    uint64_t session;  /* whose next request had better meet the same node; 0: none */
};

struct dg_route {
    uint64_t handle; /* of the request in flight; never reused */
    uint32_t node;
    int64_t escrow;   /* reserved from the allowance: the largest fee this can cost */
    int64_t hedge_at; /* without a first token by then: dg_gateway_hedge(); INT64_MAX: never */
    bool affine;      /* the node that served the session last */
    bool waiting;     /* nothing was sent: the node is one that has a copy already */
};

/* Authorises against the allowance, quotes the maximum, filters and routes. Each request adds
 * routing.retry_budget to the tokens for reroutes and hedges. hedge_at is INT64_MAX unless the model
 * has had enough answers to tell the quantile and there is a token. Nothing is reserved on
 * failure, and the request id may be used again:
 *   DG_ERROR_REPLAY        the id is not above the last one routed
 *   DG_ERROR_UNKNOWN_ID    no such model
 *   DG_ERROR_FUNDS         no grant, or the price alone keeps every node out
 *   DG_ERROR_NO_CANDIDATE  too long for the model, or nobody active with a free slot and a closed
 *                          breaker serves it
 *   DG_ERROR_LIMIT         in_flight_limit requests are in flight
 *   DG_ERROR_OVERFLOW      more compute than can be counted
 *   DG_ERROR_ARGUMENT      a negative price cap */
enum dg_status dg_gateway_submit(struct dg_gateway *gateway, int64_t now,
                                 const struct dg_request *request, struct dg_route *route);

/* Whether a node that does not serve a request said so: silence is reported to the chain. */
enum dg_refusal {
    DG_REFUSED_BUSY,   /* it answered that it will not: at its limit, or its provider is down */
    DG_REFUSED_SILENT, /* no word came from it: the connection broke */
};

/* The node refused or failed: notes it in its record, as half a failure and one of its breaker.
 * When a second node has a copy, the request goes on there, and *route says so (waiting). Otherwise
 * chooses another node, never one already tried for this request, up to routing.failover_limit
 * times and for one token of the retry budget. The fee is quoted anew, at the price of that node and
 * the present record of the model; the handle stays. On DG_ERROR_LIMIT or DG_ERROR_NO_CANDIDATE the
 * request stays in flight at its last node and nothing was noted: call dg_gateway_fail, with that
 * node to blame if it was silent. DG_ERROR_UNKNOWN_ID here and below: no such request in flight.
 * DG_ERROR_NOT_SERVING: that node has no copy of it, because it refused before or was never asked.
 * DG_ERROR_ARGUMENT: no such refusal. */
enum dg_status dg_gateway_reroute(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                                  uint32_t node, enum dg_refusal refusal, struct dg_route *route);

/* Sends a second copy to another node, chosen by the policy among those not tried, for one token of
 * the retry budget and once per request. The escrow becomes that of the dearer copy. The node that
 * answers first is paid; the other is released. On DG_ERROR_LIMIT (hedges are off, the request had
 * its own, no token) and DG_ERROR_NO_CANDIDATE nothing is lost: wait on. */
enum dg_status dg_gateway_hedge(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                                struct dg_route *route);

struct dg_answer {
    uint32_t node; /* whose answer it is */
    uint32_t tokens_out;
    int64_t ttft;  /* submit to first token, ns, as seen here */
    int64_t total; /* submit to last token, ns */
    struct dg_hash commitment;
};

/* Meters the answer, computes the fee (never above the escrow), frees the rest, appends the receipt
 * to the open period; the request is over, for a second node too. DG_ERROR_ARGUMENT: tokens_out
 * above the request's maximum, ttft negative or above total. The answer of a node that was jailed
 * meanwhile is metered like any other. The node's record takes the latency from when it was
 * asked. */
enum dg_status dg_gateway_answer(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                                 const struct dg_answer *answer, struct dg_receipt *receipt);

#define DG_BLAME_ALL (UINT32_MAX - 1) /* every node that has a copy */

/* Gives the request up (deadline, no node left): the escrow returns to the allowance. blame: the
 * node that gave no word, in whose record and breaker the failure counts, and against which it is
 * reported; DG_NONE: none. */
enum dg_status dg_gateway_fail(struct dg_gateway *gateway, int64_t now, uint64_t handle,
                               uint32_t blame);

/* Closes the open period under a number above that of the last (DG_ERROR_REPLAY). report->receipts
 * and report->failures, the requests of the period that got no word from a node, belong to the
 * gateway and stay valid until the next close. O(receipts, and nodes if there are failures). */
enum dg_status dg_gateway_close_period(struct dg_gateway *gateway, int64_t now, uint64_t period,
                                       struct dg_report *report);

/* ---- reading ---- */

uint32_t dg_gateway_in_flight(const struct dg_gateway *gateway); /* requests, not copies */
/* Copies that the node has; 0 for one never told of. */
uint32_t dg_gateway_node_in_flight(const struct dg_gateway *gateway, uint32_t node);

struct dg_gateway_counters {
    uint64_t reroutes;           /* to another node */
    uint64_t affinity_hits;      /* requests that went to the node that served their session last */
    uint64_t hedges, hedges_won; /* second copies; those that answered first */
    uint64_t breaker_trips;
    uint32_t breakers_open; /* nodes out for the breaker time now */
    uint32_t retry_tokens;  /* whole ones, left in the retry budget */
};
/* All but the last two count since the gateway was opened. O(1). */
void dg_gateway_counters(const struct dg_gateway *gateway, struct dg_gateway_counters *out);

#ifdef __cplusplus
}
#endif

#endif
