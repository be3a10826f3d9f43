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

uint32_t bonds_get(const struct bonds *bonds, uint32_t node, uint32_t verifier)
{
    uint32_t bond = id_map_get(&bonds->places, bonds_key(node, verifier));

    return bond == DG_NONE ? 0 : bond;
}

void bonds_move(struct bonds *bonds, const struct dg_allocator *allocator, uint32_t node,
                uint32_t verifier, uint32_t share, int64_t alpha, uint64_t *sum)
{
    int64_t old = bonds_get(bonds, node, verifier);
    int64_t moved = old + ((int64_t)share - old) * alpha / DG_ONE;

    (void)id_map_put(&bonds->places, allocator, bonds_key(node, verifier), (uint32_t)moved);
    *sum += (uint64_t)moved - (uint64_t)old;
}
