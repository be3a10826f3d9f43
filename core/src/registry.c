#include "registry.h"

#include <string.h>

#include "fixed.h"
#include "memory.h"

void registry_fini(struct registry *registry, const struct dg_allocator *allocator)
{
    memory_release(allocator, registry->gateways);
    memory_release(allocator, registry->models);
    memory_release(allocator, registry->nodes);
    *registry = (struct registry){0};
}

enum dg_status registry_reserve_gateway(struct registry *registry,
                                        const struct dg_allocator *allocator)
{
    if (registry->gateway_count >= DG_PARTY_COUNT_MAX)
        return DG_ERROR_LIMIT;
    struct gateway_party *gateways =
        memory_grow(allocator, registry->gateways, &registry->gateway_capacity,
                    registry->gateway_count + 1, sizeof *gateways);
    if (gateways == NULL)
        return DG_ERROR_MEMORY;
    registry->gateways = gateways;
    return DG_OK;
}

enum dg_status registry_reserve_model(struct registry *registry,
                                      const struct dg_allocator *allocator)
{
    if (registry->model_count >= DG_PARTY_COUNT_MAX)
        return DG_ERROR_LIMIT;
    struct dg_model_record *models =
        memory_grow(allocator, registry->models, &registry->model_capacity,
                    registry->model_count + 1, sizeof *models);
    if (models == NULL)
        return DG_ERROR_MEMORY;
    registry->models = models;
    return DG_OK;
}

enum dg_status registry_reserve_node(struct registry *registry,
                                     const struct dg_allocator *allocator)
{
    if (registry->node_count >= DG_PARTY_COUNT_MAX)
        return DG_ERROR_LIMIT;
    struct node_party *nodes = memory_grow(allocator, registry->nodes, &registry->node_capacity,
                                           registry->node_count + 1, sizeof *nodes);
    if (nodes == NULL)
        return DG_ERROR_MEMORY;
    registry->nodes = nodes;
    return DG_OK;
}

uint32_t registry_add_gateway(struct registry *registry, uint32_t operator_id)
{
    registry->gateways[registry->gateway_count] = (struct gateway_party){
        .operator_id = operator_id,
    };
    return (uint32_t)registry->gateway_count++;
}

uint32_t registry_add_model(struct registry *registry, const struct dg_model_record *model)
{
    uint32_t id = (uint32_t)registry->model_count++;

    registry->models[id] = *model;
    registry->models[id].model = id;
    return id;
}

/* The largest size class among the node's models. */
static uint8_t registry_cost_class(const struct registry *registry, const struct dg_node_spec *spec)
{
    uint8_t largest = 0;

    if (spec->model_count == 0)
        return DG_SIZE_COUNT;
    for (unsigned i = 0; i < spec->model_count; i++) {
        uint8_t size_class = registry->models[spec->models[i]].size_class;
        if (size_class > largest)
            largest = size_class;
    }
    return largest;
}

uint32_t registry_add_node(struct registry *registry, const struct dg_node_spec *spec)
{
    uint32_t id = (uint32_t)registry->node_count++;
    struct node_party *node = &registry->nodes[id];

    *node = (struct node_party){
        .operator_id = spec->operator_id,
        .model_count = spec->model_count,
        .cost_class = registry_cost_class(registry, spec),
        .verifier = spec->verifier,
        .verifier_place = DG_NONE,
        .price = spec->price,
        .declared_cost = spec->declared_cost,
        .commission = spec->commission,
        .trust = QUALITY_TRUST_ONE,
        .failing_since = INT64_MAX,
        .stakes = {.first = DG_NONE, .liable = DG_NONE},
        .account = {.state = DG_NODE_ACTIVE},
    };
    memcpy(node->models, spec->models, spec->model_count * sizeof spec->models[0]);
    record_init(&node->record);
    for (int i = 0; i < REGISTRY_STANDINGS; i++)
        node->standings[i].credibility = record_credibility(&node->record);
    for (int i = 0; i < REGISTRY_OFFENCES; i++)
        node->offence_times[i] = INT64_MIN;
    if (spec->declared_cost > registry->cost_maximum[node->cost_class])
        registry->cost_maximum[node->cost_class] = spec->declared_cost;
    return id;
}

enum dg_status registry_check_models(const struct registry *registry,
                                     const struct dg_node_spec *spec)
{
    if (spec->model_count > DG_NODE_MODELS_MAX)
        return DG_ERROR_ARGUMENT;
    for (unsigned i = 0; i < spec->model_count; i++) {
        if (spec->models[i] >= registry->model_count)
            return DG_ERROR_UNKNOWN_ID;
        for (unsigned j = 0; j < i; j++) {
            if (spec->models[j] == spec->models[i])
                return DG_ERROR_ARGUMENT;
        }
    }
    return DG_OK;
}

bool registry_serves(const struct node_party *node, uint32_t model)
{
    for (unsigned i = 0; i < node->model_count; i++) {
        if (node->models[i] == model)
            return true;
    }
    return false;
}

void registry_prefetch(const struct registry *registry, uint32_t node)
{
    if (node >= registry->node_count)
        return;
    memory_prefetch(&registry->nodes[node]);
    memory_prefetch(&registry->nodes[node].serving_compute);
    memory_prefetch(&registry->nodes[node].account.compute_milli);
}

uint16_t registry_cost_ratio(const struct registry *registry, const struct node_party *node)
{
    int64_t maximum = registry->cost_maximum[node->cost_class];

    if (maximum == 0)
        return 0;
    return (uint16_t)((fixed_int128)node->declared_cost * DG_SCORE_ONE / maximum);
}

void registry_record(const struct registry *registry, uint32_t id, int64_t stake,
                     struct dg_node_record *out)
{
    const struct node_party *node = &registry->nodes[id];

    *out = (struct dg_node_record){
        .node = id,
        .operator_id = node->operator_id,
        .model_count = node->model_count,
        .state = node->account.state,
        .quality = record_quality(&node->record),
        .credibility = record_credibility(&node->record),
        .checks = record_checks(&node->record),
        .price = node->price,
        .stake = stake,
    };
    memcpy(out->models, node->models, sizeof out->models);
}

void registry_note_standing(struct node_party *node, const struct dg_node_record *record)
{
    struct sampling_standing now = {.credibility = record->credibility, .checks = record->checks};
    struct sampling_standing *all = node->standings;

    if (all[0].credibility == now.credibility && all[0].checks == now.checks)
        return;
    for (int i = REGISTRY_STANDINGS - 1; i > 0; i--)
        all[i] = all[i - 1];
    all[0] = now;
}
