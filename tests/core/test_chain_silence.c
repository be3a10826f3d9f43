/* test_chain_silence.c - checks whose parties are silent or late: replacements, missing scores,
 * quorum. */
#include "chain_world.h"

enum { GOOD = 60000 };

#define TERM (60 * DG_SECOND) /* to commit, and to reveal */

static int setup(void **state)
{
    static struct chain_world world;

    chain_world_open(&world, NULL, NULL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    chain_world_close(*state);
    return 0;
}

/* The eligible verifier that was not drawn: it has the fourth ticket. */
static uint32_t fourth(const struct chain_world *world)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < 3; i++)
        sum += world->check.members[i];
    return NODE_VERIFIER * 4 + 0 + 1 + 2 + 3 - sum;
}

static void commit_all(struct chain_world *world)
{
    assert_status(chain_world_open_answer(world), DG_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_status(chain_world_commit(world, world->check.members[i], GOOD), DG_OK);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
}

static uint32_t missed(const struct chain_world *world, uint32_t node)
{
    return chain_world_account(world, node).missed;
}

/* Goal: an answer never opened fails with score 0 although members had committed: they are neither
 * paid nor struck, and nobody is replaced. */
static void never_opened(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;
    int64_t user = chain_world_balance(world, DG_ACCOUNT_USER, 0);

    assert_status(chain_world_commit(world, members[0], GOOD), DG_OK);
    assert_status(chain_world_commit(world, members[1], GOOD), DG_OK);
    chain_world_advance(world, TERM - 1);
    chain_world_no_notice(world);
    chain_world_advance(world, TERM);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    chain_world_no_notice(world);
    assert_int_equal(verdict.verdict, DG_VERDICT_FAIL);
    assert_int_equal(verdict.score, 0);
    assert_int_equal(verdict.revealed_count, 0);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_USER, 0),
                     user + SMALL_NODE + SMALL_ROYALTY);
    assert_int_equal(chain_world_record(world, NODE_SERVER).quality, 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(missed(world, members[i]), 0);
        assert_int_equal(chain_world_account(world, members[i]).reveals, 0);
    }
    assert_int_equal(dg_chain_next_deadline(world->chain), INT64_MAX);
}

/* Goal: a silent member is struck and its seat goes to the next ticket, with a new term for the
 * seat; the member that lost it is outside. */
static void silent_member_replaced(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;
    uint32_t next = fourth(world);

    assert_status(chain_world_open_answer(world), DG_OK);
    assert_status(chain_world_commit(world, members[0], GOOD), DG_OK);
    assert_status(chain_world_commit(world, members[2], GOOD), DG_OK);
    chain_world_advance(world, TERM);
    struct dg_notice joined = chain_world_notice(world, DG_NOTICE_MEMBER);
    chain_world_no_notice(world);
    assert_int_equal(joined.check, world->check.check);
    assert_int_equal(joined.verifier, next);
    assert_int_equal(joined.member_count, 3);
    assert_int_equal(joined.members[1], next);
    assert_int_equal(missed(world, members[1]), 1);
    assert_int_equal(dg_chain_next_deadline(world->chain), 2 * TERM);
    assert_refused(world, chain_world_commit(world, members[1], GOOD), DG_ERROR_NOT_MEMBER);
    assert_refused(world, chain_world_commit(world, members[0], GOOD), DG_ERROR_REPLAY);

    assert_status(chain_world_commit(world, next, GOOD), DG_OK);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_REVEAL_PHASE).at, 2 * TERM);
    assert_refused(world, chain_world_show(world, members[1], GOOD), DG_ERROR_NOT_MEMBER);
    assert_status(chain_world_show(world, next, GOOD), DG_OK);
    assert_status(chain_world_show(world, members[0], GOOD), DG_OK);
    assert_status(chain_world_show(world, members[2], GOOD), DG_OK);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_VERDICT).revealed_count, 3);
    assert_int_equal(missed(world, next), 0);
    assert_int_equal(missed(world, members[1]), 1);
}

/* Goal: a seat is replaced once: when the replacement is silent too, the two that committed decide;
 * the empty seat can neither commit nor reveal. */
