/* test_gateway.c - a gateway by its public calls. A refused call is made on one of two gateways
 * that have seen the same: what both do next must not differ. Fees are worked out by hand. */
#include <stdlib.h>

#include "chain_world.h"
#include "dg/gateway.h"

#include "policies.h"

enum {
    SMALL = 0,  /* up to 8B, standard price, royalty 10 %, 4096 tokens */
    LARGE = 1,  /* up to 70B, 0.02 DGAI a CU, no royalty, any length */
    EMPTY = 2,  /* served by nobody */
    HIDDEN = 3, /* named by node 0, never published */

    NODES = 7, /* all serve SMALL, the first three LARGE */
    CHEAP = 6, /* asks 0.04 DGAI a CU */

    RICH = 0,
    POOR = 1,     /* was granted 0.001 DGAI */
    STRANGER = 2, /* was granted nothing */
    USERS = 3,

    TOKENS_IN = 1000,
    TOKENS_OUT = 500,
    GATEWAY = 9,
    LIMIT = 40, /* in flight */
    ROUTES = 1024,
};

/* TOKENS_IN and TOKENS_OUT make 3 CU of SMALL. */
#define SMALL_MAXIMUM INT64_C(165000)
#define CHEAP_MAXIMUM INT64_C(132000)
#define LARGE_MAXIMUM INT64_C(480000)
#define RICH_GRANT    (1000000 * DG_TOKEN)
#define POOR_GRANT    (DG_TOKEN / 1000)

struct fixture {
    struct dg_params params;
    struct dg_gateway *gateway;
    struct dg_gateway *twin; /* saw every call but the refused ones */
    int64_t now;
    uint64_t request, period;       /* the last of each */
    struct dg_route routes[ROUTES]; /* the newest of each handle, in a ring */
    size_t route_count;
};

/* The call, in which `g` is the gateway, succeeds on both. */
#define BOTH(fixture, g, call)                                                                     \
    do {                                                                                           \
        struct dg_gateway *g = (fixture)->gateway;                                                 \
        assert_status(call, DG_OK);                                                                \
        g = (fixture)->twin;                                                                       \
        assert_status(call, DG_OK);                                                                \
    } while (0)

/* The call fails on the one, and nothing that follows shows it. */
#define REFUSED(fixture, call, expected)                                                           \
    do {                                                                                           \
        assert_status(call, expected);                                                             \
        same_future(fixture);                                                                      \
    } while (0)

/* ---- the same on both ---- */

static struct dg_request request_of(uint64_t request, uint32_t user, uint32_t model)
{
    return (struct dg_request){.request = request,
                               .user = user,
                               .model = model,
                               .tokens_in = TOKENS_IN,
                               .tokens_out_max = TOKENS_OUT};
}

static void assert_same_route(const struct dg_route *a, const struct dg_route *b)
{
    assert_true(a->handle == b->handle);
    assert_int_equal(a->node, b->node);
    assert_true(a->escrow == b->escrow && a->hedge_at == b->hedge_at);
    assert_true(a->affine == b->affine && a->waiting == b->waiting);
}

static void assert_same_receipt(const struct dg_receipt *a, const struct dg_receipt *b)
{
    assert_true(a->number == b->number && a->request == b->request);
    assert_true(a->user == b->user && a->node == b->node && a->model == b->model);
    assert_true(a->tokens_in == b->tokens_in && a->tokens_out == b->tokens_out);
    assert_true(a->compute_milli == b->compute_milli);
    assert_true(a->fee == b->fee && a->royalty == b->royalty && a->rate == b->rate);
    assert_memory_equal(&a->commitment, &b->commitment, sizeof a->commitment);
}

static void same_reading(const struct fixture *fixture)
{
    const struct dg_gateway *a = fixture->gateway, *b = fixture->twin;

    assert_int_equal(dg_gateway_in_flight(a), dg_gateway_in_flight(b));
    for (uint32_t user = 0; user <= USERS; user++)
        assert_true(dg_gateway_allowance(a, user) == dg_gateway_allowance(b, user));
    for (uint32_t node = 0; node <= NODES; node++)
        assert_int_equal(dg_gateway_node_in_flight(a, node), dg_gateway_node_in_flight(b, node));
}

static void remember(struct fixture *fixture, const struct dg_route *route)
{
    fixture->routes[fixture->route_count++ % ROUTES] = *route;
}

/* The node that has the request; any when nobody has it. */
static uint32_t node_of(const struct fixture *fixture, uint64_t handle)
{
    for (size_t i = 1; i <= ROUTES && i <= fixture->route_count; i++) {
        const struct dg_route *route = &fixture->routes[(fixture->route_count - i) % ROUTES];
        if (route->handle == handle)
            return route->node;
    }
    return 0;
}

/* True when it succeeded; on both it must end the same. */
static bool same_submit(struct fixture *fixture, const struct dg_request *request,
                        struct dg_route *route)
{
    struct dg_route other = {0};
    enum dg_status status = dg_gateway_submit(fixture->gateway, fixture->now, request, route);

    assert_status(dg_gateway_submit(fixture->twin, fixture->now, request, &other), status);
    if (status != DG_OK)
        return false;
    assert_same_route(route, &other);
    remember(fixture, route);
    return true;
}

static void same_reroute(struct fixture *fixture, uint64_t handle)
{
    struct dg_route a = {0}, b = {0};
    uint32_t node = node_of(fixture, handle);
    enum dg_status status =
        dg_gateway_reroute(fixture->gateway, fixture->now, handle, node, DG_REFUSED_BUSY, &a);

    assert_status(
        dg_gateway_reroute(fixture->twin, fixture->now, handle, node, DG_REFUSED_BUSY, &b), status);
    assert_same_route(&a, &b);
    if (status == DG_OK)
        remember(fixture, &a);
}

static struct dg_answer answer_of(uint32_t tokens_out, int64_t total)
{
    return (struct dg_answer){
        .tokens_out = tokens_out, .ttft = total / 2, .total = total, .commitment = {{7, 7}}};
}

/* By the node that has the request. */
static struct dg_receipt same_answer(struct fixture *fixture, uint64_t handle,
                                     const struct dg_answer *answer)
{
    struct dg_answer full = *answer;
    struct dg_receipt a, b;

    full.node = node_of(fixture, handle);
    assert_status(dg_gateway_answer(fixture->gateway, fixture->now, handle, &full, &a), DG_OK);
    assert_status(dg_gateway_answer(fixture->twin, fixture->now, handle, &full, &b), DG_OK);
    assert_same_receipt(&a, &b);
    return a;
}

/* The report of the one; the other's must be equal. */
static struct dg_report same_close(struct fixture *fixture)
{
    struct dg_report a, b;

    fixture->period++;
    assert_status(dg_gateway_close_period(fixture->gateway, fixture->now, fixture->period, &a),
                  DG_OK);
    assert_status(dg_gateway_close_period(fixture->twin, fixture->now, fixture->period, &b), DG_OK);
    assert_int_equal(a.gateway, b.gateway);
    assert_true(a.period == b.period);
    assert_memory_equal(&a.root, &b.root, sizeof a.root);
    assert_int_equal(a.receipt_count, b.receipt_count);
    for (size_t i = 0; i < a.receipt_count; i++)
        assert_same_receipt(&a.receipts[i], &b.receipts[i]);
    return a;
}

/* Some requests of every fate on both, at the time before the refused call and under the very next
 * numbers: a clock, an id or a bit of entropy that it took would show. */
static void same_future(struct fixture *fixture)
{
    same_reading(fixture);
    for (uint32_t i = 0; i < 12; i++) {
        struct dg_request request = request_of(++fixture->request, RICH, i % 2);
        struct dg_route route;
        if (!same_submit(fixture, &request, &route))
            continue;
        if (i % 3 == 0)
            same_reroute(fixture, route.handle);
        if (i % 4 == 0) {
            BOTH(fixture, g,
                 dg_gateway_fail(g, fixture->now, route.handle,
                                 i % 8 == 0 ? DG_BLAME_ALL : DG_NONE));
        } else {
            struct dg_answer answer = answer_of(i, (int64_t)i * DG_SECOND);
            (void)same_answer(fixture, route.handle, &answer);
        }
    }
    (void)same_close(fixture);
    same_reading(fixture);
    fixture->now++;
}

