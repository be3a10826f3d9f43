/* Stake comes, moves and goes: bonds, unbonding, redelegation, leaving, and the shares of a reward.
 *
 * What a node is worth to a thief or a court is its stake at risk: bonded and unbonding positions,
 * and those moved away that are still liable. A slash takes the same fraction of each.
 */
#include "chain_state.h"

#include "commission.h"
#include "fixed.h"
#include "redelegation.h"

/* ---- what a node has at stake ---- */

int64_t chain_bonded(const struct dg_chain *chain, uint32_t node)
{
    return chain_amount(chain, DG_ACCOUNT_STAKE, node) +
           chain_amount(chain, DG_ACCOUNT_DELEGATED, node);
}

static enum dg_account owner_account(enum dg_owner kind)
{
    return kind == DG_OWNER_OPERATOR ? DG_ACCOUNT_OPERATOR : DG_ACCOUNT_DELEGATOR;
}

uint64_t chain_weight(const struct dg_chain *chain, uint32_t id)
{
    return dg_committee_weight(&chain->params, chain_bonded(chain, id),
                               quality_trust_published(chain->registry.nodes[id].trust));
}

void chain_reweigh(struct dg_chain *chain, uint32_t id)
{
    const struct node_party *node = &chain->registry.nodes[id];

    if (node->verifier_place != DG_NONE)
        chain->verifiers.weights[node->verifier_place] = chain_weight(chain, id);
}

/* The chance of a seat follows the stake, and so does the published record. */
void chain_stake_changed(struct dg_chain *chain, uint32_t id)
{
    struct node_party *node = &chain->registry.nodes[id];

    chain_reweigh(chain, id);
    node->changed = true;
}

/* ---- bond ---- */

/* Whether the order's parties exist, may do it, and can pay. */
static enum dg_status bond_check(const struct dg_chain *chain, const struct dg_bond_order *order)
{
    int64_t balance;

    if ((unsigned)order->tier >= DG_TIER_COUNT ||
        (unsigned)order->owner_kind > DG_OWNER_DELEGATOR || order->amount <= 0)
        return DG_ERROR_ARGUMENT;
    if (order->node >= chain->registry.node_count)
        return DG_ERROR_UNKNOWN_ID;
    enum dg_status status =
        ledger_balance(&chain->ledger, owner_account(order->owner_kind), order->owner, &balance);
    if (status != DG_OK)
        return status;
    const struct node_party *node = &chain->registry.nodes[order->node];
    if (order->owner_kind == DG_OWNER_OPERATOR && order->owner != node->operator_id)
        return DG_ERROR_ARGUMENT;
    if (node->account.state == DG_NODE_EXCLUDED || node->account.state == DG_NODE_LEFT)
        return DG_ERROR_STATE;
    return balance < order->amount ? DG_ERROR_FUNDS : DG_OK;
}

enum dg_status dg_chain_bond(struct dg_chain *chain, int64_t now, const struct dg_bond_order *order,
                             uint32_t *position)
{
    struct chain_call call = {.kind = CHAIN_CALL_bond, .now = now, .order = order};
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = bond_check(chain, order);
    if (status == DG_OK)
        status = stake_reserve(&chain->stakes, &chain->allocator, 1);
    if (status != DG_OK)
        return status;

    uint32_t id = chain_bond(chain, order);
    status = chain_finish(chain, &call, DG_OK);
    if (status == DG_OK)
        *position = id;
    return status;
}

uint32_t chain_bond(struct dg_chain *chain, const struct dg_bond_order *order)
{
    struct node_party *node = &chain->registry.nodes[order->node];
    uint32_t id = stake_add(&chain->stakes, &node->stakes, order);

    chain_move(chain, owner_account(order->owner_kind), order->owner,
               stake_account(&chain->stakes.positions[id]), order->node, order->amount);
    chain_stake_changed(chain, order->node);
    return id;
}

/* ---- unbond ---- */

/* A position of the owner's that is bonded and holds so much. */
static enum dg_status find_bonded(const struct dg_chain *chain, uint32_t id, int64_t amount,
                                  struct stake_position **position)
{
    if (id >= chain->stakes.count)
        return DG_ERROR_UNKNOWN_ID;
    *position = &chain->stakes.positions[id];
    if ((*position)->state != DG_POSITION_BONDED)
        return DG_ERROR_STATE;
    if (amount <= 0)
        return DG_ERROR_ARGUMENT;
    return (*position)->amount < amount ? DG_ERROR_FUNDS : DG_OK;
}

