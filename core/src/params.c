/* The parameter table. A row's default carries its origin, so that nobody mistakes a choice made
 * here for a published figure. Rules that tie several rows together are in
 * params_check.c. */
#include "dg/params.h"

#include <string.h>

#include "fixed.h"
#include "latency.h"
#include "policies.h"

#define MILLISECOND (DG_SECOND / 1000)
#define HOUR        (INT64_C(3600) * DG_SECOND)
#define DAY         (24 * HOUR)
#define YEAR        (365 * DAY)
#define PERCENT     (DG_ONE / 100)
#define AMOUNT_MAX  (INT64_C(1000000000) * DG_TOKEN)

enum { WORD_WINDOW = 64 }; /* outcomes a test keeps: the bits of one word */

/* Unit and hard bounds of a row, then its published range. */
#define COUNT(low, high)     DG_UNIT_COUNT, low, high
#define FRACTION(low, high)  DG_UNIT_FRACTION, low, high
#define DURATION(low, high)  DG_UNIT_DURATION, low, high
#define AMOUNT(high)         DG_UNIT_AMOUNT, 0, high
#define AMOUNT_ABOVE(high)   DG_UNIT_AMOUNT, 1, high
#define CHOICE(last)         DG_UNIT_CHOICE, 0, last
#define PUBLISHED(low, high) low, high
#define NO_RANGE             0, 0

/* Expands the lists above before they are taken apart. */
#define ROW(...) ROW_FIELDS(__VA_ARGS__)
#define ROW_FIELDS(name_, field_, unit_, low_, high_, published_low_, published_high_, standard_,  \
                   origin_, source_, meaning_, choices_)                                           \
    {                                                                                              \
        .name = name_, .unit = unit_, .offset = offsetof(struct dg_params, field_),                \
        .minimum = low_, .maximum = high_, .published_low = published_low_,                        \
        .published_high = published_high_, .standard = standard_, .origin = DG_ORIGIN_##origin_,   \
        .source = source_, .meaning = meaning_, .choices = choices_,                               \
    }