/* ---- the world ---- */

static struct dg_node_record record_of(uint32_t node)
{
    struct dg_node_record record = {.node = node,
                                    .models = {SMALL, LARGE, HIDDEN},
                                    .model_count = node == 0  ? 3
                                                   : node < 3 ? 2
                                                              : 1,
                                    .quality = 50000,
                                    .credibility = 50000,
                                    .price = node == CHEAP ? 40000 : 0,
                                    .stake = 20 * DG_TOKEN};

    return record;
}

static void put_node(struct fixture *fixture, const struct dg_node_record *record)
{
    BOTH(fixture, g, dg_gateway_apply_node(g, record));
}

/* Of the nodes, those are active whose bit is set. */
static void activate(struct fixture *fixture, unsigned nodes)
{
    for (uint32_t node = 0; node < NODES; node++) {
        struct dg_node_record record = record_of(node);
        record.state = nodes >> node & 1 ? DG_NODE_ACTIVE : DG_NODE_JAILED;
        put_node(fixture, &record);
    }
}

static void put_model(struct fixture *fixture, const struct dg_model_record *record)
{
    BOTH(fixture, g, dg_gateway_apply_model(g, record));
}

static void grant(struct fixture *fixture, uint32_t user, int64_t amount)
{
    const struct dg_grant given = {.user = user, .gateway = GATEWAY, .amount = amount};

    BOTH(fixture, g, dg_gateway_apply_grant(g, &given));
}

static struct dg_gateway_spec spec_of(uint32_t limit)
{
    return (struct dg_gateway_spec){
        .gateway = GATEWAY, .seed = {1, 2, 3}, .in_flight_limit = limit};
}

static const struct dg_model_record SMALL_RECORD = {
    .model = SMALL, .context_tokens = 4096, .size_class = DG_SIZE_8B, .royalty = DG_ONE / 10};

static void open_world(struct fixture *fixture, uint32_t limit)
{
    const struct dg_gateway_spec spec = spec_of(limit);
    const struct dg_model_record large = {
        .model = LARGE, .size_class = DG_SIZE_70B, .price = 20000};
    const struct dg_model_record empty = {.model = EMPTY};

    dg_gateway_close(fixture->gateway);
    dg_gateway_close(fixture->twin);
    fixture->gateway = fixture->twin = NULL;
    assert_status(dg_gateway_open(&fixture->params, &spec, NULL, &fixture->gateway), DG_OK);
    assert_status(dg_gateway_open(&fixture->params, &spec, NULL, &fixture->twin), DG_OK);
    fixture->now = 1000;
    fixture->request = fixture->period = 10;
    put_model(fixture, &SMALL_RECORD);
    put_model(fixture, &large);
    put_model(fixture, &empty);
    activate(fixture, (1u << NODES) - 1);
    grant(fixture, RICH, RICH_GRANT);
    grant(fixture, POOR, POOR_GRANT);
    same_future(fixture); /* no clock or number stands at its first value */
}

/* Cold, so that the least difference of two records decides. */
static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    dg_params_default(&fixture.params);
    fixture.params.routing_temperature = DG_ONE / 1000000;
    open_world(&fixture, LIMIT);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    dg_gateway_close(fixture->gateway);
    dg_gateway_close(fixture->twin);
    return 0;
}

/* Submits on both; must succeed. */
static struct dg_route routed(struct fixture *fixture, uint32_t user, uint32_t model)
{
    const struct dg_request request = request_of(++fixture->request, user, model);
    struct dg_route route;

    assert_true(same_submit(fixture, &request, &route));
    return route;
}

static struct dg_route rerouted(struct fixture *fixture, uint64_t handle)
{
    struct dg_route route, other;
    uint32_t node = node_of(fixture, handle);

    assert_status(
        dg_gateway_reroute(fixture->gateway, fixture->now, handle, node, DG_REFUSED_BUSY, &route),
        DG_OK);
    assert_status(
        dg_gateway_reroute(fixture->twin, fixture->now, handle, node, DG_REFUSED_BUSY, &other),
        DG_OK);
    assert_same_route(&route, &other);
    remember(fixture, &route);
    return route;
}

static void give_up(struct fixture *fixture, uint64_t handle, bool blame)
{
    uint32_t node = blame ? node_of(fixture, handle) : DG_NONE;

    BOTH(fixture, g, dg_gateway_fail(g, fixture->now, handle, node));
}

/* ---- open ---- */

/* Goal: a gateway without room for a request, with parameters out of bounds or without memory is
 * not opened, and the caller's pointer is left alone. */
static void refused_to_open(void **state)
{
    struct fixture *fixture = *state;
    struct dg_gateway_spec spec = spec_of(0);
    struct dg_gateway *out = fixture->twin;
    struct chain_memory memory = {.left = 1};
    const struct dg_allocator allocator = chain_memory_allocator(&memory);

    assert_status(dg_gateway_open(&fixture->params, &spec, NULL, &out), DG_ERROR_ARGUMENT);
    spec.in_flight_limit = 1;
    assert_status(dg_gateway_open(&fixture->params, &spec, &allocator, &out), DG_ERROR_MEMORY);
    fixture->params.routing_d = 0;
    assert_status(dg_gateway_open(&fixture->params, &spec, NULL, &out), DG_ERROR_PARAMETER);
    assert_ptr_equal(out, fixture->twin);
    dg_gateway_close(NULL);
}

/* Goal: the published hash depends on the seed and only on it, and does not show it. */
static void seed_hash(void **state)
{
    struct fixture *fixture = *state;
    struct dg_gateway_spec spec = spec_of(1);
    struct dg_hash first, second;

    dg_gateway_seed_hash(fixture->gateway, &first);
    assert_memory_not_equal(first.bytes, spec.seed, sizeof spec.seed);
    spec.gateway++;
    for (int changed = 0; changed < 2; changed++) {
        struct dg_gateway *gateway = NULL;
        spec.seed[31] ^= (uint8_t)changed;
        assert_status(dg_gateway_open(&fixture->params, &spec, NULL, &gateway), DG_OK);
        dg_gateway_seed_hash(gateway, &second);
        dg_gateway_close(gateway);
        assert_int_equal(memcmp(&first, &second, sizeof first) != 0, changed);
    }
}

/* ---- refusals ---- */

/* Submits to the one only, later than now and under a number to come; *route must be left alone. */
static enum dg_status lone_submit(struct fixture *fixture, struct dg_request request)
{
    struct dg_route route = {.handle = 1, .node = 2, .escrow = 3};
    enum dg_status status =
        dg_gateway_submit(fixture->gateway, fixture->now + DG_SECOND, &request, &route);

    assert_true(route.handle == 1 && route.node == 2 && route.escrow == 3);
    return status;
}

static struct dg_request to_come(const struct fixture *fixture, uint32_t user, uint32_t model)
{
    return request_of(fixture->request + 100, user, model);
}

