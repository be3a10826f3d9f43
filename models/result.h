/* result.h - what one run leaves behind: metrics, series, rows per node and operator, ledger
 * totals. */
#ifndef MODELS_RESULT_H
#define MODELS_RESULT_H

#include <stddef.h>
#include <stdint.h>

#include "dg/chain.h"

enum { RESULT_NAME_SIZE = 64 };

/* NaN: not defined in this run (no detection, say); it is stored as NULL and printed as "-". */
struct result_metric {
    char name[RESULT_NAME_SIZE]; /* "latency_p99", "profit_per_node.honest" */
    const char *unit;            /* "s", "DGAI", "1/s", "" */
    const char *help;
    double value;
};

/* One column of a per-epoch series. */
struct result_series {
    char name[RESULT_NAME_SIZE];
    const char *unit;
    double *values; /* epoch_count */
};

struct result_node {
    uint32_t node, operator_id;
    const char *group, *region, *hardware, *class_name, *behaviour,
        *verifier_behaviour; /* last: NULL if none */
    struct dg_node_account account;
    int64_t stake_start, stake_end;
    int64_t compute_cost, verification_cost;
    int64_t outside_cost; /* paid to others than the chain */
    int64_t profit;       /* fees + rewards + verifier fees - all costs - slashed */
    int64_t declined;     /* requests that it called itself too busy for by choice */
    int64_t padding;      /* filler tokens that it sent */
    int64_t absent_ns;    /* heartbeat intervals at whose end it was away */
    double quality;       /* of its answers, mean as users find it; NaN: none */
    int64_t cheats;       /* answers that were not what was paid for */
    int64_t first_cheat_ns, first_failure_ns, jailed_ns; /* -1: never */
    double utilisation;                                  /* mean share of its slots in use */
};

struct result_operator {
    uint32_t operator_id;
    const char *behaviour;
    uint32_t nodes;
    int64_t balance, stake, profit;
};

struct result_ledger { /* one account at the close of one epoch */
    int64_t time_ns;
    struct dg_ledger_totals totals;
};

struct result_request {
    uint64_t request;
    uint32_t user, node, gateway, tokens_in, tokens_out;
    const char *class_name, *outcome;      /* "completed", "refused", "failed", "late", "lost" */
    int64_t start_ns, ttft_ns, latency_ns; /* -1 where it does not apply */
    int64_t fee;
};

struct result {
    uint64_t seed;
    uint32_t replication;
    uint64_t fingerprint;
    uint64_t events;
    uint64_t requests;
    int64_t virtual_ns;
    double wall_seconds; /* of the event loop alone */
    size_t memory_bytes; /* of the world's own tables */
    struct result_metric *metrics;
    size_t metric_count;
    int64_t *epoch_end_ns;
    size_t epoch_count;
    struct result_series *series;
    size_t series_count;
    struct result_node *nodes;
    size_t node_count;
    struct result_operator *operators;
    size_t operator_count;
    struct result_ledger *ledger;
    size_t ledger_count;
};
void result_free(struct result *result); /* a zeroed one is allowed */
const struct result_metric *result_find(const struct result *result, const char *name);

#endif
