/* test_chain_epoch.c - what an epoch publishes in the log that gateways read, and what not. */
#include "chain_world.h"

enum { GOOD = 60000, BAD = 5000 };

static int setup(void **state)
{
    static struct chain_world world;

    chain_world_open(&world, NULL, NULL);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    chain_world_close(*state);
    return 0;
}

/* Goal: a record that a check changed is published at the next epoch, once. */
static void epoch_publishes_changes(void **state)
{
    struct chain_world *world = *state;
    uint64_t end = dg_chain_log_end(world->chain);
    struct dg_node_record record;

    chain_world_verdict(world, NODE_OTHER, MODEL_SMALL, GOOD);
    chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, GOOD);
    chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, GOOD - 10000);
    assert_int_equal(dg_chain_log_end(world->chain), end);
    assert_status(dg_chain_close_epoch(world->chain, world->now), DG_OK);
    assert_int_equal(dg_chain_log_end(world->chain), end + 2);
    assert_status(dg_chain_log_read(world->chain, end, &record), DG_OK);
    assert_int_equal(record.node, NODE_SERVER);
    assert_int_equal(record.quality, GOOD - 5000); /* the first scores are averaged */
    assert_int_equal(record.checks, 2);
    assert_int_equal(record.credibility, 3 * DG_SCORE_ONE / 4);
    assert_status(dg_chain_log_read(world->chain, end + 1, &record), DG_OK);
    assert_int_equal(record.node, NODE_OTHER);
    assert_int_equal(record.quality, GOOD);
    assert_status(dg_chain_close_epoch(world->chain, world->now), DG_OK);
    assert_int_equal(dg_chain_log_end(world->chain), end + 2);
}

/* Goal: what an offence has published already is not published again; an inconclusive check changes
 * nothing to publish. */
static void epoch_publishes_nothing_twice(void **state)
{
    struct chain_world *world = *state;

    for (int i = 0; i < 3; i++)
        chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, BAD);
    assert_int_equal(chain_world_account(world, NODE_SERVER).state, DG_NODE_JAILED);
    (void)chain_world_check(world, NODE_OTHER, MODEL_SMALL);
    assert_status(chain_world_open_answer(world), DG_OK);
    chain_world_advance(world, 60 * DG_SECOND);
    chain_world_advance(world, 120 * DG_SECOND);
    uint64_t end = dg_chain_log_end(world->chain);
    assert_int_equal(end, WORLD_NODES + 1);
    assert_status(dg_chain_close_epoch(world->chain, world->now), DG_OK);
    assert_int_equal(dg_chain_log_end(world->chain), end);
}

/* Goal: the records of very many nodes at one epoch are all in the log, behind those of before. */
static void epoch_of_many(void **state)
{
    enum { COUNT = 150 };
    struct chain_world world;
    struct dg_params params;
    struct dg_node_record record;

    (void)state;
    chain_world_params(&params);
    params.stake_minimum = 0;
    chain_world_open(&world, &params, NULL);
    for (unsigned i = 0; i < COUNT; i++) {
        struct dg_node_spec spec = {.operator_id = OPERATOR_OTHER, .model_count = 1};
        uint32_t node;
        assert_status(dg_chain_add_node(world.chain, 0, &spec, &node), DG_OK);
        chain_world_verdict(&world, node, MODEL_SMALL, GOOD);
    }
    assert_status(dg_chain_close_epoch(world.chain, 0), DG_OK);
    uint64_t end = dg_chain_log_end(world.chain);
    assert_int_equal(end, WORLD_NODES + 2 * COUNT);
    for (uint64_t i = 0; i < end; i++) {
        assert_status(dg_chain_log_read(world.chain, i, &record), DG_OK);
        assert_int_equal(record.node, i < WORLD_NODES + COUNT ? i : i - COUNT);
        assert_int_equal(record.checks, i < WORLD_NODES + COUNT ? 0 : 1);
    }
    chain_world_close(&world);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(epoch_publishes_changes),
        IN_WORLD(epoch_publishes_nothing_twice),
        cmocka_unit_test(epoch_of_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
