/* test_chain_report.c - reports are taken whole or not at all; draws follow the beacon; fees are
 * split to the micro-token. */
#include "chain_world.h"

enum { FOUR = 4 };

static int setup(void **state)
{
    static struct chain_world world;

    chain_world_open(&world, NULL, NULL);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    chain_world_close(*state);
    return 0;
}

/* Four good receipts of gateway 0. */
static void good_receipts(const struct chain_world *world, struct dg_receipt receipts[FOUR])
{
    for (uint32_t i = 0; i < FOUR; i++)
        receipts[i] =
            chain_world_receipt(world, 0, i, i % 2 == 0 ? NODE_SERVER : NODE_OTHER, MODEL_SMALL);
}

static enum dg_status send(struct chain_world *world, uint64_t period,
                           const struct dg_receipt *receipts, size_t count)
{
    struct dg_report report = chain_world_report(0, period, receipts, count);

    return dg_chain_report(world->chain, world->now, &report);
}

/* Goal: the fixture's own arithmetic gives the fee worked out by hand. */
static void fee_by_hand(void **state)
{
    struct chain_world *world = *state;
    struct dg_receipt small = chain_world_receipt(world, 0, 0, NODE_SERVER, MODEL_SMALL);
    struct dg_receipt cheap = chain_world_receipt(world, 0, 0, NODE_OTHER, MODEL_SMALL);
    struct dg_receipt large = chain_world_receipt(world, 0, 0, NODE_SERVER, MODEL_LARGE);

    assert_int_equal(small.compute_milli, SMALL_MILLI);
    assert_int_equal(small.fee, SMALL_FEE);
    assert_int_equal(small.royalty, SMALL_ROYALTY);
    assert_int_equal(cheap.fee, 132000); /* 3 CU at 0.04, 10 % on top */
    assert_int_equal(large.compute_milli, 8 * SMALL_MILLI);
    assert_int_equal(large.fee, 480000); /* 24 CU at 0.02 */
    assert_int_equal(large.royalty, 0);
}

/* Goal: every fee moves from its user's escrow to the hold, and the node's work is counted. */
static void fees_are_held(void **state)
{
    struct chain_world *world = *state;
    struct dg_receipt receipts[FOUR];
    int64_t fees = 2 * SMALL_FEE + 2 * 132000;

    good_receipts(world, receipts);
    assert_status(send(world, 0, receipts, FOUR), DG_OK);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_FEE_HOLD, 0), fees);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_ESCROW, 0), 2 * WORLD_LOCKED - fees);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_ESCROW, 1), 2 * WORLD_LOCKED);
    assert_int_equal(chain_world_account(world, NODE_SERVER).answers, 2);
    assert_int_equal(chain_world_account(world, NODE_OTHER).compute_milli, 2 * SMALL_MILLI);
    chain_world_no_notice(world);
}

/* Goal: a root over other receipts, over the same in another order, or for another gateway is
 * refused. */
static void root_must_match(void **state)
{
    struct chain_world *world = *state;
    struct dg_receipt receipts[FOUR], other;
    struct dg_report report;

    good_receipts(world, receipts);
    report = chain_world_report(0, 0, receipts, FOUR);
    report.receipt_count = FOUR - 1;
    assert_refused(world, dg_chain_report(world->chain, 0, &report), DG_ERROR_COMMITMENT);
    report = chain_world_report(1, 0, receipts, FOUR);
    report.gateway = 0;
    assert_refused(world, dg_chain_report(world->chain, 0, &report), DG_ERROR_COMMITMENT);
    report = chain_world_report(0, 0, receipts, FOUR);
    other = receipts[0];
    receipts[0] = receipts[1];
    receipts[1] = other;
    assert_refused(world, dg_chain_report(world->chain, 0, &report), DG_ERROR_COMMITMENT);
    good_receipts(world, receipts);
    receipts[3].commitment.bytes[31] ^= 1;
    assert_refused(world, dg_chain_report(world->chain, 0, &report), DG_ERROR_COMMITMENT);
    receipts[3].commitment.bytes[31] ^= 1;
    assert_status(dg_chain_report(world->chain, 0, &report), DG_OK);
}

