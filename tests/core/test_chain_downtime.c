/* Goal: a node that beats but gives requests no word is slashed for downtime like a silent one, and
 * only when no gateway has a receipt of it in all that time. */
#include "chain_state.h"
#include "chain_world.h"

#define INTERVAL (300 * DG_SECOND)
#define LIMIT    (12 * INTERVAL)  /* an hour */
#define FIRST    (200 * DG_TOKEN) /* 5 % of WORLD_STAKE */
#define SECOND   (390 * DG_TOKEN) /* and 5 % of what is left */
#define THIRD    (570500 * DG_TOKEN / 1000)

static void open_world(struct chain_world *world, int64_t requests)
{
    struct dg_params params;

    chain_world_params(&params);
    params.heartbeat_interval = INTERVAL;
    params.penalty_downtime_limit = LIMIT;
    params.penalty_downtime_requests = requests;
    params.jail_length = 2 * LIMIT;
    params.quality_threshold_failures = 1;
    params.quality_threshold_window = 1;
    chain_world_open(world, &params, NULL);
}

static void close_world(struct chain_world *world)
{
    assert_status(dg_chain_audit(world->chain), DG_OK);
    chain_world_close(world);
}

static enum dg_status try_report(struct chain_world *world, uint32_t gateway,
                                 const struct dg_failure *failures, size_t count, uint32_t answered)
{
    struct dg_receipt receipt;
    size_t receipts = answered != DG_NONE;

    if (receipts > 0)
        receipt =
            chain_world_receipt(world, gateway, world->number[gateway], answered, MODEL_SMALL);
    struct dg_report report = chain_world_report(gateway, world->period, &receipt, receipts);
    report.failures = failures;
    report.failure_count = count;
    enum dg_status status = dg_chain_report(world->chain, world->now, &report);
    world->number[gateway] += status == DG_OK ? receipts : 0;
    world->period += status == DG_OK;
    return status;
}

/* The gateway's report: so many requests without a word from the node, and a receipt of another. */
static void report(struct chain_world *world, uint32_t gateway, uint32_t node, uint32_t count,
                   uint32_t answered)
{
    struct dg_failure failure = {.node = node, .count = count};

    assert_status(try_report(world, gateway, &failure, count > 0, answered), DG_OK);
}

static void silence(struct chain_world *world, uint32_t gateway, uint32_t count)
{
    report(world, gateway, NODE_SERVER, count, DG_NONE);
}

static void answer(struct chain_world *world, uint32_t gateway)
{
    report(world, gateway, NODE_SERVER, 0, NODE_SERVER);
}

/* Everybody from that node on beats until then. */
static void beat_until(struct chain_world *world, int64_t until, uint32_t from)
{
    uint32_t nodes[WORLD_NODES];
    size_t count = 0;

    for (uint32_t n = from; n < WORLD_NODES; n++)
        nodes[count++] = n;
    while (world->now < until) {
        world->now += INTERVAL;
        assert_status(dg_chain_heartbeats(world->chain, world->now, nodes, count), DG_OK);
        chain_world_advance(world, world->now);
    }
}

static int64_t slashed(const struct chain_world *world)
{
    return chain_world_account(world, NODE_SERVER).slashed;
}

/* Exactly the limit is not more than the limit; the sweep after it slashes. */
static void assert_slashed_after(struct chain_world *world, int64_t since, int64_t before,
                                 int64_t after)
{
    beat_until(world, since + LIMIT, 0);
    assert_int_equal(slashed(world), before);
    beat_until(world, since + LIMIT + INTERVAL, 0);
    assert_int_equal(slashed(world), after);
}

static void one_below_the_number_is_nothing(void **state)
{
    struct chain_world world;

    (void)state;
    open_world(&world, 10);
    silence(&world, 0, 9);
    beat_until(&world, 3 * LIMIT, 0);
    assert_int_equal(slashed(&world), 0);
    silence(&world, 0, 1); /* now the row is long enough, and from now on it counts */
    assert_slashed_after(&world, 3 * LIMIT, 0, FIRST);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_SLASH).offence, DG_OFFENCE_DOWNTIME);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).state, DG_NODE_ACTIVE);
    chain_world_no_notice(&world); /* not offline: it beats */
    close_world(&world);
}

/* The first failures count from when they were ten, whoever reports how many. */
static void a_row_is_that_of_all_gateways(void **state)
{
    struct chain_world world;

    (void)state;
    open_world(&world, 10);
    silence(&world, 0, 4);
    beat_until(&world, INTERVAL, 0);
    silence(&world, 1, 3);
    beat_until(&world, 2 * INTERVAL, 0);
    silence(&world, 0, 3);
    beat_until(&world, 4 * INTERVAL, 0);
    silence(&world, 1, 50); /* the moment stays */
    assert_slashed_after(&world, 2 * INTERVAL, 0, FIRST);
    close_world(&world);
}

