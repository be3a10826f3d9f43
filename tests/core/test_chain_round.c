/* test_chain_round.c - chain and gateways together, joined by their messages alone: grants and
 * records one way, reports the other; then draws, checks and verdicts, and what the gateways learn
 * of them. */
#include "chain_world.h"

#include "dg/gateway.h"

enum { GOOD = 60000, BAD = 5000, REQUESTS_MAX = 512 };

#define DAY (24 * 3600 * DG_SECOND)

struct round {
    struct chain_world world;
    struct dg_gateway *gateways[WORLD_GATEWAYS];
    struct dg_report reports[WORLD_GATEWAYS];
    uint64_t read;                                     /* of the chain's log */
    uint64_t request;                                  /* the next one */
    uint64_t request_of[WORLD_GATEWAYS][REQUESTS_MAX]; /* by receipt number */
    uint32_t liar;                                     /* the node whose answers are bad */
    unsigned drawn, passed, failed, jailed;
};

/* ---- from the chain to the gateways ---- */

static void read_log(struct round *round)
{
    struct dg_node_record record;

    for (; round->read < dg_chain_log_end(round->world.chain); round->read++) {
        assert_status(dg_chain_log_read(round->world.chain, round->read, &record), DG_OK);
        for (unsigned g = 0; g < WORLD_GATEWAYS; g++)
            assert_status(dg_gateway_apply_node(round->gateways[g], &record), DG_OK);
    }
    dg_chain_log_trim(round->world.chain, round->read);
}

static void round_open(struct round *round, int64_t rate)
{
    struct dg_params params;
    struct dg_model_record model;

    *round = (struct round){.liar = DG_NONE, .request = 1};
    chain_world_params(&params);
    params.sampling_rate = rate;
    params.routing_policy = 0; /* random */
    params.quality_threshold_failures = 1;
    params.quality_threshold_window = 1;
    chain_world_open(&round->world, &params, NULL);
    for (uint32_t g = 0; g < WORLD_GATEWAYS; g++) {
        struct dg_gateway_spec spec = {.gateway = g, .seed = {(uint8_t)g}, .in_flight_limit = 64};
        assert_status(dg_gateway_open(&params, &spec, NULL, &round->gateways[g]), DG_OK);
        for (uint32_t m = 0; dg_chain_model(round->world.chain, m, &model) == DG_OK; m++)
            assert_status(dg_gateway_apply_model(round->gateways[g], &model), DG_OK);
        for (uint32_t user = 0; user < WORLD_USERS; user++) {
            struct dg_grant grant = {.user = user, .gateway = g, .amount = WORLD_LOCKED};
            assert_status(dg_gateway_apply_grant(round->gateways[g], &grant), DG_OK);
        }
    }
    read_log(round);
}

static void round_close(struct round *round)
{
    for (unsigned g = 0; g < WORLD_GATEWAYS; g++)
        dg_gateway_close(round->gateways[g]);
    chain_world_close(&round->world);
}

/* ---- requests ---- */

static enum dg_status submit(struct round *round, uint32_t gateway, uint32_t model,
                             struct dg_route *route)
{
    struct dg_request request = {
        .request = round->request,
        .user = (uint32_t)(round->request % WORLD_USERS),
        .model = model,
        .tokens_in = 700,
        .tokens_out_max = 900,
    };
    enum dg_status status =
        dg_gateway_submit(round->gateways[gateway], round->world.now, &request, route);

    round->request += status == DG_OK;
    return status;
}

/* The node answers after `total`, and commits to a digest of its own. */
static struct dg_receipt answer(struct round *round, uint32_t gateway, const struct dg_route *route,
                                uint64_t request, int64_t total)
{
    struct dg_answer reply = {.node = route->node,
                              .tokens_out = (uint32_t)(100 + request * 37 % 700),
                              .ttft = total / 3,
                              .total = total};
    struct dg_hash digest = chain_world_digest(9, request);
    struct dg_receipt receipt;

    dg_answer_commitment(&digest, request, &reply.commitment);
    assert_status(dg_gateway_answer(round->gateways[gateway], round->world.now, route->handle,
                                    &reply, &receipt),
                  DG_OK);
    assert_int_equal(receipt.request, request);
    assert_true(receipt.fee <= route->escrow);
    round->request_of[gateway][receipt.number] = request;
    return receipt;
}

