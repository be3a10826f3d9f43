/* test_chain_check.c - the life of a check whose parties act in time: committee, opening, sealed
 * scores, verdict. Silence and lateness are in test_chain_silence.c. */
#include "chain_world.h"

#include "fixed.h"
#include "hash.h"

enum { GOOD = 60000, BAD = 5000, MIDDLE = 32768 /* 0.5 of 65535, rounded up */ };

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

/* ---- the committee ---- */

/* Asserts that the members of world->check are the best tickets among the verifiers given. */
static void members_by_ticket(const struct chain_world *world, uint32_t first, uint32_t last,
                              uint64_t weight)
{
    const struct dg_notice *check = &world->check;
    struct dg_prf_key key;
    uint8_t beacon[DG_HASH_BYTES];
    uint64_t worst = 0;

    chain_world_beacon(world->period - 1, beacon);
    dg_prf_key_derive(beacon, DG_PRF_TICKET, &key);
    assert_int_equal(check->member_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        uint64_t ticket = dg_ticket(&key, 0, check->number, check->members[i], weight);
        assert_true(i == 0 || ticket > worst);
        worst = ticket;
    }
    for (uint32_t node = first; node <= last; node++) {
        bool member = false;
        for (unsigned i = 0; i < 3; i++)
            member = member || check->members[i] == node;
        assert_true(member == (dg_ticket(&key, 0, check->number, node, weight) <= worst));
    }
}

/* Goal: anybody can recompute the committee, best ticket first; the server's own verifier is left
 * out. */
