/* Goal of this file: in whole runs, verifiers that cheat do what they say, and the protocol's rules
 * against them bite in the direction claimed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "town.h"

#define VERIFIERS(name) "nodes.n.verifier_behaviours={\"honest\": \"70%\", \"" name "\": \"30%\"}"

/* Goal: where scores are open a copier is as near to the truth as those it copies and pays no judge;
 * where they are sealed it is left with its constant, which is far from the truth. */
static void sealed_scores_stop_copying(void **state)
{
    static const char *const open[] = {VERIFIERS("lazy_copy"), "behaviours.lazy_copy.score=0.1",
                                       "protocol.committee.reveal=open", NULL};
    static const char *const sealed[] = {VERIFIERS("lazy_copy"), "behaviours.lazy_copy.score=0.1",
                                         NULL};
    (void)state;
    struct result copied = town_run(town_text, open, 1), alone = town_run(town_text, sealed, 1);

    assert_true(metric(&copied, "judging_per_verifier.lazy_copy") == 0);
    assert_true(metric(&copied, "reveals_per_verifier.lazy_copy") > 10);
    assert_true(metric(&copied, "missed_per_verifier.lazy_copy") == 0);
    /* A committee of copiers has nobody to copy: 0.3^3 of them, at most 0.9 off. */
    assert_true(metric(&copied, "score_error.lazy_copy") <
                metric(&copied, "score_error.honest") + 0.3 * 0.3 * 0.9);
    /* Half the answers or more are good, and 0.1 is then more than 0.8 off. */
    assert_true(metric(&alone, "score_error.lazy_copy") > 0.4);
    assert_true(metric(&alone, "judging_per_verifier.lazy_copy") == 0);
    result_free(&copied);
    result_free(&alone);
}

/* Goal: noise is a quarter to a half off, whatever is true (1/2 at the ends, 1/4 in the middle); praise
 * and blame are as far off as the answers are bad or good, and add up to 1. */
static void scores_without_a_judge(void **state)
{
    static const char *const noise[] = {VERIFIERS("noise"), NULL};
    static const char *const boost[] = {VERIFIERS("boost"), NULL};
    static const char *const sabotage[] = {VERIFIERS("sabotage"), NULL};
    static const char *const honest[] = {VERIFIERS("lazy_constant"), NULL};

    (void)state;
    struct result a = town_run(town_text, noise, 1), b = town_run(town_text, boost, 1);
    struct result c = town_run(town_text, sabotage, 1), d = town_run(town_text, honest, 1);
    assert_true(fabs(metric(&a, "score_error.noise") - 0.45) < 0.1);
    double praise = metric(&b, "score_error.boost");
    double blame = metric(&c, "score_error.sabotage");
    /* The same seats see the same answers in both but for what the verdicts lead to. */
    assert_true(fabs(praise + blame - 1) < 0.05);
    assert_true(metric(&d, "score_error.honest") < 0.1);
    assert_true(metric(&a, "judging_per_verifier.noise") == 0);
    result_free(&a);
    result_free(&b);
    result_free(&c);
    result_free(&d);
}

/* Goal: sabotage makes honest nodes fail more, boosting makes garbage fail less. */
static void false_scores_move_verdicts(void **state)
{
    static const char *const honest[] = {NULL};
    static const char *const boost[] = {"nodes.n.verifier_behaviours={\"honest\": \"40%\", "
                                        "\"boost\": \"60%\"}",
                                        NULL};
    static const char *const sabotage[] = {"nodes.n.verifier_behaviours={\"honest\": \"40%\", "
                                           "\"sabotage\": \"60%\"}",
                                           NULL};
    enum { SEEDS = 5 };

    (void)state;
    struct town_difference more =
        town_compare(town_text, sabotage, "checks_failed", honest, "checks_failed", SEEDS);
    struct town_difference less =
        town_compare(town_text, boost, "checks_failed", honest, "checks_failed", SEEDS);
    assert_true(more.mean > town_student(SEEDS) * more.error && more.mean > 0);
    assert_true(less.mean < -town_student(SEEDS) * less.error && less.mean < 0);
}