/* Goal: one gateway reports a period once, an empty report included, and never one already
 * revealed. */
static void period_once(void **state)
{
    struct chain_world *world = *state;
    struct dg_receipt receipts[FOUR];

    good_receipts(world, receipts);
    assert_status(send(world, 3, NULL, 0), DG_OK);
    assert_refused(world, send(world, 3, receipts, FOUR), DG_ERROR_REPLAY);
    assert_refused(world, send(world, 2, receipts, FOUR), DG_ERROR_REPLAY);
    assert_refused(world, send(world, UINT64_MAX, receipts, FOUR), DG_ERROR_STATE);
    world->period = 4;
    chain_world_reveal(world);
    assert_refused(world, send(world, 4, receipts, FOUR), DG_ERROR_STATE);
    assert_status(send(world, 5, receipts, FOUR), DG_OK);
    struct dg_report other = chain_world_report(1, 4, NULL, 0);
    assert_refused(world, dg_chain_report(world->chain, 0, &other), DG_ERROR_STATE);
    other = chain_world_report(1, 5, NULL, 0);
    assert_status(dg_chain_report(world->chain, 0, &other), DG_OK);
}

/* Goal: numbers go on without a gap and are used once, across reports and within one. */
static void numbers_without_gaps(void **state)
{
    struct chain_world *world = *state;
    struct dg_receipt receipts[FOUR];

    good_receipts(world, receipts);
    assert_refused(world, send(world, 0, receipts + 1, 1), DG_ERROR_STATE);
    receipts[2].number = 3;
    assert_refused(world, send(world, 0, receipts, FOUR), DG_ERROR_STATE);
    receipts[2].number = 1;
    assert_refused(world, send(world, 0, receipts, FOUR), DG_ERROR_REPLAY);
    receipts[2].number = 2;
    assert_status(send(world, 0, receipts, FOUR), DG_OK);
    assert_refused(world, send(world, 1, receipts, 1), DG_ERROR_REPLAY);
    assert_refused(world, send(world, 1, receipts + 3, 1), DG_ERROR_REPLAY);
    receipts[0].number = 5;
    assert_refused(world, send(world, 1, receipts, 1), DG_ERROR_STATE);
    receipts[0].number = 4;
    assert_status(send(world, 1, receipts, 1), DG_OK);
}

/* Goal: the last of four receipts names nobody: the three before it leave no trace. */
static void unknown_parties(void **state)
{
    struct chain_world *world = *state;
    struct dg_receipt receipts[FOUR];
    struct dg_report report;

    good_receipts(world, receipts);
    report = chain_world_report(WORLD_GATEWAYS, 0, receipts, FOUR);
    assert_refused(world, dg_chain_report(world->chain, 0, &report), DG_ERROR_UNKNOWN_ID);
    receipts[3].user = WORLD_USERS;
    assert_refused(world, send(world, 0, receipts, FOUR), DG_ERROR_UNKNOWN_ID);
    good_receipts(world, receipts);
    receipts[3].node = WORLD_NODES;
    assert_refused(world, send(world, 0, receipts, FOUR), DG_ERROR_UNKNOWN_ID);
    good_receipts(world, receipts);
    receipts[3].model = 2;
    assert_refused(world, send(world, 0, receipts, FOUR), DG_ERROR_UNKNOWN_ID);
    assert_status(send(world, 0, NULL, 0), DG_OK);
}

/* Sends four receipts the last of which has been changed by the caller. */
static void refused_last(struct chain_world *world, struct dg_receipt last)
{
    struct dg_receipt receipts[FOUR];

    good_receipts(world, receipts);
    receipts[3] = last;
    assert_refused(world, send(world, 0, receipts, FOUR), DG_ERROR_ARGUMENT);
}

