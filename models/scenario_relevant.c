/* scenario_relevant.c - which keys of the world have an effect. See scenario_relevant.h. */
#include "models/scenario_relevant.h"

#include "models/behaviour.h"

static double share_of(const struct shares *shares, size_t index)
{
    for (size_t i = 0; i < shares->count; i++) {
        if (shares->items[i].index == index)
            return shares->items[i].weight;
    }
    return 0;
}

/* ---- the network and the regions ---- */

bool when_default_latency(const struct scenario *scenario, const void *item)
{
    (void)item;
    return scenario->network.default_pairs > 0;
}

bool when_lossy(const struct scenario *scenario, const void *item)
{
    (void)item;
    return scenario->network.loss > 0;
}

bool when_bandwidth(const struct scenario *scenario, const void *item)
{
    (void)item;
    for (size_t i = 0; i < scenario->region_count; i++) {
        if (scenario->regions[i].uplink_bps > 0 || scenario->regions[i].downlink_bps > 0)
            return true;
    }
    for (size_t i = 0; i < scenario->gateway_count; i++) {
        if (scenario->gateways[i].bandwidth_bps > 0)
            return true;
    }
    return false;
}

bool when_several_regions(const struct scenario *scenario, const void *item)
{
    (void)item;
    return scenario->region_count > 1;
}

bool when_users_follow_weights(const struct scenario *scenario, const void *item)
{
    (void)item;
    for (size_t i = 0; i < scenario->user_group_count; i++) {
        if (scenario->users[i].regions.count == 0)
            return true;
    }
    return false;
}

bool when_nodes_follow_weights(const struct scenario *scenario, const void *item)
{
    (void)item;
    for (size_t i = 0; i < scenario->node_group_count; i++) {
        if (scenario->nodes[i].regions.count == 0)
            return true;
    }
    return false;
}

bool when_daily_cycle(const struct scenario *scenario, const void *item)
{
    (void)item;
    for (size_t i = 0; i < scenario->user_group_count; i++) {
        if (scenario->users[i].arrival.kind == ARRIVAL_DIURNAL)
            return true;
    }
    return false;
}

bool region_used(const struct scenario *scenario, size_t index)
{
    const struct scenario_region *region = &scenario->regions[index];
    bool used = (region->user_weight > 0 && when_users_follow_weights(scenario, NULL)) ||
                (region->node_weight > 0 && when_nodes_follow_weights(scenario, NULL));
    for (size_t i = 0; i < scenario->gateway_count; i++)
        used = used || scenario->gateways[i].region == index;
    for (size_t i = 0; i < scenario->user_group_count; i++)
        used = used || share_of(&scenario->users[i].regions, index) > 0;
    for (size_t i = 0; i < scenario->node_group_count; i++)
        used = used || share_of(&scenario->nodes[i].regions, index) > 0;
    return used;
}

bool class_used(const struct scenario *scenario, size_t index)
{
    for (size_t i = 0; i < scenario->user_group_count; i++) {
        if (share_of(&scenario->users[i].demand, index) > 0)
            return true;
    }
    return when_probed(scenario, NULL); /* probes ask for all */
}

bool when_outages(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    const struct scenario_provider *provider = item;
    return provider->outage_every_ns > 0;
}

/* ---- nodes, verifiers and what they do ---- */

bool when_plain_service(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    const struct scenario_nodes *group = item;
    return group->service.kind != SERVICE_LLM;
}

bool when_lognormal_service(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    const struct scenario_nodes *group = item;
    return group->service.kind == SERVICE_LOGNORMAL;
}

bool when_verifying(const struct scenario *scenario, const void *item)
{
    const struct scenario_nodes *group = item;
    return group->verifier_share > 0 && when_checked(scenario, NULL);
}

static double behaviour_share(const struct shares *shares, const char *name,
                              enum behaviour_role role)
{
    return share_of(shares, behaviour_find(name, role));
}

bool when_judging(const struct scenario *scenario, const void *item)
{
    const struct scenario_nodes *group = item;
    size_t count;
    const struct behaviour *const *behaviours = behaviour_table(&count);
    bool some = false;
    for (size_t i = 0; i < count; i++)
        some = some || (behaviours[i]->judges && share_of(&group->verifier_behaviours, i) > 0);
    return some && when_verifying(scenario, item);
}

