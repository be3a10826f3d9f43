/* Goal of this file: each behaviour plans what its description says, and draws only what it
 * needs. */
#include "models/behaviour.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct random_key KEY = {.seed = 5, .replication = 0};
static const struct behaviour_task TASK = {.parameters_b = 70, .tokens_in = 100, .tokens_out = 50};
static const struct scenario_behaviours PARAMETERS = {
    .substitute_parameters_b = 7,
    .substitute_quality_loss = 1.5,
    .substitute_share = 1,
    .garbage_quality_loss = 4,
    .garbage_share = 1,
    .garbage_time_ns = 50000000,
    .lazy_constant_score = 0.8,
};

static struct service_plan serve(const char *name, const struct scenario_behaviours *parameters,
                                 const struct behaviour_task *task, struct random_stream *stream)
{
    struct service_plan plan;

    memset(&plan, 0x5a, sizeof plan); /* every field must be set */
    behaviour_find(name, BEHAVIOUR_NODE)->serve(parameters, task, stream, &plan);
    return plan;
}

static void assert_honest(const struct service_plan *plan)
{
    assert_true(plan->computes && !plan->cheat);
    assert_true(plan->parameters_b == 70 && plan->work_factor == 1);
    assert_true(plan->quality_shift == 0 && plan->fixed_time_ns == 0);
}

/* Goal: rows are complete: functions where the role asks for them, unique names, honest first. */
static void table(void **state)
{
    (void)state;
    size_t count = 0;
    const struct behaviour *rows = behaviour_table(&count);

    assert_string_equal(rows[0].name, "honest");
    for (size_t i = 0; i < count; i++) {
        bool node = (rows[i].role & BEHAVIOUR_NODE) != 0;
        bool verifier = (rows[i].role & BEHAVIOUR_VERIFIER) != 0;
        assert_true(node || verifier);
        assert_true((rows[i].serve != NULL) == node);
        assert_true((rows[i].score != NULL) == verifier);
        assert_true(strlen(rows[i].help) > 10);
        if (node)
            assert_ptr_equal(behaviour_find(rows[i].name, BEHAVIOUR_NODE), &rows[i]);
        if (verifier)
            assert_ptr_equal(behaviour_find(rows[i].name, BEHAVIOUR_VERIFIER), &rows[i]);
    }
    assert_null(behaviour_find("garbage", BEHAVIOUR_VERIFIER));
    assert_null(behaviour_find("lazy_constant", BEHAVIOUR_NODE));
    assert_null(behaviour_find("honset", BEHAVIOUR_NODE));
}

/* Goal: with share 1 and 0 the plans are certain and nothing is drawn (the stream may be NULL). */
static void certain_plans(void **state)
{
    (void)state;
    struct service_plan plan = serve("honest", &PARAMETERS, &TASK, NULL);
    assert_honest(&plan);

    plan = serve("substitute", &PARAMETERS, &TASK, NULL);
    assert_true(plan.computes && plan.cheat);
    assert_true(plan.parameters_b == 7 && fabs(plan.work_factor - 0.1) < 1e-15);
    assert_true(plan.quality_shift == -1.5);

    plan = serve("garbage", &PARAMETERS, &TASK, NULL);
    assert_true(!plan.computes && plan.cheat);
    assert_int_equal(plan.fixed_time_ns, 50000000);
    assert_true(plan.quality_shift == -4);

    struct scenario_behaviours never = PARAMETERS;
    never.substitute_share = 0;
    never.garbage_share = 0;
    plan = serve("substitute", &never, &TASK, NULL);
    assert_honest(&plan);
    plan = serve("garbage", &never, &TASK, NULL);
    assert_honest(&plan);
}

/* Goal: where nothing smaller than the paid model is at hand, a substitute serves honestly. */
static void nothing_smaller(void **state)
{
    (void)state;
    struct scenario_behaviours parameters = PARAMETERS;

    parameters.substitute_parameters_b = 70;
    struct service_plan plan = serve("substitute", &parameters, &TASK, NULL);
    assert_honest(&plan);
}

/* Goal: a share in between is met within four standard errors. */
static void shares_are_met(void **state)
{
    (void)state;
    enum { COUNT = 40000 };
    struct scenario_behaviours parameters = PARAMETERS;
    struct random_stream stream;
    int substituted = 0, rubbish = 0;

    parameters.substitute_share = 0.3;
    parameters.garbage_share = 0.1;
    random_stream_init(&stream, &KEY, 1, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        substituted += serve("substitute", &parameters, &TASK, &stream).cheat;
        rubbish += !serve("garbage", &parameters, &TASK, &stream).computes;
    }
    assert_true(fabs((double)substituted / COUNT - 0.3) < 4 * sqrt(0.3 * 0.7 / COUNT));
    assert_true(fabs((double)rubbish / COUNT - 0.1) < 4 * sqrt(0.1 * 0.9 / COUNT));
}

/* Goal: an honest verifier asks its judge, a lazy one reveals its constant without. */
static void verifiers(void **state)
{
    (void)state;
    struct behaviour_review review = {.parameters_b = 70, .tokens_in = 100, .tokens_out = 50};
    struct score_plan plan = {.constant = 1};

    assert_true(
        behaviour_find("honest", BEHAVIOUR_VERIFIER)->score(&PARAMETERS, &review, NULL, &plan));
    assert_true(plan.uses_judge);
    assert_true(behaviour_find("lazy_constant", BEHAVIOUR_VERIFIER)
                    ->score(&PARAMETERS, &review, NULL, &plan));
    assert_false(plan.uses_judge);
    assert_int_equal(plan.constant, 52428);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),           cmocka_unit_test(certain_plans),
        cmocka_unit_test(nothing_smaller), cmocka_unit_test(shares_are_met),
        cmocka_unit_test(verifiers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
