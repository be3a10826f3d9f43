/* Goal of this file: keys without effect are reported, and only those; the reports tell the
 * truth. */
#include "tests/models/test_scenario.h"

#include "models/scenario_keys.h"
#include "models/scenario_loader.h"
#include "models/world.h"

/* A setting of the minimal scenario, and the warning that it alone draws; NULL: none. */
static const struct {
    const char *setting, *only;
} settings[] = {
    {"users.chat.arrival.shape=2", "arrival.law gamma"},
    {"users.chat.arrival.burst_on=1min", "arrival.law bursty"},
    {"users.chat.arrival.amplitude=10%", "arrival.law diurnal"},
    {"users.chat.arrival.period=2d", "arrival.law diurnal"},
    {"users.chat.arrival.think=1min", "arrival.law closed"},
    {"users.chat.arrival.file=none.csv", "arrival.law trace"},
    {"users.chat.arrival.loop=true", "arrival.law trace"},
    {"users.chat.arrival.rate_scale=2", "arrival.law trace"},
    {"regions.here.utc_offset=3", "arrival.law diurnal"},
    {"regions.here.place=Tokyo", "more than one region"},
    {"network.default_latency=1s", "two regions whose latency nothing else gives"},
    {"network.bytes_per_token=8", "a bandwidth that is limited"},
    {"nodes.homes.service.slots=3", "service.kind exponential, deterministic or lognormal"},
    {"nodes.homes.service.mean=3s", "service.kind exponential, deterministic or lognormal"},
    {"nodes.homes.service.cv=3", "service.kind lognormal"},
    {"providers.open.outage_for=1h", "outage_every above 0"},
    {"behaviours.garbage.time=9s", "somebody of behaviour garbage"},
    {"behaviours.substitute.share=50%", "somebody of behaviour substitute"},
    {"behaviours.lazy_constant.score=0.1", "somebody of behaviour lazy_constant"},
    {"behaviours.flapping.away=1h", "somebody of behaviour flapping"},
    {"behaviours.self_dealing.rate=20", "somebody of behaviour self_dealing"},
    {"protocol.routing.d=4", "routing.policy power_of_d"},
    {"protocol.routing.ucb_scale=20%", "routing.policy ucb"},
    {"protocol.routing.bandit_cost_weight=10%", "routing.policy ucb or thompson"},
    {"protocol.routing.bandit_half_life=2h", "routing.policy ucb or thompson"},
    {"protocol.points.quality_weight=2", "emission.weekly above 0 and a settlement within the run"},
    {"protocol.emission.weekly=1 DGAI", "a settlement within the run"},
    {"protocol.heartbeat.misses=2",
     "heartbeat.interval above 0 and nodes that stay away (flapping)"},
    {"protocol.penalty.downtime_requests=3",
     "heartbeats, a run longer than downtime_limit, and users' deadlines, network.loss or nodes that "
     "stay away"},
    {"protocol.penalty.downtime_limit=1h",
     "heartbeats, a run longer than downtime_limit, and nodes that stay away, or downtime_requests "
     "above 0 and users' deadlines or network.loss"},
    {"probes.probers=2", "probes.rate above 0"},
    {"probes.deposit=1 DGAI", "probes.rate above 0"},
    {"probes.error=1", "probes.rate above 0"},
    {"probes.like=chat", "probes.rate above 0"},
    {"protocol.penalty.gold_tolerance=10%", "probes.rate above 0"},
    {"probes.rate=60/h", NULL},
    {"judges.large.band=10%", "kind cascade"},
    {"judges.large.gaming_bias=0.1", "kind single and nodes that tune their answers for judges"},
    {"judges.large.preset=small", NULL},
    {"judges.large.correlation_by_class={\"8b\": -1}", NULL},
    {"network.jitter=0.2", NULL},
    {"network.loss=5%", NULL},
    {"users.chat.output.mean=300", NULL},
    {"users.chat.arrival.law=bursty", NULL},
    {"nodes.homes.service.queue=0", NULL},
    {"regions.here.uplink=1Mbit/s", NULL},
    {"protocol.routing.temperature=50%", NULL},
    {"protocol.routing.policy=ucb", NULL},
    {"protocol.routing.policy=thompson", NULL},
    {"protocol.sampling.rate=20%", NULL},
    {"classes.8b.parameters=7", NULL},
};
enum { SETTING_COUNT = sizeof settings / sizeof settings[0] };

