/* scenario.h - an effective scenario: what a file, its bases and --set settings amount to.
 *
 * Every field is one row of the key table (scenario_keys.c), from which files are validated, the
 * JSON Schema is printed and `validate --show` lists values with their origin. Shares are fractions
 * of 1, times int64 nanoseconds, amounts int64 micro-tokens, rates per second.
 */
#ifndef MODELS_SCENARIO_H
#define MODELS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "dg/params.h"
#include "sim/error.h"

enum law_kind { LAW_CONSTANT, LAW_EXPONENTIAL, LAW_LOGNORMAL, LAW_UNIFORM };

/* A distribution given by its mean and coefficient of variation, cut to [minimum, maximum] by
 * truncation to the bound. UNIFORM uses minimum and maximum alone. */
struct law {
    enum law_kind kind;
    double mean, cv, minimum, maximum;
};

/* Weights over named things; weights are normalised and add up to 1. */
struct share {
    uint32_t index;
    double weight;
};
struct shares {
    struct share *items;
    size_t count;
};

struct scenario_region {
    const char *name;
    const char *place; /* city of the built-in latency table, or NULL */
    double user_weight, node_weight;
    double uplink_bps, downlink_bps; /* of a node or user there */
    double utc_offset_h;             /* shifts the daily cycle */
};

struct scenario_network {
    int64_t local_latency_ns;   /* one way, inside a region */
    int64_t default_latency_ns; /* one way, between regions with no entry and no place */
    double jitter_sigma;        /* each delay is multiplied by a lognormal of median 1; 0: none */
    double loss;                /* chance that one transmission is lost */
    int64_t retransmit_ns;      /* added for each loss */
    double bytes_per_token;
    int64_t *latency_ns;  /* [from * region_count + to], one way; resolved by the loader */
    size_t default_pairs; /* how many of them are default_latency_ns for want of another */
};

struct scenario_gateway {
    const char *name;
    uint32_t region;
    int64_t view_delay_ns; /* age of its view of the nodes */
    uint32_t in_flight_limit;
    double bandwidth_bps;
};

struct scenario_class { /* a class of models */
    const char *name;
    double parameters_b; /* billions */
    uint32_t context_tokens;
    double quality,
        quality_sd; /* of an honest answer, standard deviations above the judge's neutral point */
};

struct scenario_provider {
    const char *name;
    uint32_t count;
    struct shares classes; /* over classes: which class the providers' models belong to */
    int64_t price;         /* per CU; 0: the protocol's unit price */
    double royalty;
    int64_t outage_every_ns, outage_for_ns; /* exponential means; 0: none */
};

struct scenario_hardware {
    const char *name;
    /* for a 70B model; a model of p billion parameters takes p/70 of the time */
    double prefill_tokens_per_s;
    int64_t step_base_ns,
        step_per_sequence_ns; /* one decode step with batch b: base + b * per_sequence */
    uint32_t prefill_chunk;   /* prompt tokens per step (chunked prefill) */
    uint32_t slots;           /* largest batch */
    int64_t busy_cost_per_hour, idle_cost_per_hour;
};

enum service_kind { SERVICE_LLM, SERVICE_EXPONENTIAL, SERVICE_DETERMINISTIC, SERVICE_LOGNORMAL };

struct scenario_service {
    enum service_kind kind;
    int64_t mean_ns; /* the plain kinds */
    double cv;       /* lognormal */
    uint32_t slots;  /* the plain kinds: servers */
    uint32_t queue;  /* most requests waiting; 0: none may wait */
};

struct scenario_nodes {
    const char *name;
    uint32_t count, operators;
    struct shares regions; /* empty: node_weight of the regions */
    struct shares hardware;
    struct shares classes; /* which class a node's models belong to */
    uint32_t serves;       /* models a node serves, of its class */
    struct scenario_service service;
    int64_t stake;
    enum dg_tier tier;                 /* of its stake, own and delegated */
    int64_t delegated;                 /* to each node, by a delegator of its own */
    double commission;                 /* part of the delegators' rewards that the operator keeps */
    int64_t price;                     /* asking price per CU; 0: the model's */
    double price_spread;               /* sd of the log of a node's factor on it */
    struct shares behaviours;          /* by operator */
    double verifier_share;             /* of the nodes */
    struct shares verifier_behaviours; /* by operator */
    uint32_t judge;                    /* index of a judge, UINT32_MAX when none */
};

enum judge_kind { JUDGE_SINGLE, JUDGE_CASCADE };

struct scenario_judge {
    const char *name;
    enum judge_kind kind;
    uint32_t preset; /* of a single one: row of judge_presets() */
    double correlation;
    struct shares by_class; /* over classes; weight: the correlation on answers of that class */
    double gaming_bias;     /* added to z_score of answers that are tuned for judges */
    int64_t latency_ns;
    int64_t cost;
    uint32_t first, second; /* of a cascade: single judges */
    double band;            /* the second is asked when the first is nearer to the pass score */
};

/* Name, meaning, correlation, latency in ns, cost in micro-tokens: what holds for keys of a judge that
 * are not given. The correlations are the published ones; latencies and costs are ours, of models
 * that get smaller down the list. */