/* Goal: service not offered, a rate of its own, compute, royalty or fee that do not follow. */
static void receipts_must_follow(void **state)
{
    struct chain_world *world = *state;
    struct dg_receipt good = chain_world_receipt(world, 0, 3, NODE_SERVER, MODEL_SMALL);
    struct dg_receipt bad = good;

    bad.node = NODE_VERIFIER;
    refused_last(world, bad);
    bad = chain_world_receipt(world, 0, 3, NODE_OTHER, MODEL_LARGE);
    refused_last(world, bad);
    bad = good;
    bad.rate = DG_ONE - 1;
    refused_last(world, bad);
    bad = good;
    bad.compute_milli++;
    refused_last(world, bad);
    bad = good;
    bad.compute_milli = -bad.compute_milli;
    refused_last(world, bad);
    bad = good;
    bad.tokens_out++;
    refused_last(world, bad);
    bad = good;
    bad.royalty++;
    refused_last(world, bad);
    bad = good;
    bad.royalty = 0;
    refused_last(world, bad);
    bad = good;
    bad.royalty = -1;
    refused_last(world, bad);
    bad = good;
    bad.fee++;
    refused_last(world, bad);
    bad = good;
    bad.fee = -1;
    refused_last(world, bad);
}

/* Goal: by node_discount a fee lies between 70 % of the compute fee and all of it, royalty on
 * top. */
static void fee_range_discount(void **state)
{
    struct chain_world *world = *state;
    struct dg_receipt receipt = chain_world_receipt(world, 0, 0, NODE_SERVER, MODEL_SMALL);

    receipt.fee = 105000 + SMALL_ROYALTY - 1;
    assert_refused(world, send(world, 0, &receipt, 1), DG_ERROR_ARGUMENT);
    receipt.fee++;
    assert_status(send(world, 0, &receipt, 1), DG_OK);
    receipt.number++;
    receipt.fee = SMALL_FEE;
    assert_status(send(world, 1, &receipt, 1), DG_OK);
}

/* Goal: by user_surcharge it lies between the compute fee and 130 % of it. */
static void fee_range_surcharge(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    chain_world_params(&params);
    params.fees_latency_mode = DG_LATENCY_USER_SURCHARGE;
    chain_world_open(&world, &params, NULL);
    struct dg_receipt receipt = chain_world_receipt(&world, 0, 0, NODE_SERVER, MODEL_SMALL);
    receipt.fee = SMALL_FEE - 1;
    assert_refused(&world, send(&world, 0, &receipt, 1), DG_ERROR_ARGUMENT);
    receipt.fee = SMALL_FEE + 45000 + 1;
    assert_refused(&world, send(&world, 0, &receipt, 1), DG_ERROR_ARGUMENT);
    receipt.fee--;
    assert_status(send(&world, 0, &receipt, 1), DG_OK);
    chain_world_close(&world);
}

/* Goal: what a user locked for another gateway, or another user for this one, is not touched. */
static void escrow_is_per_gateway(void **state)
{
    struct chain_world *world = *state;
    enum { COUNT = 700 }; /* 100 DGAI pay 606 of the fees and not 607 */
    static struct dg_receipt receipts[COUNT];

    for (uint64_t i = 0; i < COUNT; i++)
        receipts[i] = chain_world_receipt(world, 0, i, NODE_SERVER, MODEL_SMALL);
    assert_refused(world, send(world, 0, receipts, 607), DG_ERROR_FUNDS);
    assert_status(send(world, 0, receipts, 606), DG_OK);
    assert_refused(world, send(world, 1, receipts + 606, 1), DG_ERROR_FUNDS);
    receipts[606].user = 1;
    assert_refused(world, send(world, 1, receipts + 606, 2), DG_ERROR_FUNDS);
    assert_status(send(world, 1, receipts + 606, 1), DG_OK);
    assert_status(dg_chain_audit(world->chain), DG_OK);
}