/* clang-format off: a row a parameter */
static const struct dg_param_row rows[] = {
    ROW("metering.weight_8b", metering_weight[DG_SIZE_8B], COUNT(1, 1000000), NO_RANGE, 1, OURS,
        "doubles with each size class; no formula is published",
        "compute units per 1000 weighted tokens, models up to 8B parameters", NULL),
    ROW("metering.weight_13b", metering_weight[DG_SIZE_13B], COUNT(1, 1000000), NO_RANGE, 2, OURS,
        "doubles with each size class; no formula is published",
        "compute units per 1000 weighted tokens, models up to 13B parameters", NULL),
    ROW("metering.weight_34b", metering_weight[DG_SIZE_34B], COUNT(1, 1000000), NO_RANGE, 4, OURS,
        "doubles with each size class; no formula is published",
        "compute units per 1000 weighted tokens, models up to 34B parameters", NULL),
    ROW("metering.weight_70b", metering_weight[DG_SIZE_70B], COUNT(1, 1000000), NO_RANGE, 8, OURS,
        "doubles with each size class; no formula is published",
        "compute units per 1000 weighted tokens, models up to 70B parameters", NULL),
    ROW("metering.weight_larger", metering_weight[DG_SIZE_LARGER], COUNT(1, 1000000), NO_RANGE, 16,
        OURS, "doubles with each size class; no formula is published",
        "compute units per 1000 weighted tokens, models above 70B parameters", NULL),
    ROW("metering.input_weight", metering_input_weight, COUNT(0, 1000000), NO_RANGE, 1, OURS,
        "reading a token is the unit", "weight of one input token", NULL),
    ROW("metering.output_weight", metering_output_weight, COUNT(0, 1000000), NO_RANGE, 4, OURS,
        "usual price ratio of output to input tokens", "weight of one output token", NULL),
    ROW("fees.unit_price", fees_unit_price, AMOUNT(AMOUNT_MAX), NO_RANGE, DG_TOKEN / 20, PUBLISHED,
        "0.05 DGAI per compute unit",
        "price of one compute unit where neither node nor model names another", NULL),
    ROW("fees.network_share", fees_network_share, FRACTION(0, DG_ONE), NO_RANGE, 2 * PERCENT,
        PUBLISHED, "network share of 2 %", "part of a settled fee that goes to the network fund",
        NULL),
    ROW("fees.governance_share", fees_governance_share, FRACTION(0, DG_ONE), NO_RANGE, 5 * PERCENT,
        PUBLISHED, "governance share of 5 %",
        "part of a settled fee that goes to the governance fund", NULL),
    ROW("fees.treasury_share", fees_treasury_share, FRACTION(0, DG_ONE), NO_RANGE, 0, OURS,
        "no treasury share is published", "part of a settled fee that goes to the treasury", NULL),
    ROW("fees.verification_share", fees_verification_share, FRACTION(0, DG_ONE), NO_RANGE,
        3 * PERCENT, OURS, "who pays the verifiers is not published",
        "part of a settled fee that goes to the verification fund", NULL),
    ROW("fees.latency_mode", fees_latency_mode, CHOICE(DG_LATENCY_MODE_LAST), NO_RANGE,
        DG_LATENCY_NODE_DISCOUNT, OURS, "published texts contradict each other on who pays",
        "who bears the latency term: a slow node earns less, or the user pays more",
        latency_mode_choices),
    ROW("fees.latency_coefficient", fees_latency_coefficient, FRACTION(0, DG_ONE),
        PUBLISHED(0, 30 * PERCENT), 30 * PERCENT, PUBLISHED, "latency coefficient of 0 to 0.3",
        "latency term of the fee at twice the target latency and beyond", NULL),
    ROW("fees.ttft_target", fees_ttft_target, DURATION(MILLISECOND, HOUR), NO_RANGE, 2 * DG_SECOND,
        OURS, "a usual target of interactive serving",
        "time to first token that costs nobody anything", NULL),
    ROW("fees.tpot_target", fees_tpot_target, DURATION(0, HOUR), NO_RANGE, 80 * MILLISECOND, OURS,
        "a usual target of interactive serving",
        "time per further output token that costs nobody anything", NULL),
    ROW("routing.policy", routing_policy, CHOICE(DG_ROUTING_POLICY_LAST), NO_RANGE, 2, OURS,
        "the six factors are published, their combination is not",
        "how a gateway chooses among the nodes that pass its filter", routing_policy_choices),
    ROW("routing.d", routing_d, COUNT(1, 64), NO_RANGE, 2, OURS,
        "two choices capture most of the gain (Mitzenmacher 2001)",
        "candidates drawn by power_of_d", NULL),
    ROW("routing.candidates", routing_candidates, COUNT(1, 256), NO_RANGE, 16, OURS,
        "bounds the cost of a decision",
        "candidates that weighted_score, ucb and thompson draw and score", NULL),
    ROW("routing.temperature", routing_temperature, FRACTION(0, 10 * DG_ONE), NO_RANGE,
        10 * PERCENT, OURS, "keeps the better nodes clearly preferred",
        "softness of the choice by score; 0 takes the best candidate", NULL),
    ROW("routing.exploration", routing_exploration, FRACTION(0, DG_ONE), NO_RANGE, 5 * PERCENT,
        OURS, "lets newcomers build a record",
        "share of requests that go to a newcomer when there is one", NULL),
    ROW("routing.newcomer_requests", routing_newcomer_requests, COUNT(0, 1000000), NO_RANGE, 20,
        OURS, "enough answers for a first estimate",
        "answers seen below which a node counts as a newcomer", NULL),
    ROW("routing.weight_latency", routing_weight_latency, FRACTION(0, DG_ONE), NO_RANGE,
        25 * PERCENT, OURS, "the factor is published, its weight is not",
        "weight of normalised latency in weighted_score", NULL),
    ROW("routing.weight_success", routing_weight_success, FRACTION(0, DG_ONE), NO_RANGE,
        20 * PERCENT, OURS, "the factor is published, its weight is not",
        "weight of success rate in weighted_score", NULL),
    ROW("routing.weight_price", routing_weight_price, FRACTION(0, DG_ONE), NO_RANGE, 20 * PERCENT,
        OURS, "the factor is published, its weight is not", "weight of price in weighted_score",
        NULL),
    ROW("routing.weight_load", routing_weight_load, FRACTION(0, DG_ONE), NO_RANGE, 15 * PERCENT,
        OURS, "the factor is published, its weight is not", "weight of load in weighted_score",
        NULL),
    ROW("routing.weight_quality", routing_weight_quality, FRACTION(0, DG_ONE), NO_RANGE,
        10 * PERCENT, OURS, "the factor is published, its weight is not",
        "weight of quality record in weighted_score", NULL),
    ROW("routing.weight_credibility", routing_weight_credibility, FRACTION(0, DG_ONE), NO_RANGE,
        10 * PERCENT, OURS, "the factor is published, its weight is not",
        "weight of credibility in weighted_score", NULL),
    ROW("routing.record_alpha", routing_record_alpha, FRACTION(1, DG_ONE), NO_RANGE, 10 * PERCENT,
        OURS, "remembers about twenty answers",
        "weight of the newest answer in a gateway's record of a node", NULL),
    ROW("routing.ucb_scale", routing_ucb_scale, FRACTION(0, 10 * DG_ONE), NO_RANGE, 50 * PERCENT,
        OURS, "about a third of the proven 2 sqrt(1/2), for rewards fill a part of 0..1",
        "width of ucb's bound on a mean reward; 0 takes the best mean", NULL),
    ROW("routing.bandit_cost_weight", routing_bandit_cost_weight, FRACTION(0, DG_ONE), NO_RANGE,
        30 * PERCENT, OURS, "quality counts more than price",
        "weight of price against quality in the reward that ucb and thompson learn from", NULL),
    ROW("routing.bandit_half_life", routing_bandit_half_life, DURATION(DG_SECOND, YEAR), NO_RANGE,
        HOUR, OURS, "one epoch", "time after which an outcome counts half to ucb and thompson",
        NULL),
    ROW("routing.failover_limit", routing_failover_limit, COUNT(0, 16), NO_RANGE, 2, OURS,
        "bounds the time a request can wander",
        "further nodes tried after the first one refused or failed", NULL),
    ROW("routing.stake_per_slot", routing_stake_per_slot, AMOUNT(AMOUNT_MAX), NO_RANGE, 0, OURS,
        "no limit is published", "stake that backs one request in flight; 0 means no limit", NULL),
    ROW("routing.breaker_failures", routing_breaker_failures, COUNT(0, 1000000), NO_RANGE, 5,
        RELATIVE, "consecutive 5xx of Envoy's outlier detection",
        "failures in a row that take a node out of a gateway's choice; 0 means never", NULL),
    ROW("routing.breaker_time", routing_breaker_time, DURATION(MILLISECOND, DAY), NO_RANGE,
        30 * DG_SECOND, RELATIVE, "base ejection time of Envoy's outlier detection",
        "time a node stays out before one request tries it again", NULL),
    ROW("routing.retry_budget", routing_retry_budget, FRACTION(0, DG_ONE), NO_RANGE, 20 * PERCENT,
        RELATIVE, "retry budgets of Finagle and Envoy",
        "reroutes and hedges a gateway may make, as a share of its requests", NULL),
    ROW("routing.retry_reserve", routing_retry_reserve, COUNT(1, 1000000000), NO_RANGE, 100, OURS,
        "lets a short outage through", "reroutes and hedges it may save up, and begins with", NULL),
    ROW("routing.affinity_time", routing_affinity_time, DURATION(0, DAY), NO_RANGE, 0, OURS,
        "no affinity is published",
        "time in which a session goes back to the node that served it last; 0 means never", NULL),
    ROW("routing.affinity_sessions", routing_affinity_sessions, COUNT(1, 1 << 26), NO_RANGE, 65536,
        OURS, "bounds the memory of a gateway: 24 bytes each",
        "sessions a gateway remembers, rounded up to a multiple of 4", NULL),
    ROW("routing.hedge_quantile", routing_hedge_quantile, FRACTION(0, 999 * (DG_ONE / 1000)),
        NO_RANGE, 0, OURS, "Dean and Barroso 2013 send a second copy at 95 %",
        "quantile of time to first token after which a second node is asked; 0 means never", NULL),
    ROW("sampling.plan", sampling_plan, CHOICE(DG_SAMPLING_PLAN_LAST), NO_RANGE, 0, PUBLISHED,
        "spot checks at a constant rate", "which answers are drawn for a check",
        sampling_plan_choices),
    ROW("sampling.rate", sampling_rate, FRACTION(0, DG_ONE), NO_RANGE, PERCENT, PUBLISHED,
        "spot-check rate of the optimistic-rollup paper", "probability that an answer is checked",
        NULL),
    ROW("sampling.rate_minimum", sampling_rate_minimum, FRACTION(0, DG_ONE), NO_RANGE, PERCENT / 2,
        OURS, "half of the published rate",
        "probability of a check of the safest answer under risk", NULL),
    ROW("sampling.rate_maximum", sampling_rate_maximum, FRACTION(0, DG_ONE), NO_RANGE, 5 * PERCENT,
        OURS, "five times the published rate",
        "probability of a check of the riskiest answer under risk", NULL),
    ROW("sampling.risk_credibility", sampling_risk_credibility, FRACTION(0, DG_ONE), NO_RANGE,
        50 * PERCENT, OURS, "what checks have shown counts most",
        "weight of low credibility in the risk of an answer", NULL),
    ROW("sampling.risk_newcomer", sampling_risk_newcomer, FRACTION(0, DG_ONE), NO_RANGE,
        30 * PERCENT, OURS, "a name without a past costs nothing",
        "weight of newness in the risk of an answer", NULL),
    ROW("sampling.risk_value", sampling_risk_value, FRACTION(0, DG_ONE), NO_RANGE, 20 * PERCENT,
        OURS, "more to gain from cheating", "weight of the fee in the risk of an answer", NULL),
    ROW("sampling.risk_newcomer_checks", sampling_risk_newcomer_checks, COUNT(1, 65535), NO_RANGE,
        10, OURS, "one window of the threshold test",
        "checks below which a node counts as new to risk", NULL),
    ROW("sampling.risk_value_reference", sampling_risk_value_reference, AMOUNT_ABOVE(AMOUNT_MAX),
        NO_RANGE, 5 * DG_TOKEN, OURS, "a long answer of a large model",
        "fee from which on an answer is as risky as its value can make it", NULL),
    ROW("sampling.budget", sampling_budget, AMOUNT_ABOVE(AMOUNT_MAX), NO_RANGE, DG_TOKEN, OURS,
        "about sixteen checks a minute at the standard fee and committee",
        "what verifiers of one beacon period's checks may be paid under budget", NULL),
    ROW("sampling.beacon_period", sampling_beacon_period, DURATION(DG_SECOND, DAY), NO_RANGE,
        60 * DG_SECOND, OURS, "short enough to hold fees only for minutes",
        "time between two beacons, after each of which draws are made", NULL),
    ROW("sampling.window", sampling_window, DURATION(0, DAY), NO_RANGE, 50 * DG_SECOND, OURS,
        "less than one beacon period", "time over which the checks of one period are spread", NULL),
    ROW("committee.size", committee_size, COUNT(1, DG_COMMITTEE_MAX), NO_RANGE, 3, OURS,
        "the smallest committee with a majority", "verifiers that score one answer", NULL),
    ROW("committee.weights", committee_weights, CHOICE(DG_COMMITTEE_WEIGHT_LAST), NO_RANGE, 1, OURS,
        "splitting stake over many verifiers then gains no seats",
        "what a verifier's chance of a seat is proportional to", committee_weight_choices),
    ROW("committee.quorum", committee_quorum, COUNT(1, DG_COMMITTEE_MAX), NO_RANGE, 2, OURS,
        "a majority of the standard committee",
        "revealed scores without which a check is inconclusive", NULL),
    ROW("committee.commit_time", committee_commit_time, DURATION(MILLISECOND, DAY), NO_RANGE,
        60 * DG_SECOND, OURS, "a judge answers within seconds",
        "time to open the answer and to commit to a score", NULL),
    ROW("committee.reveal_time", committee_reveal_time, DURATION(MILLISECOND, DAY), NO_RANGE,
        60 * DG_SECOND, OURS, "same as the time to commit", "time to reveal a committed score",
        NULL),
    ROW("committee.reveal", committee_reveal, CHOICE(DG_REVEAL_MODE_LAST), NO_RANGE,
        DG_REVEAL_SEALED, OURS, "a score that is seen can be copied",
        "whether scores are committed to before any is seen, or published as they come",
        reveal_mode_choices),
    ROW("committee.escalation_size", committee_escalation_size, COUNT(0, DG_COMMITTEE_MAX),
        NO_RANGE, 0, OURS, "one committee, unless a scenario asks for more",
        "verifiers in all when the scores of the first committee disagree; 0 means no escalation",
        NULL),
    ROW("committee.escalation_spread", committee_escalation_spread, FRACTION(0, DG_ONE), NO_RANGE,
        50 * PERCENT, OURS, "half of the scale",
        "distance between lowest and highest score beyond which a committee disagrees", NULL),
    ROW("appeal.window", appeal_window, DURATION(0, YEAR), NO_RANGE, 0, OURS,
        "no time is published; verdicts are final unless a scenario gives one",
        "time in which the operator of a failed answer may appeal; 0 means no appeals", NULL),
    ROW("appeal.deposit", appeal_deposit, AMOUNT(AMOUNT_MAX), NO_RANGE, 10 * DG_TOKEN, OURS,
        "several times the cost of the larger committee",
        "paid to appeal, returned unless the verdict stands", NULL),
    ROW("quality.aggregation", quality_aggregation, CHOICE(DG_QUALITY_AGGREGATION_LAST), NO_RANGE,
        0, OURS, "one liar in three cannot move it far", "how a committee's scores become one",
        quality_aggregation_choices),
    ROW("quality.trim", quality_trim, FRACTION(1, DG_ONE / 2), NO_RANGE, 25 * PERCENT, OURS,
        "cuts one score from each end of the standard committee",
        "part of the scores that trimmed_mean cuts from each end", NULL),
    ROW("quality.trust_eta", quality_trust_eta, FRACTION(1, 10 * DG_ONE), NO_RANGE, 10 * PERCENT,
        PUBLISHED, "learning rate of the trust rule", "how fast a verifier's trust moves", NULL),
    ROW("quality.trust_neutral", quality_trust_neutral, FRACTION(PERCENT, DG_ONE), NO_RANGE,
        50 * PERCENT, PUBLISHED, "neutral point of the trust rule",
        "distance from the truth at which trust stays as it is", NULL),
    ROW("quality.trust_minimum", quality_trust_minimum, FRACTION(1, DG_ONE), NO_RANGE, 10 * PERCENT,
        OURS, "leaves a way back", "lowest trust; a verifier starts with 1", NULL),
    ROW("quality.trust_maximum", quality_trust_maximum, FRACTION(DG_ONE, 100 * DG_ONE), NO_RANGE,
        5 * DG_ONE, PUBLISHED, "ceiling of the trust rule",
        "highest trust; a verifier starts with 1", NULL),
    ROW("quality.kappa", quality_kappa, FRACTION(1, DG_ONE), NO_RANGE, 50 * PERCENT, RELATIVE,
        "majority of stake in Yuma consensus",
        "part of a committee's stake that must have given a score for it to count in full", NULL),
    ROW("quality.bond_alpha", quality_bond_alpha, FRACTION(1, DG_ONE), NO_RANGE, 10 * PERCENT,
        RELATIVE, "moving average of bonds in Yuma consensus",
        "weight of the newest check in a verifier's bond to a node", NULL),
    ROW("quality.pass_score", quality_pass_score, FRACTION(0, DG_ONE), NO_RANGE, 50 * PERCENT, OURS,
        "middle of the scale", "aggregate score below which a check fails", NULL),
    ROW("quality.record_alpha", quality_record_alpha, FRACTION(1, DG_ONE), NO_RANGE, 10 * PERCENT,
        OURS, "remembers about twenty checks",
        "weight of the newest score in a node's quality record", NULL),
    ROW("quality.test", quality_test, CHOICE(DG_QUALITY_TEST_LAST), NO_RANGE, 0, OURS,
        "simple to state and to dispute", "how outcomes of checks become an offence",
        quality_test_choices),
    ROW("quality.threshold_failures", quality_threshold_failures, COUNT(1, WORD_WINDOW), NO_RANGE,
        3, OURS, "tolerates a rare misjudgement",
        "failed checks within the window that make an offence", NULL),
    ROW("quality.threshold_window", quality_threshold_window, COUNT(1, WORD_WINDOW), NO_RANGE, 10,
        OURS, "tolerates a rare misjudgement",
        "latest checks of a node that the threshold test looks at", NULL),
    ROW("quality.p0", quality_p0, FRACTION(1, DG_ONE - 1), NO_RANGE, 2 * PERCENT, OURS,
        "above what honest nodes fail with a good judge",
        "failure rate that sprt and cusum take for honest", NULL),
    ROW("quality.p1", quality_p1, FRACTION(1, DG_ONE - 1), NO_RANGE, 20 * PERCENT, OURS,
        "ten times the honest one", "failure rate that sprt and cusum look for", NULL),
    ROW("quality.alpha", quality_alpha, FRACTION(1, DG_ONE - 1), NO_RANGE, PERCENT, OURS,
        "a usual error rate", "chance that one run of sprt convicts at failure rate p0", NULL),
    ROW("quality.beta", quality_beta, FRACTION(1, DG_ONE - 1), NO_RANGE, 5 * PERCENT, OURS,
        "a usual error rate", "chance that one run of sprt accepts at failure rate p1", NULL),
    ROW("quality.cusum_threshold", quality_cusum_threshold, FRACTION(1, 100 * DG_ONE), NO_RANGE,
        8 * DG_ONE, OURS, "at least e^8 checks to a false verdict at p0 (Lorden 1971)",
        "log-likelihood ratio, a natural logarithm, at which cusum convicts", NULL),
    ROW("penalty.slash_first", penalty_slash[0], FRACTION(0, DG_ONE),
        PUBLISHED(5 * PERCENT, 20 * PERCENT), 5 * PERCENT, OURS,
        "within the published 5 to 20 %; the steps are not published",
        "part of the stake burned at the first offence", NULL),
    ROW("penalty.slash_second", penalty_slash[1], FRACTION(0, DG_ONE),
        PUBLISHED(5 * PERCENT, 20 * PERCENT), 10 * PERCENT, OURS,
        "within the published 5 to 20 %; the steps are not published",
        "part of the stake burned at the second offence", NULL),
    ROW("penalty.slash_third", penalty_slash[2], FRACTION(0, DG_ONE),
        PUBLISHED(5 * PERCENT, 20 * PERCENT), 20 * PERCENT, OURS,
        "within the published 5 to 20 %; the steps are not published",
        "part of the stake burned at the third offence", NULL),
    ROW("penalty.repeat_window", penalty_repeat_window, DURATION(0, 10 * YEAR), NO_RANGE, 90 * DAY,
        OURS, "longer than two jail terms", "time within which earlier offences count as repeats",
        NULL),
    ROW("penalty.reporter_share", penalty_reporter_share, FRACTION(0, DG_ONE), NO_RANGE, 0, OURS,
        "slashed stake is published as burned",
        "part of slashed stake paid to the verifiers that revealed", NULL),
    ROW("penalty.downtime_limit", penalty_downtime_limit, DURATION(DG_SECOND, 10 * YEAR), NO_RANGE,
        72 * HOUR, PUBLISHED, "downtime over 72 h",
        "silence for which a node is slashed, again for each further such time", NULL),
    ROW("penalty.downtime_slash", penalty_downtime_slash, FRACTION(0, DG_ONE), NO_RANGE,
        5 * PERCENT, PUBLISHED, "5 % for downtime", "part of the stake burned for downtime", NULL),
    ROW("penalty.downtime_requests", penalty_downtime_requests, COUNT(0, 1000000), NO_RANGE, 10,
        OURS, "heartbeats alone do not show that a node serves",
        "requests in a row without a word from a node after which it counts as silent whatever its "
        "heartbeats; 0: heartbeats alone",
        NULL),
    ROW("penalty.misconduct_failures", penalty_misconduct_failures, COUNT(0, WORD_WINDOW), NO_RANGE,
        3, OURS, "the same tolerance as for served answers",
        "bad seats within the window that make an offence of a verifier; 0 means never", NULL),
    ROW("penalty.misconduct_window", penalty_misconduct_window, COUNT(1, WORD_WINDOW), NO_RANGE, 10,
        OURS, "the same tolerance as for served answers",
        "latest seats of a verifier that are looked at", NULL),
    ROW("penalty.gold_tolerance", penalty_gold_tolerance, FRACTION(0, DG_ONE), NO_RANGE,
        50 * PERCENT, OURS, "beyond the scatter of a judge that correlates 0.75 with the truth",
        "distance from the known score of a probe beyond which a verifier's seat is bad", NULL),
    ROW("heartbeat.interval", heartbeat_interval, DURATION(0, DAY), NO_RANGE, 300 * DG_SECOND, OURS,
        "downtime is published in hours; minutes are fine enough",
        "time between two heartbeats of a node; 0 means that none are sent", NULL),
    ROW("heartbeat.misses", heartbeat_misses, COUNT(1, 1000000), NO_RANGE, 3, OURS,
        "one lost message is not an outage",
        "heartbeats in a row without which a node is published as offline", NULL),
    ROW("jail.length", jail_length, DURATION(0, 10 * YEAR), NO_RANGE, 7 * DAY, OURS,
        "one settlement", "first jail term; 0 means none", NULL),
    ROW("jail.growth", jail_growth, COUNT(1, 16), NO_RANGE, 2, OURS, "doubling",
        "factor by which each repeat lengthens the term", NULL),
    ROW("jail.yield", jail_yield, CHOICE(DG_JAIL_YIELD_LAST), NO_RANGE, DG_YIELD_FROZEN, CODE,
        "the two contract generations differ",
        "whether rewards are withheld until release or paid in jail", jail_yield_choices),
    ROW("jail.release", jail_release, CHOICE(DG_JAIL_RELEASE_LAST), NO_RANGE, DG_RELEASE_AUTOMATIC,
        OURS, "the simplest rule; others ask the operator to come back",
        "whether a node returns when its term is over, or when its operator asks and it holds "
        "stake.minimum",
        jail_release_choices),
    ROW("stake.minimum", stake_minimum, AMOUNT(AMOUNT_MAX), NO_RANGE, 1000 * DG_TOKEN, OURS,
        "no amount is published", "stake without which a node cannot register", NULL),
    ROW("stake.unbonding_short", stake_unbonding[DG_TIER_SHORT], DURATION(0, 10 * YEAR), NO_RANGE,
        90 * DAY, CODE, "90 days", "time that unbonding takes in the short lock tier", NULL),
    ROW("stake.unbonding_medium", stake_unbonding[DG_TIER_MEDIUM], DURATION(0, 10 * YEAR), NO_RANGE,
        180 * DAY, CODE, "180 days", "time that unbonding takes in the medium lock tier", NULL),
    ROW("stake.unbonding_long", stake_unbonding[DG_TIER_LONG], DURATION(0, 10 * YEAR), NO_RANGE,
        360 * DAY, CODE, "360 days", "time that unbonding takes in the long lock tier", NULL),
    ROW("stake.weight_short", stake_weight[DG_TIER_SHORT], FRACTION(1, 10 * DG_ONE), NO_RANGE,
        50 * PERCENT, CODE, "0.5 for 90 days",
        "what a token in the short lock tier counts for in shares and votes", NULL),
    ROW("stake.weight_medium", stake_weight[DG_TIER_MEDIUM], FRACTION(1, 10 * DG_ONE), NO_RANGE,
        DG_ONE, CODE, "1 for 180 days",
        "what a token in the medium lock tier counts for in shares and votes", NULL),
    ROW("stake.weight_long", stake_weight[DG_TIER_LONG], FRACTION(1, 10 * DG_ONE), NO_RANGE,
        150 * PERCENT, CODE, "1.5 for 360 days",
        "what a token in the long lock tier counts for in shares and votes", NULL),
    ROW("stake.redelegation", stake_redelegation, CHOICE(DG_REDELEGATION_LAST), NO_RANGE,
        DG_REDELEGATION_INSTANT, CODE, "moved stake leaves its duties behind",
        "whether stake moved to another node stays liable for the one it left",
        redelegation_choices),
    ROW("stake.commission_mode", stake_commission_mode, CHOICE(DG_COMMISSION_MODE_LAST), NO_RANGE,
        DG_COMMISSION_DEDUCTED, CODE, "deducted in July, on top in September",
        "whether an operator's commission comes out of its delegators' rewards or on top of "
        "everybody's",
        commission_mode_choices),
    ROW("stake.commission_maximum", stake_commission_maximum, FRACTION(0, DG_ONE), NO_RANGE,
        20 * PERCENT, CODE, "at most 20 %", "highest commission a node may ask of its delegators",
        NULL),
    ROW("stake.commission_on_top", stake_commission_on_top, FRACTION(0, DG_ONE), NO_RANGE,
        10 * PERCENT, OURS, "the rate is set by governance and not published",
        "commission of every operator over the reward that is shared by stake", NULL),
    ROW("epoch.length", epoch_length, DURATION(DG_SECOND, YEAR), NO_RANGE, HOUR, OURS,
        "records need not be newer", "time between two publications of changed records", NULL),
    ROW("settlement.length", settlement_length, DURATION(DG_SECOND, YEAR), NO_RANGE, 7 * DAY,
        PUBLISHED, "weekly settlement", "time between two payments of rewards", NULL),
    ROW("emission.schedule", emission_schedule, CHOICE(DG_EMISSION_SCHEDULE_LAST), NO_RANGE,
        DG_EMISSION_HALVING, PUBLISHED, "halving every two years, since withdrawn",
        "whether the emission stays as it is or halves again and again", emission_schedule_choices),
    ROW("emission.halving_time", emission_halving_time, DURATION(DG_SECOND, 100 * YEAR), NO_RANGE,
        2 * YEAR, PUBLISHED, "every two years, since withdrawn",
        "time after which the emission halves, from the first node's registration on", NULL),
    ROW("emission.duration", emission_duration, DURATION(0, 100 * YEAR), NO_RANGE, 10 * YEAR,
        PUBLISHED, "ten years, since withdrawn",
        "time after which nothing is minted any more; 0 means never", NULL),
    ROW("emission.weekly", emission_weekly, AMOUNT(AMOUNT_MAX), NO_RANGE, 2473000 * DG_TOKEN,
        PUBLISHED, "implied by the ten-year schedule, since withdrawn", "tokens minted per week",
        NULL),
    ROW("emission.node_share", emission_node_share, FRACTION(0, DG_ONE), NO_RANGE, 80 * PERCENT,
        OURS, "no split is published", "part of the emission that nodes share", NULL),
    ROW("emission.verifier_share", emission_verifier_share, FRACTION(0, DG_ONE), NO_RANGE,
        10 * PERCENT, OURS, "no split is published", "part of the emission that verifiers share",
        NULL),
    ROW("emission.gateway_share", emission_gateway_share, FRACTION(0, DG_ONE), NO_RANGE,
        10 * PERCENT, OURS, "no split is published", "part of the emission that gateways share",
        NULL),
    ROW("points.quality_weight", points_quality_weight, FRACTION(0, 10 * DG_ONE), NO_RANGE, DG_ONE,
        OURS, "the form is published, its weights are not", "weight of quality in reward points",
        NULL),
    ROW("points.cost_weight", points_cost_weight, FRACTION(0, 10 * DG_ONE), NO_RANGE, 30 * PERCENT,
        OURS, "the form is published, its weights are not",
        "weight of declared cost in reward points", NULL),
    ROW("points.large_premium", points_large_premium, FRACTION(0, 10 * DG_ONE), NO_RANGE,
        125 * PERCENT, OURS, "a premium is published, its size is not",
        "factor on the points of models above 13B parameters", NULL),
    ROW("governance.voting_time", governance_voting_time, DURATION(DG_SECOND, YEAR), NO_RANGE,
        3 * DAY, RELATIVE, "about three days in Compound Governor",
        "time in which stake votes on a proposal", NULL),
    ROW("governance.quorum", governance_quorum, FRACTION(1, DG_ONE), NO_RANGE, 40 * PERCENT,
        RELATIVE, "40 % on the Cosmos Hub",
        "part of all bonded stake without whose votes a proposal is rejected", NULL),
    ROW("governance.threshold", governance_threshold, FRACTION(0, DG_ONE - 1), NO_RANGE,
        50 * PERCENT, RELATIVE, "50 % on the Cosmos Hub",
        "part of the votes that a proposal must have more than", NULL),
    ROW("governance.timelock", governance_timelock, DURATION(0, YEAR), NO_RANGE, 2 * DAY, RELATIVE,
        "two days in Compound Governor",
        "time between a vote that passed and the first epoch at which it may take effect", NULL),
    ROW("verification.fee", verification_fee, AMOUNT(AMOUNT_MAX), NO_RANGE, DG_TOKEN / 50, OURS,
        "who pays the verifiers is not published",
        "paid per revealed score from the verification fund", NULL),
};
/* clang-format on */

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