static void replaced_once(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;
    uint32_t next = fourth(world);

    assert_status(chain_world_open_answer(world), DG_OK);
    assert_status(chain_world_commit(world, members[0], GOOD), DG_OK);
    assert_status(chain_world_commit(world, members[1], GOOD), DG_OK);
    chain_world_advance(world, TERM);
    (void)chain_world_notice(world, DG_NOTICE_MEMBER);
    chain_world_advance(world, 2 * TERM);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_REVEAL_PHASE).at, 3 * TERM);
    chain_world_no_notice(world);
    assert_int_equal(missed(world, next), 1);
    assert_int_equal(missed(world, members[2]), 1);
    assert_refused(world, chain_world_commit(world, next, GOOD), DG_ERROR_STATE);
    assert_refused(world, chain_world_show(world, next, GOOD), DG_ERROR_NOT_MEMBER);
    assert_status(chain_world_show(world, members[0], GOOD), DG_OK);
    assert_status(chain_world_show(world, members[1], GOOD), DG_OK);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    assert_int_equal(verdict.verdict, DG_VERDICT_PASS);
    assert_int_equal(verdict.revealed_count, 2);
}

/* Goal: two silent members and one ticket left: one seat is filled, the other stays empty and its
 * former holder outside. */
static void more_silent_than_tickets(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;
    uint32_t next = fourth(world);

    assert_status(chain_world_open_answer(world), DG_OK);
    assert_status(chain_world_commit(world, members[1], GOOD), DG_OK);
    chain_world_advance(world, TERM);
    struct dg_notice joined = chain_world_notice(world, DG_NOTICE_MEMBER);
    assert_int_equal(joined.members[0], next);
    assert_int_equal(joined.members[2], members[2]);
    chain_world_no_notice(world);
    assert_refused(world, chain_world_commit(world, members[0], GOOD), DG_ERROR_NOT_MEMBER);
    assert_refused(world, chain_world_commit(world, members[2], GOOD), DG_ERROR_NOT_MEMBER);
    assert_status(chain_world_commit(world, next, GOOD), DG_OK);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    assert_refused(world, chain_world_show(world, members[2], GOOD), DG_ERROR_NOT_MEMBER);
    assert_status(chain_world_show(world, members[1], GOOD), DG_OK);
    assert_status(chain_world_show(world, next, GOOD), DG_OK);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_VERDICT).verdict, DG_VERDICT_PASS);
}

/* Goal: a verifier registered meanwhile may take a seat that found no ticket at first. */
static void later_verifier_fills_seat(void **state)
{
    struct chain_world *world = *state;
    struct dg_node_spec spec = {
        .operator_id = OPERATOR_OTHER, .verifier = true, .stake = 1000 * DG_TOKEN};
    uint32_t node;

    assert_status(chain_world_open_answer(world), DG_OK);
    assert_status(chain_world_commit(world, world->check.members[1], GOOD), DG_OK);
    chain_world_advance(world, TERM);
    (void)chain_world_notice(world, DG_NOTICE_MEMBER);
    assert_status(dg_chain_add_node(world->chain, world->now, &spec, &node), DG_OK);
    chain_world_advance(world, 2 * TERM);
    struct dg_notice joined = chain_world_notice(world, DG_NOTICE_MEMBER);
    assert_int_equal(joined.verifier, node);
    assert_int_equal(joined.members[2], node);
    chain_world_no_notice(world);
    assert_status(chain_world_commit(world, node, GOOD), DG_OK);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
}

/* Goal: nobody commits: after the one replacement the check is inconclusive; the fee is settled as
 * if it had passed, and the record does not move. */
static void nobody_commits(void **state)
{
    struct chain_world *world = *state;
    struct dg_node_record before = chain_world_record(world, NODE_SERVER);

    assert_status(chain_world_open_answer(world), DG_OK);
    chain_world_advance(world, TERM);
    (void)chain_world_notice(world, DG_NOTICE_MEMBER);
    chain_world_advance(world, 2 * TERM);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    chain_world_no_notice(world);
    assert_int_equal(verdict.verdict, DG_VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict.score, 0);
    assert_int_equal(chain_world_account(world, NODE_SERVER).fees, SMALL_NODE);
    assert_int_equal(chain_world_account(world, NODE_SERVER).checks, 1);
    assert_int_equal(chain_world_account(world, NODE_SERVER).failures, 0);
    struct dg_node_record after = chain_world_record(world, NODE_SERVER);
    assert_int_equal(after.quality, before.quality);
    assert_int_equal(after.checks, 0);
    for (uint32_t i = 0; i < WORLD_VERIFIERS; i++)
        assert_int_equal(missed(world, NODE_VERIFIER + i), 1);
    assert_int_equal(dg_chain_next_deadline(world->chain), INT64_MAX);
}

/* Goal: a member silent after its commitment is missing, unpaid and struck; two scores decide by
 * their mean, rounded half up. */