/* Goal: a user who never locked for the gateway has no escrow there. */
static void no_lock_no_fee(void **state)
{
    struct chain_world *world = *state;
    uint32_t user, gateway;
    struct dg_grant grant;

    assert_status(dg_chain_add_user(world->chain, DG_TOKEN, &user), DG_OK);
    assert_status(dg_chain_add_gateway(world->chain, 0, &gateway), DG_OK);
    assert_status(dg_chain_lock(world->chain, user, gateway, DG_TOKEN, &grant), DG_OK);
    struct dg_receipt receipt = chain_world_receipt(world, 0, 0, NODE_SERVER, MODEL_SMALL);
    receipt.user = user;
    assert_refused(world, send(world, 0, &receipt, 1), DG_ERROR_FUNDS);
}

/* Goal: compute that cannot be counted, and a price that cannot be paid, are overflows and leave no
 * trace. */
static void extremes_overflow(void **state)
{
    struct dg_params params;
    struct chain_world world;
    uint32_t node;

    (void)state;
    chain_world_params(&params);
    params.metering_weight[DG_SIZE_70B] = 1000000;
    params.metering_output_weight = 1000000;
    chain_world_open(&world, &params, NULL);
    struct dg_receipt receipt = chain_world_receipt(&world, 0, 0, NODE_SERVER, MODEL_LARGE);
    receipt.tokens_out = UINT32_MAX; /* 4e21 milli-CU */
    assert_refused(&world, send(&world, 0, &receipt, 1), DG_ERROR_OVERFLOW);

    struct dg_node_spec spec = {.operator_id = OPERATOR_OTHER,
                                .model_count = 1,
                                .price = INT64_MAX,
                                .stake = 1000 * DG_TOKEN};
    assert_status(dg_chain_add_node(world.chain, 0, &spec, &node), DG_OK);
    receipt = chain_world_receipt(&world, 0, 0, NODE_SERVER, MODEL_SMALL);
    receipt.node = node;
    receipt.tokens_out = 500;
    receipt.compute_milli = 500001000;
    assert_refused(&world, send(&world, 0, &receipt, 1), DG_ERROR_OVERFLOW);
    chain_world_close(&world);
}

/* Goal: the sum of all compute is bounded, so that no sum made of it can overflow: free answers of
 * 4e18 milli-CU pass one at a time until 2^59 would be passed. */
static void compute_is_bounded(void **state)
{
    struct dg_params params;
    struct chain_world world;

    (void)state;
    chain_world_params(&params);
    params.fees_unit_price = 0;
    params.metering_weight[DG_SIZE_8B] = 100;
    params.metering_output_weight = 1000000;
    chain_world_open(&world, &params, NULL);
    struct dg_receipt receipt = chain_world_receipt(&world, 0, 0, NODE_SERVER, MODEL_SMALL);
    receipt.tokens_in = 0;
    receipt.tokens_out = 4000000000u;
    receipt.compute_milli = INT64_C(400000000000000000);
    receipt.fee = receipt.royalty = 0;
    assert_status(send(&world, 0, &receipt, 1), DG_OK);
    receipt.number++;
    assert_refused(&world, send(&world, 1, &receipt, 1), DG_ERROR_OVERFLOW);
    receipt.tokens_out = 1764607523u; /* 2^59 - 1 is 576460752303423487 */
    receipt.compute_milli = INT64_C(176460752300000000);
    assert_status(send(&world, 1, &receipt, 1), DG_OK);
    chain_world_close(&world);
}

/* ---- the draw ---- */

/* Goal: periods are revealed in order, none twice, and none that would leave receipts behind. */
static void reveal_order(void **state)
{
    struct chain_world *world = *state;
    struct dg_receipt receipt = chain_world_receipt(world, 0, 0, NODE_SERVER, MODEL_SMALL);
    uint8_t beacon[DG_HASH_BYTES] = {1};

    assert_status(send(world, 5, &receipt, 1), DG_OK);
    assert_status(dg_chain_reveal(world->chain, 0, 2, beacon), DG_OK);
    assert_refused(world, dg_chain_reveal(world->chain, 0, 2, beacon), DG_ERROR_REPLAY);
    assert_refused(world, dg_chain_reveal(world->chain, 0, 0, beacon), DG_ERROR_REPLAY);
    assert_refused(world, dg_chain_reveal(world->chain, 0, 6, beacon), DG_ERROR_STATE);
    assert_refused(world, dg_chain_reveal(world->chain, 0, UINT64_MAX, beacon), DG_ERROR_STATE);
    chain_world_no_notice(world);
    assert_status(dg_chain_reveal(world->chain, 0, 5, beacon), DG_OK);
    (void)chain_world_notice(world, DG_NOTICE_CHECK);
}

