/* Proposals, votes by weighted stake, quorum, timelock, and what a change of a parameter brings. */
#include "chain_world.h"

#include "chain_state.h"
#include "dg/gateway.h"

#define DAY (24 * 3600 * DG_SECOND)

/* Seven nodes of 4,000 in the short tier, which counts half: 14,000 of weight. The server's operator
 * owns two of them, 4,000; every other operator one, 2,000. */
static uint32_t row_of(const char *name)
{
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    return (uint32_t)(dg_param_find(name) - rows);
}

static uint32_t propose(struct chain_world *world, const char *name, int64_t value)
{
    uint32_t proposal;

    assert_status(dg_chain_propose(world->chain, world->now, DG_OWNER_OPERATOR, OPERATOR_OTHER,
                                   row_of(name), value, &proposal),
                  DG_OK);
    return proposal;
}

static void vote(struct chain_world *world, uint32_t proposal, uint32_t operator_id, bool yes)
{
    assert_status(
        dg_chain_vote(world->chain, world->now, proposal, DG_OWNER_OPERATOR, operator_id, yes),
        DG_OK);
}

static enum dg_proposal_state state_of(const struct chain_world *world, uint32_t proposal)
{
    struct dg_proposal out;

    assert_status(dg_chain_proposal(world->chain, proposal, &out), DG_OK);
    return out.state;
}

static int64_t value_of(const struct chain_world *world, const char *name)
{
    struct dg_params params;

    dg_chain_params(world->chain, &params);
    return dg_param_get(&params, dg_param_find(name));
}

static void end_of_vote(struct chain_world *world, uint32_t proposal, enum dg_proposal_state state)
{
    chain_world_advance(world, world->now + 3 * DAY);
    struct dg_notice notice = chain_world_notice(world, DG_NOTICE_PROPOSAL);
    assert_int_equal(notice.position, proposal);
    assert_int_equal(notice.proposal_state, state);
    assert_int_equal(state_of(world, proposal), state);
}

/* Everybody but the verifiers 2 and 3 says yes. */
static void pass(struct chain_world *world, uint32_t proposal)
{
    vote(world, proposal, OPERATOR_SERVER, true);
    vote(world, proposal, OPERATOR_VERIFIER, true);
    vote(world, proposal, OPERATOR_VERIFIER + 1, true);
    end_of_vote(world, proposal, DG_PROPOSAL_QUEUED);
}

static void a_change_waits_for_vote_timelock_and_epoch(void **state)
{
    (void)state;
    struct chain_world world;
    chain_world_open(&world, NULL, NULL);

    uint32_t proposal = propose(&world, "sampling.rate", DG_ONE / 2);
    pass(&world, proposal);
    world.now += 2 * DAY - 1;
    assert_status(dg_chain_close_epoch(world.chain, world.now), DG_OK);
    assert_int_equal(value_of(&world, "sampling.rate"), DG_ONE);
    world.now += 1;
    chain_world_advance(&world, world.now);
    assert_int_equal(value_of(&world, "sampling.rate"), DG_ONE);
    assert_status(dg_chain_close_epoch(world.chain, world.now), DG_OK);
    assert_int_equal(value_of(&world, "sampling.rate"), DG_ONE / 2);
    struct dg_notice notice = chain_world_notice(&world, DG_NOTICE_PROPOSAL);
    assert_int_equal(notice.proposal_state, DG_PROPOSAL_EFFECTIVE);
    assert_int_equal(notice.parameter, row_of("sampling.rate"));
    assert_int_equal(notice.amount, DG_ONE / 2);
    chain_world_close(&world);
}

/* 40 % of 14,000 is 5,600: 4,000 of the server's and 2,000 more are enough, 4,000 alone are not. */
static void a_quorum_of_all_stake_must_vote(void **state)
{
    (void)state;
    struct chain_world world;
    chain_world_open(&world, NULL, NULL);

    uint32_t proposal = propose(&world, "sampling.rate", DG_ONE / 2);
    vote(&world, proposal, OPERATOR_SERVER, true);
    end_of_vote(&world, proposal, DG_PROPOSAL_REJECTED);
    proposal = propose(&world, "sampling.rate", DG_ONE / 2);
    vote(&world, proposal, OPERATOR_SERVER, true);
    vote(&world, proposal, OPERATOR_OTHER, true);
    end_of_vote(&world, proposal, DG_PROPOSAL_QUEUED);
    chain_world_close(&world);
}