/* Goal: who asks for the wrong thing, or cannot pay, is refused without a trace. */
static void submit_refused(void **state)
{
    struct fixture *fixture = *state;
    struct dg_request request = request_of(fixture->request, RICH, SMALL);
    struct dg_route route;

    REFUSED(fixture, lone_submit(fixture, request), DG_ERROR_REPLAY);
    request.request = 0;
    REFUSED(fixture, lone_submit(fixture, request), DG_ERROR_REPLAY);
    REFUSED(fixture, lone_submit(fixture, to_come(fixture, RICH, HIDDEN)), DG_ERROR_UNKNOWN_ID);
    REFUSED(fixture, lone_submit(fixture, to_come(fixture, RICH, 50)), DG_ERROR_UNKNOWN_ID);
    REFUSED(fixture, lone_submit(fixture, to_come(fixture, RICH, DG_NONE)), DG_ERROR_UNKNOWN_ID);
    REFUSED(fixture, lone_submit(fixture, to_come(fixture, STRANGER, SMALL)), DG_ERROR_FUNDS);
    REFUSED(fixture, lone_submit(fixture, to_come(fixture, POOR, SMALL)), DG_ERROR_FUNDS);
    REFUSED(fixture, lone_submit(fixture, to_come(fixture, RICH, EMPTY)), DG_ERROR_NO_CANDIDATE);
    request = to_come(fixture, RICH, SMALL);
    request.price_cap = -1;
    REFUSED(fixture, lone_submit(fixture, request), DG_ERROR_ARGUMENT);
    request = to_come(fixture, RICH, SMALL);
    REFUSED(fixture, dg_gateway_submit(fixture->gateway, fixture->now - 2, &request, &route),
            DG_ERROR_STATE);
}

/* Goal: prompt and answer together must fit the context; their sum does not wrap. */
static void too_long(void **state)
{
    static const uint32_t tokens[][2] = {
        {4096, 1}, {1, 4096}, {UINT32_MAX, 2}, {UINT32_MAX, UINT32_MAX}};
    struct fixture *fixture = *state;
    struct dg_request request;
    struct dg_route route;

    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        request = to_come(fixture, RICH, SMALL);
        request.tokens_in = tokens[i][0];
        request.tokens_out_max = tokens[i][1];
        REFUSED(fixture, lone_submit(fixture, request), DG_ERROR_NO_CANDIDATE);
    }
    request = request_of(++fixture->request, RICH, SMALL);
    request.tokens_in = 4096 - TOKENS_OUT;
    assert_true(same_submit(fixture, &request, &route));
}

/* Goal: more compute than can be counted is refused. */
static void too_much_compute(void **state)
{
    struct fixture *fixture = *state;

    fixture->params.metering_weight[DG_SIZE_70B] = 1000000;
    fixture->params.metering_input_weight = 5000;
    open_world(fixture, LIMIT);
    struct dg_request request = to_come(fixture, RICH, LARGE);
    request.tokens_in = UINT32_MAX; /* 10^6 * 5000 * 2^32 is 2 * 10^19 */
    REFUSED(fixture, lone_submit(fixture, request), DG_ERROR_OVERFLOW);
}

/* Goal: jailed, excluded and departed nodes are no candidates. */
static void nobody_active(void **state)
{
    struct fixture *fixture = *state;

    for (uint8_t gone = DG_NODE_JAILED; gone <= DG_NODE_LEFT; gone++) {
        for (uint32_t node = 0; node < NODES; node++) {
            struct dg_node_record record = record_of(node);
            record.state = gone;
            put_node(fixture, &record);
        }
        assert_status(lone_submit(fixture, to_come(fixture, RICH, SMALL)), DG_ERROR_NO_CANDIDATE);
        activate(fixture, (1u << NODES) - 1);
        same_future(fixture);
    }
}

/* Goal: a node takes as many requests as its stake backs, and then as many as it finishes. */
static void slots_of_a_node(void **state)
{
    struct fixture *fixture = *state;
    struct dg_route routes[2];

    fixture->params.routing_stake_per_slot = 10 * DG_TOKEN;
    open_world(fixture, LIMIT);
    activate(fixture, 1u << 4);
    for (size_t i = 0; i < 2; i++) {
        routes[i] = routed(fixture, RICH, SMALL);
        assert_int_equal(routes[i].node, 4);
        assert_int_equal(dg_gateway_node_in_flight(fixture->gateway, 4), i + 1);
    }
    REFUSED(fixture, lone_submit(fixture, to_come(fixture, RICH, SMALL)), DG_ERROR_NO_CANDIDATE);
    give_up(fixture, routes[0].handle, false);
    (void)routed(fixture, RICH, SMALL);
    struct dg_answer answer = answer_of(1, DG_SECOND);
    (void)same_answer(fixture, routes[1].handle, &answer);
    (void)routed(fixture, RICH, SMALL);
    REFUSED(fixture, lone_submit(fixture, to_come(fixture, RICH, SMALL)), DG_ERROR_NO_CANDIDATE);
}

/* Goal: in_flight_limit requests and no more; one that ends makes room for one. */
static void in_flight_limit(void **state)
{
    struct fixture *fixture = *state;
    struct dg_route route = {0};

    for (uint32_t limit = 1; limit <= 33; limit += 16) {
        open_world(fixture, limit);
        for (uint32_t i = 0; i < limit; i++)
            route = routed(fixture, RICH, SMALL);
        assert_int_equal(dg_gateway_in_flight(fixture->gateway), limit);
        REFUSED(fixture, lone_submit(fixture, to_come(fixture, RICH, SMALL)), DG_ERROR_LIMIT);
        give_up(fixture, route.handle, false);
        same_future(fixture);
        (void)routed(fixture, RICH, LARGE);
        REFUSED(fixture, lone_submit(fixture, to_come(fixture, RICH, SMALL)), DG_ERROR_LIMIT);
    }
}

static enum dg_status lone_reroute(struct fixture *fixture, uint64_t handle)
{
    struct dg_route route = {.handle = 1, .node = 2, .escrow = 3};
    enum dg_status status = dg_gateway_reroute(fixture->gateway, fixture->now + DG_SECOND, handle,
                                               node_of(fixture, handle), DG_REFUSED_BUSY, &route);

    assert_true(route.handle == 1 && route.node == 2 && route.escrow == 3);
    return status;
}

/* Handles that name no request in flight, made from one that does. */
enum { STRANGE_HANDLES = 6 };
static void strange_handles(struct fixture *fixture, uint64_t handle,
                            uint64_t strange[STRANGE_HANDLES])
{
    struct dg_route ended = routed(fixture, RICH, SMALL);

    give_up(fixture, ended.handle, false);
    strange[0] = 0;
    strange[1] = UINT64_MAX;
    strange[2] = ended.handle;
    strange[3] = handle + (UINT64_C(1) << 40); /* of a later generation */
    strange[4] = handle ^ 32;                  /* of a slot never used */
    strange[5] = handle & 31;
}

/* Goal: what names no request in flight, comes from the past or goes against the record is refused
 * without a trace, and the request then ends as usual. */
static void reroute_refused(void **state)
{
    struct fixture *fixture = *state;
    struct dg_route route = routed(fixture, RICH, SMALL), other;
    uint64_t strange[STRANGE_HANDLES];

    strange_handles(fixture, route.handle, strange);
    for (size_t i = 0; i < STRANGE_HANDLES; i++)
        REFUSED(fixture, lone_reroute(fixture, strange[i]), DG_ERROR_UNKNOWN_ID);
    REFUSED(fixture,
            dg_gateway_reroute(fixture->gateway, fixture->now - 2, route.handle, route.node,
                               DG_REFUSED_BUSY, &other),
            DG_ERROR_STATE);
    (void)rerouted(fixture, route.handle);
    (void)rerouted(fixture, route.handle); /* the default limit is two */
    REFUSED(fixture, lone_reroute(fixture, route.handle), DG_ERROR_LIMIT);
    struct dg_answer answer = answer_of(10, DG_SECOND);
    (void)same_answer(fixture, route.handle, &answer);
}

static void assert_same_node(struct fixture *fixture, const struct dg_route *route)
{
    assert_int_equal(dg_gateway_node_in_flight(fixture->gateway, route->node), 1);
    assert_int_equal(dg_gateway_in_flight(fixture->gateway), 1);
}

