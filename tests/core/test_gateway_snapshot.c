/* Goal: a gateway restored from its bytes goes on exactly as the one that wrote them, its routing
 * included; its journal replays to the same state; bad bytes are refused with nothing built. */
#include <stdlib.h>

#include "dg/replay.h"
#include "gateway_history.h"

enum { STEPS = 3000 };

struct bytes {
    uint8_t *data;
    size_t size;
};

static struct bytes snapshot(const struct dg_gateway *gateway)
{
    struct bytes bytes = {0};

    assert_status(dg_gateway_snapshot(gateway, NULL, 0, &bytes.size), DG_OK);
    bytes.data = malloc(bytes.size);
    assert_non_null(bytes.data);
    assert_status(dg_gateway_snapshot(gateway, bytes.data, bytes.size, &bytes.size), DG_OK);
    return bytes;
}

static void assert_same_bytes(struct bytes *a, struct bytes *b)
{
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, a->size);
    free(a->data);
    free(b->data);
}

static void restore_in_place(struct history *history)
{
    struct bytes bytes = snapshot(history->gateway);
    struct dg_gateway *copy;

    assert_status(dg_gateway_restore(bytes.data, bytes.size, NULL, &copy), DG_OK);
    dg_gateway_close(history->gateway);
    history->gateway = copy;
    struct bytes again = snapshot(copy);
    assert_same_bytes(&bytes, &again);
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
    struct bytes bytes = snapshot(history.gateway);
    history_close(&history);
    return bytes;
}

/* Under every policy, with breakers, sessions, hedges and changes of parameters. */
static void restored_goes_on_alike(void **state)
{
    (void)state;
    for (int64_t policy = 0; policy < POLICIES; policy++) {
        struct bytes alone = end_of(policy, 0), restored = end_of(policy, 7 + (unsigned)policy);
        assert_same_bytes(&alone, &restored);
    }
}

/* ---- journal ---- */

static void append(struct bytes *bytes, struct dg_gateway *gateway)
{
    const uint8_t *block;
    size_t size;

    assert_status(dg_gateway_journal_take(gateway, &block, &size), DG_OK);
    if (size == 0)
        return;
    bytes->data = realloc(bytes->data, bytes->size + size);
    assert_non_null(bytes->data);
    memcpy(bytes->data + bytes->size, block, size);
    bytes->size += size;
}

static void go_on(struct history *history, struct bytes *journal, unsigned steps)
{
    for (unsigned i = 1; i <= steps; i++) {
        history_step(history);
        if (i % 50 == 0)
            append(journal, history->gateway);
    }
    append(journal, history->gateway);
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
        struct bytes original = snapshot(history.gateway);
        struct bytes replayed = snapshot(dg_replay_gateway(replay));
        assert_same_bytes(&original, &replayed);
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
    struct bytes bytes = snapshot(history->gateway);
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
    struct bytes bytes = snapshot(history->gateway);
    uint8_t *forged = malloc(bytes.size);
    uint64_t random = 1;
    unsigned refused = 0, taken = 0;

    (void)state;
    for (int round = 0; round < 4000; round++) {
        struct dg_gateway *copy = NULL;
        memcpy(forged, bytes.data, bytes.size);
        for (int flips = 0; flips < 1 + round % 3; flips++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            size_t place = 20 + (size_t)(random >> 20) % (bytes.size - 20 - DG_HASH_BYTES);
            forged[place] = (uint8_t)(random >> 56);
        }
        chain_world_seal(forged, bytes.size);
        if (dg_gateway_restore(forged, bytes.size, NULL, &copy) != DG_OK) {
            assert_null(copy);
            refused++;
            continue;
        }
        taken++;
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
    free(forged);
    free(bytes.data);
}

static void every_refused_allocation_leaves_nothing(void **state)
{
    struct history *history = busy_history();
    struct bytes bytes = snapshot(history->gateway);
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
        cmocka_unit_test(every_refused_allocation_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
