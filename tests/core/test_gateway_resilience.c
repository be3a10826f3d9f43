/* test_gateway_resilience.c - breakers, retry budget, sessions, hedges and changes of parameters, in
 * sequences worked out by hand. */
#include <stdlib.h>

#include "chain_world.h"
#include "dg/gateway.h"

enum {
    SMALL = 0, /* royalty 10 % on the standard price */
    LARGE = 1, /* 0.02 DGAI a CU */
    USER = 0,
    TOKENS_IN = 1000,
    TOKENS_OUT = 500, /* together 3 CU of SMALL, 24 of LARGE */
};

#define MAXIMUM      INT64_C(165000) /* of SMALL: 3 * 50000 and a tenth */
#define BREAKER_TIME (30 * DG_SECOND)
#define GRANT        (1000000 * DG_TOKEN)

struct fixture {
    struct dg_params params;
    struct dg_gateway *gateway;
    int64_t now;
    uint64_t request; /* the last */
};

static struct dg_gateway *gateway_open(const struct dg_params *params, uint32_t nodes)
{
    const struct dg_gateway_spec spec = {.seed = {4}, .in_flight_limit = 1000};
    const struct dg_model_record small = {.model = SMALL, .royalty = DG_ONE / 10};
    const struct dg_model_record large = {
        .model = LARGE, .size_class = DG_SIZE_70B, .price = 20000};
    const struct dg_grant grant = {.user = USER, .amount = GRANT};
    struct dg_gateway *gateway = NULL;

    assert_status(dg_gateway_open(params, &spec, NULL, &gateway), DG_OK);
    assert_status(dg_gateway_apply_model(gateway, &small), DG_OK);
    assert_status(dg_gateway_apply_model(gateway, &large), DG_OK);
    assert_status(dg_gateway_apply_grant(gateway, &grant), DG_OK);
    for (uint32_t node = 0; node < nodes; node++) {
        const struct dg_node_record record = {
            .node = node, .models = {SMALL}, .model_count = 1, .stake = 100 * DG_TOKEN};
        assert_status(dg_gateway_apply_node(gateway, &record), DG_OK);
    }
    return gateway;
}

static void open_nodes(struct fixture *fixture, uint32_t nodes)
{
    dg_gateway_close(fixture->gateway);
    fixture->gateway = gateway_open(&fixture->params, nodes);
    fixture->now = 1000 * DG_SECOND;
}

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    dg_params_default(&fixture.params);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    dg_gateway_close(((struct fixture *)*state)->gateway);
    return 0;
}

/* ---- requests ---- */

static enum dg_status try_session(struct fixture *fixture, uint64_t session, struct dg_route *route)
{
    const struct dg_request request = {.request = ++fixture->request,
                                       .user = USER,
                                       .model = SMALL,
                                       .tokens_in = TOKENS_IN,
                                       .tokens_out_max = TOKENS_OUT,
                                       .session = session};

    return dg_gateway_submit(fixture->gateway, fixture->now, &request, route);
}

static enum dg_status try_one(struct fixture *fixture)
{
    struct dg_route route;

    return try_session(fixture, 0, &route);
}

static struct dg_route send_session(struct fixture *fixture, uint64_t session)
{
    struct dg_route route;

    assert_status(try_session(fixture, session, &route), DG_OK);
    return route;
}

static struct dg_route send(struct fixture *fixture)
{
    return send_session(fixture, 0);
}

static struct dg_receipt answer_after(struct fixture *fixture, const struct dg_route *route,
                                      int64_t ttft)
{
    const struct dg_answer answer = {
        .node = route->node, .tokens_out = TOKENS_OUT, .ttft = ttft, .total = ttft};
    struct dg_receipt receipt;

    assert_status(
        dg_gateway_answer(fixture->gateway, fixture->now, route->handle, &answer, &receipt), DG_OK);
    return receipt;
}

static struct dg_receipt answer(struct fixture *fixture, const struct dg_route *route)
{
    return answer_after(fixture, route, 0);
}

static void give_up(struct fixture *fixture, const struct dg_route *route, uint32_t blame)
{
    assert_status(dg_gateway_fail(fixture->gateway, fixture->now, route->handle, blame), DG_OK);
}

