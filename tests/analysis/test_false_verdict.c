/* test_false_verdict.c - how often a check of an honest node fails, against closed forms, and how many
 * checks and days that makes to a false verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "analysis/false_verdict.h"
#include "sample.h"

/* Ten nodes, all of them verifiers with one judge of correlation 0.6; answers of quality 1 exactly. */
static const char text[] =
    "{\"duration\": \"1d\", \"regions\": {\"here\": {}}, \"gateways\": {\"only\": {}},\n"
    " \"classes\": {\"8b\": {\"parameters\": 8, \"quality\": 1, \"quality_sd\": 0},\n"
    "             \"70b\": {\"parameters\": 70, \"quality\": 1, \"quality_sd\": 0}},\n"
    " \"providers\": {\"open\": {\"count\": 4}},\n"
    " \"hardware\": {\"card\": {\"prefill_rate\": \"1000/s\", \"step_base\": \"40ms\"}},\n"
    " \"judges\": {\"j\": {\"correlation\": 0.6}},\n"
    " \"nodes\": {\"a\": {\"count\": 10, \"operators\": 10, \"classes\": {\"8b\": \"80%\", \"70b\": \"20%\"},\n"
    "                 \"stake\": \"3000 DGAI\", \"verifier_share\": \"100%\"}},\n"
    " \"users\": {\"u\": {\"count\": 5, \"arrival\": {\"rate\": \"60/h\"},\n"
    "                 \"demand\": {\"8b\": \"75%\", \"70b\": \"25%\"}}},\n"
    " \"protocol\": {\"sampling\": {\"rate\": \"10%\"}}}\n";

#define SINGLE "protocol.committee.size=1", "protocol.committee.quorum=1"

static void load(struct scenario *scenario, const char *const *settings, size_t count)
{
    char folder[SAMPLE_PATH_SIZE], path[SAMPLE_PATH_SIZE];
    struct error error = {0};

    sample_folder_make(folder);
    sample_path(path, folder, "town.json");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    struct scenario_source source = {.path = path, .settings = settings, .setting_count = count};
    if (!scenario_load(&source, scenario, &error))
        fail_msg("%s", error.text);
    sample_folder_remove(folder);
}

#define LOAD(scenario, ...)                                                                        \
    do {                                                                                           \
        const char *const settings_[] = {__VA_ARGS__};                                             \
        load(scenario, settings_, sizeof settings_ / sizeof settings_[0]);                         \
    } while (0)

static struct false_failure failure_of(const struct scenario *scenario)
{
    struct false_failure failure;
    struct error error = {0};

    assert_true(false_failure_find(scenario, 0, 1, &failure, &error));
    return failure;
}

/* Within 4 standard errors of the truth, which the interval must not miss by more than chance. */
static void assert_rate(const struct scenario *scenario, double expected)
{
    struct false_failure failure = failure_of(scenario);

    assert_true(failure.rounds >= 200000);
    assert_true(failure.low < failure.rate && failure.rate < failure.high);
    assert_true(fabs(failure.high - failure.low - 2 * 1.96 * failure.error) <
                0.05 * (failure.high - failure.low));
    if (fabs(failure.rate - expected) > 4 * failure.error)
        fail_msg("%g +- %g instead of %g", failure.rate, failure.error, expected);
}

static double phi(double z)
{
    return gsl_cdf_ugaussian_P(z);
}

/* Goal: one member fails an answer with Phi(-r mu / sqrt(r^2 sd^2 + 1 - r^2)); with r 0.6 and quality 1 of no
 * variance that is Phi(-0.75). Of three members two must. */
static void closed_forms(void **state)
{
    struct scenario scenario = {0};
    double one = phi(-0.75);

    (void)state;
    LOAD(&scenario, SINGLE);
    assert_rate(&scenario, one);
    scenario_free(&scenario);

    LOAD(&scenario, SINGLE, "classes.8b.quality_sd=0.5");
    assert_rate(&scenario, phi(-0.6 / sqrt(0.36 * 0.25 + 0.64)));
    scenario_free(&scenario);

    LOAD(&scenario, "protocol.committee.size=3");
    assert_rate(&scenario, one * one * (3 - 2 * one));
    scenario_free(&scenario);
}

/* Goal: a failure that may be appealed also takes two of three fresh members. */
static void an_appeal_is_a_second_chance(void **state)
{
    struct scenario scenario = {0};
    double one = phi(-0.75);

    (void)state;
    LOAD(&scenario, SINGLE, "protocol.appeal.window=1h");
    assert_rate(&scenario, one * one * one * (3 - 2 * one));
    scenario_free(&scenario);
}