/* Goal: every node is tried once at most; with none left the request stays where it is. */
static void reroute_runs_out(void **state)
{
    struct fixture *fixture = *state;
    bool tried[NODES] = {false};

    fixture->params.routing_failover_limit = 16;
    open_world(fixture, LIMIT);
    struct dg_route route = routed(fixture, RICH, LARGE);
    for (uint32_t i = 0; i < 3; i++) {
        uint64_t handle = route.handle;
        assert_true(route.node < 3 && !tried[route.node]);
        tried[route.node] = true;
        assert_same_node(fixture, &route);
        if (i < 2)
            route = rerouted(fixture, handle);
        assert_true(route.handle == handle);
    }
    REFUSED(fixture, lone_reroute(fixture, route.handle), DG_ERROR_NO_CANDIDATE);
    assert_same_node(fixture, &route);
    give_up(fixture, route.handle, true);
    same_future(fixture);
}

/* Goal: so it does when the price keeps the others out. */
static void reroute_too_dear(void **state)
{
    struct fixture *fixture = *state;
    struct dg_request request = request_of(++fixture->request, RICH, SMALL);
    struct dg_route route;

    request.price_cap = SMALL_MAXIMUM - 1;
    assert_true(same_submit(fixture, &request, &route));
    assert_int_equal(route.node, CHEAP);
    REFUSED(fixture, lone_reroute(fixture, route.handle), DG_ERROR_NO_CANDIDATE);
    assert_same_node(fixture, &route);
}

/* Goal: failover_limit further nodes, from none to the bound of the parameter. */
static void failover_limit(void **state)
{
    struct fixture *fixture = *state;

    for (int64_t limit = 0; limit <= 16; limit += 4) {
        fixture->params.routing_failover_limit = limit;
        open_world(fixture, LIMIT);
        for (uint32_t node = NODES; node < 20; node++) {
            struct dg_node_record record = record_of(node);
            put_node(fixture, &record);
        }
        struct dg_route route = routed(fixture, RICH, SMALL);
        for (int64_t i = 0; i < limit; i++)
            (void)rerouted(fixture, route.handle);
        REFUSED(fixture, lone_reroute(fixture, route.handle), DG_ERROR_LIMIT);
        give_up(fixture, route.handle, false);
    }
}

static enum dg_status lone_answer(struct fixture *fixture, uint64_t handle, struct dg_answer answer)
{
    struct dg_receipt receipt, untouched;

    memset(&receipt, 0x5a, sizeof receipt);
    memcpy(&untouched, &receipt, sizeof receipt);
    answer.node = node_of(fixture, handle);
    enum dg_status status =
        dg_gateway_answer(fixture->gateway, fixture->now + DG_SECOND, handle, &answer, &receipt);
    assert_memory_equal(&receipt, &untouched, sizeof receipt);
    return status;
}

/* Goal: an answer that cannot be, or of no request, is refused; the right one then counts once. */
static void answer_refused(void **state)
{
    struct fixture *fixture = *state;
    const struct dg_route route = routed(fixture, RICH, SMALL);
    const struct dg_answer good = answer_of(TOKENS_OUT, DG_SECOND);
    const struct dg_answer bad[] = {
        {.tokens_out = TOKENS_OUT + 1, .ttft = 1, .total = 1},
        {.tokens_out = UINT32_MAX, .ttft = 1, .total = 1},
        {.tokens_out = 1, .ttft = -1, .total = 1},
        {.tokens_out = 1, .ttft = -2, .total = -1},
        {.tokens_out = 1, .ttft = 2, .total = 1},
        {.tokens_out = 1, .ttft = 0, .total = -1},
    };
    struct dg_receipt receipt;
    uint64_t strange[STRANGE_HANDLES];

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        REFUSED(fixture, lone_answer(fixture, route.handle, bad[i]), DG_ERROR_ARGUMENT);
    strange_handles(fixture, route.handle, strange);
    for (size_t i = 0; i < STRANGE_HANDLES; i++)
        REFUSED(fixture, lone_answer(fixture, strange[i], good), DG_ERROR_UNKNOWN_ID);
    REFUSED(fixture,
            dg_gateway_answer(fixture->gateway, fixture->now - 2, route.handle, &good, &receipt),
            DG_ERROR_STATE);
    (void)same_answer(fixture, route.handle, &good);
    REFUSED(fixture, lone_answer(fixture, route.handle, good), DG_ERROR_UNKNOWN_ID);
}

/* Goal: only a request in flight can be given up, once, and not in the past. */
static void fail_refused(void **state)
{
    struct fixture *fixture = *state;
    struct dg_gateway *gateway = fixture->gateway;
    const struct dg_route route = routed(fixture, RICH, SMALL);
    uint64_t strange[STRANGE_HANDLES];

    strange_handles(fixture, route.handle, strange);
    for (size_t i = 0; i < STRANGE_HANDLES; i++)
        REFUSED(fixture,
                dg_gateway_fail(gateway, fixture->now + DG_SECOND, strange[i], DG_BLAME_ALL),
                DG_ERROR_UNKNOWN_ID);
    REFUSED(fixture, dg_gateway_fail(gateway, fixture->now - 2, route.handle, DG_BLAME_ALL),
            DG_ERROR_STATE);
    give_up(fixture, route.handle, true);
    REFUSED(fixture, dg_gateway_fail(gateway, fixture->now + DG_SECOND, route.handle, DG_BLAME_ALL),
            DG_ERROR_UNKNOWN_ID);
}

/* Goal: periods close in order and in time; a refused close takes no receipt with it. */
static void close_refused(void **state)
{
    struct fixture *fixture = *state;
    struct dg_gateway *gateway = fixture->gateway;
    const struct dg_answer answer = answer_of(5, DG_SECOND);
    struct dg_report report = {.gateway = 77};
    int64_t later = fixture->now + DG_SECOND;

    (void)same_answer(fixture, routed(fixture, RICH, SMALL).handle, &answer);
    REFUSED(fixture, dg_gateway_close_period(gateway, later, fixture->period, &report),
            DG_ERROR_REPLAY);
    (void)same_answer(fixture, routed(fixture, RICH, SMALL).handle, &answer);
    REFUSED(fixture, dg_gateway_close_period(gateway, later, 0, &report), DG_ERROR_REPLAY);
    (void)same_answer(fixture, routed(fixture, RICH, SMALL).handle, &answer);
    REFUSED(fixture,
            dg_gateway_close_period(gateway, fixture->now - 2, fixture->period + 1, &report),
            DG_ERROR_STATE);
    assert_int_equal(report.gateway, 77);
}

/* Now is the present of both: a moment ago is the past, the same moment is not. */
static void assert_clock(struct fixture *fixture)
{
    struct dg_report report;

    assert_status(dg_gateway_close_period(fixture->gateway, fixture->now - 1, UINT64_MAX, &report),
                  DG_ERROR_STATE);
    (void)same_close(fixture);
    fixture->now += 10;
}

/* Goal: each call that succeeds sets the clock. */
static void clock_goes_on(void **state)
{
    struct fixture *fixture = *state;
    const struct dg_answer answer = answer_of(1, 1);

    for (int answered = 0; answered <= 1; answered++) {
        fixture->now += 10;
        const struct dg_route route = routed(fixture, RICH, SMALL);
        assert_clock(fixture);
        (void)rerouted(fixture, route.handle);
        assert_clock(fixture);
        if (answered)
            (void)same_answer(fixture, route.handle, &answer);
        else
            give_up(fixture, route.handle, false);
        assert_clock(fixture);
        (void)same_close(fixture);
        assert_clock(fixture);
    }
}

/* Goal: a node's record with a field out of range, or a model named twice, changes nothing. */
static void node_refused(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record records[8];

    for (size_t i = 0; i < 8; i++) {
        records[i] = record_of(0);
        records[i].quality = 0; /* would show */
    }
    records[0].node = DG_PARTY_COUNT_MAX + 1;
    records[1].node = DG_NONE;
    records[2].state = DG_NODE_OFFLINE + 1;
    records[3].price = -1;
    records[4].stake = -1;
    records[5].model_count = DG_NODE_MODELS_MAX + 1;
    for (uint32_t i = 0; i < DG_NODE_MODELS_MAX; i++)
        records[5].models[i] = i; /* nothing else is wrong */
    records[6].models[2] = SMALL;
    records[7].models[2] = DG_NONE;
    for (size_t i = 0; i < 8; i++)
        REFUSED(fixture, dg_gateway_apply_node(fixture->gateway, &records[i]), DG_ERROR_ARGUMENT);
}

