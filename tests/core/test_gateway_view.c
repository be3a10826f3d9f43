/* test_gateway_view.c - what a gateway knows: scores by hand, records in any order, lists of
 * candidates against a naive model, memory that runs out. */
#include <math.h>
#include <stdlib.h>

#include "chain_world.h"
#include "policies.h"
#include "routing.h"

enum { NODES = 24, MODELS = 12, SNAPSHOT_MAX = 1 << 16 };

#define PRICE    INT64_C(50000)
#define PER_SLOT (10 * DG_TOKEN)

struct fixture {
    struct chain_memory memory;
    struct dg_allocator allocator;
    struct dg_params params;
    struct view view;
};

/* Ten tokens of stake back one request. */
static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    fixture.allocator = chain_memory_allocator(&fixture.memory);
    dg_params_default(&fixture.params);
    fixture.params.routing_stake_per_slot = PER_SLOT;
    view_init(&fixture.view, &fixture.params, &fixture.allocator, (struct view_extras){0});
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    view_fini(&fixture->view);
    assert_int_equal(fixture->memory.live, 0);
    return 0;
}

/* With the trees of the policy in force, if it keeps any. */
static void restart(struct fixture *fixture)
{
    view_fini(&fixture->view);
    view_init(&fixture->view, &fixture->params, &fixture->allocator,
              routing_extras(&fixture->params));
}

/* Two slots, models 0 and 1. */
static struct dg_node_record record_of(uint32_t node)
{
    return (struct dg_node_record){.node = node,
                                   .operator_id = node + 100,
                                   .models = {0, 1},
                                   .model_count = 2,
                                   .quality = 40000,
                                   .credibility = 30000,
                                   .stake = 2 * PER_SLOT};
}

static void put(struct fixture *fixture, const struct dg_node_record *record)
{
    assert_status(view_apply_node(&fixture->view, record), DG_OK);
}

static void put_model(struct fixture *fixture, uint32_t model, int64_t price)
{
    const struct dg_model_record record = {
        .model = model, .provider = 5, .context_tokens = 100, .price = price, .royalty = 7};

    assert_status(view_apply_model(&fixture->view, &record), DG_OK);
}

/* Position of the node in the list of the model; DG_NONE when it is no candidate. */
static uint32_t candidate_position(const struct view *view, uint32_t model_id, uint32_t node)
{
    uint32_t found = DG_NONE;

    if (model_id >= view->model_capacity)
        return DG_NONE;
    const struct view_model *model = &view->models[model_id];
    for (uint32_t i = 0; i < model->candidate_count; i++) {
        if (model->candidates[i].node != node)
            continue;
        assert_int_equal(found, DG_NONE); /* listed once */
        found = i;
    }
    return found;
}

static bool is_candidate(const struct fixture *fixture, uint32_t model, uint32_t node)
{
    return candidate_position(&fixture->view, model, node) != DG_NONE;
}

/* ---- scores by hand ---- */

static void set_weights(struct dg_params *params, const int64_t weights[VIEW_FACTOR_COUNT])
{
    params->routing_weight_latency = weights[VIEW_LATENCY];
    params->routing_weight_success = weights[VIEW_SUCCESS];
    params->routing_weight_price = weights[VIEW_PRICE];
    params->routing_weight_load = weights[VIEW_LOAD];
    params->routing_weight_quality = weights[VIEW_QUALITY];
    params->routing_weight_credibility = weights[VIEW_CREDIBILITY];
}

/* Goal: weights of any sum become parts of 65536 rounded down, the largest taking what is left. */
static void weights_add_up(void **state)
{
    static const struct {
        int64_t given[VIEW_FACTOR_COUNT];
        uint32_t parts[VIEW_FACTOR_COUNT];
    } cases[] = {
        {{25, 20, 20, 15, 10, 10}, {16386, 13107, 13107, 9830, 6553, 6553}},
        {{0, 0, DG_ONE, 0, 0, 0}, {0, 0, 65536, 0, 0, 0}},
        {{1, 1, 1, 0, 0, 0}, {21846, 21845, 21845, 0, 0, 0}},
        {{0, 0, 0, 1, 3, 0}, {0, 0, 0, 16384, 49152, 0}},
        {{DG_ONE, DG_ONE, DG_ONE, DG_ONE, DG_ONE, DG_ONE},
         {10926, 10922, 10922, 10922, 10922, 10922}},
        {{0}, {0}},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set_weights(&fixture->params, cases[i].given);
        restart(fixture);
        assert_memory_equal(fixture->view.weights, cases[i].parts, sizeof cases[i].parts);
    }
}

