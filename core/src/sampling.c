#include "sampling.h"

#include "memory.h"
#include "policies.h"

/* One line a policy; the name is the parameter's value in scenarios. */
#define PLANS(X) X(constant)

#define ROW(name)  &sampling_##name,
#define NAME(name) #name,

static const struct sampling_plan *const plans[] = {PLANS(ROW)};

const char *const dg_sampling_plan_names[] = {PLANS(NAME) NULL};

_Static_assert(sizeof plans / sizeof plans[0] == DG_SAMPLING_PLAN_LAST + 1,
               "policies.h gives the last plan");

const struct sampling_plan *sampling_plan(const struct dg_params *params)
{
    return plans[params->sampling_plan];
}

void sampling_fini(struct sampling_queue *queue, const struct dg_allocator *allocator)
{
    memory_release(allocator, queue->items);
    *queue = (struct sampling_queue){0};
}

enum dg_status sampling_reserve(struct sampling_queue *queue, const struct dg_allocator *allocator,
                                size_t extra)
{
    if (extra > SIZE_MAX - queue->count)
        return DG_ERROR_LIMIT;
    if (extra == 0)
        return DG_OK;
    struct sampling_item *items =
        memory_grow(allocator, queue->items, &queue->capacity, queue->count + extra, sizeof *items);
    if (items == NULL)
        return DG_ERROR_MEMORY;
    queue->items = items;
    return DG_OK;
}

void sampling_add(struct sampling_queue *queue, uint32_t gateway, uint64_t period,
                  const struct dg_receipt *receipt)
{
    queue->items[queue->count++] = (struct sampling_item){
        .receipt = *receipt,
        .period = period,
        .gateway = gateway,
    };
}

bool sampling_waits_before(const struct sampling_queue *queue, uint64_t period)
{
    for (size_t i = 0; i < queue->count; i++) {
        if (queue->items[i].period < period)
            return true;
    }
    return false;
}

void sampling_drop(struct sampling_queue *queue, uint64_t period)
{
    size_t kept = 0;

    for (size_t i = 0; i < queue->count; i++) {
        if (queue->items[i].period == period)
            continue;
        if (kept != i)
            queue->items[kept] = queue->items[i];
        kept++;
    }
    queue->count = kept;
}
