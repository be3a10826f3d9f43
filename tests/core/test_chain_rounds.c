/* Rounds beyond the first: open scores, escalation, appeals, and the gold scores of probes. */
#include "chain_world.h"

#include "chain_state.h"

/* More verifiers than the small world has, each of an operator of its own. */
enum { EXTRA_VERIFIERS = 12 };

static void open_rounds(struct chain_world *world, const struct dg_params *params)
{
    chain_world_open(world, params, NULL);
    for (uint32_t i = 0; i < EXTRA_VERIFIERS; i++) {
        struct dg_node_spec spec = {.verifier = true, .stake = WORLD_STAKE};
        uint32_t node;
        assert_status(dg_chain_add_operator(world->chain, WORLD_STAKE, &spec.operator_id), DG_OK);
        assert_status(dg_chain_add_node(world->chain, 0, &spec, &node), DG_OK);
    }
}

/* Takes the notices of members that join; returns how many. */
static size_t joined(struct chain_world *world, uint32_t members[DG_COMMITTEE_MAX], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct dg_notice notice = chain_world_notice(world, DG_NOTICE_MEMBER);
        members[i] = notice.verifier;
        for (unsigned m = 0; m < world->check.member_count; m++)
            assert_int_not_equal(members[i], world->check.members[m]);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(members[i], members[j]);
        assert_int_not_equal(members[i], NODE_OWN); /* of the server's operator */
    }
    return count;
}

static void first_round(struct chain_world *world, uint16_t a, uint16_t b, uint16_t c)
{
    (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    assert_int_equal(world->check.member_count, 3);
    assert_status(chain_world_open_answer(world), DG_OK);
    chain_world_round(world, world->check.members, 3, (uint16_t[]){a, b, c});
    assert_int_equal(chain_world_notice(world, DG_NOTICE_REVEAL_PHASE).check, world->check.check);
}

static const uint16_t high[] = {60000, 60000, 60000, 60000, 60000, 60000, 60000};

/* ---- escalation ---- */

static void escalation_params(struct dg_params *params)
{
    chain_world_params(params);
    params->committee_escalation_size = 7;
    params->committee_escalation_spread = DG_ONE / 2;
}

static void disagreement_asks_more_verifiers(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    uint32_t members[DG_COMMITTEE_MAX];
    escalation_params(&params);
    open_rounds(&world, &params);

    /* By the median of the first three it would fail; four more turn it. */
    first_round(&world, 0, 10000, 40000);
    assert_int_equal(joined(&world, members, 4), 4);
    chain_world_no_notice(&world);
    chain_world_round(&world, members, 4, high);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_REVEAL_PHASE).member_count, 7);
    struct dg_notice verdict = chain_world_notice(&world, DG_NOTICE_VERDICT);
    assert_int_equal(verdict.verdict, DG_VERDICT_PASS);
    assert_int_equal(verdict.revealed_count, 7);
    assert_int_equal(verdict.score, 60000);
    chain_world_close(&world);
}

static void agreement_ends_in_one_round(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    escalation_params(&params);
    open_rounds(&world, &params);

    /* 32767 of 65535 is not more than half of the scale; 32768 is. */
    first_round(&world, 1000, 10000, 33767);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_VERDICT).verdict, DG_VERDICT_FAIL);
    first_round(&world, 1000, 10000, 33768);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_MEMBER).check, world.check.check);
    chain_world_close(&world);
}

static void silent_newcomers_do_not_stop_it(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    uint32_t members[DG_COMMITTEE_MAX];
    escalation_params(&params);
    open_rounds(&world, &params);

    first_round(&world, 0, 10000, 65535);
    (void)joined(&world, members, 4);
    chain_world_advance(&world, params.committee_commit_time + 1);
    struct dg_notice verdict = chain_world_notice(&world, DG_NOTICE_VERDICT);
    assert_int_equal(verdict.verdict, DG_VERDICT_FAIL);
    assert_int_equal(verdict.revealed_count, 3);
    for (int i = 0; i < 4; i++)
        assert_int_equal(chain_world_account(&world, members[i]).missed, 1);
    chain_world_close(&world);
}

/* ---- open scores ---- */

