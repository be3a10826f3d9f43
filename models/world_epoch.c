/* world_epoch.c - what an epoch leaves behind: one row of every series, one line of the ledger. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/metrics.h"
#include "models/world_private.h"

static double epoch_s(const struct world *world)
{
    return (double)world->scenario->protocol.epoch_length / 1e9;
}

static double series_request_rate(const struct world *world, uint32_t index)
{
    (void)index;
    return (double)world->statistics.epoch_sent / epoch_s(world);
}

static double epoch_latency(const struct world *world, double probability)
{
    const struct quantile_sketch *sketch = world->statistics.epoch_sketch;
    return quantile_count(sketch) > 0 ? quantile_value(sketch, probability) / 1e9 : NAN;
}

static double series_latency_p50(const struct world *world, uint32_t index)
{
    (void)index;
    return epoch_latency(world, 0.50);
}

static double series_latency_p99(const struct world *world, uint32_t index)
{
    (void)index;
    return epoch_latency(world, 0.99);
}

static double series_utilisation(const struct world *world, uint32_t index)
{
    const struct world_class *class = &world->classes[index];
    return class->slots > 0
               ? time_mean_value(&class->busy_epoch, engine_now(world->engine)) / class->slots
               : NAN;
}

static double series_profit(const struct world *world, uint32_t index)
{
    double profit = 0, count = 0;
    for (uint32_t n = 0; n < world->node_count; n++) {
        struct dg_node_account account;
        if (world_label(world, n) != index || dg_chain_node(world->chain, n, &account) != DG_OK)
            continue;
        profit += (double)world_profit(world, n, &account);
        count++;
    }
    return profit / count / (double)DG_TOKEN;
}

static double series_jailed(const struct world *world, uint32_t index)
{
    double count = 0;
    for (uint32_t n = 0; n < world->node_count; n++)
        count += world->nodes[n].jailed && world_label(world, n) == index;
    return count;
}

static double series_checks_failed(const struct world *world, uint32_t index)
{
    (void)index;
    return (double)world->statistics.failed;
}

static const struct metric_row series_rows[] = {
    {"request_rate", "1/s", "requests sent, mean of the epoch", METRIC_RUN, series_request_rate},
    {"latency_p50", "s", "median latency of the epoch's completed requests", METRIC_RUN,
     series_latency_p50},
    {"latency_p99", "s", "99 % quantile of the same", METRIC_RUN, series_latency_p99},
    {"utilisation", "", "slots in use over slots, mean of the epoch", METRIC_CLASS,
     series_utilisation},
    {"profit_per_node", "DGAI", "profit since the start", METRIC_BEHAVIOUR, series_profit},
    {"nodes_jailed", "nodes", "jailed or excluded at the end of the epoch", METRIC_BEHAVIOUR,
     series_jailed},
    {"checks_failed", "checks", "failed verdicts since the start", METRIC_RUN,
     series_checks_failed},
};
enum { SERIES_ROWS = sizeof series_rows / sizeof series_rows[0] };

size_t world_series_width(const struct world *world)
{
    size_t width = 0;
    for (size_t r = 0; r < SERIES_ROWS; r++)
        for (uint32_t i = 0; i < world_scope_count(world, series_rows[r].scope); i++)
            width += world_scope_used(world, series_rows[r].scope, i);
    return width;
}

static void sample_series(struct world *world)
{
    double *row = series_append(&world->series);
    if (row == NULL)
        return;
    for (size_t r = 0; r < SERIES_ROWS; r++)
        for (uint32_t i = 0; i < world_scope_count(world, series_rows[r].scope); i++)
            if (world_scope_used(world, series_rows[r].scope, i))
                *row++ = series_rows[r].value(world, i);
    world->epoch_end_ns[world->series.count - 1] = engine_now(world->engine);
}

static void sample_ledger(struct world *world)
{
    if (world->ledger_count == world->ledger_room)
        return;
    struct result_ledger *line = &world->ledger[world->ledger_count++];
    line->time_ns = engine_now(world->engine);
    dg_chain_totals(world->chain, &line->totals);
}

static void restart_epoch(struct world *world)
{
    int64_t now_ns = engine_now(world->engine);
    for (size_t c = 0; c < world->scenario->class_count; c++) {
        struct world_class *class = &world->classes[c];
        double mean = time_mean_value(&class->busy_epoch, now_ns);
        if (mean > class->peak)
            class->peak = mean;
        time_mean_restart(&class->busy_epoch, now_ns);
    }
    quantile_reset(world->statistics.epoch_sketch);
    world->statistics.epoch_sent = 0;
}

void world_sample_epoch(struct world *world)
{
    sample_series(world);
    sample_ledger(world);
    restart_epoch(world);
}

bool world_series_result(const struct world *world, struct result *result, struct error *error)
{
    size_t epochs = world->series.count, width = world->series.width;
    result->series = calloc(width + 1, sizeof *result->series);
    result->epoch_end_ns = calloc(epochs + 1, sizeof *result->epoch_end_ns);
    if (result->series == NULL || result->epoch_end_ns == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the series of the run");
    memcpy(result->epoch_end_ns, world->epoch_end_ns, epochs * sizeof *result->epoch_end_ns);
    result->epoch_count = epochs;
    for (size_t r = 0; r < SERIES_ROWS; r++) {
        for (uint32_t i = 0; i < world_scope_count(world, series_rows[r].scope); i++) {
            if (!world_scope_used(world, series_rows[r].scope, i))
                continue;
            size_t column = result->series_count;
            struct result_series *series = &result->series[result->series_count++];
            world_scope_name(world, &series_rows[r], i, series->name);
            series->unit = series_rows[r].unit;
            series->values = calloc(epochs + 1, sizeof(double));
            if (series->values == NULL)
                return error_set(error, ERROR_MEMORY, "out of memory for the series of the run");
            for (size_t e = 0; e < epochs; e++)
                series->values[e] = world->series.values[e * width + column];
        }
    }
    return true;
}
