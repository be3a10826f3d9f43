#include "gateway_affinity.h"

#include "memory.h"

void affinity_fini(struct affinity *affinity, const struct dg_allocator *allocator)
{
    memory_release(allocator, affinity->entries);
    *affinity = (struct affinity){0};
}

enum dg_status affinity_follow_params(struct affinity *affinity,
                                      const struct dg_allocator *allocator,
                                      const struct dg_params *params)
{
    struct affinity fresh = {0};

    if (params->routing_affinity_time > 0)
        fresh.sets =
            (uint32_t)((params->routing_affinity_sessions + AFFINITY_WAYS - 1) / AFFINITY_WAYS);
    if (fresh.sets == affinity->sets)
        return DG_OK;
    if (fresh.sets > 0) {
        fresh.entries =
            memory_allocate(allocator, (size_t)fresh.sets * AFFINITY_WAYS, sizeof *fresh.entries);
        if (fresh.entries == NULL)
            return DG_ERROR_MEMORY;
    }
    affinity_fini(affinity, allocator);
    *affinity = fresh;
    return DG_OK;
}

/* The finaliser of splitmix64 (Steele, Lea and Flood 2014), so that sessions numbered in any way
 * spread; its upper half is scaled to the number of sets. */
static struct affinity_entry *set_of(const struct affinity *affinity, uint64_t session)
{
    uint64_t mixed = session;

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    mixed ^= mixed >> 31;
    return &affinity->entries[((mixed >> 32) * affinity->sets >> 32) * AFFINITY_WAYS];
}

uint32_t affinity_node(const struct affinity *affinity, uint64_t session, int64_t now, int64_t time)
{
    if (affinity->sets == 0 || session == 0)
        return DG_NONE;
    const struct affinity_entry *set = set_of(affinity, session);
    for (int way = 0; way < AFFINITY_WAYS; way++)
        if (set[way].session == session)
            return (uint64_t)now - (uint64_t)set[way].served <= (uint64_t)time ? set[way].node
                                                                               : DG_NONE;
    return DG_NONE;
}

/* The session's own entry, else a free one, else the one served longest ago; ties: the first. */
static struct affinity_entry *entry_for(struct affinity_entry *set, uint64_t session)
{
    struct affinity_entry *chosen = &set[0];

    for (int way = 0; way < AFFINITY_WAYS; way++)
        if (set[way].session == session)
            return &set[way];
    for (int way = 0; way < AFFINITY_WAYS; way++) {
        if (set[way].session == 0)
            return &set[way];
        if (set[way].served < chosen->served)
            chosen = &set[way];
    }
    return chosen;
}

void affinity_served(struct affinity *affinity, uint64_t session, int64_t now, uint32_t node)
{
    if (affinity->sets == 0 || session == 0)
        return;
    *entry_for(set_of(affinity, session), session) =
        (struct affinity_entry){.session = session, .served = now, .node = node};
}
