/* test_verdict.c - anybody can repeat a verdict from the scores that were shown, the stake and the trust
 * of those who showed them. */
#include "chain_world.h"

#include "policies.h"

enum { ROUNDS = 60, EXTRA = 12, SIZE = 9, QUORUM = 5 };

static uint64_t random_state;

static uint32_t below(uint32_t bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33) % bound;
}

/* Nobody is punished, so that only the verdicts differ between rounds. */
static void open_world(struct chain_world *world, int64_t aggregation)
{
    struct dg_params params;

    chain_world_params(&params);
    params.quality_aggregation = aggregation;
    params.quality_trust_eta = DG_ONE;
    params.committee_size = SIZE;
    params.committee_quorum = QUORUM;
    params.quality_threshold_window = params.quality_threshold_failures = 64;
    params.penalty_misconduct_failures = 0;
    chain_world_open(world, &params, NULL);
    for (int64_t i = 0; i < EXTRA; i++) {
        struct dg_node_spec spec = {.verifier = true, .stake = (1000 + 777 * i) * DG_TOKEN};
        uint32_t node;
        assert_status(dg_chain_add_operator(world->chain, spec.stake, &spec.operator_id), DG_OK);
        assert_status(dg_chain_add_node(world->chain, 0, &spec, &node), DG_OK);
    }
    assert_status(dg_chain_add_prober(world->chain, 0), DG_OK);
}

static struct dg_vote vote_of(const struct chain_world *world, uint32_t verifier, uint16_t score)
{
    return (struct dg_vote){
        .score = score,
        .stake = chain_world_balance(world, DG_ACCOUNT_STAKE, verifier) +
                 chain_world_balance(world, DG_ACCOUNT_DELEGATED, verifier),
        .trust = chain_world_account(world, verifier).trust,
    };
}

/* Scores near one another, far apart, or alike. */
static uint16_t any_score(void)
{
    switch (below(3)) {
    case 0: return (uint16_t)below(65536);
    case 1: return (uint16_t)(32000 + below(1500));
    default: return (uint16_t)(below(2) * 65535);
    }
}

/* One check with a gold score, of which `silent` members do not reveal. The votes shown are left in
 * votes[]; the verdict is returned. */
static struct dg_notice random_round(struct chain_world *world, unsigned silent,
                                     struct dg_vote votes[SIZE], size_t *count)
{
    const uint32_t *members = world->check.members;
    uint16_t scores[SIZE], gold = any_score();
    struct dg_hash seal;

    (void)chain_world_check(world, NODE_SERVER, MODEL_SMALL);
    assert_int_equal(world->check.member_count, SIZE);
    dg_score_commitment(world->check.check, DG_NONE, gold, 3, &seal);
    assert_status(dg_chain_commit_gold(world->chain, world->now, world->check.check, &seal), DG_OK);
    assert_status(chain_world_open_answer(world), DG_OK);
    for (unsigned i = 0; i < SIZE; i++) {
        scores[i] = any_score();
        assert_status(chain_world_commit(world, members[i], scores[i]), DG_OK);
    }
    *count = 0;
    for (unsigned i = silent; i < SIZE; i++)
        votes[(*count)++] = vote_of(world, members[i], scores[i]);
    (void)chain_world_notice(world, DG_NOTICE_REVEAL_PHASE);
    for (unsigned i = silent; i < SIZE; i++)
        assert_status(chain_world_show(world, members[i], scores[i]), DG_OK);
    assert_status(dg_chain_reveal_gold(world->chain, world->now, world->check.check, gold, 3),
                  DG_OK);
    if (silent > 0)
        chain_world_advance(world, world->now + world->params.committee_reveal_time);
    return chain_world_notice(world, DG_NOTICE_VERDICT);
}

static void shuffle(struct dg_vote *votes, size_t count)
{
    for (size_t i = count; i-- > 1;) {
        size_t other = below((uint32_t)i + 1);
        struct dg_vote vote = votes[i];
        votes[i] = votes[other];
        votes[other] = vote;
    }
}

/* Goal: for every aggregation the verdict and score of random rounds follow from public data, whatever
 * the order of the votes; all three verdicts occur, and trust moves where the rule has any. */
static void agrees_with_the_chain(void **state)
{
    (void)state;
    for (int64_t kind = 0; kind <= DG_QUALITY_AGGREGATION_LAST; kind++) {
        struct chain_world world;
        struct dg_vote votes[SIZE];
        struct dg_finding finding;
        unsigned seen[DG_VERDICT_INCONCLUSIVE + 1] = {0};
        size_t count;

        random_state = (uint64_t)kind;
        open_world(&world, kind);
        for (unsigned round = 0; round < ROUNDS; round++) {
            struct dg_notice notice =
                random_round(&world, below(3) > 0 ? 0 : below(SIZE + 1), votes, &count);
            assert_int_equal(notice.revealed_count, count);
            for (int order = 0; order < 3; order++) {
                shuffle(votes, count);
                assert_status(dg_committee_verdict(&world.params, votes, count, QUORUM, &finding),
                              DG_OK);
                assert_int_equal(finding.verdict, notice.verdict);
                assert_int_equal(finding.score, notice.score);
            }
            seen[notice.verdict]++;
        }
        for (int verdict = 0; verdict <= DG_VERDICT_INCONCLUSIVE; verdict++)
            assert_true(seen[verdict] > 0);
        chain_world_close(&world);
    }
}

