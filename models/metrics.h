/* metrics.h - every metric a run reports, as one table: name, unit, meaning, and how it is
 * computed. */
#ifndef MODELS_METRICS_H
#define MODELS_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/result.h"
#include "sim/error.h"

struct world;

enum metric_scope {
    METRIC_RUN,       /* one value */
    METRIC_CLASS,     /* one per class of models: name.CLASS */
    METRIC_BEHAVIOUR, /* one per behaviour that some node has: name.BEHAVIOUR */
    METRIC_VERIFIER,  /* one per behaviour that some verifier has: name.BEHAVIOUR */
};

struct metric_row {
    const char *name, *unit, *help;
    enum metric_scope scope;
    /* index: the class or the row of the behaviour table; 0 for a run's. NaN where undefined. */
    double (*value)(const struct world *world, uint32_t index);
};

const struct metric_row *world_metric_rows(size_t *count);

/* The behaviour a node is counted under: its own, or, of an honest node, the verifier's. */
uint32_t world_label(const struct world *world, uint32_t node);

/* What a scope ranges over: how many indices, which of them occur in this world, and their
 * names. */
uint32_t world_scope_count(const struct world *world, enum metric_scope scope);
bool world_scope_used(const struct world *world, enum metric_scope scope, uint32_t index);
void world_scope_name(const struct world *world, const struct metric_row *row, uint32_t index,
                      char name[RESULT_NAME_SIZE]);

/* Evaluates every row into result->metrics. */
bool world_metrics(const struct world *world, struct result *result, struct error *error);

#endif