/* A node that goes on serving keeps its own minimum; one that was excluded keeps everything. */
static enum dg_status own_stake_may_go(const struct dg_chain *chain,
                                       const struct stake_position *position, int64_t amount)
{
    const struct node_party *node = &chain->registry.nodes[position->node];

    if (position->owner_kind != DG_OWNER_OPERATOR)
        return DG_OK;
    if (node->account.state == DG_NODE_EXCLUDED || node->account.state == DG_NODE_JAILED)
        return DG_ERROR_STATE;
    int64_t left = chain_amount(chain, DG_ACCOUNT_STAKE, position->node) - amount;
    return left < chain->params.stake_minimum ? DG_ERROR_FUNDS : DG_OK;
}

/* Splits what is beyond `amount` off into a position of its own, with the same duties. */
static void split_off(struct dg_chain *chain, uint32_t id, int64_t amount)
{
    struct stake_book *book = &chain->stakes;
    struct stake_position *position = &book->positions[id];

    if (position->amount == amount)
        return;
    struct dg_bond_order rest = {
        .owner_kind = (enum dg_owner)position->owner_kind,
        .tier = (enum dg_tier)position->tier,
        .owner = position->owner,
        .node = position->node,
        .amount = position->amount - amount,
    };
    uint32_t other = stake_add(book, &chain->registry.nodes[position->node].stakes, &rest);
    position->amount = amount;
    if (position->liable_node == DG_NONE)
        return;
    book->positions[other].liable_node = position->liable_node;
    book->positions[other].liable_until = position->liable_until;
    stake_liable_link(book, &chain->registry.nodes[position->liable_node].stakes, other);
}

static void start_unbonding(struct dg_chain *chain, int64_t now, uint32_t id)
{
    struct stake_position *position = &chain->stakes.positions[id];
    enum dg_account from = stake_account(position);

    position->state = DG_POSITION_UNBONDING;
    position->until = now + stake_unbonding_time(&chain->params, (enum dg_tier)position->tier);
    chain_move(chain, from, position->node, DG_ACCOUNT_UNBONDING, position->node, position->amount);
    deadline_push(&chain->deadlines, position->until, DEADLINE_UNBOND, id);
}

enum dg_status dg_chain_unbond(struct dg_chain *chain, int64_t now, uint32_t id, int64_t amount)
{
    struct stake_position *position;
    struct chain_call call = {
        .kind = CHAIN_CALL_unbond, .now = now, .ids = {id}, .amounts = {amount}};
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = find_bonded(chain, id, amount, &position);
    if (status == DG_OK)
        status = own_stake_may_go(chain, position, amount);
    if (status == DG_OK)
        status = stake_reserve(&chain->stakes, &chain->allocator, 1);
    if (status == DG_OK)
        status = deadline_reserve(&chain->deadlines, &chain->allocator, 1);
    if (status != DG_OK)
        return status;

    split_off(chain, id, amount);
    start_unbonding(chain, now, id);
    chain_stake_changed(chain, chain->stakes.positions[id].node);
    return chain_finish(chain, &call, DG_OK);
}

void chain_unbonded(struct dg_chain *chain, int64_t now, uint32_t id)
{
    struct stake_position *position = &chain->stakes.positions[id];
    struct dg_notice notice = chain_notice(DG_NOTICE_UNBONDED, position->node, now);

    notice.amount = position->amount;
    notice.position = id;
    chain_move(chain, DG_ACCOUNT_UNBONDING, position->node,
               owner_account((enum dg_owner)position->owner_kind), position->owner,
               position->amount);
    stake_unlink(&chain->stakes, &chain->registry.nodes[position->node].stakes, id);
    if (position->liable_node != DG_NONE)
        stake_liable_unlink(&chain->stakes, &chain->registry.nodes[position->liable_node].stakes,
                            id);
    position->state = DG_POSITION_CLOSED;
    position->amount = 0;
    outbox_notices_push(&chain->notices, &notice);
}

/* ---- move to another node ---- */

static enum dg_status redelegate_check(const struct dg_chain *chain, int64_t now, uint32_t id,
                                       uint32_t node, int64_t amount)
{
    struct stake_position *position;
    enum dg_status status = find_bonded(chain, id, amount, &position);

    if (status != DG_OK)
        return status;
    if (node >= chain->registry.node_count)
        return DG_ERROR_UNKNOWN_ID;
    const struct node_party *to = &chain->registry.nodes[node];
    if (node == position->node ||
        (position->owner_kind == DG_OWNER_OPERATOR && to->operator_id != position->owner))
        return DG_ERROR_ARGUMENT;
    if (to->account.state == DG_NODE_EXCLUDED || to->account.state == DG_NODE_LEFT ||
        (position->liable_node != DG_NONE && position->liable_until > now))
        return DG_ERROR_STATE;
    return own_stake_may_go(chain, position, amount);
}

