/* How a held fee is shared out. */
#include "chain_state.h"

#include "fixed.h"

/* Funds in the order of their shares; what they leave belongs to the provider and the node. */
enum { FUND_COUNT = 4, PART_COUNT };

static const enum dg_account funds[FUND_COUNT] = {
    DG_ACCOUNT_NETWORK,
    DG_ACCOUNT_GOVERNANCE,
    DG_ACCOUNT_TREASURY,
    DG_ACCOUNT_VERIFICATION,
};

/* The parts of the funds, and after them the rest; they add up to the fee. */
static bool fee_split(const struct dg_params *params, int64_t fee, int64_t parts[PART_COUNT])
{
    int64_t weights[PART_COUNT] = {
        params->fees_network_share,
        params->fees_governance_share,
        params->fees_treasury_share,
        params->fees_verification_share,
        DG_ONE,
    };

    for (int i = 0; i < FUND_COUNT; i++)
        weights[FUND_COUNT] -= weights[i];
    return fixed_split(fee, weights, PART_COUNT, parts) == DG_OK;
}

static void node_credit_work(struct dg_chain *chain, const struct dg_receipt *receipt)
{
    struct node_party *node = &chain->registry.nodes[receipt->node];
    uint8_t size_class = chain->registry.models[receipt->model].size_class;
    fixed_int128 work = receipt->compute_milli;

    if (size_class > DG_SIZE_13B)
        work = work * chain->params.points_large_premium / DG_ONE;
    node->serving_compute += (uint64_t)work;
}

void chain_settle_fee(struct dg_chain *chain, const struct dg_receipt *receipt, bool stands)
{
    struct node_party *node = &chain->registry.nodes[receipt->node];
    int64_t parts[PART_COUNT];

    if (!fee_split(&chain->params, receipt->fee, parts)) {
        chain->broken = true;
        return;
    }
    for (int i = 0; i < FUND_COUNT; i++)
        chain_move(chain, DG_ACCOUNT_FEE_HOLD, 0, funds[i], 0, parts[i]);

    /* dg_chain_add_model() keeps a royalty within what the funds leave, up to its rounding. */
    int64_t rest = parts[FUND_COUNT];
    int64_t royalty = receipt->royalty < rest ? receipt->royalty : rest;
    if (!stands) {
        chain_move(chain, DG_ACCOUNT_FEE_HOLD, 0, DG_ACCOUNT_USER, receipt->user, rest);
        node->account.refunded += rest - royalty;
        return;
    }
    uint32_t provider = chain->registry.models[receipt->model].provider;
    chain_move(chain, DG_ACCOUNT_FEE_HOLD, 0, DG_ACCOUNT_PROVIDER, provider, royalty);
    chain_move(chain, DG_ACCOUNT_FEE_HOLD, 0, DG_ACCOUNT_OPERATOR, node->operator_id,
               rest - royalty);
    node->account.fees += rest - royalty;
    node_credit_work(chain, receipt);
}
