#include "stake.h"

#include "memory.h"

void stake_fini(struct stake_book *book, const struct dg_allocator *allocator)
{
    memory_release(allocator, book->positions);
    *book = (struct stake_book){0};
}

enum dg_status stake_reserve(struct stake_book *book, const struct dg_allocator *allocator,
                             size_t extra)
{
    if (extra == 0)
        return DG_OK;
    if (extra > DG_PARTY_COUNT_MAX - book->count)
        return DG_ERROR_LIMIT;
    struct stake_position *positions = memory_grow(allocator, book->positions, &book->capacity,
                                                   book->count + extra, sizeof *positions);
    if (positions == NULL)
        return DG_ERROR_MEMORY;
    book->positions = positions;
    return DG_OK;
}

void stake_link(struct stake_book *book, struct stake_lists *lists, uint32_t id)
{
    struct stake_position *position = &book->positions[id];

    position->previous = DG_NONE;
    position->next = lists->first;
    if (lists->first != DG_NONE)
        book->positions[lists->first].previous = id;
    lists->first = id;
}

void stake_unlink(struct stake_book *book, struct stake_lists *lists, uint32_t id)
{
    const struct stake_position *position = &book->positions[id];

    if (position->previous == DG_NONE)
        lists->first = position->next;
    else
        book->positions[position->previous].next = position->next;
    if (position->next != DG_NONE)
        book->positions[position->next].previous = position->previous;
}

void stake_liable_link(struct stake_book *book, struct stake_lists *lists, uint32_t id)
{
    struct stake_position *position = &book->positions[id];

    position->liable_previous = DG_NONE;
    position->liable_next = lists->liable;
    if (lists->liable != DG_NONE)
        book->positions[lists->liable].liable_previous = id;
    lists->liable = id;
}

void stake_liable_unlink(struct stake_book *book, struct stake_lists *lists, uint32_t id)
{
    struct stake_position *position = &book->positions[id];

    if (position->liable_previous == DG_NONE)
        lists->liable = position->liable_next;
    else
        book->positions[position->liable_previous].liable_next = position->liable_next;
    if (position->liable_next != DG_NONE)
        book->positions[position->liable_next].liable_previous = position->liable_previous;
    position->liable_node = DG_NONE;
}

uint32_t stake_add(struct stake_book *book, struct stake_lists *lists,
                   const struct dg_bond_order *order)
{
    uint32_t id = (uint32_t)book->count++;

    book->positions[id] = (struct stake_position){
        .amount = order->amount,
        .owner = order->owner,
        .node = order->node,
        .liable_node = DG_NONE,
        .owner_kind = (uint8_t)order->owner_kind,
        .tier = (uint8_t)order->tier,
        .state = DG_POSITION_BONDED,
    };
    stake_link(book, lists, id);
    return id;
}

int64_t stake_unbonding_time(const struct dg_params *params, enum dg_tier tier)
{
    return params->stake_unbonding[tier];
}

fixed_uint128 stake_weight(const struct dg_params *params, const struct stake_position *position)
{
    return (fixed_uint128)(uint64_t)position->amount *
           (uint64_t)params->stake_weight[position->tier];
}

int64_t stake_share(int64_t amount, fixed_uint128 part, fixed_uint128 whole)
{
    enum { SHARE_BITS = 62 };

    while (whole >> SHARE_BITS != 0) {
        whole >>= 1;
        part >>= 1;
    }
    return whole == 0 ? 0 : (int64_t)((fixed_uint128)(uint64_t)amount * part / whole);
}

enum dg_account stake_account(const struct stake_position *position)
{
    if (position->state == DG_POSITION_UNBONDING)
        return DG_ACCOUNT_UNBONDING;
    return position->owner_kind == DG_OWNER_OPERATOR ? DG_ACCOUNT_STAKE : DG_ACCOUNT_DELEGATED;
}