/* Requests of both models, answered within no time to far beyond the target. */
static void serve(struct round *round, uint32_t gateway, unsigned count)
{
    struct dg_route route;

    for (unsigned i = 0; i < count; i++) {
        uint64_t request = round->request;
        assert_status(submit(round, gateway, request % 3 == 0 ? MODEL_LARGE : MODEL_SMALL, &route),
                      DG_OK);
        (void)answer(round, gateway, &route, request, (int64_t)(request % 5) * 40 * DG_SECOND);
    }
}

/* ---- from the gateways to the chain, and the draw ---- */

static void report_all(struct round *round)
{
    for (unsigned g = 0; g < WORLD_GATEWAYS; g++) {
        assert_status(dg_gateway_close_period(round->gateways[g], round->world.now,
                                              round->world.period, &round->reports[g]),
                      DG_OK);
        assert_status(dg_chain_report(round->world.chain, round->world.now, &round->reports[g]),
                      DG_OK);
    }
}

/* Reveals the period. Exactly what dg_sampling_verify() names among the receipts is checked. */
static void reveal(struct round *round, struct dg_notice *checks)
{
    uint64_t period = round->world.period;
    uint8_t beacon[DG_HASH_BYTES];
    struct dg_prf_key key;
    unsigned count = 0;

    chain_world_beacon(period, beacon);
    dg_prf_key_derive(beacon, DG_PRF_SAMPLE, &key);
    chain_world_reveal(&round->world);
    for (uint32_t g = 0; g < WORLD_GATEWAYS; g++) {
        for (size_t i = 0; i < round->reports[g].receipt_count; i++) {
            const struct dg_receipt *receipt = &round->reports[g].receipts[i];
            if (!dg_sampling_verify(&key, g, receipt->number, &receipt->commitment, receipt->rate))
                continue;
            checks[count] = chain_world_notice(&round->world, DG_NOTICE_CHECK);
            assert_int_equal(checks[count].gateway, g);
            assert_int_equal(checks[count].number, receipt->number);
            assert_int_equal(checks[count].node, receipt->node);
            count++;
        }
    }
    chain_world_no_notice(&round->world);
    round->drawn = count;
}

/* ---- checks ---- */

static void judge(struct round *round, const struct dg_notice *check)
{
    struct chain_world *world = &round->world;
    uint64_t request = round->request_of[check->gateway][check->number];
    struct dg_hash digest = chain_world_digest(9, request);
    uint16_t score = check->node == round->liar ? BAD : GOOD;

    world->check = *check;
    assert_status(dg_chain_open_answer(world->chain, world->now, check->check, &digest, request),
                  DG_OK);
    for (unsigned i = 0; i < check->member_count; i++)
        assert_status(chain_world_commit(world, check->members[i], (uint16_t)(score + i)), DG_OK);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    for (unsigned i = 0; i < check->member_count; i++)
        assert_status(chain_world_show(world, check->members[i], (uint16_t)(score + i)), DG_OK);
    struct dg_notice notice = chain_world_notice(world, DG_NOTICE_VERDICT);
    assert_int_equal(notice.verdict,
                     check->node == round->liar ? DG_VERDICT_FAIL : DG_VERDICT_PASS);
    assert_int_equal(notice.score, score + 1);
    round->passed += notice.verdict == DG_VERDICT_PASS;
    round->failed += notice.verdict == DG_VERDICT_FAIL;
    while (dg_chain_next_notice(world->chain, &notice))
        round->jailed += notice.kind == DG_NOTICE_JAIL;
}

/* A whole period: report, reveal, judge everything drawn, publish. */
static void finish_period(struct round *round)
{
    static struct dg_notice checks[REQUESTS_MAX];

    report_all(round);
    round->world.now += DG_SECOND;
    reveal(round, checks);
    for (unsigned i = 0; i < round->drawn; i++)
        judge(round, &checks[i]);
    assert_status(dg_chain_close_epoch(round->world.chain, round->world.now), DG_OK);
    read_log(round);
}