/* Goal: each such key is reported with its place, its path and when it would count. */
static void keys_without_effect(void **state)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        char path[128], expected[512] = "";
        struct attempt attempt;
        attempt_text(*state, minimal, settings[i].setting, &attempt);
        if (!attempt.ok)
            fail_msg("%s", attempt.error.text);
        snprintf(path, sizeof path, "%.*s", (int)strcspn(settings[i].setting, "="),
                 settings[i].setting);
        if (settings[i].only != NULL)
            snprintf(expected, sizeof expected,
                     "--set %s: %s: has no effect: it is used only with %s\n", settings[i].setting,
                     path, settings[i].only);
        assert_string_equal(attempt.warnings, expected);
        scenario_free(&attempt.scenario);
    }
}

/* A short time of high load, in which whatever can have an effect has one. */
static uint64_t fingerprint(const char *folder, const char *setting)
{
    char busy[TEXT_SIZE], text[TEXT_SIZE];
    replaced(minimal, "\"6/h\"", "\"18/s\"", busy);
    replaced(busy, "{\n", "{\n  \"duration\": \"80s\",\n", text);
    struct scenario scenario = load_text(folder, text, setting);
    struct world_options options = {.seed = 3};
    struct result result = {0};
    struct error error = {0};
    if (!world_run(&scenario, &options, &result, &error))
        fail_msg("%s", error.text);
    uint64_t fingerprint = result.fingerprint;
    result_free(&result);
    scenario_free(&scenario);
    return fingerprint;
}

/* Goal: a run with a key that is said to have no effect is the same run, event by event; with any
 * other it is not. */
static void reports_tell_the_truth(void **state)
{
    uint64_t plain = fingerprint(*state, NULL);
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        bool same = fingerprint(*state, settings[i].setting) == plain;
        if (same != (settings[i].only != NULL))
            fail_msg("%s: %s", settings[i].setting,
                     same ? "no effect, and nobody says so" : "has an effect");
    }
}