static void redelegate(struct dg_chain *chain, int64_t now, uint32_t id, uint32_t node)
{
    struct stake_book *book = &chain->stakes;
    struct stake_position *position = &book->positions[id];
    struct node_party *nodes = chain->registry.nodes;
    uint32_t from = position->node;
    enum dg_account account = stake_account(position);

    if (position->liable_node != DG_NONE)
        stake_liable_unlink(book, &nodes[position->liable_node].stakes, id);
    stake_unlink(book, &nodes[from].stakes, id);
    position->node = node;
    stake_link(book, &nodes[node].stakes, id);
    chain_move(chain, account, from, account, node, position->amount);
    int64_t liable_ns = redelegation(&chain->params)->liable_ns(&chain->params, position);
    if (liable_ns != REDELEGATION_FREE) {
        position->liable_node = from;
        position->liable_until = now + liable_ns;
        stake_liable_link(book, &nodes[from].stakes, id);
    }
    chain_stake_changed(chain, from);
    chain_stake_changed(chain, node);
}

enum dg_status dg_chain_redelegate(struct dg_chain *chain, int64_t now, uint32_t id, uint32_t node,
                                   int64_t amount)
{
    struct chain_call call = {
        .kind = CHAIN_CALL_redelegate, .now = now, .ids = {id, node}, .amounts = {amount}};
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = redelegate_check(chain, now, id, node, amount);
    if (status == DG_OK)
        status = stake_reserve(&chain->stakes, &chain->allocator, 1);
    if (status != DG_OK)
        return status;

    split_off(chain, id, amount);
    redelegate(chain, now, id, node);
    return chain_finish(chain, &call, DG_OK);
}

/* ---- leave ---- */

static size_t bonded_count(const struct dg_chain *chain, uint32_t node)
{
    const struct stake_position *positions = chain->stakes.positions;
    size_t count = 0;

    for (uint32_t id = chain->registry.nodes[node].stakes.first; id != DG_NONE;
         id = positions[id].next)
        count += positions[id].state == DG_POSITION_BONDED;
    return count;
}

enum dg_status dg_chain_leave(struct dg_chain *chain, int64_t now, uint32_t id)
{
    struct chain_call call = {.kind = CHAIN_CALL_leave, .now = now, .ids = {id}};
    enum dg_status status = chain_begin(chain, &call);

    if (status != DG_OK)
        return status;
    if (id >= chain->registry.node_count)
        return DG_ERROR_UNKNOWN_ID;
    struct node_party *node = &chain->registry.nodes[id];
    if (node->account.state != DG_NODE_ACTIVE && node->account.state != DG_NODE_OFFLINE)
        return DG_ERROR_STATE;
    status = deadline_reserve(&chain->deadlines, &chain->allocator, bonded_count(chain, id));
    if (status == DG_OK)
        status = outbox_notices_reserve(&chain->notices, &chain->allocator, 1);
    if (status == DG_OK)
        status = outbox_log_reserve(&chain->log, &chain->allocator, 1);
    if (status != DG_OK)
        return status;

    const struct stake_position *positions = chain->stakes.positions;
    for (uint32_t p = node->stakes.first; p != DG_NONE; p = positions[p].next) {
        if (positions[p].state == DG_POSITION_BONDED)
            start_unbonding(chain, now, p);
    }
    chain_leave_committees(chain, node);
    chain_set_state(chain, id, DG_NODE_LEFT, DG_NOTICE_LEFT, now);
    return chain_finish(chain, &call, DG_OK);
}

/* ---- slash ---- */

/* Takes the fraction of one position into the residual account, from where it is paid on. */
static int64_t slash_position(struct dg_chain *chain, struct stake_position *position,
                              int64_t fraction)
{
    int64_t amount = fixed_part(position->amount, fraction);

    chain_move(chain, stake_account(position), position->node, DG_ACCOUNT_RESIDUAL, 0, amount);
    position->amount -= amount;
    return amount;
}

int64_t chain_slash_stake(struct dg_chain *chain, int64_t now, uint32_t id, int64_t fraction)
{
    struct stake_book *book = &chain->stakes;
    struct node_party *node = &chain->registry.nodes[id];
    int64_t total = 0;

    for (uint32_t p = node->stakes.first; p != DG_NONE; p = book->positions[p].next)
        total += slash_position(chain, &book->positions[p], fraction);
    for (uint32_t p = node->stakes.liable, next; p != DG_NONE; p = next) {
        struct stake_position *position = &book->positions[p];
        next = position->liable_next;
        if (position->liable_until <= now) {
            stake_liable_unlink(book, &node->stakes, p);
            continue;
        }
        total += slash_position(chain, position, fraction);
        chain_stake_changed(chain, position->node);
    }
    chain_stake_changed(chain, id);
    return total;
}