/* Goal: the quorum and the pass score decide at their boundary: 0.5 of 65535 rounded up is 32768. */
static void boundaries(void **state)
{
    struct dg_params params;
    struct dg_finding finding;
    struct dg_vote votes[] = {{32768, 1, DG_ONE}, {32768, 1, DG_ONE}};

    (void)state;
    dg_params_default(&params);
    assert_status(dg_committee_verdict(&params, votes, 2, 2, &finding), DG_OK);
    assert_int_equal(finding.verdict, DG_VERDICT_PASS);
    assert_int_equal(finding.score, 32768);
    votes[0].score = votes[1].score = 32767;
    assert_status(dg_committee_verdict(&params, votes, 2, 2, &finding), DG_OK);
    assert_int_equal(finding.verdict, DG_VERDICT_FAIL);
    assert_status(dg_committee_verdict(&params, votes, 2, 3, &finding), DG_OK);
    assert_int_equal(finding.verdict, DG_VERDICT_INCONCLUSIVE);
    assert_int_equal(finding.score, 0);
    assert_status(dg_committee_verdict(&params, NULL, 0, 1, &finding), DG_OK);
    assert_int_equal(finding.verdict, DG_VERDICT_INCONCLUSIVE);
}

/* Goal: no stake and no trust in sight weigh alike, and the largest there can be do not overflow. */
static void extreme_weights(void **state)
{
    struct dg_params params;
    struct dg_vote votes[DG_COMMITTEE_MAX];
    struct dg_finding finding;

    (void)state;
    dg_params_default(&params);
    for (int64_t kind = 0; kind <= DG_QUALITY_AGGREGATION_LAST; kind++) {
        params.quality_aggregation = kind;
        for (int large = 0; large < 2; large++) {
            int64_t weight = large ? INT64_MAX : 0;
            for (size_t i = 0; i < DG_COMMITTEE_MAX; i++)
                votes[i] = (struct dg_vote){60000, weight, weight};
            assert_status(dg_committee_verdict(&params, votes, DG_COMMITTEE_MAX, 1, &finding),
                          DG_OK);
            assert_int_equal(finding.score, 60000);
        }
    }
}

static void refused(void **state)
{
    struct dg_params params;
    struct dg_vote votes[DG_COMMITTEE_MAX + 1] = {{0}};
    struct dg_finding finding = {.score = 7};

    (void)state;
    dg_params_default(&params);
    assert_status(dg_committee_verdict(&params, votes, DG_COMMITTEE_MAX + 1, 2, &finding),
                  DG_ERROR_ARGUMENT);
    assert_status(dg_committee_verdict(&params, votes, 2, 0, &finding), DG_ERROR_ARGUMENT);
    assert_status(dg_committee_verdict(&params, NULL, 2, 2, &finding), DG_ERROR_ARGUMENT);
    votes[1].stake = -1;
    assert_status(dg_committee_verdict(&params, votes, 2, 2, &finding), DG_ERROR_ARGUMENT);
    votes[1] = (struct dg_vote){.trust = -1};
    assert_status(dg_committee_verdict(&params, votes, 2, 2, &finding), DG_ERROR_ARGUMENT);
    assert_int_equal(finding.score, 7);
}

/* Goal: the test of outcomes convicts a node when the chain does: random checks of a node that is slashed
 * and not jailed, under each test. */
static void outcomes_convict_like_the_chain(void **state)
{
    (void)state;
    for (int64_t test = 0; test <= DG_QUALITY_TEST_LAST; test++) {
        struct chain_world world;
        struct dg_params params;
        struct dg_test_state own = {0};
        unsigned offences = 0;

        random_state = (uint64_t)test;
        chain_world_params(&params);
        params.quality_test = test;
        params.jail_length = 0;
        chain_world_open(&world, &params, NULL);
        for (int check = 0; check < 200 && offences < 4; check++) {
            bool failed = below(4) == 0;
            chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, failed ? 0 : 60000);
            offences += dg_test_outcome(&params, &own, failed);
            assert_int_equal(chain_world_account(&world, NODE_SERVER).offences, offences);
        }
        assert_int_equal(offences, 4); /* which excludes it */
        chain_world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_chain),
        cmocka_unit_test(boundaries),
        cmocka_unit_test(extreme_weights),
        cmocka_unit_test(refused),
        cmocka_unit_test(outcomes_convict_like_the_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