/* Goal: without checks all that serves checks is reported; without a jail, its growth. */
static void nothing_to_check(void **state)
{
    static const char *const rows[][3] = {
        {"sampling", "{\"rate\": 0, \"window\": \"40s\"}",
         "protocol.sampling.window: has no effect"},
        {"committee", "{\"size\": 5}", "protocol.committee.size: has no effect"},
        {"penalty", "{\"slash_first\": \"6%\"}", "protocol.penalty.slash_first: has no effect"},
        {"jail", "{\"growth\": 3}", "protocol.jail.growth: has no effect"},
        {"verification", "{\"fee\": 0}", "protocol.verification.fee: has no effect"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[TEXT_SIZE], with[512];
        struct attempt attempt;
        snprintf(with, sizeof with, "{\n \"protocol\": {\"%s\": %s},\n", rows[i][0], rows[i][1]);
        replaced(minimal, "{\n", with, text);
        attempt_text(*state, text, "protocol.sampling.rate=0", &attempt);
        assert_true(attempt.ok);
        assert_contains(attempt.warnings, rows[i][2]);
        assert_contains(attempt.warnings, "nodes.homes.verifier_share: has no effect");
        scenario_free(&attempt.scenario);
    }
}

/* Goal: probes are checks: with them all that serves checks counts, and every class is asked for; without
 * them trust that follows them alone is reported. */
static void probes_are_checks(void **state)
{
    struct attempt attempt;
    char more[TEXT_SIZE], text[TEXT_SIZE];
    replaced(minimal, "{\"parameters\": 8}", "{\"parameters\": 8}, \"70b\": {\"parameters\": 70}",
             more);
    replaced(more, "{\n",
             "{\n \"probes\": {\"rate\": \"6/h\"},\n \"protocol\": {\"sampling\": {\"rate\": 0}, "
             "\"committee\": {\"size\": 5}, \"penalty\": {\"gold_tolerance\": \"40%\"}, "
             "\"quality\": {\"aggregation\": \"gold_calibrated\", \"trust_eta\": \"20%\"}},\n",
             text);
    attempt_text(*state, text, "users.chat.demand={\"8b\": 1}", &attempt);
    if (!attempt.ok)
        fail_msg("%s", attempt.error.text);
    assert_string_equal(attempt.warnings, "");
    scenario_free(&attempt.scenario);
    attempt_text(*state, minimal, "protocol.quality.aggregation=gold_calibrated", &attempt);
    assert_true(attempt.ok);
    assert_contains(attempt.warnings, "gold_calibrated moves trust on probes alone");
    scenario_free(&attempt.scenario);
}

/* Goal: things that nobody refers to are reported once, at their place. */
static void unused_things(void **state)
{
    static const struct {
        const char *piece, *by, *warning;
    } rows[] = {
        {"\"here\": {}", "\"here\": {}, \"there\": {\"user_weight\": 0, \"node_weight\": 0}",
         "s.json:2:27: regions.there: has no effect: nobody is there\n"},
        {"{\"parameters\": 8}", "{\"parameters\": 8}, \"70b\": {\"parameters\": 70}",
         "s.json:4:40: classes.70b: has no effect: no user asks for it\n"},
        {"\"step_base\": \"40ms\"}",
         "\"step_base\": \"40ms\"}, \"spare\": {\"prefill_rate\": \"1/s\", \"step_base\": \"1s\"}",
         "s.json:6:73: hardware.spare: has no effect: no node has it\n"},
        {"\"large\": {}", "\"large\": {}, \"small\": {}",
         "s.json:7:27: judges.small: has no effect: no verifier uses it\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[TEXT_SIZE], path[256];
        struct attempt attempt;
        replaced(minimal, rows[i].piece, rows[i].by, text);
        file_write(*state, "s.json", text);
        file_path(*state, "s.json", path);
        const char *also[] = {"users.chat.demand={\"8b\": 1}", "providers.open.classes={\"8b\": 1}",
                              "nodes.homes.classes={\"8b\": 1}",
                              "nodes.homes.hardware={\"card\": 1}"};
        attempt_path(path, also, 4, &attempt);
        if (!attempt.ok)
            fail_msg("%s", attempt.error.text);
        assert_string_equal(attempt.warnings + strlen(*state) + 1, rows[i].warning);
        scenario_free(&attempt.scenario);
    }
}

/* Goal: a value outside what is published is allowed with a warning, one outside the bounds is
 * not. */
static void published_ranges(void **state)
{
    struct attempt attempt;
    attempt_text(*state, minimal, "protocol.penalty.slash_first=50%", &attempt);
    assert_true(attempt.ok);
    assert_string_equal(attempt.warnings,
                        "--set protocol.penalty.slash_first=50%: protocol.penalty.slash_first: "
                        "outside the published range, 5% to 20%\n");
    scenario_free(&attempt.scenario);
    attempt_text(*state, minimal, "protocol.penalty.slash_first=150%", &attempt);
    assert_refused(&attempt, "out of range");
}

/* Goal: checks that nobody could make are reported. */
static void nobody_verifies(void **state)
{
    struct attempt attempt;
    attempt_text(*state, minimal, "nodes.homes.verifier_share=0%", &attempt);
    assert_true(attempt.ok);
    assert_contains(attempt.warnings,
                    "nodes: nobody verifies, so every check will stay inconclusive");
    scenario_free(&attempt.scenario);
}

/* Goal: what a base gives besides is not this file's fault, what the file itself gives is. */
static void bases_are_not_blamed(void **state)
{
    char text[TEXT_SIZE];
    struct attempt attempt;
    replaced(minimal, "\"rate\"", "\"shape\": 2, \"rate\"", text);
    file_write(*state, "base.json", text);
    attempt_text(*state, "{\"extends\": \"base.json\"}", NULL, &attempt);
    assert_true(attempt.ok);
    assert_string_equal(attempt.warnings, "");
    scenario_free(&attempt.scenario);
    attempt_text(
        *state,
        "{\"extends\": \"base.json\", \"users\": {\"chat\": {\"arrival\": {\"shape\": 3}}}}", NULL,
        &attempt);
    assert_true(attempt.ok);
    assert_contains(attempt.warnings, "users.chat.arrival.shape: has no effect");
    scenario_free(&attempt.scenario);
}

/* Goal: every rule of the table says when its key counts, and every key is explained. */
static void rules_have_words(void **state)
{
    (void)state;
    struct key_table table;
    struct scenario_memory *memory = scenario_memory_open();
    assert_true(memory != NULL && key_table_open(memory, &table));
    for (size_t i = 0; i < table.count; i++) {
        const struct key *key = &table.rows[i], *found = NULL;
        assert_true((key->relevant == NULL && key->behaviour == NULL) == (key->only == NULL));
        assert_true(key->meaning != NULL && key->meaning[0] != '\0');
        assert_true(key->fallback != FALLBACK_TEXT || key->standard != NULL || key->param != NULL);
        assert_int_equal(key_match(&table, key->path, &found), KEY_MATCH_LEAF);
        assert_ptr_equal(found, key); /* no path stands twice */
    }
    scenario_memory_close(memory);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(keys_without_effect), CASE(reports_tell_the_truth), CASE(nothing_to_check),
        CASE(unused_things),       CASE(probes_are_checks),      CASE(published_ranges),
        CASE(nobody_verifies),     CASE(bases_are_not_blamed),   cmocka_unit_test(rules_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