static void committee_by_tickets(void **state)
{
    struct chain_world *world = *state;

    for (int i = 0; i < 40; i++) {
        (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
        members_by_ticket(world, NODE_VERIFIER, NODE_VERIFIER + WORLD_VERIFIERS - 1, 1);
    }
}

/* Goal: the same for a node of another operator, where all five verifiers may be drawn. */
static void committee_of_all(void **state)
{
    struct chain_world *world = *state;
    unsigned own = 0;

    for (int i = 0; i < 40; i++) {
        (void)chain_world_check(world, NODE_OTHER, MODEL_SMALL);
        members_by_ticket(world, NODE_VERIFIER, NODE_OWN, 1);
        for (unsigned m = 0; m < 3; m++)
            own += world->check.members[m] == NODE_OWN;
    }
    assert_true(own > 10 && own < 38); /* 24 expected, sd 3.1 */
}

/* Goal: with weights by stake the tickets take whole tokens of stake as weight. */
static void committee_by_stake(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    chain_world_params(&params);
    params.committee_weights = 1; /* stake */
    chain_world_open(&world, &params, NULL);
    for (int i = 0; i < 10; i++) {
        (void)chain_world_check(&world, NODE_OTHER, MODEL_SMALL);
        members_by_ticket(&world, NODE_VERIFIER, NODE_OWN, WORLD_STAKE / DG_TOKEN);
    }
    chain_world_close(&world);
}

/* Goal: checks start spread over the window, each at a time that follows from the beacon and with
 * its full time to commit. */
static void checks_are_spread(void **state)
{
    enum { COUNT = 200 };
    static struct dg_receipt receipts[COUNT];
    struct chain_world world;
    struct dg_params params;
    struct dg_prf_key key;
    uint8_t beacon[DG_HASH_BYTES];
    int64_t first = INT64_MAX, last = 0;

    (void)state;
    chain_world_params(&params);
    params.sampling_window = 50 * DG_SECOND;
    chain_world_open(&world, &params, NULL);
    world.now = 1000 * DG_SECOND;
    for (uint64_t i = 0; i < COUNT; i++)
        receipts[i] = chain_world_receipt(&world, 0, i, NODE_SERVER, MODEL_SMALL);
    struct dg_report report = chain_world_report(0, 0, receipts, COUNT);
    assert_status(dg_chain_report(world.chain, world.now, &report), DG_OK);
    chain_world_reveal(&world);
    chain_world_beacon(0, beacon);
    dg_prf_key_derive(beacon, DG_PRF_SPREAD, &key);
    for (unsigned i = 0; i < COUNT; i++) {
        int64_t at = chain_world_notice(&world, DG_NOTICE_CHECK).at - world.now;
        fixed_uint128 share = hash_spread_draw(&key, 0, i);
        assert_int_equal(at, (int64_t)(share * (uint64_t)(50 * DG_SECOND) >> 64));
        first = at < first ? at : first;
        last = at > last ? at : last;
    }
    assert_true(first < 3 * DG_SECOND && last > 47 * DG_SECOND);
    assert_int_equal(dg_chain_next_deadline(world.chain), world.now + first + 60 * DG_SECOND);
    chain_world_close(&world);
}

/* ---- pass and fail ---- */

/* Goal: a check that passes: notices in order with their fields, the fee settled, the record
 * moved. */
static void pass(void **state)
{
    struct chain_world *world = *state;
    uint32_t check = chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    const uint32_t *members = world->check.members;
    int64_t user = chain_world_balance(world, DG_ACCOUNT_USER, 0);

    assert_int_equal(world->check.at, 0);
    assert_int_equal(dg_chain_next_deadline(world->chain), 60 * DG_SECOND);
    world->now = 5 * DG_SECOND;
    assert_status(chain_world_open_answer(world), DG_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_status(chain_world_commit(world, members[i], (uint16_t)(GOOD - 1000 * i)), DG_OK);
    struct dg_notice phase = chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    assert_int_equal(phase.check, check);
    assert_int_equal(phase.at, 65 * DG_SECOND);
    assert_int_equal(phase.revealed_count, 0);
    assert_memory_equal(phase.members, members, 3 * sizeof members[0]);
    assert_status(chain_world_show(world, members[2], GOOD - 2000), DG_OK);
    assert_status(chain_world_show(world, members[0], GOOD), DG_OK);
    chain_world_no_notice(world);
    world->now = 6 * DG_SECOND;
    assert_status(chain_world_show(world, members[1], GOOD - 1000), DG_OK);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    chain_world_no_notice(world);
    assert_int_equal(verdict.verdict, DG_VERDICT_PASS);
    assert_int_equal(verdict.score, GOOD - 1000); /* the median */
    assert_int_equal(verdict.node, NODE_SERVER);
    assert_int_equal(verdict.revealed_count, 3);
    assert_int_equal(verdict.at, 6 * DG_SECOND);
    assert_int_equal(chain_world_account(world, NODE_SERVER).fees, SMALL_NODE);
    assert_int_equal(chain_world_account(world, NODE_SERVER).checks, 1);
    assert_int_equal(chain_world_account(world, NODE_SERVER).failures, 0);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_PROVIDER, 0), SMALL_ROYALTY);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_USER, 0), user);
    assert_int_equal(chain_world_record(world, NODE_SERVER).quality, GOOD - 1000);
    assert_int_equal(chain_world_record(world, NODE_SERVER).checks, 1);
}

/* Goal: a check that fails: what the funds leave, royalty included, goes back to the user. */
static void fail_refunds(void **state)
{
    struct chain_world *world = *state;
    int64_t user = chain_world_balance(world, DG_ACCOUNT_USER, 0);
    int64_t operator_before = chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER);

    (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    chain_world_judge(world, BAD);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    chain_world_no_notice(world); /* one failure of three is no offence */
    assert_int_equal(verdict.verdict, DG_VERDICT_FAIL);
    assert_int_equal(verdict.score, BAD);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_USER, 0),
                     user + SMALL_NODE + SMALL_ROYALTY);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER),
                     operator_before);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_PROVIDER, 0), 0);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_NETWORK, 0), SMALL_NETWORK);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_GOVERNANCE, 0), SMALL_GOVERNANCE);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_FEE_HOLD, 0), 0);
    assert_int_equal(chain_world_account(world, NODE_SERVER).failures, 1);
    assert_int_equal(chain_world_account(world, NODE_SERVER).refunded, SMALL_NODE);
    assert_int_equal(chain_world_account(world, NODE_SERVER).fees, 0);
    assert_int_equal(chain_world_record(world, NODE_SERVER).quality, BAD);
}