/* With nothing in flight, what the gateways may still spend is what the chain holds in escrow. */
static void escrow_agrees(const struct round *round)
{
    for (uint32_t user = 0; user < WORLD_USERS; user++) {
        int64_t free = 0;
        for (unsigned g = 0; g < WORLD_GATEWAYS; g++)
            free += dg_gateway_allowance(round->gateways[g], user);
        assert_int_equal(chain_world_balance(&round->world, DG_ACCOUNT_ESCROW, user), free);
    }
}

/* ---- tests ---- */

/* Goal: one period of honest work: half is checked and passes, every fee ends where it belongs. */
static void honest_period(void **state)
{
    struct round round;

    (void)state;
    round_open(&round, DG_ONE / 2);
    serve(&round, 0, 60);
    serve(&round, 1, 40);
    finish_period(&round);
    assert_true(round.drawn > 30 && round.drawn < 70); /* four standard deviations */
    assert_int_equal(round.passed, round.drawn);
    escrow_agrees(&round);
    assert_int_equal(chain_world_balance(&round.world, DG_ACCOUNT_FEE_HOLD, 0), 0);
    struct dg_node_account server = chain_world_account(&round.world, NODE_SERVER);
    struct dg_node_account other = chain_world_account(&round.world, NODE_OTHER);
    assert_int_equal(server.answers + other.answers, 100);
    assert_true(server.answers > 0 && other.answers > 0);
    assert_int_equal(server.checks + other.checks, round.drawn);
    struct dg_ledger_totals totals;
    dg_chain_totals(round.world.chain, &totals);
    int64_t verifiers = 0;
    for (uint32_t node = 0; node < WORLD_NODES; node++)
        verifiers += chain_world_account(&round.world, node).verifier_fees;
    int64_t spent = 4 * WORLD_LOCKED - totals.account[DG_ACCOUNT_ESCROW];
    assert_int_equal(
        spent, server.fees + other.fees + verifiers + totals.account[DG_ACCOUNT_PROVIDER] +
                   totals.account[DG_ACCOUNT_NETWORK] + totals.account[DG_ACCOUNT_GOVERNANCE] +
                   totals.account[DG_ACCOUNT_VERIFICATION]);
    round_close(&round);
}

/* Goal: a node whose answers are bad is jailed by its checks, leaves the gateways' choice with the
 * next records, and returns to it after its term; its users have what the funds leave of their
 * fees. */
static void liar_is_routed_around(void **state)
{
    struct round round;
    struct dg_route route;

    (void)state;
    round_open(&round, DG_ONE);
    round.liar = NODE_OTHER;
    int64_t users = chain_world_balance(&round.world, DG_ACCOUNT_USER, 0) +
                    chain_world_balance(&round.world, DG_ACCOUNT_USER, 1);
    while (chain_world_account(&round.world, NODE_OTHER).offences == 0) {
        serve(&round, 0, 1);
        finish_period(&round);
    }
    assert_int_equal(round.failed, 1);
    assert_int_equal(round.jailed, 1);
    struct dg_node_account liar = chain_world_account(&round.world, NODE_OTHER);
    assert_int_equal(liar.state, DG_NODE_JAILED);
    assert_int_equal(liar.fees, 0);
    assert_true(chain_world_balance(&round.world, DG_ACCOUNT_USER, 0) +
                    chain_world_balance(&round.world, DG_ACCOUNT_USER, 1) >
                users + liar.refunded);
    for (unsigned i = 0; i < 30; i++) {
        uint64_t request = round.request;
        assert_status(submit(&round, i % 2, MODEL_SMALL, &route), DG_OK);
        assert_int_equal(route.node, NODE_SERVER);
        (void)answer(&round, i % 2, &route, request, DG_SECOND);
    }
    finish_period(&round);
    escrow_agrees(&round);
    chain_world_advance(&round.world, liar.jailed_until);
    (void)chain_world_notice(&round.world, DG_NOTICE_RELEASE);
    read_log(&round);
    round.liar = DG_NONE;
    unsigned answers = chain_world_account(&round.world, NODE_OTHER).answers;
    serve(&round, 1, 30);
    finish_period(&round);
    assert_true(chain_world_account(&round.world, NODE_OTHER).answers > answers);
    round_close(&round);
}

