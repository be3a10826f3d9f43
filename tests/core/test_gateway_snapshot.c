/* Goal: a gateway restored from its bytes goes on exactly as the one that wrote them, its routing
 * included; its journal replays to the same state; bad bytes are refused with nothing built. */
#include "codec.h"
#include "dg/replay.h"
#include "gateway_history.h"
#include "state_bytes.h"

enum { STEPS = 3000 };

static void restore_in_place(struct history *history)
{
    struct bytes bytes = gateway_bytes(history->gateway);
    struct dg_gateway *copy;

    assert_status(dg_gateway_restore(bytes.data, bytes.size, NULL, &copy), DG_OK);
    dg_gateway_close(history->gateway);
    history->gateway = copy;
    struct bytes again = gateway_bytes(copy);
    assert_same_bytes(bytes, again);
}

/* The bytes at the end of a history; restore_every: steps after which the gateway is put in place of
 * itself; 0: never. */
static struct bytes end_of(int64_t policy, unsigned restore_every)
{
    static struct history history;

    history_open(&history, policy);
    for (unsigned i = 1; i <= STEPS; i++) {
        history_step(&history);
        if (restore_every > 0 && i % restore_every == 0)
            restore_in_place(&history);
        history_check(&history);
    }
    struct bytes bytes = gateway_bytes(history.gateway);
    history_close(&history);
    return bytes;
}

/* Under every policy, with breakers, sessions, hedges and changes of parameters. */
static void restored_goes_on_alike(void **state)
{
    (void)state;
    for (int64_t policy = 0; policy < POLICIES; policy++) {
        struct bytes alone = end_of(policy, 0), restored = end_of(policy, 7 + (unsigned)policy);
        assert_same_bytes(alone, restored);
    }
}

/* ---- journal ---- */

static void go_on(struct history *history, struct bytes *journal, unsigned steps)
{
    for (unsigned i = 1; i <= steps; i++) {
        history_step(history);
        if (i % 50 == 0)
            append_gateway_journal(journal, history->gateway);
    }
    append_gateway_journal(journal, history->gateway);
}

/* What a replay has seen. */
struct seen {
    unsigned routes, receipts, reports;
};

static enum dg_status replay_all(struct dg_replay *replay, const struct bytes *journal,
                                 struct seen *seen)
{
    struct dg_replay_step step;
    enum dg_status status;

    assert_status(dg_replay_feed(replay, journal->data, journal->size), DG_OK);
    while ((status = dg_replay_next(replay, &step)) == DG_OK) {
        seen->routes += step.decision == DG_DECISION_ROUTE;
        seen->receipts += step.decision == DG_DECISION_RECEIPT;
        seen->reports += step.decision == DG_DECISION_REPORT;
        assert_non_null(step.call);
    }
    return status == DG_ERROR_TRUNCATED ? dg_replay_end(replay) : status;
}

static enum dg_status replay_status(const struct bytes *journal)
{
    struct dg_replay *replay;
    struct seen seen = {0};

    assert_status(dg_replay_open(NULL, &replay), DG_OK);
    enum dg_status status = replay_all(replay, journal, &seen);
    dg_replay_close(replay);
    return status;
}

static void replays_to_the_same_state(void **state)
{
    static struct history history;

    (void)state;
    for (int64_t policy = 0; policy < POLICIES; policy++) {
        struct bytes journal = {0};
        struct seen seen = {0};
        struct dg_replay *replay;
        history_open(&history, policy);
        assert_status(dg_gateway_journal_start(history.gateway), DG_OK);
        assert_status(dg_gateway_journal_start(history.gateway), DG_ERROR_STATE);
        go_on(&history, &journal, STEPS);
        assert_status(dg_replay_open(NULL, &replay), DG_OK);
        assert_status(replay_all(replay, &journal, &seen), DG_OK);
        assert_int_equal(dg_replay_kind(replay), DG_HANDLE_GATEWAY);
        assert_null(dg_replay_chain(replay));
        assert_int_equal(seen.receipts, history.number);
        assert_true(seen.routes > seen.receipts && seen.reports > 5);
        struct bytes original = gateway_bytes(history.gateway);
        struct bytes replayed = gateway_bytes(dg_replay_gateway(replay));
        assert_same_bytes(original, replayed);
        dg_replay_close(replay);
        history_close(&history);
        free(journal.data);
    }
}