/* Goal: half of the verifiers always give 0, the others 1. Of two members one 0 makes the mean just
 * pass, so a quarter fails; when they disagree and a third decides by the median, a half does. */
static void escalation(void **state)
{
    const char *perfect = "judges.j.correlation=1", *sure = "classes.8b.quality=10",
               *half =
                   "nodes.a.verifier_behaviours={\"honest\": \"50%\", \"lazy_constant\": \"50%\"}",
               *zero = "behaviours.lazy_constant.score=0";
    struct scenario scenario = {0};

    (void)state;
    LOAD(&scenario, perfect, sure, half, zero, "protocol.committee.size=2");
    assert_rate(&scenario, 0.25);
    scenario_free(&scenario);
    LOAD(&scenario, perfect, sure, half, zero, "protocol.committee.size=2",
         "protocol.committee.escalation_size=3", "protocol.committee.escalation_spread=50%");
    assert_rate(&scenario, 0.5);
    scenario_free(&scenario);
}

/* Goal: seats follow the weights of committees: a group with three times the stake, of verifiers that give
 * 0, has three seats of four. */
static void seats_follow_the_weights(void **state)
{
    const char *perfect = "judges.j.correlation=1", *sure = "classes.8b.quality=10",
               *liars =
                   "nodes.b={\"count\": 10, \"operators\": 10, \"stake\": \"9000 DGAI\", "
                   "\"verifier_share\": \"100%\", \"verifier_behaviours\": {\"lazy_constant\": "
                   "\"100%\"}}",
               *zero = "behaviours.lazy_constant.score=0";
    struct scenario scenario = {0};

    (void)state;
    LOAD(&scenario, SINGLE, perfect, sure, liars, zero, "protocol.committee.weights=stake");
    assert_rate(&scenario, 0.75);
    scenario_free(&scenario);
    LOAD(&scenario, SINGLE, perfect, sure, liars, zero, "protocol.committee.weights=uniform");
    assert_rate(&scenario, 0.5);
    scenario_free(&scenario);
}

/* Goal: when no failure is seen the rate is the rule of three, never 0; without a quorum nothing is
 * decided. */
static void at_the_ends(void **state)
{
    struct scenario scenario = {0};

    (void)state;
    LOAD(&scenario, "classes.8b.quality=50");
    struct false_failure failure = failure_of(&scenario);
    assert_int_equal(failure.failures, 0);
    assert_true(failure.rate == 3 / (double)failure.rounds);
    assert_true(failure.high == failure.rate && failure.low == 0 && failure.error == 0);
    scenario_free(&scenario);

    LOAD(&scenario, "nodes.a.verifier_share=10%");
    assert_int_equal(false_failure_verifiers(&scenario), 1);
    assert_int_equal(failure_of(&scenario).rounds, 0);
    scenario_free(&scenario);
}

/* ---- verdicts ---- */

static struct false_verdicts verdicts_of(const struct scenario *scenario)
{
    struct false_verdicts verdicts;
    struct error error = {0};

    if (!false_verdicts_find(scenario, &verdicts, &error))
        fail_msg("%s", error.text);
    return verdicts;
}

/* The load of both classes is `low` to `high` requests a second in all, a tenth of them checked. */
static void assert_load(const struct scenario *scenario, double low, double high, unsigned open)
{
    static const double shares[] = {0.75, 0.25}, nodes[] = {8, 2};
    struct false_verdicts verdicts = verdicts_of(scenario);

    assert_int_equal(verdicts.count, 2);
    assert_int_equal(verdicts.load_open, open);
    for (size_t c = 0; c < 2; c++) {
        const struct false_verdict *verdict = &verdicts.items[c];
        double scale = shares[c] * 0.1 * 86400 / nodes[c];
        assert_int_equal(verdict->class_index, c);
        assert_true(fabs(verdict->nodes - nodes[c]) < 1e-9);
        assert_true(fabs(verdict->load.low - low * scale) < 1e-9 * (1 + low * scale));
        assert_true(fabs(verdict->load.high - high * scale) < 1e-9 * (1 + high * scale));
    }
    false_verdicts_fini(&verdicts);
}

/* Goal: the checks a day follow from the arrivals: 5 users with 60 requests an hour; a closed loop that
 * thinks for 100 s; a trace of 5 requests, played once in the day or over and over. */
static void load_by_arrival(void **state)
{
    struct scenario scenario = {0};

    (void)state;
    LOAD(&scenario, "seed=1");
    assert_load(&scenario, 5 / 60.0, 5 / 60.0, 0);
    scenario_free(&scenario);
    LOAD(&scenario, "users.u.arrival={\"law\": \"closed\", \"think\": \"100s\"}");
    assert_load(&scenario, 0, 0.05, CHECK_LOAD_CLOSED);
    scenario_free(&scenario);
}