/* Goal: the pass score itself passes, one below it fails; both ends of the scale are scores. */
static void pass_score_boundary(void **state)
{
    struct chain_world *world = *state;
    const uint16_t scores[] = {MIDDLE, MIDDLE - 1, DG_SCORE_ONE, 0};

    for (unsigned i = 0; i < 4; i++) {
        (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
        chain_world_judge(world, scores[i]);
        (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
        struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
        assert_int_equal(verdict.verdict, i % 2 == 0 ? DG_VERDICT_PASS : DG_VERDICT_FAIL);
        assert_int_equal(verdict.score, scores[i]);
    }
}

/* Goal: one liar in three does not change the verdict, whichever seat it has. */
static void one_liar(void **state)
{
    struct chain_world *world = *state;

    for (unsigned liar = 0; liar < 3; liar++) {
        (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
        const struct dg_notice check = world->check;
        assert_status(chain_world_open_answer(world), DG_OK);
        for (unsigned i = 0; i < 3; i++)
            assert_status(chain_world_commit(world, check.members[i], i == liar ? 0 : GOOD), DG_OK);
        for (unsigned i = 0; i < 3; i++)
            assert_status(chain_world_show(world, check.members[i], i == liar ? 0 : GOOD), DG_OK);
        (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
        struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
        assert_int_equal(verdict.verdict, DG_VERDICT_PASS);
        assert_int_equal(verdict.score, GOOD);
    }
}

/* ---- what a verifier is paid ---- */

/* Goal: the fund pays each reveal in full or not at all: 4950 pays two fees of 2000, then 950 are
 * left. */
static void fund_pays_in_full(void **state)
{
    struct chain_world world;
    struct dg_params params;
    int64_t paid = 0;

    (void)state;
    chain_world_params(&params);
    params.verification_fee = 2000;
    chain_world_open(&world, &params, NULL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    chain_world_judge(&world, GOOD);
    for (uint32_t i = 0; i < WORLD_VERIFIERS; i++) {
        struct dg_node_account account = chain_world_account(&world, NODE_VERIFIER + i);
        paid += account.verifier_fees;
        assert_true(account.verifier_fees == 0 || account.verifier_fees == 2000);
        assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_VERIFIER + i),
                         WORLD_GENESIS - WORLD_STAKE + account.verifier_fees);
    }
    assert_int_equal(paid, 4000);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_VERIFICATION, 0), 950);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(chain_world_account(&world, world.check.members[i]).reveals, 1);
    chain_world_close(&world);
}

/* Goal: a fund that holds exactly what is due is emptied. */
static void fund_is_emptied(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    chain_world_params(&params);
    params.verification_fee = SMALL_VERIFICATION / 3;
    chain_world_open(&world, &params, NULL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    chain_world_judge(&world, GOOD);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_VERIFICATION, 0), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(chain_world_account(&world, world.check.members[i]).verifier_fees,
                         SMALL_VERIFICATION / 3);
    chain_world_close(&world);
}

/* ---- opening ---- */

/* Goal: a wrong digest or nonce changes nothing and the right one still opens, once. */
static void opening(void **state)
{
    struct chain_world *world = *state;
    uint32_t check = chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    struct dg_hash digest = chain_world_digest(0, 0), wrong = digest;
    uint64_t nonce = chain_world_nonce(0, 0);

    wrong.bytes[0] ^= 1;
    assert_refused(world, dg_chain_open_answer(world->chain, 1, check, &wrong, nonce),
                   DG_ERROR_COMMITMENT);
    assert_refused(world, dg_chain_open_answer(world->chain, 1, check, &digest, nonce + 1),
                   DG_ERROR_COMMITMENT);
    assert_refused(world, dg_chain_open_answer(world->chain, 1, check + 1, &digest, nonce),
                   DG_ERROR_UNKNOWN_ID);
    assert_status(dg_chain_open_answer(world->chain, 1, check, &digest, nonce), DG_OK);
    assert_refused(world, dg_chain_open_answer(world->chain, 1, check, &digest, nonce),
                   DG_ERROR_REPLAY);
}

/* Goal: scores may come before the answer is opened; the reveal phase starts with the last of
 * all. */
static void opened_last(void **state)
{
    struct chain_world *world = *state;

    (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    for (unsigned i = 0; i < 3; i++)
        assert_status(chain_world_commit(world, world->check.members[i], GOOD), DG_OK);
    chain_world_no_notice(world);
    assert_refused(world, chain_world_show(world, world->check.members[0], GOOD), DG_ERROR_STATE);
    assert_status(chain_world_open_answer(world), DG_OK);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    assert_status(chain_world_show(world, world->check.members[0], GOOD), DG_OK);
}

/* ---- sealed scores ---- */

/* The eligible verifier that was not drawn. */
static uint32_t outsider(const struct chain_world *world)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < 3; i++)
        sum += world->check.members[i];
    return NODE_VERIFIER * 4 + 0 + 1 + 2 + 3 - sum;
}