static struct dg_route rerouted(struct fixture *fixture, const struct dg_route *route)
{
    struct dg_route next;

    assert_status(dg_gateway_reroute(fixture->gateway, fixture->now, route->handle, route->node,
                                     DG_REFUSED_BUSY, &next),
                  DG_OK);
    return next;
}

static enum dg_status try_reroute(struct fixture *fixture, const struct dg_route *route)
{
    struct dg_route next;

    return dg_gateway_reroute(fixture->gateway, fixture->now, route->handle, route->node,
                              DG_REFUSED_BUSY, &next);
}

static struct dg_route hedged(struct fixture *fixture, const struct dg_route *route)
{
    struct dg_route second;

    assert_status(dg_gateway_hedge(fixture->gateway, fixture->now, route->handle, &second), DG_OK);
    assert_true(second.handle == route->handle && second.node != route->node);
    return second;
}

static enum dg_status try_hedge(struct fixture *fixture, const struct dg_route *route)
{
    struct dg_route second;

    return dg_gateway_hedge(fixture->gateway, fixture->now, route->handle, &second);
}

static struct dg_gateway_counters counters(const struct fixture *fixture)
{
    struct dg_gateway_counters out;

    dg_gateway_counters(fixture->gateway, &out);
    return out;
}

static int64_t allowance(const struct fixture *fixture)
{
    return dg_gateway_allowance(fixture->gateway, USER);
}

static void put_node(struct fixture *fixture, uint32_t node, uint8_t state, int64_t price)
{
    const struct dg_node_record record = {.node = node,
                                          .models = {SMALL},
                                          .model_count = 1,
                                          .state = state,
                                          .price = price,
                                          .stake = 100 * DG_TOKEN};

    assert_status(dg_gateway_apply_node(fixture->gateway, &record), DG_OK);
}

static void change(struct fixture *fixture)
{
    assert_status(dg_gateway_apply_params(fixture->gateway, fixture->now, &fixture->params), DG_OK);
}

/* ---- breakers ---- */

static void fail_times(struct fixture *fixture, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) {
        struct dg_route route = send(fixture);
        give_up(fixture, &route, route.node);
    }
}

/* Goal: the fifth failure in a row takes the node out for exactly the breaker time; a failure that is
 * nobody's and four with an answer behind them do not. */
static void breaker_opens(void **state)
{
    struct fixture *fixture = *state;

    open_nodes(fixture, 1);
    fail_times(fixture, 4);
    struct dg_route route = send(fixture);
    (void)answer(fixture, &route);
    fail_times(fixture, 4);
    route = send(fixture);
    give_up(fixture, &route, DG_NONE);
    assert_int_equal(counters(fixture).breaker_trips, 0);
    fail_times(fixture, 1);
    assert_int_equal(counters(fixture).breaker_trips, 1);
    assert_int_equal(counters(fixture).breakers_open, 1);
    assert_status(try_one(fixture), DG_ERROR_NO_CANDIDATE);
    fixture->now += BREAKER_TIME - 1;
    assert_status(try_one(fixture), DG_ERROR_NO_CANDIDATE);
    fixture->now++;
    (void)send(fixture);
    assert_int_equal(counters(fixture).breakers_open, 0);
}

/* Goal: half open, one request at a time: its answer closes the breaker, its failure opens it for as
 * long again, and an end without blame lets another try. */
static void breaker_tries_again(void **state)
{
    struct fixture *fixture = *state;

    open_nodes(fixture, 1);
    fail_times(fixture, 5);
    fixture->now += BREAKER_TIME;
    struct dg_route trial = send(fixture);
    assert_status(try_one(fixture), DG_ERROR_NO_CANDIDATE);
    give_up(fixture, &trial, DG_NONE);
    trial = send(fixture);
    assert_status(try_one(fixture), DG_ERROR_NO_CANDIDATE);
    fixture->now += DG_SECOND;
    give_up(fixture, &trial, trial.node);
    fixture->now += BREAKER_TIME - 1;
    assert_status(try_one(fixture), DG_ERROR_NO_CANDIDATE);
    fixture->now++;
    trial = send(fixture);
    (void)answer(fixture, &trial);
    fail_times(fixture, 4); /* closed: the row begins anew */
    trial = send(fixture);
    (void)send(fixture);
    assert_int_equal(counters(fixture).breaker_trips, 2);
}