/* Goal: so does a model's. */
static void model_refused(void **state)
{
    struct fixture *fixture = *state;
    struct dg_model_record records[6];

    for (size_t i = 0; i < 6; i++)
        records[i] = (struct dg_model_record){.model = SMALL, .price = 1};
    records[0].model = DG_PARTY_COUNT_MAX + 1;
    records[1].model = DG_NONE;
    records[2].size_class = DG_SIZE_COUNT;
    records[3].price = -1;
    records[4].royalty = -1;
    records[5].royalty = dg_royalty_maximum(&fixture->params) + 1;
    for (size_t i = 0; i < 6; i++)
        REFUSED(fixture, dg_gateway_apply_model(fixture->gateway, &records[i]), DG_ERROR_ARGUMENT);
}

/* Goal: so does a grant for another gateway, of less than nothing or of more than can be
 * counted, what is reserved included. */
static void grant_refused(void **state)
{
    struct fixture *fixture = *state;
    struct dg_grant bad = {.user = RICH, .gateway = GATEWAY + 1, .amount = 5};

    REFUSED(fixture, dg_gateway_apply_grant(fixture->gateway, &bad), DG_ERROR_ARGUMENT);
    bad.gateway = GATEWAY;
    bad.amount = -1;
    REFUSED(fixture, dg_gateway_apply_grant(fixture->gateway, &bad), DG_ERROR_ARGUMENT);
    bad.user = USERS + 5;
    REFUSED(fixture, dg_gateway_apply_grant(fixture->gateway, &bad), DG_ERROR_ARGUMENT);
    assert_int_equal(dg_gateway_allowance(fixture->gateway, USERS + 5), 0);
    bad.user = STRANGER;
    grant(fixture, STRANGER, INT64_MAX);
    const struct dg_route route = routed(fixture, STRANGER, LARGE);
    bad.amount = 1;
    REFUSED(fixture, dg_gateway_apply_grant(fixture->gateway, &bad), DG_ERROR_OVERFLOW);
    struct dg_answer answer = answer_of(0, DG_SECOND);
    int64_t fee = same_answer(fixture, route.handle, &answer).fee;
    bad.amount = fee + 1;
    REFUSED(fixture, dg_gateway_apply_grant(fixture->gateway, &bad), DG_ERROR_OVERFLOW);
    grant(fixture, STRANGER, fee);
    assert_true(dg_gateway_allowance(fixture->gateway, STRANGER) == INT64_MAX);
}

/* ---- fees ---- */

/* Goal: the fee of an answer, worked out by hand. SMALL with 250 tokens is 2 CU at 0.05 DGAI and
 * ought to take 2 s + 250 * 80 ms = 22 s; the latency term is 30 % from twice that on. */
static void fees_by_hand(void **state)
{
    static const struct {
        int64_t mode;
        uint32_t model, tokens_out;
        int64_t total, escrow, milli, fee, royalty;
    } cases[] = {
        {DG_LATENCY_NODE_DISCOUNT, SMALL, 250, 0, 165000, 2000, 110000, 10000},
        {DG_LATENCY_NODE_DISCOUNT, SMALL, 250, 22 * DG_SECOND, 165000, 2000, 110000, 10000},
        {DG_LATENCY_NODE_DISCOUNT, SMALL, 250, 33 * DG_SECOND, 165000, 2000, 95000, 10000},
        {DG_LATENCY_NODE_DISCOUNT, SMALL, 250, 44 * DG_SECOND, 165000, 2000, 80000, 10000},
        {DG_LATENCY_NODE_DISCOUNT, SMALL, 250, 9999 * DG_SECOND, 165000, 2000, 80000, 10000},
        {DG_LATENCY_NODE_DISCOUNT, SMALL, 500, 0, 165000, 3000, 165000, 15000},
        {DG_LATENCY_NODE_DISCOUNT, SMALL, 0, 0, 165000, 1000, 55000, 5000},
        {DG_LATENCY_NODE_DISCOUNT, SMALL, 0, 2500 * DG_SECOND / 1000, 165000, 1000, 51250, 5000},
        {DG_LATENCY_NODE_DISCOUNT, LARGE, 250, 0, 480000, 16000, 320000, 0},
        {DG_LATENCY_NODE_DISCOUNT, LARGE, 250, 33 * DG_SECOND, 480000, 16000, 272000, 0},
        {DG_LATENCY_USER_SURCHARGE, SMALL, 250, 22 * DG_SECOND, 210000, 2000, 110000, 10000},
        {DG_LATENCY_USER_SURCHARGE, SMALL, 250, 33 * DG_SECOND, 210000, 2000, 125000, 10000},
        {DG_LATENCY_USER_SURCHARGE, SMALL, 500, 999 * DG_SECOND, 210000, 3000, 210000, 15000},
        {DG_LATENCY_USER_SURCHARGE, LARGE, 250, 44 * DG_SECOND, 624000, 16000, 416000, 0},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture->params.fees_latency_mode = cases[i].mode;
        open_world(fixture, LIMIT);
        activate(fixture, 7); /* all at the price of the model */
        int64_t before = dg_gateway_allowance(fixture->gateway, RICH);
        struct dg_route route = routed(fixture, RICH, cases[i].model);
        struct dg_answer answer = answer_of(cases[i].tokens_out, cases[i].total);
        struct dg_receipt receipt = same_answer(fixture, route.handle, &answer);
        assert_int_equal(route.escrow, cases[i].escrow);
        assert_int_equal(receipt.compute_milli, cases[i].milli);
        assert_int_equal(receipt.fee, cases[i].fee);
        assert_int_equal(receipt.royalty, cases[i].royalty);
        assert_int_equal(before - dg_gateway_allowance(fixture->gateway, RICH), receipt.fee);
    }
}

/* Goal: everything else that a receipt holds. */
static void receipt_fields(void **state)
{
    struct fixture *fixture = *state;
    const struct dg_answer answer = answer_of(77, DG_SECOND);
    struct dg_route route = routed(fixture, RICH, LARGE);
    const struct dg_receipt receipt = same_answer(fixture, route.handle, &answer);

    assert_int_equal(receipt.request, fixture->request);
    assert_int_equal(receipt.user, RICH);
    assert_int_equal(receipt.node, route.node);
    assert_int_equal(receipt.model, LARGE);
    assert_int_equal(receipt.tokens_in, TOKENS_IN);
    assert_int_equal(receipt.tokens_out, 77);
    assert_int_equal(receipt.rate, DG_ONE / 100);
    assert_memory_equal(&receipt.commitment, &answer.commitment, sizeof receipt.commitment);
}

/* Goal: the cap keeps out what may cost more than it, down to the micro-token. */
static void price_cap(void **state)
{
    struct fixture *fixture = *state;
    struct dg_route route;
    uint32_t dear = 0;

    fixture->params.routing_breaker_failures = 0; /* the cheap node stays, however bad */
    open_world(fixture, LIMIT);
    struct dg_request request = to_come(fixture, RICH, SMALL);
    request.price_cap = CHEAP_MAXIMUM - 1;
    REFUSED(fixture, lone_submit(fixture, request), DG_ERROR_FUNDS);
    for (uint32_t i = 0; i < 200; i++) {
        request = request_of(++fixture->request, RICH, SMALL);
        request.price_cap = i % 2 == 0 ? CHEAP_MAXIMUM : SMALL_MAXIMUM - 1;
        assert_true(same_submit(fixture, &request, &route));
        assert_int_equal(route.node, CHEAP);
        assert_int_equal(route.escrow, CHEAP_MAXIMUM);
        give_up(fixture, route.handle, true); /* its record gets ever worse */
        request = request_of(++fixture->request, RICH, SMALL);
        request.price_cap = SMALL_MAXIMUM;
        assert_true(same_submit(fixture, &request, &route));
        assert_int_equal(route.escrow, route.node == CHEAP ? CHEAP_MAXIMUM : SMALL_MAXIMUM);
        dear += route.node != CHEAP;
        give_up(fixture, route.handle, false);
    }
    assert_true(dear > 100);
}