/* The gateway is lost in the middle of its day, recovered, and its journal goes on. */
static void recovered_goes_on(void **state)
{
    static struct history history;
    struct bytes journal = {0};
    struct dg_replay *replay;
    struct dg_chain *chain;
    struct seen seen = {0};

    (void)state;
    history_open(&history, 2);
    for (int i = 0; i < 500; i++)
        history_step(&history);
    assert_status(dg_gateway_journal_start(history.gateway), DG_OK);
    go_on(&history, &journal, 1000);
    dg_gateway_close(history.gateway);
    assert_status(dg_replay_open(NULL, &replay), DG_OK);
    assert_status(replay_all(replay, &journal, &seen), DG_OK);
    assert_status(dg_replay_take_chain(replay, &chain), DG_ERROR_STATE);
    assert_status(dg_replay_take_gateway(replay, &history.gateway), DG_OK);
    dg_replay_close(replay);
    go_on(&history, &journal, 1000);
    history_check(&history);
    assert_status(replay_status(&journal), DG_OK);
    history_close(&history);
    free(journal.data);
}

static void a_flipped_byte_is_found(void **state)
{
    static struct history history;
    struct bytes journal = {0};

    (void)state;
    history_open(&history, 2);
    assert_status(dg_gateway_journal_start(history.gateway), DG_OK);
    go_on(&history, &journal, 300);
    assert_status(replay_status(&journal), DG_OK);
    for (size_t i = 13; i < journal.size; i += 41) {
        journal.data[i] ^= 0x10;
        enum dg_status status = replay_status(&journal);
        assert_true(status == DG_ERROR_DAMAGED || status == DG_ERROR_TRUNCATED);
        journal.data[i] ^= 0x10;
    }
    history_close(&history);
    free(journal.data);
}

/* ---- bad bytes ---- */

static struct history *busy_history(void)
{
    static struct history history;

    history_open(&history, 7); /* ucb: arms as well */
    for (int i = 0; i < 1500; i++)
        history_step(&history);
    return &history;
}

static void cut_or_flipped_bytes_are_refused(void **state)
{
    struct history *history = busy_history();
    struct bytes bytes = gateway_bytes(history->gateway);
    struct dg_gateway *copy = NULL;

    (void)state;
    for (size_t size = 0; size < bytes.size; size += size < 64 ? 1 : 67)
        assert_status(dg_gateway_restore(bytes.data, size, NULL, &copy), DG_ERROR_TRUNCATED);
    for (size_t i = 20; i < bytes.size; i += 43) {
        bytes.data[i] ^= 4;
        assert_status(dg_gateway_restore(bytes.data, bytes.size, NULL, &copy), DG_ERROR_DAMAGED);
        bytes.data[i] ^= 4;
    }
    struct dg_chain *chain = NULL;
    assert_status(dg_chain_restore(bytes.data, bytes.size, NULL, &chain), DG_ERROR_VERSION);
    assert_null(copy);
    history_close(history);
    free(bytes.data);
}

/* Bytes whose checksum was made to fit: whatever they say, nothing leads out of its array. */
static void forged_bytes_do_no_harm(void **state)
{
    struct history *history = busy_history();
    struct bytes bytes = gateway_bytes(history->gateway);
    uint64_t random = 1;
    unsigned refused = 0, taken = 0;

    (void)state;
    for (int round = 0; round < 4000; round++) {
        struct bytes forged = forged_bytes(bytes, round, &random);
        struct dg_gateway *copy = NULL;
        if (dg_gateway_restore(forged.data, forged.size, NULL, &copy) != DG_OK) {
            assert_null(copy);
            free(forged.data);
            refused++;
            continue;
        }
        taken++;
        assert_same_bytes(gateway_bytes(copy), forged);
        for (uint32_t i = 0; i < history->flight_count; i++) {
            struct dg_answer answer = {
                .node = history->flights[i].copies[0].node, .tokens_out = 5, .total = 9};
            struct dg_request request = {.request = UINT64_MAX - 100 + i, .tokens_out_max = 9};
            struct dg_receipt receipt;
            struct dg_route route;
            (void)dg_gateway_answer(copy, history->now, history->flights[i].handle, &answer,
                                    &receipt);
            (void)dg_gateway_submit(copy, history->now, &request, &route);
        }
        dg_gateway_close(copy);
    }
    assert_true(refused > 100);
    assert_true(taken > 100);
    history_close(history);
    free(bytes.data);
}

