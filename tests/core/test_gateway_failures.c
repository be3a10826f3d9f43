/* Goal: a gateway reports how many requests of each period got no word from each node: neither those
 * that were answered nor those that were refused by a word. */
#include "chain_world.h"

#include "dg/gateway.h"
#include "dg/replay.h"

enum { NODES = 6, GATEWAY = 4, LATER = 300 };

struct fixture {
    struct dg_gateway *gateway;
    uint64_t request, period;
    uint32_t expected[NODES]; /* of the open period */
};

static int setup(void **state)
{
    static struct fixture fixture;
    const struct dg_gateway_spec spec = {
        .gateway = GATEWAY, .seed = {3, 1, 4}, .in_flight_limit = 100};
    const struct dg_model_record model = {.model = 0};
    const struct dg_grant grant = {.user = 0, .gateway = GATEWAY, .amount = 1000 * DG_TOKEN};
    struct dg_params params;

    fixture = (struct fixture){0};
    dg_params_default(&params);
    params.routing_policy = 0; /* random */
    params.routing_breaker_failures = 0;
    params.routing_retry_budget = DG_ONE;
    params.routing_hedge_quantile = DG_ONE / 2;
    assert_status(dg_gateway_open(&params, &spec, NULL, &fixture.gateway), DG_OK);
    assert_status(dg_gateway_apply_model(fixture.gateway, &model), DG_OK);
    assert_status(dg_gateway_apply_grant(fixture.gateway, &grant), DG_OK);
    for (uint32_t n = 0; n < NODES; n++) {
        const struct dg_node_record node = {
            .node = n, .model_count = 1, .stake = 100000 * DG_TOKEN};
        assert_status(dg_gateway_apply_node(fixture.gateway, &node), DG_OK);
    }
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    dg_gateway_close(((struct fixture *)*state)->gateway);
    return 0;
}

static struct dg_route send(struct fixture *fixture)
{
    const struct dg_request request = {
        .request = ++fixture->request, .tokens_in = 10, .tokens_out_max = 10};
    struct dg_route route;

    assert_status(dg_gateway_submit(fixture->gateway, 0, &request, &route), DG_OK);
    return route;
}

static void give_up(struct fixture *fixture, const struct dg_route *route, uint32_t blame)
{
    assert_status(dg_gateway_fail(fixture->gateway, 0, route->handle, blame), DG_OK);
}

static void answer(struct fixture *fixture, const struct dg_route *route)
{
    const struct dg_answer reply = {.node = route->node, .tokens_out = 5, .ttft = 1, .total = 2};
    struct dg_receipt receipt;

    assert_status(dg_gateway_answer(fixture->gateway, 0, route->handle, &reply, &receipt), DG_OK);
}

static struct dg_route reroute(struct fixture *fixture, const struct dg_route *route,
                               enum dg_refusal refusal)
{
    struct dg_route next;

    assert_status(
        dg_gateway_reroute(fixture->gateway, 0, route->handle, route->node, refusal, &next), DG_OK);
    return next;
}

static struct dg_report close_period(struct fixture *fixture)
{
    struct dg_report report;

    assert_status(dg_gateway_close_period(fixture->gateway, 0, ++fixture->period, &report), DG_OK);
    return report;
}

/* The report lists what is expected, ascending; what comes then is of a new period. */
static struct dg_report assert_reported(struct fixture *fixture)
{
    struct dg_report report = close_period(fixture);
    size_t count = 0;

    for (uint32_t n = 0; n < NODES; n++) {
        if (fixture->expected[n] == 0)
            continue;
        assert_true(count < report.failure_count);
        assert_int_equal(report.failures[count].node, n);
        assert_int_equal(report.failures[count].count, fixture->expected[n]);
        fixture->expected[n] = 0;
        count++;
    }
    assert_int_equal(report.failure_count, count);
    return report;
}

static void those_given_up_with_blame(void **state)
{
    struct fixture *fixture = *state;

    for (int i = 0; i < 60; i++) {
        struct dg_route route = send(fixture);
        switch (i % 4) {
        case 0: give_up(fixture, &route, DG_NONE); break;
        case 1: answer(fixture, &route); break;
        default:
            give_up(fixture, &route, i % 4 == 2 ? route.node : DG_BLAME_ALL);
            fixture->expected[route.node]++;
            break;
        }
    }
    struct dg_report report = assert_reported(fixture);
    assert_int_equal(report.receipt_count, 15);
    assert_true(report.failure_count > 3);
    assert_int_equal(close_period(fixture).failure_count, 0);
}

static void a_broken_connection_but_no_busy_signal(void **state)
{
    struct fixture *fixture = *state;

    for (int i = 0; i < 20; i++) {
        struct dg_route first = send(fixture);
        struct dg_route second = reroute(fixture, &first, DG_REFUSED_SILENT);
        struct dg_route third = reroute(fixture, &second, DG_REFUSED_BUSY);
        fixture->expected[first.node]++;
        answer(fixture, &third);
    }
    assert_int_equal(assert_reported(fixture).receipt_count, 20);
}

