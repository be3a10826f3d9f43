/* world_nodes.c - operators and their nodes: hardware, models, stake, price and behaviour. */
#include <math.h>
#include <stdlib.h>

#include "models/layout.h"
#include "models/world_build.h"

/* What is dealt to the nodes of one group, index by index; operators' behaviours by operator. */
struct node_deal {
    uint32_t *classes, *hardware, *regions, *behaviours, *verifier_behaviours;
    bool *verifiers;
};

static void deal_fini(struct node_deal *deal)
{
    free(deal->classes);
    free(deal->hardware);
    free(deal->regions);
    free(deal->behaviours);
    free(deal->verifier_behaviours);
    free(deal->verifiers);
}

static bool deal_verifiers(const struct world *world, uint32_t g, bool **out, struct error *error)
{
    const struct scenario_nodes *group = &world->scenario->nodes[g];
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_LAYOUT, SUBJECT_NODE_VERIFIER, g);
    *out = calloc(group->count + (size_t)1, sizeof **out);
    if (*out == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory while the nodes were built");
    layout_mark(group->verifier_share, group->count, &stream, *out);
    return true;
}

static bool deal_init(const struct world *world, uint32_t g, struct node_deal *deal,
                      struct error *error)
{
    const struct scenario_nodes *group = &world->scenario->nodes[g];
    return world_deal(world, SUBJECT_NODE_CLASS, g, &group->classes, group->count, &deal->classes,
                      error) &&
           world_deal(world, SUBJECT_NODE_HARDWARE, g, &group->hardware, group->count,
                      &deal->hardware, error) &&
           world_deal_regions(world, SUBJECT_NODE_REGION, g, &group->regions, group->count,
                              &deal->regions, error) &&
           world_deal(world, SUBJECT_OPERATOR_BEHAVIOUR, g, &group->behaviours, group->operators,
                      &deal->behaviours, error) &&
           world_deal(world, SUBJECT_OPERATOR_VERIFIER_BEHAVIOUR, g, &group->verifier_behaviours,
                      group->operators, &deal->verifier_behaviours, error) &&
           deal_verifiers(world, g, &deal->verifiers, error);
}

static uint32_t nodes_of_operator(const struct scenario_nodes *group, uint32_t k)
{
    return group->count / group->operators + (k < group->count % group->operators ? 1 : 0);
}

static bool add_operators(struct world *world, const struct scenario_nodes *group, uint32_t first,
                          const struct node_deal *deal, struct error *error)
{
    for (uint32_t k = 0; k < group->operators; k++) {
        uint32_t id;
        int64_t genesis = group->stake * nodes_of_operator(group, k);
        if (!world_registered(dg_chain_add_operator(world->chain, genesis, &id), "an operator",
                              error))
            return false;
        world->operator_behaviour[first + k] = (uint8_t)deal->behaviours[k];
    }
    return true;
}

static struct service_profile profile_of(const struct world *world,
                                         const struct scenario_nodes *group,
                                         const struct world_node *node)
{
    const struct scenario *scenario = world->scenario;
    if (group->service.kind != SERVICE_LLM)
        return service_profile_plain(&group->service);
    struct service_profile profile = service_profile_llm(
        &scenario->hardware[node->hardware], scenario->classes[node->class_index].parameters_b);
    profile.queue = group->service.queue;
    return profile;
}

/* A node declares what one compute unit costs it: the cost of one slot for the time that a request
 * of 1,000 prompt and 250 answer tokens takes in a half-full batch, over the units of that
 * request. */
static int64_t declared_cost(const struct world *world, const struct scenario_nodes *group,
                             const struct world_node *node, const struct service_profile *profile)
{
    if (group->hardware.count == 0 || group->service.kind != SERVICE_LLM)
        return 0;
    const struct scenario_hardware *hardware = &world->scenario->hardware[node->hardware];
    const struct dg_params *protocol = &world->scenario->protocol;
    double step_ns = profile->step_base_ns + profile->step_per_sequence_ns * hardware->slots / 2.0;
    double slot_ns = 250 * step_ns + 1000 / profile->prefill_chunk * (step_ns + profile->chunk_ns);
    double cost =
        slot_ns / (double)WORLD_HOUR_NS * (double)hardware->busy_cost_per_hour / hardware->slots;
    uint8_t size = world_size_class(world->scenario->classes[node->class_index].parameters_b);
    double units = (double)protocol->metering_weight[size] *
                   (double)(protocol->metering_input_weight + protocol->metering_output_weight / 4);
    return units > 0 ? llround(cost / units) : 0;
}

static int64_t asking_price(const struct world *world, const struct scenario_nodes *group,
                            uint32_t g, uint32_t i)
{
    if (group->price_spread == 0)
        return group->price;
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_LAYOUT, SUBJECT_NODE_PRICE + (g << 8), i);
    double base =
        (double)(group->price > 0 ? group->price : world->scenario->protocol.fees_unit_price);
    int64_t price = llround(base * exp(group->price_spread * random_normal(&stream)));
    return price > 0 ? price : 1;
}

