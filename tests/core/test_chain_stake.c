/* Stake: positions, lock tiers, unbonding, redelegation, commission; presence; jail on request; the
 * emission's schedule. Amounts and dates are worked out by hand. */
#include "chain_world.h"

#include "chain_state.h"

#define DAY (24 * 3600 * DG_SECOND)

enum { DELEGATOR_COUNT = 2 };
#define DELEGATOR_GENESIS (2000 * DG_TOKEN)

static void open_world(struct chain_world *world, const struct dg_params *params)
{
    chain_world_open(world, params, NULL);
    for (uint32_t i = 0; i < DELEGATOR_COUNT; i++) {
        uint32_t id;
        assert_status(dg_chain_add_delegator(world->chain, DELEGATOR_GENESIS, &id), DG_OK);
        assert_int_equal(id, i);
    }
}

static uint32_t delegate(struct chain_world *world, uint32_t delegator, uint32_t node,
                         enum dg_tier tier, int64_t amount)
{
    uint32_t position;
    struct dg_bond_order order = {.owner_kind = DG_OWNER_DELEGATOR,
                                  .tier = tier,
                                  .owner = delegator,
                                  .node = node,
                                  .amount = amount};

    assert_status(dg_chain_bond(world->chain, world->now, &order, &position), DG_OK);
    return position;
}

static struct dg_position position_of(const struct chain_world *world, uint32_t position)
{
    struct dg_position out = {0};

    assert_status(dg_chain_position(world->chain, position, &out), DG_OK);
    return out;
}

/* Three failures make an offence. */
static void offend(struct chain_world *world, uint32_t node)
{
    for (int i = 0; i < 3; i++)
        chain_world_verdict(world, node, MODEL_SMALL, 0);
}

/* The position of the stake that a node registered with: one a node, in order. */
static uint32_t own_position(uint32_t node)
{
    return node;
}

/* ---- bonds ---- */

static void bond_moves_money_and_shows(void **state)
{
    (void)state;
    struct chain_world world;
    open_world(&world, NULL);

    delegate(&world, 0, NODE_SERVER, DG_TIER_LONG, 300 * DG_TOKEN);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_DELEGATOR, 0), 1700 * DG_TOKEN);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_DELEGATED, NODE_SERVER),
                     300 * DG_TOKEN);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).stake, WORLD_STAKE + 300 * DG_TOKEN);
    assert_status(dg_chain_audit(world.chain), DG_OK);
    chain_world_close(&world);
}

static void bond_refused(void **state)
{
    (void)state;
    struct chain_world world;
    open_world(&world, NULL);
    const struct dg_bond_order good = {
        .owner_kind = DG_OWNER_DELEGATOR, .node = NODE_SERVER, .amount = DG_TOKEN};
    struct dg_bond_order bad;
    uint32_t id;

    bad = good, bad.amount = 0;
    assert_refused(&world, dg_chain_bond(world.chain, 0, &bad, &id), DG_ERROR_ARGUMENT);
    bad = good, bad.amount = DELEGATOR_GENESIS + 1;
    assert_refused(&world, dg_chain_bond(world.chain, 0, &bad, &id), DG_ERROR_FUNDS);
    bad = good, bad.tier = DG_TIER_COUNT;
    assert_refused(&world, dg_chain_bond(world.chain, 0, &bad, &id), DG_ERROR_ARGUMENT);
    bad = good, bad.node = WORLD_NODES;
    assert_refused(&world, dg_chain_bond(world.chain, 0, &bad, &id), DG_ERROR_UNKNOWN_ID);
    bad = good, bad.owner = DELEGATOR_COUNT;
    assert_refused(&world, dg_chain_bond(world.chain, 0, &bad, &id), DG_ERROR_UNKNOWN_ID);
    bad = good, bad.owner_kind = DG_OWNER_OPERATOR, bad.owner = OPERATOR_OTHER;
    assert_refused(&world, dg_chain_bond(world.chain, 0, &bad, &id), DG_ERROR_ARGUMENT);
    assert_refused(&world, dg_chain_unbond(world.chain, 0, WORLD_NODES, 1), DG_ERROR_UNKNOWN_ID);
    assert_refused(&world,
                   dg_chain_redelegate(world.chain, 0, own_position(NODE_SERVER), NODE_OTHER, 1),
                   DG_ERROR_ARGUMENT); /* another operator's */
    chain_world_close(&world);
}

/* ---- unbonding ---- */