/* ---- one way to write a state ---- */

/* A gateway that knows nobody: every part of it is a count of nothing, so its place from the end is
 * known. */
static struct bytes empty_gateway(int64_t policy)
{
    const struct dg_gateway_spec spec = {.in_flight_limit = 4};
    struct dg_gateway *gateway;
    struct dg_params params;

    dg_params_default(&params);
    params.routing_policy = policy;
    params.routing_affinity_time = SESSION_TIME;
    params.routing_hedge_quantile = DG_ONE / 2;
    assert_status(dg_gateway_open(&params, &spec, NULL, &gateway), DG_OK);
    struct bytes bytes = gateway_bytes(gateway);
    dg_gateway_close(gateway);
    return bytes;
}

/* Makes room for so many zeros. */
static void insert(struct bytes *bytes, size_t place, size_t count)
{
    bytes->data = realloc(bytes->data, bytes->size + count);
    assert_non_null(bytes->data);
    memmove(bytes->data + place + count, bytes->data + place, bytes->size - place);
    memset(bytes->data + place, 0, count);
    bytes->size += count;
}

static void put(struct bytes *bytes, size_t place, uint64_t value)
{
    struct codec codec = codec_writer(bytes->data, bytes->size);

    codec.size = place;
    codec_u64(&codec, &value);
}

static enum dg_status restore_status(struct bytes *bytes)
{
    struct dg_gateway *copy = NULL;

    put(bytes, 12, bytes->size);
    chain_world_seal(bytes->data, bytes->size);
    enum dg_status status = dg_gateway_restore(bytes->data, bytes->size, NULL, &copy);
    if (status == DG_OK) { /* then it is how it writes itself */
        struct bytes again = gateway_bytes(copy);
        assert_int_equal(again.size, bytes->size);
        assert_memory_equal(again.data, bytes->data, bytes->size);
        free(again.data);
    }
    dg_gateway_close(copy);
    return status;
}

enum {
    HEDGE_END = DG_HASH_BYTES, /* from the end of the bytes, as are the others */
    SESSIONS_END = HEDGE_END + 8,
    FAILURES_END = SESSIONS_END + 8 + 8 + 4 + 4 + 4 + 8,
    FLIGHTS_END = FAILURES_END + 8,
    RECEIPTS_END = FLIGHTS_END + 4 + 8 + 4,
    ACCOUNTS_END = RECEIPTS_END + 8 + 8,
    VIEW_END = ACCOUNTS_END + 8,
    NODES_END = VIEW_END + 8,
    MODELS_END = NODES_END + 8,
    SESSION_BYTES = 8 + 8 + 8 + 4,
    NODE_BYTES = 1 + 8 + 4 * 4 + 3 * 2 + 8 + 8 + 1 + 1 + 1,
    MODEL_BYTES = 1 + 4 + 4 + 1 + 8 + 8 + 8,
};

/* Nodes and models of which nothing is known are not written at the end of their lists. */
static void unknown_ids_at_the_end_are_refused(void **state)
{
    (void)state;
    struct bytes bytes = empty_gateway(DG_ROUTING_WEIGHTED_SCORE);
    assert_status(restore_status(&bytes), DG_OK);
    insert(&bytes, bytes.size - NODES_END, 1);
    put(&bytes, bytes.size - NODES_END - 1 - 8, 1);
    assert_status(restore_status(&bytes), DG_ERROR_DAMAGED);
    free(bytes.data);
    bytes = empty_gateway(DG_ROUTING_WEIGHTED_SCORE);
    insert(&bytes, bytes.size - MODELS_END, MODEL_BYTES);
    size_t model = bytes.size - MODELS_END - MODEL_BYTES;
    put(&bytes, model - 8, 1);
    assert_status(restore_status(&bytes), DG_ERROR_DAMAGED);
    bytes.data[model] = 1; /* known */
    assert_status(restore_status(&bytes), DG_OK);
    free(bytes.data);
}

