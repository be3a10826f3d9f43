/* Goal of this file: what is loaded is what was written, defaults are filled in, and the canonical
 * text stands for all of it. */
#include "tests/models/test_scenario.h"

#include "models/behaviour.h"

#include <cjson/cJSON.h>

#include "models/network.h"
#include "models/scenario_keys.h"
#include "models/scenario_latency.h"
#include "models/world.h"

#define SECOND INT64_C(1000000000)
#define MS     INT64_C(1000000)

static void shipped_path(const char *name, char path[4096])
{
    const char *source = getenv("SRC");
    snprintf(path, 4096, "%s/scenarios/%s", source != NULL ? source : ".", name);
}

static struct scenario load_shipped(const char *name)
{
    char path[4096];
    struct attempt attempt;
    shipped_path(name, path);
    attempt_path(path, NULL, 0, &attempt);
    if (!attempt.ok)
        fail_msg("%s", attempt.error.text);
    assert_string_equal(attempt.warnings, "");
    return attempt.scenario;
}

/* Goal: every scenario that comes with dgsim is right and draws no warning. */
static void shipped_scenarios(void **state)
{
    (void)state;
    static const char *const names[] = {"quickstart", "month", "city", "mm1", "trace"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char file[32];
        snprintf(file, sizeof file, "%s.json", names[i]);
        struct scenario scenario = load_shipped(file);
        assert_string_equal(scenario.name, names[i]);
        assert_int_equal(strlen(scenario.hash), 64);
        scenario_free(&scenario);
    }
}

static double weight_of(const struct shares *shares, uint32_t index)
{
    for (size_t i = 0; i < shares->count; i++) {
        if (shares->items[i].index == index)
            return shares->items[i].weight;
    }
    return 0;
}

/* Goal: quickstart, field by field where it matters: kinds, units, references, shares. */
static void quickstart_as_written(void **state)
{
    (void)state;
    struct scenario s = load_shipped("quickstart.json");
    assert_int_equal(s.duration_ns, 86400 * SECOND);
    assert_true(s.shortened);
    assert_int_equal(s.region_count, 8);
    assert_string_equal(s.regions[5].place, "Mumbai");
    assert_true(s.regions[5].utc_offset_h == 5.5);
    assert_int_equal(s.gateways[1].region, 4);
    assert_int_equal(s.provider_count, 2);
    assert_int_equal(s.providers[1].outage_every_ns, 2 * 86400 * SECOND);
    assert_true(s.providers[1].royalty == 0.05);
    assert_true(s.hardware[2].prefill_tokens_per_s == 6400);
    assert_int_equal(s.hardware[2].step_per_sequence_ns, 420000);
    assert_int_equal(s.nodes[0].count + s.nodes[1].count, 1000);
    assert_int_equal(s.nodes[0].operators + s.nodes[1].operators, 200);
    assert_true(weight_of(&s.nodes[1].hardware, 1) == 0.6);
    assert_true(weight_of(&s.nodes[0].behaviours, 1) + weight_of(&s.nodes[0].behaviours, 2) == 0.1);
    assert_int_equal(s.nodes[0].judge, 0);
    assert_int_equal(s.users[0].count + s.users[1].count, 5000);
    assert_int_equal(s.users[0].arrival.kind, ARRIVAL_DIURNAL);
    assert_int_equal(s.users[1].arrival.kind, ARRIVAL_BURSTY);
    assert_true(s.users[0].arrival.rate == 9.0 / 3600);
    assert_int_equal(s.users[0].input.kind, LAW_LOGNORMAL);
    assert_true(s.users[0].input.maximum == 14000);
    assert_int_equal(s.users[0].deposit, 100000000);
    assert_int_equal(s.protocol.settlement_length, 6 * 3600 * SECOND);
    assert_int_equal(s.protocol.jail_length, 12 * 3600 * SECOND);
    scenario_free(&s);
}

/* Goal: what the smallest scenario leaves out is as the tables say, protocol included. */
static void defaults(void **state)
{
    struct scenario s = load_text(*state, minimal, NULL);
    struct dg_params standard;
    dg_params_default(&standard);
    assert_memory_equal(&s.protocol, &standard, sizeof standard);
    assert_string_equal(s.name, "s");
    assert_string_equal(s.description, "");
    assert_int_equal(s.seed, 1);
    assert_int_equal(s.gateways[0].region, 0);
    assert_true(s.gateways[0].bandwidth_bps == 0);
    assert_true(s.classes[0].quality == 2.2 && s.classes[0].quality_sd == 0.5);
    assert_int_equal(s.nodes[0].operators, 10);
    assert_int_equal(s.nodes[0].regions.count, 0);
    assert_true(weight_of(&s.nodes[0].hardware, 0) == 1);
    assert_true(weight_of(&s.nodes[0].behaviours, 0) == 1);
    assert_int_equal(s.nodes[0].judge, 0);
    assert_int_equal(s.nodes[0].stake, standard.stake_minimum);
    assert_int_equal(s.users[0].arrival.kind, ARRIVAL_POISSON);
    assert_true(weight_of(&s.users[0].demand, 0) == 1);
    /* garbage: quality_loss, share, time */
    const union behaviour_value *garbage =
        &s.behaviours.values[behaviour_first_value(behaviour_find("garbage", BEHAVIOUR_NODE))];
    assert_true(garbage[1].number == 1 && garbage[2].whole == INT64_C(2000000000));
    scenario_free(&s);
}