/* Goal: what is left of the allowance is a cap as well; what is reserved is not left. */
static void allowance_is_a_cap(void **state)
{
    struct fixture *fixture = *state;

    grant(fixture, STRANGER, CHEAP_MAXIMUM - 1);
    assert_status(lone_submit(fixture, to_come(fixture, STRANGER, SMALL)), DG_ERROR_FUNDS);
    struct dg_request request = to_come(fixture, STRANGER, SMALL);
    request.price_cap = CHEAP_MAXIMUM; /* a cap is not an allowance */
    assert_status(lone_submit(fixture, request), DG_ERROR_FUNDS);
    grant(fixture, STRANGER, 1);
    struct dg_route route = routed(fixture, STRANGER, SMALL);
    assert_int_equal(route.node, CHEAP);
    assert_int_equal(dg_gateway_allowance(fixture->gateway, STRANGER), 0);
    REFUSED(fixture, lone_submit(fixture, to_come(fixture, STRANGER, SMALL)), DG_ERROR_FUNDS);
    give_up(fixture, route.handle, false);
    assert_int_equal(dg_gateway_allowance(fixture->gateway, STRANGER), CHEAP_MAXIMUM);
    grant(fixture, STRANGER, 0);
    assert_int_equal(dg_gateway_allowance(fixture->gateway, STRANGER), CHEAP_MAXIMUM);
}

/* Goal: another node is quoted at its own price, to which the escrow of the first may go. */
static void reroute_quotes_anew(void **state)
{
    struct fixture *fixture = *state;

    grant(fixture, STRANGER, SMALL_MAXIMUM);
    activate(fixture, 1u << CHEAP);
    struct dg_route first = routed(fixture, STRANGER, SMALL);
    assert_int_equal(first.escrow, CHEAP_MAXIMUM);
    activate(fixture, 1u << CHEAP | 1u << 5);
    struct dg_route second = rerouted(fixture, first.handle);
    assert_true(second.handle == first.handle);
    assert_int_equal(second.node, 5);
    assert_int_equal(second.escrow, SMALL_MAXIMUM);
    assert_int_equal(dg_gateway_allowance(fixture->gateway, STRANGER), 0);
    struct dg_answer answer = answer_of(TOKENS_OUT, 0);
    assert_int_equal(same_answer(fixture, first.handle, &answer).fee, SMALL_MAXIMUM);
    assert_int_equal(dg_gateway_allowance(fixture->gateway, STRANGER), 0);
}

/* Goal: a request in flight keeps its terms and its node, whatever is published meanwhile. */
static void terms_are_kept(void **state)
{
    struct fixture *fixture = *state;
    struct dg_model_record dearer = SMALL_RECORD;
    struct dg_node_record record = record_of(4);

    activate(fixture, 1u << 4);
    struct dg_route route = routed(fixture, RICH, SMALL);
    dearer.price = 10 * DG_TOKEN;
    dearer.royalty = 0;
    dearer.size_class = DG_SIZE_LARGER;
    put_model(fixture, &dearer);
    record.state = DG_NODE_JAILED;
    record.price = DG_TOKEN;
    record.model_count = 0;
    put_node(fixture, &record);
    struct dg_answer answer = answer_of(250, 33 * DG_SECOND);
    struct dg_receipt receipt = same_answer(fixture, route.handle, &answer);
    assert_int_equal(receipt.node, 4);
    assert_int_equal(receipt.compute_milli, 2000);
    assert_int_equal(receipt.fee, 95000);
    assert_int_equal(receipt.royalty, 10000);
    assert_int_equal(dg_gateway_node_in_flight(fixture->gateway, 4), 0);
}

/* Goal: a model that was published anew meanwhile, with too short a context or too dear a size for the
 * request, is served by no other node; the request stays where it is. */
static void reroute_meets_the_new_model(void **state)
{
    struct fixture *fixture = *state;
    struct dg_model_record changed = SMALL_RECORD;

    fixture->params.metering_weight[DG_SIZE_LARGER] = 1000000;
    fixture->params.metering_input_weight = 5000;
    open_world(fixture, LIMIT);
    changed.context_tokens = 0;
    changed.price = 1;
    put_model(fixture, &changed);
    grant(fixture, STRANGER, INT64_MAX);
    struct dg_request request = request_of(++fixture->request, STRANGER, SMALL);
    struct dg_route route;
    request.tokens_in = UINT32_MAX - TOKENS_OUT;
    assert_true(same_submit(fixture, &request, &route));
    assert_status(lone_reroute(fixture, route.handle + (UINT64_C(1) << 40)), DG_ERROR_UNKNOWN_ID);
    changed.size_class = DG_SIZE_LARGER; /* 10^6 * 5000 * 2^32 is 2 * 10^19 */
    put_model(fixture, &changed);
    assert_status(lone_reroute(fixture, route.handle), DG_ERROR_NO_CANDIDATE);
    changed.size_class = DG_SIZE_8B;
    changed.context_tokens = request.tokens_in + request.tokens_out_max - 1;
    put_model(fixture, &changed);
    assert_status(lone_reroute(fixture, route.handle), DG_ERROR_NO_CANDIDATE);
    changed.context_tokens++;
    put_model(fixture, &changed);
    assert_true(rerouted(fixture, route.handle).node != route.node);
}

/* ---- records ---- */

/* Submits and gives up without blame, many times: all go to that node. */
static void assert_preferred(struct fixture *fixture, uint32_t node)
{
    for (uint32_t i = 0; i < 50; i++) {
        struct dg_route route = routed(fixture, RICH, SMALL);
        assert_int_equal(route.node, node);
        give_up(fixture, route.handle, false);
    }
}

/* A request that goes to the node, which refuses it, and to the other. */
static void refuse_once(struct fixture *fixture, uint32_t node, uint32_t other)
{
    activate(fixture, 1u << node);
    struct dg_route route = routed(fixture, RICH, SMALL);
    activate(fixture, 1u << node | 1u << other);
    assert_int_equal(rerouted(fixture, route.handle).node, other);
    give_up(fixture, route.handle, false);
}

static void fail_once(struct fixture *fixture, uint32_t node, bool blame)
{
    activate(fixture, 1u << node);
    struct dg_route route = routed(fixture, RICH, SMALL);
    assert_status(lone_reroute(fixture, route.handle), DG_ERROR_NO_CANDIDATE);
    give_up(fixture, route.handle, blame);
}

/* Goal: a blamed failure counts in full and a refusal by half, so one failure lies between two
 * refusals and three; a failure without blame and a reroute that finds nobody do not count. */
static void failures_are_noted(void **state)
{
    struct fixture *fixture = *state;

    fixture->params.routing_temperature = 0;
    fixture->params.routing_exploration = 0;
    open_world(fixture, LIMIT);
    for (uint32_t node = 3; node < 6; node++) { /* all three have the same good record */
        activate(fixture, 1u << node);
        for (uint32_t i = 0; i < 200; i++) {
            struct dg_answer answer = answer_of(1, 0);
            (void)same_answer(fixture, routed(fixture, RICH, SMALL).handle, &answer);
        }
    }
    fail_once(fixture, 3, true);
    fail_once(fixture, 5, false);
    refuse_once(fixture, 4, 3);
    activate(fixture, 1u << 4 | 1u << 5);
    assert_preferred(fixture, 5); /* none to half a failure */
    refuse_once(fixture, 4, 3);
    activate(fixture, 1u << 3 | 1u << 4);
    assert_preferred(fixture, 4); /* 0.95^2 is above 0.9 */
    refuse_once(fixture, 4, 3);
    activate(fixture, 1u << 3 | 1u << 4);
    assert_preferred(fixture, 3); /* 0.95^3 is below */
}