/* Goal: what comes of requests sent before the breaker opened neither closes it nor counts. */
static void breaker_ignores_the_past(void **state)
{
    struct fixture *fixture = *state;
    struct dg_route routes[9];

    open_nodes(fixture, 1);
    for (size_t i = 0; i < 9; i++)
        routes[i] = send(fixture);
    for (size_t i = 0; i < 5; i++)
        give_up(fixture, &routes[i], routes[i].node);
    (void)answer(fixture, &routes[5]);
    assert_status(try_one(fixture), DG_ERROR_NO_CANDIDATE);
    fixture->now += BREAKER_TIME;
    struct dg_route trial = send(fixture);
    (void)answer(fixture, &routes[6]);
    give_up(fixture, &routes[7], DG_BLAME_ALL);
    assert_status(try_one(fixture), DG_ERROR_NO_CANDIDATE); /* still on trial */
    (void)answer(fixture, &trial);
    give_up(fixture, &routes[8], DG_BLAME_ALL); /* the first of a row */
    fail_times(fixture, 3);
    assert_int_equal(counters(fixture).breaker_trips, 1);
}

/* Goal: refusals count as failures do, and the request goes on elsewhere. */
static void refusals_trip(void **state)
{
    struct fixture *fixture = *state;

    fixture->params.routing_breaker_failures = 2;
    open_nodes(fixture, 2);
    put_node(fixture, 1, DG_NODE_JAILED, 0);
    struct dg_route first = send(fixture), second = send(fixture);
    put_node(fixture, 1, DG_NODE_ACTIVE, 0);
    assert_int_equal(rerouted(fixture, &first).node, 1);
    assert_int_equal(counters(fixture).breaker_trips, 0);
    assert_int_equal(rerouted(fixture, &second).node, 1);
    assert_int_equal(counters(fixture).breaker_trips, 1);
    for (uint32_t i = 0; i < 20; i++)
        assert_int_equal(send(fixture).node, 1);
}

/* Goal: a refused call brings nobody back: an earlier moment still finds the node out, and the lists
 * are in the order in which they would be without it. */
static void refusal_leaves_breakers(void **state)
{
    enum { COUNT = 12 };
    struct fixture *fixture = *state;
    struct dg_gateway *both[2];

    fixture->params.routing_policy = 0; /* random, so that the order of the list shows */
    for (int g = 0; g < 2; g++) {
        both[g] = gateway_open(&fixture->params, COUNT);
        fixture->gateway = both[g];
        fixture->now = 0;
        fixture->request = 0;
        for (uint32_t i = 0; counters(fixture).breakers_open < COUNT; i++) {
            fixture->now++;
            fail_times(fixture, 1);
        }
        fixture->now += BREAKER_TIME;
        if (g == 0) {
            const struct dg_request dear = {.request = 10000, .tokens_in = 1, .price_cap = 1};
            struct dg_route route;
            assert_status(dg_gateway_submit(both[0], fixture->now, &dear, &route), DG_ERROR_FUNDS);
            assert_int_equal(counters(fixture).breakers_open, COUNT);
        }
        put_node(fixture, 3, DG_NODE_ACTIVE, 0);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        struct dg_request request = {.request = 20000 + i, .tokens_in = 1};
        struct dg_route routes[2];
        for (int g = 0; g < 2; g++)
            assert_status(dg_gateway_submit(both[g], fixture->now, &request, &routes[g]), DG_OK);
        assert_int_equal(routes[0].node, routes[1].node);
    }
    dg_gateway_close(both[1]);
    fixture->gateway = both[0];
}

/* Goal: 0 failures means no breaker, from the start or by a change, which frees whoever is out. */
static void breaker_off(void **state)
{
    struct fixture *fixture = *state;

    open_nodes(fixture, 1);
    fail_times(fixture, 5);
    assert_status(try_one(fixture), DG_ERROR_NO_CANDIDATE);
    fixture->params.routing_breaker_failures = 0;
    change(fixture);
    fail_times(fixture, 100);
    assert_int_equal(counters(fixture).breaker_trips, 1);
    assert_int_equal(counters(fixture).breakers_open, 0);
}

