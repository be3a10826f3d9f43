/* Goal: a chain restored from its bytes goes on exactly as the one that wrote them, and bytes that are
 * cut short, damaged or of another version are refused with nothing built. */
#include "codec.h"
#include "state_bytes.h"

/* A chain in the midst of things: open checks in every phase, stake on its way out, a proposal with
 * votes, receipts that wait for their beacon, a node that gave no word, notices that nobody has
 * taken. */
static void make_busy(struct chain_world *world, struct dg_params *params)
{
    uint32_t id, delegator, position;

    chain_world_params(params);
    params->appeal_window = 600 * DG_SECOND;
    params->quality_aggregation = 5; /* yuma: bonds */
    params->heartbeat_interval = 300 * DG_SECOND;
    chain_world_open(world, params, NULL);
    assert_status(dg_chain_add_prober(world->chain, 1), DG_OK);
    assert_status(dg_chain_add_delegator(world->chain, 500 * DG_TOKEN, &delegator), DG_OK);
    struct dg_bond_order order = {.owner_kind = DG_OWNER_DELEGATOR,
                                  .tier = DG_TIER_LONG,
                                  .owner = delegator,
                                  .node = NODE_VERIFIER,
                                  .amount = 200 * DG_TOKEN};
    assert_status(dg_chain_bond(world->chain, world->now, &order, &position), DG_OK);
    assert_status(dg_chain_unbond(world->chain, world->now, position, 50 * DG_TOKEN), DG_OK);
    assert_status(
        dg_chain_propose(world->chain, world->now, DG_OWNER_DELEGATOR, delegator, 0, 2, &id),
        DG_OK);
    assert_status(dg_chain_vote(world->chain, world->now, id, DG_OWNER_DELEGATOR, delegator, true),
                  DG_OK);

    chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, 60000);
    chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, 100); /* waits for an appeal */
    chain_world_check(world, NODE_OTHER, MODEL_SMALL);
    assert_status(chain_world_open_answer(world), DG_OK);
    assert_status(chain_world_commit(world, world->check.members[0], 40000), DG_OK);
    struct dg_receipt receipt =
        chain_world_receipt(world, 1, world->number[1], NODE_SERVER, MODEL_LARGE);
    struct dg_report report = chain_world_report(1, world->period, &receipt, 1);
    assert_status(dg_chain_report(world->chain, world->now, &report), DG_OK);
    world->number[1]++;
    struct dg_receipt other =
        chain_world_receipt(world, 0, world->number[0]++, NODE_OTHER, MODEL_SMALL);
    report = chain_world_report(0, world->period, &other, 1);
    assert_status(dg_chain_report(world->chain, world->now, &report), DG_OK);
    chain_world_reveal(world); /* two checks, whose notices nobody takes */
    receipt = chain_world_receipt(world, 1, world->number[1]++, NODE_SERVER, MODEL_LARGE);
    report = chain_world_report(1, world->period, &receipt, 1);
    const struct dg_failure failure = {.node = NODE_OTHER, .count = 12};
    report.failures = &failure;
    report.failure_count = 1;
    assert_status(dg_chain_report(world->chain, world->now, &report), DG_OK);
}

struct fixture {
    struct chain_world world;
    struct bytes bytes; /* of the busy chain */
    struct dg_chain *copy;
};

static int setup(void **state)
{
    static struct fixture fixture;
    struct dg_params params;

    fixture = (struct fixture){0};
    make_busy(&fixture.world, &params);
    fixture.bytes = chain_bytes(fixture.world.chain);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    dg_chain_close(fixture->copy);
    free(fixture->bytes.data);
    chain_world_close(&fixture->world);
    return 0;
}

static enum dg_status restore(struct fixture *fixture)
{
    return dg_chain_restore(fixture->bytes.data, fixture->bytes.size, NULL, &fixture->copy);
}

static enum dg_status restore_sealed(struct fixture *fixture)
{
    chain_world_seal(fixture->bytes.data, fixture->bytes.size);
    return restore(fixture);
}