/* ---- handles and reports ---- */

static int compare_handles(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return first < second ? -1 : first > second;
}

static void assert_distinct(uint64_t *handles, size_t count)
{
    qsort(handles, count, sizeof handles[0], compare_handles);
    for (size_t i = 1; i < count; i++)
        assert_true(handles[i - 1] != handles[i]);
}

/* Goal: no handle is used twice, not with a single slot to use either, and one that has ended is
 * dead. */
static void handles_are_new(void **state)
{
    enum { COUNT = 3000 };
    static uint64_t handles[COUNT];
    struct fixture *fixture = *state;

    for (uint32_t limit = 1; limit <= 5; limit += 4) {
        open_world(fixture, limit);
        for (size_t i = 0; i < COUNT; i++) {
            handles[i] = routed(fixture, RICH, SMALL).handle;
            if (i + 1 < limit)
                continue; /* stays in flight */
            give_up(fixture, handles[i], false);
            for (size_t back = 0; back < 3 && back + limit <= i + 1; back++)
                assert_status(
                    dg_gateway_fail(fixture->gateway, fixture->now, handles[i - back], DG_NONE),
                    DG_ERROR_UNKNOWN_ID);
        }
        assert_distinct(handles, COUNT);
    }
}

/* Goal: a report holds the receipts of its period in order, numbered on from the last, under the
 * root that anybody computes from them; an empty one has the root of nothing. */
static void reports(void **state)
{
    static const struct dg_hash nothing;
    struct fixture *fixture = *state;
    const struct dg_report before = same_close(fixture);
    const struct dg_answer first = answer_of(0, 0);
    uint64_t number = same_answer(fixture, routed(fixture, RICH, SMALL).handle, &first).number;

    assert_int_equal(before.receipt_count, 0);
    assert_memory_equal(&before.root, &nothing, sizeof nothing);
    (void)same_close(fixture);
    for (uint32_t count = 0; count < 70; count += 23) {
        struct dg_receipt receipts[70];
        struct dg_hash root;
        for (uint32_t i = 0; i < count; i++) {
            struct dg_answer answer = answer_of(i, i);
            answer.commitment.bytes[0] = (uint8_t)i;
            receipts[i] = same_answer(fixture, routed(fixture, RICH, SMALL).handle, &answer);
            assert_true(receipts[i].number == ++number);
        }
        const struct dg_report report = same_close(fixture);
        assert_int_equal(report.gateway, GATEWAY);
        assert_true(report.period == fixture->period);
        assert_int_equal(report.receipt_count, count);
        for (uint32_t i = 0; i < count; i++)
            assert_same_receipt(&report.receipts[i], &receipts[i]);
        assert_status(dg_receipts_root(GATEWAY, receipts, count, &root), DG_OK);
        assert_memory_equal(&report.root, &root, sizeof root);
    }
}

/* Goal: numbers start at 0 on a fresh gateway, whose first period may be 0. */
static void first_report(void **state)
{
    struct fixture *fixture = *state;
    const struct dg_gateway_spec spec = spec_of(1);
    struct dg_gateway *gateway = NULL;
    struct dg_node_record node = record_of(1);
    const struct dg_grant given = {.user = 5, .gateway = GATEWAY, .amount = DG_TOKEN};
    const struct dg_request request = request_of(0, 5, SMALL);
    struct dg_answer answer = answer_of(0, 0);
    struct dg_route route;
    struct dg_receipt receipt;
    struct dg_report report;

    assert_status(dg_gateway_open(&fixture->params, &spec, NULL, &gateway), DG_OK);
    assert_status(dg_gateway_apply_node(gateway, &node), DG_OK); /* before its models */
    assert_status(dg_gateway_apply_model(gateway, &SMALL_RECORD), DG_OK);
    assert_status(dg_gateway_apply_grant(gateway, &given), DG_OK);
    assert_status(dg_gateway_submit(gateway, INT64_MIN, &request, &route), DG_OK);
    assert_true(route.handle != 0);
    answer.node = route.node;
    assert_status(dg_gateway_answer(gateway, -5, route.handle, &answer, &receipt), DG_OK);
    assert_true(receipt.number == 0 && receipt.request == 0);
    assert_status(dg_gateway_close_period(gateway, 0, 0, &report), DG_OK);
    assert_int_equal(report.receipt_count, 1);
    assert_status(dg_gateway_close_period(gateway, 0, 0, &report), DG_ERROR_REPLAY);
    assert_int_equal(dg_gateway_node_in_flight(gateway, 0), 0);
    assert_int_equal(dg_gateway_node_in_flight(gateway, DG_NONE), 0);
    dg_gateway_close(gateway);
}

/* Goal: the receipts of a report stay as they are while the next period fills up. */
static void receipts_stay(void **state)
{
    enum { COUNT = 20 };
    struct fixture *fixture = *state;
    const struct dg_answer answer = answer_of(9, DG_SECOND);
    struct dg_receipt kept[COUNT];

    for (uint32_t period = 0; period < 4; period++) {
        for (uint32_t i = 0; i < COUNT; i++)
            kept[i] = same_answer(fixture, routed(fixture, RICH, SMALL).handle, &answer);
        const struct dg_report report = same_close(fixture);
        for (uint32_t i = 0; i < 500; i++)
            (void)same_answer(fixture, routed(fixture, RICH, LARGE).handle, &answer);
        assert_int_equal(report.receipt_count, COUNT);
        for (uint32_t i = 0; i < COUNT; i++)
            assert_same_receipt(&report.receipts[i], &kept[i]);
        (void)same_close(fixture);
    }
}

/* ---- memory ---- */

enum { SCRIPT_PARTIES = 40, SCRIPT_REQUESTS = 45, TRANSCRIPT_MAX = 3000, READINGS = 81 };

/* One run of the calls below, and all that they returned. */
struct script {
    struct chain_memory memory;
    struct dg_params params;
    struct dg_gateway *gateway;
    unsigned refusals;
    uint64_t transcript[TRANSCRIPT_MAX];
    size_t length;
};

static void note(struct script *script, int64_t value)
{
    assert_true(script->length < TRANSCRIPT_MAX);
    script->transcript[script->length++] = (uint64_t)value;
}

static void read_all(const struct dg_gateway *gateway, int64_t readings[READINGS])
{
    for (uint32_t i = 0; i < SCRIPT_PARTIES; i++) {
        readings[i] = dg_gateway_allowance(gateway, i);
        readings[SCRIPT_PARTIES + i] = dg_gateway_node_in_flight(gateway, i);
    }
    readings[READINGS - 1] = dg_gateway_in_flight(gateway);
}

/* Makes the call again when it ran out of memory, after looking that nothing has changed. */
#define MUST(script, call)                                                                         \
    do {                                                                                           \
        int64_t before_[READINGS], after_[READINGS];                                               \
        read_all((script)->gateway, before_);                                                      \
        enum dg_status status_ = (call);                                                           \
        if (status_ == DG_ERROR_MEMORY) {                                                          \
            read_all((script)->gateway, after_);                                                   \
            assert_memory_equal(before_, after_, sizeof before_);                                  \
            (script)->refusals++;                                                                  \
            status_ = (call);                                                                      \
        }                                                                                          \
        assert_status(status_, DG_OK);                                                             \
    } while (0)