/* Goal: a period's reveal leaves the receipts of later periods waiting, with their fees held. */
static void reveal_one_period(void **state)
{
    struct chain_world *world = *state;
    struct dg_receipt receipts[FOUR];

    good_receipts(world, receipts);
    assert_status(send(world, 0, receipts, 1), DG_OK);
    assert_status(send(world, 1, receipts + 1, 3), DG_OK);
    chain_world_reveal(world);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_CHECK).number, 0);
    chain_world_no_notice(world);
    chain_world_reveal(world);
    for (uint64_t i = 1; i < FOUR; i++)
        assert_int_equal(chain_world_notice(world, DG_NOTICE_CHECK).number, i);
    chain_world_no_notice(world);
}

/* Goal: exactly the receipts that dg_sampling_verify() names are checked, in the order reported,
 * and the fees of the others are settled at once. */
static void draws_follow_the_beacon(void **state)
{
    enum { COUNT = 300 };
    static struct dg_receipt receipts[COUNT];
    struct chain_world world;
    struct dg_params params;
    struct dg_prf_key key;
    uint8_t beacon[DG_HASH_BYTES];
    unsigned drawn = 0;

    (void)state;
    chain_world_params(&params);
    params.sampling_rate = DG_ONE / 4;
    chain_world_open(&world, &params, NULL);
    for (uint64_t i = 0; i < COUNT; i++)
        receipts[i] = chain_world_receipt(&world, 0, i, NODE_SERVER, MODEL_SMALL);
    assert_status(send(&world, 0, receipts, COUNT), DG_OK);
    chain_world_reveal(&world);
    chain_world_beacon(0, beacon);
    dg_prf_key_derive(beacon, DG_PRF_SAMPLE, &key);
    for (uint64_t i = 0; i < COUNT; i++) {
        if (!dg_sampling_verify(&key, 0, i, &receipts[i].commitment, params.sampling_rate))
            continue;
        struct dg_notice notice = chain_world_notice(&world, DG_NOTICE_CHECK);
        assert_int_equal(notice.check, drawn++);
        assert_int_equal(notice.number, i);
        assert_int_equal(notice.gateway, 0);
        assert_int_equal(notice.node, NODE_SERVER);
        assert_int_equal(notice.model, MODEL_SMALL);
    }
    chain_world_no_notice(&world);
    assert_true(drawn > 45 && drawn < 105); /* 75 expected, four standard deviations */
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_FEE_HOLD, 0), drawn * SMALL_FEE);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).fees, (COUNT - drawn) * SMALL_NODE);
    chain_world_close(&world);
}

/* Goal: at rate 0 nothing is checked: every fee is settled at the reveal, to the micro-token,
 * royalty to the provider and the rest to the operator. */
static void undrawn_fee_split(void **state)
{
    struct chain_world world;
    struct dg_params params;
    int64_t operator_before;

    (void)state;
    chain_world_params(&params);
    params.sampling_rate = 0;
    chain_world_open(&world, &params, NULL);
    operator_before = chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER);
    struct dg_receipt receipt = chain_world_receipt(&world, 0, 0, NODE_SERVER, MODEL_SMALL);
    assert_status(send(&world, 0, &receipt, 1), DG_OK);
    chain_world_reveal(&world);
    chain_world_no_notice(&world);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_FEE_HOLD, 0), 0);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_NETWORK, 0), SMALL_NETWORK);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_GOVERNANCE, 0), SMALL_GOVERNANCE);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_TREASURY, 0), 0);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_VERIFICATION, 0), SMALL_VERIFICATION);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_PROVIDER, 0), SMALL_ROYALTY);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER),
                     operator_before + SMALL_NODE);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).fees, SMALL_NODE);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).refunded, 0);
    chain_world_close(&world);
}