static void slashed_again_after_each_further_limit(void **state)
{
    struct chain_world world;

    (void)state;
    open_world(&world, 10);
    silence(&world, 0, 10);
    assert_slashed_after(&world, 0, 0, FIRST);
    assert_slashed_after(&world, LIMIT + INTERVAL, FIRST, SECOND);
    answer(&world, 1);
    beat_until(&world, 6 * LIMIT, 0);
    assert_int_equal(slashed(&world), SECOND);
    silence(&world, 0, 10);
    assert_slashed_after(&world, 6 * LIMIT, SECOND, THIRD);
    close_world(&world);
}

static void an_answer_to_another_gateway_ends_the_row(void **state)
{
    struct chain_world world;

    (void)state;
    open_world(&world, 10);
    silence(&world, 0, 1000);
    beat_until(&world, LIMIT, 0);
    answer(&world, 1);
    silence(&world, 0, 9);
    beat_until(&world, 4 * LIMIT, 0);
    assert_int_equal(slashed(&world), 0);
    silence(&world, 0, 1); /* ten since the answer */
    assert_slashed_after(&world, 4 * LIMIT, 0, FIRST);
    close_world(&world);
}

/* However many failures a gateway claims, hour by hour, one answer in each keeps the node safe. */
static void a_dishonest_gateway_hurts_nobody_who_answers(void **state)
{
    struct chain_world world;

    (void)state;
    open_world(&world, 1);
    for (int hour = 1; hour < 10; hour++) {
        silence(&world, 0, UINT32_MAX);
        silence(&world, 0, UINT32_MAX); /* the row ends at what can be counted */
        assert_int_equal(world.chain->registry.nodes[NODE_SERVER].failed_row, UINT32_MAX);
        beat_until(&world, hour * LIMIT, 0);
        answer(&world, 1);
    }
    assert_int_equal(slashed(&world), 0);
    close_world(&world);
}

static void a_receipt_in_the_same_report_is_an_answer(void **state)
{
    struct chain_world world;

    (void)state;
    open_world(&world, 10);
    report(&world, 0, NODE_SERVER, 1000, NODE_SERVER);
    beat_until(&world, 3 * LIMIT, 0);
    assert_int_equal(slashed(&world), 0);
    report(&world, 0, NODE_SERVER, 10, NODE_OTHER); /* that of another node is none */
    assert_slashed_after(&world, 3 * LIMIT, 0, FIRST);
    assert_int_equal(chain_world_account(&world, NODE_OTHER).slashed, 0);
    close_world(&world);
}

static void with_0_heartbeats_count_alone(void **state)
{
    struct chain_world world;

    (void)state;
    open_world(&world, 0);
    silence(&world, 0, 1000000);
    beat_until(&world, 3 * LIMIT, 0);
    assert_int_equal(slashed(&world), 0);
    beat_until(&world, 4 * LIMIT, NODE_SERVER + 1);
    assert_int_equal(slashed(&world), 0);
    beat_until(&world, 4 * LIMIT + INTERVAL, NODE_SERVER + 1);
    assert_int_equal(slashed(&world), FIRST);
    close_world(&world);
}

/* Away since the earlier of the last heartbeat and the row: the later one adds nothing. */
static void the_earlier_of_both_counts(void **state)
{
    struct chain_world world;

    (void)state;
    open_world(&world, 10);
    beat_until(&world, 6 * INTERVAL, NODE_SERVER + 1); /* silent since the start */
    silence(&world, 0, 10);
    beat_until(&world, LIMIT, NODE_SERVER + 1);
    assert_int_equal(slashed(&world), 0);
    beat_until(&world, LIMIT + INTERVAL, NODE_SERVER + 1);
    assert_int_equal(slashed(&world), FIRST);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).state, DG_NODE_OFFLINE);
    beat_until(&world, 2 * LIMIT + INTERVAL, NODE_SERVER + 1);
    assert_int_equal(slashed(&world), FIRST);
    /* Back by its heartbeats; but nobody has got an answer yet. */
    beat_until(&world, 2 * LIMIT + 2 * INTERVAL, 0);
    assert_int_equal(slashed(&world), SECOND);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).state, DG_NODE_ACTIVE);
    close_world(&world);
}