static void open_scores_are_seen_at_once(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    chain_world_params(&params);
    params.committee_reveal = DG_REVEAL_OPEN;
    open_rounds(&world, &params);

    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    const uint32_t *members = world.check.members;
    assert_refused(&world, chain_world_commit(&world, members[0], 1), DG_ERROR_STATE);
    assert_status(chain_world_show(&world, members[0], 50000), DG_OK);
    struct dg_notice seen = chain_world_notice(&world, DG_NOTICE_SCORE);
    assert_int_equal(seen.verifier, members[0]);
    assert_int_equal(seen.score, 50000);
    assert_refused(&world, chain_world_show(&world, members[0], 1), DG_ERROR_REPLAY);
    assert_refused(&world, chain_world_show(&world, NODE_OWN, 1), DG_ERROR_NOT_MEMBER);
    assert_status(chain_world_show(&world, members[1], 50000), DG_OK);
    assert_status(chain_world_show(&world, members[2], 40000), DG_OK);
    (void)chain_world_notice(&world, DG_NOTICE_SCORE);
    (void)chain_world_notice(&world, DG_NOTICE_SCORE);
    chain_world_no_notice(&world); /* the node has not opened its answer */
    assert_status(chain_world_open_answer(&world), DG_OK);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_VERDICT).score, 50000);
    chain_world_close(&world);
}

/* A late joiner could copy, so nobody joins once a score is out. */
static void nobody_joins_after_an_open_score(void **state)
{
    (void)state;
    for (int shown = 0; shown < 2; shown++) {
        struct chain_world world;
        struct dg_params params;
        chain_world_params(&params);
        params.committee_reveal = DG_REVEAL_OPEN;
        open_rounds(&world, &params);
        (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
        assert_status(chain_world_open_answer(&world), DG_OK);
        if (shown) {
            assert_status(chain_world_show(&world, world.check.members[0], 50000), DG_OK);
            (void)chain_world_notice(&world, DG_NOTICE_SCORE);
        }
        chain_world_advance(&world, params.committee_commit_time + 1);
        (void)chain_world_notice(&world, shown ? DG_NOTICE_VERDICT : DG_NOTICE_MEMBER);
        chain_world_close(&world);
    }
}

/* ---- appeals ---- */

#define WINDOW  (3600 * DG_SECOND)
#define DEPOSIT (10 * DG_TOKEN)

static void open_appeals(struct chain_world *world)
{
    struct dg_params params;
    chain_world_params(&params);
    params.appeal_window = WINDOW;
    params.appeal_deposit = DEPOSIT;
    open_rounds(world, &params);
}

static struct dg_notice fail_first(struct chain_world *world)
{
    first_round(world, 0, 0, 0);
    struct dg_notice notice = chain_world_notice(world, DG_NOTICE_PROVISIONAL);
    assert_int_equal(notice.at, world->now + WINDOW);
    /* Nothing has happened to the money or the record yet. */
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_FEE_HOLD, 0), SMALL_FEE);
    assert_int_equal(chain_world_account(world, NODE_SERVER).failures, 0);
    return notice;
}

static void without_an_appeal_the_verdict_becomes_final(void **state)
{
    (void)state;
    struct chain_world world;
    open_appeals(&world);

    struct dg_notice notice = fail_first(&world);
    chain_world_advance(&world, notice.at - 1);
    chain_world_no_notice(&world);
    chain_world_advance(&world, notice.at);
    assert_int_equal(chain_world_notice(&world, DG_NOTICE_VERDICT).verdict, DG_VERDICT_FAIL);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).failures, 1);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_FEE_HOLD, 0), 0);
    assert_status(dg_chain_appeal(world.chain, world.now, world.check.check), DG_ERROR_STATE);
    chain_world_close(&world);
}

/* Appeals; the seven members of the second committee give the score. Returns the verdict. */
static struct dg_notice appeal(struct chain_world *world, const uint16_t *scores)
{
    uint32_t members[DG_COMMITTEE_MAX];

    (void)fail_first(world);
    assert_status(dg_chain_appeal(world->chain, world->now, world->check.check), DG_OK);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_APPEAL, OPERATOR_SERVER), DEPOSIT);
    (void)joined(world, members, 7);
    chain_world_no_notice(world);
    chain_world_round(world, members, 7, scores);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    struct dg_notice verdict = chain_world_notice(world, DG_NOTICE_VERDICT);
    assert_int_equal(verdict.member_count, 7);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_APPEAL, OPERATOR_SERVER), 0);
    assert_status(dg_chain_audit(world->chain), DG_OK);
    return verdict;
}

static void a_won_appeal_clears_the_node(void **state)
{
    (void)state;
    struct chain_world world;
    open_appeals(&world);
    int64_t before = chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER);

    assert_int_equal(appeal(&world, high).verdict, DG_VERDICT_PASS);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER),
                     before + SMALL_NODE);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).failures, 0);
    chain_world_close(&world);
}