/* Half of the votes is not more than half. */
static void a_majority_of_the_votes_must_agree(void **state)
{
    (void)state;
    struct chain_world world;
    chain_world_open(&world, NULL, NULL);

    uint32_t proposal = propose(&world, "sampling.rate", DG_ONE / 2);
    vote(&world, proposal, OPERATOR_SERVER, true);
    vote(&world, proposal, OPERATOR_VERIFIER, false);
    vote(&world, proposal, OPERATOR_OTHER, false);
    end_of_vote(&world, proposal, DG_PROPOSAL_REJECTED);

    /* The last vote of an owner counts, and stake of a longer tier counts more: a delegator's
     * 10,000 tokens of the long tier are 15,000 against 8,000. */
    proposal = propose(&world, "sampling.rate", DG_ONE / 2);
    struct dg_bond_order order = {.owner_kind = DG_OWNER_DELEGATOR,
                                  .tier = DG_TIER_LONG,
                                  .node = NODE_OTHER,
                                  .amount = 10000 * DG_TOKEN};
    uint32_t position;
    assert_status(dg_chain_add_delegator(world.chain, order.amount, &order.owner), DG_OK);
    assert_status(dg_chain_bond(world.chain, world.now, &order, &position), DG_OK);
    vote(&world, proposal, OPERATOR_SERVER, false);
    vote(&world, proposal, OPERATOR_VERIFIER, false);
    vote(&world, proposal, OPERATOR_OTHER, false);
    assert_status(
        dg_chain_vote(world.chain, world.now, proposal, DG_OWNER_DELEGATOR, order.owner, false),
        DG_OK);
    assert_status(
        dg_chain_vote(world.chain, world.now, proposal, DG_OWNER_DELEGATOR, order.owner, true),
        DG_OK);
    end_of_vote(&world, proposal, DG_PROPOSAL_QUEUED);
    chain_world_close(&world);
}

/* Stake that is on its way out when the vote ends does not count. */
static void stake_counts_at_the_end_of_the_vote(void **state)
{
    (void)state;
    struct chain_world world;
    chain_world_open(&world, NULL, NULL);

    uint32_t proposal = propose(&world, "sampling.rate", DG_ONE / 2);
    vote(&world, proposal, OPERATOR_SERVER, true);
    vote(&world, proposal, OPERATOR_OTHER, false);
    assert_status(dg_chain_unbond(world.chain, 0, NODE_SERVER, 3000 * DG_TOKEN), DG_OK);
    assert_status(dg_chain_unbond(world.chain, 0, NODE_OWN, 3000 * DG_TOKEN), DG_OK);
    end_of_vote(&world, proposal, DG_PROPOSAL_REJECTED); /* 1,000 against 2,000 */
    chain_world_close(&world);
}

static void proposals_refused(void **state)
{
    (void)state;
    struct chain_world world;
    chain_world_open(&world, NULL, NULL);
    const uint32_t rate = row_of("sampling.rate"), quorum = row_of("committee.quorum");
    uint32_t proposal;

    assert_refused(
        &world,
        dg_chain_propose(world.chain, 0, DG_OWNER_OPERATOR, OPERATOR_GATEWAY, rate, 0, &proposal),
        DG_ERROR_FUNDS); /* it has nothing bonded */
    assert_refused(&world,
                   dg_chain_propose(world.chain, 0, DG_OWNER_DELEGATOR, 0, rate, 0, &proposal),
                   DG_ERROR_UNKNOWN_ID);
    assert_refused(&world,
                   dg_chain_propose(world.chain, 0, DG_OWNER_OPERATOR, 0, 100000, 0, &proposal),
                   DG_ERROR_UNKNOWN_ID);
    assert_refused(
        &world, dg_chain_propose(world.chain, 0, DG_OWNER_OPERATOR, 0, rate, DG_ONE + 1, &proposal),
        DG_ERROR_PARAMETER);
    assert_refused(&world,
                   dg_chain_propose(world.chain, 0, DG_OWNER_OPERATOR, 0, quorum, 4, &proposal),
                   DG_ERROR_PARAMETER); /* above the size */
    assert_refused(&world, dg_chain_vote(world.chain, 0, 0, DG_OWNER_OPERATOR, 0, true),
                   DG_ERROR_UNKNOWN_ID);
    proposal = propose(&world, "sampling.rate", 0);
    end_of_vote(&world, proposal, DG_PROPOSAL_REJECTED);
    assert_refused(&world,
                   dg_chain_vote(world.chain, world.now, proposal, DG_OWNER_OPERATOR, 0, true),
                   DG_ERROR_STATE);
    chain_world_close(&world);
}

