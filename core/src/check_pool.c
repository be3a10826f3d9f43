#include "check_pool.h"

#include <string.h>

#include "memory.h"

enum { CHECK_POOL_FIRST_CAPACITY = 64 };

void check_pool_fini(struct check_pool *pool, const struct dg_allocator *allocator)
{
    memory_release(allocator, pool->checks);
    memory_release(allocator, pool->seats);
    *pool = (struct check_pool){.seat_limit = pool->seat_limit};
}

struct check *check_pool_at(const struct check_pool *pool, uint32_t id)
{
    return &pool->checks[id & (pool->capacity - 1)];
}

/* Moves the open checks into arrays of the new capacity. */
static void check_pool_move(struct check_pool *pool, struct check *checks, struct check_seat *seats,
                            size_t capacity, uint8_t seat_limit)
{
    for (uint32_t id = pool->first; id != pool->next; id++) {
        size_t place = id & (capacity - 1);
        const struct check *old = check_pool_at(pool, id);

        checks[place] = *old;
        checks[place].seats = &seats[place * seat_limit];
        memcpy(checks[place].seats, old->seats, pool->seat_limit * sizeof *seats);
    }
}

static enum dg_status check_pool_resize(struct check_pool *pool,
                                        const struct dg_allocator *allocator, size_t capacity,
                                        uint8_t seat_limit)
{
    struct check *checks = memory_allocate(allocator, capacity, sizeof *checks);
    struct check_seat *seats = memory_allocate(allocator, capacity, seat_limit * sizeof *seats);

    if (checks == NULL || seats == NULL) {
        memory_release(allocator, checks);
        memory_release(allocator, seats);
        return DG_ERROR_MEMORY;
    }
    check_pool_move(pool, checks, seats, capacity, seat_limit);
    memory_release(allocator, pool->checks);
    memory_release(allocator, pool->seats);
    pool->checks = checks;
    pool->seats = seats;
    pool->capacity = capacity;
    pool->seat_limit = seat_limit;
    return DG_OK;
}

enum dg_status check_pool_reserve(struct check_pool *pool, const struct dg_allocator *allocator,
                                  size_t extra)
{
    if (extra > DG_PARTY_COUNT_MAX - pool->next)
        return DG_ERROR_LIMIT;

    size_t needed = pool->next - pool->first + extra;
    size_t capacity = pool->capacity == 0 ? CHECK_POOL_FIRST_CAPACITY : pool->capacity;
    while (capacity < needed)
        capacity *= 2;
    if (capacity == pool->capacity)
        return DG_OK;

    return check_pool_resize(pool, allocator, capacity, pool->seat_limit);
}

enum dg_status check_pool_widen(struct check_pool *pool, const struct dg_allocator *allocator,
                                uint8_t seat_limit)
{
    if (seat_limit <= pool->seat_limit)
        return DG_OK;
    if (pool->capacity > 0)
        return check_pool_resize(pool, allocator, pool->capacity, seat_limit);
    pool->seat_limit = seat_limit;
    return DG_OK;
}

struct check *check_pool_open(struct check_pool *pool)
{
    uint32_t id = pool->next++;
    struct check *check = check_pool_at(pool, id);
    struct check_seat *seats = &pool->seats[(id & (pool->capacity - 1)) * pool->seat_limit];

    memset(seats, 0, pool->seat_limit * sizeof *seats);
    *check = (struct check){.id = id, .phase = CHECK_COMMIT, .seats = seats};
    return check;
}

void check_pool_close(struct check_pool *pool, struct check *check)
{
    check->phase = CHECK_CLOSED;
    while (pool->first != pool->next && check_pool_at(pool, pool->first)->phase == CHECK_CLOSED)
        pool->first++;
}

enum dg_status check_pool_find(const struct check_pool *pool, uint32_t id, struct check **check)
{
    if (id >= pool->next)
        return DG_ERROR_UNKNOWN_ID;
    if (id < pool->first || check_pool_at(pool, id)->phase == CHECK_CLOSED)
        return DG_ERROR_STATE;
    *check = check_pool_at(pool, id);
    return DG_OK;
}
