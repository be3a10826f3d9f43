/* scenario_relevant.c - see scenario_relevant.h. */
#include "models/scenario_relevant.h"

#include <string.h>

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
    return false;
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

static bool when_plan(const struct scenario *scenario, const char *plan)
{
    const struct dg_param_row *row = dg_param_find("sampling.plan");
    return strcmp(row->choices[scenario->protocol.sampling_plan].name, plan) == 0;
}

bool when_checked(const struct scenario *scenario, const void *item)
{
    (void)item;
    if (when_plan(scenario, "risk"))
        return scenario->protocol.sampling_rate_maximum > 0;
    return when_plan(scenario, "budget") || scenario->protocol.sampling_rate > 0;
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
    return when_verifying(scenario, item) &&
           behaviour_share(&group->verifier_behaviours, "honest", BEHAVIOUR_VERIFIER) > 0;
}

bool hardware_used(const struct scenario *scenario, size_t index)
{
    for (size_t i = 0; i < scenario->node_group_count; i++) {
        if (share_of(&scenario->nodes[i].hardware, index) > 0)
            return true;
    }
    return false;
}

bool judge_used(const struct scenario *scenario, size_t index)
{
    for (size_t i = 0; i < scenario->node_group_count; i++) {
        if (scenario->nodes[i].judge == index && when_judging(scenario, &scenario->nodes[i]))
            return true;
    }
    return false;
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

/* ---- the protocol ---- */

static bool when_policy(const struct scenario *scenario, const char *policy)
{
    const struct dg_param_row *row = dg_param_find("routing.policy");
    return strcmp(row->choices[scenario->protocol.routing_policy].name, policy) == 0;
}

static bool when_power_of_d(const struct scenario *scenario, const void *item)
{
    (void)item;
    return when_policy(scenario, "power_of_d");
}

static bool when_weighted_score(const struct scenario *scenario, const void *item)
{
    (void)item;
    return when_policy(scenario, "weighted_score");
}

static bool when_ucb(const struct scenario *scenario, const void *item)
{
    (void)item;
    return when_policy(scenario, "ucb");
}

static bool when_bandit(const struct scenario *scenario, const void *item)
{
    return when_ucb(scenario, item) || when_policy(scenario, "thompson");
}

static bool when_sampling(const struct scenario *scenario, const void *item)
{
    return when_weighted_score(scenario, item) || when_bandit(scenario, item);
}

static bool when_exploring(const struct scenario *scenario, const void *item)
{
    return when_weighted_score(scenario, item) && scenario->protocol.routing_exploration > 0;
}

static bool when_breakers(const struct scenario *scenario, const void *item)
{
    (void)item;
    return scenario->protocol.routing_breaker_failures > 0;
}

static bool when_retrying(const struct scenario *scenario, const void *item)
{
    (void)item;
    return scenario->protocol.routing_failover_limit > 0 ||
           scenario->protocol.routing_hedge_quantile > 0;
}

static bool when_affine(const struct scenario *scenario, const void *item)
{
    (void)item;
    return scenario->protocol.routing_affinity_time > 0;
}

static bool when_latency_term(const struct scenario *scenario, const void *item)
{
    (void)item;
    return scenario->protocol.fees_latency_coefficient > 0;
}

static bool when_unit_price(const struct scenario *scenario, const void *item)
{
    (void)item;
    bool node = false, model = false;
    for (size_t i = 0; i < scenario->node_group_count; i++) {
        node = node || scenario->nodes[i].price == 0;
        model = model || (scenario->nodes[i].price == 0 && scenario->nodes[i].price_spread > 0);
    }
    for (size_t i = 0; i < scenario->provider_count; i++)
        model = model || scenario->providers[i].price == 0;
    return node && model;
}

static bool when_jailed(const struct scenario *scenario, const void *item)
{
    return when_checked(scenario, item) && scenario->protocol.jail_length > 0;
}

static bool when_escalating(const struct scenario *scenario, const void *item)
{
    return when_checked(scenario, item) && scenario->protocol.committee_escalation_size > 0;
}

static bool when_sealed(const struct scenario *scenario, const void *item)
{
    return when_checked(scenario, item) && scenario->protocol.committee_reveal == DG_REVEAL_SEALED;
}

static bool when_appealing(const struct scenario *scenario, const void *item)
{
    return when_checked(scenario, item) && scenario->protocol.appeal_window > 0;
}

static bool when_rewarded(const struct scenario *scenario, const void *item)
{
    (void)item;
    return scenario->protocol.emission_weekly > 0 &&
           scenario->protocol.settlement_length <= scenario->duration_ns;
}

static bool when_settled(const struct scenario *scenario, const void *item)
{
    (void)item;
    return scenario->protocol.settlement_length <= scenario->duration_ns;
}

static bool when_risk(const struct scenario *scenario, const void *item)
{
    (void)item;
    return when_plan(scenario, "risk");
}

static bool when_newcomers_risky(const struct scenario *scenario, const void *item)
{
    return when_risk(scenario, item) && scenario->protocol.sampling_risk_newcomer > 0;
}

static bool when_value_risky(const struct scenario *scenario, const void *item)
{
    return when_risk(scenario, item) && scenario->protocol.sampling_risk_value > 0;
}

static bool when_budget(const struct scenario *scenario, const void *item)
{
    (void)item;
    return when_plan(scenario, "budget");
}

static bool when_rated(const struct scenario *scenario, const void *item)
{
    return !when_risk(scenario, item) && !when_budget(scenario, item);
}

/* Whether a parameter that chooses by name stands at that name, and answers are checked. */
static bool checked_with(const struct scenario *scenario, const char *parameter, const char *name)
{
    const struct dg_param_row *row = dg_param_find(parameter);
    return when_checked(scenario, NULL) &&
           strcmp(row->choices[dg_param_get(&scenario->protocol, row)].name, name) == 0;
}

static bool when_threshold(const struct scenario *scenario, const void *item)
{
    (void)item;
    return checked_with(scenario, "quality.test", "threshold");
}

static bool when_sprt(const struct scenario *scenario, const void *item)
{
    (void)item;
    return checked_with(scenario, "quality.test", "sprt");
}

static bool when_cusum(const struct scenario *scenario, const void *item)
{
    (void)item;
    return checked_with(scenario, "quality.test", "cusum");
}

static bool when_likelihood(const struct scenario *scenario, const void *item)
{
    return when_sprt(scenario, item) || when_cusum(scenario, item);
}

static bool when_trimmed(const struct scenario *scenario, const void *item)
{
    (void)item;
    return checked_with(scenario, "quality.aggregation", "trimmed_mean");
}

static bool when_trusting(const struct scenario *scenario, const void *item)
{
    (void)item;
    return checked_with(scenario, "quality.aggregation", "trust_weighted");
}

static bool when_yuma(const struct scenario *scenario, const void *item)
{
    (void)item;
    return checked_with(scenario, "quality.aggregation", "yuma");
}

static bool when_bonds(const struct scenario *scenario, const void *item)
{
    return when_yuma(scenario, item) && when_rewarded(scenario, item);
}

static bool some_delegated(const struct scenario *scenario)
{
    bool some = false;
    for (size_t i = 0; i < scenario->node_group_count; i++)
        some = some || scenario->nodes[i].delegated > 0;
    return some;
}

bool when_delegated(const struct scenario *scenario, const void *item)
{
    const struct scenario_nodes *group = item;
    return group->delegated > 0 && when_rewarded(scenario, NULL);
}

bool when_commission(const struct scenario *scenario, const void *item)
{
    return when_delegated(scenario, item) &&
           scenario->protocol.stake_commission_mode == DG_COMMISSION_DEDUCTED;
}

static bool when_shared(const struct scenario *scenario, const void *item)
{
    return some_delegated(scenario) && when_rewarded(scenario, item);
}

static bool when_on_top(const struct scenario *scenario, const void *item)
{
    return when_shared(scenario, item) &&
           scenario->protocol.stake_commission_mode == DG_COMMISSION_ON_TOP;
}

static bool when_deducted(const struct scenario *scenario, const void *item)
{
    return when_shared(scenario, item) &&
           scenario->protocol.stake_commission_mode == DG_COMMISSION_DEDUCTED;
}

/* Whether the weights of two tiers meet in one node: its own stake and its delegator's. */
static bool when_tiers_differ(const struct scenario *scenario, const void *item)
{
    bool differ = false;
    for (size_t i = 0; i < scenario->node_group_count; i++)
        differ = differ ||
                 (scenario->nodes[i].delegated > 0 && scenario->nodes[i].tier != DG_TIER_MEDIUM);
    return differ && when_rewarded(scenario, item);
}

static bool when_halving(const struct scenario *scenario, const void *item)
{
    return when_rewarded(scenario, item) &&
           scenario->protocol.emission_schedule == DG_EMISSION_HALVING &&
           scenario->protocol.emission_halving_time + scenario->protocol.settlement_length <=
               scenario->duration_ns;
}

static bool when_emission_ends(const struct scenario *scenario, const void *item)
{
    return when_rewarded(scenario, item) &&
           scenario->protocol.emission_duration + scenario->protocol.settlement_length <=
               scenario->duration_ns;
}

/* Whether a node can leave requests without a word for long enough: none goes silent by itself. */
static bool when_no_word(const struct scenario *scenario, const void *item)
{
    const struct dg_params *protocol = &scenario->protocol;
    bool deadline = false;
    for (size_t i = 0; i < scenario->user_group_count; i++)
        deadline = deadline || scenario->users[i].deadline_ns > 0;
    return (deadline || when_lossy(scenario, item)) && protocol->heartbeat_interval > 0 &&
           protocol->penalty_downtime_limit < scenario->duration_ns;
}

static bool when_downtime(const struct scenario *scenario, const void *item)
{
    return when_no_word(scenario, item) && scenario->protocol.penalty_downtime_requests > 0;
}

static bool never(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    (void)item;
    return false;
}

static const char only_moving[] =
    "stake that leaves a node, which no behaviour of a run takes away";
static const char only_silent[] = "nodes that go silent, which no behaviour of a run does";
static const char only_checked[] = "sampling.rate above 0";
static const char only_weighted[] = "routing.policy weighted_score";
static const char only_rewarded[] = "emission.weekly above 0 and a settlement within the run";

/* Looked through from the top; the first prefix that fits decides. */
static const struct {
    const char *prefix;
    key_relevant relevant;
    const char *only;
} param_rules[] = {
    {"fees.unit_price", when_unit_price, "a node group and a provider that name no price"},
    {"fees.latency_coefficient", NULL, NULL},
    {"fees.latency_", when_latency_term, "fees.latency_coefficient above 0"},
    {"fees.ttft_target", when_latency_term, "fees.latency_coefficient above 0"},
    {"fees.tpot_target", when_latency_term, "fees.latency_coefficient above 0"},
    {"routing.d", when_power_of_d, "routing.policy power_of_d"},
    {"routing.newcomer_requests", when_exploring,
     "routing.policy weighted_score and exploration above 0"},
    {"routing.candidates", when_sampling, "routing.policy weighted_score, ucb or thompson"},
    {"routing.ucb_scale", when_ucb, "routing.policy ucb"},
    {"routing.bandit_", when_bandit, "routing.policy ucb or thompson"},
    {"routing.temperature", when_weighted_score, only_weighted},
    {"routing.exploration", when_weighted_score, only_weighted},
    {"routing.weight_", when_weighted_score, only_weighted},
    {"routing.record_alpha", when_weighted_score, only_weighted},
    {"routing.breaker_time", when_breakers, "routing.breaker_failures above 0"},
    {"routing.retry_", when_retrying, "routing.failover_limit or hedge_quantile above 0"},
    {"routing.affinity_sessions", when_affine, "routing.affinity_time above 0"},
    {"sampling.rate_", when_risk, "sampling.plan risk"},
    {"sampling.risk_newcomer_checks", when_newcomers_risky,
     "sampling.plan risk and risk_newcomer above 0"},
    {"sampling.risk_value_reference", when_value_risky,
     "sampling.plan risk and risk_value above 0"},
    {"sampling.risk_", when_risk, "sampling.plan risk"},
    {"sampling.rate", when_rated, "sampling.plan constant or stratified"},
    {"sampling.budget", when_budget, "sampling.plan budget"},
    {"sampling.window", when_checked, only_checked},
    {"committee.escalation_spread", when_escalating,
     "sampling.rate and committee.escalation_size above 0"},
    {"committee.reveal_time", when_sealed, "sampling.rate above 0 and committee.reveal sealed"},
    {"committee.", when_checked, only_checked},
    {"appeal.deposit", when_appealing, "sampling.rate and appeal.window above 0"},
    {"appeal.", when_checked, only_checked},
    {"quality.threshold_", when_threshold, "sampling.rate above 0 and quality.test threshold"},
    {"quality.p0", when_likelihood, "sampling.rate above 0 and quality.test sprt or cusum"},
    {"quality.p1", when_likelihood, "sampling.rate above 0 and quality.test sprt or cusum"},
    {"quality.alpha", when_sprt, "sampling.rate above 0 and quality.test sprt"},
    {"quality.beta", when_sprt, "sampling.rate above 0 and quality.test sprt"},
    {"quality.cusum_threshold", when_cusum, "sampling.rate above 0 and quality.test cusum"},
    {"quality.trim", when_trimmed, "sampling.rate above 0 and quality.aggregation trimmed_mean"},
    {"quality.trust_", when_trusting,
     "sampling.rate above 0 and quality.aggregation trust_weighted (gold_calibrated needs probes, "
     "which no run sends)"},
    {"quality.kappa", when_yuma, "sampling.rate above 0 and quality.aggregation yuma"},
    {"quality.bond_alpha", when_bonds,
     "sampling.rate above 0, quality.aggregation yuma and an emission"},
    {"quality.", when_checked, only_checked},
    {"penalty.downtime_requests", when_no_word,
     "heartbeats, a run longer than downtime_limit, and users' deadlines or network.loss"},
    {"penalty.downtime_", when_downtime,
     "heartbeats, a run longer than downtime_limit, downtime_requests above 0, and users' "
     "deadlines or network.loss"},
    {"heartbeat.misses", never, only_silent},
    {"jail.length", when_checked, only_checked},
    {"jail.", when_jailed, "sampling.rate and jail.length above 0"},
    {"penalty.gold_tolerance", never, "probes, which no run sends"},
    {"penalty.", when_checked, only_checked},
    {"governance.", never, "proposals, which nobody in a run makes"},
    {"stake.unbonding_", never, only_moving},
    {"stake.redelegation", never, only_moving},
    {"stake.weight_", when_tiers_differ,
     "a node group with delegated above 0 and another tier than medium, and an emission"},
    {"stake.commission_mode", when_shared, "a node group with delegated above 0 and an emission"},
    {"stake.commission_maximum", when_deducted,
     "a node group with delegated above 0, commission_mode deducted and an emission"},
    {"stake.commission_on_top", when_on_top,
     "a node group with delegated above 0, commission_mode on_top and an emission"},
    {"emission.halving_time", when_halving, "emission.schedule halving and a run longer than it"},
    {"emission.schedule", NULL, NULL},
    {"emission.duration", when_emission_ends, "a run longer than it, with an emission"},
    {"emission.weekly", when_settled, "a settlement within the run"},
    {"emission.", when_rewarded, only_rewarded},
    {"points.", when_rewarded, only_rewarded},
    {"verification.", when_checked, only_checked},
};

key_relevant param_relevant(const char *name, const char **only)
{
    for (size_t i = 0; i < sizeof param_rules / sizeof param_rules[0]; i++) {
        size_t length = strlen(param_rules[i].prefix);
        char last = param_rules[i].prefix[length - 1];
        bool open = last == '.' || last == '_';
        if (strncmp(name, param_rules[i].prefix, length) != 0 || (!open && name[length] != '\0'))
            continue;
        *only = param_rules[i].only;
        return param_rules[i].relevant;
    }
    return NULL;
}
