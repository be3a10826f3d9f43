/* test_routing.c - the laws by which a node is chosen. Seeds are fixed; a distribution is
 * compared with its exact law by a chi-square test that a right program would fail once in 10^9
 * seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "dg/params.h"
#include "memory.h"
#include "routing.h"

enum {
    POLICY_RANDOM,
    POLICY_POWER_OF_D,
    POLICY_WEIGHTED_SCORE,
    POLICY_ROUND_ROBIN,
    POLICY_LEAST_OUTSTANDING,
    POLICY_INVERSE_SQUARE_PRICE,
    POLICY_STAKE_WEIGHTED,
    POLICY_UCB,
    POLICY_THOMPSON,
    POLICY_COUNT,

    MODEL = 3,
    NODES_MAX = 400,
    DECISIONS = 60000,
    EXPECTED_MIN = 20, /* of a class, for the chi-square law to hold that far out */
};

#define CHANCE_OF_FALSE_ALARM 1e-9
#define STANDARD              INT64_C(50000) /* price of the model */
#define DEAR                  (2 * STANDARD)

struct fixture {
    struct dg_allocator allocator;
    struct dg_params params;
    struct view view;
    struct routing routing;
    uint32_t nodes;
};

/* One set of parameters for all: scores are the published quality alone, no exploration. */
static int setup(void **state)
{
    static struct fixture fixture;
    struct dg_params *params = &fixture.params;

    fixture = (struct fixture){.allocator = memory_allocator(NULL)};
    dg_params_default(params);
    params->routing_weight_latency = 0;
    params->routing_weight_success = 0;
    params->routing_weight_price = 0;
    params->routing_weight_load = 0;
    params->routing_weight_credibility = 0;
    params->routing_weight_quality = DG_ONE;
    params->routing_exploration = 0;
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

/* ---- worlds ---- */

static void seed_with(struct fixture *fixture, uint8_t first)
{
    const uint8_t seed[DG_HASH_BYTES] = {first, 7, 1};

    routing_init(&fixture->routing, &fixture->params, seed);
}

static void put(struct fixture *fixture, uint32_t node, uint16_t quality, int64_t price)
{
    const struct dg_node_record record = {.node = node,
                                          .models = {MODEL},
                                          .model_count = 1,
                                          .quality = quality,
                                          .price = price,
                                          .stake = DG_TOKEN};

    assert_int_equal(view_apply_node(&fixture->view, &record), DG_OK);
}

/* Begins anew with so many equal nodes of the standard price, and the policy. */
static void start(struct fixture *fixture, int64_t policy, uint32_t nodes)
{
    const struct dg_model_record model = {.model = MODEL, .price = STANDARD};

    if (fixture->view.params != NULL)
        view_fini(&fixture->view);
    assert_true(nodes <= NODES_MAX);
    fixture->params.routing_policy = policy;
    fixture->nodes = nodes;
    assert_int_equal(dg_params_check(&fixture->params, NULL, 0), DG_OK);
    view_init(&fixture->view, &fixture->params, &fixture->allocator,
              routing_extras(&fixture->params));
    assert_int_equal(view_apply_model(&fixture->view, &model), DG_OK);
    for (uint32_t node = 0; node < nodes; node++)
        put(fixture, node, 0, 0);
    seed_with(fixture, 1);
}

/* The list is longer than what is scanned at once, so that positions are probed. */
static bool probes(const struct fixture *fixture)
{
    return fixture->view.models[MODEL].candidate_count > 2 * fixture->routing.setting.wanted + 8;
}

static void load(struct fixture *fixture, uint32_t node, uint32_t requests)
{
    while (requests-- > 0)
        view_take(&fixture->view, node);
}

static struct routing_query query_of(int64_t price_limit)
{
    return (struct routing_query){.model = MODEL, .price_limit = price_limit};
}

static uint32_t decide(struct fixture *fixture, const struct routing_query *query)
{
    uint32_t node = DG_NONE;

    assert_int_equal(routing_decide(&fixture->routing, &fixture->view, query, &node), DG_OK);
    assert_true(node < fixture->nodes);
    return node;
}

/* ---- laws ---- */

/* Classes of probability 0 must stay empty; the others must be as frequent as the law says. */
static void assert_follows(const uint32_t *counts, const double *law, uint32_t classes)
{
    double total = 0, sum = 0, statistic = 0;
    uint32_t possible = 0;

    for (uint32_t i = 0; i < classes; i++) {
        total += counts[i];
        sum += law[i];
    }
    assert_true(fabs(sum - 1) < 1e-9);
    for (uint32_t i = 0; i < classes; i++) {
        double expected = total * law[i];
        if (law[i] <= 0) {
            assert_int_equal(counts[i], 0);
            continue;
        }
        assert_true(expected >= EXPECTED_MIN);
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
        possible++;
    }
    if (possible == 1)
        return; /* all in the one class that is possible */
    double bound = gsl_cdf_chisq_Qinv(CHANCE_OF_FALSE_ALARM, possible - 1);
    if (statistic > bound)
        fail_msg("chi-square %.1f with %u classes, at most %.1f", statistic, possible, bound);
}

static void assert_many_decide_by(struct fixture *fixture, const struct routing_query *query,
                                  uint32_t decisions, const double *law)
{
    uint32_t counts[NODES_MAX] = {0};

    for (uint32_t i = 0; i < decisions; i++)
        counts[decide(fixture, query)]++;
    assert_follows(counts, law, fixture->nodes);
}

static void assert_decides_by(struct fixture *fixture, const struct routing_query *query,
                              const double *law)
{
    assert_many_decide_by(fixture, query, DECISIONS, law);
}

/* 1 / (how many of the nodes are marked) for each of them. */
static void uniform_over(const bool *marked, uint32_t nodes, double *law)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < nodes; i++)
        count += marked[i];
    for (uint32_t i = 0; i < nodes; i++)
        law[i] = marked[i] ? 1.0 / count : 0;
}

