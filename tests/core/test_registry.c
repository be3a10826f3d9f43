/* test_registry.c - parties by id, what a node costs within its class, and its published record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "registry.h"

enum { MODEL_SMALL, MODEL_LARGE, MODEL_COUNT };

struct fixture {
    struct registry registry;
    struct dg_allocator allocator;
};

static int setup(void **state)
{
    static const uint8_t classes[MODEL_COUNT] = {DG_SIZE_8B, DG_SIZE_70B};
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    fixture->allocator = memory_allocator(NULL);
    for (uint32_t i = 0; i < MODEL_COUNT; i++) {
        const struct dg_model_record model = {.model = 77, .size_class = classes[i]};
        assert_int_equal(registry_reserve_model(&fixture->registry, &fixture->allocator), DG_OK);
        assert_int_equal(registry_add_model(&fixture->registry, &model), i);
    }
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    registry_fini(&fixture->registry, &fixture->allocator);
    free(fixture);
    return 0;
}

static struct node_party *add(struct fixture *fixture, const struct dg_node_spec *spec)
{
    assert_int_equal(registry_reserve_node(&fixture->registry, &fixture->allocator), DG_OK);
    return &fixture->registry.nodes[registry_add_node(&fixture->registry, spec)];
}

/* Goal: ids are dense and start at 0; a party knows its own id and owner, whatever the caller
 * wrote. */
static void ids_are_dense(void **state)
{
    struct fixture *fixture = *state;
    struct registry *registry = &fixture->registry;

    assert_int_equal(registry->models[MODEL_LARGE].model, MODEL_LARGE);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(registry_reserve_gateway(registry, &fixture->allocator), DG_OK);
        assert_int_equal(registry_add_gateway(registry, i * 3), i);
    }
    assert_int_equal(registry->gateway_count, 100);
    assert_int_equal(registry->gateways[99].operator_id, 297);
    assert_true(registry->gateways[99].next_number == 0);
}

/* Goal: models of a specification must exist and be named once, eight at most. */
static void models_are_checked(void **state)
{
    struct fixture *fixture = *state;
    struct dg_node_spec spec = {.models = {MODEL_LARGE, MODEL_SMALL}, .model_count = 2};

    assert_int_equal(registry_check_models(&fixture->registry, &spec), DG_OK);
    spec.models[1] = MODEL_LARGE;
    assert_int_equal(registry_check_models(&fixture->registry, &spec), DG_ERROR_ARGUMENT);
    spec.models[1] = MODEL_COUNT;
    assert_int_equal(registry_check_models(&fixture->registry, &spec), DG_ERROR_UNKNOWN_ID);
    spec.model_count = DG_NODE_MODELS_MAX + 1;
    assert_int_equal(registry_check_models(&fixture->registry, &spec), DG_ERROR_ARGUMENT);
    spec.model_count = 0;
    assert_int_equal(registry_check_models(&fixture->registry, &spec), DG_OK);
}

/* Goal: a node serves the models it named and no others. */
static void serves_what_it_named(void **state)
{
    const struct dg_node_spec spec = {.models = {MODEL_LARGE}, .model_count = 1};
    const struct node_party *node = add(*state, &spec);

    assert_true(registry_serves(node, MODEL_LARGE));
    assert_false(registry_serves(node, MODEL_SMALL)); /* lies in the unused part of the array */
}

/* Goal: a cost is measured against the highest of the class of the node's largest model; nodes that
 * only verify are a class of their own, and where nobody declares a cost the ratio is 0. */
