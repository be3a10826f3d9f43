/* world_build.c - builds the world of a scenario and registers it on the chain.
 *
 * Everything is dealt out by the layout streams of the run's key, so two runs of one seed and
 * replication face the same people, machines and distances whatever the protocol's parameters are.
 */
#include "models/world_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/layout.h"
#include "models/world_private.h"

enum { REQUEST_LIMIT = 1 << 20, EVIDENCE_ROOM = 1024, CHECK_ROOM = 1024 };

static bool out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory while the world was built");
}

/* A layout stream: one for each kind of thing that is dealt within a population. */
static struct random_stream layout_stream(const struct world *world, enum layout_subject subject,
                                          uint32_t group)
{
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_LAYOUT, (uint32_t)subject, group);
    return stream;
}

bool world_deal(const struct world *world, enum layout_subject subject, uint32_t group,
                const struct shares *shares, uint32_t count, uint32_t **out, struct error *error)
{
    uint32_t *dealt = calloc(count + (size_t)1, sizeof *dealt);
    if (dealt == NULL)
        return out_of_memory(error);
    struct random_stream stream = layout_stream(world, subject, group);
    layout_deal(shares, count, &stream, dealt);
    *out = dealt;
    return true;
}

bool world_registered(enum dg_status status, const char *what, struct error *error)
{
    if (status == DG_OK)
        return true;
    enum error_kind kind = status == DG_ERROR_MEMORY ? ERROR_MEMORY : ERROR_INPUT;
    return error_set(error, kind, "the chain refused %s: %s", what, dg_status_name(status));
}

uint8_t world_size_class(double parameters_b)
{
    if (parameters_b <= 8)
        return DG_SIZE_8B;
    if (parameters_b <= 13)
        return DG_SIZE_13B;
    if (parameters_b <= 34)
        return DG_SIZE_34B;
    return parameters_b <= 70 ? DG_SIZE_70B : DG_SIZE_LARGER;
}

static void count_parties(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    for (size_t g = 0; g < scenario->provider_count; g++)
        world->provider_count += scenario->providers[g].count;
    world->model_count = world->provider_count;
    for (size_t g = 0; g < scenario->node_group_count; g++) {
        world->node_count += scenario->nodes[g].count;
        world->operator_count += scenario->nodes[g].operators;
    }
    for (size_t g = 0; g < scenario->user_group_count; g++)
        world->user_count += scenario->users[g].count;
    world->user_count += world_prober_count(world);
    world->first_own_user = world->user_count;
}

/* Everybody who can have a seat in one check: committee, enlarged or not, that of an appeal, and a
 * replacement for each. */
static uint32_t member_room(const struct dg_params *protocol)
{
    int64_t seats = protocol->committee_size;
    if (protocol->committee_escalation_size > seats)
        seats = protocol->committee_escalation_size;
    if (protocol->appeal_window > 0)
        seats += 2 * protocol->committee_size + 1;
    return (uint32_t)(2 * seats);
}

static bool check_limits(const struct scenario *scenario, struct error *error)
{
    if (scenario->region_count > UINT8_MAX || scenario->gateway_count > UINT8_MAX ||
        scenario->class_count > UINT8_MAX || scenario->user_group_count > UINT8_MAX)
        return error_set(error, ERROR_INPUT,
                         "at most %d regions, gateways, classes and user groups each are allowed",
                         UINT8_MAX);
    if (scenario->beacon_delay_ns < scenario->chain_delay_ns)
        return error_set(
            error, ERROR_INPUT,
            "beacon_delay must not be shorter than chain_delay: a beacon revealed before "
            "the reports have arrived would draw nothing");
    if (scenario->beacon_delay_ns >= scenario->protocol.sampling_beacon_period)
        return error_set(error, ERROR_INPUT,
                         "beacon_delay must be shorter than protocol.sampling.beacon_period");
    return true;
}

