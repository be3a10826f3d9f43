/* test_bandit.c - ucb and thompson: rewards by hand, discounting, the laws of the choice, and that
 * they find the best node and follow it when it changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "dg/gateway.h"
#include "memory.h"
#include "policies.h"
#include "routing.h"

enum { MODEL = 3, NODES_MAX = 40, POLICY_RANDOM = 0 };

#define STANDARD  INT64_C(50000)
#define HALF_LIFE (1000 * DG_SECOND)
#define PRECISION 1e-6

struct fixture {
    struct dg_allocator allocator;
    struct dg_params params;
    struct view view;
    struct routing routing;
    uint64_t random;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.allocator = memory_allocator(NULL), .random = 88172645463325252u};
    dg_params_default(&fixture.params);
    fixture.params.routing_candidates = 64; /* all nodes are in the sample */
    fixture.params.routing_bandit_half_life = HALF_LIFE;
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    if (fixture->view.params != NULL)
        view_fini(&fixture->view);
    return 0;
}

static void start(struct fixture *fixture, int64_t policy, uint32_t nodes)
{
    const struct dg_model_record model = {.model = MODEL, .price = STANDARD};
    const uint8_t seed[DG_HASH_BYTES] = {5};

    if (fixture->view.params != NULL)
        view_fini(&fixture->view);
    fixture->params.routing_policy = policy;
    assert_int_equal(dg_params_check(&fixture->params, NULL, 0), DG_OK);
    view_init(&fixture->view, &fixture->params, &fixture->allocator,
              routing_extras(&fixture->params));
    assert_int_equal(view_apply_model(&fixture->view, &model), DG_OK);
    for (uint32_t node = 0; node < nodes; node++) {
        const struct dg_node_record record = {.node = node, .models = {MODEL}, .model_count = 1};
        assert_int_equal(view_apply_node(&fixture->view, &record), DG_OK);
    }
    routing_init(&fixture->routing, &fixture->params, seed);
}

static uint32_t decide(struct fixture *fixture, int64_t now)
{
    const struct routing_query query = {.now = now, .model = MODEL, .price_limit = STANDARD};
    uint32_t node = DG_NONE;

    assert_int_equal(routing_decide(&fixture->routing, &fixture->view, &query, &node), DG_OK);
    return node;
}

/* An answer in time at the standard price: its reward is quality - 0.15. */
static void good_answer(struct fixture *fixture, uint32_t node, int64_t now, uint16_t quality)
{
    const struct view_answer answer = {.quality = quality,
                                       .total = DG_SECOND,
                                       .target = DG_SECOND,
                                       .asking = STANDARD,
                                       .standard = STANDARD};

    view_arms_answer(&fixture->view.arms, node, now, &answer);
}

static void assert_near(double value, double expected, double tolerance)
{
    if (fabs(value - expected) > tolerance)
        fail_msg("%.9f is not %.9f to within %g", value, expected, tolerance);
}

static double fraction(uint64_t value)
{
    return ldexp((double)value, -VIEW_ARM_BITS);
}

/* ---- rewards ---- */

