/* Goal of this file: probes look like traffic, are paid for, are all checked, and what is known of
 * their answers tells verifiers that do not look from those that do. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "town.h"

#define LAZY       "nodes.n.verifier_behaviours={\"honest\": \"70%\", \"lazy_constant\": \"30%\"}"
#define GOLD       "protocol.quality.aggregation=gold_calibrated"
#define OFTEN      "probes.rate=400/h"
#define VERY_OFTEN "probes.rate=1600/h"
#define NO_SAMPLE  "protocol.sampling.rate=0"

/* Goal: probes come at their rate (four standard errors), leave the users' requests as they were, are
 * all checked where nothing else is, and nearly all against the right score. */
static void probes_are_checked(void **state)
{
    static const char *const with[] = {NO_SAMPLE, OFTEN, NULL};
    static const char *const without[] = {NO_SAMPLE, NULL};

    (void)state;
    struct result a = town_run(town_text, with, 1), b = town_run(town_text, without, 1);
    double sent = metric(&a, "probes_sent"), answered = metric(&a, "probes_answered");
    assert_true(fabs(sent - 200) < 4 * sqrt(200));
    assert_true(answered > 0.95 * sent);
    assert_true(metric(&a, "requests_sent") == metric(&b, "requests_sent"));
    assert_true(metric(&b, "probes_sent") == 0 && metric(&b, "checks_drawn") == 0);
    /* Those of the last period have not had their draw. */
    double checks = metric(&a, "checks_drawn");
    assert_true(checks <= answered && checks > answered - 20);
    double ended = metric(&a, "checks_passed") + metric(&a, "checks_failed");
    double scored = metric(&a, "probes_scored");
    assert_true(scored <= checks && scored > 0.95 * ended);
    result_free(&a);
    result_free(&b);
}

#define HONEST "nodes.n.behaviours={\"honest\": \"100%\"}"

/* Goal: probers pay what users pay, from their deposit and nothing else: a small one ends the
 * probing. (Where nodes cheat, the fees of failed answers come back.) */
static void probers_pay(void **state)
{
    static const char *const rich[] = {NO_SAMPLE, OFTEN, NULL};
    static const char *const poor[] = {
        NO_SAMPLE, OFTEN, HONEST, "probes.probers=2", "probes.deposit=0.3 DGAI", NULL};

    (void)state;
    struct result a = town_run(town_text, rich, 1), b = town_run(town_text, poor, 1);
    /* 200 + 4 * 50 weighted tokens of an 8B model: 0.4 units at 0.05 DGAI. */
    double fee = metric(&a, "probe_fees") / metric(&a, "probes_answered");
    assert_true(fabs(fee - 0.02) < 0.002);
    assert_true(metric(&b, "probe_fees") <= 0.6);
    assert_in_range(metric(&b, "probes_answered"), 10, 30);
    assert_true(metric(&b, "probes_sent") > 150);
    assert_true(metric(&b, "ledger_gap") == 0);
    result_free(&a);
    result_free(&b);
}

/* Goal: under gold_calibrated a verifier that does not look loses trust against one that judges, with
 * probes and only with them (99 % one-sided over the seeds). */
static void trust_follows_probes(void **state)
{
    static const char *const probed[] = {LAZY, GOLD, OFTEN, NULL};
    static const char *const not_probed[] = {LAZY, GOLD, NULL};
    enum { SEEDS = 6 };

    (void)state;
    struct town_difference with = town_compare(town_text, probed, "trust_per_verifier.honest",
                                               probed, "trust_per_verifier.lazy_constant", SEEDS);
    struct town_difference without =
        town_compare(town_text, not_probed, "trust_per_verifier.honest", not_probed,
                     "trust_per_verifier.lazy_constant", SEEDS);
    assert_true(with.mean > 0 && with.mean > town_student(SEEDS) * with.error);
    assert_true(without.mean == 0 && without.error == 0); /* all have the trust they started with */
}

/* Goal: the same verifier is punished with probes and only with them; one that judges is not, unless
 * what is held to be right is not. */
static void misconduct_follows_probes(void **state)
{
    static const char *const probed[] = {LAZY, VERY_OFTEN, NULL};
    static const char *const not_probed[] = {LAZY, NULL};
    static const char *const wrong[] = {LAZY, VERY_OFTEN, "probes.error=10", NULL};
    enum { SEEDS = 6 };

    (void)state;
    struct town_difference lazy =
        town_compare(town_text, probed, "misconduct_per_verifier.lazy_constant", not_probed,
                     "misconduct_per_verifier.lazy_constant", SEEDS);
    struct town_difference honest =
        town_compare(town_text, probed, "misconduct_per_verifier.honest", not_probed,
                     "misconduct_per_verifier.honest", SEEDS);
    assert_true(lazy.mean > 0 && lazy.mean > town_student(SEEDS) * lazy.error);
    assert_true(honest.mean == 0);
    struct result without = town_run(town_text, not_probed, 1);
    assert_true(metric(&without, "misconduct_per_verifier.lazy_constant") == 0);
    struct result mistaken = town_run(town_text, wrong, 1);
    assert_true(metric(&mistaken, "misconduct_per_verifier.honest") > 0);
    result_free(&without);
    result_free(&mistaken);
}

/* Goal: a wide tolerance lets the lazy go: nothing is further off than 1. */
static void tolerance(void **state)
{
    static const char *const wide[] = {LAZY, VERY_OFTEN, "protocol.penalty.gold_tolerance=100%",
                                       NULL};

    (void)state;
    struct result result = town_run(town_text, wide, 1);
    assert_true(metric(&result, "probes_scored") > 100);
    assert_true(metric(&result, "misconduct_per_verifier.lazy_constant") == 0);
    result_free(&result);
}

/* Goal: where scores are open, the right one is still sealed and shown after them. */
static void open_scores(void **state)
{
    static const char *const settings[] = {LAZY, NO_SAMPLE, OFTEN, "protocol.committee.reveal=open",
                                           NULL};

    (void)state;
    struct result result = town_run(town_text, settings, 1);
    double ended = metric(&result, "checks_passed") + metric(&result, "checks_failed");
    assert_true(metric(&result, "probes_scored") > 0.95 * ended);
    result_free(&result);
}

/* Goal: a node that recognises every probe is honest on all that is checked, one that recognises none
 * is found out. */
static void probes_are_recognised(void **state)
{
#define AWARE                                                                                      \
    NO_SAMPLE, VERY_OFTEN, "nodes.n.behaviours={\"honest\": \"75%\", \"probe_aware\": \"25%\"}",   \
        "behaviours.probe_aware.quality_loss=4", "behaviours.probe_aware.false_alarms=0%"
    static const char *const all[] = {AWARE, "behaviours.probe_aware.recognition=100%", NULL};
    static const char *const none[] = {AWARE, "behaviours.probe_aware.recognition=0%", NULL};

    (void)state;
    struct result a = town_run(town_text, all, 1), b = town_run(town_text, none, 1);
    assert_true(metric(&a, "cheats.probe_aware") > 0);
    assert_true(metric(&a, "checks_per_node.probe_aware") > 1);
    assert_true(metric(&a, "failure_share.probe_aware") < 0.05);
    assert_true(metric(&b, "failure_share.probe_aware") > 0.8);
    result_free(&a);
    result_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probes_are_checked),
        cmocka_unit_test(probers_pay),
        cmocka_unit_test(trust_follows_probes),
        cmocka_unit_test(misconduct_follows_probes),
        cmocka_unit_test(tolerance),
        cmocka_unit_test(open_scores),
        cmocka_unit_test(probes_are_recognised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