static void silent_after_commit(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;

    assert_status(chain_world_open_answer(world), DG_OK);
    assert_status(chain_world_commit(world, members[0], 20000), DG_OK);
    assert_status(chain_world_commit(world, members[1], 50001), DG_OK);
    world->now = 10;
    assert_status(chain_world_commit(world, members[2], GOOD), DG_OK);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    assert_status(chain_world_show(world, members[0], 20000), DG_OK);
    assert_status(chain_world_show(world, members[1], 50001), DG_OK);
    chain_world_advance(world, TERM); /* of the commit phase, which is over */
    chain_world_no_notice(world);
    chain_world_advance(world, TERM + 10);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    chain_world_no_notice(world);
    assert_int_equal(verdict.verdict, DG_VERDICT_PASS);
    assert_int_equal(verdict.score, 35001);
    assert_int_equal(verdict.revealed_count, 2);
    assert_int_equal(missed(world, members[2]), 1);
    assert_int_equal(chain_world_account(world, members[2]).verifier_fees, 0);
    assert_int_equal(chain_world_account(world, members[2]).reveals, 0);
    assert_int_equal(chain_world_account(world, members[0]).reveals, 1);
}

/* Goal: fewer reveals than the quorum: inconclusive, and the one that revealed is paid all the
 * same. */
static void quorum_missed(void **state)
{
    struct dg_params params;
    struct chain_world world;

    (void)state;
    chain_world_params(&params);
    params.verification_fee = 1000;
    chain_world_open(&world, &params, NULL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    commit_all(&world);
    assert_status(chain_world_show(&world, world.check.members[1], GOOD), DG_OK);
    chain_world_advance(&world, TERM);
    struct dg_notice verdict = chain_world_notice(&world, DG_NOTICE_VERDICT);
    assert_int_equal(verdict.verdict, DG_VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict.revealed_count, 1);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).fees, SMALL_NODE);
    assert_int_equal(chain_world_account(&world, world.check.members[1]).verifier_fees, 1000);
    assert_int_equal(chain_world_account(&world, world.check.members[1]).missed, 0);
    assert_int_equal(missed(&world, world.check.members[0]), 1);
    assert_int_equal(missed(&world, world.check.members[2]), 1);
    chain_world_close(&world);
}

/* Goal: with fewer verifiers than the quorum a check cannot decide: members that committed wait in
 * vain and are not struck for it. */
static void too_few_verifiers(void **state)
{
    struct dg_params params;
    struct chain_world world;

    (void)state;
    chain_world_params(&params);
    params.committee_size = DG_COMMITTEE_MAX;
    params.committee_quorum = WORLD_VERIFIERS + 1;
    chain_world_open(&world, &params, NULL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    assert_int_equal(world.check.member_count, WORLD_VERIFIERS);
    assert_status(chain_world_open_answer(&world), DG_OK);
    for (unsigned i = 0; i < WORLD_VERIFIERS; i++)
        assert_status(chain_world_commit(&world, world.check.members[i], GOOD), DG_OK);
    chain_world_no_notice(&world);
    chain_world_advance(&world, TERM);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_VERDICT).verdict,
                     DG_VERDICT_INCONCLUSIVE);
    for (unsigned i = 0; i < WORLD_VERIFIERS; i++)
        assert_int_equal(missed(&world, world.check.members[i]), 0);
    chain_world_close(&world);
}

/* Goal: calls at the deadline itself are in time, one nanosecond later they are not, whether or not
 * the deadline has been acted on. */
static void late_in_commit_phase(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;

    world->now = TERM;
    assert_status(chain_world_commit(world, members[0], GOOD), DG_OK);
    assert_status(chain_world_open_answer(world), DG_OK);
    world->now = TERM + 1;
    assert_refused(world, chain_world_commit(world, members[1], GOOD), DG_ERROR_STATE);
    assert_refused(world, chain_world_open_answer(world), DG_ERROR_STATE);
    chain_world_advance(world, TERM + 1);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_MEMBER).verifier, fourth(world));
    assert_int_equal(dg_chain_next_deadline(world->chain), 2 * TERM + 1);
}

/* Goal: the same for the reveal phase; after the verdict every call says that the check is over. */
static void late_in_reveal_phase(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;

    commit_all(world);
    world->now = TERM;
    assert_status(chain_world_show(world, members[0], GOOD), DG_OK);
    assert_status(chain_world_show(world, members[1], GOOD), DG_OK);
    world->now = TERM + 1;
    assert_refused(world, chain_world_show(world, members[2], GOOD), DG_ERROR_STATE);
    chain_world_advance(world, TERM + 1);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_VERDICT).revealed_count, 2);
    assert_refused(world, chain_world_show(world, members[2], GOOD), DG_ERROR_STATE);
    assert_refused(world, chain_world_commit(world, members[2], GOOD), DG_ERROR_STATE);
    assert_refused(world, chain_world_open_answer(world), DG_ERROR_STATE);
}