static void a_lost_appeal_costs_the_deposit(void **state)
{
    (void)state;
    static const uint16_t low[7] = {0};
    struct chain_world world;
    open_appeals(&world);
    int64_t before = chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER);

    assert_int_equal(appeal(&world, low).verdict, DG_VERDICT_FAIL);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER),
                     before - DEPOSIT);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).failures, 1);
    chain_world_close(&world);
}

static void an_appeal_nobody_hears_changes_nothing(void **state)
{
    (void)state;
    struct chain_world world;
    uint32_t members[DG_COMMITTEE_MAX];
    open_appeals(&world);
    int64_t before = chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER);

    (void)fail_first(&world);
    assert_status(dg_chain_appeal(world.chain, world.now, world.check.check), DG_OK);
    (void)joined(&world, members, 7);
    struct dg_notice notice = {0};
    for (int i = 0; i < 10 && notice.kind != DG_NOTICE_VERDICT; i++) {
        chain_world_advance(&world, world.now + world.params.committee_commit_time + 1);
        while (notice.kind != DG_NOTICE_VERDICT && dg_chain_next_notice(world.chain, &notice))
            continue;
    }
    assert_int_equal(notice.verdict, DG_VERDICT_FAIL);
    assert_int_equal(notice.score, 0);
    assert_int_equal(chain_world_account(&world, NODE_SERVER).failures, 1);
    assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER), before);
    chain_world_close(&world);
}

static void appeals_refused(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;

    open_appeals(&world);
    assert_refused(&world, dg_chain_appeal(world.chain, 0, 0), DG_ERROR_UNKNOWN_ID);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    assert_refused(&world, dg_chain_appeal(world.chain, 0, world.check.check), DG_ERROR_STATE);
    chain_world_close(&world);

    chain_world_params(&params);
    params.appeal_window = WINDOW;
    params.appeal_deposit = WORLD_GENESIS; /* more than the operator has left */
    open_rounds(&world, &params);
    first_round(&world, 0, 0, 0);
    assert_refused(&world, dg_chain_appeal(world.chain, 0, world.check.check), DG_ERROR_FUNDS);
    chain_world_close(&world);

    /* Three verifiers of others, all of whom have a seat already, and one more that has none. */
    params.appeal_deposit = 0;
    params.committee_size = 4;
    chain_world_open(&world, &params, NULL);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    assert_status(chain_world_open_answer(&world), DG_OK);
    chain_world_round(&world, world.check.members, 4, (uint16_t[]){0, 0, 0, 0});
    assert_refused(&world, dg_chain_appeal(world.chain, 0, world.check.check),
                   DG_ERROR_NO_CANDIDATE);
    chain_world_close(&world);
}

/* ---- probes ---- */

static enum dg_status seal_gold(struct chain_world *world, uint16_t gold)
{
    struct dg_hash commitment;

    dg_score_commitment(world->check.check, DG_NONE, gold, 5, &commitment);
    return dg_chain_commit_gold(world->chain, world->now, world->check.check, &commitment);
}

static enum dg_status show_gold(struct chain_world *world, uint16_t gold)
{
    return dg_chain_reveal_gold(world->chain, world->now, world->check.check, gold, 5);
}

static void probes_are_checked_whatever_the_rate(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    chain_world_params(&params);
    params.sampling_rate = 0;
    open_rounds(&world, &params);

    struct dg_receipt receipts[2] = {
        chain_world_receipt(&world, 0, 0, NODE_SERVER, MODEL_SMALL),
        chain_world_receipt(&world, 0, 1, NODE_SERVER, MODEL_SMALL),
    };
    receipts[1].user = 1;
    assert_refused(&world, dg_chain_add_prober(world.chain, WORLD_USERS), DG_ERROR_UNKNOWN_ID);
    assert_status(dg_chain_add_prober(world.chain, 1), DG_OK);
    struct dg_report report = chain_world_report(0, 0, receipts, 2);
    assert_status(dg_chain_report(world.chain, 0, &report), DG_OK);
    chain_world_reveal(&world);
    struct dg_notice check = chain_world_notice(&world, DG_NOTICE_CHECK);
    assert_int_equal(check.number, 1);
    assert_true(check.probe);
    chain_world_no_notice(&world);
    chain_world_close(&world);
}