static void assert_uniform(struct fixture *fixture)
{
    const struct routing_query query = query_of(STANDARD);
    bool marked[NODES_MAX];
    double law[NODES_MAX];

    memset(marked, true, sizeof marked);
    uniform_over(marked, fixture->nodes, law);
    assert_decides_by(fixture, &query, law);
}

static double choose(uint32_t n, uint32_t k)
{
    double product = 1;

    if (k > n)
        return 0;
    for (uint32_t i = 0; i < k; i++)
        product = product * (n - i) / (i + 1);
    return product;
}

/* ---- entropy ---- */

/* Goal: draws below a bound are uniform, by words or by pairs of words, also where the bound
 * divides no power of two and is near the top of its range. */
static void entropy_is_uniform(void **state)
{
    enum { CLASSES = 24 };
    static const uint32_t bounds[] = {24, 3u << 30, 120, UINT32_MAX / 24 * 24};
    struct fixture *fixture = *state;
    struct entropy *entropy = &fixture->routing.entropy;
    double law[CLASSES];

    for (size_t i = 0; i < CLASSES; i++)
        law[i] = 1.0 / CLASSES;
    seed_with(fixture, 3);
    for (size_t b = 0; b < sizeof bounds / sizeof bounds[0]; b++) {
        uint32_t narrow[CLASSES] = {0}, rest[CLASSES] = {0}, wide[CLASSES] = {0};
        uint64_t wide_bound = (uint64_t)bounds[b] << 16;
        for (uint32_t i = 0; i < DECISIONS; i++) {
            uint32_t draw = entropy_below(entropy, bounds[b]);
            uint64_t wide_draw = entropy_below_wide(entropy, wide_bound);
            assert_true(draw < bounds[b] && wide_draw < wide_bound);
            narrow[draw / (bounds[b] / CLASSES)]++;
            rest[draw % CLASSES]++; /* uneven when no draw is thrown away */
            wide[wide_draw / (wide_bound / CLASSES)]++;
        }
        assert_follows(narrow, law, CLASSES);
        assert_follows(rest, law, CLASSES);
        assert_follows(wide, law, CLASSES);
    }
}

/* ---- random ---- */

/* Goal: every candidate is equally likely, in a list that is scanned and in one that is probed. */
static void random_is_uniform(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t nodes = 1; nodes <= 11; nodes++) {
        start(fixture, POLICY_RANDOM, nodes);
        assert_int_equal(probes(fixture), nodes == 11);
        assert_uniform(fixture);
    }
    start(fixture, POLICY_RANDOM, 100);
    assert_uniform(fixture);
}

/* Goal: a node that asks more than the limit is never chosen, one that asks just that much is,
 * and the rest stay equally likely; a node that asks for nothing has the price of the model. */
static void price_filter(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);
    bool marked[NODES_MAX] = {false};
    double law[NODES_MAX];

    for (uint32_t nodes = 9; nodes <= 90; nodes += 81) {
        start(fixture, POLICY_RANDOM, nodes);
        for (uint32_t i = 0; i < nodes; i++) {
            const int64_t prices[] = {0, STANDARD, STANDARD + 1};
            put(fixture, i, 0, prices[i % 3]);
            marked[i] = i % 3 < 2;
        }
        uniform_over(marked, nodes, law);
        assert_decides_by(fixture, &query, law);
    }
    const struct routing_query lower = query_of(STANDARD - 1);
    put(fixture, 5, 0, STANDARD - 1);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(decide(fixture, &lower), 5);
}

/* Goal: where few of a long list pass, some decisions are found by probing and some by a scan
 * after it, and together they are fair. */