/* ---- the retry budget ---- */

/* Goal: tokens begin at the reserve, each request adds its share up to it, each reroute takes one;
 * without one nothing changes. */
static void retry_budget(void **state)
{
    struct fixture *fixture = *state;

    fixture->params.routing_retry_reserve = 2;
    fixture->params.routing_retry_budget = DG_ONE / 4;
    open_nodes(fixture, 5);
    struct dg_route route = send(fixture);
    route = rerouted(fixture, &route);
    route = rerouted(fixture, &route);
    (void)answer(fixture, &route);
    for (uint32_t i = 0; i < 3; i++) {
        route = send(fixture); /* 1/4, 2/4, 3/4 */
        int64_t before = allowance(fixture);
        assert_status(try_reroute(fixture, &route), DG_ERROR_LIMIT);
        assert_true(allowance(fixture) == before);
        assert_int_equal(dg_gateway_node_in_flight(fixture->gateway, route.node), 1);
        (void)answer(fixture, &route);
    }
    route = send(fixture);
    (void)rerouted(fixture, &route);
    assert_int_equal(counters(fixture).retry_tokens, 0);
    for (uint32_t i = 0; i < 100; i++)
        (void)send(fixture);
    assert_int_equal(counters(fixture).retry_tokens, 2);
    assert_int_equal(counters(fixture).reroutes, 3);
}

/* Goal: with a whole token for each request and a large reserve every failover that its own limit
 * allows is made. */
static void retry_without_limit(void **state)
{
    struct fixture *fixture = *state;

    fixture->params.routing_retry_reserve = 1000000000;
    fixture->params.routing_retry_budget = DG_ONE;
    fixture->params.routing_failover_limit = 16;
    fixture->params.routing_breaker_failures = 0;
    open_nodes(fixture, 18);
    for (uint32_t i = 0; i < 200; i++) {
        struct dg_route route = send(fixture);
        for (int k = 0; k < 16; k++)
            route = rerouted(fixture, &route);
        (void)answer(fixture, &route);
    }
    assert_int_equal(counters(fixture).reroutes, 3200);
}

/* ---- sessions ---- */

static void serve_session(struct fixture *fixture, uint64_t session)
{
    struct dg_route route = send_session(fixture, session);

    (void)answer(fixture, &route);
}

static bool is_remembered(struct fixture *fixture, uint64_t session)
{
    struct dg_route route = send_session(fixture, session);

    give_up(fixture, &route, DG_NONE);
    return route.affine;
}

static void open_affine(struct fixture *fixture, uint32_t nodes)
{
    fixture->params.routing_affinity_time = 60 * DG_SECOND;
    open_nodes(fixture, nodes);
}

/* Goal: a session goes back to the node that answered it last, up to the affinity time after that;
 * requests without a session and failed ones are not remembered. */
static void session_goes_back(void **state)
{
    struct fixture *fixture = *state;

    open_affine(fixture, 50);
    assert_false(is_remembered(fixture, 7));
    struct dg_route route = send_session(fixture, 7);
    assert_false(route.affine); /* what only failed did not serve it */
    (void)answer(fixture, &route);
    for (uint32_t i = 0; i < 20; i++) {
        struct dg_route again = send_session(fixture, 7);
        assert_true(again.affine);
        assert_int_equal(again.node, route.node);
        give_up(fixture, &again, DG_NONE);
        assert_false(send_session(fixture, 0).affine);
        assert_false(is_remembered(fixture, 8));
    }
    fixture->now += 60 * DG_SECOND;
    assert_true(is_remembered(fixture, 7));
    fixture->now++;
    assert_false(is_remembered(fixture, 7));
    assert_int_equal(counters(fixture).affinity_hits, 21);
}

/* Goal: a node that the filter keeps out now is not gone back to: jailed, too dear, of another
 * model, full, or behind its breaker. */