/* Goal: a node group of a plain service has no hardware unless it says so, and no judge is made
 * up. */
static void plain_service_needs_no_hardware(void **state)
{
    char text[TEXT_SIZE], plain[TEXT_SIZE];
    replaced(minimal, "\"count\": 10",
             "\"count\": 10, \"service\": {\"kind\": \"exponential\", \"mean\": \"1s\"}", text);
    struct scenario s = load_text(*state, text, NULL);
    assert_int_equal(s.nodes[0].hardware.count, 0);
    scenario_free(&s);
    s = load_text(*state, text, "nodes.homes.hardware={\"card\": 1}");
    assert_int_equal(s.nodes[0].hardware.count, 1);
    scenario_free(&s);
    replaced(text, "  \"judges\": {\"large\": {}},\n", "", plain);
    s = load_text(*state, plain, "nodes.homes.verifier_share=0");
    assert_int_equal(s.nodes[0].judge, UINT32_MAX);
    scenario_free(&s);
}

static const char three_regions[] =
    "{\"a\": {\"place\": \"Tokyo\"}, \"b\": {\"place\": \"London\"}, \"c\": {}, "
    "\"d\": {\"place\": \"Tokyo\"}}";

/* Goal: latencies come from the file, then from its other direction, then from the places, then
 * from the default. */
static void latencies(void **state)
{
    char text[TEXT_SIZE], with[TEXT_SIZE];
    replaced(minimal, "{\"here\": {}}", three_regions, with);
    replaced(
        with, "{\n",
        "{\n \"network\": {\"latency\": {\"a\": {\"c\": \"10ms\"}, \"b\": {\"a\": \"1ms\", \"b\": \"7ms\"}}},\n",
        text);
    struct scenario s = load_text(*state, text, NULL);
    struct network network;
    assert_true(network_init(&network, &s, NULL));
    enum { A, B, C, D };
    assert_int_equal(network_base(&network, A, A), 2 * MS);
    assert_int_equal(network_base(&network, A, C), 10 * MS);
    assert_int_equal(network_base(&network, C, A), 10 * MS);
    assert_int_equal(network_base(&network, B, A), 1 * MS);
    assert_int_equal(network_base(&network, A, B), 1 * MS);
    assert_int_equal(network_base(&network, B, B), 7 * MS);
    assert_int_equal(network_base(&network, A, D), 2 * MS); /* one city */
    assert_int_equal(network_base(&network, B, D), latency_between("London", "Tokyo"));
    assert_int_equal(network_base(&network, D, B), latency_between("Tokyo", "London"));
    assert_int_equal(network_base(&network, B, C), 70 * MS);
    assert_int_equal(s.network.default_pairs, 4); /* b and d with c, both ways */
    network_fini(&network);
    scenario_free(&s);
}

/* Goal: the table of cities holds half the measured round trips, for every pair and both ways. */
static void table_of_cities(void **state)
{
    (void)state;
    const char *const *places = latency_places();
    size_t count = 0;
    for (size_t a = 0; places[a] != NULL; a++, count++) {
        for (size_t b = 0; places[b] != NULL; b++) {
            int64_t there = latency_between(places[a], places[b]);
            int64_t back = latency_between(places[b], places[a]);
            if (a == b) {
                assert_int_equal(there, -1);
                continue;
            }
            assert_true(there >= 4 * MS && there <= 200 * MS);
            assert_true(there - back <= 7 * MS && back - there <= 7 * MS);
        }
    }
    assert_int_equal(count, 13);
    assert_int_equal(latency_between("Tokyo", "London"), 119500000); /* 239 ms */
    assert_int_equal(latency_between("Tokyo", "Oz"), -1);
}

