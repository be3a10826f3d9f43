#include "bonds.h"

static uint64_t bonds_key(uint32_t node, uint32_t verifier)
{
    return (uint64_t)node << 32 | verifier;
}

void bonds_fini(struct bonds *bonds, const struct dg_allocator *allocator)
{
    id_map_fini(&bonds->places, allocator);
}

enum dg_status bonds_reserve(struct bonds *bonds, const struct dg_allocator *allocator,
                             size_t extra)
{
    return id_map_reserve(&bonds->places, allocator, extra);
}

uint32_t bonds_move(struct bonds *bonds, const struct dg_allocator *allocator, uint32_t node,
                    uint32_t verifier, uint32_t share, int64_t alpha)
{
    uint64_t key = bonds_key(node, verifier);
    uint32_t bond = id_map_get(&bonds->places, key);
    int64_t old = bond == DG_NONE ? 0 : bond;
    int64_t moved = old + ((int64_t)share - old) * alpha / DG_ONE;

    (void)id_map_put(&bonds->places, allocator, key, (uint32_t)moved);
    return (uint32_t)moved;
}