/* Each is allowed alone: quorum 3 of 3, size 2 with quorum 2. The second finds the first in force. */
static void a_change_made_impossible_is_refused(void **state)
{
    (void)state;
    struct chain_world world;
    chain_world_open(&world, NULL, NULL);

    uint32_t first = propose(&world, "committee.quorum", 3);
    uint32_t second = propose(&world, "committee.size", 2);
    for (uint32_t i = first; i <= second; i++) {
        vote(&world, i, OPERATOR_SERVER, true);
        vote(&world, i, OPERATOR_VERIFIER, true);
    }
    chain_world_advance(&world, 6 * DAY);
    assert_status(dg_chain_close_epoch(world.chain, world.now), DG_OK);
    assert_int_equal(state_of(&world, first), DG_PROPOSAL_QUEUED); /* the vote was counted late */
    world.now += 2 * DAY;
    assert_status(dg_chain_close_epoch(world.chain, world.now), DG_OK);
    assert_int_equal(state_of(&world, first), DG_PROPOSAL_EFFECTIVE);
    assert_int_equal(state_of(&world, second), DG_PROPOSAL_REFUSED);
    assert_int_equal(value_of(&world, "committee.size"), 3);
    chain_world_close(&world);
}

/* A vote may abolish heartbeats, after which nobody is looked for, and bring them back. */
static void heartbeats_end_and_return(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    chain_world_params(&params);
    params.heartbeat_interval = DAY; /* nobody is away for long enough to be noticed */
    params.heartbeat_misses = 20;
    params.penalty_downtime_limit = 30 * DAY;
    chain_world_open(&world, &params, NULL);

    pass(&world, propose(&world, "heartbeat.interval", 0));
    world.now += 2 * DAY;
    assert_status(dg_chain_close_epoch(world.chain, world.now), DG_OK);
    assert_int_equal(value_of(&world, "heartbeat.interval"), 0);
    (void)chain_world_notice(&world, DG_NOTICE_PROPOSAL);
    assert_status(dg_chain_advance(world.chain, world.now + DAY), DG_OK);
    assert_true(dg_chain_next_deadline(world.chain) == INT64_MAX);
    world.now += DAY;

    pass(&world, propose(&world, "heartbeat.interval", 600 * DG_SECOND));
    world.now += 2 * DAY;
    assert_status(dg_chain_close_epoch(world.chain, world.now), DG_OK);
    assert_true(dg_chain_next_deadline(world.chain) == world.now + 600 * DG_SECOND);
    chain_world_close(&world);
}

/* An open check keeps its seats while new ones get more. */
static void committees_grow_while_checks_are_open(void **state)
{
    (void)state;
    struct chain_world world;
    chain_world_open(&world, NULL, NULL);

    pass(&world, propose(&world, "committee.size", 4));
    world.now += 2 * DAY;
    (void)chain_world_check(&world, NODE_OTHER, MODEL_SMALL);
    struct dg_notice before = world.check;
    assert_int_equal(before.member_count, 3);
    assert_status(dg_chain_close_epoch(world.chain, world.now), DG_OK);
    (void)chain_world_notice(&world, DG_NOTICE_PROPOSAL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    assert_int_equal(world.check.member_count, 4);
    chain_world_judge(&world, DG_SCORE_ONE);
    (void)chain_world_notice(&world, DG_NOTICE_REVEAL_PHASE);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_VERDICT).revealed_count, 4);
    world.check = before;
    chain_world_judge(&world, DG_SCORE_ONE);
    (void)chain_world_notice(&world, DG_NOTICE_REVEAL_PHASE);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_VERDICT).revealed_count, 3);
    chain_world_close(&world);
}

/* A gateway that has not heard of a new rate reports by the old one for an epoch, not longer. */
static void old_terms_hold_for_one_epoch(void **state)
{
    (void)state;
    const int64_t epoch = 3600 * DG_SECOND;

    for (int late = 0; late < 2; late++) {
        struct chain_world world;
        chain_world_open(&world, NULL, NULL);
        pass(&world, propose(&world, "sampling.rate", DG_ONE / 2));
        world.now += 2 * DAY;
        assert_status(dg_chain_close_epoch(world.chain, world.now), DG_OK);
        world.now += epoch + late;
        struct dg_receipt receipt = chain_world_receipt(&world, 0, 0, NODE_SERVER, MODEL_SMALL);
        assert_int_equal(receipt.rate, DG_ONE);
        struct dg_report report = chain_world_report(0, 0, &receipt, 1);
        assert_status(dg_chain_report(world.chain, world.now, &report),
                      late ? DG_ERROR_ARGUMENT : DG_OK);
        receipt = chain_world_receipt(&world, 1, 0, NODE_SERVER, MODEL_SMALL);
        receipt.rate = DG_ONE / 2;
        report = chain_world_report(1, 0, &receipt, 1);
        assert_status(dg_chain_report(world.chain, world.now, &report), DG_OK);
        chain_world_close(&world);
    }
}

