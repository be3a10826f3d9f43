/* test_equivocation.c - members that seal two different scores for one seat. */
#include "chain_world.h"

#include "chain_state.h"

enum { GOOD = 60000, BAD = 10000 };

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

static void equivocate(struct chain_world *world, uint32_t member)
{
    assert_status(chain_world_commit(world, member, GOOD), DG_OK);
    assert_refused(world, chain_world_commit(world, member, GOOD), DG_ERROR_REPLAY);
    assert_status(chain_world_commit(world, member, BAD), DG_OK);
    assert_refused(world, chain_world_commit(world, member, GOOD), DG_ERROR_NOT_MEMBER);
    assert_refused(world, chain_world_commit(world, member, BAD), DG_ERROR_NOT_MEMBER);
}

static uint32_t missed(const struct chain_world *world, uint32_t node)
{
    return chain_world_account(world, node).missed;
}

static uint64_t misconduct(const struct chain_world *world, uint32_t node)
{
    return world->chain->registry.nodes[node].misconduct;
}

/* Goal: a void seat is neither shown, counted nor paid; the others decide without it, and it is one
 * bad seat when the round is over. */
static void the_others_decide(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;

    assert_status(chain_world_open_answer(world), DG_OK);
    equivocate(world, members[0]);
    assert_int_equal(missed(world, members[0]), 1);
    assert_int_equal(misconduct(world, members[0]), 0);
    assert_status(chain_world_commit(world, members[1], GOOD), DG_OK);
    assert_status(chain_world_commit(world, members[2], GOOD), DG_OK);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    assert_refused(world, chain_world_show(world, members[0], GOOD), DG_ERROR_NOT_MEMBER);
    assert_refused(world, chain_world_show(world, members[0], BAD), DG_ERROR_NOT_MEMBER);
    assert_status(chain_world_show(world, members[1], GOOD), DG_OK);
    assert_status(chain_world_show(world, members[2], GOOD), DG_OK);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    chain_world_no_notice(world);
    assert_int_equal(verdict.verdict, DG_VERDICT_PASS);
    assert_int_equal(verdict.revealed_count, 2);
    assert_int_equal(chain_world_account(world, members[0]).reveals, 0);
    assert_int_equal(chain_world_account(world, members[0]).verifier_fees, 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(misconduct(world, members[i]), i == 0);
        assert_int_equal(missed(world, members[i]), i == 0);
    }
}

/* Goal: the seat goes to the next ticket when the time to commit runs out, and is struck once. */
static void replaced_with_the_silent(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;

    assert_status(chain_world_open_answer(world), DG_OK);
    equivocate(world, members[0]);
    assert_status(chain_world_commit(world, members[1], GOOD), DG_OK);
    chain_world_advance(world, TERM);
    struct dg_notice joined = chain_world_notice(world, DG_NOTICE_MEMBER);
    chain_world_no_notice(world); /* four verifiers: no ticket for the seat of the silent one */
    assert_int_equal(joined.members[0], joined.verifier);
    assert_int_equal(missed(world, members[0]), 1);
    assert_status(chain_world_commit(world, joined.verifier, GOOD), DG_OK);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    assert_status(chain_world_show(world, members[1], GOOD), DG_OK);
    assert_status(chain_world_show(world, joined.verifier, GOOD), DG_OK);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_VERDICT).verdict, DG_VERDICT_PASS);
    assert_int_equal(misconduct(world, members[0]), 1);
    assert_int_equal(misconduct(world, members[2]), 1); /* silent */
    assert_int_equal(misconduct(world, joined.verifier), 0);
}

/* Goal: a replacement that equivocates is not replaced again. */
static void a_replacement_may_do_it_too(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;

    assert_status(chain_world_open_answer(world), DG_OK);
    equivocate(world, members[0]);
    chain_world_advance(world, TERM);
    uint32_t next = chain_world_notice(world, DG_NOTICE_MEMBER).verifier;
    equivocate(world, next);
    chain_world_advance(world, 2 * TERM);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_VERDICT).verdict, DG_VERDICT_INCONCLUSIVE);
    chain_world_no_notice(world);
    assert_int_equal(misconduct(world, members[0]), 1);
    assert_int_equal(misconduct(world, next), 1);
    assert_int_equal(missed(world, next), 1);
}

/* Goal: two void seats of three leave no quorum of two: the round waits for its time, takes a
 * replacement, and decides with it. */