static bool allocate(struct world *world, struct error *error)
{
    const struct scenario *scenario = world->scenario;
    world->gateways = calloc(scenario->gateway_count, sizeof *world->gateways);
    world->classes = calloc(scenario->class_count, sizeof *world->classes);
    world->groups = calloc(scenario->user_group_count, sizeof *world->groups);
    world->region_gateway = calloc(scenario->region_count, sizeof *world->region_gateway);
    world->nodes = calloc(world->node_count, sizeof *world->nodes);
    world->node_regions = calloc(world->node_count, sizeof *world->node_regions);
    world->beating = calloc(world->node_count, sizeof *world->beating);
    world->users = calloc(world->user_count, sizeof *world->users);
    world->models = calloc(world->model_count, sizeof *world->models);
    world->providers = calloc(world->provider_count, sizeof *world->providers);
    world->provider_group = calloc(world->provider_count, sizeof *world->provider_group);
    world->operator_behaviour =
        calloc(world->operator_count + (size_t)1, sizeof *world->operator_behaviour);
    world->label_used = calloc(world->behaviour_count, sizeof *world->label_used);
    world->behaviour_values = calloc(world->behaviour_count, sizeof *world->behaviour_values);
    world->verifier_used = calloc(world->behaviour_count, sizeof *world->verifier_used);
    world->request_limit = REQUEST_LIMIT;
    world->request_free = WORLD_NONE;
    world->requests =
        malloc(REQUEST_LIMIT * sizeof *world->requests); /* touched only as far as used */
    world->check_mask = CHECK_ROOM - 1;
    world->member_room = member_room(&scenario->protocol);
    world->checks = calloc(CHECK_ROOM, sizeof *world->checks);
    world->check_members =
        calloc((size_t)CHECK_ROOM * world->member_room, sizeof *world->check_members);
    world->statistics.latency_sketch = quantile_open();
    world->statistics.ttft_sketch = quantile_open();
    world->statistics.epoch_sketch = quantile_open();
    bool complete = world->gateways && world->classes && world->groups && world->region_gateway &&
                    world->label_used && world->verifier_used && world->behaviour_values &&
                    world->nodes && world->node_regions && world->beating && world->users &&
                    world->models && world->providers && world->provider_group &&
                    world->operator_behaviour && world->requests && world->checks &&
                    world->check_members && world->statistics.latency_sketch &&
                    world->statistics.ttft_sketch && world->statistics.epoch_sketch;
    if (!complete)
        return out_of_memory(error);
    for (uint32_t c = 0; c <= world->check_mask; c++) {
        world->checks[c].id = WORLD_NONE;
        world->checks[c].members = world->check_members + (size_t)c * world->member_room;
    }
    return true;
}

/* ---- providers and models: each provider publishes one model ---- */

static bool add_model(struct world *world, const struct scenario_provider *group, uint32_t provider,
                      uint32_t class_index, struct error *error)
{
    const struct scenario_class *class = &world->scenario->classes[class_index];
    uint32_t id, model;
    if (!world_registered(dg_chain_add_provider(world->chain, &id), "a provider", error))
        return false;
    int64_t royalty = llround(group->royalty * (double)DG_ONE);
    enum dg_status status =
        dg_chain_add_model(world->chain, id, world_size_class(class->parameters_b),
                           class->context_tokens, group->price, royalty, &model);
    if (!world_registered(status, "a model", error))
        return false;
    world->models[provider] =
        (struct world_model){.provider = provider, .class_index = class_index};
    struct world_class *of = &world->classes[class_index];
    of->models[of->model_count++] = model;
    return true;
}

