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
/* Values of one behaviour's keys, by name. */
struct setting {
    const char *key;
    double number;
    int64_t whole;
};

static const struct setting SUBSTITUTE[] = {
    {"parameters", 7, 0}, {"quality_loss", 1.5, 0}, {"share", 1, 0}, {NULL, 0, 0}};
static const struct setting GARBAGE[] = {
    {"quality_loss", 4, 0}, {"share", 1, 0}, {"time", 0, 50000000}, {NULL, 0, 0}};
static const struct setting LAZY[] = {{"score", 0.8, 0}, {NULL, 0, 0}};

enum { VALUES_MAX = 16 };

static const struct behaviour *row_of(const char *name, enum behaviour_role role)
{
    size_t count, place = behaviour_find(name, role);
    const struct behaviour *const *table = behaviour_table(&count);

    assert_true(place < count);
    return table[place];
}

/* Every key must be set, for nothing else fills it in here. */
static void set_values(const struct behaviour *behaviour, const struct setting *settings,
                       union behaviour_value values[VALUES_MAX])
{
    for (size_t k = 0; k < behaviour_key_count(behaviour); k++) {
        const struct setting *setting = settings;
        while (setting->key != NULL && strcmp(setting->key, behaviour->keys[k].name) != 0)
            setting++;
        assert_non_null(setting->key);
        bool whole = behaviour->keys[k].unit == BEHAVIOUR_DURATION ||
                     behaviour->keys[k].unit == BEHAVIOUR_AMOUNT;
        if (whole)
            values[k].whole = setting->whole;
        else
            values[k].number = setting->number;
    }
}

static struct service_plan serve(const char *name, const struct setting *settings,
                                 const struct behaviour_task *task, struct random_stream *stream)
{
    const struct behaviour *behaviour = row_of(name, BEHAVIOUR_NODE);
    union behaviour_value values[VALUES_MAX];
    struct behaviour_self self = {.values = values, .stream = stream};
    struct service_plan plan;

    memset(&plan, 0x5a, sizeof plan); /* every field must be set */
    set_values(behaviour, settings, values);
    behaviour_serve(behaviour, &self, task, &plan);
    return plan;
}

static void assert_honest(const struct service_plan *plan)
{
    assert_true(plan->computes && !plan->cheat);
    assert_true(plan->parameters_b == 70 && plan->work_factor == 1);
    assert_true(plan->quality_shift == 0 && plan->fixed_time_ns == 0);
}

/* Goal: rows are complete: unique names, honest first, functions only where the role asks for them, keys
 * that a scenario can hold. */
static void table(void **state)
{
    (void)state;
    size_t count = 0;
    const struct behaviour *const *rows = behaviour_table(&count);

    assert_string_equal(rows[0]->name, "honest");
    for (size_t i = 0; i < count; i++) {
        bool node = (rows[i]->role & BEHAVIOUR_NODE) != 0;
        bool verifier = (rows[i]->role & BEHAVIOUR_VERIFIER) != 0;
        assert_true(node || verifier);
        assert_true(node || rows[i]->serve == NULL);
        assert_true(verifier || rows[i]->score == NULL);
        assert_true(strlen(rows[i]->help) > 10);
        if (node)
            assert_int_equal(behaviour_find(rows[i]->name, BEHAVIOUR_NODE), i);
        if (verifier)
            assert_int_equal(behaviour_find(rows[i]->name, BEHAVIOUR_VERIFIER), i);
        for (size_t k = 0; k < behaviour_key_count(rows[i]); k++)
            assert_true(rows[i]->keys[k].minimum < rows[i]->keys[k].maximum &&
                        strlen(rows[i]->keys[k].meaning) > 5);
    }
    assert_true(behaviour_first_value(count) <= BEHAVIOUR_VALUES_MAX);
    assert_int_equal(behaviour_find("garbage", BEHAVIOUR_VERIFIER), count);
    assert_int_equal(behaviour_find("lazy_constant", BEHAVIOUR_NODE), count);
    assert_int_equal(behaviour_find("honset", BEHAVIOUR_NODE), count);
}

