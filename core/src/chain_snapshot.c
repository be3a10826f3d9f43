/* A chain as bytes, and its journal. */
#include "chain_codec.h"

#include "memory.h"
#include "snapshot.h"

static const char magic[SNAPSHOT_MAGIC_BYTES] = "dgchain";

static void state_codec(struct codec *codec, void *chain)
{
    chain_codec(codec, chain);
}

/* Writing reads the state only; the description has one signature for both directions. */
enum dg_status dg_chain_snapshot(const struct dg_chain *chain, uint8_t *bytes, size_t capacity,
                                 size_t *size)
{
    return snapshot_write(magic, state_codec, (void *)chain, bytes, capacity, size);
}

enum dg_status dg_chain_restore(const uint8_t *bytes, size_t size,
                                const struct dg_allocator *allocator, struct dg_chain **out)
{
    struct dg_allocator own = memory_allocator(allocator);
    struct dg_chain *chain = memory_allocate(&own, 1, sizeof *chain);

    if (chain == NULL)
        return DG_ERROR_MEMORY;
    chain->allocator = own;
    enum dg_status status =
        snapshot_read(magic, state_codec, chain, &chain->allocator, bytes, size);
    if (status == DG_OK) {
        *out = chain;
        chain = NULL; /* now the caller's */
    }
    dg_chain_close(chain);
    return status;
}

enum dg_status dg_chain_journal_start(struct dg_chain *chain)
{
    size_t size;

    if (chain->journal.on)
        return DG_ERROR_STATE;
    enum dg_status status = dg_chain_snapshot(chain, NULL, 0, &size);
    if (status != DG_OK)
        return status;
    if (size > JOURNAL_SNAPSHOT_MAX)
        return DG_ERROR_LIMIT;
    uint8_t *place = journal_start(&chain->journal, &chain->allocator, JOURNAL_CHAIN, size);
    if (place == NULL)
        return DG_ERROR_MEMORY;
    (void)dg_chain_snapshot(chain, place, size, &size);
    journal_keep(&chain->journal);
    chain->noted = chain->notices.end;
    return DG_OK;
}

enum dg_status dg_chain_journal_take(struct dg_chain *chain, const uint8_t **bytes, size_t *size)
{
    return journal_take(&chain->journal, &chain->allocator, bytes, size);
}
