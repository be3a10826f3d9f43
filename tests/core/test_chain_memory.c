/* test_chain_memory.c - memory that runs out. One script of calls is run again and again, each
 * time with another of its requests for memory refused: the call that asked fails and leaves no
 * trace, the same call again succeeds, and the script ends as if nothing had happened. Nothing
 * is leaked. */
#include "chain_world.h"

enum {
    SCRIPT_NODES = 70,    /* more than the log holds at first */
    SCRIPT_RECEIPTS = 70, /* more than the check pool holds at first */
    MARGIN = 16,          /* more requests than one call makes */
};

struct script {
    struct chain_world world;
    struct chain_memory memory;
    struct dg_notice checks[SCRIPT_RECEIPTS];
    unsigned refusals;
};

/* Repeats the call when it ran out of memory, after making sure that it changed nothing. The state
 * is looked at only when the refusal may be near. */
#define MUST(script, call)                                                                         \
    do {                                                                                           \
        bool near_ = (script)->memory.left > 0 && (script)->memory.left < MARGIN;                  \
        struct dg_hash before_, after_;                                                            \
        if (near_)                                                                                 \
            chain_world_state((script)->world.chain, &before_);                                    \
        enum dg_status status_ = (call);                                                           \
        if (status_ == DG_ERROR_MEMORY) {                                                          \
            assert_true(near_ && (script)->memory.refused);                                        \
            chain_world_state((script)->world.chain, &after_);                                     \
            assert_memory_equal(&before_, &after_, sizeof before_);                                \
            (script)->refusals++;                                                                  \
            status_ = (call);                                                                      \
        }                                                                                          \
        assert_status(status_, DG_OK);                                                             \
    } while (0)

static void script_params(struct dg_params *params)
{
    chain_world_params(params);
    params->quality_threshold_failures = 1;
    params->quality_threshold_window = 1;
}

static void script_open(struct script *script)
{
    struct dg_allocator allocator = chain_memory_allocator(&script->memory);
    struct chain_world *world = &script->world;

    script_params(&world->params);
    enum dg_status status = dg_chain_open(&world->params, &allocator, &world->chain);
    if (status == DG_ERROR_MEMORY) {
        assert_null(world->chain);
        assert_int_equal(script->memory.live, 0);
        script->refusals++;
        status = dg_chain_open(&world->params, &allocator, &world->chain);
    }
    assert_status(status, DG_OK);
}

static void script_register(struct script *script)
{
    struct dg_chain *chain = script->world.chain;
    struct dg_grant grant;
    uint32_t id;

    for (uint32_t i = 0; i < 20; i++) {
        MUST(script, dg_chain_add_operator(chain, WORLD_GENESIS, &id));
        assert_int_equal(id, i);
        MUST(script, dg_chain_add_gateway(chain, id, &id));
        assert_int_equal(id, i);
        MUST(script, dg_chain_add_provider(chain, &id));
        assert_int_equal(id, i);
        MUST(script, dg_chain_add_model(chain, id, DG_SIZE_8B, 8192, 0, DG_ONE / 10, &id));
        assert_int_equal(id, i);
        MUST(script, dg_chain_add_user(chain, WORLD_BALANCE, &id));
        assert_int_equal(id, i);
        MUST(script, dg_chain_lock(chain, id, 0, WORLD_LOCKED, &grant));
    }
    for (uint32_t i = 0; i < SCRIPT_NODES; i++) {
        struct dg_node_spec spec = {.operator_id = i % 20,
                                    .model_count = i % 2 == 0,
                                    .verifier = i % 2 == 1,
                                    .stake = 1000 * DG_TOKEN};
        MUST(script, dg_chain_add_node(chain, 0, &spec, &id));
        assert_int_equal(id, i);
    }
}