/* ---- shares of a reward ---- */

/* Weights of what is bonded to the node: all of it, and the delegators' part. */
static void bonded_weights(const struct dg_chain *chain, const struct node_party *node,
                           fixed_uint128 *all, fixed_uint128 *delegated)
{
    const struct stake_position *positions = chain->stakes.positions;

    *all = *delegated = 0;
    for (uint32_t id = node->stakes.first; id != DG_NONE; id = positions[id].next) {
        if (positions[id].state != DG_POSITION_BONDED)
            continue;
        fixed_uint128 weight = stake_weight(&chain->params, &positions[id]);
        *all += weight;
        if (positions[id].owner_kind == DG_OWNER_DELEGATOR)
            *delegated += weight;
    }
}

int64_t chain_share_reward(struct dg_chain *chain, uint32_t id, enum dg_account from,
                           uint32_t from_index, int64_t amount)
{
    struct node_party *node = &chain->registry.nodes[id];
    const struct stake_position *positions = chain->stakes.positions;
    fixed_uint128 all, delegated;
    int64_t paid = 0;

    bonded_weights(chain, node, &all, &delegated);
    if (delegated > 0) {
        const struct commission_reward reward = {amount, node->commission, all, delegated};
        int64_t part = commission_mode(&chain->params)->delegators(&chain->params, &reward);
        for (uint32_t p = node->stakes.first; p != DG_NONE; p = positions[p].next) {
            if (positions[p].state != DG_POSITION_BONDED ||
                positions[p].owner_kind != DG_OWNER_DELEGATOR)
                continue;
            int64_t share =
                stake_share(part, stake_weight(&chain->params, &positions[p]), delegated);
            chain_move(chain, from, from_index, DG_ACCOUNT_DELEGATOR, positions[p].owner, share);
            paid += share;
        }
    }
    chain_move(chain, from, from_index, DG_ACCOUNT_OPERATOR, node->operator_id, amount - paid);
    node->account.delegator_rewards += paid;
    return amount - paid;
}

enum dg_status dg_chain_set_commission(struct dg_chain *chain, uint32_t node, int64_t commission)
{
    struct chain_call call = {
        .kind = CHAIN_CALL_set_commission,
        .now = chain->now,
        .ids = {node},
        .amounts = {commission},
    };
    enum dg_status status = chain_begin(chain, &call);

    if (status != DG_OK)
        return status;
    if (node >= chain->registry.node_count)
        return DG_ERROR_UNKNOWN_ID;
    if (commission < 0 || commission > chain->params.stake_commission_maximum)
        return DG_ERROR_ARGUMENT;
    chain->registry.nodes[node].commission = commission;
    return chain_finish(chain, &call, DG_OK);
}

/* ---- reading ---- */

enum dg_status dg_chain_position(const struct dg_chain *chain, uint32_t id, struct dg_position *out)
{
    if (id >= chain->stakes.count)
        return DG_ERROR_UNKNOWN_ID;
    const struct stake_position *position = &chain->stakes.positions[id];

    *out = (struct dg_position){
        .owner_kind = (enum dg_owner)position->owner_kind,
        .tier = (enum dg_tier)position->tier,
        .state = (enum dg_position_state)position->state,
        .owner = position->owner,
        .node = position->node,
        .liable_node = position->liable_node,
        .amount = position->amount,
        .until = position->until,
        .liable_until = position->liable_until,
    };
    return DG_OK;
}

/* What the positions of every node add up to must be what the ledger holds for it. */
bool chain_audit_stakes(const struct dg_chain *chain)
{
    static const enum dg_account kinds[] = {DG_ACCOUNT_STAKE, DG_ACCOUNT_DELEGATED,
                                            DG_ACCOUNT_UNBONDING};

    for (uint32_t node = 0; node < chain->registry.node_count; node++) {
        int64_t left[DG_ACCOUNT_COUNT] = {0};
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            left[kinds[k]] = chain_amount(chain, kinds[k], node);
        for (uint32_t p = chain->registry.nodes[node].stakes.first; p != DG_NONE;
             p = chain->stakes.positions[p].next)
            left[stake_account(&chain->stakes.positions[p])] -= chain->stakes.positions[p].amount;
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            if (left[kinds[k]] != 0)
                return false;
        }
    }
    return true;
}
