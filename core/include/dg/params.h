/* params.h - every parameter of the protocol, as one table.
 *
 * A parameter is one int64_t field of struct dg_params and one row of the table: name, unit,
 * bounds, default, origin and meaning. Validation, scenario keys and reference pages are made from
 * the rows.
 */
#ifndef DG_PARAMS_H
#define DG_PARAMS_H

#include "dg/types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum dg_unit {
    DG_UNIT_COUNT,    /* a plain number */
    DG_UNIT_FRACTION, /* parts of DG_ONE */
    DG_UNIT_DURATION, /* nanoseconds */
    DG_UNIT_AMOUNT,   /* micro-tokens */
    DG_UNIT_CHOICE,   /* index into the row's choices */
};

enum dg_origin {
    DG_ORIGIN_PUBLISHED, /* stated in DGrid's public documents or papers */
    DG_ORIGIN_CODE,      /* read in its contracts */
    DG_ORIGIN_RELATIVE,  /* a related system's published figure */
    DG_ORIGIN_OURS,      /* chosen here */
};

enum { DG_SIZE_8B, DG_SIZE_13B, DG_SIZE_34B, DG_SIZE_70B, DG_SIZE_LARGER, DG_SIZE_COUNT };

/* Values of parameters that choose; all choices of a parameter are in its row, by name. */
enum dg_reveal_mode { DG_REVEAL_SEALED, DG_REVEAL_OPEN };
enum dg_latency_mode { DG_LATENCY_NODE_DISCOUNT, DG_LATENCY_USER_SURCHARGE };
enum dg_jail_yield { DG_YIELD_FROZEN, DG_YIELD_KEPT };
enum dg_jail_release { DG_RELEASE_AUTOMATIC, DG_RELEASE_ON_REQUEST };
enum dg_redelegation { DG_REDELEGATION_INSTANT, DG_REDELEGATION_SLASHABLE };
enum dg_commission_mode { DG_COMMISSION_DEDUCTED, DG_COMMISSION_ON_TOP };
enum dg_emission_schedule { DG_EMISSION_CONSTANT, DG_EMISSION_HALVING };

enum dg_tier { DG_TIER_SHORT, DG_TIER_MEDIUM, DG_TIER_LONG, DG_TIER_COUNT }; /* lock tiers */