static void pass_time(struct chain_world *world, int steps, int64_t step)
{
    for (int i = 0; i < steps; i++) {
        uint32_t nodes[WORLD_NODES];
        size_t count = 0;
        chain_world_advance(world, world->now + step);
        for (uint32_t n = 0; n < WORLD_NODES; n++) {
            if (chain_world_account(world, n).state != DG_NODE_EXCLUDED)
                nodes[count++] = n;
        }
        assert_status(dg_chain_heartbeats(world->chain, world->now, nodes, count), DG_OK);
    }
}

/* ---- going on ---- */

static void restored_is_the_same(void **state)
{
    struct fixture *fixture = *state;
    struct dg_chain *chain = fixture->world.chain;

    assert_status(restore(fixture), DG_OK);
    assert_same_bytes(chain_bytes(chain), chain_bytes(fixture->copy));
    struct dg_notice left, right;
    unsigned notices = 0;
    while (dg_chain_next_notice(chain, &left)) {
        assert_true(dg_chain_next_notice(fixture->copy, &right));
        assert_int_equal(left.kind, right.kind);
        assert_int_equal(left.check, right.check);
        notices++;
    }
    assert_false(dg_chain_next_notice(fixture->copy, &right));
    assert_true(notices > 0);
}

/* The same messages reach both until every check, appeal, vote and unbonding is over. */
static void restored_goes_on_alike(void **state)
{
    struct fixture *fixture = *state;

    assert_status(restore(fixture), DG_OK);
    struct chain_world twin = fixture->world;
    twin.chain = fixture->copy;
    struct chain_world *both[2] = {&fixture->world, &twin};
    for (int i = 0; i < 2; i++) {
        struct chain_world *one = both[i];
        chain_world_drop_notices(one);
        assert_status(dg_chain_appeal(one->chain, one->now, 1), DG_OK);
        chain_world_reveal(one);
        pass_time(one, 60, 60 * DG_SECOND);
        assert_status(dg_chain_close_epoch(one->chain, one->now), DG_OK);
        assert_status(dg_chain_settle(one->chain, one->now), DG_OK);
        chain_world_drop_notices(one);
        chain_world_verdict(one, NODE_SERVER, MODEL_SMALL, 50000);
        pass_time(one, 400, 24 * 3600 * DG_SECOND);
        assert_true(chain_world_account(one, NODE_OTHER).slashed > 0); /* for its silence */
        assert_status(dg_chain_close_epoch(one->chain, one->now), DG_OK);
    }
    assert_same_bytes(chain_bytes(fixture->world.chain), chain_bytes(twin.chain));
}

/* Before anybody is registered, and with parties but no node. */
static void empty_chains_too(void **state)
{
    struct dg_params params;
    struct dg_chain *chain = NULL, *copy = NULL;
    uint32_t id;

    (void)state;
    chain_world_params(&params);
    assert_status(dg_chain_open(&params, NULL, &chain), DG_OK);
    for (int round = 0; round < 2; round++) {
        struct bytes bytes = chain_bytes(chain);
        assert_status(dg_chain_restore(bytes.data, bytes.size, NULL, &copy), DG_OK);
        assert_same_bytes(chain_bytes(chain), chain_bytes(copy));
        dg_chain_close(copy);
        free(bytes.data);
        assert_status(dg_chain_add_user(chain, DG_TOKEN, &id), DG_OK);
    }
    dg_chain_close(chain);
}

/* Notices without members are the shortest; nothing but they is behind the rest of the state. */
static void untaken_notices_come_along(void **state)
{
    enum { UNBONDED = 40 };
    struct chain_world world;
    struct dg_chain *copy = NULL;
    struct dg_notice notice;

    (void)state;
    chain_world_open(&world, NULL, NULL);
    for (uint32_t i = 0, rest = NODE_SERVER; i < UNBONDED; i++, rest = WORLD_NODES + i - 1)
        assert_status(dg_chain_unbond(world.chain, world.now, rest, DG_TOKEN), DG_OK);
    chain_world_advance(&world, 1000 * 24 * 3600 * DG_SECOND);
    assert_status(dg_chain_log_trim(world.chain, dg_chain_log_end(world.chain)), DG_OK);
    struct bytes bytes = chain_bytes(world.chain);
    assert_status(dg_chain_restore(bytes.data, bytes.size, NULL, &copy), DG_OK);
    assert_same_bytes(chain_bytes(world.chain), chain_bytes(copy));
    for (int i = 0; i < UNBONDED; i++) {
        assert_true(dg_chain_next_notice(copy, &notice));
        assert_int_equal(notice.kind, DG_NOTICE_UNBONDED);
    }
    assert_false(dg_chain_next_notice(copy, &notice));
    dg_chain_close(copy);
    free(bytes.data);
    chain_world_close(&world);
}