/* Goal: only members commit, each once, and only in the commit phase. */
static void commit_errors(void **state)
{
    struct chain_world *world = *state;
    struct dg_hash seal = {{9}};
    uint32_t check = chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    const uint32_t *members = world->check.members;

    assert_refused(world, chain_world_commit(world, outsider(world), GOOD), DG_ERROR_NOT_MEMBER);
    assert_refused(world, chain_world_commit(world, NODE_OWN, GOOD), DG_ERROR_NOT_MEMBER);
    assert_refused(world, chain_world_commit(world, NODE_SERVER, GOOD), DG_ERROR_NOT_MEMBER);
    assert_refused(world, chain_world_commit(world, WORLD_NODES, GOOD), DG_ERROR_NOT_MEMBER);
    assert_refused(world, dg_chain_commit_score(world->chain, 0, check + 1, members[0], &seal),
                   DG_ERROR_UNKNOWN_ID);
    assert_status(chain_world_commit(world, members[0], GOOD), DG_OK);
    assert_refused(world, chain_world_commit(world, members[0], GOOD), DG_ERROR_REPLAY);
    assert_status(chain_world_open_answer(world), DG_OK);
    assert_status(chain_world_commit(world, members[1], GOOD), DG_OK);
    assert_status(chain_world_commit(world, members[2], GOOD), DG_OK);
    assert_refused(world, chain_world_commit(world, members[2], GOOD), DG_ERROR_STATE);
    assert_refused(world, chain_world_open_answer(world), DG_ERROR_STATE);
}

