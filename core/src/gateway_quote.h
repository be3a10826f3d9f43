/* gateway_quote.h - which node a request would go to, and what it would cost there at most. */
#ifndef CORE_GATEWAY_QUOTE_H
#define CORE_GATEWAY_QUOTE_H

#include "gateway_state.h"

/* A request while it is being routed. A quote that fails has changed nothing; one that succeeds has
 * used entropy and half-opened the breakers that were due, so nothing may fail after it. */
struct quote {
    int64_t now;
    const struct view_model *model;
    int64_t milli;      /* of the longest answer */
    int64_t budget;     /* what the user accepts and can pay */
    uint32_t preferred; /* node that served the session last; DG_NONE: none */
    uint32_t node;
    struct metering_terms terms;
    int64_t escrow;
};

/* Authorises: everything about the request that does not depend on the node. */
enum dg_status quote_authorise(const struct dg_gateway *gateway, const struct dg_request *request,
                               uint32_t *account, struct quote *quote);
/* For an authorised request: the node of its session, or the policy's choice. */
enum dg_status quote_request(struct dg_gateway *gateway, const struct dg_request *request,
                             struct quote *quote);
/* For a request in flight: another node than those tried, at the present terms.
 * DG_ERROR_NO_CANDIDATE when there is none. */
enum dg_status quote_again(struct dg_gateway *gateway, const struct flight *flight,
                           struct quote *quote);

#endif