static void load_of_a_trace(void **state)
{
    char folder[SAMPLE_PATH_SIZE], path[SAMPLE_PATH_SIZE], setting[2 * SAMPLE_PATH_SIZE];

    (void)state;
    sample_folder_make(folder);
    sample_path(path, folder, "trace.csv");
    FILE *file = fopen(path, "w"); /* one mean gap after the last it is 100 s long */
    assert_non_null(file);
    assert_true(fputs("t_s,input_tokens,output_tokens\n0,9,9\n20,9,9\n40,9,9\n60,9,9\n80,9,9\n",
                      file) >= 0);
    assert_int_equal(fclose(file), 0);
    for (int loop = 0; loop < 2; loop++) {
        struct scenario scenario = {0};
        snprintf(setting, sizeof setting,
                 "users.u.arrival={\"law\": \"trace\", \"file\": \"%s\", \"loop\": %s}", path,
                 loop ? "true" : "false");
        LOAD(&scenario, setting);
        double rate = loop ? 0.05 : 5 / 86400.0;
        assert_load(&scenario, rate, rate, 0);
        scenario_free(&scenario);
    }
    sample_folder_remove(folder);
}

/* Goal: the plans: a budget of 0.09 DGAI a minute pays one check of three reveals at 0.03; under `risk` a node
 * that always passes is checked at rate_minimum when its answers are worthless, and by the weight of value
 * of 100 % in 100 % more at full value. */
static void load_by_plan(void **state)
{
    struct scenario scenario = {0};

    (void)state;
    LOAD(&scenario, "protocol.sampling.plan=budget", "protocol.sampling.budget=\"0.09 DGAI\"",
         "protocol.verification.fee=\"0.03 DGAI\"", "protocol.sampling.beacon_period=60s");
    assert_load(&scenario, 10 / 60.0, 10 / 60.0, 0); /* ten times the load at a tenth */
    scenario_free(&scenario);

    LOAD(&scenario, "protocol.sampling.plan=risk", "protocol.sampling.rate_minimum=2%",
         "protocol.sampling.rate_maximum=10%", "protocol.sampling.risk_credibility=0%",
         "protocol.sampling.risk_newcomer=0%", "protocol.sampling.risk_value=100%");
    assert_load(&scenario, 5 / 60.0 * 0.2, 5 / 60.0, CHECK_LOAD_RISK);
    scenario_free(&scenario);
}

/* Goal: the checks to a verdict are those of the failure rate, between those of its interval. */
static void verdicts_follow_from_rates(void **state)
{
    struct scenario scenario = {0};
    struct run_length expected;
    struct error error = {0};

    (void)state;
    LOAD(&scenario, "classes.8b.quality=3");
    struct false_verdicts verdicts = verdicts_of(&scenario);
    const struct false_verdict *verdict = &verdicts.items[0];
    assert_true(run_length_find(&scenario.protocol, verdict->failure.rate, 1, &expected, &error));
    assert_true(verdict->length.checks == expected.checks);
    assert_true(verdict->least.checks < expected.checks);
    assert_true(verdict->most.checks > expected.checks);
    /* The second class is worse, so it is convicted sooner. */
    assert_true(verdicts.items[1].length.checks < verdict->length.checks);
    false_verdicts_fini(&verdicts);
    scenario_free(&scenario);
}

/* Goal: a trace that has gone since the scenario was read is an error, and nothing is handed out. */
static void a_trace_that_is_gone(void **state)
{
    struct scenario scenario = {0};
    struct false_verdicts verdicts = {.count = 77};
    struct error error = {0};

    (void)state;
    LOAD(&scenario, "seed=1");
    scenario.users[0].arrival.kind = ARRIVAL_TRACE;
    scenario.users[0].arrival.file = "/nowhere/trace.csv";
    assert_false(false_verdicts_find(&scenario, &verdicts, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_int_equal(verdicts.count, 77);
    scenario_free(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(an_appeal_is_a_second_chance),
        cmocka_unit_test(escalation),
        cmocka_unit_test(seats_follow_the_weights),
        cmocka_unit_test(at_the_ends),
        cmocka_unit_test(load_by_arrival),
        cmocka_unit_test(load_of_a_trace),
        cmocka_unit_test(load_by_plan),
        cmocka_unit_test(verdicts_follow_from_rates),
        cmocka_unit_test(a_trace_that_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
