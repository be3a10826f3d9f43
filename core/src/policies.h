/* policies.h - name and meaning of every policy, kind by kind, in the order of its table.
 *
 * A policy is one file behind the interface of its kind and one line in that kind's list; the
 * position in the list is the value of the parameter that chooses it. Each array ends with a row
 * without a name.
 */
#ifndef CORE_POLICIES_H
#define CORE_POLICIES_H

#include "dg/params.h"

extern const struct dg_choice routing_policy_choices[];
extern const struct dg_choice sampling_plan_choices[];
extern const struct dg_choice committee_weight_choices[];
extern const struct dg_choice quality_aggregation_choices[];
extern const struct dg_choice quality_test_choices[];

/* Upper bounds of the parameters that choose: the last position of each list. And the positions that
 * rules between parameters ask for. */
enum {
    DG_ROUTING_WEIGHTED_SCORE = 2,
    DG_ROUTING_UCB = 7,
    DG_ROUTING_THOMPSON = 8,
    DG_ROUTING_POLICY_LAST = 8,
    DG_SAMPLING_RISK = 1,
    DG_SAMPLING_BUDGET = 3,
    DG_SAMPLING_PLAN_LAST = 3,
    DG_COMMITTEE_WEIGHT_TRUST = 2,
    DG_COMMITTEE_WEIGHT_LAST = 2,
    DG_QUALITY_TRIMMED_MEAN = 2,
    DG_QUALITY_TRUST_WEIGHTED = 3,
    DG_QUALITY_YUMA = 5,
    DG_QUALITY_GOLD_CALIBRATED = 6,
    DG_QUALITY_AGGREGATION_LAST = 6,
    DG_QUALITY_THRESHOLD = 0,
    DG_QUALITY_SPRT = 1,
    DG_QUALITY_CUSUM = 2,
    DG_QUALITY_TEST_LAST = 2,
};

#endif