/* A view that weighs one factor only, so that a score is that factor times 65536. */
static void weigh_only(struct fixture *fixture, enum view_factor factor)
{
    int64_t weights[VIEW_FACTOR_COUNT] = {0};

    weights[factor] = 1;
    set_weights(&fixture->params, weights);
    restart(fixture);
}

static uint32_t base_of(const struct fixture *fixture, uint32_t node)
{
    assert_int_equal(fixture->view.nodes[node].base % VIEW_WEIGHT_ONE, 0);
    return fixture->view.nodes[node].base / VIEW_WEIGHT_ONE;
}

static uint32_t load_of(const struct fixture *fixture, uint32_t node)
{
    assert_int_equal(fixture->view.nodes[node].load % VIEW_WEIGHT_ONE, 0);
    return fixture->view.nodes[node].load / VIEW_WEIGHT_ONE;
}

/* Goal: quality and credibility are taken as published. */
static void published_factors(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(3);

    weigh_only(fixture, VIEW_QUALITY);
    put(fixture, &record);
    assert_int_equal(base_of(fixture, 3), 40000);
    record.quality = DG_SCORE_ONE;
    put(fixture, &record);
    assert_int_equal(base_of(fixture, 3), DG_SCORE_ONE);
    weigh_only(fixture, VIEW_CREDIBILITY);
    put(fixture, &record);
    assert_int_equal(base_of(fixture, 3), 30000);
}

/* Goal: success is a moving average from 1: a failure takes off alpha, a refusal half of it, an
 * answer gains alpha of what is missing. */
static void success_factor(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(0);

    weigh_only(fixture, VIEW_SUCCESS);
    put(fixture, &record);
    assert_int_equal(base_of(fixture, 0), DG_SCORE_ONE);
    view_learn_failure(&fixture->view, 0, DG_ONE);
    assert_int_equal(base_of(fixture, 0), 58981); /* 0.9 of 65535 is 58981.5 */
    view_learn_failure(&fixture->view, 0, DG_ONE / 2);
    assert_int_equal(base_of(fixture, 0), 56032); /* 0.855: 56032.4 */
    view_learn_answer(&fixture->view, 0, 1, 1);
    assert_int_equal(base_of(fixture, 0), 56982); /* 0.8695: 56982.7 */
    assert_int_equal(fixture->view.nodes[0].outcomes, 3);
    put(fixture, &record); /* a newer record leaves what the gateway saw itself */
    assert_int_equal(base_of(fixture, 0), 56982);
    assert_int_equal(fixture->view.nodes[0].outcomes, 3);
    fixture->view.nodes[0].outcomes = UINT32_MAX;
    view_learn_failure(&fixture->view, 0, DG_ONE);
    assert_int_equal(fixture->view.nodes[0].outcomes, UINT32_MAX);
}

/* Goal: latency is 1 / (1 + moving average over the target), from 1/2 on; one answer counts at
 * most 64 times its target, and a target of nothing is a nanosecond. */
static void latency_factor(void **state)
{
    struct fixture *fixture = *state;
    const struct dg_node_record record = record_of(0);

    weigh_only(fixture, VIEW_LATENCY);
    put(fixture, &record);
    assert_int_equal(base_of(fixture, 0), 32767);
    view_learn_answer(&fixture->view, 0, 3 * DG_SECOND, DG_SECOND);
    assert_int_equal(base_of(fixture, 0), 29788); /* average 1.2: 29788.6 */
    view_learn_answer(&fixture->view, 0, 0, DG_SECOND);
    assert_int_equal(base_of(fixture, 0), 31507); /* 1.08: 31507.2 */
    view_learn_answer(&fixture->view, 0, 64 * DG_SECOND, DG_SECOND);
    assert_int_equal(base_of(fixture, 0), 7827); /* 7.372: 7827.9 */
    const struct dg_node_record other = record_of(1);
    put(fixture, &other);
    view_learn_answer(&fixture->view, 1, 0, 0);
    assert_int_equal(base_of(fixture, 1), 34492); /* 0.9: 34492.1 */
    view_learn_answer(&fixture->view, 1, 3, 0);
    assert_int_equal(base_of(fixture, 1), 31059); /* 1.11: 31059.2 */
    view_learn_answer(&fixture->view, 1, 100, 1);
    assert_int_equal(base_of(fixture, 1), 7802); /* 7.399: 7802.7 */
    view_learn_answer(&fixture->view, 1, INT64_MAX, 1);
    assert_int_equal(base_of(fixture, 1), 4661); /* 13.0591: 4661.4 */
}