static void writing_into_too_little_tells_how_much(void **state)
{
    struct fixture *fixture = *state;
    struct bytes bytes = fixture->bytes;
    size_t size = 0;

    assert_status(dg_chain_snapshot(fixture->world.chain, NULL, 0, &size), DG_OK);
    assert_int_equal(size, bytes.size);
    bytes.data[size - 1] = 0xa5;
    size = 0;
    assert_status(dg_chain_snapshot(fixture->world.chain, bytes.data, bytes.size - 1, &size),
                  DG_ERROR_LIMIT);
    assert_int_equal(size, bytes.size);
    assert_int_equal(bytes.data[size - 1], 0xa5);
}

/* ---- bad bytes ---- */

static void cut_short_anywhere(void **state)
{
    struct fixture *fixture = *state;
    const size_t whole = fixture->bytes.size;

    for (size_t size = 0; size < whole; size += size < 64 ? 1 : 61) {
        fixture->bytes.size = size;
        assert_status(restore(fixture), DG_ERROR_TRUNCATED);
    }
    assert_null(fixture->copy);
}

static void one_flipped_bit_anywhere(void **state)
{
    struct fixture *fixture = *state;
    struct bytes *bytes = &fixture->bytes;

    for (size_t i = 0; i < bytes->size; i += i < 64 ? 1 : 37) {
        bytes->data[i] ^= (uint8_t)(1 << i % 8);
        enum dg_status status = restore(fixture);
        bytes->data[i] ^= (uint8_t)(1 << i % 8);
        assert_true(status == DG_ERROR_DAMAGED || (i < 12 && status == DG_ERROR_VERSION) ||
                    (i >= 12 && i < 20 && status == DG_ERROR_TRUNCATED));
    }
    bytes->data = realloc(bytes->data, bytes->size + 1);
    assert_non_null(bytes->data);
    bytes->data[bytes->size++] = 0;
    assert_status(restore(fixture), DG_ERROR_DAMAGED);
    assert_null(fixture->copy);
}

/* Bytes whose checksum was made to fit: whatever they say, nothing leads out of its array. Run under
 * the sanitizers this is the proof. */
static void forged_bytes_do_no_harm(void **state)
{
    struct fixture *fixture = *state;
    const int64_t now = fixture->world.now;
    uint64_t random = 20261125;
    unsigned refused = 0, taken = 0;

    for (int round = 0; round < 4000; round++) {
        struct bytes forged = forged_bytes(fixture->bytes, round, &random);
        struct dg_chain *copy = NULL;
        if (dg_chain_restore(forged.data, forged.size, NULL, &copy) != DG_OK) {
            assert_null(copy);
            free(forged.data);
            refused++;
            continue;
        }
        taken++;
        assert_same_bytes(chain_bytes(copy), forged);
        /* Whatever follows is an error or none, but no fault. */
        (void)dg_chain_advance(copy, now + 600 * DG_SECOND);
        (void)dg_chain_close_epoch(copy, now + 600 * DG_SECOND);
        (void)dg_chain_settle(copy, now + 600 * DG_SECOND);
        (void)dg_chain_advance(copy, now + 200 * 24 * 3600 * DG_SECOND);
        dg_chain_close(copy);
    }
    assert_true(refused > 100);
    assert_true(taken > 100);
}