/* A reroute that is refused notes nothing: whoever gives up then says whom to blame. */
static void nobody_left_to_ask(void **state)
{
    struct fixture *fixture = *state;
    struct dg_route route = send(fixture), next;

    for (int i = 0; i < 2; i++) /* the default limit */
        route = reroute(fixture, &route, DG_REFUSED_BUSY);
    assert_status(
        dg_gateway_reroute(fixture->gateway, 0, route.handle, route.node, DG_REFUSED_SILENT, &next),
        DG_ERROR_LIMIT);
    assert_status(dg_gateway_reroute(fixture->gateway, 0, route.handle, route.node,
                                     (enum dg_refusal)(DG_REFUSED_SILENT + 1), &next),
                  DG_ERROR_ARGUMENT);
    assert_int_equal(close_period(fixture).failure_count, 0);
    give_up(fixture, &route, route.node);
    fixture->expected[route.node]++;
    (void)assert_reported(fixture);
}

/* One that waits for its other copy, and both when both are silent. */
static void copies_count_each_by_itself(void **state)
{
    struct fixture *fixture = *state;

    for (int i = 0; i < LATER; i++) { /* hedges need to know times to first token */
        struct dg_route route = send(fixture);
        answer(fixture, &route);
    }
    for (int i = 0; i < 20; i++) {
        struct dg_route first = send(fixture), second;
        assert_status(dg_gateway_hedge(fixture->gateway, 0, first.handle, &second), DG_OK);
        fixture->expected[first.node]++;
        if (i % 2 == 0) {
            assert_true(reroute(fixture, &first, DG_REFUSED_SILENT).waiting);
            answer(fixture, &second);
        } else {
            give_up(fixture, &first, DG_BLAME_ALL);
            fixture->expected[second.node]++;
        }
    }
    (void)assert_reported(fixture);
}

/* What was handed out stays while the next period fills up. */
static void the_list_stays(void **state)
{
    struct fixture *fixture = *state;
    struct dg_failure kept[NODES];

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i <= 10 * round; i++) {
            struct dg_route route = send(fixture);
            give_up(fixture, &route, route.node);
            fixture->expected[route.node]++;
        }
        struct dg_report report = assert_reported(fixture);
        memcpy(kept, report.failures, report.failure_count * sizeof kept[0]);
        for (int i = 0; i < 50; i++) {
            struct dg_route route = send(fixture);
            give_up(fixture, &route, DG_BLAME_ALL);
        }
        assert_memory_equal(kept, report.failures, report.failure_count * sizeof kept[0]);
        (void)close_period(fixture);
    }
}

/* More failures in one period than any other decision has bytes: its journal replays all the same. */
static void many_failures_replay(void **state)
{
    enum { MANY = 400 };
    struct fixture *fixture = *state;
    struct dg_replay *replay;
    struct dg_replay_step step;
    struct dg_report report;
    const uint8_t *block;
    size_t size, failures = 0;
    enum dg_status status;

    for (uint32_t n = NODES; n < MANY; n++) {
        const struct dg_node_record node = {
            .node = n, .model_count = 1, .stake = 100000 * DG_TOKEN};
        assert_status(dg_gateway_apply_node(fixture->gateway, &node), DG_OK);
    }
    assert_status(dg_gateway_journal_start(fixture->gateway), DG_OK);
    for (int i = 0; i < 4 * MANY; i++) {
        struct dg_route route = send(fixture);
        give_up(fixture, &route, route.node);
    }
    assert_status(dg_gateway_close_period(fixture->gateway, 0, 1, &report), DG_OK);
    assert_true(report.failure_count > MANY / 2);
    assert_status(dg_gateway_journal_take(fixture->gateway, &block, &size), DG_OK);
    assert_status(dg_replay_open(NULL, &replay), DG_OK);
    assert_status(dg_replay_feed(replay, block, size), DG_OK);
    while ((status = dg_replay_next(replay, &step)) == DG_OK)
        if (step.decision == DG_DECISION_REPORT)
            failures = step.report.failure_count;
    assert_status(status, DG_ERROR_TRUNCATED);
    assert_status(dg_replay_end(replay), DG_OK);
    assert_int_equal(failures, report.failure_count);
    dg_replay_close(replay);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ROW(those_given_up_with_blame),
        ROW(a_broken_connection_but_no_busy_signal),
        ROW(nobody_left_to_ask),
        ROW(copies_count_each_by_itself),
        ROW(the_list_stays),
        ROW(many_failures_replay),
    };
#undef ROW

    return cmocka_run_group_tests(tests, NULL, NULL);
}