static void session_passes_the_filter(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record other = {
        .node = 0, .models = {LARGE}, .model_count = 1, .stake = 100 * DG_TOKEN};

    fixture->params.routing_stake_per_slot = 100 * DG_TOKEN;
    fixture->params.routing_breaker_failures = 1;
    open_affine(fixture, 1);
    serve_session(fixture, 7);
    for (uint32_t node = 1; node < 5; node++)
        put_node(fixture, node, DG_NODE_ACTIVE, 0);
    assert_true(is_remembered(fixture, 7));
    put_node(fixture, 0, DG_NODE_JAILED, 0);
    assert_false(is_remembered(fixture, 7));
    put_node(fixture, 0, DG_NODE_ACTIVE, GRANT);
    assert_false(is_remembered(fixture, 7));
    assert_status(dg_gateway_apply_node(fixture->gateway, &other), DG_OK);
    assert_false(is_remembered(fixture, 7));
    put_node(fixture, 0, DG_NODE_ACTIVE, 0);
    struct dg_route route = send_session(fixture, 7);
    assert_true(route.affine);
    assert_false(is_remembered(fixture, 7)); /* its one slot is taken */
    give_up(fixture, &route, 0);
    assert_false(is_remembered(fixture, 7)); /* and now it is out */
}

/* Goal: in a full set the session served longest ago makes way, and only it. */
static void oldest_session_makes_way(void **state)
{
    struct fixture *fixture = *state;

    fixture->params.routing_affinity_sessions = 1; /* rounded up to one set of four */
    open_affine(fixture, 20);
    for (uint64_t session = 1; session <= 4; session++) {
        fixture->now++;
        serve_session(fixture, session);
    }
    fixture->now++;
    serve_session(fixture, 1); /* 2 is the oldest now */
    fixture->now++;
    serve_session(fixture, 5);
    assert_false(is_remembered(fixture, 2));
    assert_true(is_remembered(fixture, 1) && is_remembered(fixture, 3) &&
                is_remembered(fixture, 4) && is_remembered(fixture, 5));
    fixture->params.routing_affinity_time = 0;
    change(fixture);
    assert_false(is_remembered(fixture, 1));
    fixture->params.routing_affinity_time = 60 * DG_SECOND;
    change(fixture);
    assert_false(is_remembered(fixture, 1)); /* off forgets */
}

/* ---- hedges ---- */

static void observe(struct fixture *fixture, uint32_t count, int64_t ttft)
{
    for (uint32_t i = 0; i < count; i++) {
        struct dg_route route = send(fixture);
        (void)answer_after(fixture, &route, ttft);
    }
}

static int64_t delay_now(struct fixture *fixture)
{
    struct dg_route route = send(fixture);

    give_up(fixture, &route, DG_NONE);
    return route.hedge_at == INT64_MAX ? INT64_MAX : route.hedge_at - fixture->now;
}

static void open_hedging(struct fixture *fixture, int64_t quantile, uint32_t nodes)
{
    fixture->params.routing_hedge_quantile = quantile;
    open_nodes(fixture, nodes);
}

/* Goal: the wait is the end of the bucket that holds the quantile: 107 of 112 answers make 95 %, 106 do
 * not. 1 s lies below 15 * 2^26 ns, 10 s below 10 * 2^30 ns. */
static void quantile_by_hand(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t late = 5; late <= 6; late++) {
        open_hedging(fixture, DG_ONE / 100 * 95, 5);
        observe(fixture, late, 10 * DG_SECOND);
        observe(fixture, 99 - late, DG_SECOND);
        assert_true(delay_now(fixture) == INT64_MAX); /* too few */
        observe(fixture, 13, DG_SECOND);
        assert_true(delay_now(fixture) == (late == 5 ? INT64_C(15) << 26 : INT64_C(10) << 30));
    }
}

/* Goal: 99.9 % need 1000 answers; the ends of the range are a millisecond and for ever. */
static void quantile_at_the_ends(void **state)
{
    struct fixture *fixture = *state;

    open_hedging(fixture, DG_ONE / 1000 * 999, 5);
    observe(fixture, 999, 0);
    assert_true(delay_now(fixture) == INT64_MAX);
    observe(fixture, 9, 0);
    assert_true(delay_now(fixture) == INT64_C(1) << 20);
    open_hedging(fixture, DG_ONE / 2, 5);
    observe(fixture, 112, INT64_C(1) << 42);
    assert_true(delay_now(fixture) == INT64_MAX);
    open_hedging(fixture, DG_ONE / 2, 5);
    observe(fixture, 112, (INT64_C(1) << 42) - 1);
    assert_true(delay_now(fixture) == INT64_C(1) << 42);
}

