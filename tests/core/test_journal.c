/* Goal: a journal replays to the state of the chain that wrote it, whatever the calls were; a byte that
 * was flipped and an end that was cut off are found; and a chain that was recovered goes on with
 * the journal as if nothing had happened. */
#include "chain_drive.h"
#include "dg/replay.h"
#include "journal.h"
#include "state_bytes.h"

enum { CALLS = 1500 };

/* Random calls of a seed from a chain whose journal is on, taken in blocks of any length. */
static struct bytes drive_with_journal(struct drive *drive, uint64_t seed, unsigned calls)
{
    struct bytes bytes = {0};

    drive_open(drive, seed);
    assert_status(dg_chain_journal_start(drive->world.chain), DG_OK);
    while (drive->calls < calls) {
        drive_call(drive);
        if (drive_below(drive, 20) == 0)
            append_chain_journal(&bytes, drive->world.chain);
    }
    append_chain_journal(&bytes, drive->world.chain);
    return bytes;
}

static void drain(struct dg_chain *chain)
{
    struct dg_notice notice;

    while (dg_chain_next_notice(chain, &notice))
        continue;
}

/* Replays the bytes in pieces; returns the last status. */
static enum dg_status replay_all(struct dg_replay *replay, const struct bytes *bytes, size_t piece)
{
    struct dg_replay_step step;

    for (size_t at = 0; at < bytes->size; at += piece) {
        size_t size = bytes->size - at < piece ? bytes->size - at : piece;
        assert_status(dg_replay_feed(replay, bytes->data + at, size), DG_OK);
        enum dg_status status = DG_OK;
        while ((status = dg_replay_next(replay, &step)) == DG_OK)
            if (dg_replay_chain(replay) != NULL)
                drain(dg_replay_chain(replay));
        if (status != DG_ERROR_TRUNCATED)
            return status;
    }
    return dg_replay_end(replay);
}

static enum dg_status replay_status(const struct bytes *bytes)
{
    struct dg_replay *replay;

    assert_status(dg_replay_open(NULL, &replay), DG_OK);
    enum dg_status status = replay_all(replay, bytes, bytes->size);
    dg_replay_close(replay);
    return status;
}

static void assert_same_state(struct dg_chain *a, struct dg_chain *b)
{
    struct dg_hash left, right;

    drain(a);
    drain(b);
    chain_world_state(a, &left);
    chain_world_state(b, &right);
    assert_memory_equal(&left, &right, sizeof left);
}

static void replays_to_the_same_state(void **state)
{
    static struct drive drive;

    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct bytes bytes = drive_with_journal(&drive, seed, CALLS);
        struct dg_replay *replay;
        assert_status(dg_replay_open(NULL, &replay), DG_OK);
        assert_int_equal(dg_replay_kind(replay), DG_HANDLE_NONE);
        assert_status(dg_replay_end(replay), DG_ERROR_TRUNCATED);
        assert_status(replay_all(replay, &bytes, seed == 1 ? 1 : 997 * seed), DG_OK);
        assert_int_equal(dg_replay_kind(replay), DG_HANDLE_CHAIN);
        assert_same_state(drive.world.chain, dg_replay_chain(replay));
        dg_replay_close(replay);
        chain_world_close(&drive.world);
        free(bytes.data);
    }
}

/* The recovered chain takes the place of the one that was lost, and its journal follows on. */
static void recovered_goes_on(void **state)
{
    static struct drive drive;
    struct dg_replay *replay;
    struct dg_chain *recovered, *early = NULL;

    (void)state;
    struct bytes bytes = drive_with_journal(&drive, 21, CALLS);
    assert_status(dg_replay_open(NULL, &replay), DG_OK);
    assert_status(dg_replay_take_chain(replay, &early), DG_ERROR_STATE);
    assert_status(replay_all(replay, &bytes, 4096), DG_OK);
    assert_status(dg_replay_take_chain(replay, &recovered), DG_OK);
    assert_status(dg_replay_take_chain(replay, &early), DG_ERROR_STATE);
    assert_null(early);
    dg_replay_close(replay);
    drain(drive.world.chain);
    dg_chain_close(drive.world.chain);
    drive.world.chain = recovered;
    chain_world_state(recovered, &drive.state);
    while (drive.calls < 2 * CALLS)
        drive_call(&drive);
    append_chain_journal(&bytes, recovered);

    assert_status(dg_replay_open(NULL, &replay), DG_OK);
    assert_status(replay_all(replay, &bytes, 1 << 20), DG_OK);
    assert_same_state(recovered, dg_replay_chain(replay));
    dg_replay_close(replay);
    chain_world_close(&drive.world);
    free(bytes.data);
}

/* ---- damage ---- */

static void a_flipped_byte_is_found(void **state)
{
    static struct drive drive;
    struct bytes bytes = drive_with_journal(&drive, 2, 120);

    (void)state;
    assert_status(replay_status(&bytes), DG_OK);
    for (size_t i = 0; i < bytes.size; i += i < 64 ? 1 : 53) {
        bytes.data[i] ^= (uint8_t)(1 << i % 8);
        enum dg_status status = replay_status(&bytes);
        bytes.data[i] ^= (uint8_t)(1 << i % 8);
        if (i < 13)
            assert_true(status == DG_ERROR_VERSION || status == DG_ERROR_DIVERGED);
        else if (status != DG_ERROR_TRUNCATED) /* the length of a block now leads past the end */
            assert_status(status, DG_ERROR_DAMAGED);
    }
    chain_world_close(&drive.world);
    free(bytes.data);
}