/* Goal: the table is that of the measurements, where they are at hand. */
static void table_is_the_measured_one(void **state)
{
    (void)state;
    char path[4096], line[256], from[64], to[64];
    double round_trip_ms;
    int rows = 0;
    if (getenv("DGSIM_DATA") == NULL)
        skip();
    snprintf(path, sizeof path, "%s/ibm_latency/region_rtt.csv", getenv("DGSIM_DATA"));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "2026-08-16,%63[^,],%63[^,],%lf", from, to, &round_trip_ms) != 3)
            continue;
        rows++;
        assert_true((double)latency_between(from, to) == round_trip_ms * 1e6 / 2);
    }
    fclose(file);
    assert_int_equal(rows, 13 * 12);
}

/* Goal: shares are exact, made to add up where only rounding is missing, and left alone
 * otherwise. */
static void shares_add_up(void **state)
{
    char text[TEXT_SIZE];
    replaced(
        minimal, "\"50%\"",
        "\"50%\", \"behaviours\": {\"honest\": \"33.33333%\", \"substitute\": \"33.33333%\", \"garbage\": "
        "\"33.33333%\"}",
        text);
    struct scenario s = load_text(*state, text, NULL);
    const struct share *items = s.nodes[0].behaviours.items;
    assert_true(items[0].weight == items[1].weight && items[1].weight == items[2].weight);
    double sum = items[0].weight + items[1].weight + items[2].weight;
    assert_true(sum > 1 - 1e-12 && sum < 1 + 1e-12);
    scenario_free(&s);
}

/* ---- the canonical text ---- */

/* Writes the text of a scenario as a file, loads it, and expects the very same text. */
static void assert_text_stands(const char *folder, const struct scenario *scenario)
{
    struct scenario again = load_text(folder, scenario->text, NULL);
    assert_string_equal(again.text, scenario->text);
    assert_string_equal(again.hash, scenario->hash);
    assert_memory_equal(&again.protocol, &scenario->protocol, sizeof again.protocol);
    scenario_free(&again);
}

/* Goal: the canonical text of every shipped scenario reads back as itself, and is JSON without
 * comments. */
static void text_reads_back(void **state)
{
    static const char *const names[] = {"quickstart.json", "month.json", "city.json", "mm1.json",
                                        "trace.json"};
    char trace[4096], copy[256];
    shipped_path("trace_sample.csv", trace);
    file_path(*state, "trace_sample.csv", copy);
    assert_int_equal(symlink(realpath(trace, (char[4096]){0}), copy), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct scenario scenario = load_shipped(names[i]);
        cJSON *json = cJSON_Parse(scenario.text);
        assert_non_null(json);
        assert_null(cJSON_GetObjectItem(json, "seed"));
        assert_string_equal(cJSON_GetObjectItem(json, "name")->valuestring, scenario.name);
        cJSON_Delete(json);
        assert_text_stands(*state, &scenario);
        scenario_free(&scenario);
    }
}

/* Goal: strings of any content survive the canonical text. */
static void text_quotes_strings(void **state)
{
    char text[TEXT_SIZE];
    replaced(minimal, "{\n", "{\n \"description\": \"q\\\" b\\\\ n\\n u\\u0001 \xc3\xa9\",\n",
             text);
    struct scenario scenario = load_text(*state, text, NULL);
    assert_string_equal(scenario.description, "q\" b\\ n\n u\x01 \xc3\xa9");
    assert_text_stands(*state, &scenario);
    scenario_free(&scenario);
}

/* Goal: comments, units, order and a default spelt out change nothing; values and names do; the
 * seed, which each run records, does not. */
static void hash_tells_scenarios_apart(void **state)
{
    static const char *const same[] = {NULL,
                                       "seed=7",
                                       "duration=3600s",
                                       "network.loss=0.001",
                                       "network.jitter=0.3",
                                       "protocol.sampling.rate=1%",
                                       "users.chat.arrival.rate=0.1/min"};
    static const char *const other[] = {"duration=3601s",
                                        "network.loss=0.0010000000000000002",
                                        "name=t",
                                        "protocol.sampling.rate=1.0000001%",
                                        "nodes.homes.operators=9",
                                        "users.chat.arrival.rate=6.000000000000001/h",
                                        "record_requests=true"};
    struct scenario first = load_text(*state, minimal, NULL);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct scenario scenario = load_text(*state, minimal, same[i]);
        assert_string_equal(scenario.hash, first.hash);
        scenario_free(&scenario);
    }
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        struct scenario scenario = load_text(*state, minimal, other[i]);
        assert_string_not_equal(scenario.hash, first.hash);
        scenario_free(&scenario);
    }
    scenario_free(&first);
}

/* Goal: a trace is known by its content: another file of the same name is another scenario, and a
 * digest that was written down is kept to. */
