/* policies.h - name and meaning of every policy, kind by kind, in the order of its table.
 *
 * A policy is one file behind the interface of its kind and one row in that kind's list; the
 * position in the list is the value of the parameter that chooses it. The header of the kind
 * declares what the list names; its .c file makes the table and the array of choices, which ends
 * with a row without a name.
 */
#ifndef CORE_POLICIES_H
#define CORE_POLICIES_H

#include "dg/params.h"

/* fees.latency_mode, in latency.h */
#define LATENCY_MODES(ROW)                                                                         \
    ROW(node_discount, "the node earns less and the user is refunded")                             \
    ROW(user_surcharge, "the user pays more")

/* committee.reveal, in reveal.h */
#define REVEAL_MODES(ROW)                                                                          \
    ROW(sealed, "committed to before any is seen")                                                 \
    ROW(open, "published as they come, so that they can be copied")

/* jail.yield and jail.release, in jail.h */
#define JAIL_YIELDS(ROW)                                                                           \
    ROW(frozen, "withheld until release")                                                          \
    ROW(kept, "paid in jail too")
#define JAIL_RELEASES(ROW)                                                                         \
    ROW(automatic, "when its term is over")                                                        \
    ROW(on_request, "when its operator asks, after the term, and it holds stake.minimum")

/* stake.redelegation, in redelegation.h */
#define REDELEGATIONS(ROW)                                                                         \
    ROW(instant, "moved stake no longer answers for the node it left")                             \
    ROW(slashable, "moved stake stays liable as unbonding stake does")

/* stake.commission_mode, in commission.h */
#define COMMISSION_MODES(ROW)                                                                      \
    ROW(deducted, "out of its delegators' rewards, at the node's own rate")                        \
    ROW(on_top, "over the reward that is shared by stake, at one rate for all")

/* emission.schedule, in emission.h */
#define EMISSION_SCHEDULES(ROW)                                                                    \
    ROW(constant, "the same every week")                                                           \
    ROW(halving, "half as much after each emission.halving_time")

extern const struct dg_choice routing_policy_choices[];
extern const struct dg_choice sampling_plan_choices[];
extern const struct dg_choice committee_weight_choices[];
extern const struct dg_choice quality_aggregation_choices[];
extern const struct dg_choice quality_test_choices[];
extern const struct dg_choice latency_mode_choices[];
extern const struct dg_choice reveal_mode_choices[];
extern const struct dg_choice jail_yield_choices[];
extern const struct dg_choice jail_release_choices[];
extern const struct dg_choice redelegation_choices[];
extern const struct dg_choice commission_mode_choices[];
extern const struct dg_choice emission_schedule_choices[];

/* What a list is made into: an array of choices, or the number of its rows. */
#define POLICY_CHOICE(name, meaning) {#name, meaning},
#define POLICY_COUNT(name, meaning)  +1

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
    DG_LATENCY_MODE_LAST = LATENCY_MODES(POLICY_COUNT) - 1,
    DG_REVEAL_MODE_LAST = REVEAL_MODES(POLICY_COUNT) - 1,
    DG_JAIL_YIELD_LAST = JAIL_YIELDS(POLICY_COUNT) - 1,
    DG_JAIL_RELEASE_LAST = JAIL_RELEASES(POLICY_COUNT) - 1,
    DG_REDELEGATION_LAST = REDELEGATIONS(POLICY_COUNT) - 1,
    DG_COMMISSION_MODE_LAST = COMMISSION_MODES(POLICY_COUNT) - 1,
    DG_EMISSION_SCHEDULE_LAST = EMISSION_SCHEDULES(POLICY_COUNT) - 1,
};

#endif
