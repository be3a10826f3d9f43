#include "gateway_flight.h"

#include "memory.h"

static uint32_t bits_for(uint32_t count)
{
    uint32_t bits = 0;

    while (bits < 32 && (UINT64_C(1) << bits) < count)
        bits++;
    return bits;
}

static uint64_t generation_last(const struct flight_pool *pool)
{
    return UINT64_MAX >> pool->slot_bits;
}

void flight_pool_init(struct flight_pool *pool, uint32_t limit)
{
    *pool =
        (struct flight_pool){.limit = limit, .free_head = DG_NONE, .slot_bits = bits_for(limit)};
}

void flight_pool_fini(struct flight_pool *pool, const struct dg_allocator *allocator)
{
    memory_release(allocator, pool->flights);
    flight_pool_init(pool, pool->limit);
}

enum dg_status flight_reserve(struct flight_pool *pool, const struct dg_allocator *allocator)
{
    if (pool->free_head != DG_NONE)
        return DG_OK;
    if (pool->used == pool->limit)
        return DG_ERROR_LIMIT;

    struct flight *flights = memory_grow(allocator, pool->flights, &pool->capacity,
                                         (size_t)pool->used + 1, sizeof *flights);
    if (flights == NULL)
        return DG_ERROR_MEMORY;
    pool->flights = flights;
    return DG_OK;
}

struct flight *flight_take(struct flight_pool *pool)
{
    struct flight *flight = NULL;

    if (pool->free_head == DG_NONE) {
        flight = &pool->flights[pool->used++];
        flight->generation = 0;
    } else {
        flight = &pool->flights[pool->free_head];
        pool->free_head = flight->next_free;
    }
    flight->generation++;
    flight->escrow = 0;
    flight->copy_count = flight->tried_count = flight->reroutes = 0;
    flight->hedged = false;
    pool->count++;
    return flight;
}

void flight_release(struct flight_pool *pool, struct flight *flight)
{
    flight->copy_count = 0;
    pool->count--;
    if (flight->generation == generation_last(pool))
        return; /* retired */
    flight->next_free = pool->free_head;
    pool->free_head = (uint32_t)(flight - pool->flights);
}

uint64_t flight_handle(const struct flight_pool *pool, const struct flight *flight)
{
    return flight->generation << pool->slot_bits | (uint64_t)(flight - pool->flights);
}

struct flight *flight_find(const struct flight_pool *pool, uint64_t handle)
{
    uint64_t slot = handle & ((UINT64_C(1) << pool->slot_bits) - 1);

    if (slot >= pool->used)
        return NULL;
    struct flight *flight = &pool->flights[slot];
    if (flight->copy_count == 0 || flight->generation != handle >> pool->slot_bits)
        return NULL;
    return flight;
}

struct flight_copy *flight_copy(struct flight *flight, uint32_t node)
{
    for (uint32_t i = 0; i < flight->copy_count; i++)
        if (flight->copies[i].node == node)
            return &flight->copies[i];
    return NULL;
}