bool hardware_used(const struct scenario *scenario, size_t index)
{
    for (size_t i = 0; i < scenario->node_group_count; i++) {
        if (share_of(&scenario->nodes[i].hardware, index) > 0)
            return true;
    }
    return false;
}

bool when_single(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    const struct scenario_judge *judge = item;
    return judge->kind == JUDGE_SINGLE;
}

/* Some node in use tunes its answers for judges. */
bool when_gaming(const struct scenario *scenario, const void *item)
{
    size_t count;
    const struct behaviour *const *behaviours = behaviour_table(&count);
    bool some = false;
    for (size_t i = 0; i < count; i++)
        some = some || (behaviours[i]->games && behaviour_used(scenario, behaviours[i]));
    return some && when_single(scenario, item);
}

bool when_cascade(const struct scenario *scenario, const void *item)
{
    return !when_single(scenario, item);
}

static bool judge_asked(const struct scenario *scenario, size_t index)
{
    for (size_t i = 0; i < scenario->node_group_count; i++) {
        if (scenario->nodes[i].judge == index && when_judging(scenario, &scenario->nodes[i]))
            return true;
    }
    return false;
}

bool judge_used(const struct scenario *scenario, size_t index)
{
    bool used = judge_asked(scenario, index);
    for (size_t i = 0; i < scenario->judge_count; i++) {
        const struct scenario_judge *judge = &scenario->judges[i];
        used = used || (judge->kind == JUDGE_CASCADE && judge_asked(scenario, i) &&
                        (judge->first == index || judge->second == index));
    }
    return used;
}

bool behaviour_used(const struct scenario *scenario, const struct behaviour *behaviour)
{
    for (size_t i = 0; i < scenario->node_group_count; i++) {
        const struct scenario_nodes *group = &scenario->nodes[i];
        if (((behaviour->role & BEHAVIOUR_NODE) != 0 &&
             behaviour_share(&group->behaviours, behaviour->name, BEHAVIOUR_NODE) > 0) ||
            ((behaviour->role & BEHAVIOUR_VERIFIER) != 0 && when_verifying(scenario, group) &&
             behaviour_share(&group->verifier_behaviours, behaviour->name, BEHAVIOUR_VERIFIER) > 0))
            return true;
    }
    return false;
}

/* ---- users ---- */

static enum arrival_kind arrival_of(const void *item)
{
    const struct scenario_users *group = item;
    return group->arrival.kind;
}

bool when_rate(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    return arrival_of(item) != ARRIVAL_CLOSED && arrival_of(item) != ARRIVAL_TRACE;
}

bool when_gamma(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    return arrival_of(item) == ARRIVAL_GAMMA;
}

bool when_bursty(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    return arrival_of(item) == ARRIVAL_BURSTY;
}

bool when_diurnal(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    return arrival_of(item) == ARRIVAL_DIURNAL;
}

bool when_closed(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    return arrival_of(item) == ARRIVAL_CLOSED;
}

bool when_trace(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    return arrival_of(item) == ARRIVAL_TRACE;
}

bool when_sizes(const struct scenario *scenario, const void *item)
{
    return !when_trace(scenario, item);
}

bool when_input_mean(const struct scenario *scenario, const void *item)
{
    const struct scenario_users *group = item;
    return when_sizes(scenario, item) && group->input.kind != LAW_UNIFORM;
}

bool when_input_cv(const struct scenario *scenario, const void *item)
{
    const struct scenario_users *group = item;
    return when_sizes(scenario, item) && group->input.kind == LAW_LOGNORMAL;
}

bool when_output_mean(const struct scenario *scenario, const void *item)
{
    const struct scenario_users *group = item;
    return when_sizes(scenario, item) && group->output.kind != LAW_UNIFORM;
}

bool when_output_cv(const struct scenario *scenario, const void *item)
{
    const struct scenario_users *group = item;
    return when_sizes(scenario, item) && group->output.kind == LAW_LOGNORMAL;
}

bool when_locking(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    const struct scenario_users *group = item;
    return group->lock > 0;
}