static void few_pass_in_a_long_list(void **state)
{
    enum { PROBES = 4 * 1 + 8 }; /* for a sample of one */
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);
    uint32_t counts[NODES_MAX] = {0}, probed = 0, scanned = 0;
    bool marked[NODES_MAX] = {false};
    double law[NODES_MAX];

    start(fixture, POLICY_RANDOM, NODES_MAX);
    for (uint32_t i = 0; i < NODES_MAX; i++) {
        marked[i] = i % 80 == 17;
        put(fixture, i, 0, marked[i] ? 0 : DEAR);
    }
    for (uint32_t i = 0; i < DECISIONS; i++) {
        uint64_t before = fixture->routing.entropy.position;
        counts[decide(fixture, &query)]++;
        uint64_t words = fixture->routing.entropy.position - before;
        probed += words <= PROBES;
        scanned += words > PROBES;
    }
    uniform_over(marked, NODES_MAX, law);
    assert_follows(counts, law, NODES_MAX);
    /* Twelve probes miss five of 400 with probability 0.860; 0.01 is seven standard errors. */
    assert_float_equal((double)scanned / DECISIONS, pow(1 - 5.0 / NODES_MAX, PROBES), 0.01);
    assert_int_equal(probed + scanned, DECISIONS);
}

/* Goal: where fewer than a sample are found by probing, the scan still finds a whole one: three
 * of the ten that pass, the least loaded of which is chosen. */
static void scan_completes_the_sample(void **state)
{
    enum { PASSING = 10, D = 3 };
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);
    double law[NODES_MAX] = {0};

    fixture->params.routing_d = D;
    start(fixture, POLICY_POWER_OF_D, NODES_MAX);
    for (uint32_t i = 0; i < NODES_MAX; i++) {
        bool passes = i % 41 == 30; /* 30, 71 and so on */
        put(fixture, i, 0, passes ? 0 : DEAR);
        if (!passes)
            continue;
        load(fixture, i, i / 41);
        law[i] = choose(PASSING - 1 - i / 41, D - 1) / choose(PASSING, D);
    }
    assert_decides_by(fixture, &query, law);
}

/* Goal: every ordered sample of distinct candidates is equally likely, scanned or probed. */
static void samples_are_fair(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);
    static const uint32_t sizes[] = {5, 20};

    fixture->params.routing_d = 2;
    for (size_t size = 0; size < sizeof sizes / sizeof sizes[0]; size++) {
        uint32_t n = sizes[size];
        uint32_t counts[20 * 20] = {0};
        double law[20 * 20];
        start(fixture, POLICY_POWER_OF_D, n);
        assert_int_equal(probes(fixture), n == 20);
        for (uint32_t i = 0; i < DECISIONS; i++) {
            (void)decide(fixture, &query);
            const struct routing_sample *sample = &fixture->routing.sample;
            assert_int_equal(sample->count, 2);
            counts[sample->candidates[0].node * n + sample->candidates[1].node]++;
        }
        for (uint32_t i = 0; i < n * n; i++)
            law[i] = i / n == i % n ? 0 : 1.0 / (n * (n - 1));
        assert_follows(counts, law, n * n);
    }
}

/* ---- power_of_d ---- */

/* Goal: of n nodes the one with exactly r less loaded is chosen when it is drawn with none of
 * these: C(n-1-r, d-1) of the C(n, d) samples. */
static void power_of_d_by_rank(void **state)
{
    static const struct {
        uint32_t n, d;
        bool probed;
    } cases[] = {{12, 1, true},   {12, 2, false}, {13, 2, true},  {30, 2, true}, {24, 3, true},
                 {10, 10, false}, {5, 64, false}, {14, 3, false}, {15, 3, true}};
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        uint32_t n = cases[c].n, d = cases[c].d;
        double law[NODES_MAX];
        fixture->params.routing_d = d;
        start(fixture, POLICY_POWER_OF_D, n);
        for (uint32_t node = 0; node < n; node++) {
            uint32_t rank = (node * 7 + 3) % n; /* not in the order of the list */
            if (n % 7 == 0)
                rank = n - 1 - node;
            load(fixture, node, rank);
            law[node] = d >= n ? rank == 0 : choose(n - 1 - rank, d - 1) / choose(n, d);
        }
        assert_int_equal(probes(fixture), cases[c].probed);
        assert_decides_by(fixture, &query, law);
    }
}

/* Goal: equally loaded nodes are equally likely; a tie at the lowest load is shared by those
 * tied. */
static void power_of_d_ties(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);
    bool marked[NODES_MAX] = {false};
    double law[NODES_MAX];

    for (int64_t d = 2; d <= 5; d++) {
        fixture->params.routing_d = d;
        start(fixture, POLICY_POWER_OF_D, 5);
        assert_uniform(fixture);
        start(fixture, POLICY_POWER_OF_D, 50);
        assert_uniform(fixture);
    }
    start(fixture, POLICY_POWER_OF_D, 5); /* all five are looked at */
    for (uint32_t node = 0; node < 5; node++) {
        marked[node] = node == 1 || node == 4;
        load(fixture, node, marked[node] ? 2 : 3);
    }
    uniform_over(marked, 5, law);
    assert_decides_by(fixture, &query, law);
}

/* ---- weighted_score ---- */

