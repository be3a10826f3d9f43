/* registry.h - the parties of a chain: arrays indexed by id. Balances and stakes are in the
 * ledger. */
#ifndef CORE_REGISTRY_H
#define CORE_REGISTRY_H

#include "dg/chain.h"
#include "quality.h"
#include "record.h"
#include "sampling.h"
#include "stake.h"

enum {
    REGISTRY_OFFENCES = 3,  /* earlier offences that count; with one more a node is excluded */
    REGISTRY_STANDINGS = 4, /* latest ones published that a gateway may still go by */
    REGISTRY_COST_CLASSES = DG_SIZE_COUNT + 1, /* the last one: nodes that only verify */
};

struct gateway_party {
    uint32_t operator_id;
    uint64_t next_number;   /* of its receipts */
    uint64_t next_period;   /* the first it has not reported */
    uint64_t compute_milli; /* reported since the last settlement */
};

struct node_party {
    uint32_t operator_id;
    uint32_t models[DG_NODE_MODELS_MAX];
    uint8_t model_count;
    uint8_t cost_class;
    bool verifier;
    bool changed;            /* its record differs from the one published last */
    uint32_t verifier_place; /* in the set of verifiers; DG_NONE: not in it */
    int64_t price, declared_cost;
    int64_t commission;
    int64_t heard;    /* latest heartbeat, or what counts as one */
    int64_t punished; /* the silence before it has been slashed for */
    struct stake_lists stakes;
    struct record record;
    struct sampling_standing standings[REGISTRY_STANDINGS]; /* newest first */
    struct quality_state test;
    uint64_t trust;                           /* of QUALITY_TRUST_ONE */
    uint64_t misconduct;                      /* one bit a seat, newest lowest, 1 for a bad one */
    int64_t offence_times[REGISTRY_OFFENCES]; /* newest first; INT64_MIN: none */
    uint64_t serving_compute; /* milli-CU times premium, since the last settlement */
    int64_t failing_since;    /* when the row was long enough; INT64_MAX: it was not yet */
    uint32_t failed_row;      /* requests without a word since its last receipt, saturating */
    uint64_t verifier_points; /* of 2^-CHAIN_POINT_BITS, since the last settlement */
    uint64_t bonds;           /* sum of those that verifiers hold in it */
    int64_t frozen_verifier_rewards; /* part of the frozen rewards */
    struct dg_node_account account;
};

struct registry {
    struct gateway_party *gateways;
    struct dg_model_record *models;
    struct node_party *nodes;
    size_t gateway_count, gateway_capacity;
    size_t model_count, model_capacity;
    size_t node_count, node_capacity;
    int64_t cost_maximum[REGISTRY_COST_CLASSES]; /* highest declared cost of each class */
};

/* An all-zero struct registry is empty. */
void registry_fini(struct registry *registry, const struct dg_allocator *allocator);

/* Room for one more, after which the matching registry_add_ function cannot fail. */
enum dg_status registry_reserve_gateway(struct registry *registry,
                                        const struct dg_allocator *allocator);
enum dg_status registry_reserve_model(struct registry *registry,
                                      const struct dg_allocator *allocator);
enum dg_status registry_reserve_node(struct registry *registry,
                                     const struct dg_allocator *allocator);

uint32_t registry_add_gateway(struct registry *registry, uint32_t operator_id);
uint32_t registry_add_model(struct registry *registry, const struct dg_model_record *model);
uint32_t registry_add_node(struct registry *registry, const struct dg_node_spec *spec);

/* Whether the models of a specification exist, each named once. */
enum dg_status registry_check_models(const struct registry *registry,
                                     const struct dg_node_spec *spec);
bool registry_serves(const struct node_party *node, uint32_t model);

/* Asks for what a receipt needs of its node ahead of its turn. */
void registry_prefetch(const struct registry *registry, uint32_t node);

/* Declared cost over the highest of its class, in 1/65535. */
uint16_t registry_cost_ratio(const struct registry *registry, const struct node_party *node);

void registry_record(const struct registry *registry, uint32_t id, int64_t stake,
                     struct dg_node_record *out);

/* An answer came: the row of requests without a word from the node is over. */
static inline void registry_end_row(struct node_party *node)
{
    node->failed_row = 0;
    node->failing_since = INT64_MAX;
}

/* Remembers what a published record shows, unless that is the newest standing already. */
void registry_note_standing(struct node_party *node, const struct dg_node_record *record);

#endif
