/* A gateway as bytes, and its journal. */
#include "gateway_codec.h"

#include "memory.h"
#include "snapshot.h"

static const char magic[SNAPSHOT_MAGIC_BYTES] = "dggatew";

static void state_codec(struct codec *codec, void *gateway)
{
    gateway_codec(codec, gateway);
}

/* Writing reads the state only; the description has one signature for both directions. */
enum dg_status dg_gateway_snapshot(const struct dg_gateway *gateway, uint8_t *bytes,
                                   size_t capacity, size_t *size)
{
    return snapshot_write(magic, state_codec, (void *)gateway, bytes, capacity, size);
}

enum dg_status dg_gateway_restore(const uint8_t *bytes, size_t size,
                                  const struct dg_allocator *allocator, struct dg_gateway **out)
{
    struct dg_allocator own = memory_allocator(allocator);
    struct dg_gateway *gateway = memory_allocate(&own, 1, sizeof *gateway);

    if (gateway == NULL)
        return DG_ERROR_MEMORY;
    gateway->allocator = own;
    gateway->view.allocator = &gateway->allocator; /* closing needs it whatever was read */
    enum dg_status status =
        snapshot_read(magic, state_codec, gateway, &gateway->allocator, bytes, size);
    if (status == DG_OK) {
        *out = gateway;
        gateway = NULL; /* now the caller's */
    }
    dg_gateway_close(gateway);
    return status;
}

enum dg_status dg_gateway_journal_start(struct dg_gateway *gateway)
{
    size_t size;

    if (gateway->journal.on)
        return DG_ERROR_STATE;
    enum dg_status status = dg_gateway_snapshot(gateway, NULL, 0, &size);
    if (status != DG_OK)
        return status;
    if (size > JOURNAL_SNAPSHOT_MAX)
        return DG_ERROR_LIMIT;
    uint8_t *place = journal_start(&gateway->journal, &gateway->allocator, JOURNAL_GATEWAY, size);
    if (place == NULL)
        return DG_ERROR_MEMORY;
    (void)dg_gateway_snapshot(gateway, place, size, &size);
    journal_keep(&gateway->journal);
    return DG_OK;
}

enum dg_status dg_gateway_journal_take(struct dg_gateway *gateway, const uint8_t **bytes,
                                       size_t *size)
{
    return journal_take(&gateway->journal, &gateway->allocator, bytes, size);
}
