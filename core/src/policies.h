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

/* routing.policy, in routing.h */
#define ROUTING_POLICIES(ROW)                                                                      \
    ROW(random, "every candidate is as likely")                                                    \
    ROW(power_of_d, "the least loaded of d random candidates")                                     \
    ROW(weighted_score, "softmax of latency, success, price, load, quality and credibility")       \
    ROW(round_robin, "the candidate that has waited longest for its turn")                         \
    ROW(least_outstanding, "the candidate with the fewest requests in flight")                     \
    ROW(inverse_square_price, "at random, in proportion to 1 / price^2")                           \
    ROW(stake_weighted, "at random, in proportion to published stake")                             \
    ROW(ucb, "the highest upper confidence bound on quality minus cost")                           \
    ROW(thompson, "the highest draw from what is believed of quality minus cost")

/* sampling.plan, in sampling.h */
#define SAMPLING_PLANS(ROW)                                                                        \
    ROW(constant, "each answer alone, at one rate")                                                \
    ROW(risk, "each answer alone, the rate higher for low credibility, newcomers and high fees")   \
    ROW(stratified, "of each node's answers the same part, so that none is missed by luck")        \
    ROW(budget, "of a period's answers as many as a sum pays the verifiers of")

/* committee.weights, in committee.h */
#define COMMITTEE_WEIGHTS(ROW)                                                                     \
    ROW(uniform, "nothing: every verifier is as likely")                                           \
    ROW(stake, "bonded stake, own and delegated")                                                  \
    ROW(trust, "trust earned by scores near the truth")

/* quality.aggregation and quality.test, in quality.h */
#define QUALITY_AGGREGATIONS(ROW)                                                                  \
    ROW(median, "the score in the middle")                                                         \
    ROW(mean, "the plain mean")                                                                    \
    ROW(trimmed_mean, "the mean without the lowest and the highest scores")                        \
    ROW(trust_weighted,                                                                            \
        "mean by trust, which moves with the distance from each round's consensus")                \
    ROW(stake_weighted_median, "the score with half of the stake on either side")                  \
    ROW(yuma,                                                                                      \
        "mean by stake of scores cut to what a stake majority supports; verifiers earn bonds")     \
    ROW(gold_calibrated, "mean by trust, which moves only on probes whose score is known")
#define QUALITY_TESTS(ROW)                                                                         \
    ROW(threshold, "so many failures among the latest checks")                                     \
    ROW(sprt, "sequential probability ratio test of failure rate p0 against p1, again and again")  \
    ROW(cusum, "cumulative sum of evidence for failure rate p1 against p0, never below 0")

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

/* Positions that rules between parameters ask for, which the table of the kind holds against its list;
 * and upper bounds of the parameters that choose: the last position of each list. */
enum {
    DG_ROUTING_WEIGHTED_SCORE = 2,
    DG_ROUTING_UCB = 7,
    DG_ROUTING_THOMPSON = 8,
    DG_SAMPLING_RISK = 1,
    DG_SAMPLING_BUDGET = 3,
    DG_COMMITTEE_WEIGHT_TRUST = 2,
    DG_QUALITY_TRIMMED_MEAN = 2,
    DG_QUALITY_TRUST_WEIGHTED = 3,
    DG_QUALITY_YUMA = 5,
    DG_QUALITY_GOLD_CALIBRATED = 6,
    DG_QUALITY_THRESHOLD = 0,
    DG_QUALITY_SPRT = 1,
    DG_QUALITY_CUSUM = 2,
    DG_ROUTING_POLICY_LAST = ROUTING_POLICIES(POLICY_COUNT) - 1,
    DG_SAMPLING_PLAN_LAST = SAMPLING_PLANS(POLICY_COUNT) - 1,
    DG_COMMITTEE_WEIGHT_LAST = COMMITTEE_WEIGHTS(POLICY_COUNT) - 1,
    DG_QUALITY_AGGREGATION_LAST = QUALITY_AGGREGATIONS(POLICY_COUNT) - 1,
    DG_QUALITY_TEST_LAST = QUALITY_TESTS(POLICY_COUNT) - 1,
    DG_LATENCY_MODE_LAST = LATENCY_MODES(POLICY_COUNT) - 1,
    DG_REVEAL_MODE_LAST = REVEAL_MODES(POLICY_COUNT) - 1,
    DG_JAIL_YIELD_LAST = JAIL_YIELDS(POLICY_COUNT) - 1,
    DG_JAIL_RELEASE_LAST = JAIL_RELEASES(POLICY_COUNT) - 1,
    DG_REDELEGATION_LAST = REDELEGATIONS(POLICY_COUNT) - 1,
    DG_COMMISSION_MODE_LAST = COMMISSION_MODES(POLICY_COUNT) - 1,
    DG_EMISSION_SCHEDULE_LAST = EMISSION_SCHEDULES(POLICY_COUNT) - 1,
};

#endif