/* Goal: max(0, quality * timeliness - 0.3 * asking / (asking + standard)), at the ends as well. */
static void rewards_by_hand(void **state)
{
    static const struct {
        struct view_answer answer;
        double reward;
    } cases[] = {
        {{65535, 10, 10, 5, 5}, 0.85},
        {{65535, 1, 10, 5, 5}, 0.85},      /* faster than the target gains nothing */
        {{65535, 20, 10, 5, 5}, 0.35},     /* half in time */
        {{13107, 10, 10, 0, 5}, 0.2},      /* asks for nothing */
        {{32767, 20, 10, 3, 1}, 0.024996}, /* 0.249996 - 0.225 */
        {{13107, 20, 10, 5, 5}, 0},        /* 0.1 is worth less than it costs */
        {{65535, 10, 10, 0, 0}, 1},        /* a free model */
        {{65535, 4, 0, 0, 0}, 0.25},       /* a target of nothing is a nanosecond */
        {{65535, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}, 0.85},
        {{65535, INT64_MAX, 1, 0, 1}, 0},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_near(fraction(view_reward(&fixture->params, &cases[i].answer)), cases[i].reward,
                    PRECISION);
    fixture->params.routing_bandit_cost_weight = 0;
    assert_near(fraction(view_reward(&fixture->params, &cases[0].answer)), 1, PRECISION);
}

/* ---- discounting ---- */

static void assert_arm(const struct fixture *fixture, const struct view_arm *arm, int64_t now,
                       double count, double sum)
{
    struct view_arm read = view_arm_read(&fixture->view.arms, arm, now);

    assert_near(fraction(read.count), count, PRECISION);
    assert_near(fraction(read.sum), sum, PRECISION);
}

/* Goal: an outcome counts 2^-(age / half-life), whenever it is read or added to; a failure counts
 * its share and earns nothing; all nodes together are the sum. */
static void old_outcomes_fade(void **state)
{
    struct fixture *fixture = *state;
    const int64_t begin = -7 * HALF_LIFE; /* the clock of a caller may start anywhere */

    start(fixture, DG_ROUTING_UCB, 2);
    struct view_arms *arms = &fixture->view.arms;
    good_answer(fixture, 0, begin, DG_SCORE_ONE);
    assert_arm(fixture, &arms->arms[0], begin, 1, 0.85);
    assert_arm(fixture, &arms->arms[0], begin + HALF_LIFE, 0.5, 0.425);
    assert_arm(fixture, &arms->arms[0], begin + HALF_LIFE / 2, 0.70710678, 0.60104076);
    view_arms_failure(arms, 0, begin + HALF_LIFE, DG_ONE);
    assert_arm(fixture, &arms->arms[0], begin + HALF_LIFE, 1.5, 0.425);
    view_arms_failure(arms, 1, begin + 2 * HALF_LIFE, DG_ONE / 4);
    assert_arm(fixture, &arms->arms[0], begin + 2 * HALF_LIFE, 0.75, 0.2125);
    assert_arm(fixture, &arms->arms[1], begin + 2 * HALF_LIFE, 0.25, 0);
    assert_arm(fixture, &arms->total, begin + 2 * HALF_LIFE, 1, 0.2125);
    assert_arm(fixture, &arms->arms[0], begin + 12 * HALF_LIFE, 0.75 / 1024, 0.2125 / 1024);
    assert_int_equal(view_arm_read(arms, &arms->arms[0], begin + 40 * HALF_LIFE).count, 0);
    assert_int_equal(view_arm_read(arms, &arms->arms[0], INT64_MAX).count, 0);
}

/* Goal: the mean keeps its precision however many outcomes there are. */
static void means_of_many(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 62; bits++) {
        uint64_t count = UINT64_C(3) << bits;
        assert_near(fraction(view_arm_mean(count / 3, count)), 1 / 3.0, PRECISION);
        assert_int_equal(view_arm_mean(count, count), VIEW_ARM_ONE);
        assert_int_equal(view_arm_mean(0, count), 0);
    }
}

/* Goal: only a policy that learns keeps arms. */
static void only_learners_keep_arms(void **state)
{
    struct fixture *fixture = *state;

    for (int64_t policy = 0; policy <= DG_ROUTING_POLICY_LAST; policy++) {
        start(fixture, policy, 4);
        good_answer(fixture, 1, 0, DG_SCORE_ONE);
        view_arms_failure(&fixture->view.arms, 1, 0, DG_ONE);
        bool learns = policy == DG_ROUTING_UCB || policy == DG_ROUTING_THOMPSON;
        assert_int_equal(fixture->view.arms.arms != NULL, learns);
        assert_int_equal(fixture->view.arms.total.count, learns ? 2 * VIEW_ARM_ONE : 0);
    }
}

/* ---- ucb ---- */

static uint32_t random_below(struct fixture *fixture, uint32_t bound)
{
    fixture->random ^= fixture->random << 13; /* xorshift64, Marsaglia 2003 */
    fixture->random ^= fixture->random >> 7;
    fixture->random ^= fixture->random << 17;
    return (uint32_t)(fixture->random >> 33) % bound;
}

