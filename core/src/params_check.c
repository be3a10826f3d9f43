/* The bounds of each parameter, and the rules that tie several together: settings that can never take
 * effect or never decide are refused with the reason. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "dg/params.h"
#include "fixed.h"
#include "policies.h"

/* Writes the value in the unit a reader thinks in, for instance "0.05", "60 s" or "1000 DGAI". */
static void param_format(enum dg_unit unit, int64_t value, char *text, size_t size)
{
    bool split = unit == DG_UNIT_FRACTION || unit == DG_UNIT_DURATION;
    uint64_t scale = split ? (uint64_t)DG_ONE : unit == DG_UNIT_AMOUNT ? (uint64_t)DG_TOKEN : 1;
    const char *suffix = unit == DG_UNIT_DURATION ? " s" : unit == DG_UNIT_AMOUNT ? " DGAI" : "";
    uint64_t magnitude = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    uint64_t rest = magnitude % scale;
    char digits[24] = "";
    size_t length = 0;

    if (rest != 0) {
        digits[length++] = '.';
        for (uint64_t power = scale / 10; rest != 0; power /= 10) {
            digits[length++] = (char)('0' + rest / power);
            rest %= power;
        }
    }
    snprintf(text, size, "%s%" PRIu64 "%s%s", value < 0 ? "-" : "", magnitude / scale, digits,
             suffix);
}

static int64_t choice_count(const struct dg_param_row *row)
{
    int64_t count = 0;

    while (row->choices[count].name != NULL)
        count++;
    return count;
}

static enum dg_status check_row(const struct dg_params *params, const struct dg_param_row *row,
                                char *message, size_t size)
{
    int64_t value = dg_param_get(params, row);
    char text[3][48];

    if (row->unit == DG_UNIT_CHOICE && value >= 0 && value < choice_count(row))
        return DG_OK;
    if (row->unit != DG_UNIT_CHOICE && value >= row->minimum && value <= row->maximum)
        return DG_OK;

    param_format(row->unit, value, text[0], sizeof text[0]);
    param_format(row->unit, row->minimum, text[1], sizeof text[1]);
    param_format(row->unit, row->maximum, text[2], sizeof text[2]);
    snprintf(message, size, "%s is %s; allowed are %s to %s", row->name, text[0], text[1], text[2]);
    return DG_ERROR_PARAMETER;
}

static enum dg_status refuse(char *message, size_t size, const char *text)
{
    snprintf(message, size, "%s", text);
    return DG_ERROR_PARAMETER;
}

/* Each share is within 0 and 1 already, so the sums cannot overflow. */
static enum dg_status check_shares(const struct dg_params *p, char *message, size_t size)
{
    if (p->fees_network_share + p->fees_governance_share + p->fees_treasury_share +
            p->fees_verification_share >
        DG_ONE)
        return refuse(message, size,
                      "fees.network_share, fees.governance_share, fees.treasury_share and "
                      "fees.verification_share add up to more than 1");
    if (p->emission_node_share + p->emission_verifier_share + p->emission_gateway_share != DG_ONE)
        return refuse(message, size,
                      "emission.node_share, emission.verifier_share and emission.gateway_share "
                      "must add up to 1");
    return DG_OK;
}

static enum dg_status check_verification(const struct dg_params *p, char *message, size_t size)
{
    if (p->committee_quorum > p->committee_size)
        return refuse(message, size,
                      "committee.quorum is above committee.size: no check could pass or fail");
    if (p->committee_escalation_size > 0 && p->committee_escalation_size <= p->committee_size)
        return refuse(message, size,
                      "committee.escalation_size must be above committee.size, or 0: nobody could "
                      "join");
    if (p->committee_escalation_size > 0 && p->committee_escalation_spread == DG_ONE)
        return refuse(message, size,
                      "committee.escalation_spread is 1: scores could never disagree that far");
    if (p->appeal_window > 0 && 2 * p->committee_size + 1 > DG_COMMITTEE_MAX)
        return refuse(message, size,
                      "committee.size must be at most 15 with appeals: theirs have 2K+1 members, "
                      "and 31 is the most");
    if (p->sampling_plan == DG_SAMPLING_RISK &&
        p->sampling_rate_minimum >= p->sampling_rate_maximum)
        return refuse(message, size,
                      "sampling.rate_minimum must be below sampling.rate_maximum: risk would make "
                      "no difference");
    if (p->sampling_plan == DG_SAMPLING_RISK && p->sampling_risk_credibility == 0 &&
        p->sampling_risk_newcomer == 0 && p->sampling_risk_value == 0)
        return refuse(message, size,
                      "sampling.risk_*: sampling.plan risk needs one weight above 0");
    if (p->sampling_plan == DG_SAMPLING_BUDGET && p->verification_fee == 0)
        return refuse(message, size,
                      "verification.fee is 0: checks would cost nothing, so sampling.budget could "
                      "never limit them");
    if (p->sampling_window > p->sampling_beacon_period)
        return refuse(message, size,
                      "sampling.window must not be longer than sampling.beacon_period");
    if (p->quality_threshold_failures > p->quality_threshold_window)
        return refuse(message, size,
                      "quality.threshold_failures is above quality.threshold_window: the test "
                      "could never decide");
    if (p->penalty_misconduct_failures > p->penalty_misconduct_window)
        return refuse(message, size,
                      "penalty.misconduct_failures is above penalty.misconduct_window: the test "
                      "could never decide");
    return DG_OK;
}