/* In jail nobody asks it any more: what was held against it does not outlive the term. */
static void a_jail_term_ends_the_row(void **state)
{
    struct chain_world world;

    (void)state;
    open_world(&world, 10);
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, 100);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).state, DG_NODE_JAILED);
    assert_int_equal(slashed(&world), FIRST);
    silence(&world, 0, 10); /* by a gateway that has not heard of it */
    beat_until(&world, 4 * LIMIT, 0);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).state, DG_NODE_ACTIVE);
    assert_int_equal(slashed(&world), FIRST);
    close_world(&world);
}

/* A vote on the number while a row is under way. */
static void a_changed_number(void **state)
{
    struct chain_world world;
    int64_t *requests;

    (void)state;
    open_world(&world, 20);
    requests = &world.chain->params.penalty_downtime_requests;
    silence(&world, 0, 10);
    *requests = 5; /* long enough at once, but only the next failure tells when */
    beat_until(&world, 2 * LIMIT, 0);
    assert_int_equal(slashed(&world), 0);
    silence(&world, 0, 1);
    assert_slashed_after(&world, 2 * LIMIT, 0, FIRST);
    *requests = 12; /* and now no more */
    beat_until(&world, 6 * LIMIT, 0);
    assert_int_equal(slashed(&world), FIRST);
    silence(&world, 0, 1);
    assert_slashed_after(&world, 6 * LIMIT, FIRST, SECOND);
    close_world(&world);
}

/* The chain is put in place of itself while one row goes on and another has been long enough. */
static void rows_outlive_a_restart(void **state)
{
    static uint8_t bytes[1 << 17];
    struct chain_world world;
    struct dg_chain *copy;
    size_t size;

    (void)state;
    open_world(&world, 10);
    beat_until(&world, 6 * INTERVAL, 0);
    silence(&world, 0, 10);
    report(&world, 1, NODE_OTHER, 7, DG_NONE);
    assert_status(dg_chain_snapshot(world.chain, bytes, sizeof bytes, &size), DG_OK);
    assert_status(dg_chain_restore(bytes, size, NULL, &copy), DG_OK);
    dg_chain_close(world.chain);
    world.chain = copy;
    assert_slashed_after(&world, 6 * INTERVAL, 0, FIRST);
    report(&world, 1, NODE_OTHER, 3, DG_NONE);
    beat_until(&world, world.now + LIMIT + INTERVAL, 0);
    assert_int_equal(chain_world_account(&world, NODE_OTHER).slashed, FIRST);
    close_world(&world);
}

static void refused_by_name(void **state)
{
    static const struct {
        struct dg_failure failures[2];
        enum dg_status expected;
    } bad[] = {
        {{{NODE_SERVER, 1}, {WORLD_NODES, 1}}, DG_ERROR_UNKNOWN_ID},
        {{{NODE_SERVER, 1}, {DG_NONE, 1}}, DG_ERROR_UNKNOWN_ID},
        {{{NODE_OTHER, 1}, {NODE_SERVER, 1}}, DG_ERROR_ARGUMENT},
        {{{NODE_OTHER, 1}, {NODE_OTHER, 1}}, DG_ERROR_ARGUMENT},
        {{{NODE_SERVER, 1}, {NODE_OTHER, 0}}, DG_ERROR_ARGUMENT},
        {{{NODE_SERVER, 0}, {NODE_OTHER, 1}}, DG_ERROR_ARGUMENT},
        {{{NODE_SERVER, 1}, {NODE_OWN, 1}}, DG_ERROR_ARGUMENT}, /* serves no model */
    };
    const struct dg_failure good[] = {{NODE_SERVER, 1}, {NODE_OTHER, UINT32_MAX}};
    struct chain_world world;

    (void)state;
    open_world(&world, 10);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(&world, try_report(&world, 0, bad[i].failures, 2, NODE_SERVER),
                       bad[i].expected);
    assert_status(try_report(&world, 0, good, 2, NODE_SERVER), DG_OK);
    /* Good failures beside a bad receipt leave no trace either. */
    world.number[0]++;
    assert_refused(&world, try_report(&world, 0, good, 2, NODE_SERVER), DG_ERROR_STATE);
    close_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_below_the_number_is_nothing),
        cmocka_unit_test(a_row_is_that_of_all_gateways),
        cmocka_unit_test(slashed_again_after_each_further_limit),
        cmocka_unit_test(an_answer_to_another_gateway_ends_the_row),
        cmocka_unit_test(a_dishonest_gateway_hurts_nobody_who_answers),
        cmocka_unit_test(a_receipt_in_the_same_report_is_an_answer),
        cmocka_unit_test(with_0_heartbeats_count_alone),
        cmocka_unit_test(the_earlier_of_both_counts),
        cmocka_unit_test(a_jail_term_ends_the_row),
        cmocka_unit_test(a_changed_number),
        cmocka_unit_test(rows_outlive_a_restart),
        cmocka_unit_test(refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