/* Goal: load is the free share of the slots, or 1 / (1 + in flight) where stake backs none. */
static void load_factor(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(0);

    record.stake = 3 * PER_SLOT + PER_SLOT / 2; /* half a slot is none */
    weigh_only(fixture, VIEW_LOAD);
    put(fixture, &record);
    static const uint32_t limited[] = {65535, 43690, 21845, 0};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(load_of(fixture, 0), limited[i]);
        if (i < 3)
            view_take(&fixture->view, 0);
    }
    record.stake = 2 * PER_SLOT; /* slashed below its load */
    put(fixture, &record);
    assert_int_equal(load_of(fixture, 0), 0);
    fixture->params.routing_stake_per_slot = 0;
    restart(fixture);
    put(fixture, &record);
    static const uint32_t unlimited[] = {65535, 32767, 21845, 16383};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(load_of(fixture, 0), unlimited[i]);
        view_take(&fixture->view, 0);
    }
}

static uint32_t price_factor(const struct fixture *fixture, uint32_t model, uint32_t node)
{
    uint32_t position = candidate_position(&fixture->view, model, node);

    assert_int_not_equal(position, DG_NONE);
    uint32_t score = fixture->view.models[model].candidates[position].price_score;
    assert_int_equal(score % VIEW_WEIGHT_ONE, 0);
    return score / VIEW_WEIGHT_ONE;
}

/* Goal: price is standard / (standard + asking), by the standard of each model, the parameter's
 * where the model names none; huge prices keep their ratio. */
static void price_factor_by_model(void **state)
{
    static const struct {
        int64_t asking;
        uint32_t first, second;
    } cases[] = {
        {0, 32767, 32767},        /* each model's own */
        {PRICE, 32767, 13107},    /* 1/2; 1/5 of 65535 */
        {3 * PRICE, 16383, 5041}, /* 1/4; 1/13 */
        {1, 65533, 65529},        /* 50000/50001; 12500/12501 */
        {INT64_MAX, 0, 0},        /* nothing worth */
    };
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(0);

    weigh_only(fixture, VIEW_PRICE);
    put_model(fixture, 0, 0); /* fees.unit_price */
    put_model(fixture, 1, PRICE / 4);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        record.price = cases[i].asking;
        put(fixture, &record);
        assert_int_equal(price_factor(fixture, 0, 0), cases[i].first);
        assert_int_equal(price_factor(fixture, 1, 0), cases[i].second);
    }
    put_model(fixture, 0, INT64_MAX / 3); /* the node asks three times that */
    assert_int_equal(price_factor(fixture, 0, 0), 16383);
    assert_int_equal(price_factor(fixture, 1, 0), 0);
}

/* Goal: a model that costs nothing at a node that asks nothing is the best price there is. */
static void free_model(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(0);

    fixture->params.fees_unit_price = 0;
    weigh_only(fixture, VIEW_PRICE);
    put_model(fixture, 0, 0);
    put(fixture, &record);
    assert_int_equal(price_factor(fixture, 0, 0), DG_SCORE_ONE);
    record.price = 1;
    put(fixture, &record);
    assert_int_equal(price_factor(fixture, 0, 0), 0);
}

/* Goal: all factors at once, by the default weights. */
static void whole_score(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(0);

    put_model(fixture, 0, 0);
    put(fixture, &record);
    view_take(&fixture->view, 0);
    assert_int_equal(fixture->view.nodes[0].base,
                     UINT32_C(16386) * 32767 + 13107 * UINT32_C(65535) + 6553 * UINT32_C(40000) +
                         6553 * UINT32_C(30000));
    assert_int_equal(fixture->view.nodes[0].load, UINT32_C(9830) * 32767);
    assert_int_equal(fixture->view.models[0].candidates[0].price_score, UINT32_C(13107) * 32767);
}

/* ---- records ---- */

/* Goal: whether the models or the nodes come first, the same is known in the end. */
static void any_order(void **state)
{
    struct fixture *fixture = *state;
    uint32_t prices[2];

    for (int nodes_first = 0; nodes_first <= 1; nodes_first++) {
        struct dg_node_record record = record_of(9);
        record.price = 2 * PRICE;
        restart(fixture);
        for (int step = 0; step < 2; step++) {
            if (step == nodes_first)
                put_model(fixture, 1, PRICE);
            else
                put(fixture, &record);
        }
        assert_true(is_candidate(fixture, 1, 9));
        prices[nodes_first] = fixture->view.models[1].candidates[0].price_score;
        assert_null(view_model(&fixture->view, 0)); /* named by the node, never published */
        assert_true(is_candidate(fixture, 0, 9));
        put_model(fixture, 0, PRICE);
        assert_non_null(view_model(&fixture->view, 0));
    }
    assert_int_equal(prices[0], UINT32_C(13107) * 21845);
    assert_int_equal(prices[1], prices[0]);
}