/* Shares of score 0..1 by exp(score / temperature) among the nodes of the sample. */
static void add_softmax(const double *scores, const uint32_t *sample, uint32_t count,
                        double temperature, double share, double *law)
{
    double sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += exp(scores[sample[i]] / temperature);
    for (uint32_t i = 0; i < count; i++)
        law[sample[i]] += share * exp(scores[sample[i]] / temperature) / sum;
}

/* Goal: a sample that holds every candidate gives each exp(score / temperature) in proportion. */
static void softmax_over_all(void **state)
{
    static const uint16_t qualities[] = {65535, 60000, 40000, 40000, 52000, 20000};
    static const uint32_t everybody[] = {0, 1, 2, 3, 4, 5};
    static const double temperatures[] = {0.1, 0.3, 1, 10};
    enum { COUNT = sizeof qualities / sizeof qualities[0] };
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    for (size_t t = 0; t < sizeof temperatures / sizeof temperatures[0]; t++) {
        double scores[COUNT], law[COUNT] = {0};
        fixture->params.routing_temperature = llround(temperatures[t] * (double)DG_ONE);
        start(fixture, POLICY_WEIGHTED_SCORE, COUNT);
        for (uint32_t i = 0; i < COUNT; i++) {
            put(fixture, i, qualities[i], 0);
            scores[i] = (double)qualities[i] / DG_SCORE_ONE;
        }
        add_softmax(scores, everybody, COUNT, temperatures[t], 1, law);
        /* As many as show a temperature that is off by a few percent. */
        assert_many_decide_by(fixture, &query, 1000000, law);
    }
}

/* Goal: a sample smaller than the list is drawn at random first: the law is the mean of the
 * softmax over every pair, whether the list is scanned or probed. */
static void softmax_over_a_sample(void **state)
{
    static const uint32_t sizes[] = {6, 20};
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    fixture->params.routing_candidates = 2;
    fixture->params.routing_temperature = DG_ONE / 5;
    for (size_t size = 0; size < sizeof sizes / sizeof sizes[0]; size++) {
        uint32_t n = sizes[size];
        double scores[20], law[20] = {0};
        start(fixture, POLICY_WEIGHTED_SCORE, n);
        assert_int_equal(probes(fixture), n == 20);
        for (uint32_t i = 0; i < n; i++) {
            uint16_t quality = (uint16_t)(i * 11 % n * (DG_SCORE_ONE / n));
            put(fixture, i, quality, 0);
            scores[i] = (double)quality / DG_SCORE_ONE;
        }
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < i; j++)
                add_softmax(scores, (uint32_t[]){i, j}, 2, 0.2, 1 / choose(n, 2), law);
        assert_decides_by(fixture, &query, law);
    }
}

/* Goal: at temperature 0 the best of the sample is chosen, be it best by one unit; so it is at the
 * lowest temperature that is not 0. */
static void coldest_takes_the_best(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    for (int64_t temperature = 0; temperature <= 1; temperature++) {
        fixture->params.routing_temperature = temperature;
        start(fixture, POLICY_WEIGHTED_SCORE, 9);
        for (uint32_t node = 0; node < 9; node++)
            put(fixture, node, node == 6 ? 40001 : 40000, 0);
        for (uint32_t i = 0; i < 1000; i++)
            assert_int_equal(decide(fixture, &query), 6);
    }
}

/* Goal: each of the six factors alone decides, and it is the better node that it prefers. */
static void every_factor_decides(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(DEAR);
    int64_t *const weights[] = {
        &fixture->params.routing_weight_latency, &fixture->params.routing_weight_success,
        &fixture->params.routing_weight_price,   &fixture->params.routing_weight_load,
        &fixture->params.routing_weight_quality, &fixture->params.routing_weight_credibility,
    };
    enum { FACTORS = sizeof weights / sizeof weights[0] };

    fixture->params.routing_temperature = 0;
    for (uint32_t factor = 0; factor < FACTORS; factor++) {
        for (uint32_t i = 0; i < FACTORS; i++)
            *weights[i] = i == factor ? DG_ONE : 0;
        start(fixture, POLICY_WEIGHTED_SCORE, FACTORS);
        for (uint32_t node = 0; node < FACTORS; node++) { /* good at one thing each */
            const struct dg_node_record record = {.node = node,
                                                  .models = {MODEL},
                                                  .model_count = 1,
                                                  .price = node == 2 ? STANDARD / 2 : DEAR,
                                                  .quality = node == 4 ? 9000 : 8000,
                                                  .credibility = node == 5 ? 9000 : 8000};
            assert_int_equal(view_apply_node(&fixture->view, &record), DG_OK);
            view_learn_answer(&fixture->view, node, node == 0 ? 1 : DG_SECOND, DG_SECOND / 2);
            if (node != 1)
                view_learn_failure(&fixture->view, node, DG_ONE);
            load(fixture, node, node == 3 ? 1 : 2);
        }
        for (uint32_t i = 0; i < 1000; i++)
            assert_int_equal(decide(fixture, &query), factor);
    }
}

