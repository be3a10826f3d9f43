/* gateway_state.h - everything a gateway keeps. Parts refer to each other by index; the only pointers
 * between them are those that the view and the breakers keep to this struct. */
#ifndef CORE_GATEWAY_STATE_H
#define CORE_GATEWAY_STATE_H

#include "dg/gateway.h"
#include "gateway_affinity.h"
#include "gateway_breaker.h"
#include "gateway_failures.h"
#include "gateway_flight.h"
#include "gateway_hedge.h"
#include "gateway_ledger.h"
#include "gateway_retry.h"
#include "gateway_terms.h"
#include "journal.h"
#include "routing.h"

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
    struct terms terms;
    struct gateway_ledger ledger;
    struct failure_book failures;
    struct breaker breaker;
    struct retry_budget retry;
    struct affinity affinity;
    struct hedge hedge;
    uint64_t reroutes, affinity_hits, hedges, hedges_won;
    struct journal journal; /* no part of the state */
};

#endif