/* Goal: a published model is kept field by field, a newer record replaces all of it, and no id
 * is taken for another. */
static void model_fields(void **state)
{
    struct fixture *fixture = *state;
    const struct dg_model_record newer = {.model = 4,
                                          .provider = 6,
                                          .context_tokens = 0,
                                          .size_class = DG_SIZE_70B,
                                          .price = 9,
                                          .royalty = 0};

    assert_null(view_model(&fixture->view, 4));
    put_model(fixture, 4, 0);
    const struct view_model *model = view_model(&fixture->view, 4);
    assert_non_null(model);
    assert_int_equal(model->standard_price, PRICE);
    assert_int_equal(model->provider, 5);
    assert_int_equal(model->context_tokens, 100);
    assert_int_equal(model->royalty, 7);
    assert_int_equal(model->size_class, DG_SIZE_8B);
    assert_status(view_apply_model(&fixture->view, &newer), DG_OK);
    model = view_model(&fixture->view, 4);
    assert_int_equal(model->standard_price, 9);
    assert_int_equal(model->provider, 6);
    assert_int_equal(model->context_tokens, 0);
    assert_int_equal(model->royalty, 0);
    assert_int_equal(model->size_class, DG_SIZE_70B);
    assert_null(view_model(&fixture->view, 3));
    assert_null(view_model(&fixture->view, 5));
    assert_null(view_model(&fixture->view, DG_NONE));
}

/* Goal: a node is known from its first record on, whatever its state. */
static void known_nodes(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(7);

    assert_false(view_knows_node(&fixture->view, 7));
    record.state = DG_NODE_JAILED;
    put(fixture, &record);
    assert_true(view_knows_node(&fixture->view, 7));
    assert_false(view_knows_node(&fixture->view, 6));
    assert_false(view_knows_node(&fixture->view, DG_NONE));
}

/* Goal: models that a newer record drops lose the node, those it adds gain it. */
static void models_change(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(2);

    put(fixture, &record);
    record.models[0] = 5;
    record.models[2] = 6;
    record.model_count = 3; /* 5, 1, 6 */
    put(fixture, &record);
    for (uint32_t model = 0; model < 8; model++)
        assert_int_equal(is_candidate(fixture, model, 2), model == 1 || model == 5 || model == 6);
    record.model_count = 0;
    put(fixture, &record);
    for (uint32_t model = 0; model < 8; model++)
        assert_false(is_candidate(fixture, model, 2));
}

/* Goal: only an active node is a candidate, and it is again once released. */
static void only_active_nodes(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(2);

    for (uint8_t gone = DG_NODE_JAILED; gone <= DG_NODE_LEFT; gone++) {
        record.state = DG_NODE_ACTIVE;
        put(fixture, &record);
        assert_true(is_candidate(fixture, 0, 2) && is_candidate(fixture, 1, 2));
        record.state = gone;
        put(fixture, &record);
        assert_false(is_candidate(fixture, 0, 2) || is_candidate(fixture, 1, 2));
    }
}

/* Goal: a node leaves its lists when its last slot is taken and returns when one is free; a
 * slash may put it below what it carries; a jailed one does not return by what it finishes. */
static void slots_run_out(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(0);

    put(fixture, &record);
    view_take(&fixture->view, 0);
    assert_true(is_candidate(fixture, 0, 0));
    view_take(&fixture->view, 0);
    assert_false(is_candidate(fixture, 0, 0) || is_candidate(fixture, 1, 0));
    view_release(&fixture->view, 0);
    assert_true(is_candidate(fixture, 0, 0) && is_candidate(fixture, 1, 0));
    view_take(&fixture->view, 0);
    record.stake = PER_SLOT;
    put(fixture, &record);
    view_release(&fixture->view, 0);
    assert_false(is_candidate(fixture, 0, 0)); /* one of one */
    record.state = DG_NODE_JAILED;
    put(fixture, &record);
    view_release(&fixture->view, 0);
    assert_false(is_candidate(fixture, 0, 0));
    assert_int_equal(fixture->view.nodes[0].in_flight, 0);
    record.state = DG_NODE_ACTIVE;
    put(fixture, &record);
    assert_true(is_candidate(fixture, 0, 0));
    record.stake = PER_SLOT - 1;
    put(fixture, &record);
    assert_false(is_candidate(fixture, 0, 0)); /* backs no slot */
}

