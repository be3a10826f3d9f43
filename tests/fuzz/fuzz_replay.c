/* Goal: whatever bytes pretend to be a journal, a replay makes only calls that keep every rule of the
 * handle, ends with a status by name, and comes to the same end whatever the pieces it was fed in.
 *
 * The input is a byte that tells how much of the frame is made right, and a journal: 0 nothing; 1 the
 * checksum of the snapshot and the links of the blocks; 2 these, with all records in one block, so
 * that the digests of decisions do not end the replay early. */
#include <stdlib.h>
#include <string.h>

#include "dg/replay.h"
#include "journal.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/fuzz/fuzz_frame.h"

enum { MODES = 3, LINKED = 1, MERGED = 2 };

struct bytes {
    uint8_t *data;
    size_t size;
};

/* ---- the frame ---- */

struct block {
    uint32_t length, records;
    uint64_t sequence;
};

/* The head of the block at a place; false when not all of it is there. */
static bool block_read(const struct bytes *journal, size_t place, struct block *block)
{
    struct codec codec = codec_reader(journal->data, journal->size, NULL);

    if (place > journal->size)
        return false;
    codec.size = place;
    codec_u32(&codec, &block->length);
    codec_u32(&codec, &block->records);
    codec_u64(&codec, &block->sequence);
    return codec.status == DG_OK &&
           codec_left(&codec) >= (size_t)block->length + JOURNAL_BLOCK_TAIL;
}

static void block_write(struct bytes *journal, size_t place, struct block *block)
{
    struct codec codec = codec_writer(journal->data, journal->size);

    codec.size = place;
    codec_u32(&codec, &block->length);
    codec_u32(&codec, &block->records);
    codec_u64(&codec, &block->sequence);
}

/* The snapshot that the first record is, whose frame is behind a u64 with its length. */
static void seal_snapshot(struct bytes *journal)
{
    const size_t place = JOURNAL_HEAD + JOURNAL_BLOCK_HEAD;
    struct codec codec = codec_reader(journal->data, journal->size, NULL);
    uint64_t size = 0;

    if (place > journal->size)
        return;
    codec.size = place;
    codec_u64(&codec, &size);
    if (codec.status == DG_OK && size <= codec_left(&codec))
        fuzz_frame_seal(journal->data + place + 8, (size_t)size);
}

static void link_blocks(struct bytes *journal)
{
    struct dg_hash link = {{0}};
    struct block block;

    for (size_t place = JOURNAL_HEAD; block_read(journal, place, &block);) {
        size_t end = place + JOURNAL_BLOCK_HEAD + block.length + DG_HASH_BYTES;
        journal_link(&link, journal->data + place, end - place, &link);
        memcpy(journal->data + end, link.bytes, sizeof link.bytes);
        place = end + DG_HASH_BYTES;
    }
}

/* Moves all records behind those of the first block. */
static void merge_blocks(struct bytes *journal)
{
    struct block first, next;

    if (!block_read(journal, JOURNAL_HEAD, &first))
        return;
    size_t end = JOURNAL_HEAD + JOURNAL_BLOCK_HEAD + first.length;
    size_t place = end + JOURNAL_BLOCK_TAIL;
    while (block_read(journal, place, &next)) {
        memmove(journal->data + end, journal->data + place + JOURNAL_BLOCK_HEAD, next.length);
        end += next.length;
        place += JOURNAL_BLOCK_HEAD + next.length + JOURNAL_BLOCK_TAIL;
        first.records += next.records;
    }
    first.length = (uint32_t)(end - JOURNAL_HEAD - JOURNAL_BLOCK_HEAD);
    block_write(journal, JOURNAL_HEAD, &first);
    journal->size = end + JOURNAL_BLOCK_TAIL;
}

/* ---- the replay ---- */

struct outcome {
    uint64_t steps;
    enum dg_status status;
};

static void make_calls(struct dg_replay *replay, struct outcome *outcome)
{
    struct dg_replay_step step;

    while ((outcome->status = dg_replay_next(replay, &step)) == DG_OK) {
        fuzz_require(step.sequence == outcome->steps && step.call != NULL);
        fuzz_require(dg_replay_kind(replay) != DG_HANDLE_NONE);
        outcome->steps++;
    }
}

static void check_handle(struct dg_replay *replay, enum dg_status status)
{
    struct dg_chain *chain = NULL;
    struct dg_gateway *gateway = NULL;
    size_t size;

    if (dg_replay_take_chain(replay, &chain) == DG_OK)
        fuzz_require(status == DG_OK || status == DG_ERROR_TRUNCATED);
    if (chain != NULL)
        fuzz_require(dg_chain_audit(chain) == DG_OK &&
                     dg_chain_snapshot(chain, NULL, 0, &size) == DG_OK);
    if (chain == NULL && dg_replay_take_gateway(replay, &gateway) == DG_OK)
        fuzz_require(dg_gateway_snapshot(gateway, NULL, 0, &size) == DG_OK);
    dg_chain_close(chain);
    dg_gateway_close(gateway);
}

static struct outcome replay(const struct bytes *journal, size_t piece)
{
    struct dg_replay *replay;
    struct outcome outcome = {.status = DG_ERROR_TRUNCATED};

    fuzz_require(dg_replay_open(&fuzz_allocator, &replay) == DG_OK);
    for (size_t at = 0; at < journal->size && outcome.status == DG_ERROR_TRUNCATED; at += piece) {
        size_t left = journal->size - at;
        fuzz_require(dg_replay_feed(replay, journal->data + at, left < piece ? left : piece) ==
                     DG_OK);
        make_calls(replay, &outcome);
    }
    if (outcome.status == DG_ERROR_TRUNCATED)
        outcome.status = dg_replay_end(replay);
    check_handle(replay, outcome.status);
    dg_replay_close(replay);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct bytes journal = {.data = malloc(size), .size = size - 1};
    uint8_t mode = data[0] % MODES;
    fuzz_require(journal.data != NULL);
    memcpy(journal.data, data + 1, size - 1);
    if (mode >= LINKED)
        seal_snapshot(&journal);
    if (mode == MERGED)
        merge_blocks(&journal);
    if (mode >= LINKED)
        link_blocks(&journal);
    struct outcome whole = replay(&journal, size), pieces = replay(&journal, 1 + size / 7);
    fuzz_require(whole.steps == pieces.steps && whole.status == pieces.status);
    free(journal.data);
    return 0;
}