#define JUDGE_PRESETS(X)                                                                           \
    X("large", "correlation 0.747", 0.747, 4000000000, 4000)                                       \
    X("medium", "correlation 0.66", 0.66, 2000000000, 1500)                                        \
    X("small", "correlation 0.645", 0.645, 1000000000, 400)                                        \
    X("tiny", "correlation 0.3", 0.3, 300000000, 100)                                              \
    X("blind", "correlation 0: scores tell nothing of quality", 0, 300000000, 100)                 \
    X("inverted", "correlation -0.363: prefers worse answers", -0.363, 1000000000, 400)

struct judge_preset {
    double correlation;
    int64_t latency_ns, cost;
};
/* In the order of JUDGE_PRESETS. */
const struct judge_preset *judge_presets(size_t *count);

enum arrival_kind {
    ARRIVAL_POISSON,
    ARRIVAL_GAMMA,
    ARRIVAL_BURSTY,
    ARRIVAL_DIURNAL,
    ARRIVAL_CLOSED,
    ARRIVAL_TRACE
};

struct scenario_arrival {
    enum arrival_kind kind;
    double rate;                       /* per user and second (mean) */
    double shape;                      /* gamma */
    int64_t burst_on_ns, burst_off_ns; /* bursty: exponential means of the on and off periods */
    double amplitude;                  /* diurnal, 0..1 */
    int64_t period_ns;                 /* diurnal */
    int64_t think_ns;                  /* closed: exponential mean */
    const char *file;                  /* trace: path, resolved against the scenario's folder */
    const char *digest;                /* trace: BLAKE2b-256 of the file, hexadecimal */
    double rate_scale;                 /* trace: 2 plays it twice as fast */
    bool loop;                         /* trace: starts over at its end */
};

struct scenario_users {
    const char *name;
    uint32_t count;
    struct shares regions; /* empty: user_weight of the regions */
    struct scenario_arrival arrival;
    struct law input, output; /* tokens; not used with a trace */
    uint32_t output_cap;      /* max_tokens a request asks for */
    struct shares demand;     /* over classes */
    int64_t deadline_ns;      /* 0: none */
    int64_t price_cap;        /* largest fee of a request; 0: none */
    int64_t deposit, top_up, lock;
};

/* Benchmark prompts that are made to look like the traffic of a user group. */
struct scenario_probes {
    double rate;      /* of all probers together, per second; 0: nobody probes */
    uint32_t probers; /* users that send them */
    uint32_t like;    /* user group: sizes, region, deadline, price cap and lock are its */
    int64_t deposit;  /* of each prober, at the start; nothing is added */
    double error;     /* of the right score, standard deviations of quality */
};

/* Parameters of behaviours: fractions and numbers, or nanoseconds and micro-tokens. */
union behaviour_value {
    double number;
    int64_t whole;
};

enum { BEHAVIOUR_VALUES_MAX = 256 };

/* Those of every behaviour, one after another; see behaviour_first_value(). */
struct scenario_behaviours {
    union behaviour_value values[BEHAVIOUR_VALUES_MAX];
};

struct scenario {
    const char *name, *description;
    uint64_t seed;
    int64_t duration_ns, warm_up_ns;
    int64_t chain_delay_ns;  /* a message to or from the chain */
    int64_t beacon_delay_ns; /* end of a beacon period to its beacon */
    bool record_requests;    /* one row per request in the results */
    bool shortened;          /* marks settlement or jail terms as shortened for the run's length */
    struct scenario_network network;
    struct scenario_region *regions;
    size_t region_count;
    struct scenario_gateway *gateways;
    size_t gateway_count;
    struct scenario_class *classes;
    size_t class_count;
    struct scenario_provider *providers;
    size_t provider_count;
    struct scenario_hardware *hardware;
    size_t hardware_count;
    struct scenario_judge *judges;
    size_t judge_count;
    struct scenario_nodes *nodes;
    size_t node_group_count;
    struct scenario_users *users;
    size_t user_group_count;
    struct scenario_probes probes;
    struct scenario_behaviours behaviours;
    struct dg_params protocol;

    const char
        *text; /* the effective scenario as canonical JSON (base units resolved), for provenance */
    char hash[65];                  /* BLAKE2b-256 of text, hexadecimal */
    struct scenario_memory *memory; /* owns everything above */
};

/* settings: "path=value" strings from --set, applied in order after the file. warning, called once
 * per finding that is no error (a key that cannot affect the run, a value outside a published
 * range), may be NULL. On failure *out is left alone; the message names file, line, column, path,
 * value, what is allowed and the nearest key. */
typedef void (*scenario_warning)(void *context, const char *text);
struct scenario_source {
    const char *path;
    const char *const *settings;
    size_t setting_count;
    scenario_warning warning;
    void *warning_context;
};
bool scenario_load(const struct scenario_source *source, struct scenario *out, struct error *error);
void scenario_free(struct scenario *scenario); /* a zeroed one is allowed */

/* Every key with value, unit, origin ("file:line", "--set", or the default's origin) and
 * meaning. */
bool scenario_show(const struct scenario_source *source, FILE *out, struct error *error);
/* The JSON Schema (draft 2020-12) of scenario files. */
bool scenario_schema(FILE *out, struct error *error);

#endif