/* Goal: equal scores are equally likely, cold or warm; a tie for the best is shared by those
 * tied. */
static void weighted_score_ties(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);
    bool marked[NODES_MAX] = {false};
    double law[NODES_MAX];

    for (int64_t warm = 0; warm <= 1; warm++) {
        fixture->params.routing_temperature = warm * DG_ONE / 10;
        start(fixture, POLICY_WEIGHTED_SCORE, 7);
        assert_uniform(fixture);
        start(fixture, POLICY_WEIGHTED_SCORE, 50);
        assert_true(probes(fixture));
        assert_uniform(fixture);
    }
    fixture->params.routing_temperature = 0;
    start(fixture, POLICY_WEIGHTED_SCORE, 7);
    for (uint32_t node = 0; node < 7; node++) {
        marked[node] = node % 3 == 1;
        put(fixture, node, marked[node] ? 30000 : 29000, 0);
    }
    uniform_over(marked, 7, law);
    assert_decides_by(fixture, &query, law);
}

/* Veterans have seen just enough answers, newcomers one less; node 0 is the best of all. */
static void start_with_newcomers(struct fixture *fixture, uint32_t nodes, uint32_t newcomers)
{
    start(fixture, POLICY_WEIGHTED_SCORE, nodes);
    for (uint32_t node = 0; node < nodes; node++) {
        bool newcomer = node >= nodes - newcomers;
        put(fixture, node, node == 0 ? 50000 : 20000, 0);
        for (int64_t i = 0; i < fixture->params.routing_newcomer_requests - newcomer; i++)
            view_learn_answer(&fixture->view, node, DG_SECOND, DG_SECOND);
    }
}

/* Goal: the exploration share of the choices falls on newcomers, each as likely; the rest on the
 * best. */
static void exploration_share(void **state)
{
    static const int64_t shares[] = {DG_ONE / 20, DG_ONE / 2, DG_ONE};
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    fixture->params.routing_temperature = 0;
    for (size_t s = 0; s < sizeof shares / sizeof shares[0]; s++) {
        double share = (double)shares[s] / (double)DG_ONE;
        double law[8] = {1 - share, 0, 0, 0, 0, share / 3, share / 3, share / 3};
        fixture->params.routing_exploration = shares[s];
        start_with_newcomers(fixture, 8, 3);
        assert_decides_by(fixture, &query, law);
    }
}

/* Goal: where the sample holds no newcomer the ordinary choice is made, so exploration finds one
 * of three newcomers among 20 in a pair with probability 1 - C(17,2)/C(20,2). */
static void exploration_within_the_sample(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);
    double law[20], any = 1 - choose(17, 2) / choose(20, 2);

    fixture->params.routing_temperature = 0;
    fixture->params.routing_exploration = DG_ONE;
    fixture->params.routing_candidates = 2;
    start_with_newcomers(fixture, 20, 3);
    /* Without a newcomer: the best when it is drawn, else either of two equals. */
    law[0] = 16 / choose(20, 2);
    for (uint32_t i = 1; i < 20; i++)
        law[i] = i >= 17 ? any / 3 : choose(16, 2) / choose(20, 2) / 16;
    assert_decides_by(fixture, &query, law);
}

/* Goal: with no newcomer there is nothing to explore, however large the share; nobody is a newcomer
 * where that takes less than no answer. */
static void nobody_new(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    fixture->params.routing_temperature = 0;
    fixture->params.routing_exploration = DG_ONE;
    start_with_newcomers(fixture, 8, 0);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(decide(fixture, &query), 0);
    fixture->params.routing_newcomer_requests = 0;
    start(fixture, POLICY_WEIGHTED_SCORE, 8);
    put(fixture, 5, 50000, 0);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(decide(fixture, &query), 5);
}

/* ---- every policy ---- */

/* Goal: a node tried before is never chosen, and it does not shift the chances of the others. */
static void tried_are_left_out(void **state)
{
    enum { TRIED = 17 };
    static const uint32_t sizes[] = {18, 20, 60};
    struct fixture *fixture = *state;

    for (int64_t policy = 0; policy < POLICY_COUNT; policy++) {
        for (size_t size = 0; size < sizeof sizes / sizeof sizes[0]; size++) {
            uint32_t tried[TRIED];
            bool marked[NODES_MAX];
            double law[NODES_MAX];
            memset(marked, true, sizeof marked);
            for (uint32_t i = 0; i < TRIED; i++) {
                tried[i] = i * 5 % sizes[size];
                if (sizes[size] % 5 == 0)
                    tried[i] = i * 7 % sizes[size];
                assert_true(marked[tried[i]]); /* they are distinct */
                marked[tried[i]] = false;
            }
            start(fixture, policy, sizes[size]);
            uniform_over(marked, sizes[size], law);
            const struct routing_query query = {
                .model = MODEL, .price_limit = STANDARD, .tried = tried, .tried_count = TRIED};
            assert_decides_by(fixture, &query, law);
        }
    }
}