static void script_open(struct script *script)
{
    const struct dg_gateway_spec spec = spec_of(SCRIPT_REQUESTS + 5);
    const struct dg_allocator allocator = chain_memory_allocator(&script->memory);

    dg_params_default(&script->params);
    script->params.routing_hedge_quantile = DG_ONE / 2;
    script->params.routing_affinity_time = DG_SECOND;
    script->params.routing_affinity_sessions = 100;
    enum dg_status status = dg_gateway_open(&script->params, &spec, &allocator, &script->gateway);
    if (status == DG_ERROR_MEMORY) {
        assert_null(script->gateway);
        assert_int_equal(script->memory.live, 0);
        script->refusals++;
        status = dg_gateway_open(&script->params, &spec, &allocator, &script->gateway);
    }
    assert_status(status, DG_OK);
}

static void script_publish(struct script *script)
{
    for (uint32_t i = 0; i < SCRIPT_PARTIES; i++) {
        const struct dg_model_record model = {.model = i};
        const struct dg_grant given = {.user = i, .gateway = GATEWAY, .amount = 100 * DG_TOKEN};
        struct dg_node_record node = record_of(i);
        node.models[1] = 20 + i; /* a model not yet there */
        node.model_count = 2;
        MUST(script, dg_gateway_apply_node(script->gateway, &node));
        MUST(script, dg_gateway_apply_model(script->gateway, &model));
        MUST(script, dg_gateway_apply_grant(script->gateway, &given));
    }
}

/* A request of every third session is refused once, of another third hedged. */
static struct dg_route script_request(struct script *script, uint32_t period, uint32_t i)
{
    struct dg_gateway *gateway = script->gateway;
    struct dg_request request = request_of(period * SCRIPT_REQUESTS + i, i % SCRIPT_PARTIES, SMALL);
    struct dg_route route;

    request.session = i + 1;
    MUST(script, dg_gateway_submit(gateway, period, &request, &route));
    if (i % 3 == 0)
        MUST(script, dg_gateway_reroute(gateway, period, route.handle, route.node,
                                        DG_REFUSED_SILENT, &route));
    if (i % 3 == 1)
        MUST(script, dg_gateway_hedge(gateway, period, route.handle, &route));
    note(script, (int64_t)route.handle);
    note(script, route.node);
    note(script, route.escrow);
    note(script, route.affine);
    return route;
}

/* While requests are in flight, so that there are two versions of the parameters at once; the tables
 * of sessions and first tokens are made anew, and what the policies keep: arms, then trees. */
static void script_params(struct script *script, uint32_t period)
{
    static const int64_t policies[] = {DG_ROUTING_UCB, DG_ROUTING_POLICY_LAST, 4};

    script->params.fees_unit_price += 1000;
    script->params.routing_affinity_sessions += 100;
    script->params.routing_policy = policies[period % 3];
    MUST(script, dg_gateway_apply_params(script->gateway, period, &script->params));
}

static void script_period(struct script *script, uint32_t period)
{
    struct dg_gateway *gateway = script->gateway;
    struct dg_route routes[SCRIPT_REQUESTS];
    struct dg_receipt receipt;
    struct dg_report report;

    for (uint32_t i = 0; i < SCRIPT_REQUESTS; i++)
        routes[i] = script_request(script, period, i);
    script_params(script, period);
    for (uint32_t i = 0; i < SCRIPT_REQUESTS; i++) {
        struct dg_answer answer = answer_of(i, i * DG_SECOND);
        answer.node = routes[i].node;
        MUST(script, dg_gateway_answer(gateway, period, routes[i].handle, &answer, &receipt));
        note(script, (int64_t)receipt.number);
        note(script, receipt.fee);
    }
    MUST(script, dg_gateway_close_period(gateway, period, period, &report));
    note(script, (int64_t)report.receipt_count);
    for (size_t i = 0; i < DG_HASH_BYTES; i++)
        note(script, report.root.bytes[i]);
    for (size_t i = 0; i < report.receipt_count; i++)
        note(script, (int64_t)report.receipts[i].number);
    assert_true(report.failure_count > 0);
    for (size_t i = 0; i < report.failure_count; i++)
        note(script, (int64_t)report.failures[i].node << 32 | report.failures[i].count);
}

/* With that request for memory refused; 0: none. */
static void run_script(struct script *script, long refused)
{
    *script = (struct script){.memory.left = refused};
    script_open(script);
    script_publish(script);
    for (uint32_t period = 0; period < 3; period++)
        script_period(script, period);
    for (uint32_t user = 0; user < SCRIPT_PARTIES; user++)
        note(script, dg_gateway_allowance(script->gateway, user));
    dg_gateway_close(script->gateway);
    assert_int_equal(script->memory.live, 0);
    assert_int_equal(script->refusals, script->memory.refused);
}

/* Goal: whichever request for memory is refused, one call fails, changes nothing, succeeds when
 * made again, and everything else goes as if it had not happened. Nothing is leaked. */
static void every_request_refused(void **state)
{
    static struct script expected, script;
    long refused = 1;

    (void)state;
    run_script(&expected, 0);
    for (; refused <= expected.memory.asked; refused++) {
        run_script(&script, refused);
        assert_true(script.memory.refused);
        assert_int_equal(script.length, expected.length);
        assert_memory_equal(script.transcript, expected.transcript,
                            expected.length * sizeof expected.transcript[0]);
    }
    assert_true(refused > 50);
}

/* Goal: what needs no memory goes on without any. */
static void no_more_memory(void **state)
{
    static struct script script;
    const struct dg_request request = request_of(1, 0, SMALL), next = request_of(2, 0, SMALL);
    struct dg_answer answer = answer_of(1, 1);
    const struct dg_grant given = {.user = 0, .gateway = GATEWAY, .amount = 1};
    struct dg_route route, other;
    struct dg_receipt receipt;
    struct dg_report report;

    (void)state;
    script = (struct script){0};
    script_open(&script);
    script_publish(&script);
    assert_status(dg_gateway_submit(script.gateway, 0, &request, &route), DG_OK);
    assert_status(dg_gateway_submit(script.gateway, 0, &next, &other), DG_OK);
    answer.node = route.node;
    script.memory.left = 1;
    assert_status(dg_gateway_answer(script.gateway, 0, route.handle, &answer, &receipt),
                  DG_ERROR_MEMORY);
    script.memory.left = 1;
    assert_status(dg_gateway_apply_grant(script.gateway, &given), DG_OK);
    assert_status(
        dg_gateway_reroute(script.gateway, 0, other.handle, other.node, DG_REFUSED_BUSY, &other),
        DG_OK);
    assert_status(dg_gateway_fail(script.gateway, 0, other.handle, DG_NONE), DG_OK);
    assert_status(dg_gateway_close_period(script.gateway, 0, 1, &report), DG_OK);
    assert_int_equal(report.receipt_count, 0);
    assert_int_equal(script.memory.left, 1); /* nobody asked */
    assert_int_equal(dg_gateway_in_flight(script.gateway), 1);
    dg_gateway_close(script.gateway);
    assert_int_equal(script.memory.live, 0);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ROW(refused_to_open),
        ROW(seed_hash),
        ROW(submit_refused),
        ROW(too_long),
        ROW(too_much_compute),
        ROW(nobody_active),
        ROW(slots_of_a_node),
        ROW(in_flight_limit),
        ROW(reroute_refused),
        ROW(reroute_runs_out),
        ROW(reroute_too_dear),
        ROW(failover_limit),
        ROW(answer_refused),
        ROW(fail_refused),
        ROW(close_refused),
        ROW(clock_goes_on),
        ROW(node_refused),
        ROW(model_refused),
        ROW(grant_refused),
        ROW(fees_by_hand),
        ROW(receipt_fields),
        ROW(price_cap),
        ROW(allowance_is_a_cap),
        ROW(reroute_quotes_anew),
        ROW(terms_are_kept),
        ROW(reroute_meets_the_new_model),
        ROW(failures_are_noted),
        ROW(handles_are_new),
        ROW(reports),
        ROW(first_report),
        ROW(receipts_stay),
        cmocka_unit_test(every_request_refused),
        cmocka_unit_test(no_more_memory),
    };
#undef ROW

    return cmocka_run_group_tests(tests, NULL, NULL);
}