/* Goal: an advance long after several deadlines acts once on each check, the earliest first, and
 * starts new terms from the time of the call. */
static void advance_is_late(void **state)
{
    struct chain_world *world = *state;
    const struct dg_notice first = world->check;

    assert_status(chain_world_open_answer(world), DG_OK);
    world->now = DG_SECOND;
    uint32_t second = chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    world->now = 2 * DG_SECOND;
    uint32_t third = chain_world_check(world, NODE_OTHER, MODEL_SMALL);
    chain_world_advance(world, 1000 * DG_SECOND);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_MEMBER).check, first.check);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    assert_int_equal(verdict.check, second);
    assert_int_equal(verdict.at, 1000 * DG_SECOND);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_VERDICT).check, third);
    chain_world_no_notice(world);
    assert_int_equal(dg_chain_next_deadline(world->chain), 1000 * DG_SECOND + TERM);
}

/* Goal: hundreds of deadlines in one advance, each replacing a whole committee or leading to a
 * verdict, keep every notice. */
static void many_at_once(void **state)
{
    enum { COUNT = 400, OPENED = 200 };
    struct chain_world *world = *state;

    for (unsigned i = 1; i < COUNT; i++) {
        (void)chain_world_check(world, i % 2 == 0 ? NODE_OTHER : NODE_SERVER, MODEL_SMALL);
        if (i % 2 == 0)
            assert_status(chain_world_open_answer(world), DG_OK);
    }
    chain_world_advance(world, TERM);
    unsigned members = 0, verdicts = 0, others = 0;
    struct dg_notice notice;
    while (dg_chain_next_notice(world->chain, &notice)) {
        members += notice.kind == DG_NOTICE_MEMBER;
        verdicts += notice.kind == DG_NOTICE_VERDICT;
        others += notice.kind != DG_NOTICE_MEMBER && notice.kind != DG_NOTICE_VERDICT;
    }
    assert_int_equal(members, (OPENED - 1) * 2); /* of five verifiers three were drawn already */
    assert_int_equal(verdicts, COUNT - OPENED + 1);
    assert_true(others > 0); /* the server failed far too often */
    assert_status(dg_chain_audit(world->chain), DG_OK);
}

/* Goal: 170 whole committees of four fall silent in one call: each seat goes to a verifier of its
 * own, and of 680 notices none is lost. */
static void whole_committees_replaced(void **state)
{
    enum { COUNT = 170, SEATS = 4 };
    struct dg_params params;
    struct chain_world world;
    struct dg_node_spec spec = {
        .operator_id = OPERATOR_OTHER, .verifier = true, .stake = 1000 * DG_TOKEN};
    uint32_t node;

    (void)state;
    chain_world_params(&params);
    params.committee_size = SEATS;
    chain_world_open(&world, &params, NULL);
    for (unsigned i = 0; i < SEATS; i++)
        assert_status(dg_chain_add_node(world.chain, 0, &spec, &node), DG_OK);
    static struct dg_notice checks[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
        assert_status(chain_world_open_answer(&world), DG_OK);
        checks[i] = world.check;
    }
    chain_world_advance(&world, TERM);
    for (unsigned i = 0; i < COUNT; i++) {
        uint64_t seen = 0;
        for (unsigned seat = 0; seat < SEATS; seat++) {
            struct dg_notice joined = chain_world_notice(&world, DG_NOTICE_MEMBER);
            assert_int_equal(joined.check, i);
            assert_int_equal(joined.members[seat], joined.verifier);
            seen |= UINT64_C(1) << joined.verifier | UINT64_C(1) << checks[i].members[seat];
        }
        assert_int_equal(__builtin_popcountll(seen), 2 * SEATS);
    }
    chain_world_no_notice(&world);
    chain_world_close(&world);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(never_opened),
        IN_WORLD(silent_member_replaced),
        IN_WORLD(replaced_once),
        IN_WORLD(more_silent_than_tickets),
        IN_WORLD(later_verifier_fills_seat),
        IN_WORLD(nobody_commits),
        IN_WORLD(silent_after_commit),
        cmocka_unit_test(quorum_missed),
        cmocka_unit_test(too_few_verifiers),
        IN_WORLD(late_in_commit_phase),
        IN_WORLD(late_in_reveal_phase),
        IN_WORLD(advance_is_late),
        IN_WORLD(many_at_once),
        cmocka_unit_test(whole_committees_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