/* Goal: with share 1 and 0 the plans are certain and nothing is drawn (the stream may be NULL). */
static void certain_plans(void **state)
{
    static const struct setting never_substitute[] = {
        {"parameters", 7, 0}, {"quality_loss", 1.5, 0}, {"share", 0, 0}, {NULL, 0, 0}};
    static const struct setting never_garbage[] = {
        {"quality_loss", 4, 0}, {"share", 0, 0}, {"time", 0, 1}, {NULL, 0, 0}};

    (void)state;
    struct service_plan plan = serve("honest", NULL, &TASK, NULL);
    assert_honest(&plan);

    plan = serve("substitute", SUBSTITUTE, &TASK, NULL);
    assert_true(plan.computes && plan.cheat);
    assert_true(plan.parameters_b == 7 && fabs(plan.work_factor - 0.1) < 1e-15);
    assert_true(plan.quality_shift == -1.5);

    plan = serve("garbage", GARBAGE, &TASK, NULL);
    assert_true(!plan.computes && plan.cheat);
    assert_int_equal(plan.fixed_time_ns, 50000000);
    assert_true(plan.quality_shift == -4);

    plan = serve("substitute", never_substitute, &TASK, NULL);
    assert_honest(&plan);
    plan = serve("garbage", never_garbage, &TASK, NULL);
    assert_honest(&plan);
}

/* Goal: where nothing smaller than the paid model is at hand, a substitute serves honestly. */
static void nothing_smaller(void **state)
{
    static const struct setting same[] = {
        {"parameters", 70, 0}, {"quality_loss", 1.5, 0}, {"share", 1, 0}, {NULL, 0, 0}};

    (void)state;
    struct service_plan plan = serve("substitute", same, &TASK, NULL);
    assert_honest(&plan);
}

/* Goal: a share in between is met within four standard errors. */
static void shares_are_met(void **state)
{
    static const struct setting some_substitute[] = {
        {"parameters", 7, 0}, {"quality_loss", 1.5, 0}, {"share", 0.3, 0}, {NULL, 0, 0}};
    static const struct setting some_garbage[] = {
        {"quality_loss", 4, 0}, {"share", 0.1, 0}, {"time", 0, 1}, {NULL, 0, 0}};
    enum { COUNT = 40000 };
    struct random_stream stream;
    int substituted = 0, rubbish = 0;

    (void)state;
    random_stream_init(&stream, &KEY, 1, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        substituted += serve("substitute", some_substitute, &TASK, &stream).cheat;
        rubbish += !serve("garbage", some_garbage, &TASK, &stream).computes;
    }
    assert_true(fabs((double)substituted / COUNT - 0.3) < 4 * sqrt(0.3 * 0.7 / COUNT));
    assert_true(fabs((double)rubbish / COUNT - 0.1) < 4 * sqrt(0.1 * 0.9 / COUNT));
}

/* What a verifier plans for one answer. */
static struct score_plan score(const char *name, const struct setting *settings,
                               const struct behaviour_review *review, struct random_stream *stream)
{
    const struct behaviour *behaviour = row_of(name, BEHAVIOUR_VERIFIER);
    union behaviour_value values[VALUES_MAX];
    struct behaviour_self self = {.values = values, .stream = stream};
    struct score_plan plan;

    memset(&plan, 0x5a, sizeof plan); /* every field must be set */
    set_values(behaviour, settings, values);
    assert_true(behaviour_score(behaviour, &self, review, &plan));
    return plan;
}

static void assert_constant(const struct score_plan *plan, int score)
{
    assert_false(plan->uses_judge || plan->withheld || plan->seals_two);
    assert_int_equal(plan->wait_ns, 0);
    assert_int_equal(plan->constant, score);
}

static void assert_judges(const struct score_plan *plan)
{
    assert_true(plan->uses_judge);
    assert_false(plan->withheld || plan->seals_two);
    assert_int_equal(plan->wait_ns, 0);
}

static const struct behaviour_review REVIEW = {
    .parameters_b = 70, .tokens_in = 100, .tokens_out = 50};