const struct dg_param_row *dg_param_rows(size_t *count)
{
    *count = ROW_COUNT;
    return rows;
}

const struct dg_param_row *dg_param_find(const char *name)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

int64_t dg_param_get(const struct dg_params *params, const struct dg_param_row *row)
{
    int64_t value;
    memcpy(&value, (const char *)params + row->offset, sizeof value);
    return value;
}

void dg_param_set(struct dg_params *params, const struct dg_param_row *row, int64_t value)
{
    memcpy((char *)params + row->offset, &value, sizeof value);
}

const char *dg_origin_name(enum dg_origin origin)
{
    static const char *const names[] = {"pub", "code", "rel", "ours"};

    if ((unsigned)origin >= sizeof names / sizeof names[0])
        return "unknown";
    return names[origin];
}

void dg_params_default(struct dg_params *params)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        dg_param_set(params, &rows[i], rows[i].standard);
}

/* With shares s, discount d and royalty r the funds leave (1 - s)(1 - d + r), which must be at
 * least r: r <= (1 - s)(1 - d) / s. */
int64_t dg_royalty_maximum(const struct dg_params *params)
{
    int64_t shares = params->fees_network_share + params->fees_governance_share +
                     params->fees_treasury_share + params->fees_verification_share;
    int64_t left = DG_ONE + latency_mode(params)->lowest(params);
    fixed_int128 most = (fixed_int128)(DG_ONE - shares) * left;

    if (most >= (fixed_int128)shares * DG_ONE)
        return DG_ONE;
    return (int64_t)(most / shares);
}