struct naive_arm {
    double count, sum;
};

static double naive_bound(const struct naive_arm *arms, uint32_t node, uint32_t in_flight,
                          uint32_t nodes, double scale)
{
    double total = 0, count = arms[node].count + in_flight;

    for (uint32_t i = 0; i < nodes; i++)
        total += arms[i].count;
    return arms[node].sum / count + scale * sqrt(fmax(log(total), 0) / count);
}

/* Goal: the choice has the highest bound by the formula in floating point, with outcomes of many
 * ages and requests in flight, at a small, the standard and a large scale. */
static void ucb_by_the_formula(void **state)
{
    static const int64_t scales[] = {0, DG_ONE / 20, DG_ONE / 2, 10 * DG_ONE};
    enum { NODES = 12, ROUNDS = 400 };
    struct fixture *fixture = *state;

    for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++) {
        struct naive_arm arms[NODES] = {{0, 0}};
        int64_t now = 0;
        fixture->params.routing_ucb_scale = scales[s];
        start(fixture, DG_ROUTING_UCB, NODES);
        for (uint32_t round = 0; round < ROUNDS + NODES; round++) {
            uint32_t node = round < NODES ? round : random_below(fixture, NODES);
            uint16_t quality = (uint16_t)(20000 + random_below(fixture, 40000));
            now += HALF_LIFE / 50;
            for (uint32_t i = 0; i < NODES; i++) {
                arms[i].count *= exp2(-1.0 / 50);
                arms[i].sum *= exp2(-1.0 / 50);
            }
            good_answer(fixture, node, now, quality);
            arms[node].count += 1;
            arms[node].sum += (double)quality / DG_SCORE_ONE - 0.15;
            if (random_below(fixture, 4) == 0)
                view_take(&fixture->view, node);
            if (round < NODES)
                continue;
            double highest = 0, scale = (double)scales[s] / (double)DG_ONE;
            uint32_t chosen = decide(fixture, now);
            for (uint32_t i = 0; i < NODES; i++)
                highest = fmax(
                    highest, naive_bound(arms, i, fixture->view.nodes[i].in_flight, NODES, scale));
            double bound =
                naive_bound(arms, chosen, fixture->view.nodes[chosen].in_flight, NODES, scale);
            assert_true(bound > highest - 1e-4 * (1 + scale));
        }
    }
}

/* Goal: nodes without an outcome come first, each once while it is busy; so does one whose last
 * outcome has faded. */
static void ucb_tries_everybody(void **state)
{
    enum { NODES = 30 };
    struct fixture *fixture = *state;
    bool tried[NODES] = {false};

    start(fixture, DG_ROUTING_UCB, NODES);
    good_answer(fixture, 7, 0, DG_SCORE_ONE);
    tried[7] = true;
    for (uint32_t i = 1; i < NODES; i++) {
        uint32_t node = decide(fixture, 0);
        assert_false(tried[node]);
        tried[node] = true;
        view_take(&fixture->view, node);
    }
    for (uint32_t node = 0; node < NODES; node++) {
        good_answer(fixture, node, node == 20 ? 0 : 40 * HALF_LIFE, DG_SCORE_ONE);
        if (node != 7)
            view_release(&fixture->view, node);
    }
    assert_int_equal(decide(fixture, 40 * HALF_LIFE), 20);
}

/* ---- thompson ---- */

/* Goal: of two nodes the first is chosen with probability Phi((m - m') / sqrt(v + v')), m being
 * sum / (n + 1) and v 1 / (n + 1), also where outcomes have faded and requests are in flight. The
 * tolerance is six standard errors and the error of the table of normal draws. */