static void traces_are_pinned(void **state)
{
    const char *folder = *state;
    char text[TEXT_SIZE], pinned[TEXT_SIZE], with[256];
    replaced(minimal, "\"rate\": \"6/h\"", "\"law\": \"trace\", \"file\": \"t.csv\"", text);
    file_write(folder, "t.csv", "t_s,input_tokens,output_tokens\n0,1,1\n");
    struct scenario first = load_text(folder, text, NULL);
    assert_int_equal(strlen(first.users[0].arrival.digest), 64);
    snprintf(with, sizeof with, "\"file\": \"t.csv\", \"digest\": \"%s\"",
             first.users[0].arrival.digest);
    replaced(text, "\"file\": \"t.csv\"", with, pinned);
    struct scenario again = load_text(folder, pinned, NULL);
    assert_string_equal(again.hash, first.hash);
    scenario_free(&again);
    file_write(folder, "t.csv", "t_s,input_tokens,output_tokens\n0,1,2\n");
    again = load_text(folder, text, NULL);
    assert_string_not_equal(again.hash, first.hash);
    struct attempt attempt;
    attempt_text(folder, pinned, NULL, &attempt);
    assert_refused(&attempt, "users.chat.arrival.digest: ");
    assert_contains(attempt.error.text, again.users[0].arrival.digest);
    scenario_free(&again);
    scenario_free(&first);
}

/* Goal: on failure the caller's scenario is left alone, and a zeroed one may be freed. */
static void failure_touches_nothing(void **state)
{
    char path[256];
    struct scenario scenario = {.seed = 42};
    struct error error = {0};
    file_write(*state, "s.json", "{}");
    file_path(*state, "s.json", path);
    struct scenario_source source = {.path = path};
    assert_false(scenario_load(&source, &scenario, &error));
    assert_int_equal(scenario.seed, 42);
    scenario_free(&(struct scenario){0});
    assert_false(scenario_load(&source, &scenario, NULL)); /* nobody wants to know why */
}

/* Goal: the shipped queue has the means of its closed form: latency 1 s (standard error 3 %), 9
 * requests under way, utilisation 0.9. */
static void shipped_queue_agrees_with_theory(void **state)
{
    (void)state;
    struct scenario scenario = load_shipped("mm1.json");
    struct world_options options = {.seed = scenario.seed};
    struct result result = {0};
    struct error error = {0};
    scenario.duration_ns /= 4; /* twice the standard error */
    if (!world_run(&scenario, &options, &result, &error))
        fail_msg("%s", error.text);
    double latency = result_find(&result, "latency_mean")->value;
    double under_way = result_find(&result, "in_system_mean")->value;
    double utilisation = result_find(&result, "utilisation_mean.8b")->value;
    assert_true(latency > 0.8 && latency < 1.2);
    assert_true(under_way > 7.2 && under_way < 10.8);
    assert_true(utilisation > 0.88 && utilisation < 0.92);
    result_free(&result);
    scenario_free(&scenario);
}

/* Goal: the real traces run, where they are at hand: every row of an hour is sent. */
static void real_traces_run(void **state)
{
    (void)state;
    static const char *const files[] = {"azure_llm_2023/conv.csv", "azure_llm_2023/code.csv",
                                        "mooncake/conversation.csv", "mooncake/synthetic.csv"};
    static const double rows[] = {19366, 8819, 12031, 3993};
    const char *folder = getenv("DGSIM_DATA");
    if (folder == NULL)
        skip();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[4096], file[4096];
        snprintf(file, sizeof file, "users.trace.arrival.file=%s/%s", folder, files[i]);
        const char *settings[] = {file, "users.trace.arrival.loop=false"};
        struct attempt attempt;
        shipped_path("trace.json", path);
        attempt_path(path, settings, 2, &attempt);
        if (!attempt.ok)
            fail_msg("%s", attempt.error.text);
        struct world_options options = {.seed = 1};
        struct result result = {0};
        assert_true(world_run(&attempt.scenario, &options, &result, &attempt.error));
        assert_true(result_find(&result, "requests_sent")->value == rows[i]);
        assert_true(result_find(&result, "requests_completed")->value > rows[i] / 2);
        result_free(&result);
        scenario_free(&attempt.scenario);
    }
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_scenarios),
        cmocka_unit_test(quickstart_as_written),
        CASE(defaults),
        CASE(plain_service_needs_no_hardware),
        CASE(latencies),
        cmocka_unit_test(table_of_cities),
        cmocka_unit_test(table_is_the_measured_one),
        CASE(shares_add_up),
        CASE(text_reads_back),
        CASE(text_quotes_strings),
        CASE(hash_tells_scenarios_apart),
        CASE(traces_are_pinned),
        CASE(failure_touches_nothing),
        cmocka_unit_test(shipped_queue_agrees_with_theory),
        cmocka_unit_test(real_traces_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