/* The models of a node: the next ones of its class in turn, so that demand finds each model served
 * by as many nodes as any other of its class. */
static uint8_t choose_models(struct world_class *class, uint32_t serves, uint32_t *models)
{
    uint32_t count = serves < class->model_count ? serves : class->model_count;
    for (uint32_t j = 0; j < count; j++)
        models[j] = class->models[(class->served + j) % class->model_count];
    class->served += count;
    class->node_count++;
    return (uint8_t)count;
}

/* One delegator a node: what matters is whose rewards the operator shares. */
static bool add_delegator(struct world *world, const struct scenario_nodes *group, uint32_t node,
                          struct error *error)
{
    uint32_t position;
    struct dg_bond_order order = {.owner_kind = DG_OWNER_DELEGATOR,
                                  .tier = DG_TIER_MEDIUM,
                                  .node = node,
                                  .amount = group->delegated};
    if (group->delegated == 0)
        return true;
    return world_registered(dg_chain_add_delegator(world->chain, group->delegated, &order.owner),
                            "a delegator", error) &&
           world_registered(dg_chain_bond(world->chain, 0, &order, &position), "a delegation",
                            error);
}

/* As its owner runs it. */
static void crowd(const struct world *world, uint32_t n, struct service_profile *profile)
{
    const struct world_node *node = &world->nodes[n];
    struct behaviour_self self = {
        .values = world->behaviour_values[node->behaviour], .chain = world->chain, .node = n};
    struct batch_plan plan =
        behaviour_batch(world->behaviours[node->behaviour], &self, profile->slots);
    profile->crowd = plan.slots - profile->slots;
    profile->slots = plan.slots;
    profile->swap_cost = plan.swap_cost;
}

static bool add_node(struct world *world, uint32_t n, uint32_t g, uint32_t i, uint32_t operator_id,
                     const struct node_deal *deal, struct error *error)
{
    const struct scenario_nodes *group = &world->scenario->nodes[g];
    struct world_node *node = &world->nodes[n];
    struct world_class *class = &world->classes[deal->classes[i]];
    world->node_regions[n] = (uint8_t)deal->regions[i];
    *node = (struct world_node){.operator_id = operator_id,
                                .group = (uint16_t)g,
                                .hardware = (uint16_t)deal->hardware[i],
                                .class_index = (uint8_t)deal->classes[i],
                                .behaviour = world->operator_behaviour[operator_id],
                                .verifier = deal->verifiers[i],
                                .stake_start = group->stake,
                                .first_cheat_ns = -1,
                                .first_failure_ns = -1,
                                .jailed_ns = -1,
                                .own_user = WORLD_NONE};
    node->verifier_behaviour = (uint8_t)deal->verifier_behaviours[i % group->operators];
    struct service_profile profile = profile_of(world, group, node);
    class->slots += profile.slots;
    crowd(world, n, &profile);
    if (!service_init(&node->service, &profile, error))
        return false;
    struct dg_node_spec spec = {.operator_id = operator_id,
                                .verifier = node->verifier,
                                .price = asking_price(world, group, g, i),
                                .declared_cost = declared_cost(world, group, node, &profile),
                                .stake = group->stake,
                                .tier = group->tier};
    spec.model_count = choose_models(class, group->serves, spec.models);
    if (group->delegated > 0)
        spec.commission = llround(group->commission * DG_ONE);
    uint32_t id;
    return world_registered(dg_chain_add_node(world->chain, 0, &spec, &id),
                            "a node (is its stake too small, or its commission too high?)",
                            error) &&
           add_delegator(world, group, id, error);
}

bool world_build_nodes(struct world *world, struct error *error)
{
    uint32_t n = 0, first_operator = 0;
    for (uint32_t g = 0; g < world->scenario->node_group_count; g++) {
        const struct scenario_nodes *group = &world->scenario->nodes[g];
        struct node_deal deal = {0};
        bool ok = deal_init(world, g, &deal, error) &&
                  add_operators(world, group, first_operator, &deal, error);
        for (uint32_t i = 0; ok && i < group->count; i++, n++)
            ok = add_node(world, n, g, i, first_operator + i % group->operators, &deal, error);
        deal_fini(&deal);
        if (!ok)
            return false;
        first_operator += group->operators;
    }
    for (size_t c = 0; c < world->scenario->class_count; c++) {
        struct world_class *class = &world->classes[c];
        if (class->node_count > 0 && class->served < class->model_count)
            return error_set(
                error, ERROR_INPUT,
                "class \"%s\" has %u models, more than its nodes serve together: raise "
                "nodes.*.serves, the nodes' number, or lower providers.*.count",
                world->scenario->classes[c].name, class->model_count);
    }
    return true;
}
