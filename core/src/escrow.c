#include "escrow.h"

#include "memory.h"

static uint64_t escrow_key(uint32_t user, uint32_t gateway)
{
    return (uint64_t)gateway << 32 | user;
}

void escrow_fini(struct escrow *escrow, const struct dg_allocator *allocator)
{
    id_map_fini(&escrow->places, allocator);
    memory_release(allocator, escrow->amounts);
    *escrow = (struct escrow){0};
}

enum dg_status escrow_reserve(struct escrow *escrow, const struct dg_allocator *allocator)
{
    if (escrow->count >= DG_PARTY_COUNT_MAX)
        return DG_ERROR_LIMIT;
    int64_t *amounts = memory_grow(allocator, escrow->amounts, &escrow->capacity, escrow->count + 1,
                                   sizeof *amounts);
    if (amounts == NULL)
        return DG_ERROR_MEMORY;
    escrow->amounts = amounts;
    return id_map_reserve(&escrow->places, allocator, 1);
}

void escrow_add(struct escrow *escrow, const struct dg_allocator *allocator, uint32_t user,
                uint32_t gateway, int64_t amount)
{
    uint64_t key = escrow_key(user, gateway);
    uint32_t index = id_map_get(&escrow->places, key);

    if (index == DG_NONE) {
        index = (uint32_t)escrow->count++;
        escrow->amounts[index] = 0;
        (void)id_map_put(&escrow->places, allocator, key, index);
    }
    escrow->amounts[index] += amount;
}

enum dg_status escrow_take(struct escrow *escrow, uint32_t gateway,
                           const struct dg_receipt *receipts, size_t count)
{
    size_t taken = 0;

    for (; taken < count; taken++) {
        uint32_t index = id_map_get(&escrow->places, escrow_key(receipts[taken].user, gateway));
        if (index == DG_NONE || escrow->amounts[index] < receipts[taken].fee)
            break;
        escrow->amounts[index] -= receipts[taken].fee;
    }
    if (taken == count)
        return DG_OK;

    while (taken-- > 0) {
        uint32_t index = id_map_get(&escrow->places, escrow_key(receipts[taken].user, gateway));
        escrow->amounts[index] += receipts[taken].fee;
    }
    return DG_ERROR_FUNDS;
}