static void thompson_by_the_posterior(void **state)
{
    enum { DECISIONS = 200000 };
    static const struct {
        uint32_t answers[2], in_flight[2];
        int64_t half_lives;
    } cases[] = {{{0, 0}, {0, 0}, 0},   {{9, 0}, {0, 0}, 0},   {{9, 3}, {0, 0}, 0},
                 {{9, 3}, {0, 0}, 2},   {{9, 3}, {10, 0}, 0},  {{200, 180}, {0, 0}, 0},
                 {{0, 900}, {0, 0}, 0}, {{50, 20}, {0, 30}, 1}};
    struct fixture *fixture = *state;

    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        double mean[2], variance[2];
        uint32_t first = 0;
        start(fixture, DG_ROUTING_THOMPSON, 2);
        for (uint32_t node = 0; node < 2; node++) {
            double left = exp2(-(double)cases[c].half_lives) * cases[c].answers[node];
            double trials = left + cases[c].in_flight[node] + 1;
            for (uint32_t i = 0; i < cases[c].answers[node]; i++)
                good_answer(fixture, node, 0, node == 0 ? 52428 : 45875); /* 0.65 and 0.55 */
            for (uint32_t i = 0; i < cases[c].in_flight[node]; i++)
                view_take(&fixture->view, node);
            mean[node] = left * (node == 0 ? 0.65 : 0.55) / trials;
            variance[node] = 1 / trials;
        }
        for (uint32_t i = 0; i < DECISIONS; i++)
            first += decide(fixture, cases[c].half_lives * HALF_LIFE) == 0;
        double law = gsl_cdf_ugaussian_P((mean[0] - mean[1]) / sqrt(variance[0] + variance[1]));
        assert_near((double)first / DECISIONS, law, 6 * sqrt(0.25 / DECISIONS) + 1.0 / 2048);
    }
}

/* ---- both ---- */

/* One node of twenty answers 95 % of the requests, the others 60 %; the rest are failures. Returns
 * the regret of a decision in the mean, over some half-lives; *share: of the decisions in the last
 * one that fell on the best. */
static double play(struct fixture *fixture, uint32_t best, int64_t *now, uint32_t half_lives,
                   double *share)
{
    enum { NODES = 20, PER_HALF_LIFE = 500 };
    double regret = 0;
    uint32_t rounds = half_lives * PER_HALF_LIFE, hits = 0;

    for (uint32_t i = 0; i < rounds; i++) {
        *now += HALF_LIFE / PER_HALF_LIFE;
        uint32_t node = decide(fixture, *now);
        assert_true(node < NODES);
        if (random_below(fixture, 100) < (node == best ? 95 : 60))
            good_answer(fixture, node, *now, DG_SCORE_ONE);
        else
            view_arms_failure(&fixture->view.arms, node, *now, DG_ONE);
        regret += node == best ? 0 : 0.35 * 0.85;
        hits += node == best && i + PER_HALF_LIFE >= rounds;
    }
    *share = (double)hits / PER_HALF_LIFE;
    return regret / rounds;
}

/* Goal: the best node is found, and followed within four half-lives when it is another; regret is
 * below that of random choice, which is 0.2826. */
static void best_is_followed(void **state)
{
    static const int64_t policies[] = {DG_ROUTING_UCB, DG_ROUTING_THOMPSON};
    struct fixture *fixture = *state;
    double share = 0;
    int64_t now = 0;

    start(fixture, POLICY_RANDOM, 20);
    double blind = play(fixture, 3, &now, 20, &share);
    assert_near(blind, 0.95 * 0.35 * 0.85, 0.01);
    for (size_t p = 0; p < 2; p++) {
        now = 0;
        start(fixture, policies[p], 20);
        assert_true(play(fixture, 3, &now, 6, &share) < blind * 0.75);
        assert_true(share > 0.3); /* random: 0.05 */
        assert_true(play(fixture, 11, &now, 4, &share) < blind * 0.9);
        assert_true(share > 0.3);
    }
}

/* Goal: the same seed and the same outcomes give the same choices. */
static void same_again(void **state)
{
    static const int64_t policies[] = {DG_ROUTING_UCB, DG_ROUTING_THOMPSON};
    struct fixture *fixture = *state;

    for (size_t p = 0; p < 2; p++) {
        double regret[2], share[2];
        uint64_t position[2];
        for (size_t run = 0; run < 2; run++) {
            int64_t now = 0;
            fixture->random = 5;
            start(fixture, policies[p], 20);
            regret[run] = play(fixture, 3, &now, 2, &share[run]);
            position[run] = fixture->routing.entropy.position;
        }
        assert_true(regret[0] == regret[1] && share[0] == share[1]);
        assert_true(position[0] == position[1]);
    }
}