static void unbonding_takes_the_time_of_its_tier(void **state)
{
    (void)state;
    static const int64_t days[DG_TIER_COUNT] = {90, 180, 360};

    for (int tier = 0; tier < DG_TIER_COUNT; tier++) {
        struct chain_world world;
        open_world(&world, NULL);
        uint32_t position = delegate(&world, 0, NODE_SERVER, (enum dg_tier)tier, 500 * DG_TOKEN);

        chain_world_advance(&world, DAY);
        assert_status(dg_chain_unbond(world.chain, DAY, position, 500 * DG_TOKEN), DG_OK);
        int64_t due = (1 + days[tier]) * DAY;
        assert_int_equal(dg_chain_next_deadline(world.chain), due);
        chain_world_advance(&world, due - 1);
        assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_DELEGATOR, 0), 1500 * DG_TOKEN);
        assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_UNBONDING, NODE_SERVER),
                         500 * DG_TOKEN);
        chain_world_no_notice(&world);
        chain_world_advance(&world, due);
        struct dg_notice notice = chain_world_notice(&world, DG_NOTICE_UNBONDED);
        assert_int_equal(notice.position, position);
        assert_int_equal(notice.amount, 500 * DG_TOKEN);
        assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_DELEGATOR, 0), DELEGATOR_GENESIS);
        assert_int_equal(position_of(&world, position).state, DG_POSITION_CLOSED);
        assert_status(dg_chain_audit(world.chain), DG_OK);
        chain_world_close(&world);
    }
}

static void part_of_a_position_unbonds(void **state)
{
    (void)state;
    struct chain_world world;
    open_world(&world, NULL);
    uint32_t position = delegate(&world, 0, NODE_SERVER, DG_TIER_LONG, 500 * DG_TOKEN);

    assert_status(dg_chain_unbond(world.chain, 0, position, 200 * DG_TOKEN), DG_OK);
    struct dg_position gone = position_of(&world, position);
    struct dg_position left = position_of(&world, position + 1);
    assert_int_equal(gone.state, DG_POSITION_UNBONDING);
    assert_int_equal(gone.amount, 200 * DG_TOKEN);
    assert_int_equal(left.state, DG_POSITION_BONDED);
    assert_int_equal(left.amount, 300 * DG_TOKEN);
    assert_int_equal(left.tier, DG_TIER_LONG);
    assert_refused(&world, dg_chain_unbond(world.chain, 0, position, 1), DG_ERROR_STATE);
    assert_refused(&world, dg_chain_unbond(world.chain, 0, position + 1, 301 * DG_TOKEN),
                   DG_ERROR_FUNDS);
    assert_status(dg_chain_audit(world.chain), DG_OK);
    chain_world_close(&world);
}

static void own_stake_stays_at_the_minimum(void **state)
{
    (void)state;
    struct chain_world world;
    open_world(&world, NULL);
    uint32_t own = own_position(NODE_SERVER);

    /* 4,000 bonded, 1,000 must stay. */
    assert_refused(&world, dg_chain_unbond(world.chain, 0, own, 3000 * DG_TOKEN + 1),
                   DG_ERROR_FUNDS);
    assert_status(dg_chain_unbond(world.chain, 0, own, 3000 * DG_TOKEN), DG_OK);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).stake, 1000 * DG_TOKEN);
    chain_world_close(&world);
}

/* 5 % of what serves, of what was delegated and of what is on its way out. */
static void a_slash_takes_every_position(void **state)
{
    (void)state;
    struct chain_world world;
    open_world(&world, NULL);
    uint32_t position = delegate(&world, 0, NODE_SERVER, DG_TIER_SHORT, 1000 * DG_TOKEN);

    assert_status(dg_chain_unbond(world.chain, 0, own_position(NODE_SERVER), 500 * DG_TOKEN),
                  DG_OK);
    offend(&world, NODE_SERVER);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_STAKE, NODE_SERVER), 3325 * DG_TOKEN);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_UNBONDING, NODE_SERVER),
                     475 * DG_TOKEN);
    assert_int_equal(position_of(&world, position).amount, 950 * DG_TOKEN);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_BURNED, 0), 250 * DG_TOKEN);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).slashed, 250 * DG_TOKEN);
    assert_status(dg_chain_audit(world.chain), DG_OK);
    chain_world_close(&world);
}

/* ---- redelegation ---- */