static void gold_refused(void **state)
{
    (void)state;
    struct chain_world world;
    open_rounds(&world, NULL);

    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL); /* no probe */
    assert_refused(&world, seal_gold(&world, 1), DG_ERROR_STATE);
    assert_status(dg_chain_add_prober(world.chain, 0), DG_OK);
    (void)chain_world_drop_notices(&world);
    (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
    assert_refused(&world, show_gold(&world, 1), DG_ERROR_STATE);
    assert_status(seal_gold(&world, 60000), DG_OK);
    assert_refused(&world, seal_gold(&world, 1), DG_ERROR_REPLAY);
    assert_status(chain_world_open_answer(&world), DG_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_status(chain_world_commit(&world, world.check.members[i], 60000), DG_OK);
    assert_refused(&world, show_gold(&world, 1), DG_ERROR_COMMITMENT);
    assert_status(show_gold(&world, 60000), DG_OK);
    assert_refused(&world, show_gold(&world, 60000), DG_ERROR_REPLAY);
    chain_world_close(&world);
}

/* The verdict waits for a gold score that was sealed, until the time to reveal is over. */
static void a_verdict_waits_for_the_gold_score(void **state)
{
    (void)state;
    for (int shown = 0; shown < 2; shown++) {
        struct chain_world world;
        open_rounds(&world, NULL);
        assert_status(dg_chain_add_prober(world.chain, 0), DG_OK);
        (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
        assert_status(seal_gold(&world, 60000), DG_OK);
        assert_status(chain_world_open_answer(&world), DG_OK);
        chain_world_round(&world, world.check.members, 3, high);
        int64_t until = chain_world_notice(&world, DG_NOTICE_REVEAL_PHASE).at;
        chain_world_no_notice(&world);
        if (shown)
            assert_status(show_gold(&world, 60000), DG_OK);
        else
            chain_world_advance(&world, until);
        assert_int_equal(chain_world_notice(&world, DG_NOTICE_VERDICT).verdict, DG_VERDICT_PASS);
        chain_world_close(&world);
    }
}

/* Three probes scored more than half of the scale away from the known score. */
static void scores_far_from_gold_are_misconduct(void **state)
{
    (void)state;
    struct chain_world world;
    struct dg_params params;
    chain_world_params(&params);
    params.committee_size = params.committee_quorum = 15; /* everybody: all four and the twelve */
    params.quality_threshold_failures = params.quality_threshold_window = 64;
    open_rounds(&world, &params);
    assert_status(dg_chain_add_prober(world.chain, 0), DG_OK);
    uint32_t liar = DG_NONE, seated = 0;

    for (int round = 0; seated < 3; round++) {
        assert_true(round < 10);
        (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
        assert_int_equal(world.check.member_count, 15);
        if (liar == DG_NONE)
            liar = world.check.members[0];
        uint16_t scores[15];
        for (unsigned i = 0; i < 15; i++) {
            /* 32767 away is not more than half of 65535; 32768 is. */
            scores[i] = world.check.members[i] == liar ? 60000 - 32768 : 60000 - 32767;
            seated += world.check.members[i] == liar;
        }
        assert_status(seal_gold(&world, 60000), DG_OK);
        assert_status(chain_world_open_answer(&world), DG_OK);
        chain_world_round(&world, world.check.members, 15, scores);
        assert_int_equal(chain_world_account(&world, liar).slashed, 0);
        assert_status(show_gold(&world, 60000), DG_OK);
        if (seated < 3)
            (void)chain_world_drop_notices(&world);
    }
    for (uint32_t n = 0; n < WORLD_NODES + EXTRA_VERIFIERS; n++)
        assert_int_equal(chain_world_account(&world, n).slashed, n == liar ? WORLD_STAKE / 20 : 0);
    chain_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disagreement_asks_more_verifiers),
        cmocka_unit_test(agreement_ends_in_one_round),
        cmocka_unit_test(silent_newcomers_do_not_stop_it),
        cmocka_unit_test(open_scores_are_seen_at_once),
        cmocka_unit_test(nobody_joins_after_an_open_score),
        cmocka_unit_test(without_an_appeal_the_verdict_becomes_final),
        cmocka_unit_test(a_won_appeal_clears_the_node),
        cmocka_unit_test(a_lost_appeal_costs_the_deposit),
        cmocka_unit_test(an_appeal_nobody_hears_changes_nothing),
        cmocka_unit_test(appeals_refused),
        cmocka_unit_test(probes_are_checked_whatever_the_rate),
        cmocka_unit_test(gold_refused),
        cmocka_unit_test(a_verdict_waits_for_the_gold_score),
        cmocka_unit_test(scores_far_from_gold_are_misconduct),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
