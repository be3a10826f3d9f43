#include "gateway_hedge.h"

#include "fixed.h"
#include "memory.h"

void hedge_init(struct hedge *hedge, const struct dg_params *params)
{
    *hedge = (struct hedge){.quantile = params->routing_hedge_quantile};
}

void hedge_fini(struct hedge *hedge, const struct dg_allocator *allocator)
{
    memory_release(allocator, hedge->models);
    *hedge = (struct hedge){0};
}

enum dg_status hedge_reserve(struct hedge *hedge, const struct dg_allocator *allocator,
                             const struct dg_params *params, size_t models)
{
    size_t before = hedge->capacity;

    if (params->routing_hedge_quantile == 0 || models == 0)
        return DG_OK;
    struct hedge_model *rows =
        memory_grow(allocator, hedge->models, &hedge->capacity, models, sizeof *rows);
    if (rows == NULL)
        return DG_ERROR_MEMORY;
    hedge->models = rows;
    for (size_t i = before; i < hedge->capacity; i++)
        rows[i].delay = INT64_MAX;
    return DG_OK;
}

/* ---- buckets ---- */

static uint32_t top_bit(uint64_t value)
{
    uint32_t bit = 0;

    while (value >>= 1)
        bit++;
    return bit;
}

static uint32_t bucket_of(int64_t ttft)
{
    uint64_t value = (uint64_t)ttft;

    if (value >> HEDGE_FIRST_BIT == 0)
        return 0;
    if (value >> HEDGE_LAST_BIT != 0)
        return HEDGE_BUCKETS - 1;
    uint32_t bit = top_bit(value);
    uint32_t step = (uint32_t)(value >> (bit - 3)) % HEDGE_STEPS;
    return 1 + (bit - HEDGE_FIRST_BIT) * HEDGE_STEPS + step;
}

/* The least time above all that the bucket holds. */
static int64_t bucket_end(uint32_t bucket)
{
    if (bucket == HEDGE_BUCKETS - 1)
        return INT64_MAX;
    uint32_t bit = HEDGE_FIRST_BIT + bucket / HEDGE_STEPS;
    uint32_t step = bucket % HEDGE_STEPS;
    return (int64_t)(HEDGE_STEPS + step) << (bit - 3);
}

/* ---- the quantile ---- */

/* So many that one of them is expected beyond the quantile. */
static uint32_t fewest(int64_t quantile)
{
    int64_t beyond = (DG_ONE + (DG_ONE - quantile) - 1) / (DG_ONE - quantile);

    return beyond > HEDGE_FEWEST ? (uint32_t)beyond : HEDGE_FEWEST;
}

static void read_quantile(struct hedge_model *model, int64_t quantile)
{
    uint64_t rank = ((uint64_t)model->total * (uint64_t)quantile + DG_ONE - 1) / DG_ONE;
    uint64_t seen = 0;

    model->delay = INT64_MAX;
    if (model->total < fewest(quantile))
        return;
    for (uint32_t i = 0; i < HEDGE_BUCKETS; i++) {
        seen += model->counts[i];
        if (seen >= rank) {
            model->delay = bucket_end(i);
            return;
        }
    }
}

static void halve(struct hedge_model *model)
{
    model->total = 0;
    for (uint32_t i = 0; i < HEDGE_BUCKETS; i++) {
        model->counts[i] /= 2;
        model->total += model->counts[i];
    }
}

void hedge_learn(struct hedge *hedge, uint32_t model, int64_t ttft)
{
    if (hedge->quantile == 0)
        return;
    struct hedge_model *row = &hedge->models[model];

    row->counts[bucket_of(ttft)]++;
    if (++row->total == HEDGE_FULL)
        halve(row);
    if (row->total % HEDGE_REFRESH == 0)
        read_quantile(row, hedge->quantile);
}

int64_t hedge_delay(const struct hedge *hedge, uint32_t model)
{
    return hedge->quantile == 0 ? INT64_MAX : hedge->models[model].delay;
}

void hedge_follow_params(struct hedge *hedge, const struct dg_allocator *allocator,
                         const struct dg_params *params)
{
    if (params->routing_hedge_quantile == 0)
        hedge_fini(hedge, allocator);
    hedge->quantile = params->routing_hedge_quantile;
    for (size_t i = 0; i < hedge->capacity; i++)
        read_quantile(&hedge->models[i], hedge->quantile);
}