static bool build_providers(struct world *world, struct error *error)
{
    const struct scenario *scenario = world->scenario;
    for (size_t c = 0; c < scenario->class_count; c++) {
        world->classes[c].models = calloc(world->model_count, sizeof(uint32_t));
        if (world->classes[c].models == NULL)
            return out_of_memory(error);
    }
    uint32_t provider = 0;
    for (uint32_t g = 0; g < scenario->provider_count; g++) {
        const struct scenario_provider *group = &scenario->providers[g];
        uint32_t *classes = NULL;
        if (!world_deal(world, SUBJECT_PROVIDER_CLASS, g, &group->classes, group->count, &classes,
                        error))
            return false;
        bool ok = true;
        for (uint32_t i = 0; ok && i < group->count; i++, provider++) {
            ok = add_model(world, group, provider, classes[i], error);
            world->provider_group[provider] = g;
        }
        free(classes);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- gateways ---- */

static void nearest_gateways(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    for (uint32_t r = 0; r < scenario->region_count; r++)
        for (uint32_t g = 1; g < scenario->gateway_count; g++) {
            uint32_t best = scenario->gateways[world->region_gateway[r]].region;
            if (network_base(&world->network, r, scenario->gateways[g].region) <
                network_base(&world->network, r, best))
                world->region_gateway[r] = (uint8_t)g;
        }
}

static bool open_gateway(struct world *world, uint32_t g, struct error *error)
{
    const struct scenario_gateway *spec = &world->scenario->gateways[g];
    struct world_gateway *gateway = &world->gateways[g];
    uint32_t operator_id, id;
    if (!world_registered(dg_chain_add_operator(world->chain, 0, &operator_id), "an operator",
                          error) ||
        !world_registered(dg_chain_add_gateway(world->chain, operator_id, &id), "a gateway", error))
        return false;
    struct dg_gateway_spec core = {.gateway = id, .in_flight_limit = spec->in_flight_limit};
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_SEED, g, 0);
    for (size_t i = 0; i < sizeof core.seed; i++)
        core.seed[i] = (uint8_t)random_below(&stream, 256);
    if (!world_registered(dg_gateway_open(&world->scenario->protocol, &core, NULL, &gateway->core),
                          "a gateway", error))
        return false;
    if (world->options->journal != NULL &&
        !world_registered(dg_gateway_journal_start(gateway->core), "a gateway's journal", error))
        return false;
    gateway->region = spec->region;
    gateway->evidence = malloc(EVIDENCE_ROOM * sizeof *gateway->evidence);
    gateway->evidence_mask = EVIDENCE_ROOM - 1;
    gateway->deadlines = calloc(world->scenario->user_group_count, sizeof *gateway->deadlines);
    if (gateway->evidence == NULL || gateway->deadlines == NULL)
        return out_of_memory(error);
    for (size_t i = 0; i < world->scenario->user_group_count; i++)
        gateway->deadlines[i] = (struct deadline_list){.head = WORLD_NONE, .tail = WORLD_NONE};
    return true;
}

static bool tell_gateway(struct world *world, struct world_gateway *gateway, struct error *error)
{
    for (uint32_t m = 0; m < world->model_count; m++) {
        struct dg_model_record model;
        if (!world_registered(dg_chain_model(world->chain, m, &model), "a model", error) ||
            !world_registered(dg_gateway_apply_model(gateway->core, &model), "a model record",
                              error))
            return false;
    }
    uint64_t end = dg_chain_log_end(world->chain);
    for (; gateway->log_position < end; gateway->log_position++) {
        struct dg_node_record node;
        enum dg_status status = dg_chain_log_read(world->chain, gateway->log_position, &node);
        if (!world_registered(status, "a log position", error) ||
            !world_registered(dg_gateway_apply_node(gateway->core, &node), "a node record", error))
            return false;
    }
    world->view_posted = end;
    return true;
}

/* ---- users ---- */

bool world_add_user(struct world *world, const struct scenario_users *group, uint32_t user,
                    uint32_t region, struct error *error)
{
    uint32_t id;
    uint8_t gateway = world->region_gateway[region];
    if (!world_registered(dg_chain_add_user(world->chain, group->deposit, &id), "a user", error))
        return false;
    world->users[user].region = (uint8_t)region;
    world->users[user].gateway = gateway;
    int64_t lock = group->lock < group->deposit ? group->lock : group->deposit;
    if (lock == 0)
        return true;
    struct dg_grant grant;
    return world_registered(dg_chain_lock(world->chain, id, gateway, lock, &grant), "a lock",
                            error) &&
           world_registered(dg_gateway_apply_grant(world->gateways[gateway].core, &grant),
                            "a grant", error);
}

static bool build_group(struct world *world, uint32_t g, uint32_t first_user, struct error *error)
{
    const struct scenario_users *spec = &world->scenario->users[g];
    struct world_group *group = &world->groups[g];
    group->first_user = first_user;
    law_sampler_init(&group->input, &spec->input);
    law_sampler_init(&group->output, &spec->output);
    group->demand_cumulative = calloc(world->scenario->class_count, sizeof(double));
    if (group->demand_cumulative == NULL)
        return out_of_memory(error);
    for (size_t i = 0; i < spec->demand.count; i++)
        group->demand_cumulative[spec->demand.items[i].index] = spec->demand.items[i].weight;
    for (size_t c = 1; c < world->scenario->class_count; c++)
        group->demand_cumulative[c] += group->demand_cumulative[c - 1];
    return spec->arrival.kind != ARRIVAL_TRACE ||
           trace_load(spec->arrival.file, &group->trace, error);
}

/* Weights of the regions as shares, for a population that names none itself. */
static bool region_shares(const struct scenario *scenario, bool users, struct shares *out,
                          struct error *error)
{
    struct share *items = calloc(scenario->region_count, sizeof *items);
    if (items == NULL)
        return out_of_memory(error);
    double sum = 0;
    for (uint32_t r = 0; r < scenario->region_count; r++) {
        double weight = users ? scenario->regions[r].user_weight : scenario->regions[r].node_weight;
        items[r] = (struct share){.index = r, .weight = weight};
        sum += weight;
    }
    for (uint32_t r = 0; r < scenario->region_count; r++)
        items[r].weight /= sum;
    *out = (struct shares){.items = items, .count = scenario->region_count};
    return true;
}

bool world_deal_regions(const struct world *world, enum layout_subject subject, uint32_t group,
                        const struct shares *own, uint32_t count, uint32_t **out,
                        struct error *error)
{
    struct shares weights = {0};
    bool users = subject == SUBJECT_USER_REGION || subject == SUBJECT_PROBER_REGION;
    if (own->count == 0 && !region_shares(world->scenario, users, &weights, error))
        return false;
    bool ok = world_deal(world, subject, group, own->count > 0 ? own : &weights, count, out, error);
    free(weights.items);
    return ok;
}

static bool build_users(struct world *world, struct error *error)
{
    const struct scenario *scenario = world->scenario;
    uint32_t user = 0;
    for (uint32_t g = 0; g < scenario->user_group_count; g++) {
        const struct scenario_users *spec = &scenario->users[g];
        uint32_t *regions = NULL;
        if (!build_group(world, g, user, error) ||
            !world_deal_regions(world, SUBJECT_USER_REGION, g, &spec->regions, spec->count,
                                &regions, error))
            return false;
        bool ok = true;
        for (uint32_t i = 0; ok && i < spec->count; i++, user++) {
            world->users[user].group = (uint8_t)g;
            ok = world_add_user(world, spec, user, regions[i], error);
        }
        free(regions);
        if (!ok)
            return false;
    }
    return true;
}

/* Every model that is asked for must have a node that serves it. */
static bool check_served(const struct world *world, struct error *error)
{
    for (uint32_t g = 0; g < world->scenario->user_group_count; g++) {
        const struct shares *demand = &world->scenario->users[g].demand;
        for (size_t i = 0; i < demand->count; i++) {
            uint32_t c = demand->items[i].index;
            const struct world_class *class = &world->classes[c];
            if (demand->items[i].weight > 0 && (class->model_count == 0 || class->node_count == 0))
                return error_set(error, ERROR_INPUT, "users.%s.demand: %s serves class \"%s\"",
                                 world->scenario->users[g].name,
                                 class->model_count == 0 ? "no provider" : "no node",
                                 world->scenario->classes[c].name);
        }
    }
    return true;
}

/* One block for what every owner remembers, each part aligned for anything. */
static size_t memory_part(const struct behaviour *behaviour)
{
    size_t unit = sizeof(max_align_t);
    return (behaviour->memory_size + unit - 1) / unit * unit;
}

static size_t deal_memory(struct world *world, char *block)
{
    size_t used = 0;
    for (uint32_t n = 0; n < world->node_count; n++) {
        struct world_node *node = &world->nodes[n];
        size_t own = memory_part(world->behaviours[node->behaviour]);
        size_t verifier =
            node->verifier ? memory_part(world->behaviours[node->verifier_behaviour]) : 0;
        if (block != NULL) {
            node->memory = own > 0 ? block + used : NULL;
            node->verifier_memory = verifier > 0 ? block + used + own : NULL;
        }
        used += own + verifier;
    }
    return used;
}

static bool build_memories(struct world *world, struct error *error)
{
    size_t size = deal_memory(world, NULL);
    if (size == 0)
        return true;
    world->memories = calloc(1, size);
    if (world->memories == NULL)
        return out_of_memory(error);
    (void)deal_memory(world, world->memories);
    return true;
}

bool world_build(struct world *world, struct error *error)
{
    const struct scenario *scenario = world->scenario;
    world->behaviours = behaviour_table(&world->behaviour_count);
    count_parties(world);
    if (!check_limits(scenario, error) || !allocate(world, error))
        return false;
    for (size_t i = 0; i < world->behaviour_count; i++)
        world->behaviour_values[i] = &scenario->behaviours.values[behaviour_first_value(i)];
    if (!network_init(&world->network, scenario, error))
        return false;
    if (!world_registered(dg_chain_open(&scenario->protocol, NULL, &world->chain), "its parameters",
                          error))
        return false;
    if (world->options->journal != NULL &&
        !world_registered(dg_chain_journal_start(world->chain), "its journal", error))
        return false;
    nearest_gateways(world);
    if (!build_providers(world, error) || !world_build_nodes(world, error))
        return false;
    world_join_cartels(world);
    for (uint32_t g = 0; g < scenario->gateway_count; g++)
        if (!open_gateway(world, g, error) || !tell_gateway(world, &world->gateways[g], error))
            return false;
    if (!world_registered(dg_chain_log_trim(world->chain, world->view_posted), "its log", error))
        return false;
    return build_memories(world, error) && build_users(world, error) &&
           world_build_probers(world, error) && world_build_own_users(world, error) &&
           check_served(world, error);
}

void world_unbuild(struct world *world)
{
    for (size_t g = 0; world->gateways != NULL && g < world->scenario->gateway_count; g++) {
        dg_gateway_close(world->gateways[g].core);
        free(world->gateways[g].evidence);
        free(world->gateways[g].deadlines);
    }
    for (uint32_t n = 0; world->nodes != NULL && n < world->node_count; n++)
        service_fini(&world->nodes[n].service);
    for (size_t c = 0; world->classes != NULL && c < world->scenario->class_count; c++)
        free(world->classes[c].models);
    for (size_t g = 0; world->groups != NULL && g < world->scenario->user_group_count; g++) {
        trace_free(&world->groups[g].trace);
        free(world->groups[g].demand_cumulative);
    }
    dg_chain_close(world->chain);
    network_fini(&world->network);
    free(world->probe_group.demand_cumulative);
    quantile_close(world->statistics.latency_sketch);
    quantile_close(world->statistics.ttft_sketch);
    quantile_close(world->statistics.epoch_sketch);
    free(world->gateways);
    free(world->classes);
    free(world->groups);
    free(world->region_gateway);
    free(world->nodes);
    free(world->node_regions);
    free(world->beating);
    free(world->label_used);
    free(world->behaviour_values);
    free(world->memories);
    free(world->verifier_used);
    free(world->users);
    free(world->own_users);
    free(world->models);
    free(world->providers);
    free(world->provider_group);
    free(world->operator_behaviour);
    free(world->requests);
    free(world->checks);
    free(world->check_members);
}
