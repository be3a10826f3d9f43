/* routing.h - chooses a node for a request.
 *
 * A policy that weighs all candidates orders them in a tree (view_tree.h), from which one is drawn;
 * one that does not pass the filter is hidden and another drawn, so that the law is that of those
 * who pass. For the others a decision draws distinct random candidates that pass, as many as the
 * policy wants, and lets it choose among them. Every subset of the passing candidates is equally
 * likely and so is every order of it: "the first of the best" is therefore a fair way to break a
 * tie.
 *
 * To add a policy: one file that defines a struct routing_policy, and one row in
 * ROUTING_POLICIES (policies.h).
 */
#ifndef CORE_ROUTING_H
#define CORE_ROUTING_H

#include "gateway_entropy.h"
#include "gateway_view.h"
#include "policies.h"

enum { ROUTING_SAMPLE_MAX = 256 }; /* candidates in one decision: the bound of routing.candidates */

/* What a policy sees: hot entries and records of the view, and the candidates drawn for it. */
struct routing_sample {
    const struct view *view;
    int64_t now;
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
    uint64_t ucb_scale;      /* ucb: of the width of a bound */
};

/* A policy looks at a sample of the candidates (prepare and choose), or it orders all of them (order,
 * and chosen if it must hear whom the order chose). */
struct routing_policy {
    void (*prepare)(const struct dg_params *params, struct routing_setting *setting);
    /* Index of the chosen one in the sample. */
    uint32_t (*choose)(const struct routing_setting *setting, const struct routing_sample *sample,
                       struct entropy *entropy);
    const struct view_order *order;
    void (*chosen)(struct view *view, uint32_t node);
    bool learns; /* from the rewards of outcomes: view->arms */
};

/* For a policy that learns: the arm of a candidate of the sample, its requests in flight counted as
 * outcomes without a reward so far. Else all would follow a good node until its answers are in. */
struct view_arm routing_arm(const struct routing_sample *sample, uint32_t index);

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
    int64_t now;         /* never going back */
    uint32_t model;      /* one that the view knows */
    int64_t price_limit; /* per CU, what cap and allowance can pay */
    const uint32_t *tried;
    uint32_t tried_count;
};

/* What the view must keep for the policy in force. */
struct view_extras routing_extras(const struct dg_params *params);

/* params must have passed dg_params_check(). */
void routing_init(struct routing *routing, const struct dg_params *params,
                  const uint8_t seed[DG_HASH_BYTES]);
/* Takes policy and setting from new parameters; the entropy goes on where it was. */
void routing_follow_params(struct routing *routing, const struct dg_params *params);

/* DG_ERROR_FUNDS when only the price kept every candidate out, DG_ERROR_NO_CANDIDATE otherwise; a
 * failed decision consumes no entropy. Costs O(candidates wanted), or O(log candidates) with an
 * order; when some draws do not find enough, because the filter lets few pass, one pass over the
 * candidates of the model. */
enum dg_status routing_decide(struct routing *routing, struct view *view,
                              const struct routing_query *query, uint32_t *node);

#endif
