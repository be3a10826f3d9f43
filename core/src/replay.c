/* The handle that is rebuilt keeps a journal of its own, which must come out as the one that is read:
 * that is the whole audit. */
#include "dg/replay.h"

#include <string.h>

#include "chain_call.h"
#include "gateway_call.h"
#include "hash.h"
#include "journal.h"
#include "memory.h"

struct dg_replay {
    struct dg_allocator allocator;
    uint8_t *bytes; /* fed and not yet used */
    size_t capacity, count;
    size_t used;              /* bytes of them that are done with */
    enum dg_status failed;    /* DG_OK: nothing has */
    enum dg_handle_kind kind; /* DG_HANDLE_NONE: the head has not been read */
    struct dg_chain *chain;
    struct dg_gateway *gateway;
    struct dg_hash link;  /* of the last block that was checked */
    uint64_t sequence;    /* of the next record */
    uint32_t records;     /* left in the open block */
    size_t block, record; /* where the open block starts, and its next record */
    size_t records_end, block_end;
    bool first_block; /* the open one */
    struct chain_call_room room;
    struct gateway_call_room gateway_room;
};

enum dg_status dg_replay_open(const struct dg_allocator *allocator, struct dg_replay **out)
{
    struct dg_allocator own = memory_allocator(allocator);
    struct dg_replay *replay = memory_allocate(&own, 1, sizeof *replay);

    if (replay == NULL)
        return DG_ERROR_MEMORY;
    replay->allocator = own;
    *out = replay;
    return DG_OK;
}

void dg_replay_close(struct dg_replay *replay)
{
    if (replay == NULL)
        return;
    struct dg_allocator own = replay->allocator;

    dg_chain_close(replay->chain);
    dg_gateway_close(replay->gateway);
    chain_call_room_fini(&replay->room, &own);
    memory_release(&own, replay->bytes);
    memory_release(&own, replay);
}

/* What is done with makes room first, unless a block is open: its places are kept. */
enum dg_status dg_replay_feed(struct dg_replay *replay, const uint8_t *bytes, size_t size)
{
    if (replay->records == 0 && replay->used > 0) {
        memmove(replay->bytes, replay->bytes + replay->used, replay->count - replay->used);
        replay->count -= replay->used;
        replay->used = 0;
    }
    if (size == 0)
        return DG_OK;
    if (size > SIZE_MAX - replay->count)
        return DG_ERROR_MEMORY;
    uint8_t *room =
        memory_grow(&replay->allocator, replay->bytes, &replay->capacity, replay->count + size, 1);
    if (room == NULL)
        return DG_ERROR_MEMORY;
    replay->bytes = room;
    memcpy(replay->bytes + replay->count, bytes, size);
    replay->count += size;
    return DG_OK;
}

/* ---- the frame ---- */

static enum dg_status head_read(struct dg_replay *replay)
{
    struct codec codec = codec_reader(replay->bytes, replay->count, NULL);
    uint8_t kind = 0;

    journal_head_codec(&codec, &kind);
    if (codec.status != DG_OK)
        return codec.status;
    replay->kind = kind == JOURNAL_CHAIN ? DG_HANDLE_CHAIN : DG_HANDLE_GATEWAY;
    replay->used = codec.size;
    return DG_OK;
}

/* Opens the next block if all of it is there and its seal is right. */
static enum dg_status block_open(struct dg_replay *replay)
{
    struct codec codec = codec_reader(replay->bytes, replay->count, NULL);
    uint32_t length = 0, records = 0;
    uint64_t sequence = 0;
    struct dg_hash link;

    codec.size = replay->used;
    codec_u32(&codec, &length);
    codec_u32(&codec, &records);
    codec_u64(&codec, &sequence);
    if (codec.status != DG_OK || codec_left(&codec) < (size_t)length + JOURNAL_BLOCK_TAIL)
        return DG_ERROR_TRUNCATED;
    size_t end = codec.size + length + JOURNAL_BLOCK_TAIL;
    journal_link(&replay->link, replay->bytes + replay->used, end - DG_HASH_BYTES - replay->used,
                 &link);
    if (memcmp(link.bytes, replay->bytes + end - DG_HASH_BYTES, DG_HASH_BYTES) != 0 ||
        sequence != replay->sequence || records == 0)
        return DG_ERROR_DAMAGED;
    replay->link = link;
    replay->first_block = replay->sequence == 0;
    replay->records = records;
    replay->block = replay->used;
    replay->record = codec.size;
    replay->records_end = codec.size + length;
    replay->block_end = end;
    return DG_OK;
}

static enum dg_status journal_bytes(struct dg_replay *replay, const uint8_t **bytes, size_t *size)
{
    if (replay->kind == DG_HANDLE_CHAIN)
        return dg_chain_journal_take(replay->chain, bytes, size);
    return dg_gateway_journal_take(replay->gateway, bytes, size);
}

/* The block that the rebuilt handle has written is the one that was read. */
static enum dg_status block_close(struct dg_replay *replay)
{
    const uint8_t *bytes, *read = replay->bytes + replay->block;
    size_t size, expected = replay->block_end - replay->block;