/* ---- through the gateway ---- */

static void submit(struct dg_gateway *gateway, int64_t now, uint64_t number, struct dg_route *route)
{
    const struct dg_request request = {
        .request = number, .model = MODEL, .tokens_in = 10, .tokens_out_max = 10};

    assert_int_equal(dg_gateway_submit(gateway, now, &request, route), DG_OK);
}

static struct dg_gateway *open_gateway(const struct dg_params *params)
{
    const struct dg_gateway_spec spec = {.in_flight_limit = 10};
    const struct dg_model_record model = {.model = MODEL};
    const struct dg_grant grant = {.amount = 1000 * DG_TOKEN};
    struct dg_gateway *gateway = NULL;

    assert_int_equal(dg_gateway_open(params, &spec, NULL, &gateway), DG_OK);
    assert_int_equal(dg_gateway_apply_model(gateway, &model), DG_OK);
    assert_int_equal(dg_gateway_apply_grant(gateway, &grant), DG_OK);
    for (uint32_t node = 0; node < 2; node++) {
        const struct dg_node_record record = {
            .node = node, .models = {MODEL}, .model_count = 1, .quality = 60000};
        assert_int_equal(dg_gateway_apply_node(gateway, &record), DG_OK);
    }
    return gateway;
}

/* Goal: what a gateway's calls report of a node is what ucb without a bound chooses by: a failure, a
 * refusal, a late answer, and the time at which they came. */
static void outcomes_reach_the_arms(void **state)
{
    struct fixture *fixture = *state;
    struct dg_answer late = {.tokens_out = 10, .total = 56 * DG_SECOND};
    struct dg_answer in_time = {.tokens_out = 10, .total = DG_SECOND};
    struct dg_receipt receipt;
    struct dg_route first, second, third;

    fixture->params.routing_policy = DG_ROUTING_UCB;
    fixture->params.routing_ucb_scale = 0;
    fixture->params.routing_breaker_failures = 0; /* six failures keep nobody out */
    struct dg_gateway *gateway = open_gateway(&fixture->params);
    submit(gateway, 0, 1, &first); /* target 2.8 s: it is worth a twentieth, less than it costs */
    late.node = first.node;
    assert_int_equal(dg_gateway_answer(gateway, 0, first.handle, &late, &receipt), DG_OK);
    submit(gateway, 0, 2, &second); /* nobody knows the other */
    assert_int_equal(second.node, 1 - first.node);
    in_time.node = second.node;
    assert_int_equal(dg_gateway_answer(gateway, 0, second.handle, &in_time, &receipt), DG_OK);
    for (uint64_t i = 3; i < 10; i++) { /* better, be it little after six failures */
        submit(gateway, 0, i, &third);
        assert_int_equal(third.node, second.node);
        assert_int_equal(dg_gateway_fail(gateway, 0, third.handle, i < 9 ? third.node : DG_NONE),
                         DG_OK);
    }
    const int64_t later = 50 * HALF_LIFE; /* all has faded */
    submit(gateway, later, 10, &first);
    assert_int_equal(
        dg_gateway_reroute(gateway, later, first.handle, first.node, DG_REFUSED_BUSY, &second),
        DG_OK);
    assert_int_equal(second.node, 1 - first.node);
    in_time.node = second.node;
    assert_int_equal(dg_gateway_answer(gateway, later, second.handle, &in_time, &receipt), DG_OK);
    submit(gateway, later, 11, &third); /* who refused is behind who answered */
    assert_int_equal(third.node, second.node);
    dg_gateway_close(gateway);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ROW(rewards_by_hand),           ROW(old_outcomes_fade),  ROW(means_of_many),
        ROW(only_learners_keep_arms),   ROW(ucb_by_the_formula), ROW(ucb_tries_everybody),
        ROW(thompson_by_the_posterior), ROW(best_is_followed),   ROW(same_again),
        ROW(outcomes_reach_the_arms),
    };
#undef ROW

    return cmocka_run_group_tests(tests, NULL, NULL);
}