static int64_t after_flight(enum dg_redelegation rule, int64_t wait)
{
    struct chain_world world;
    struct dg_params params;
    chain_world_params(&params);
    params.stake_redelegation = rule;
    open_world(&world, &params);
    uint32_t position = delegate(&world, 0, NODE_SERVER, DG_TIER_SHORT, 1000 * DG_TOKEN);

    assert_status(dg_chain_redelegate(world.chain, 0, position, NODE_OTHER, 1000 * DG_TOKEN),
                  DG_OK);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_DELEGATED, NODE_OTHER),
                     1000 * DG_TOKEN);
    chain_world_advance(&world, wait);
    offend(&world, NODE_SERVER);
    assert_status(dg_chain_audit(world.chain), DG_OK);
    int64_t left = chain_world_balance(&world, DG_ACCOUNT_DELEGATED, NODE_OTHER);
    assert_int_equal(position_of(&world, position).amount, left);
    chain_world_close(&world);
    return left;
}

static void stake_flees_unless_it_is_followed(void **state)
{
    (void)state;
    assert_int_equal(after_flight(DG_REDELEGATION_INSTANT, 0), 1000 * DG_TOKEN);
    assert_int_equal(after_flight(DG_REDELEGATION_SLASHABLE, 0), 950 * DG_TOKEN);
    assert_int_equal(after_flight(DG_REDELEGATION_SLASHABLE, 90 * DAY - 1), 950 * DG_TOKEN);
    assert_int_equal(after_flight(DG_REDELEGATION_SLASHABLE, 90 * DAY), 1000 * DG_TOKEN);
}

static void liable_stake_does_not_move_again(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    chain_world_params(&params);
    params.stake_redelegation = DG_REDELEGATION_SLASHABLE;
    open_world(&world, &params);
    uint32_t position = delegate(&world, 0, NODE_SERVER, DG_TIER_SHORT, 100 * DG_TOKEN);

    assert_status(dg_chain_redelegate(world.chain, 0, position, NODE_OTHER, 60 * DG_TOKEN), DG_OK);
    assert_int_equal(position_of(&world, position + 1).node, NODE_SERVER);
    assert_int_equal(position_of(&world, position).liable_node, NODE_SERVER);
    assert_refused(&world,
                   dg_chain_redelegate(world.chain, 0, position, NODE_VERIFIER, 60 * DG_TOKEN),
                   DG_ERROR_STATE);
    chain_world_advance(&world, 90 * DAY);
    assert_status(
        dg_chain_redelegate(world.chain, 90 * DAY, position, NODE_VERIFIER, 60 * DG_TOKEN), DG_OK);
    assert_int_equal(position_of(&world, position).liable_node, NODE_OTHER);
    assert_status(dg_chain_audit(world.chain), DG_OK);
    chain_world_close(&world);
}

/* ---- leaving ---- */

static void a_node_leaves_with_all_its_stake(void **state)
{
    (void)state;
    struct chain_world world;
    open_world(&world, NULL);

    delegate(&world, 0, NODE_VERIFIER, DG_TIER_LONG, 100 * DG_TOKEN);
    assert_status(dg_chain_leave(world.chain, 0, NODE_VERIFIER), DG_OK);
    (void)chain_world_notice(&world, DG_NOTICE_LEFT);
    assert_int_equal(chain_world_record(&world, NODE_VERIFIER).state, DG_NODE_LEFT);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_UNBONDING, NODE_VERIFIER),
                     WORLD_STAKE + 100 * DG_TOKEN);
    assert_refused(&world, dg_chain_leave(world.chain, 0, NODE_VERIFIER), DG_ERROR_STATE);

    /* It gets no seat any more: of four verifiers, three are left for three seats. */
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    for (unsigned i = 0; i < world.check.member_count; i++)
        assert_int_not_equal(world.check.members[i], NODE_VERIFIER);
    chain_world_advance(&world, 360 * DAY);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_VERIFIER),
                     WORLD_GENESIS);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_DELEGATOR, 0), DELEGATOR_GENESIS);
    chain_world_close(&world);
}

/* What left is still slashed for what was served before. */
static void leaving_does_not_save_the_stake(void **state)
{
    (void)state;
    struct chain_world world;
    open_world(&world, NULL);

    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, 0);
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, 0);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    assert_status(dg_chain_leave(world.chain, 0, NODE_SERVER), DG_OK);
    chain_world_judge(&world, 0);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_UNBONDING, NODE_SERVER),
                     3800 * DG_TOKEN);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).state, DG_NODE_LEFT);
    chain_world_close(&world);
}

/* ---- shares of a reward ---- */