static void cost_within_its_class(void **state)
{
    struct fixture *fixture = *state;
    const struct registry *registry = &fixture->registry;
    const struct dg_node_spec specs[] = {
        {.models = {MODEL_SMALL}, .model_count = 1, .declared_cost = 30},
        {.models = {MODEL_SMALL}, .model_count = 1, .declared_cost = 40},
        {.models = {MODEL_SMALL, MODEL_LARGE}, .model_count = 2, .declared_cost = 1000},
        {.verifier = true},
    };

    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++)
        (void)add(fixture, &specs[i]);
    const uint8_t classes[] = {DG_SIZE_8B, DG_SIZE_8B, DG_SIZE_70B, DG_SIZE_COUNT};
    const uint16_t ratios[] = {49151, DG_SCORE_ONE, DG_SCORE_ONE, 0}; /* 49151.25 rounded down */
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        assert_int_equal(registry->nodes[i].cost_class, classes[i]);
        assert_int_equal(registry_cost_ratio(registry, &registry->nodes[i]), ratios[i]);
    }
}

/* Goal: a cost as large as an amount can be does not overflow its ratio. */
static void cost_of_any_size(void **state)
{
    struct dg_node_spec spec = {.declared_cost = INT64_MAX};
    struct fixture *fixture = *state;

    (void)add(fixture, &spec);
    spec.declared_cost = INT64_MAX / 2;
    const struct node_party *half = add(fixture, &spec);
    assert_int_equal(registry_cost_ratio(&fixture->registry, half), DG_SCORE_ONE / 2);
}

/* Goal: the published record shows what was registered and what checks have shown since. */
static void record_shows_the_node(void **state)
{
    struct fixture *fixture = *state;
    const struct dg_node_spec spec = {
        .operator_id = 9, .models = {MODEL_SMALL, MODEL_LARGE}, .model_count = 2, .price = 123};
    struct dg_node_record out;

    (void)add(fixture, &spec);
    registry_record(&fixture->registry, 0, 4000, &out);
    assert_int_equal(out.operator_id, 9);
    assert_int_equal(out.model_count, 2);
    assert_int_equal(out.models[1], MODEL_LARGE);
    assert_int_equal(out.state, DG_NODE_ACTIVE);
    assert_int_equal(out.price, 123);
    assert_int_equal(out.stake, 4000);
    assert_int_equal(out.quality, DG_SCORE_ONE / 2); /* nothing known: the middle */
    assert_int_equal(out.credibility, DG_SCORE_ONE / 2);
    assert_int_equal(out.checks, 0);

    record_add(&fixture->registry.nodes[0].record, DG_ONE / 10, DG_SCORE_ONE, true);
    registry_record(&fixture->registry, 0, 4000, &out);
    assert_int_equal(out.quality, DG_SCORE_ONE);
    assert_int_equal(out.credibility, DG_SCORE_ONE * 2 / 3);
    assert_int_equal(out.checks, 1);
}

static void *refuse(void *context, void *memory, size_t size)
{
    (void)context, (void)memory, (void)size;
    return NULL;
}

/* Goal: without memory a reserve fails and what is there stays. */
static void out_of_memory(void **state)
{
    static const struct dg_allocator empty = {refuse, NULL};
    struct fixture *fixture = *state;
    struct registry *registry = &fixture->registry;

    registry->model_capacity =
        registry->model_count; /* full; the spare room is not forgotten by free */
    assert_int_equal(registry_reserve_gateway(registry, &empty), DG_ERROR_MEMORY);
    assert_int_equal(registry_reserve_model(registry, &empty), DG_ERROR_MEMORY);
    assert_int_equal(registry_reserve_node(registry, &empty), DG_ERROR_MEMORY);
    assert_int_equal(registry->model_count, MODEL_COUNT);
    assert_int_equal(registry->models[MODEL_LARGE].size_class, DG_SIZE_70B);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ids_are_dense, setup, teardown),
        cmocka_unit_test_setup_teardown(models_are_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(serves_what_it_named, setup, teardown),
        cmocka_unit_test_setup_teardown(cost_within_its_class, setup, teardown),
        cmocka_unit_test_setup_teardown(cost_of_any_size, setup, teardown),
        cmocka_unit_test_setup_teardown(record_shows_the_node, setup, teardown),
        cmocka_unit_test_setup_teardown(out_of_memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