static bool moves_trust(const struct dg_params *p)
{
    return p->quality_aggregation == DG_QUALITY_TRUST_WEIGHTED ||
           p->quality_aggregation == DG_QUALITY_GOLD_CALIBRATED;
}

static enum dg_status check_quality(const struct dg_params *p, char *message, size_t size)
{
    bool sprt = p->quality_test == DG_QUALITY_SPRT;

    if ((sprt || p->quality_test == DG_QUALITY_CUSUM) && p->quality_p0 >= p->quality_p1)
        return refuse(message, size,
                      "quality.p0 must be below quality.p1: the test could never decide");
    if (sprt && p->quality_alpha + p->quality_beta >= DG_ONE)
        return refuse(message, size,
                      "quality.alpha and quality.beta add up to 1 or more: the test would decide "
                      "without looking");
    if (p->quality_aggregation == DG_QUALITY_TRIMMED_MEAN &&
        p->committee_size * p->quality_trim < DG_ONE / 2)
        return refuse(message, size,
                      "quality.trim cuts nothing from committee.size scores: trimmed_mean would be "
                      "the mean");
    if (p->committee_weights == DG_COMMITTEE_WEIGHT_TRUST && !moves_trust(p))
        return refuse(message, size,
                      "committee.weights trust needs quality.aggregation trust_weighted or "
                      "gold_calibrated: trust could never move");
    return DG_OK;
}

static enum dg_status check_effects(const struct dg_params *p, char *message, size_t size)
{
    if (p->metering_input_weight == 0 && p->metering_output_weight == 0)
        return refuse(message, size,
                      "metering.input_weight and metering.output_weight are both 0: nothing "
                      "would be metered");
    if (p->routing_policy == DG_ROUTING_WEIGHTED_SCORE && p->routing_weight_latency == 0 &&
        p->routing_weight_success == 0 && p->routing_weight_price == 0 &&
        p->routing_weight_load == 0 && p->routing_weight_quality == 0 &&
        p->routing_weight_credibility == 0)
        return refuse(message, size,
                      "routing.weight_*: routing.policy weighted_score needs one weight above 0");
    if ((p->routing_policy == DG_ROUTING_UCB || p->routing_policy == DG_ROUTING_THOMPSON) &&
        p->routing_candidates == 1)
        return refuse(
            message, size,
            "routing.candidates is 1: ucb and thompson would have nothing to choose from");
    if (p->points_quality_weight == 0 && p->emission_weekly > 0)
        return refuse(message, size,
                      "points.quality_weight is 0: nobody could earn points, so emission.weekly "
                      "could not be paid");
    if (p->jail_length > 0 && p->penalty_repeat_window <= p->jail_length)
        return refuse(message, size,
                      "penalty.repeat_window must be longer than jail.length: a repeat could "
                      "never be seen");
    if (p->heartbeat_interval > 0 &&
        p->penalty_downtime_limit <= (fixed_int128)p->heartbeat_misses * p->heartbeat_interval)
        return refuse(message, size,
                      "penalty.downtime_limit must be longer than heartbeat.misses times "
                      "heartbeat.interval: a node would be slashed before it counts as offline");
    if (p->emission_schedule == DG_EMISSION_HALVING && p->emission_duration > 0 &&
        p->emission_halving_time >= p->emission_duration)
        return refuse(message, size,
                      "emission.halving_time must be shorter than emission.duration: the emission "
                      "would never halve");
    if (p->settlement_length < p->epoch_length)
        return refuse(message, size, "settlement.length must not be shorter than epoch.length");
    return DG_OK;
}

enum dg_status dg_params_check(const struct dg_params *params, char *message, size_t message_size)
{
    size_t row_count;
    const struct dg_param_row *rows = dg_param_rows(&row_count);
    enum dg_status status = DG_OK;

    for (size_t i = 0; i < row_count && status == DG_OK; i++)
        status = check_row(params, &rows[i], message, message_size);
    if (status == DG_OK)
        status = check_shares(params, message, message_size);
    if (status == DG_OK)
        status = check_verification(params, message, message_size);
    if (status == DG_OK)
        status = check_quality(params, message, message_size);
    if (status == DG_OK)
        status = check_effects(params, message, message_size);
    return status;
}