static void reward_params(struct dg_params *params)
{
    chain_world_params(params);
    params->emission_weekly = 100 * DG_TOKEN;
    params->emission_node_share = DG_ONE;
    params->emission_verifier_share = 0;
    params->emission_gateway_share = 0;
    params->emission_schedule = DG_EMISSION_CONSTANT;
}

/* Own: 4,000 in the short tier, counting 2,000. Delegated: 700 in the medium tier, counting 700,
 * and 200 in the long one, counting 300. A third of the reward is the delegators'. */
static void settle_shared(const struct dg_params *params, int64_t expected[3])
{
    struct chain_world world;
    open_world(&world, params);
    int64_t before = chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER);

    delegate(&world, 0, NODE_SERVER, DG_TIER_MEDIUM, 700 * DG_TOKEN);
    delegate(&world, 1, NODE_SERVER, DG_TIER_LONG, 200 * DG_TOKEN);
    assert_status(dg_chain_set_commission(world.chain, NODE_SERVER, DG_ONE / 10), DG_OK);
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, DG_SCORE_ONE);
    assert_status(dg_chain_settle(world.chain, 7 * DAY), DG_OK);

    struct dg_node_account account = chain_world_account(&world, NODE_SERVER);
    int64_t fees = account.fees;
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER),
                     before + fees + expected[0]);
    assert_int_equal(account.rewards, expected[0]);
    assert_int_equal(account.delegator_rewards, expected[1] + expected[2]);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_DELEGATOR, 0),
                     1300 * DG_TOKEN + expected[1]);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_DELEGATOR, 1),
                     1800 * DG_TOKEN + expected[2]);
    chain_world_close(&world);
}

static void commission_deducted(void **state)
{
    (void)state;
    struct dg_params params;
    reward_params(&params);
    /* 33.333333 less a tenth of it is 30; seven tenths and three tenths of that. */
    settle_shared(&params, (int64_t[]){70 * DG_TOKEN, 21 * DG_TOKEN, 9 * DG_TOKEN});
}

static void commission_on_top(void **state)
{
    (void)state;
    struct dg_params params;
    reward_params(&params);
    params.stake_commission_mode = DG_COMMISSION_ON_TOP;
    params.stake_commission_on_top = DG_ONE / 4;
    /* 80 shared by stake and 20 on top: a third of 80, 26.666666, split 18.666666 and 7.999999. */
    settle_shared(&params, (int64_t[]){73333335, 18666666, 7999999});
}

static void commission_has_a_maximum(void **state)
{
    (void)state;
    struct chain_world world;
    open_world(&world, NULL);

    assert_status(dg_chain_set_commission(world.chain, NODE_SERVER, DG_ONE / 5), DG_OK);
    assert_refused(&world, dg_chain_set_commission(world.chain, NODE_SERVER, DG_ONE / 5 + 1),
                   DG_ERROR_ARGUMENT);
    assert_refused(&world, dg_chain_set_commission(world.chain, WORLD_NODES, 0),
                   DG_ERROR_UNKNOWN_ID);
    chain_world_close(&world);
}

/* Under `frozen` the delegators wait for the release as well. */
static void frozen_rewards_are_shared_at_release(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    reward_params(&params);
    params.points_cost_weight = 0;
    open_world(&world, &params);

    delegate(&world, 0, NODE_SERVER, DG_TIER_MEDIUM, 1000 * DG_TOKEN);
    chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, DG_SCORE_ONE);
    offend(&world, NODE_SERVER);
    assert_status(dg_chain_settle(world.chain, 5 * DAY), DG_OK);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_FROZEN, NODE_SERVER), 100 * DG_TOKEN);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_DELEGATOR, 0), 1000 * DG_TOKEN);
    chain_world_advance(&world, 7 * DAY);
    /* 950 against 3,800 at half weight: a third. */
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_DELEGATOR, 0),
                     1000 * DG_TOKEN + 33333333);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).rewards, 66666667);
    chain_world_close(&world);
}

/* ---- emission ---- */

static int64_t minted_by(const struct dg_params *params, int64_t now)
{
    struct chain_world world;
    struct dg_ledger_totals totals;
    open_world(&world, params);

    assert_status(dg_chain_settle(world.chain, now), DG_OK);
    dg_chain_totals(world.chain, &totals);
    chain_world_close(&world);
    return totals.minted;
}