/* Goal: the parts of an odd fee add up exactly, by the largest remainder: of 119998 the shares of
 * 2, 5, 10 and 3 % are 2399.96, 5999.9, 11999.8 and 3599.94, the rest 95998.4; all four fractions
 * round up. */
static void odd_fee_split(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    chain_world_params(&params);
    params.sampling_rate = 0;
    params.fees_treasury_share = DG_ONE / 10;
    chain_world_open(&world, &params, NULL);
    struct dg_receipt receipt = chain_world_receipt(&world, 0, 0, NODE_OTHER, MODEL_SMALL);
    receipt.fee = 119998; /* between 96000 and 132000 */
    assert_status(send(&world, 0, &receipt, 1), DG_OK);
    chain_world_reveal(&world);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_NETWORK, 0), 2400);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_GOVERNANCE, 0), 6000);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_TREASURY, 0), 12000);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_VERIFICATION, 0), 3600);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_PROVIDER, 0), 12000);
    assert_int_equal(chain_world_account(&world, NODE_OTHER).fees, 95998 - 12000);
    chain_world_close(&world);
}

/* Goal: a royalty at its limit, when rounding leaves less for it than it is, takes what there is:
 * with shares of 80 %, a compute fee of 100, a discount of 30 and a royalty of 17.5 the fee is 88,
 * and the funds take 71 of it. */
static void royalty_and_rounding(void **state)
{
    struct chain_world world;
    struct dg_params params;
    struct dg_node_spec spec = {.operator_id = OPERATOR_OTHER,
                                .models = {2},
                                .model_count = 1,
                                .price = 1000,
                                .stake = 1000 * DG_TOKEN};
    uint32_t model, node;

    (void)state;
    chain_world_params(&params);
    params.sampling_rate = 0;
    params.fees_treasury_share = 7 * DG_ONE / 10;
    chain_world_open(&world, &params, NULL);
    assert_status(
        dg_chain_add_model(world.chain, 0, DG_SIZE_8B, 8192, 0, 175 * DG_ONE / 1000, &model),
        DG_OK);
    assert_status(dg_chain_add_node(world.chain, 0, &spec, &node), DG_OK);
    struct dg_receipt receipt = chain_world_receipt(&world, 0, 0, node, model);
    receipt.tokens_in = 100;
    receipt.tokens_out = 0;
    receipt.compute_milli = 100;
    receipt.royalty = 18;
    receipt.fee = 88;
    assert_status(send(&world, 0, &receipt, 1), DG_OK);
    chain_world_reveal(&world);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_PROVIDER, 0), 17);
    assert_int_equal(chain_world_account(&world, node).fees, 0);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_FEE_HOLD, 0), 0);
    assert_status(dg_chain_audit(world.chain), DG_OK);
    chain_world_close(&world);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(fee_by_hand),
        IN_WORLD(fees_are_held),
        IN_WORLD(root_must_match),
        IN_WORLD(period_once),
        IN_WORLD(numbers_without_gaps),
        IN_WORLD(unknown_parties),
        IN_WORLD(receipts_must_follow),
        IN_WORLD(fee_range_discount),
        cmocka_unit_test(fee_range_surcharge),
        IN_WORLD(escrow_is_per_gateway),
        IN_WORLD(no_lock_no_fee),
        cmocka_unit_test(extremes_overflow),
        cmocka_unit_test(compute_is_bounded),
        IN_WORLD(reveal_order),
        IN_WORLD(reveal_one_period),
        cmocka_unit_test(draws_follow_the_beacon),
        cmocka_unit_test(undrawn_fee_split),
        cmocka_unit_test(odd_fee_split),
        cmocka_unit_test(royalty_and_rounding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
