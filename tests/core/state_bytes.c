#include "state_bytes.h"

static struct bytes room_for(size_t size)
{
    struct bytes bytes = {.data = malloc(size), .size = size};

    assert_non_null(bytes.data);
    return bytes;
}

struct bytes chain_bytes(const struct dg_chain *chain)
{
    size_t size;

    assert_status(dg_chain_snapshot(chain, NULL, 0, &size), DG_OK);
    struct bytes bytes = room_for(size);
    assert_status(dg_chain_snapshot(chain, bytes.data, size, &bytes.size), DG_OK);
    return bytes;
}

struct bytes gateway_bytes(const struct dg_gateway *gateway)
{
    size_t size;

    assert_status(dg_gateway_snapshot(gateway, NULL, 0, &size), DG_OK);
    struct bytes bytes = room_for(size);
    assert_status(dg_gateway_snapshot(gateway, bytes.data, size, &bytes.size), DG_OK);
    return bytes;
}

void assert_same_bytes(struct bytes a, struct bytes b)
{
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    free(a.data);
    free(b.data);
}

static void append(struct bytes *bytes, const uint8_t *block, size_t size)
{
    if (size == 0)
        return;
    bytes->data = realloc(bytes->data, bytes->size + size);
    assert_non_null(bytes->data);
    memcpy(bytes->data + bytes->size, block, size);
    bytes->size += size;
}

void append_chain_journal(struct bytes *journal, struct dg_chain *chain)
{
    const uint8_t *block;
    size_t size;

    assert_status(dg_chain_journal_take(chain, &block, &size), DG_OK);
    append(journal, block, size);
}

void append_gateway_journal(struct bytes *journal, struct dg_gateway *gateway)
{
    const uint8_t *block;
    size_t size;

    assert_status(dg_gateway_journal_take(gateway, &block, &size), DG_OK);
    append(journal, block, size);
}

struct bytes forged_bytes(struct bytes bytes, int round, uint64_t *random)
{
    struct bytes forged = room_for(bytes.size);

    memcpy(forged.data, bytes.data, bytes.size);
    for (int flips = 0; flips < 1 + round % 3; flips++) {
        *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t place = 20 + (size_t)(*random >> 20) % (forged.size - 20 - DG_HASH_BYTES);
        forged.data[place] = (uint8_t)(*random >> 56);
    }
    chain_world_seal(forged.data, forged.size);
    return forged;
}