/* Goal: more slots than can be counted are not mistaken for no limit, nor a limit for none. */
static void many_slots(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record record = record_of(0);

    fixture->params.routing_stake_per_slot = 1;
    record.stake = INT64_MAX;
    put(fixture, &record);
    assert_int_equal(fixture->view.nodes[0].capacity, VIEW_UNLIMITED - 1);
    record.stake = VIEW_UNLIMITED;
    put(fixture, &record);
    assert_int_equal(fixture->view.nodes[0].capacity, VIEW_UNLIMITED - 1);
    record.stake = VIEW_UNLIMITED - 2;
    put(fixture, &record);
    assert_int_equal(fixture->view.nodes[0].capacity, VIEW_UNLIMITED - 2);
    fixture->params.routing_stake_per_slot = 0;
    record.stake = 0;
    put(fixture, &record);
    assert_int_equal(fixture->view.nodes[0].capacity, VIEW_UNLIMITED);
}

/* ---- the naive model ---- */

struct naive_node {
    bool known;
    struct dg_node_record record;
    uint32_t in_flight, outcomes;
    double success, latency;
};

struct naive {
    struct naive_node nodes[NODES];
    struct dg_model_record models[MODELS];
    bool known[MODELS];
};

static uint32_t random_below(uint32_t bound)
{
    static uint64_t counter; /* a Weyl sequence through a multiplicative mix: any bits will do */
    uint64_t word = (counter += UINT64_C(0x9e3779b97f4a7c15));

    word = (word ^ (word >> 29)) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)((word >> 32) % bound);
}

static bool naive_serves(const struct naive_node *node, uint32_t model)
{
    for (uint8_t i = 0; i < node->record.model_count; i++)
        if (node->record.models[i] == model)
            return true;
    return false;
}

static bool naive_candidate(const struct naive_node *node, uint32_t model)
{
    return node->known && node->record.state == DG_NODE_ACTIVE && naive_serves(node, model) &&
           node->in_flight < node->record.stake / PER_SLOT;
}

/* Each factor is rounded down to a 65535th, hence the tolerance of one such part of its weight. */
static void assert_score(uint32_t score, double expected, double weights)
{
    if (fabs(score - expected) > 1.01 * weights)
        fail_msg("score %u, expected about %.0f", score, expected);
}

static void compare_node(const struct view *view, const struct naive_node *naive, uint32_t id)
{
    assert_int_equal(view_knows_node(view, id), naive->known);
    if (!naive->known)
        return;
    const struct view_node *hot = &view->nodes[id];
    const struct dg_node_record *record = &naive->record;
    const uint32_t *weights = view->weights;
    double slots = (double)(record->stake / PER_SLOT);
    double free_share = naive->in_flight < slots ? (slots - naive->in_flight) / slots : 0;
    double base = weights[VIEW_LATENCY] / (1 + naive->latency) * DG_SCORE_ONE +
                  weights[VIEW_SUCCESS] * naive->success * DG_SCORE_ONE +
                  (double)weights[VIEW_QUALITY] * record->quality +
                  (double)weights[VIEW_CREDIBILITY] * record->credibility;
    assert_int_equal(hot->in_flight, naive->in_flight);
    assert_int_equal(hot->outcomes, naive->outcomes);
    assert_true(hot->price == record->price);
    assert_int_equal(hot->capacity, record->stake / PER_SLOT);
    assert_score(hot->base, base, weights[VIEW_LATENCY] + weights[VIEW_SUCCESS]);
    assert_score(hot->load, weights[VIEW_LOAD] * free_share * DG_SCORE_ONE, weights[VIEW_LOAD]);
}

static void compare_model(const struct view *view, const struct naive *naive, uint32_t id)
{
    const struct dg_model_record *record = &naive->models[id];
    uint32_t count = 0, members = 0;

    assert_int_equal(view_model(view, id) != NULL, naive->known[id]);
    double standard = record->price == 0 ? (double)PRICE : (double)record->price;
    for (uint32_t node = 0; node < NODES; node++) {
        const struct naive_node *other = &naive->nodes[node];
        uint32_t position = candidate_position(view, id, node);
        members += other->known && other->record.state == DG_NODE_ACTIVE && naive_serves(other, id);
        assert_int_equal(position != DG_NONE, naive_candidate(other, id));
        if (position == DG_NONE)
            continue;
        count++;
        if (!naive->known[id])
            continue;
        double asking = other->record.price == 0 ? standard : (double)other->record.price;
        assert_score(view->models[id].candidates[position].price_score,
                     view->weights[VIEW_PRICE] * standard / (standard + asking) * DG_SCORE_ONE,
                     view->weights[VIEW_PRICE]);
    }
    if (id >= view->model_capacity)
        return;
    assert_int_equal(view->models[id].candidate_count, count);
    assert_int_equal(view->models[id].member_count, members);
    assert_true(members <= view->models[id].candidate_capacity);
    assert_true(members <= view->passing_capacity);
}