/* Goal: who fails to be a candidate, and why: only the price, or anything else. */
static void why_nobody_passes(void **state)
{
    static const uint32_t sizes[] = {0, 4, 60};
    uint32_t everybody[60];
    struct fixture *fixture = *state;

    for (uint32_t i = 0; i < 60; i++)
        everybody[i] = i;
    for (int64_t policy = 0; policy < POLICY_COUNT; policy++) {
        for (size_t size = 0; size < sizeof sizes / sizeof sizes[0]; size++) {
            uint32_t n = sizes[size], node = 77;
            start(fixture, policy, n);
            struct routing_query query = query_of(STANDARD - 1);
            enum dg_status dear = n == 0 ? DG_ERROR_NO_CANDIDATE : DG_ERROR_FUNDS;
            assert_int_equal(routing_decide(&fixture->routing, &fixture->view, &query, &node),
                             dear);
            query = (struct routing_query){
                .model = MODEL, .price_limit = INT64_MAX, .tried = everybody, .tried_count = n};
            assert_int_equal(routing_decide(&fixture->routing, &fixture->view, &query, &node),
                             DG_ERROR_NO_CANDIDATE);
            assert_int_equal(node, 77);
        }
    }
}

static void start_mixed(struct fixture *fixture, int64_t policy, uint32_t nodes)
{
    fixture->params.routing_exploration = DG_ONE / 10;
    start(fixture, policy, nodes);
    for (uint32_t node = 0; node < nodes; node++) {
        put(fixture, node, (uint16_t)(node * 700), node % 4 == 0 ? DEAR : 0);
        load(fixture, node, node % 5);
    }
}

/* Goal: the same seed decides the same, another seed decides otherwise. */
static void seed_decides(void **state)
{
    enum { LENGTH = 1000 };
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    for (int64_t policy = 0; policy < POLICY_COUNT; policy++) {
        if (policy == POLICY_ROUND_ROBIN)
            continue; /* it decides without chance */
        uint32_t decisions[LENGTH], equal = 0;
        start_mixed(fixture, policy, 60);
        for (uint32_t i = 0; i < LENGTH; i++)
            decisions[i] = decide(fixture, &query);
        seed_with(fixture, 1);
        for (uint32_t i = 0; i < LENGTH; i++)
            assert_int_equal(decide(fixture, &query), decisions[i]);
        seed_with(fixture, 2);
        for (uint32_t i = 0; i < LENGTH; i++)
            equal += decide(fixture, &query) == decisions[i];
        assert_true(equal < LENGTH / 4); /* 45 nodes pass */
    }
}

/* Goal: a failed decision consumes no entropy, in whichever block of the stream it falls. */
static void failure_consumes_nothing(void **state)
{
    enum { LENGTH = 400 };
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD), dear = query_of(1);

    for (int64_t policy = 0; policy < POLICY_COUNT; policy++) {
        if (policy == POLICY_ROUND_ROBIN)
            continue;
        uint32_t decisions[LENGTH], node = 0;
        start_mixed(fixture, policy, 60);
        assert_true(probes(fixture)); /* so that there is something to give back */
        for (uint32_t i = 0; i < LENGTH; i++)
            decisions[i] = decide(fixture, &query);
        assert_true(fixture->routing.entropy.position > ENTROPY_BLOCK_WORDS);
        seed_with(fixture, 1);
        for (uint32_t i = 0; i < LENGTH; i++) {
            uint64_t before = fixture->routing.entropy.position;
            assert_int_equal(routing_decide(&fixture->routing, &fixture->view, &dear, &node),
                             DG_ERROR_FUNDS);
            assert_true(fixture->routing.entropy.position == before);
            assert_int_equal(decide(fixture, &query), decisions[i]);
        }
    }
}

/* Goal: when the number of the decision starts again, marks of long ago do not look new. */
static void marks_wrap_around(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    start(fixture, POLICY_RANDOM, 100);
    (void)decide(fixture, &query); /* marked with 1, the number that comes after the last */
    for (uint32_t node = 0; node < 100; node++)
        fixture->view.nodes[node].stamp = 1;
    fixture->view.stamp = UINT32_MAX;
    uint64_t before = fixture->routing.entropy.position;
    (void)decide(fixture, &query);
    assert_int_equal(fixture->view.stamp, 1);
    assert_int_equal(fixture->routing.entropy.position - before, 1); /* the first probe was good */
    fixture->view.stamp = UINT32_MAX - 1;
    assert_uniform(fixture);
}

/* ---- policies that weigh every candidate ---- */