/* Receipts in two reports, so that the queue grows with something in it, and a check for each. */
static void script_report(struct script *script)
{
    struct chain_world *world = &script->world;
    struct dg_receipt receipts[SCRIPT_RECEIPTS];
    uint8_t beacon[DG_HASH_BYTES];

    for (uint32_t i = 0; i < SCRIPT_RECEIPTS; i++)
        receipts[i] = chain_world_receipt(world, 0, i, i * 2 % SCRIPT_NODES, 0);
    struct dg_report first = chain_world_report(0, 0, receipts, 10);
    struct dg_report rest = chain_world_report(0, 1, receipts + 10, SCRIPT_RECEIPTS - 10);
    MUST(script, dg_chain_report(world->chain, 0, &first));
    MUST(script, dg_chain_report(world->chain, 0, &rest));
    for (uint64_t period = 0; period < 2; period++) {
        chain_world_beacon(period, beacon);
        MUST(script, dg_chain_reveal(world->chain, 0, period, beacon));
    }
    for (unsigned i = 0; i < SCRIPT_RECEIPTS; i++)
        script->checks[i] = chain_world_notice(world, DG_NOTICE_CHECK);
    chain_world_no_notice(world);
}

/* Every other check is opened and scored by all members: of these the first passes, the others
 * fail. */
static void script_judge(struct script *script)
{
    struct chain_world *world = &script->world;

    for (unsigned i = 0; i < SCRIPT_RECEIPTS; i += 2) {
        uint16_t score = i == 0 ? 60000 : 1000;
        world->check = script->checks[i];
        MUST(script, chain_world_open_answer(world));
        for (unsigned m = 0; m < 3; m++)
            MUST(script, chain_world_commit(world, world->check.members[m], score));
        for (unsigned m = 0; m < 3; m++)
            MUST(script, chain_world_show(world, world->check.members[m], score));
    }
}

/* A quarter is opened, so that whole committees are replaced; the rest fails. Then the ends of all
 * jail terms, an epoch and a settlement. */
static void script_pass_time(struct script *script)
{
    struct chain_world *world = &script->world;

    for (unsigned i = 1; i < SCRIPT_RECEIPTS; i += 4) {
        world->check = script->checks[i];
        MUST(script, chain_world_open_answer(world));
    }
    while (dg_chain_next_deadline(world->chain) != INT64_MAX) {
        world->now = dg_chain_next_deadline(world->chain);
        MUST(script, dg_chain_advance(world->chain, world->now));
    }
    MUST(script, dg_chain_close_epoch(world->chain, world->now));
    MUST(script, dg_chain_settle(world->chain, world->now));
}

/* One run; returns the requests for memory it made. */
static long script_run(long refused, struct dg_hash *end, unsigned *refusals)
{
    static struct script script;

    script = (struct script){.memory = {.left = refused}};
    script_open(&script);
    script_register(&script);
    script_report(&script);
    script_judge(&script);
    script_pass_time(&script);
    assert_status(dg_chain_audit(script.world.chain), DG_OK);
    chain_world_state(script.world.chain, end);
    assert_true(script.memory.live > 0);
    chain_world_close(&script.world);
    assert_int_equal(script.memory.live, 0);
    *refusals = script.refusals;
    return script.memory.asked;
}

/* Goal: whichever request is refused, the outcome is the same. */
static void every_request_refused(void **state)
{
    struct dg_hash expected, end;
    unsigned refusals;
    long asked = script_run(0, &expected, &refusals);

    (void)state;
    assert_int_equal(refusals, 0);
    assert_true(asked > 60); /* the script makes many arrays grow */
    for (long refused = 1; refused <= asked; refused++) {
        (void)script_run(refused, &end, &refusals);
        if (refusals != 1)
            fail_msg("request %ld was refused and %u calls failed", refused, refusals);
        assert_memory_equal(&expected, &end, sizeof end);
    }
}

/* Goal: a chain that gets no more memory refuses what needs some, goes on with the rest, and can be
 * closed. */
static void no_memory_at_all(void **state)
{
    struct chain_memory memory = {0};
    struct dg_allocator allocator = chain_memory_allocator(&memory);
    struct chain_world world;
    struct dg_params params;
    uint32_t id;

    (void)state;
    script_params(&params);
    chain_world_open(&world, &params, &allocator);
    long live = memory.live;
    unsigned added = 0;
    for (bool full = false; !full; added += !full) {
        memory.left = 1;
        full = dg_chain_add_user(world.chain, 1, &id) == DG_ERROR_MEMORY;
    }
    assert_true(added > 0);
    memory.left = 1;
    assert_status(dg_chain_deposit(world.chain, 0, 1), DG_OK);
    assert_status(dg_chain_audit(world.chain), DG_OK);
    assert_int_equal(memory.live, live);
    chain_world_close(&world);
    assert_int_equal(memory.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_refused),
        cmocka_unit_test(no_memory_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