static fixed_uint128 naive_join(enum view_tree_kind kind, fixed_uint128 a, fixed_uint128 b)
{
    if (kind == VIEW_TREE_SUM)
        return a + b;
    if (a >> 32 == b >> 32)
        return a + (uint32_t)b;
    return a > b ? a : b;
}

/* Every word is what the order says of who is there now, every place without a candidate is
 * nobody, and the root is all of them together. */
static void compare_tree(const struct view *view, uint32_t id)
{
    if (id >= view->model_capacity)
        return;
    const struct view_model *model = &view->models[id];
    const struct view_order *order = view->order;
    fixed_uint128 all = 0;

    if (order == NULL) {
        assert_null(model->tree.words);
        return;
    }
    assert_true(model->member_count <= model->tree.leaves);
    for (uint32_t i = 0; i < model->tree.leaves; i++) {
        bool taken = i < model->candidate_count;
        fixed_uint128 word =
            taken ? order->word(view, model, model->candidates[i].node) : (fixed_uint128)0;
        assert_true(view_tree_get(&model->tree, i) == word);
        all = naive_join(order->kind, all, word);
    }
    assert_true(view_tree_root(&model->tree) == all);
}

static void step_node(struct fixture *fixture, struct naive *naive)
{
    uint32_t id = random_below(NODES);
    struct naive_node *node = &naive->nodes[id];
    struct dg_node_record record = record_of(id);
    uint32_t first = random_below(MODELS);

    record.model_count = (uint8_t)random_below(DG_NODE_MODELS_MAX + 1);
    for (uint8_t i = 0; i < record.model_count; i++)
        record.models[i] = (first + i * 5) % MODELS;
    record.state = random_below(3) > 0 ? DG_NODE_ACTIVE : (uint8_t)random_below(4);
    record.price = random_below(3) * PRICE;
    record.stake = random_below(5) * PER_SLOT + random_below(2);
    record.quality = (uint16_t)random_below(65536);
    record.credibility = (uint16_t)random_below(65536);
    put(fixture, &record);
    if (!node->known) {
        node->success = 1;
        node->latency = 1;
    }
    node->known = true;
    node->record = record;
}

static void step_model(struct fixture *fixture, struct naive *naive)
{
    uint32_t id = random_below(MODELS);

    naive->known[id] = true;
    naive->models[id] = (struct dg_model_record){.model = id, .price = random_below(4) * PRICE};
    assert_status(view_apply_model(&fixture->view, &naive->models[id]), DG_OK);
}

/* As a gateway: only candidates are taken, only what was taken is released. */
static void step_load(struct fixture *fixture, struct naive *naive)
{
    struct view *view = &fixture->view;
    uint32_t model = random_below(MODELS);

    if (random_below(2) == 0 && model < view->model_capacity &&
        view->models[model].candidate_count > 0) {
        uint32_t node =
            view->models[model].candidates[random_below(view->models[model].candidate_count)].node;
        view_take(view, node);
        view_next_turn(view, node);
        naive->nodes[node].in_flight++;
    }
    uint32_t node = random_below(NODES);
    if (naive->nodes[node].in_flight > 0) {
        view_release(view, node);
        naive->nodes[node].in_flight--;
    }
}

static void step_outcome(struct fixture *fixture, struct naive *naive)
{
    uint32_t id = random_below(NODES), kind = random_below(3);
    struct naive_node *node = &naive->nodes[id];

    if (!node->known)
        return;
    node->outcomes++;
    if (kind == 0) {
        int64_t total = random_below(100) * DG_SECOND;
        double ratio = fmin((double)total / (2.0 * (double)DG_SECOND), 64);
        view_learn_answer(&fixture->view, id, total, 2 * DG_SECOND);
        node->success += 0.1 * (1 - node->success);
        node->latency += 0.1 * (ratio - node->latency);
    } else {
        view_learn_failure(&fixture->view, id, DG_ONE / kind);
        node->success -= 0.1 / kind * node->success;
    }
}

