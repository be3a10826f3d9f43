/* Epochs and settlements: records are published, emission is minted and shared by points.
 *
 * The emission is minted into the residual account and paid out of it, so what no pool could pay,
 * and what rounding leaves, is there already.
 */
#include "chain_state.h"

#include "emission.h"
#include "fixed.h"
#include "jail.h"

#define WEEK (7 * 24 * 3600 * DG_SECOND)

enum { SHARE_BITS = 62 }; /* points are shifted so that their sum fits */

enum dg_status dg_chain_close_epoch(struct dg_chain *chain, int64_t now)
{
    size_t changed = 0;
    struct chain_call call = {.kind = CHAIN_CALL_close_epoch, .now = now};
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = outbox_notices_reserve(&chain->notices, &chain->allocator,
                                        chain_proposals_due(chain, now));
    if (status == DG_OK)
        status = chain_proposals_reserve(chain, now);
    if (status != DG_OK)
        return status;
    for (size_t i = 0; i < chain->registry.node_count; i++)
        changed += chain->registry.nodes[i].changed;
    status = outbox_log_reserve(&chain->log, &chain->allocator, changed);
    if (status != DG_OK)
        return status;

    chain_proposals_take_effect(chain, now);
    for (size_t i = 0; i < chain->registry.node_count; i++) {
        if (chain->registry.nodes[i].changed)
            chain_publish(chain, (uint32_t)i);
    }
    chain->started = true;
    status = dg_chain_audit(chain);
    return chain_finish(chain, &call, status);
}

int64_t chain_pay_reward(struct dg_chain *chain, uint32_t id, int64_t amount)
{
    int64_t own = chain_share_reward(chain, id, DG_ACCOUNT_RESIDUAL, 0, amount);

    chain->registry.nodes[id].account.rewards += own;
    return own;
}

/* ---- sharing a pool ---- */

/* A pool, who it goes to, and by how many points of one recipient. */
struct pool {
    int64_t amount;
    size_t count;
    fixed_uint128 (*points)(const struct dg_chain *chain, size_t index);
    void (*pay)(struct dg_chain *chain, size_t index, int64_t amount);
};

static void pool_pay(struct dg_chain *chain, const struct pool *pool)
{
    fixed_uint128 total = 0;
    unsigned shift = 0;

    for (size_t i = 0; i < pool->count; i++)
        total += pool->points(chain, i);
    if (total == 0)
        return;
    while (total >> shift >> SHARE_BITS != 0)
        shift++;
    for (size_t i = 0; i < pool->count; i++) {
        fixed_uint128 points = pool->points(chain, i) >> shift;
        int64_t part = (int64_t)((fixed_uint128)pool->amount * points / (total >> shift));
        if (part > 0)
            pool->pay(chain, i, part);
    }
}

/* max(0, alpha * Q - beta * C) times compute served, in 1/65535 milli-CU. */
static fixed_uint128 node_points(const struct dg_chain *chain, size_t index)
{
    const struct node_party *node = &chain->registry.nodes[index];
    int64_t worth = chain->params.points_quality_weight * record_quality(&node->record) -
                    chain->params.points_cost_weight * registry_cost_ratio(&chain->registry, node);

    if (worth <= 0 || node->account.state == DG_NODE_EXCLUDED)
        return 0;
    return (fixed_uint128)node->serving_compute * (uint64_t)(worth / DG_ONE);
}

static fixed_uint128 verifier_points(const struct dg_chain *chain, size_t index)
{
    const struct node_party *node = &chain->registry.nodes[index];

    return node->account.state == DG_NODE_EXCLUDED ? 0 : node->verifier_points;
}

static fixed_uint128 gateway_points(const struct dg_chain *chain, size_t index)
{
    return chain->registry.gateways[index].compute_milli;
}

/* Pays operator and delegators; while the node is in jail, what jail.yield says. */
static struct jail_paid reward(struct dg_chain *chain, uint32_t id, int64_t amount)
{
    if (chain->registry.nodes[id].account.state == DG_NODE_JAILED)
        return jail_yield(&chain->params)->reward(chain, id, amount);
    return (struct jail_paid){.own = chain_pay_reward(chain, id, amount)};
}

static void node_reward(struct dg_chain *chain, size_t index, int64_t amount)
{
    (void)reward(chain, (uint32_t)index, amount);
}

static void verifier_reward(struct dg_chain *chain, size_t index, int64_t amount)
{
    struct node_party *node = &chain->registry.nodes[index];
    struct jail_paid paid = reward(chain, (uint32_t)index, amount);

    node->account.verifier_rewards += paid.own;
    node->frozen_verifier_rewards += paid.frozen;
}

static void gateway_reward(struct dg_chain *chain, size_t index, int64_t amount)
{
    chain_move(chain, DG_ACCOUNT_RESIDUAL, 0, DG_ACCOUNT_OPERATOR,
               chain->registry.gateways[index].operator_id, amount);
}

static void restart_points(struct dg_chain *chain)
{
    for (size_t i = 0; i < chain->registry.node_count; i++) {
        chain->registry.nodes[i].serving_compute = 0;
        chain->registry.nodes[i].verifier_points = 0;
    }
    for (size_t i = 0; i < chain->registry.gateway_count; i++)
        chain->registry.gateways[i].compute_milli = 0;
}

/* How far the emission was when the settlement period that ends now began. */
static int64_t emission_elapsed(const struct dg_chain *chain, int64_t now)
{
    int64_t start = now - chain->params.settlement_length;

    return chain->registry.node_count > 0 && start > chain->origin ? start - chain->origin : 0;
}

/* What one settlement mints, and its pools: nodes, verifiers, gateways. */
static enum dg_status emission_split(const struct dg_chain *chain, int64_t now, int64_t *emission,
                                     int64_t pools[3])
{
    const struct dg_params *params = &chain->params;
    const int64_t weights[3] = {
        params->emission_node_share,
        params->emission_verifier_share,
        params->emission_gateway_share,
    };
    int64_t weekly = emission_weekly(params, emission_elapsed(chain, now));
    enum dg_status status = fixed_mul_div(weekly, params->settlement_length, WEEK, emission);

    return status == DG_OK ? fixed_split(*emission, weights, 3, pools) : status;
}

enum dg_status dg_chain_settle(struct dg_chain *chain, int64_t now)
{
    int64_t emission, pools[3];
    struct chain_call call = {.kind = CHAIN_CALL_settle, .now = now};
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = emission_split(chain, now, &emission, pools);
    if (status == DG_OK)
        status = ledger_credit(&chain->ledger, LEDGER_MINTED, DG_ACCOUNT_RESIDUAL, 0, emission);
    if (status != DG_OK)
        return status;

    const struct registry *registry = &chain->registry;
    const struct pool shared[] = {
        {pools[0], registry->node_count, node_points, node_reward},
        {pools[1], registry->node_count, verifier_points, verifier_reward},
        {pools[2], registry->gateway_count, gateway_points, gateway_reward},
    };
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
        pool_pay(chain, &shared[i]);
    restart_points(chain);
    return chain_finish(chain, &call, DG_OK);
}