/* Goal: an honest verifier asks its judge, those with a set score reveal it without. */
static void verifiers(void **state)
{
    static const struct setting boost[] = {{"score", 1, 0}, {NULL, 0, 0}};
    static const struct setting sabotage[] = {{"score", 0.1, 0}, {NULL, 0, 0}};

    (void)state;
    struct score_plan plan = score("honest", NULL, &REVIEW, NULL);
    assert_judges(&plan);
    plan = score("lazy_constant", LAZY, &REVIEW, NULL);
    assert_constant(&plan, 52428);
    plan = score("boost", boost, &REVIEW, NULL);
    assert_constant(&plan, 65535);
    plan = score("sabotage", sabotage, &REVIEW, NULL);
    assert_constant(&plan, 6554);
    plan = score("silent", NULL, &REVIEW, NULL);
    assert_true(plan.withheld && !plan.uses_judge && !plan.seals_two);
    plan = score("equivocal", NULL, &REVIEW, NULL);
    assert_true(plan.seals_two && !plan.uses_judge && !plan.withheld);
}

/* Goal: a copier waits for a score while they are open and its patience lasts, takes the first it sees,
 * and makes one up where it can see none. */
static void copier(void **state)
{
    static const struct setting copy[] = {{"patience", 0, 30}, {"score", 0.5, 0}, {NULL, 0, 0}};
    static const uint16_t seen[] = {777, 888};
    struct behaviour_review review = REVIEW;

    (void)state;
    struct score_plan plan = score("lazy_copy", copy, &review, NULL);
    assert_constant(&plan, 32768);
    review.open = true;
    plan = score("lazy_copy", copy, &review, NULL);
    assert_int_equal(plan.wait_ns, 30);
    review.waited_ns = 12;
    plan = score("lazy_copy", copy, &review, NULL);
    assert_int_equal(plan.wait_ns, 18);
    review.scores = seen;
    review.score_count = 2;
    plan = score("lazy_copy", copy, &review, NULL);
    assert_constant(&plan, 777);
    review.score_count = 0;
    review.waited_ns = 30;
    plan = score("lazy_copy", copy, &review, NULL);
    assert_constant(&plan, 32768);
}

/* Goal: a cartel pays no judge for its members; for others its key says. */
static void cartel(void **state)
{
    static const struct setting harsh[] = {
        {"members", 1, 0}, {"rivals", 0, 0}, {"sabotage", 1, 0}, {NULL, 0, 0}};
    static const struct setting mild[] = {
        {"members", 0.8, 0}, {"rivals", 0, 0}, {"sabotage", 0, 0}, {NULL, 0, 0}};
    struct behaviour_review member = REVIEW, rival = REVIEW;

    (void)state;
    member.friend = true;
    struct score_plan plan = score("cartel", harsh, &member, NULL);
    assert_constant(&plan, 65535);
    plan = score("cartel", harsh, &rival, NULL);
    assert_constant(&plan, 0);
    plan = score("cartel", mild, &member, NULL);
    assert_constant(&plan, 52428);
    plan = score("cartel", mild, &rival, NULL);
    assert_judges(&plan);
}

/* Goal: noise is uniform (mean 1/2, variance 1/12), and an intermittent liar lies on its share. */
static void chance(void **state)
{
    static const struct setting some[] = {{"share", 0.2, 0}, {"score", 0, 0}, {NULL, 0, 0}};
    enum { COUNT = 40000 };
    struct random_stream stream;
    double sum = 0, squares = 0;
    int lies = 0;

    (void)state;
    random_stream_init(&stream, &KEY, 2, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        struct score_plan plan = score("noise", NULL, &REVIEW, &stream);
        assert_false(plan.uses_judge);
        sum += plan.constant / 65535.0;
        squares += plan.constant / 65535.0 * plan.constant / 65535.0;
        plan = score("intermittent", some, &REVIEW, &stream);
        lies += !plan.uses_judge && plan.constant == 0;
    }
    assert_true(fabs(sum / COUNT - 0.5) < 4 * sqrt(1 / 12.0 / COUNT));
    assert_true(fabs(squares / COUNT - 1 / 3.0) < 4 * sqrt(4 / 45.0 / COUNT));
    assert_true(fabs((double)lies / COUNT - 0.2) < 4 * sqrt(0.2 * 0.8 / COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),           cmocka_unit_test(certain_plans),
        cmocka_unit_test(nothing_smaller), cmocka_unit_test(shares_are_met),
        cmocka_unit_test(verifiers),       cmocka_unit_test(copier),
        cmocka_unit_test(cartel),          cmocka_unit_test(chance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