static void quorum_counts_without_void_seats(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;

    for (unsigned i = 0; i < 3; i++)
        assert_status(chain_world_commit(world, members[i], GOOD), DG_OK);
    assert_status(chain_world_commit(world, members[0], BAD), DG_OK);
    assert_status(chain_world_commit(world, members[1], BAD), DG_OK);
    assert_status(chain_world_open_answer(world), DG_OK);
    chain_world_no_notice(world); /* nobody is waited for, but one score is too few */
    assert_refused(world, chain_world_show(world, members[2], GOOD), DG_ERROR_STATE);
    chain_world_advance(world, TERM);
    uint32_t next = chain_world_notice(world, DG_NOTICE_MEMBER).verifier;
    assert_status(chain_world_commit(world, next, GOOD), DG_OK);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    assert_status(chain_world_show(world, members[2], GOOD), DG_OK);
    assert_status(chain_world_show(world, next, GOOD), DG_OK);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    assert_int_equal(verdict.verdict, DG_VERDICT_PASS);
    assert_int_equal(verdict.revealed_count, 2);
}

/* Goal: two sealed scores are misconduct even when the node never opens its answer, where silence is
 * none. */
static void counts_without_an_opened_answer(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;

    equivocate(world, members[0]);
    assert_status(chain_world_commit(world, members[1], GOOD), DG_OK);
    chain_world_advance(world, TERM);
    assert_int_equal(chain_world_notice(world, DG_NOTICE_VERDICT).verdict, DG_VERDICT_FAIL);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(misconduct(world, members[i]), i == 0);
        assert_int_equal(missed(world, members[i]), i == 0);
    }
}

/* Goal: the last commitment ends the phase, so it cannot be followed by another. */
static void the_last_one_is_final(void **state)
{
    struct chain_world *world = *state;
    const uint32_t *members = world->check.members;

    assert_status(chain_world_open_answer(world), DG_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_status(chain_world_commit(world, members[i], GOOD), DG_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_refused(world, chain_world_commit(world, members[i], BAD), DG_ERROR_STATE);
}

/* Goal: a score that is out cannot be replaced in a further round: that is a replay, not a void
 * seat. */
static void shown_scores_stay(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    chain_world_params(&params);
    params.committee_escalation_size = 4;
    params.committee_escalation_spread = DG_ONE / 2;
    chain_world_open(&world, &params, NULL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    const uint32_t *members = world.check.members;
    assert_status(chain_world_open_answer(&world), DG_OK);
    chain_world_round(&world, members, 3, (uint16_t[]){0, GOOD, GOOD});
    (void)chain_world_notice(&world, DG_NOTICE_REVEAL_PHASE);
    uint32_t next = chain_world_notice(&world, DG_NOTICE_MEMBER).verifier;
    assert_refused(&world, chain_world_commit(&world, members[0], GOOD), DG_ERROR_REPLAY);
    assert_status(chain_world_commit(&world, next, GOOD), DG_OK);
    (void)chain_world_notice(&world, DG_NOTICE_REVEAL_PHASE);
    assert_status(chain_world_show(&world, next, GOOD), DG_OK);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_VERDICT).revealed_count, 4);
    chain_world_close(&world);
}

/* Goal: where one bad seat is an offence, the verifier is slashed and jailed when the round is over,
 * by 5 % of its stake. */
static void an_offence_when_the_round_is_over(void **state)
{
    struct chain_world world;
    struct dg_params params;

    (void)state;
    chain_world_params(&params);
    params.penalty_misconduct_failures = 1;
    chain_world_open(&world, &params, NULL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    const uint32_t *members = world.check.members;
    assert_status(chain_world_open_answer(&world), DG_OK);
    equivocate(&world, members[2]);
    chain_world_no_notice(&world);
    chain_world_round(&world, members, 2, (uint16_t[]){GOOD, GOOD});
    (void)chain_world_notice(&world, DG_NOTICE_REVEAL_PHASE);
    (void)chain_world_notice(&world, DG_NOTICE_VERDICT);
    struct dg_notice slash = chain_world_notice(&world, DG_NOTICE_SLASH);
    assert_int_equal(slash.node, members[2]);
    assert_int_equal(slash.offence, DG_OFFENCE_MISCONDUCT);
    assert_int_equal(slash.amount, WORLD_STAKE / 20);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_JAIL).node, members[2]);
    assert_status(dg_chain_audit(world.chain), DG_OK);
    chain_world_close(&world);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_others_decide),
        IN_WORLD(replaced_with_the_silent),
        IN_WORLD(a_replacement_may_do_it_too),
        IN_WORLD(quorum_counts_without_void_seats),
        IN_WORLD(counts_without_an_opened_answer),
        IN_WORLD(the_last_one_is_final),
        cmocka_unit_test(shown_scores_stay),
        cmocka_unit_test(an_offence_when_the_round_is_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