/* Goal: at prices 1, 2 and 3 the shares are 36/49, 9/49 and 4/49: 0.734694, 0.183673, 0.0816327. */
static void inverse_square_of_the_price(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(3 * STANDARD);
    const double law[] = {36 / 49.0, 9 / 49.0, 4 / 49.0};

    start(fixture, POLICY_INVERSE_SQUARE_PRICE, 3);
    put(fixture, 1, 0, 2 * STANDARD);
    put(fixture, 2, 0, 3 * STANDARD);
    assert_decides_by(fixture, &query, law);
    /* Who is too dear is left out: 4/5 and 1/5. */
    const struct routing_query cheaper = query_of(2 * STANDARD);
    assert_decides_by(fixture, &cheaper, (const double[]){0.8, 0.2, 0});
    /* The second was tried before: 0.9 and 0.1. */
    const struct routing_query again = {.model = MODEL,
                                        .price_limit = 3 * STANDARD,
                                        .tried = (const uint32_t[]){1},
                                        .tried_count = 1};
    assert_decides_by(fixture, &again, (const double[]){0.9, 0, 0.1});
}

/* Goal: chances follow the published stake, here 1, 2, 3 and 4 tokens. */
static void stake_by_weight(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    start(fixture, POLICY_STAKE_WEIGHTED, 4);
    for (uint32_t node = 0; node < 4; node++) {
        const struct dg_node_record record = {.node = node,
                                              .models = {MODEL},
                                              .model_count = 1,
                                              .stake = (int64_t)(1 + node) * DG_TOKEN};
        assert_int_equal(view_apply_node(&fixture->view, &record), DG_OK);
    }
    assert_decides_by(fixture, &query, (const double[]){0.1, 0.2, 0.3, 0.4});
}

/* Goal: only the least loaded are chosen, each of them alike; load taken and given back counts. */
static void least_outstanding_and_its_ties(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    start(fixture, POLICY_LEAST_OUTSTANDING, 40);
    for (uint32_t node = 0; node < 40; node++)
        load(fixture, node, node % 4 == 3 ? 1 : 2);
    bool marked[NODES_MAX];
    double law[NODES_MAX];
    for (uint32_t node = 0; node < 40; node++)
        marked[node] = node % 4 == 3;
    uniform_over(marked, 40, law);
    assert_decides_by(fixture, &query, law);
    view_release(&fixture->view, 0);
    view_release(&fixture->view, 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(decide(fixture, &query), 0);
}

/* Goal: all in turn, by id at first; a node that leaves keeps its place: it comes next when it
 * returns, once; a newcomer comes first. */
static void round_robin_in_turn(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);
    struct dg_node_record record = {
        .node = 2, .models = {MODEL}, .model_count = 1, .state = DG_NODE_JAILED};

    const struct routing_query dear = query_of(1);
    uint32_t nobody = DG_NONE;

    start(fixture, POLICY_ROUND_ROBIN, 5);
    for (uint32_t turn = 0; turn < 12; turn++) {
        assert_int_equal(decide(fixture, &query), turn % 5);
        assert_int_equal(routing_decide(&fixture->routing, &fixture->view, &dear, &nobody),
                         DG_ERROR_FUNDS); /* takes nobody's turn */
    }
    /* The next would be 2; it leaves. */
    assert_int_equal(view_apply_node(&fixture->view, &record), DG_OK);
    static const uint32_t without[] = {3, 4, 0, 1, 3, 4};
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        assert_int_equal(decide(fixture, &query), without[i]);
    record.state = DG_NODE_ACTIVE;
    assert_int_equal(view_apply_node(&fixture->view, &record), DG_OK);
    static const uint32_t again[] = {2, 0, 1, 3, 4, 2, 0};
    for (size_t i = 0; i < sizeof again / sizeof again[0]; i++)
        assert_int_equal(decide(fixture, &query), again[i]);
    fixture->nodes = 6;
    put(fixture, 5, 0, 0);
    assert_int_equal(decide(fixture, &query), 5);
    assert_int_equal(decide(fixture, &query), 1);
}

/* Every so many-th of the nodes passes, the rest are too dear; loads and stakes differ, and the dear
 * are the less loaded, so that order alone would choose them. */
static void start_mostly_dear(struct fixture *fixture, int64_t policy, uint32_t nodes,
                              uint32_t step)
{
    start(fixture, policy, nodes);
    for (uint32_t node = 0; node < nodes; node++) {
        bool passes = node % step == step - 1;
        const struct dg_node_record record = {.node = node,
                                              .models = {MODEL},
                                              .model_count = 1,
                                              .price = passes ? STANDARD / (1 + node % 2) : DEAR,
                                              .stake = (int64_t)(1 + node % 3) * DG_TOKEN};
        assert_int_equal(view_apply_node(&fixture->view, &record), DG_OK);
        load(fixture, node, passes ? 1 + node % 2 : 0);
    }
}

/* Weight of a node by the policy's own rule, 0 for one that does not pass. */
static double weight_of(int64_t policy, uint32_t node, uint32_t step)
{
    if (node % step != step - 1)
        return 0;
    if (policy == POLICY_LEAST_OUTSTANDING)
        return node % 2 == 0;
    return policy == POLICY_STAKE_WEIGHTED ? 1 + node % 3 : (1 + node % 2) * (1 + node % 2);
}