static void random_calls(struct fixture *fixture, uint32_t rounds)
{
    static void (*const steps[])(struct fixture *, struct naive *) = {
        step_node, step_model, step_load, step_load, step_load, step_outcome};
    static struct naive naive;
    uint32_t full = 0;

    naive = (struct naive){0};
    restart(fixture);
    for (uint32_t round = 0; round < rounds; round++) {
        steps[random_below(sizeof steps / sizeof steps[0])](fixture, &naive);
        for (uint32_t node = 0; node < NODES; node++) {
            compare_node(&fixture->view, &naive.nodes[node], node);
            full += naive.nodes[node].in_flight > 0 &&
                    fixture->view.nodes[node].in_flight >= fixture->view.nodes[node].capacity;
        }
        for (uint32_t model = 0; model < MODELS; model++) {
            compare_model(&fixture->view, &naive, model);
            compare_tree(&fixture->view, model);
        }
    }
    assert_true(full > rounds / 30); /* it came to that */
}

/* Goal: after every one of many random calls, everything known is what a naive model knows, and the
 * trees of every policy that keeps some agree with it. */
static void against_a_naive_model(void **state)
{
    struct fixture *fixture = *state;
    uint32_t ordered = 0;

    random_calls(fixture, 30000);
    for (int64_t policy = 0; policy <= DG_ROUTING_POLICY_LAST; policy++) {
        fixture->params.routing_policy = policy;
        if (routing_extras(&fixture->params).order == NULL)
            continue;
        random_calls(fixture, 10000);
        ordered++;
    }
    assert_int_equal(ordered, 4);
}

/* ---- refusals ---- */

struct snapshot {
    size_t size;
    uint8_t bytes[SNAPSHOT_MAX];
};

static void keep(struct snapshot *snapshot, uint64_t value)
{
    assert_true(snapshot->size + sizeof value <= SNAPSHOT_MAX);
    memcpy(snapshot->bytes + snapshot->size, &value, sizeof value);
    snapshot->size += sizeof value;
}

static void keep_node(const struct view *view, uint32_t node, struct snapshot *snapshot)
{
    const struct view_node *hot = &view->nodes[node];
    const struct view_record *record = &view->records[node];
    const uint64_t values[] = {(uint64_t)hot->price, hot->base,           hot->load,
                               hot->in_flight,       hot->capacity,       hot->outcomes,
                               record->success,      record->latency,     record->operator_id,
                               record->quality,      record->credibility, record->model_count,
                               record->active,       record->open};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        keep(snapshot, values[i]);
    for (size_t i = 0; i < record->model_count; i++) {
        keep(snapshot, record->models[i]);
        keep(snapshot, record->open ? record->positions[i] : 0);
    }
}

static void keep_model(const struct view_model *model, struct snapshot *snapshot)
{
    const uint64_t values[] = {model->known,
                               model->context_tokens,
                               model->provider,
                               (uint64_t)model->standard_price,
                               (uint64_t)model->royalty,
                               model->size_class,
                               model->candidate_count,
                               model->member_count};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        keep(snapshot, values[i]);
    for (uint32_t i = 0; i < model->candidate_count; i++) {
        keep(snapshot, model->candidates[i].node);
        keep(snapshot, model->candidates[i].price_score);
    }
    fixed_uint128 root = view_tree_root(&model->tree);
    keep(snapshot, (uint64_t)(root >> 64));
    keep(snapshot, (uint64_t)root);
}

/* All that is known, but not how much room there is: rows that hold nothing are left out. */
static void take_snapshot(const struct view *view, struct snapshot *snapshot)
{
    snapshot->size = 0;
    for (uint32_t node = 0; node < view->node_capacity; node++) {
        if (!view->records[node].known)
            continue;
        keep(snapshot, node);
        keep_node(view, node, snapshot);
    }
    for (uint32_t id = 0; id < view->model_capacity; id++) {
        const struct view_model *model = &view->models[id];
        if (!model->known && model->member_count == 0)
            continue;
        keep(snapshot, id);
        keep_model(model, snapshot);
    }
}

static void assert_same(const struct snapshot *a, const struct snapshot *b)
{
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->bytes, b->bytes, a->size);
}

#define ASSERT_REFUSED(fixture, call, expected)                                                    \
    do {                                                                                           \
        static struct snapshot before_, after_;                                                    \
        take_snapshot(&(fixture)->view, &before_);                                                 \
        assert_status(call, expected);                                                             \
        take_snapshot(&(fixture)->view, &after_);                                                  \
        assert_same(&before_, &after_);                                                            \
    } while (0)