static void emission_halves_every_two_years_for_ten(void **state)
{
    (void)state;
    struct dg_params params;
    const int64_t year = 365 * DAY, week = 7 * DAY, full = 2473000 * DG_TOKEN;

    chain_world_params(&params);
    assert_int_equal(minted_by(&params, week), full);
    assert_int_equal(minted_by(&params, 2 * year + week - 1), full);
    assert_int_equal(minted_by(&params, 2 * year + week), full / 2);
    assert_int_equal(minted_by(&params, 9 * year), full / 16);
    assert_int_equal(minted_by(&params, 10 * year + week), 0);
    params.emission_duration = 0;
    assert_int_equal(minted_by(&params, 10 * year + week), full / 32);
    params.emission_schedule = DG_EMISSION_CONSTANT;
    assert_int_equal(minted_by(&params, 10 * year + week), full);
}

/* ---- presence ---- */

#define INTERVAL (300 * DG_SECOND)

static void open_beating(struct chain_world *world)
{
    struct dg_params params;
    chain_world_params(&params);
    params.heartbeat_interval = INTERVAL;
    open_world(world, &params);
}

static void beat(struct chain_world *world, int64_t now, uint32_t from)
{
    uint32_t nodes[WORLD_NODES];
    size_t count = 0;

    for (uint32_t n = from; n < WORLD_NODES; n++)
        nodes[count++] = n;
    world->now = now;
    assert_status(dg_chain_heartbeats(world->chain, now, nodes, count), DG_OK);
    chain_world_advance(world, now);
}

static void a_silent_node_goes_offline_and_returns(void **state)
{
    (void)state;
    struct chain_world world;
    open_beating(&world);

    /* Silent for exactly three intervals is not more than three. */
    for (int i = 1; i <= 3; i++)
        beat(&world, i * INTERVAL, 1);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).state, DG_NODE_ACTIVE);
    beat(&world, 4 * INTERVAL, 1);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_OFFLINE).node, NODE_SERVER);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).state, DG_NODE_OFFLINE);
    beat(&world, 5 * INTERVAL, 0);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_ONLINE).node, NODE_SERVER);
    assert_int_equal(chain_world_record(&world, NODE_SERVER).state, DG_NODE_ACTIVE);
    chain_world_no_notice(&world);
    chain_world_close(&world);
}

static void an_absent_verifier_gets_no_seat(void **state)
{
    (void)state;
    struct chain_world world;
    open_beating(&world);
    uint32_t others[] = {NODE_SERVER, NODE_VERIFIER + 1, NODE_VERIFIER + 2, NODE_VERIFIER + 3};

    world.now = 4 * INTERVAL;
    assert_status(dg_chain_heartbeats(world.chain, world.now, others, 4), DG_OK);
    chain_world_advance(&world, world.now);
    (void)chain_world_drop_notices(&world);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    assert_int_equal(world.check.member_count, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_not_equal(world.check.members[i], NODE_VERIFIER);
    chain_world_close(&world);
}

static void downtime_costs_five_percent_each_time(void **state)
{
    (void)state;
    struct chain_world world;
    open_beating(&world);
    const int64_t limit = 72 * 3600 * DG_SECOND;

    beat(&world, limit, 1);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).slashed, 0);
    beat(&world, limit + INTERVAL, 1);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).slashed, 200 * DG_TOKEN);
    assert_int_equal(chain_world_account(&world, NODE_OTHER).slashed, 0);
    beat(&world, 2 * limit + INTERVAL, 1);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).slashed, 200 * DG_TOKEN);
    beat(&world, 2 * limit + 2 * INTERVAL, 1);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).slashed, 390 * DG_TOKEN);
    chain_world_close(&world);
}

static void heartbeats_refused(void **state)
{
    (void)state;
    struct chain_world world;
    const uint32_t unknown[] = {0, WORLD_NODES}, left[] = {0, NODE_OTHER};

    open_beating(&world);
    assert_refused(&world, dg_chain_heartbeats(world.chain, 0, unknown, 2), DG_ERROR_UNKNOWN_ID);
    assert_status(dg_chain_leave(world.chain, 0, NODE_OTHER), DG_OK);
    assert_refused(&world, dg_chain_heartbeats(world.chain, 0, left, 2), DG_ERROR_STATE);
    chain_world_close(&world);
    open_world(&world, NULL); /* interval 0 */
    assert_refused(&world, dg_chain_heartbeats(world.chain, 0, left, 1), DG_ERROR_STATE);
    chain_world_close(&world);
}

/* ---- jail ---- */

