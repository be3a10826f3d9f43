#include "sampling.h"

#include "fixed.h"
#include "hash.h"
#include "memory.h"

#define SAMPLING_ADDRESS(name, meaning)  &sampling_##name,
#define SAMPLING_POSITION(name, meaning) SAMPLING_POSITION_##name,

static const struct sampling_plan *const plans[] = {SAMPLING_PLANS(SAMPLING_ADDRESS)};

const struct dg_choice sampling_plan_choices[] = {SAMPLING_PLANS(POLICY_CHOICE){0}};

enum { SAMPLING_PLANS(SAMPLING_POSITION) };
_Static_assert((int)SAMPLING_POSITION_risk == (int)DG_SAMPLING_RISK &&
                   (int)SAMPLING_POSITION_budget == (int)DG_SAMPLING_BUDGET,
               "policies.h names rows of SAMPLING_PLANS");

const struct sampling_plan *sampling_plan(const struct dg_params *params)
{
    return plans[params->sampling_plan];
}

void sampling_fini(struct sampling_queue *queue, const struct dg_allocator *allocator)
{
    memory_release(allocator, queue->items);
    memory_release(allocator, queue->order);
    *queue = (struct sampling_queue){0};
}

enum dg_status sampling_reserve(struct sampling_queue *queue, const struct dg_allocator *allocator,
                                size_t extra)
{
    if (extra > UINT32_MAX || queue->count > UINT32_MAX - extra)
        return DG_ERROR_LIMIT;
    if (extra == 0)
        return DG_OK;
    struct sampling_item *items =
        memory_grow(allocator, queue->items, &queue->capacity, queue->count + extra, sizeof *items);
    if (items == NULL)
        return DG_ERROR_MEMORY;
    queue->items = items;

    uint32_t *order = memory_grow(allocator, queue->order, &queue->order_capacity,
                                  queue->count + extra, sizeof *order);
    if (order == NULL)
        return DG_ERROR_MEMORY;
    queue->order = order;
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

/* ---- for the plans ---- */

void sampling_keys_derive(const uint8_t beacon[DG_HASH_BYTES], struct sampling_keys *keys)
{
    dg_prf_key_derive(beacon, DG_PRF_SAMPLE, &keys->sample);
    dg_prf_key_derive(beacon, DG_PRF_ROUND, &keys->round);
}

int64_t sampling_rate_constant(const struct dg_params *params,
                               const struct sampling_standing *standing, int64_t fee)
{
    (void)standing;
    (void)fee;
    return params->sampling_rate;
}

size_t sampling_draw_each(const struct dg_params *params, const struct sampling_keys *keys,
                          uint64_t period, struct sampling_queue *queue)
{
    size_t drawn = 0;

    (void)params;
    for (size_t i = 0; i < queue->count; i++) {
        struct sampling_item *item = &queue->items[i];
        if (item->period != period)
            continue;
        item->drawn = dg_sampling_verify(&keys->sample, item->gateway, item->receipt.number,
                                         &item->receipt.commitment, item->receipt.rate);
        drawn += item->drawn;
    }
    return drawn;
}

static bool item_before(const struct sampling_item *a, const struct sampling_item *b, bool by_node)
{
    if (by_node && a->receipt.node != b->receipt.node)
        return a->receipt.node < b->receipt.node;
    if (a->draw != b->draw)
        return a->draw < b->draw;
    if (a->gateway != b->gateway)
        return a->gateway < b->gateway;
    return a->receipt.number < b->receipt.number;
}

/* Moves the entry at `root` down until no child comes after it. */
static void sift(struct sampling_queue *queue, size_t root, size_t count, bool by_node)
{
    uint32_t entry = queue->order[root];

    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        const struct sampling_item *items = queue->items;
        if (child + 1 < count &&
            item_before(&items[queue->order[child]], &items[queue->order[child + 1]], by_node))
            child++;
        if (!item_before(&items[entry], &items[queue->order[child]], by_node))
            break;
        queue->order[root] = queue->order[child];
    }
    queue->order[root] = entry;
}

size_t sampling_order(struct sampling_queue *queue, const struct sampling_keys *keys,
                      uint64_t period, bool by_node)
{
    size_t count = 0;

    for (size_t i = 0; i < queue->count; i++) {
        struct sampling_item *item = &queue->items[i];
        if (item->period != period)
            continue;
        item->draw = hash_sample_draw(&keys->sample, item->gateway, item->receipt.number,
                                      &item->receipt.commitment);
        queue->order[count++] = (uint32_t)i;
    }
    for (size_t root = count / 2; root-- > 0;)
        sift(queue, root, count, by_node);
    for (size_t end = count; end-- > 1;) {
        uint32_t last = queue->order[end];
        queue->order[end] = queue->order[0];
        queue->order[0] = last;
        sift(queue, 0, end, by_node);
    }
    return count;
}

size_t sampling_round(const struct sampling_keys *keys, uint32_t stratum, int64_t rate,
                      size_t count)
{
    fixed_uint128 exact = (fixed_uint128)(uint64_t)rate * count;
    size_t whole = (size_t)(exact / (uint64_t)DG_ONE);

    return whole +
           hash_below(hash_round_draw(&keys->round, stratum), (int64_t)(exact % (uint64_t)DG_ONE));
}

size_t sampling_take(struct sampling_queue *queue, size_t first, size_t end, size_t taken)
{
    for (size_t i = first; i < end; i++)
        queue->items[queue->order[i]].drawn = i - first < taken;
    return taken;
}