/* Goal: candidates that do not pass are left out of the law exactly, be they few, so that others are
 * drawn instead, or so many that the list is scanned; and nothing of it stays behind. */
static void order_leaves_out_who_does_not_pass(void **state)
{
    static const struct {
        uint32_t nodes, step;
    } cases[] = {{9, 3}, {40, 3}, {400, 45}};
    static const int64_t policies[] = {POLICY_LEAST_OUTSTANDING, POLICY_INVERSE_SQUARE_PRICE,
                                       POLICY_STAKE_WEIGHTED};
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD);

    for (size_t p = 0; p < sizeof policies / sizeof policies[0]; p++) {
        for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
            double law[NODES_MAX], sum = 0;
            start_mostly_dear(fixture, policies[p], cases[c].nodes, cases[c].step);
            fixed_uint128 root = view_tree_root(&fixture->view.models[MODEL].tree);
            for (uint32_t node = 0; node < cases[c].nodes; node++)
                sum += law[node] = weight_of(policies[p], node, cases[c].step);
            for (uint32_t node = 0; node < cases[c].nodes; node++)
                law[node] /= sum;
            assert_decides_by(fixture, &query, law);
            assert_true(view_tree_root(&fixture->view.models[MODEL].tree) == root);
        }
    }
}

/* Goal: the same in turn: those who pass follow each other by id, those who do not keep their place
 * in front for a request that can pay. */
static void turns_among_those_who_pass(void **state)
{
    static const uint32_t sizes[] = {30, 390}; /* others are drawn instead; the list is scanned */
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(STANDARD), rich = query_of(DEAR);

    for (size_t size = 0; size < 2; size++) {
        start_mostly_dear(fixture, POLICY_ROUND_ROBIN, sizes[size], 3);
        for (uint32_t i = 0; i < sizes[size]; i++)
            assert_int_equal(decide(fixture, &query), i * 3 % sizes[size] + 2);
        assert_int_equal(decide(fixture, &rich), 0);
        assert_int_equal(decide(fixture, &rich), 1);
        assert_int_equal(decide(fixture, &rich), 3);
    }
}

/* Goal: prices of nodes and of the model, and stake, count from the moment they change, and a full
 * node is back in the draw when it has room. */
static void order_follows_changes(void **state)
{
    struct fixture *fixture = *state;
    const struct routing_query query = query_of(8 * STANDARD);
    const struct dg_model_record dearer = {.model = MODEL, .price = 2 * STANDARD};
    struct dg_node_record record = {
        .models = {MODEL}, .model_count = 1, .stake = DG_TOKEN, .price = 2 * STANDARD};

    start(fixture, POLICY_INVERSE_SQUARE_PRICE, 2);
    assert_int_equal(view_apply_node(&fixture->view, &record), DG_OK);
    assert_decides_by(fixture, &query, (const double[]){0.2, 0.8});
    assert_int_equal(view_apply_model(&fixture->view, &dearer), DG_OK); /* node 1 asks that now */
    assert_decides_by(fixture, &query, (const double[]){0.5, 0.5});

    fixture->params.routing_stake_per_slot = DG_TOKEN;
    start(fixture, POLICY_STAKE_WEIGHTED, 2);
    record.stake = 3 * DG_TOKEN;
    assert_int_equal(view_apply_node(&fixture->view, &record), DG_OK);
    assert_decides_by(fixture, &query, (const double[]){0.75, 0.25});
    view_take(&fixture->view, 1); /* its only slot */
    assert_decides_by(fixture, &query, (const double[]){1, 0});
    view_release(&fixture->view, 1);
    assert_decides_by(fixture, &query, (const double[]){0.75, 0.25});
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ROW(entropy_is_uniform),
        ROW(random_is_uniform),
        ROW(price_filter),
        ROW(few_pass_in_a_long_list),
        ROW(scan_completes_the_sample),
        ROW(samples_are_fair),
        ROW(power_of_d_by_rank),
        ROW(power_of_d_ties),
        ROW(softmax_over_all),
        ROW(softmax_over_a_sample),
        ROW(coldest_takes_the_best),
        ROW(every_factor_decides),
        ROW(weighted_score_ties),
        ROW(exploration_share),
        ROW(exploration_within_the_sample),
        ROW(nobody_new),
        ROW(tried_are_left_out),
        ROW(why_nobody_passes),
        ROW(seed_decides),
        ROW(failure_consumes_nothing),
        ROW(marks_wrap_around),
        ROW(inverse_square_of_the_price),
        ROW(stake_by_weight),
        ROW(least_outstanding_and_its_ties),
        ROW(round_robin_in_turn),
        ROW(order_leaves_out_who_does_not_pass),
        ROW(turns_among_those_who_pass),
        ROW(order_follows_changes),
    };
#undef ROW

    return cmocka_run_group_tests(tests, NULL, NULL);
}