    if (replay->record != replay->records_end)
        return DG_ERROR_DAMAGED;
    enum dg_status status = journal_bytes(replay, &bytes, &size);
    if (status != DG_OK)
        return status;
    if (replay->first_block && size >= JOURNAL_HEAD) { /* it comes with the head */
        bytes += JOURNAL_HEAD;
        size -= JOURNAL_HEAD;
    }
    if (size != expected || memcmp(bytes, read, size) != 0)
        return DG_ERROR_DIVERGED;
    replay->used = replay->block_end;
    return DG_OK;
}

/* ---- records ---- */

static enum dg_status restore(struct dg_replay *replay, const uint8_t *bytes, size_t size)
{
    enum dg_status status = DG_OK;

    if (replay->kind == DG_HANDLE_CHAIN) {
        status = dg_chain_restore(bytes, size, &replay->allocator, &replay->chain);
        return status == DG_OK ? dg_chain_journal_start(replay->chain) : status;
    }
    status = dg_gateway_restore(bytes, size, &replay->allocator, &replay->gateway);
    return status == DG_OK ? dg_gateway_journal_start(replay->gateway) : status;
}

static void snapshot_make(struct dg_replay *replay, struct codec *codec,
                          struct dg_replay_step *step)
{
    uint64_t size = 0;

    codec_u64(codec, &size);
    codec_demand(codec, size <= codec_left(codec));
    if (codec->status != DG_OK)
        return;
    step->call = "snapshot";
    codec->status = restore(replay, codec->from + codec->size, (size_t)size);
    codec->size += (size_t)size;
}

static void chain_make(struct dg_replay *replay, struct codec *codec, struct dg_replay_step *step)
{
    struct chain_call call;

    chain_call_read(codec, &call, &replay->room);
    if (codec->status != DG_OK)
        return;
    step->call = chain_call_name(&call);
    step->now = call.now;
    if (chain_call_make(replay->chain, &call) != DG_OK)
        codec->status = DG_ERROR_DIVERGED;
}

static void gateway_make(struct dg_replay *replay, struct codec *codec, struct dg_replay_step *step)
{
    struct gateway_call call;

    gateway_call_read(codec, &call, &replay->gateway_room);
    if (codec->status != DG_OK)
        return;
    step->call = gateway_call_name(&call);
    step->now = call.now;
    if (gateway_call_make(replay->gateway, &call, step) != DG_OK)
        codec->status = DG_ERROR_DIVERGED;
}

static enum dg_status record_make(struct dg_replay *replay, struct dg_replay_step *step)
{
    struct codec codec = codec_reader(replay->bytes, replay->records_end, &replay->allocator);

    *step = (struct dg_replay_step){.sequence = replay->sequence};
    codec.size = replay->record;
    if (replay->sequence == 0)
        snapshot_make(replay, &codec, step);
    else if (replay->kind == DG_HANDLE_CHAIN)
        chain_make(replay, &codec, step);
    else
        gateway_make(replay, &codec, step);
    /* The seal was right, so bytes that end too early were written so. */
    if (codec.status != DG_OK)
        return codec.status == DG_ERROR_TRUNCATED ? DG_ERROR_DAMAGED : codec.status;
    replay->record = codec.size;
    replay->sequence++;
    replay->records--;
    return replay->records == 0 ? block_close(replay) : DG_OK;
}

enum dg_status dg_replay_next(struct dg_replay *replay, struct dg_replay_step *step)
{
    enum dg_status status = replay->failed;

    if (status == DG_OK && replay->kind == DG_HANDLE_NONE)
        status = head_read(replay);
    if (status == DG_OK && replay->records == 0)
        status = block_open(replay);
    if (status == DG_OK)
        status = record_make(replay, step);
    if (status != DG_OK && status != DG_ERROR_TRUNCATED)
        replay->failed = status;
    return status;
}

enum dg_status dg_replay_end(const struct dg_replay *replay)
{
    if (replay->failed != DG_OK)
        return replay->failed;
    if (replay->sequence == 0 || replay->records > 0 || replay->used < replay->count)
        return DG_ERROR_TRUNCATED;
    return DG_OK;
}

/* ---- the handle ---- */

enum dg_handle_kind dg_replay_kind(const struct dg_replay *replay)
{
    return replay->kind;
}

struct dg_chain *dg_replay_chain(const struct dg_replay *replay)
{
    return replay->chain;
}

struct dg_gateway *dg_replay_gateway(const struct dg_replay *replay)
{
    return replay->gateway;
}

static bool may_take(const struct dg_replay *replay)
{
    return replay->failed == DG_OK && replay->sequence > 0 && replay->records == 0;
}

enum dg_status dg_replay_take_chain(struct dg_replay *replay, struct dg_chain **out)
{
    if (!may_take(replay) || replay->chain == NULL)
        return DG_ERROR_STATE;
    *out = replay->chain;
    replay->chain = NULL;
    replay->failed = DG_ERROR_STATE;
    return DG_OK;
}

enum dg_status dg_replay_take_gateway(struct dg_replay *replay, struct dg_gateway **out)
{
    if (!may_take(replay) || replay->gateway == NULL)
        return DG_ERROR_STATE;
    *out = replay->gateway;
    replay->gateway = NULL;
    replay->failed = DG_ERROR_STATE;
    return DG_OK;
}