/* Goal: at 4096 answers all counts are halved, so 2064 further ones outweigh them. */
static void old_answers_fade(void **state)
{
    struct fixture *fixture = *state;

    open_hedging(fixture, DG_ONE / 2, 5);
    observe(fixture, 4096, DG_SECOND);
    observe(fixture, 2032, 10 * DG_SECOND);
    assert_true(delay_now(fixture) == INT64_C(15) << 26);
    observe(fixture, 32, 10 * DG_SECOND);
    assert_true(delay_now(fixture) == INT64_C(10) << 30);
}

/* Goal: a change of the quantile is read from what was seen; off forgets it. */
static void quantile_changes(void **state)
{
    struct fixture *fixture = *state;

    open_hedging(fixture, DG_ONE / 2, 5);
    observe(fixture, 60, DG_SECOND);
    observe(fixture, 52, 10 * DG_SECOND);
    assert_true(delay_now(fixture) == INT64_C(15) << 26);
    fixture->params.routing_hedge_quantile = DG_ONE / 4 * 3;
    change(fixture);
    assert_true(delay_now(fixture) == INT64_C(10) << 30);
    fixture->params.routing_hedge_quantile = 0;
    change(fixture);
    assert_true(delay_now(fixture) == INT64_MAX);
    fixture->params.routing_hedge_quantile = DG_ONE / 2;
    change(fixture);
    assert_true(delay_now(fixture) == INT64_MAX);
    observe(fixture, 112, DG_SECOND);
    assert_true(delay_now(fixture) == INT64_C(15) << 26);
}

/* Goal: the escrow is that of the dearer copy; whoever answers first is paid its own price, the other
 * is free again and has no copy any more. */
static void first_answer_wins(void **state)
{
    struct fixture *fixture = *state;

    for (int winner = 0; winner < 2; winner++) {
        open_hedging(fixture, DG_ONE / 2, 1);
        const struct dg_route first = send(fixture);
        put_node(fixture, 1, DG_NODE_ACTIVE, 100000);
        const struct dg_route second = hedged(fixture, &first);
        assert_true(first.escrow == MAXIMUM && second.escrow == 2 * MAXIMUM);
        assert_true(allowance(fixture) == GRANT - 2 * MAXIMUM);
        assert_int_equal(dg_gateway_in_flight(fixture->gateway), 1);
        assert_int_equal(dg_gateway_node_in_flight(fixture->gateway, 0), 1);
        assert_int_equal(dg_gateway_node_in_flight(fixture->gateway, 1), 1);
        const struct dg_receipt receipt = answer(fixture, winner == 0 ? &first : &second);
        assert_int_equal(receipt.node, winner);
        assert_true(receipt.fee == (winner + 1) * MAXIMUM);
        assert_true(allowance(fixture) == GRANT - receipt.fee);
        for (uint32_t node = 0; node < 2; node++)
            assert_int_equal(dg_gateway_node_in_flight(fixture->gateway, node), 0);
        assert_int_equal(counters(fixture).hedges_won, winner);
        assert_status(try_reroute(fixture, &first), DG_ERROR_UNKNOWN_ID);
    }
}

/* Goal: when one of two copies is refused the other goes on, at its own escrow and for no token; the
 * one that is left is rerouted like any other. */