/* Goal: an intermittent liar pays its judge for the share it is honest on. */
static void intermittent_share(void **state)
{
    static const char *const settings[] = {
        "nodes.n.verifier_behaviours={\"intermittent\": \"100%\"}",
        "behaviours.intermittent.share=30%", NULL};

    (void)state;
    struct result result = town_run(town_text, settings, 1);
    double reviews = metric(&result, "reviews");
    double judged = metric(&result, "verification_cost") / 0.01;
    assert_true(reviews > 300);
    assert_true(fabs(judged / reviews - 0.7) < 4 * sqrt(0.3 * 0.7 / reviews));
    result_free(&result);
}

/* Goal: who seals and does not show, or seals twice, misses its seats and is punished; honest ones are
 * not. */
static void seats_without_scores(void **state)
{
    static const char *const silent[] = {VERIFIERS("silent"), NULL};
    static const char *const equivocal[] = {VERIFIERS("equivocal"), NULL};

    (void)state;
    struct result a = town_run(town_text, silent, 1), b = town_run(town_text, equivocal, 1);
    assert_true(metric(&a, "reveals_per_verifier.silent") == 0);
    assert_true(metric(&a, "missed_per_verifier.silent") > 3);
    assert_true(metric(&a, "misconduct_per_verifier.silent") > 0);
    assert_true(metric(&a, "misconduct_per_verifier.honest") == 0);
    assert_true(isnan(metric(&a, "score_error.silent")));
    /* Where its first seal was the last that the round waited for, the second comes too late. */
    assert_true(metric(&b, "reveals_per_verifier.equivocal") <
                0.2 * metric(&b, "missed_per_verifier.equivocal"));
    assert_true(metric(&b, "missed_per_verifier.equivocal") > 3);
    assert_true(metric(&b, "misconduct_per_verifier.equivocal") > 0);
    result_free(&a);
    result_free(&b);
}

/* Goal: a cartel that holds most seats keeps its members' nodes passing and fails its rivals', who
 * serve alike. */
static void cartel_helps_members(void **state)
{
    static const char *const settings[] = {
        "nodes.n.verifier_behaviours={\"honest\": \"40%\", \"cartel\": \"60%\"}",
        "nodes.n.behaviours={\"honest\": \"100%\"}", NULL};
    static const char *const apart[] = {
        "nodes.n.verifier_behaviours={\"honest\": \"40%\", \"cartel\": \"60%\"}",
        "nodes.n.behaviours={\"honest\": \"100%\"}", "behaviours.cartel.sabotage=0%", NULL};

    (void)state;
    struct result harsh = town_run(town_text, settings, 1), mild = town_run(town_text, apart, 1);
    assert_true(metric(&harsh, "failure_share.cartel") < 0.05);
    assert_true(metric(&harsh, "failure_share.honest") > 0.4);
    /* It judges rivals honestly, and pays for that, but not for members. */
    assert_true(metric(&mild, "failure_share.honest") < 0.05);
    assert_true(metric(&mild, "judging_per_verifier.cartel") > 0);
    assert_true(metric(&mild, "judging_per_verifier.cartel") <
                0.6 * metric(&mild, "judging_per_verifier.honest"));
    assert_true(metric(&harsh, "judging_per_verifier.cartel") == 0);
    result_free(&harsh);
    result_free(&mild);
}

/* Goal: a cascade costs and delays what its judges did: between the cheap one and both. */
static void cascade_in_a_run(void **state)
{
    static const char *const settings[] = {
        "judges={\"weak\": {\"preset\": \"small\"}, \"strong\": {}, \"both\": {\"kind\": \"cascade\", "
        "\"first\": \"weak\", \"second\": \"strong\"}}",
        "nodes.n.judge=both", "nodes.n.behaviours={\"honest\": \"100%\"}", NULL};

    (void)state;
    struct result result = town_run(town_text, settings, 1);
    double cost = metric(&result, "verification_cost") / metric(&result, "reviews");
    /* 0.0004 and the second's 0.004 for 18 % of the answers, as the normal law has it. */
    double expected = 0.0004 + 0.1846 * 0.004;
    double error = 0.004 * sqrt(0.1846 * 0.8154 / metric(&result, "reviews"));
    assert_true(fabs(cost - expected) < 4 * error);
    result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealed_scores_stop_copying), cmocka_unit_test(scores_without_a_judge),
        cmocka_unit_test(false_scores_move_verdicts), cmocka_unit_test(intermittent_share),
        cmocka_unit_test(seats_without_scores),       cmocka_unit_test(cartel_helps_members),
        cmocka_unit_test(cascade_in_a_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