static void release_on_request_needs_time_and_stake(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    chain_world_params(&params);
    params.jail_release = DG_RELEASE_ON_REQUEST;
    params.stake_minimum = WORLD_STAKE;
    open_world(&world, &params);

    offend(&world, NODE_OTHER);
    assert_refused(&world, dg_chain_request_release(world.chain, 0, NODE_OTHER), DG_ERROR_STATE);
    chain_world_advance(&world, 8 * DAY);
    assert_int_equal(chain_world_record(&world, NODE_OTHER).state, DG_NODE_JAILED);
    assert_refused(&world, dg_chain_request_release(world.chain, world.now, NODE_OTHER),
                   DG_ERROR_FUNDS);
    struct dg_bond_order order = {.owner_kind = DG_OWNER_OPERATOR,
                                  .owner = OPERATOR_OTHER,
                                  .node = NODE_OTHER,
                                  .amount = 200 * DG_TOKEN};
    uint32_t position;
    assert_status(dg_chain_bond(world.chain, world.now, &order, &position), DG_OK);
    assert_status(dg_chain_request_release(world.chain, world.now, NODE_OTHER), DG_OK);
    assert_int_equal(chain_world_record(&world, NODE_OTHER).state, DG_NODE_ACTIVE);
    assert_refused(&world, dg_chain_request_release(world.chain, world.now, NODE_OTHER),
                   DG_ERROR_STATE);
    chain_world_close(&world);
}

/* A verifier that commits and never reveals is struck each time; the third makes an offence. */
static void silence_is_misconduct(void **state)
{
    (void)state;
    struct chain_world world;
    open_world(&world, NULL);
    uint32_t silent = DG_NONE, struck = 0;

    for (int round = 0; struck < 3; round++) {
        assert_true(round < 40);
        (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
        if (silent == DG_NONE)
            silent = world.check.members[0];
        bool seated = false;
        assert_status(chain_world_open_answer(&world), DG_OK);
        for (unsigned i = 0; i < world.check.member_count; i++) {
            assert_status(chain_world_commit(&world, world.check.members[i], DG_SCORE_ONE), DG_OK);
            seated = seated || world.check.members[i] == silent;
        }
        for (unsigned i = 0; i < world.check.member_count; i++)
            if (world.check.members[i] != silent)
                assert_status(chain_world_show(&world, world.check.members[i], DG_SCORE_ONE),
                              DG_OK);
        assert_int_equal(chain_world_account(&world, silent).slashed, 0);
        struck += seated;
        chain_world_advance(&world, world.now + 200 * DG_SECOND);
        if (struck < 3)
            (void)chain_world_drop_notices(&world);
    }
    struct dg_notice notice = {0};
    while (notice.kind != DG_NOTICE_SLASH)
        assert_true(dg_chain_next_notice(world.chain, &notice));
    assert_int_equal(notice.node, silent);
    assert_int_equal(notice.offence, DG_OFFENCE_MISCONDUCT);
    assert_int_equal(chain_world_account(&world, silent).slashed, 200 * DG_TOKEN);
    assert_int_equal(chain_world_record(&world, silent).state, DG_NODE_JAILED);
    chain_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bond_moves_money_and_shows),
        cmocka_unit_test(bond_refused),
        cmocka_unit_test(unbonding_takes_the_time_of_its_tier),
        cmocka_unit_test(part_of_a_position_unbonds),
        cmocka_unit_test(own_stake_stays_at_the_minimum),
        cmocka_unit_test(a_slash_takes_every_position),
        cmocka_unit_test(stake_flees_unless_it_is_followed),
        cmocka_unit_test(liable_stake_does_not_move_again),
        cmocka_unit_test(a_node_leaves_with_all_its_stake),
        cmocka_unit_test(leaving_does_not_save_the_stake),
        cmocka_unit_test(commission_deducted),
        cmocka_unit_test(commission_on_top),
        cmocka_unit_test(commission_has_a_maximum),
        cmocka_unit_test(frozen_rewards_are_shared_at_release),
        cmocka_unit_test(emission_halves_every_two_years_for_ten),
        cmocka_unit_test(a_silent_node_goes_offline_and_returns),
        cmocka_unit_test(an_absent_verifier_gets_no_seat),
        cmocka_unit_test(downtime_costs_five_percent_each_time),
        cmocka_unit_test(heartbeats_refused),
        cmocka_unit_test(release_on_request_needs_time_and_stake),
        cmocka_unit_test(silence_is_misconduct),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