/* Goal: with every node that serves a model in jail there is no candidate left; a request in flight
 * at the jailed node is still metered, reported and checked. */
static void answer_from_jail(void **state)
{
    struct round round;
    struct dg_route waiting, route;

    (void)state;
    round_open(&round, DG_ONE);
    round.liar = NODE_SERVER;
    uint64_t request = round.request;
    assert_status(submit(&round, 0, MODEL_LARGE, &waiting), DG_OK);
    uint64_t second = round.request;
    assert_status(submit(&round, 0, MODEL_LARGE, &route), DG_OK);
    (void)answer(&round, 0, &route, second, DG_SECOND);
    finish_period(&round);
    assert_int_equal(chain_world_account(&round.world, NODE_SERVER).state, DG_NODE_JAILED);
    assert_status(submit(&round, 0, MODEL_LARGE, &route), DG_ERROR_NO_CANDIDATE);
    struct dg_receipt receipt = answer(&round, 0, &waiting, request, DG_SECOND);
    assert_int_equal(receipt.number, 1);
    finish_period(&round);
    assert_int_equal(round.failed, 2);
    assert_int_equal(chain_world_account(&round.world, NODE_SERVER).offences, 2);
    escrow_agrees(&round);
    round_close(&round);
}

/* Goal: a report changed on its way is refused and the true one is taken afterwards; numbers go on
 * over periods, empty ones included. */
static void report_on_its_way(void **state)
{
    static struct dg_notice checks[REQUESTS_MAX];
    struct round round;

    (void)state;
    round_open(&round, DG_ONE);
    serve(&round, 0, 3);
    assert_status(dg_gateway_close_period(round.gateways[0], 0, 0, &round.reports[0]), DG_OK);
    struct dg_receipt changed[3];
    memcpy(changed, round.reports[0].receipts, sizeof changed);
    struct dg_report report = round.reports[0];
    report.receipts = changed;
    changed[1].commitment.bytes[0] ^= 1;
    assert_refused(&round.world, dg_chain_report(round.world.chain, 0, &report),
                   DG_ERROR_COMMITMENT);
    changed[1].commitment.bytes[0] ^= 1;
    changed[1].royalty++;
    assert_refused(&round.world, dg_chain_report(round.world.chain, 0, &report), DG_ERROR_ARGUMENT);
    assert_status(dg_chain_report(round.world.chain, 0, &round.reports[0]), DG_OK);
    assert_refused(&round.world, dg_chain_report(round.world.chain, 0, &round.reports[0]),
                   DG_ERROR_REPLAY);
    round.reports[1] = (struct dg_report){.gateway = 1};
    reveal(&round, checks);
    assert_int_equal(round.drawn, 3);
    finish_period(&round); /* nobody asked anything */
    serve(&round, 0, 2);
    finish_period(&round);
    assert_int_equal(round.reports[0].receipts[0].number, 3);
    assert_int_equal(round.passed, 2);
    round_close(&round);
}

/* Goal: weeks of work, many periods and settlements, with the books in order at every step. */
static void many_periods(void **state)
{
    struct round round;

    (void)state;
    round_open(&round, DG_ONE / 10);
    for (unsigned period = 0; period < 40; period++) {
        serve(&round, period % 2, 1 + period % 7);
        finish_period(&round);
        escrow_agrees(&round);
        round.world.now += DAY;
        chain_world_advance(&round.world, round.world.now);
        if (period % 7 == 6)
            assert_status(dg_chain_settle(round.world.chain, round.world.now), DG_OK);
    }
    struct dg_ledger_totals totals;
    dg_chain_totals(round.world.chain, &totals);
    assert_int_equal(totals.minted, 5 * round.world.params.emission_weekly);
    assert_int_equal(totals.account[DG_ACCOUNT_BURNED], 0);
    assert_int_equal(totals.account[DG_ACCOUNT_FEE_HOLD], 0);
    assert_status(dg_chain_audit(round.world.chain), DG_OK);
    round_close(&round);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_period),    cmocka_unit_test(liar_is_routed_around),
        cmocka_unit_test(answer_from_jail), cmocka_unit_test(report_on_its_way),
        cmocka_unit_test(many_periods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