/* Goal: a reveal must be the member's own, match what was sealed, and come once. */
static void reveal_errors(void **state)
{
    struct chain_world *world = *state;
    uint32_t check = chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    const uint32_t *members = world->check.members;

    assert_refused(world, chain_world_show(world, members[0], GOOD), DG_ERROR_STATE);
    assert_status(chain_world_open_answer(world), DG_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_status(chain_world_commit(world, members[i], GOOD), DG_OK);
    assert_refused(world, chain_world_show(world, members[0], GOOD + 1), DG_ERROR_COMMITMENT);
    assert_refused(world, dg_chain_reveal_score(world->chain, 0, check, members[0], GOOD, 0),
                   DG_ERROR_COMMITMENT);
    assert_refused(world, chain_world_show(world, outsider(world), GOOD), DG_ERROR_NOT_MEMBER);
    assert_refused(world, dg_chain_reveal_score(world->chain, 0, check + 1, members[0], GOOD, 0),
                   DG_ERROR_UNKNOWN_ID);
    assert_status(chain_world_show(world, members[0], GOOD), DG_OK);
    assert_refused(world, chain_world_show(world, members[0], GOOD), DG_ERROR_REPLAY);
    assert_status(chain_world_show(world, members[1], GOOD), DG_OK);
    assert_status(chain_world_show(world, members[2], GOOD), DG_OK);
    assert_refused(world, chain_world_show(world, members[2], GOOD), DG_ERROR_STATE);
    assert_refused(world, chain_world_open_answer(world), DG_ERROR_STATE);
}

/* Goal: a member that copies another's sealed score cannot reveal it, and ends as a silent one. */
static void copied_commitment(void **state)
{
    struct chain_world *world = *state;
    uint32_t check = chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    const uint32_t *members = world->check.members;
    struct dg_hash seal;

    assert_status(chain_world_open_answer(world), DG_OK);
    dg_score_commitment(check, members[0], GOOD, members[0] + 7, &seal);
    assert_status(dg_chain_commit_score(world->chain, 0, check, members[1], &seal), DG_OK);
    assert_status(chain_world_commit(world, members[0], GOOD), DG_OK);
    assert_status(chain_world_commit(world, members[2], GOOD), DG_OK);
    assert_status(chain_world_show(world, members[0], GOOD), DG_OK);
    assert_refused(world,
                   dg_chain_reveal_score(world->chain, 0, check, members[1], GOOD, members[0] + 7),
                   DG_ERROR_COMMITMENT);
    assert_refused(world, chain_world_show(world, members[1], GOOD), DG_ERROR_COMMITMENT);
    assert_status(chain_world_show(world, members[2], GOOD), DG_OK);
    chain_world_advance(world, 60 * DG_SECOND);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    assert_int_equal(verdict.verdict, DG_VERDICT_PASS);
    assert_int_equal(verdict.revealed_count, 2);
    assert_int_equal(chain_world_account(world, members[1]).missed, 1);
    assert_int_equal(chain_world_account(world, members[1]).reveals, 0);
}

/* Goal: a seal made for one check is worth nothing in another. */
static void seal_of_another_check(void **state)
{
    struct chain_world *world = *state;
    uint32_t check = chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    const struct dg_notice first = world->check;
    struct dg_hash seal;

    dg_score_commitment(check + 1, first.members[0], GOOD, 1, &seal);
    assert_status(dg_chain_commit_score(world->chain, 0, check, first.members[0], &seal), DG_OK);
    assert_status(chain_world_open_answer(world), DG_OK);
    assert_status(chain_world_commit(world, first.members[1], GOOD), DG_OK);
    assert_status(chain_world_commit(world, first.members[2], GOOD), DG_OK);
    assert_refused(world, dg_chain_reveal_score(world->chain, 0, check, first.members[0], GOOD, 1),
                   DG_ERROR_COMMITMENT);
}

/* Goal: several checks run side by side, and ids are never used twice. */
static void checks_side_by_side(void **state)
{
    enum { COUNT = 300 };
    struct chain_world *world = *state;
    static struct dg_notice checks[COUNT];

    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(chain_world_check(world, NODE_SERVER, MODEL_SMALL), i);
        checks[i] = world->check;
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        world->check = checks[i * 7 % COUNT];
        chain_world_judge(world, GOOD);
        (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
        assert_int_equal(chain_world_notice(world, DG_NOTICE_VERDICT).check, i * 7 % COUNT);
    }
    assert_int_equal(chain_world_account(world, NODE_SERVER).fees, COUNT * SMALL_NODE);
    assert_int_equal(chain_world_check(world, NODE_SERVER, MODEL_SMALL), COUNT);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(committee_by_tickets),
        IN_WORLD(committee_of_all),
        cmocka_unit_test(committee_by_stake),
        cmocka_unit_test(checks_are_spread),
        IN_WORLD(pass),
        IN_WORLD(fail_refunds),
        IN_WORLD(pass_score_boundary),
        IN_WORLD(one_liar),
        cmocka_unit_test(fund_pays_in_full),
        cmocka_unit_test(fund_is_emptied),
        IN_WORLD(opening),
        IN_WORLD(opened_last),
        IN_WORLD(commit_errors),
        IN_WORLD(reveal_errors),
        IN_WORLD(copied_commitment),
        IN_WORLD(seal_of_another_check),
        IN_WORLD(checks_side_by_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