struct dg_params {
    /* metering: CU = weight(size) * (input_weight * in + output_weight * out) / 1000 */
    int64_t metering_weight[DG_SIZE_COUNT];
    int64_t metering_input_weight, metering_output_weight;
    /* fees */
    int64_t fees_unit_price; /* per CU */
    int64_t fees_network_share, fees_governance_share, fees_treasury_share, fees_verification_share;
    int64_t fees_latency_mode, fees_latency_coefficient, fees_ttft_target, fees_tpot_target;
    /* routing */
    int64_t routing_policy, routing_d, routing_candidates, routing_temperature, routing_exploration;
    int64_t routing_newcomer_requests; /* answers seen below which a node is a newcomer */
    int64_t routing_weight_latency, routing_weight_success, routing_weight_price,
        routing_weight_load;
    int64_t routing_weight_quality, routing_weight_credibility;
    int64_t
        routing_record_alpha; /* moving average of latency and success, as the gateway saw them */
    int64_t routing_ucb_scale, routing_bandit_cost_weight, routing_bandit_half_life;
    int64_t routing_failover_limit;
    int64_t routing_stake_per_slot; /* stake that backs one request in flight; 0: no limit */
    int64_t routing_breaker_failures, routing_breaker_time;   /* failures 0: no breaker */
    int64_t routing_retry_budget, routing_retry_reserve;      /* of reroutes and hedges */
    int64_t routing_affinity_time, routing_affinity_sessions; /* time 0: no affinity */
    int64_t routing_hedge_quantile;                           /* 0: no hedges */
    /* sampling */
    int64_t sampling_rate_minimum, sampling_rate_maximum;                           /* risk */
    int64_t sampling_risk_credibility, sampling_risk_newcomer, sampling_risk_value; /* weights */
    int64_t sampling_risk_newcomer_checks, sampling_risk_value_reference;
    int64_t sampling_budget; /* a beacon period */
    int64_t sampling_plan, sampling_rate, sampling_beacon_period, sampling_window;
    /* committee */
    int64_t committee_size, committee_weights, committee_quorum, committee_commit_time,
        committee_reveal_time;
    int64_t committee_reveal; /* enum dg_reveal_mode */
    int64_t committee_escalation_size, committee_escalation_spread;
    int64_t appeal_window, appeal_deposit; /* window 0: no appeals */
    /* quality */
    int64_t quality_aggregation, quality_pass_score, quality_record_alpha;
    int64_t quality_trim; /* part cut from each end by trimmed_mean */
    int64_t quality_trust_eta, quality_trust_neutral, quality_trust_minimum, quality_trust_maximum;
    int64_t quality_kappa, quality_bond_alpha;
    int64_t quality_test, quality_threshold_failures, quality_threshold_window;
    int64_t quality_p0, quality_p1, quality_alpha, quality_beta;
    int64_t quality_cusum_threshold; /* a natural logarithm, in parts of DG_ONE */
    /* penalties */
    int64_t penalty_slash[3], penalty_repeat_window, penalty_reporter_share;
    int64_t jail_length, jail_growth; /* each repeat multiplies the length by jail_growth */
    int64_t jail_yield, jail_release;
    int64_t stake_minimum;
    int64_t stake_unbonding[DG_TIER_COUNT], stake_weight[DG_TIER_COUNT];
    int64_t stake_redelegation;
    int64_t stake_commission_mode, stake_commission_maximum, stake_commission_on_top;
    int64_t heartbeat_interval, heartbeat_misses; /* misses: after which a node is offline */
    int64_t penalty_downtime_limit, penalty_downtime_slash, penalty_downtime_requests;
    int64_t penalty_misconduct_failures, penalty_misconduct_window, penalty_gold_tolerance;
    /* epochs and rewards */
    int64_t epoch_length, settlement_length;
    int64_t emission_schedule, emission_halving_time, emission_duration;
    int64_t emission_weekly, emission_node_share, emission_verifier_share, emission_gateway_share;
    int64_t points_quality_weight, points_cost_weight, points_large_premium;
    int64_t governance_voting_time, governance_quorum, governance_threshold, governance_timelock;
    int64_t verification_fee; /* per revealed score, from the verification fund */
};

/* One of the rules that a parameter of DG_UNIT_CHOICE chooses among. */
struct dg_choice {
    const char *name;    /* as scenarios name it; NULL ends a list */
    const char *meaning; /* one line */
};

struct dg_param_row {
    const char *name; /* dotted, e.g. "sampling.rate" */
    enum dg_unit unit;
    size_t offset;            /* of the int64_t in struct dg_params */
    int64_t minimum, maximum; /* hard bounds, inclusive */
    int64_t published_low,
        published_high; /* outside: allowed with a warning; both 0: no range published */
    int64_t standard;   /* the default */
    enum dg_origin origin;
    const char *source;              /* one line: where the default comes from */
    const char *meaning;             /* one line */
    const struct dg_choice *choices; /* DG_UNIT_CHOICE only: up to one without a name */
};

/* All rows, in the order of the reference page. The array is static. */
const struct dg_param_row *dg_param_rows(size_t *count);
const struct dg_param_row *dg_param_find(const char *name); /* NULL if there is none */
/* The row must be one of dg_param_rows(). Setting checks nothing: dg_params_check() does. */
int64_t dg_param_get(const struct dg_params *params, const struct dg_param_row *row);
void dg_param_set(struct dg_params *params, const struct dg_param_row *row, int64_t value);
const char *dg_origin_name(enum dg_origin origin); /* "pub", "code", "rel", "ours" */

/* Every row at its default, which dg_params_check() takes. */
void dg_params_default(struct dg_params *params);

/* Bounds of each row and the rules between rows (fee shares at most 1, pool shares add up to 1, a
 * test that can never decide is refused, quorum at most the committee, window shorter than ...). On
 * DG_ERROR_PARAMETER message holds one line that names the parameter and what is allowed, cut to
 * message_size; NULL with 0: no message. */
enum dg_status dg_params_check(const struct dg_params *params, char *message, size_t message_size);

/* The largest royalty (a fraction of the compute fee, on top of it) a model may have: what the
 * shares of the funds, which they take of the whole fee, and the largest latency discount always
 * leave. */
int64_t dg_royalty_maximum(const struct dg_params *params);

#ifdef __cplusplus
}
#endif

#endif
