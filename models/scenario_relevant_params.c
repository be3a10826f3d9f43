/* scenario_relevant_params.c - which parameters of the protocol have an effect in a scenario. See
 * scenario_relevant.h. */
#include "models/behaviour.h"
#include "models/scenario_relevant.h"

#include <string.h>

/* Whether a parameter that chooses by name stands at that name. */
static bool chosen(const struct scenario *scenario, const char *parameter, const char *name)
{
    const struct dg_param_row *row = dg_param_find(parameter);
    return strcmp(row->choices[dg_param_get(&scenario->protocol, row)].name, name) == 0;
}

static bool when_policy(const struct scenario *scenario, const char *policy)
{
    return chosen(scenario, "routing.policy", policy);
}

static bool when_plan(const struct scenario *scenario, const char *plan)
{
    return chosen(scenario, "sampling.plan", plan);
}

bool when_probed(const struct scenario *scenario, const void *item)
{
    (void)item;
    return scenario->probes.rate > 0;
}

/* Every answer to a probe is, whatever the plan draws. */
bool when_checked(const struct scenario *scenario, const void *item)
{
    if (when_probed(scenario, item))
        return true;
    if (when_plan(scenario, "risk"))
        return scenario->protocol.sampling_rate_maximum > 0;
    return when_plan(scenario, "budget") || scenario->protocol.sampling_rate > 0;
}

/* The same of a rule for checks, which only answers that are checked can meet. */
static bool checked_with(const struct scenario *scenario, const char *parameter, const char *name)
{
    return when_checked(scenario, NULL) && chosen(scenario, parameter, name);
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
    (void)item;
    return checked_with(scenario, "committee.reveal", "sealed");
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

/* Trust moves on probes alone. */
bool when_gold(const struct scenario *scenario, const void *item)
{
    (void)item;
    return chosen(scenario, "quality.aggregation", "gold_calibrated");
}

static bool when_trusting(const struct scenario *scenario, const void *item)
{
    return checked_with(scenario, "quality.aggregation", "trust_weighted") ||
           (when_probed(scenario, item) && when_gold(scenario, item));
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
    return when_delegated(scenario, item) && chosen(scenario, "stake.commission_mode", "deducted");
}

static bool when_shared(const struct scenario *scenario, const void *item)
{
    return some_delegated(scenario) && when_rewarded(scenario, item);
}

static bool when_on_top(const struct scenario *scenario, const void *item)
{
    return when_shared(scenario, item) && chosen(scenario, "stake.commission_mode", "on_top");
}

static bool when_deducted(const struct scenario *scenario, const void *item)
{
    return when_shared(scenario, item) && chosen(scenario, "stake.commission_mode", "deducted");
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
    return when_rewarded(scenario, item) && chosen(scenario, "emission.schedule", "halving") &&
           scenario->protocol.emission_halving_time + scenario->protocol.settlement_length <=
               scenario->duration_ns;
}

static bool when_emission_ends(const struct scenario *scenario, const void *item)
{
    return when_rewarded(scenario, item) &&
           scenario->protocol.emission_duration + scenario->protocol.settlement_length <=
               scenario->duration_ns;
}

/* Some node stays away by choice. */
static bool when_silent(const struct scenario *scenario, const void *item)
{
    size_t count;
    const struct behaviour *const *rows = behaviour_table(&count);
    (void)item;
    for (size_t i = 0; i < count; i++)
        if (rows[i]->present != NULL && behaviour_used(scenario, rows[i]))
            return scenario->protocol.heartbeat_interval > 0;
    return false;
}

/* Whether a node can leave requests without a word for long enough. */
static bool when_no_word(const struct scenario *scenario, const void *item)
{
    const struct dg_params *protocol = &scenario->protocol;
    bool deadline = false;
    for (size_t i = 0; i < scenario->user_group_count; i++)
        deadline = deadline || scenario->users[i].deadline_ns > 0;
    return (deadline || when_lossy(scenario, item) || when_silent(scenario, item)) &&
           protocol->heartbeat_interval > 0 &&
           protocol->penalty_downtime_limit < scenario->duration_ns;
}

static bool when_downtime(const struct scenario *scenario, const void *item)
{
    const struct dg_params *protocol = &scenario->protocol;
    return when_no_word(scenario, item) &&
           (protocol->penalty_downtime_requests > 0 || when_silent(scenario, item));
}

static bool never(const struct scenario *scenario, const void *item)
{
    (void)scenario;
    (void)item;
    return false;
}

static const char only_moving[] =
    "stake that leaves a node, which no behaviour of a run takes away";
static const char only_silent[] = "heartbeat.interval above 0 and nodes that stay away (flapping)";
static const char only_checked[] = "sampling.rate or probes.rate above 0";
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
     "sampling.rate or probes.rate above 0, and committee.escalation_size above 0"},
    {"committee.reveal_time", when_sealed,
     "sampling.rate or probes.rate above 0, and committee.reveal sealed"},
    {"committee.", when_checked, only_checked},
    {"appeal.deposit", when_appealing,
     "sampling.rate or probes.rate above 0, and appeal.window above 0"},
    {"appeal.", when_checked, only_checked},
    {"quality.threshold_", when_threshold,
     "sampling.rate or probes.rate above 0, and quality.test threshold"},
    {"quality.p0", when_likelihood,
     "sampling.rate or probes.rate above 0, and quality.test sprt or cusum"},
    {"quality.p1", when_likelihood,
     "sampling.rate or probes.rate above 0, and quality.test sprt or cusum"},
    {"quality.alpha", when_sprt, "sampling.rate or probes.rate above 0, and quality.test sprt"},
    {"quality.beta", when_sprt, "sampling.rate or probes.rate above 0, and quality.test sprt"},
    {"quality.cusum_threshold", when_cusum,
     "sampling.rate or probes.rate above 0, and quality.test cusum"},
    {"quality.trim", when_trimmed,
     "sampling.rate or probes.rate above 0, and quality.aggregation trimmed_mean"},
    {"quality.trust_", when_trusting,
     "sampling.rate or probes.rate above 0 and quality.aggregation trust_weighted, or probes.rate "
     "above 0 and gold_calibrated"},
    {"quality.kappa", when_yuma,
     "sampling.rate or probes.rate above 0, and quality.aggregation yuma"},
    {"quality.bond_alpha", when_bonds,
     "sampling.rate or probes.rate above 0, quality.aggregation yuma and an emission"},
    {"quality.", when_checked, only_checked},
    {"penalty.downtime_requests", when_no_word,
     "heartbeats, a run longer than downtime_limit, and users' deadlines, network.loss or nodes that "
     "stay away"},
    {"penalty.downtime_", when_downtime,
     "heartbeats, a run longer than downtime_limit, and nodes that stay away, or downtime_requests "
     "above 0 and users' deadlines or network.loss"},
    {"heartbeat.misses", when_silent, only_silent},
    {"jail.length", when_checked, only_checked},
    {"jail.", when_jailed, "sampling.rate or probes.rate above 0, and jail.length above 0"},
    {"penalty.gold_tolerance", when_probed, "probes.rate above 0"},
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