/* Every cut is inside a block or between two; between two, a journal just ends earlier. */
static void a_cut_end_is_found(void **state)
{
    static struct drive drive;
    struct bytes bytes = drive_with_journal(&drive, 3, 200);
    unsigned whole = 0, cut = 0;

    (void)state;
    for (size_t size = bytes.size - 4000; size < bytes.size; size++) {
        struct bytes part = {bytes.data, size};
        enum dg_status status = replay_status(&part);
        whole += status == DG_OK;
        cut += status == DG_ERROR_TRUNCATED;
    }
    assert_int_equal(whole + cut, 4000);
    assert_true(cut > 3900);
    chain_world_close(&drive.world);
    free(bytes.data);
}

/* Blocks in another order, one left out, one twice. */
static void a_missing_block_is_found(void **state)
{
    static struct drive drive;
    struct bytes bytes = {0};
    size_t ends[3];

    (void)state;
    drive_open(&drive, 4);
    assert_status(dg_chain_journal_start(drive.world.chain), DG_OK);
    for (int block = 0; block < 3; block++) {
        for (int call = 0; call < 100; call++)
            drive_call(&drive);
        append_chain_journal(&bytes, drive.world.chain);
        ends[block] = bytes.size;
    }
    struct bytes without = {malloc(bytes.size), ends[0] + ends[2] - ends[1]};
    memcpy(without.data, bytes.data, ends[0]);
    memcpy(without.data + ends[0], bytes.data + ends[1], ends[2] - ends[1]);
    assert_status(replay_status(&without), DG_ERROR_DAMAGED);
    struct bytes twice = {malloc(2 * bytes.size), ends[2] + ends[2] - ends[1]};
    memcpy(twice.data, bytes.data, ends[2]);
    memcpy(twice.data + ends[2], bytes.data + ends[1], ends[2] - ends[1]);
    assert_status(replay_status(&twice), DG_ERROR_DAMAGED);
    free(without.data);
    free(twice.data);
    free(bytes.data);
    chain_world_close(&drive.world);
}

/* A journal that claims other decisions, sealed as if it were right. */
static void other_decisions_are_found(void **state)
{
    static struct drive drive;
    const struct dg_hash none = {{0}};
    struct bytes bytes = {0};
    struct dg_hash link;

    (void)state;
    drive_open(&drive, 5);
    assert_status(dg_chain_journal_start(drive.world.chain), DG_OK);
    while (drive.calls < 400)
        drive_call(&drive);
    append_chain_journal(&bytes, drive.world.chain);
    assert_status(replay_status(&bytes), DG_OK);
    bytes.data[bytes.size - 2 * DG_HASH_BYTES] ^= 1;
    journal_link(&none, bytes.data + JOURNAL_HEAD, bytes.size - JOURNAL_HEAD - DG_HASH_BYTES,
                 &link);
    memcpy(bytes.data + bytes.size - DG_HASH_BYTES, link.bytes, DG_HASH_BYTES);
    assert_status(replay_status(&bytes), DG_ERROR_DIVERGED);
    free(bytes.data);
    chain_world_close(&drive.world);
}

/* ---- the journal itself ---- */

static void without_a_start_there_is_none(void **state)
{
    struct chain_world world;
    const uint8_t *bytes;
    size_t size;

    (void)state;
    chain_world_open(&world, NULL, NULL);
    assert_status(dg_chain_journal_take(world.chain, &bytes, &size), DG_ERROR_STATE);
    assert_status(dg_chain_journal_start(world.chain), DG_OK);
    assert_status(dg_chain_journal_start(world.chain), DG_ERROR_STATE);
    assert_status(dg_chain_journal_take(world.chain, &bytes, &size), DG_OK);
    assert_true(size > 0);
    assert_status(dg_chain_journal_take(world.chain, &bytes, &size), DG_OK);
    assert_int_equal(size, 0);
    assert_status(dg_chain_deposit(world.chain, 0, -1), DG_ERROR_ARGUMENT);
    assert_status(dg_chain_journal_take(world.chain, &bytes, &size), DG_OK);
    assert_int_equal(size, 0); /* a refused call leaves nothing */
    chain_world_close(&world);
}

/* A refused allocation refuses the call, and neither chain nor journal has seen it. */
static void no_memory_no_call(void **state)
{
    struct chain_memory memory = {0};
    struct dg_allocator allocator = chain_memory_allocator(&memory);
    struct chain_world world;
    struct bytes bytes = {0};
    unsigned refused = 0;

    (void)state;
    chain_world_open(&world, NULL, &allocator);
    assert_status(dg_chain_journal_start(world.chain), DG_OK);
    for (unsigned i = 0; i < 3000; i++) {
        memory.left = 1;
        memory.refused = false;
        enum dg_status status = dg_chain_deposit(world.chain, 0, 1);
        memory.left = 0;
        if (status != DG_OK) {
            assert_status(status, DG_ERROR_MEMORY);
            refused++;
            assert_status(dg_chain_deposit(world.chain, 0, 1), DG_OK);
        }
    }
    assert_true(refused > 3);
    append_chain_journal(&bytes, world.chain);
    struct dg_replay *replay;
    assert_status(dg_replay_open(NULL, &replay), DG_OK);
    assert_status(replay_all(replay, &bytes, bytes.size), DG_OK);
    assert_same_state(world.chain, dg_replay_chain(replay));
    dg_replay_close(replay);
    free(bytes.data);
    chain_world_close(&world);
    assert_int_equal(memory.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replays_to_the_same_state),
        cmocka_unit_test(recovered_goes_on),
        cmocka_unit_test(a_flipped_byte_is_found),
        cmocka_unit_test(a_cut_end_is_found),
        cmocka_unit_test(a_missing_block_is_found),
        cmocka_unit_test(other_decisions_are_found),
        cmocka_unit_test(without_a_start_there_is_none),
        cmocka_unit_test(no_memory_no_call),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
