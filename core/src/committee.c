#include "committee.h"

#include "fixed.h"
#include "hash.h"
#include "memory.h"

#define COMMITTEE_ADDRESS(name, meaning)  &committee_##name,
#define COMMITTEE_POSITION(name, meaning) COMMITTEE_POSITION_##name,

static const struct committee_weights *const weights[] = {COMMITTEE_WEIGHTS(COMMITTEE_ADDRESS)};

const struct dg_choice committee_weight_choices[] = {COMMITTEE_WEIGHTS(POLICY_CHOICE){0}};

enum { COMMITTEE_WEIGHTS(COMMITTEE_POSITION) };
_Static_assert((int)COMMITTEE_POSITION_trust == (int)DG_COMMITTEE_WEIGHT_TRUST,
               "policies.h names a row of COMMITTEE_WEIGHTS");

uint64_t committee_weight(const struct dg_params *params, int64_t stake, uint64_t trust)
{
    return weights[params->committee_weights]->weight(params, stake, trust);
}

void committee_fini(struct committee_pool *pool, const struct dg_allocator *allocator)
{
    memory_release(allocator, pool->nodes);
    memory_release(allocator, pool->operators);
    memory_release(allocator, pool->weights);
    *pool = (struct committee_pool){0};
}

enum dg_status committee_reserve(struct committee_pool *pool, const struct dg_allocator *allocator,
                                 size_t count)
{
    uint32_t *nodes =
        memory_grow(allocator, pool->nodes, &pool->node_capacity, count, sizeof *nodes);
    if (nodes == NULL)
        return DG_ERROR_MEMORY;
    pool->nodes = nodes;

    uint32_t *operators =
        memory_grow(allocator, pool->operators, &pool->operator_capacity, count, sizeof *operators);
    if (operators == NULL)
        return DG_ERROR_MEMORY;
    pool->operators = operators;

    uint64_t *grown =
        memory_grow(allocator, pool->weights, &pool->weight_capacity, count, sizeof *grown);
    if (grown == NULL)
        return DG_ERROR_MEMORY;
    pool->weights = grown;
    return DG_OK;
}

uint32_t committee_add(struct committee_pool *pool, uint32_t node, uint32_t operator_id,
                       uint64_t weight)
{
    size_t place = pool->count++;

    pool->nodes[place] = node;
    pool->operators[place] = operator_id;
    pool->weights[place] = weight;
    return (uint32_t)place;
}

uint32_t committee_remove(struct committee_pool *pool, uint32_t place)
{
    size_t last = --pool->count;

    if (place == last)
        return DG_NONE;
    pool->nodes[place] = pool->nodes[last];
    pool->operators[place] = pool->operators[last];
    pool->weights[place] = pool->weights[last];
    return pool->nodes[place];
}

/* The best tickets so far, smallest first. */
struct selection {
    uint64_t tickets[DG_COMMITTEE_MAX];
    uint32_t nodes[DG_COMMITTEE_MAX];
    size_t count, wanted;
};

static bool selection_barred(const struct committee_draw *draw, uint32_t node)
{
    for (size_t i = 0; i < draw->barred_count; i++) {
        if (draw->barred[i] == node)
            return true;
    }
    return false;
}

/* -log2(u) is at least 1 - u, which costs no logarithm: most verifiers lose by that alone. */
static bool selection_hopeless(const struct selection *selection, uint64_t draw, uint64_t weight)
{
    if (selection->count < selection->wanted)
        return false;
    uint64_t bound = (UINT64_MAX - draw) >> (64 - FIXED_LOG2_BITS);
    uint64_t worst = selection->tickets[selection->count - 1];

    return bound > (fixed_uint128)worst * weight + weight;
}

static bool selection_before(const struct selection *selection, size_t place, uint64_t ticket,
                             uint32_t node)
{
    if (selection->tickets[place] != ticket)
        return selection->tickets[place] < ticket;
    return selection->nodes[place] < node;
}

static void selection_insert(struct selection *selection, uint64_t ticket, uint32_t node)
{
    if (selection->count == selection->wanted) {
        if (selection_before(selection, selection->count - 1, ticket, node))
            return;
        selection->count--;
    }
    size_t place = selection->count++;
    for (; place > 0 && !selection_before(selection, place - 1, ticket, node); place--) {
        selection->tickets[place] = selection->tickets[place - 1];
        selection->nodes[place] = selection->nodes[place - 1];
    }
    selection->tickets[place] = ticket;
    selection->nodes[place] = node;
}

struct dg_verifiers committee_list(const struct committee_pool *pool)
{
    return (struct dg_verifiers){.nodes = pool->nodes,
                                 .operators = pool->operators,
                                 .weights = pool->weights,
                                 .count = pool->count};
}

size_t committee_select(const struct dg_verifiers *pool, const struct committee_draw *draw,
                        size_t wanted, uint32_t *members)
{
    struct selection selection = {.wanted = wanted};

    if (wanted == 0)
        return 0;
    for (size_t i = 0; i < pool->count; i++) {
        if (pool->operators[i] == draw->operator_id || pool->weights[i] == 0)
            continue;
        uint64_t value = hash_ticket_draw(draw->key, draw->gateway, draw->number, pool->nodes[i]);
        if (selection_hopeless(&selection, value, pool->weights[i]) ||
            selection_barred(draw, pool->nodes[i]))
            continue;
        selection_insert(&selection, hash_ticket(value, pool->weights[i]), pool->nodes[i]);
    }
    for (size_t i = 0; i < selection.count; i++)
        members[i] = selection.nodes[i];
    return selection.count;
}
