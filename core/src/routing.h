/* routing.h - chooses a node for a request.
 *
 * A policy that looks at all candidates gets those that pass the filter. For the others a decision
 * draws distinct random candidates that pass, as many as the policy wants, and lets it choose among
 * them. Every subset of the passing candidates is equally likely
 * and so is every order of it: "the first of the best" is therefore a fair way to break a tie.
 *
 * To add a policy: one file that defines a struct routing_policy, and one line in ROUTING_POLICIES.
 */
#ifndef CORE_ROUTING_H
#define CORE_ROUTING_H

#include "gateway_entropy.h"
#include "gateway_view.h"

/* In the order of the parameter routing.policy. */
#define ROUTING_POLICIES(ROW)                                                                      \
    ROW(random, "every candidate is as likely")                                                    \
    ROW(power_of_d, "the least loaded of d random candidates")                                     \
    ROW(weighted_score, "softmax of latency, success, price, load, quality and credibility")       \
    ROW(round_robin, "the candidate that has waited longest for its turn")                         \
    ROW(least_outstanding, "the candidate with the fewest requests in flight")                     \
    ROW(inverse_square_price, "at random, in proportion to 1 / price^2")                           \
    ROW(stake_weighted, "at random, in proportion to published stake")

enum { ROUTING_SAMPLE_MAX = 256 }; /* candidates in one decision: the bound of routing.candidates */

/* What a policy sees: hot entries and records of the view, and the candidates drawn for it. */
struct routing_sample {
    const struct view *view;
    uint32_t count; /* at least 1 */
    struct view_candidate candidates[ROUTING_SAMPLE_MAX];
};

/* What a policy works out from the parameters once. */
struct routing_setting {
    uint32_t wanted; /* candidates to draw, 1..ROUTING_SAMPLE_MAX */
    uint32_t newcomer_outcomes;
    uint32_t exploration;
    uint64_t exponent_scale; /* weighted_score: from a difference of scores to an exponent of 2; 0:
                                best */
};

/* A policy looks at a sample of the candidates (prepare and choose) or at all that pass (pick). */
struct routing_policy {
    void (*prepare)(const struct dg_params *params, struct routing_setting *setting);
    /* Index of the chosen one in the sample. */
    uint32_t (*choose)(const struct routing_setting *setting, const struct routing_sample *sample,
                       struct entropy *entropy);
    /* Index of the chosen one in passing[], which holds places of the model's list. */
    uint32_t (*pick)(struct view *view, const struct view_model *model, const uint32_t *passing,
                     uint32_t count, struct entropy *entropy);
};

/* For pick: each with probability in proportion to its weight, which is above 0. */
uint32_t routing_pick_weighted(const struct view *view, const struct view_model *model,
                               const uint32_t *passing, uint32_t count,
                               uint64_t (*weight)(const struct view *view,
                                                  const struct view_model *model, uint32_t node),
                               struct entropy *entropy);

#define ROUTING_DECLARE(name, meaning) extern const struct routing_policy routing_policy_##name;
ROUTING_POLICIES(ROUTING_DECLARE)
#undef ROUTING_DECLARE

struct routing {
    const struct routing_policy *policy;
    struct routing_setting setting;
    struct entropy entropy;
    struct routing_sample sample;
};

struct routing_query {
    uint32_t model;      /* one that the view knows */
    int64_t price_limit; /* per CU, what cap and allowance can pay */
    const uint32_t *tried;
    uint32_t tried_count;
};

/* params must have passed dg_params_check(). */
void routing_init(struct routing *routing, const struct dg_params *params,
                  const uint8_t seed[DG_HASH_BYTES]);

/* DG_ERROR_FUNDS when only the price kept every candidate out, DG_ERROR_NO_CANDIDATE otherwise; a
 * failed decision consumes no entropy. Costs O(candidates wanted); when random probing does not
 * find enough, because the filter lets few pass, one pass over the candidates of the model. */
enum dg_status routing_decide(struct routing *routing, struct view *view,
                              const struct routing_query *query, uint32_t *node);

#endif