static void refused_copy_is_dropped(void **state)
{
    struct fixture *fixture = *state;

    fixture->params.routing_retry_reserve = 3;
    fixture->params.routing_retry_budget = 0;
    open_hedging(fixture, DG_ONE / 2, 1);
    const struct dg_route first = send(fixture);
    put_node(fixture, 1, DG_NODE_ACTIVE, 100000);
    const struct dg_route second = hedged(fixture, &first);
    assert_status(try_hedge(fixture, &first), DG_ERROR_LIMIT); /* one a request */
    struct dg_route left = rerouted(fixture, &second);
    assert_true(left.waiting && left.node == 0 && left.handle == first.handle);
    assert_true(left.escrow == MAXIMUM && allowance(fixture) == GRANT - MAXIMUM);
    assert_int_equal(dg_gateway_node_in_flight(fixture->gateway, 1), 0);
    assert_int_equal(counters(fixture).retry_tokens, 2);
    assert_status(try_reroute(fixture, &second), DG_ERROR_NOT_SERVING);
    put_node(fixture, 2, DG_NODE_ACTIVE, 0);
    left = rerouted(fixture, &left);
    assert_true(!left.waiting && left.node == 2);
    assert_true(left.hedge_at == INT64_MAX);
    assert_status(try_hedge(fixture, &left), DG_ERROR_LIMIT);
    (void)answer(fixture, &left);
    assert_int_equal(counters(fixture).hedges, 1);
    assert_int_equal(counters(fixture).hedges_won, 0);
}

/* Goal: no hedge while hedges are off, without a token, without another node; the time is not told
 * without a token either. */
static void no_hedge(void **state)
{
    struct fixture *fixture = *state;

    open_nodes(fixture, 5);
    struct dg_route route = send(fixture);
    assert_true(route.hedge_at == INT64_MAX);
    assert_status(try_hedge(fixture, &route), DG_ERROR_LIMIT);
    open_hedging(fixture, DG_ONE / 2, 1);
    route = send(fixture);
    assert_status(try_hedge(fixture, &route), DG_ERROR_NO_CANDIDATE);
    (void)answer(fixture, &route);
    fixture->params.routing_retry_reserve = 1;
    fixture->params.routing_retry_budget = 0;
    open_hedging(fixture, DG_ONE / 2, 5);
    observe(fixture, 112, DG_SECOND);
    route = send(fixture);
    assert_true(route.hedge_at == fixture->now + (INT64_C(15) << 26));
    (void)hedged(fixture, &route);
    route = send(fixture);
    assert_true(route.hedge_at == INT64_MAX);
    assert_status(try_hedge(fixture, &route), DG_ERROR_LIMIT);
}

/* Goal: the node that lost is not failed: its trial may be repeated, its row of failures stays. A
 * deadline blames both. */
static void loser_is_not_blamed(void **state)
{
    struct fixture *fixture = *state;

    fixture->params.routing_breaker_failures = 1;
    open_hedging(fixture, DG_ONE / 2, 1);
    fail_times(fixture, 1);
    fixture->now += BREAKER_TIME;
    struct dg_route trial = send(fixture);
    put_node(fixture, 1, DG_NODE_ACTIVE, 0);
    struct dg_route second = hedged(fixture, &trial);
    (void)answer(fixture, &second);
    put_node(fixture, 1, DG_NODE_JAILED, 0);
    trial = send(fixture); /* node 0 again, on trial again */
    assert_status(try_one(fixture), DG_ERROR_NO_CANDIDATE);
    put_node(fixture, 1, DG_NODE_ACTIVE, 0);
    (void)hedged(fixture, &trial);
    give_up(fixture, &trial, DG_BLAME_ALL);
    assert_int_equal(counters(fixture).breakers_open, 2);
    assert_int_equal(counters(fixture).breaker_trips, 3);
}

/* ---- changes of parameters ---- */

/* Goal: what is in flight is metered by the parameters of its quote, also after a second change; what
 * comes after by the new ones: 5 CU at 0.1 DGAI, a tenth and three tenths on top. */
static void quotes_outlive_a_change(void **state)
{
    struct fixture *fixture = *state;

    open_nodes(fixture, 3);
    const struct dg_route old = send(fixture);
    fixture->params.fees_unit_price = 100000;
    fixture->params.metering_output_weight = 8;
    fixture->params.fees_latency_mode = DG_LATENCY_USER_SURCHARGE;
    fixture->params.sampling_rate = DG_ONE / 2;
    change(fixture);
    const struct dg_route new = send(fixture);
    assert_true(new.escrow == 700000);
    fixture->params.metering_output_weight = 0;
    fixture->params.fees_unit_price = 1;
    change(fixture);
    struct dg_receipt receipt = answer(fixture, &old);
    assert_true(receipt.fee == MAXIMUM && receipt.compute_milli == 3000);
    assert_true(receipt.rate == DG_ONE / 100);
    receipt = answer_after(fixture, &new, 1000 * DG_SECOND);
    assert_true(receipt.fee == 700000 && receipt.compute_milli == 5000);
    assert_true(receipt.rate == DG_ONE / 2);
    assert_true(send(fixture).escrow == 1);
}

