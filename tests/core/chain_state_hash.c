/* The state is what a snapshot holds. */
#include "chain_world.h"

#include <sodium.h>

void chain_world_state(const struct dg_chain *chain, struct dg_hash *out)
{
    static uint8_t bytes[1 << 20]; /* more than any test's chain takes */
    size_t size;

    assert_int_equal(dg_chain_snapshot(chain, bytes, sizeof bytes, &size), DG_OK);
    memcpy(out->bytes, bytes + size - DG_HASH_BYTES, sizeof out->bytes);
}

void chain_world_seal(uint8_t *bytes, size_t size)
{
    crypto_generichash(bytes + size - DG_HASH_BYTES, DG_HASH_BYTES, bytes, size - DG_HASH_BYTES,
                       NULL, 0);
}