static struct dg_gateway *gateway_of(const struct chain_world *world)
{
    const struct dg_gateway_spec spec = {.in_flight_limit = 4};
    const struct dg_grant grant = {.amount = WORLD_LOCKED};
    struct dg_gateway *gateway = NULL;
    struct dg_model_record model;
    struct dg_node_record node;

    assert_status(dg_gateway_open(&world->params, &spec, NULL, &gateway), DG_OK);
    assert_status(dg_chain_model(world->chain, MODEL_SMALL, &model), DG_OK);
    assert_status(dg_gateway_apply_model(gateway, &model), DG_OK);
    assert_status(dg_chain_log_read(world->chain, NODE_SERVER, &node), DG_OK);
    assert_int_equal(node.node, NODE_SERVER);
    node.models[0] = MODEL_SMALL;
    node.model_count = 1;
    assert_status(dg_gateway_apply_node(gateway, &node), DG_OK);
    assert_status(dg_gateway_apply_grant(gateway, &grant), DG_OK);
    return gateway;
}

static struct dg_route ask(struct dg_gateway *gateway, int64_t now, uint64_t number)
{
    const struct dg_request request = {
        .request = number, .model = MODEL_SMALL, .tokens_in = 1000, .tokens_out_max = 500};
    struct dg_route route;

    assert_status(dg_gateway_submit(gateway, now, &request, &route), DG_OK);
    return route;
}

static int64_t fee_of(struct dg_gateway *gateway, int64_t now, const struct dg_route *route)
{
    const struct dg_answer answer = {.node = route->node, .tokens_out = 500};
    struct dg_receipt receipt;

    assert_status(dg_gateway_answer(gateway, now, route->handle, &answer, &receipt), DG_OK);
    assert_true(receipt.fee <= route->escrow);
    return receipt.fee;
}

/* Two changes of one epoch: output counts eightfold, 5 CU, and every second answer is drawn. What a gateway
 * had quoted before and what it quotes once it has heard of them both, the chain accepts in one
 * report. */
static void a_gateway_follows_a_change(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    struct dg_report report;

    chain_world_open(&world, NULL, NULL);
    struct dg_gateway *gateway = gateway_of(&world);
    uint32_t proposals[2] = {propose(&world, "metering.output_weight", 8),
                             propose(&world, "sampling.rate", DG_ONE / 2)};
    for (int i = 0; i < 2; i++)
        for (uint32_t voter = OPERATOR_SERVER; voter <= OPERATOR_VERIFIER + 1; voter++)
            vote(&world, proposals[i], voter, true);
    chain_world_advance(&world, world.now + 3 * DAY);
    world.now += 2 * DAY;
    struct dg_route before = ask(gateway, world.now, 1);
    assert_status(dg_chain_close_epoch(world.chain, world.now), DG_OK);
    assert_int_equal(state_of(&world, proposals[0]), DG_PROPOSAL_EFFECTIVE);
    assert_int_equal(state_of(&world, proposals[1]), DG_PROPOSAL_EFFECTIVE);
    world.now += DG_SECOND;
    dg_chain_params(world.chain, &params);
    assert_status(dg_gateway_apply_params(gateway, world.now, &params), DG_OK);
    struct dg_route after = ask(gateway, world.now, 2);
    assert_true(fee_of(gateway, world.now, &before) == SMALL_FEE);
    assert_true(fee_of(gateway, world.now, &after) == SMALL_FEE / 3 * 5);
    assert_status(dg_gateway_close_period(gateway, world.now, 0, &report), DG_OK);
    assert_int_equal(report.receipt_count, 2);
    assert_status(dg_chain_report(world.chain, world.now, &report), DG_OK);
    dg_gateway_close(gateway);
    chain_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_waits_for_vote_timelock_and_epoch),
        cmocka_unit_test(a_quorum_of_all_stake_must_vote),
        cmocka_unit_test(a_majority_of_the_votes_must_agree),
        cmocka_unit_test(stake_counts_at_the_end_of_the_vote),
        cmocka_unit_test(proposals_refused),
        cmocka_unit_test(a_change_made_impossible_is_refused),
        cmocka_unit_test(heartbeats_end_and_return),
        cmocka_unit_test(committees_grow_while_checks_are_open),
        cmocka_unit_test(old_terms_hold_for_one_epoch),
        cmocka_unit_test(a_gateway_follows_a_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