static void sessions_have_one_order(void **state)
{
    struct bytes bytes = empty_gateway(DG_ROUTING_WEIGHTED_SCORE);
    const size_t both = 2 * SESSION_BYTES;

    (void)state;
    insert(&bytes, bytes.size - SESSIONS_END, both);
    size_t first = bytes.size - SESSIONS_END - both, second = first + SESSION_BYTES;
    put(&bytes, first - 8, 2);
    put(&bytes, first, 3); /* its place, and then its session */
    put(&bytes, first + 8, 7);
    put(&bytes, second, 5);
    put(&bytes, second + 8, 9);
    assert_status(restore_status(&bytes), DG_OK);
    put(&bytes, second + 8, 0);
    assert_status(restore_status(&bytes), DG_ERROR_DAMAGED);
    put(&bytes, second + 8, 9);
    put(&bytes, second, 3);
    assert_status(restore_status(&bytes), DG_ERROR_DAMAGED);
    put(&bytes, second, 2);
    assert_status(restore_status(&bytes), DG_ERROR_DAMAGED);
    free(bytes.data);
}

/* A bandit's arm that was never tried has no time of its last outcome. */
static void untried_arms_have_no_time(void **state)
{
    struct bytes bytes = empty_gateway(DG_ROUTING_UCB);

    (void)state;
    assert_status(restore_status(&bytes), DG_OK);
    put(&bytes, bytes.size - VIEW_END - 8, 1); /* of the sum of all arms */
    assert_status(restore_status(&bytes), DG_ERROR_DAMAGED);
    free(bytes.data);
}

/* An open breaker stands in the queue of those that wait for their time; one that is closed and has seen
 * no failure is not written at the end of the list. */
static void breakers_are_written_one_way(void **state)
{
    enum { ROW = 1 + 4, OPEN_ROW = ROW + 8 + 4 + 4, ROWS_END = SESSIONS_END + 8 + 4 + 8 };
    struct bytes bytes = empty_gateway(DG_ROUTING_WEIGHTED_SCORE);

    (void)state;
    insert(&bytes, bytes.size - NODES_END, NODE_BYTES);
    bytes.data[bytes.size - NODES_END - NODE_BYTES] = 1; /* known */
    put(&bytes, bytes.size - NODES_END - NODE_BYTES - 8, 1);
    assert_status(restore_status(&bytes), DG_OK);
    insert(&bytes, bytes.size - ROWS_END, ROW);
    size_t row = bytes.size - ROWS_END - ROW;
    put(&bytes, row - 4 - 4 - 8, 1);
    assert_status(restore_status(&bytes), DG_ERROR_DAMAGED);
    bytes.data[row + 1] = 1; /* a failure */
    assert_status(restore_status(&bytes), DG_OK);
    insert(&bytes, row + ROW, OPEN_ROW - ROW);
    bytes.data[row] = 1; /* open */
    bytes.data[row + 1] = 0;
    memset(bytes.data + row + ROW + 8, 0xff, 8); /* nobody before it or behind it */
    assert_status(restore_status(&bytes), DG_ERROR_DAMAGED);
    memset(bytes.data + row - 8, 0, 8); /* head and tail */
    bytes.data[row + OPEN_ROW] = 1;     /* how many are open */
    assert_status(restore_status(&bytes), DG_OK);
    free(bytes.data);
}

static void every_refused_allocation_leaves_nothing(void **state)
{
    struct history *history = busy_history();
    struct bytes bytes = gateway_bytes(history->gateway);
    long refusals = 0;

    (void)state;
    for (long at = 1;; at++) {
        struct chain_memory memory = {.left = at};
        struct dg_allocator allocator = chain_memory_allocator(&memory);
        struct dg_gateway *copy = NULL;
        enum dg_status status = dg_gateway_restore(bytes.data, bytes.size, &allocator, &copy);
        if (status == DG_OK) {
            dg_gateway_close(copy);
            assert_int_equal(memory.live, 0);
            break;
        }
        assert_status(status, DG_ERROR_MEMORY);
        assert_null(copy);
        assert_int_equal(memory.live, 0);
        refusals++;
    }
    assert_true(refusals > 8);
    history_close(history);
    free(bytes.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restored_goes_on_alike),
        cmocka_unit_test(replays_to_the_same_state),
        cmocka_unit_test(recovered_goes_on),
        cmocka_unit_test(a_flipped_byte_is_found),
        cmocka_unit_test(cut_or_flipped_bytes_are_refused),
        cmocka_unit_test(forged_bytes_do_no_harm),
        cmocka_unit_test(unknown_ids_at_the_end_are_refused),
        cmocka_unit_test(sessions_have_one_order),
        cmocka_unit_test(untried_arms_have_no_time),
        cmocka_unit_test(breakers_are_written_one_way),
        cmocka_unit_test(every_refused_allocation_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