/* Goal: a field out of range, or a model named twice, is refused and changes nothing. */
static void bad_records(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_record nodes[8];
    struct dg_model_record models[4];

    put_model(fixture, 0, 0);
    for (size_t i = 0; i < 8; i++)
        nodes[i] = record_of(0);
    put(fixture, &nodes[0]);
    nodes[0].node = DG_PARTY_COUNT_MAX + 1;
    nodes[1].state = DG_NODE_OFFLINE + 1;
    nodes[2].price = -1;
    nodes[3].stake = -1;
    nodes[4].model_count = DG_NODE_MODELS_MAX + 1;
    for (uint32_t i = 0; i < DG_NODE_MODELS_MAX; i++)
        nodes[4].models[i] = i; /* nothing else is wrong */
    nodes[5].models[1] = 0;
    nodes[6].models[1] = DG_PARTY_COUNT_MAX + 1;
    nodes[7].models[1] = DG_NONE;
    for (size_t i = 0; i < 8; i++)
        ASSERT_REFUSED(fixture, view_apply_node(&fixture->view, &nodes[i]), DG_ERROR_ARGUMENT);
    for (size_t i = 0; i < 4; i++)
        models[i] = (struct dg_model_record){0};
    models[0].model = DG_PARTY_COUNT_MAX + 1;
    models[1].size_class = DG_SIZE_COUNT;
    models[2].price = -1;
    models[3].royalty = -1;
    for (size_t i = 0; i < 4; i++)
        ASSERT_REFUSED(fixture, view_apply_model(&fixture->view, &models[i]), DG_ERROR_ARGUMENT);
}

/* What the script of the next test applies as its call number `step`; false when it is over. */
static bool script_call(struct view *view, uint32_t step, enum dg_status *status)
{
    enum { STEPS = 120 };

    if (step % 3 == 0) {
        const struct dg_model_record model = {.model = step * 7 % 100, .price = step};
        *status = view_apply_model(view, &model);
    } else {
        struct dg_node_record record = record_of(step * 11 % 70);
        record.models[1] = 2 + step * 13 % 40;
        record.state = step % 8 == 0 ? DG_NODE_JAILED : DG_NODE_ACTIVE;
        *status = view_apply_node(view, &record);
    }
    return step < STEPS;
}

/* Runs the script with that request for memory refused, 0 for none; true when one was. */
static bool run_script(struct fixture *fixture, long refused, struct snapshot *end)
{
    static struct snapshot before, after;
    enum dg_status status = DG_OK;
    unsigned refusals = 0;
    bool more = true;

    restart(fixture);
    fixture->memory.left = refused;
    fixture->memory.refused = false;
    for (uint32_t step = 0; more; step++) {
        take_snapshot(&fixture->view, &before);
        more = script_call(&fixture->view, step, &status);
        if (status == DG_ERROR_MEMORY) {
            refusals++;
            take_snapshot(&fixture->view, &after);
            assert_same(&before, &after);
            more = script_call(&fixture->view, step, &status);
        }
        assert_status(status, DG_OK);
    }
    assert_int_equal(refusals, fixture->memory.refused);
    take_snapshot(&fixture->view, end);
    return fixture->memory.refused;
}

static void refuse_every_request(struct fixture *fixture)
{
    static struct snapshot expected, end;
    long refused = 1;

    assert_false(run_script(fixture, 0, &expected));
    while (run_script(fixture, refused, &end)) {
        assert_same(&expected, &end);
        refused++;
    }
    assert_true(refused > 40);
}

/* Goal: whichever request for memory is refused, the call that made it fails without a trace,
 * succeeds when made again, and the end is the same; with each policy, for what it keeps. */
static void every_request_refused(void **state)
{
    struct fixture *fixture = *state;

    for (int64_t policy = 0; policy <= DG_ROUTING_POLICY_LAST; policy++) {
        fixture->params.routing_policy = policy;
        refuse_every_request(fixture);
    }
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ROW(weights_add_up),    ROW(published_factors),
        ROW(success_factor),    ROW(latency_factor),
        ROW(load_factor),       ROW(price_factor_by_model),
        ROW(free_model),        ROW(whole_score),
        ROW(any_order),         ROW(model_fields),
        ROW(known_nodes),       ROW(models_change),
        ROW(only_active_nodes), ROW(slots_run_out),
        ROW(many_slots),        ROW(against_a_naive_model),
        ROW(bad_records),       ROW(every_request_refused),
    };
#undef ROW

    return cmocka_run_group_tests(tests, NULL, NULL);
}
