/* test_chain_random.c - the rules of every call, held against random ones. */
#include "chain_drive.h"

#include <stdlib.h>

enum { DRIVE_CALLS = 10000, SEEDS = 10 };

/* Puts a chain restored from the bytes of the drive's own in its place. */
static void drive_restore(struct drive *drive)
{
    static uint8_t bytes[1 << 20];
    struct dg_chain *copy;
    size_t size;

    assert_status(dg_chain_snapshot(drive->world.chain, bytes, sizeof bytes, &size), DG_OK);
    assert_status(dg_chain_restore(bytes, size, NULL, &copy), DG_OK);
    dg_chain_close(drive->world.chain);
    drive->world.chain = copy;
}

/* Runs and closes the drive; *end tells its whole history. restore_every: calls after which the chain
 * is put in place of itself; 0: never. */
static void drive_run(struct drive *drive, uint64_t seed, unsigned count, unsigned restore_every,
                      struct dg_hash *end)
{
    drive_open(drive, seed);
    while (drive->calls < count) {
        drive_call(drive);
        if (restore_every > 0 && drive->calls % restore_every == 0)
            drive_restore(drive);
    }
    crypto_generichash_update(&drive->history, drive->state.bytes, sizeof drive->state.bytes);
    crypto_generichash_final(&drive->history, end->bytes, sizeof end->bytes);
    assert_status(dg_chain_audit(drive->world.chain), DG_OK);
    chain_world_close(&drive->world);
}

/* What the drives of all seeds have seen together. */
struct seen {
    unsigned statuses[DG_STATUS_COUNT], notices[NOTICE_KINDS], verdicts[VERDICTS];
};

static void seen_add(struct seen *seen, const struct drive *drive)
{
    for (unsigned i = 0; i < DG_STATUS_COUNT; i++)
        seen->statuses[i] += drive->statuses[i];
    for (unsigned i = 0; i < NOTICE_KINDS; i++)
        seen->notices[i] += drive->notices[i];
    for (unsigned i = 0; i < VERDICTS; i++)
        seen->verdicts[i] += drive->verdicts[i];
}

/* Ten times the calls when DGSIM_LONG is set. */
static unsigned drive_calls(void)
{
    return getenv("DGSIM_LONG") != NULL ? 10 * DRIVE_CALLS : DRIVE_CALLS;
}

/* Goal: 100,000 calls over ten seeds and as many settings keep every rule, and they get everywhere:
 * every status that a call can give, every notice, every verdict. */
static void every_rule_holds(void **state)
{
    static const enum dg_status expected[] = {
        DG_OK,
        DG_ERROR_ARGUMENT,
        DG_ERROR_UNKNOWN_ID,
        DG_ERROR_STATE,
        DG_ERROR_FUNDS,
        DG_ERROR_REPLAY,
        DG_ERROR_NOT_MEMBER,
        DG_ERROR_COMMITMENT,
        DG_ERROR_OVERFLOW,
        DG_ERROR_PARAMETER,
    };
    static struct drive drive;
    struct seen seen = {0};
    struct dg_hash end;

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        drive_run(&drive, seed, drive_calls(), 0, &end);
        seen_add(&seen, &drive);
        assert_true(drive.statuses[DG_OK] > drive_calls() / 8);
    }
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (seen.statuses[expected[i]] == 0)
            fail_msg("never seen: %s", dg_status_name(expected[i]));
    for (unsigned i = 0; i < NOTICE_KINDS; i++)
        if (seen.notices[i] == 0)
            fail_msg("no notice of kind %u", i);
    for (unsigned i = 0; i < VERDICTS; i++)
        if (seen.verdicts[i] == 0)
            fail_msg("no verdict %u", i);
}

/* Goal: the same calls give the same notices, totals and state, byte for byte; other calls do
 * not. */
static void same_calls_same_bytes(void **state)
{
    static struct drive drive;
    struct dg_hash first, again, other;

    (void)state;
    drive_run(&drive, 11, DRIVE_CALLS / 5, 0, &first);
    drive_run(&drive, 11, DRIVE_CALLS / 5, 0, &again);
    drive_run(&drive, 12, DRIVE_CALLS / 5, 0, &other);
    assert_memory_equal(&first, &again, sizeof first);
    assert_memory_not_equal(&first, &other, sizeof first);
}

/* Goal: under every setting, a chain that is written and restored time and again has the same history
 * as one that is left alone. */
static void restored_chains_go_on_alike(void **state)
{
    static struct drive drive;
    struct dg_hash alone, restored;

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        drive_run(&drive, seed, DRIVE_CALLS / 10, 0, &alone);
        drive_run(&drive, seed, DRIVE_CALLS / 10, 1 + (unsigned)seed * 2, &restored);
        assert_memory_equal(&alone, &restored, sizeof alone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_holds),
        cmocka_unit_test(same_calls_same_bytes),
        cmocka_unit_test(restored_chains_go_on_alike),
    };

    if (sodium_init() < 0) /* its faster code halves the time of the test */
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