/* Goal: capacities, prices and the policy follow: a slot a node, one candidate that can be paid. */
static void view_follows(void **state)
{
    struct fixture *fixture = *state;

    fixture->params.routing_policy = 0;
    open_nodes(fixture, 2);
    for (uint32_t i = 0; i < 3; i++)
        (void)send(fixture);
    fixture->params.routing_stake_per_slot = 50 * DG_TOKEN; /* two a node */
    change(fixture);
    (void)send(fixture);
    assert_int_equal(dg_gateway_node_in_flight(fixture->gateway, 0) +
                         dg_gateway_node_in_flight(fixture->gateway, 1),
                     4);
    fixture->params.routing_stake_per_slot = 0;
    fixture->params.routing_policy = 5; /* inverse_square_price: a tree of sums */
    change(fixture);
    (void)send(fixture);
    fixture->params.routing_policy = 3; /* round_robin: a tree of ranks */
    put_node(fixture, 1, DG_NODE_ACTIVE, 60000);
    change(fixture);
    uint32_t first = send(fixture).node;
    for (uint32_t i = 1; i < 10; i++)
        assert_int_equal(send(fixture).node, i % 2 == 0 ? first : 1 - first);
    fixture->params.routing_policy = 4; /* least_outstanding */
    change(fixture);
    for (uint32_t i = 0; i < 10; i++) {
        uint32_t loads[2] = {dg_gateway_node_in_flight(fixture->gateway, 0),
                             dg_gateway_node_in_flight(fixture->gateway, 1)};
        uint32_t node = send(fixture).node;
        assert_true(loads[node] <= loads[1 - node]);
    }
    fixture->params.fees_unit_price = 100000;
    change(fixture);
    const struct dg_request request = {.request = ++fixture->request,
                                       .tokens_in = TOKENS_IN,
                                       .tokens_out_max = TOKENS_OUT,
                                       .price_cap = 3 * 66000};
    struct dg_route route;
    for (uint32_t i = 0; i < 10; i++) { /* node 1 alone names a price below the standard */
        struct dg_request next = request;
        next.request = ++fixture->request;
        assert_status(dg_gateway_submit(fixture->gateway, fixture->now, &next, &route), DG_OK);
        assert_int_equal(route.node, 1);
    }
}

/* Goal: parameters that cannot be, and a change in the past, are refused and nothing changes. */
static void change_refused(void **state)
{
    struct fixture *fixture = *state;

    open_nodes(fixture, 1);
    (void)send(fixture);
    struct dg_params bad = fixture->params;
    bad.fees_unit_price = 7;
    assert_status(dg_gateway_apply_params(fixture->gateway, fixture->now - 1, &bad),
                  DG_ERROR_STATE);
    bad.routing_retry_reserve = 0;
    assert_status(dg_gateway_apply_params(fixture->gateway, fixture->now + 1, &bad),
                  DG_ERROR_PARAMETER);
    assert_true(send(fixture).escrow == MAXIMUM);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ROW(breaker_opens),
        ROW(breaker_tries_again),
        ROW(breaker_ignores_the_past),
        ROW(refusals_trip),
        ROW(refusal_leaves_breakers),
        ROW(breaker_off),
        ROW(retry_budget),
        ROW(retry_without_limit),
        ROW(session_goes_back),
        ROW(session_passes_the_filter),
        ROW(oldest_session_makes_way),
        ROW(quantile_by_hand),
        ROW(quantile_at_the_ends),
        ROW(old_answers_fade),
        ROW(quantile_changes),
        ROW(first_answer_wins),
        ROW(refused_copy_is_dropped),
        ROW(no_hedge),
        ROW(loser_is_not_blamed),
        ROW(quotes_outlive_a_change),
        ROW(view_follows),
        ROW(change_refused),
    };
#undef ROW

    return cmocka_run_group_tests(tests, NULL, NULL);
}