/* The bytes behind the digest of the table start with the parameters, in the order of their rows. */
static void parameters_that_break_a_rule_are_refused(void **state)
{
    struct fixture *fixture = *state;
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    for (size_t i = 0; i < count; i++) {
        uint8_t *value = fixture->bytes.data + 20 + DG_HASH_BYTES + 8 * i, before[8];
        memcpy(before, value, sizeof before);
        memset(value, 0x7f, sizeof before); /* above any maximum but one */
        if (rows[i].maximum < INT64_C(0x7f7f7f7f7f7f7f7f))
            assert_status(restore_sealed(fixture), DG_ERROR_PARAMETER);
        memcpy(value, before, sizeof before);
    }
    assert_null(fixture->copy);
    assert_status(restore_sealed(fixture), DG_OK);
}

/* Of two ways to write one state, one is refused: users without a mark at the end of the probers. */
static void bytes_that_no_chain_writes_are_refused(void **state)
{
    const size_t behind = 2 * 8 + 2 * 8 + DG_HASH_BYTES; /* notices, log, checksum */
    struct dg_params params;
    struct dg_chain *chain, *copy = NULL;

    (void)state;
    chain_world_params(&params);
    assert_status(dg_chain_open(&params, NULL, &chain), DG_OK);
    struct bytes bytes = chain_bytes(chain);
    size_t place = bytes.size - behind;
    bytes.data = realloc(bytes.data, bytes.size + 1);
    assert_non_null(bytes.data);
    memmove(bytes.data + place + 1, bytes.data + place, behind);
    bytes.data[place - 8] = 1; /* how many probers follow */
    bytes.data[place] = 1;
    bytes.size++;
    struct codec codec = codec_writer(bytes.data, bytes.size);
    uint64_t length = bytes.size;
    codec.size = 12;
    codec_u64(&codec, &length);
    chain_world_seal(bytes.data, bytes.size);
    assert_status(dg_chain_restore(bytes.data, bytes.size, NULL, &copy), DG_OK);
    dg_chain_close(copy);
    copy = NULL;
    bytes.data[place] = 0;
    chain_world_seal(bytes.data, bytes.size);
    assert_status(dg_chain_restore(bytes.data, bytes.size, NULL, &copy), DG_ERROR_DAMAGED);
    assert_null(copy);
    free(bytes.data);
    dg_chain_close(chain);
}

static void of_a_gateway_is_another_kind(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *bytes = fixture->bytes.data;

    memcpy(bytes, "dggatewy", 8);
    assert_status(restore_sealed(fixture), DG_ERROR_VERSION);
    memcpy(bytes, "dgchain", 8);
    bytes[8] = 2; /* the version of the layout */
    assert_status(restore_sealed(fixture), DG_ERROR_VERSION);
    bytes[8] = 1;
    bytes[20] ^= 1; /* the digest of the table of parameters */
    assert_status(restore_sealed(fixture), DG_ERROR_VERSION);
}

/* ---- memory ---- */

static void every_refused_allocation_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    const struct bytes bytes = fixture->bytes;
    long refusals = 0;

    for (long at = 1;; at++) {
        struct chain_memory memory = {.left = at};
        struct dg_allocator allocator = chain_memory_allocator(&memory);
        struct dg_chain *copy = NULL;
        enum dg_status status = dg_chain_restore(bytes.data, bytes.size, &allocator, &copy);
        if (status == DG_OK) {
            assert_false(memory.refused);
            dg_chain_close(copy);
            assert_int_equal(memory.live, 0);
            break;
        }
        assert_status(status, DG_ERROR_MEMORY);
        assert_null(copy);
        assert_int_equal(memory.live, 0);
        refusals++;
    }
    assert_true(refusals > 20);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ROW(restored_is_the_same),
        ROW(restored_goes_on_alike),
        cmocka_unit_test(empty_chains_too),
        cmocka_unit_test(untaken_notices_come_along),
        ROW(writing_into_too_little_tells_how_much),
        ROW(cut_short_anywhere),
        ROW(one_flipped_bit_anywhere),
        ROW(forged_bytes_do_no_harm),
        ROW(parameters_that_break_a_rule_are_refused),
        cmocka_unit_test(bytes_that_no_chain_writes_are_refused),
        ROW(of_a_gateway_is_another_kind),
        ROW(every_refused_allocation_leaves_nothing),
    };
#undef ROW

    return cmocka_run_group_tests(tests, NULL, NULL);
}
