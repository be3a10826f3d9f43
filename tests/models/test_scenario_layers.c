/* Goal of this file: files over files and settings over files mean what docs/scenario.md says. */
#include "tests/models/test_scenario.h"

#include <sys/stat.h>

/* A base of two groups of users and a judge, and what a file over it may change. */
static void write_base(const char *folder)
{
    char text[TEXT_SIZE], with[TEXT_SIZE];
    replaced(minimal, "\"chat\": {",
             "\"bots\": {\"count\": 7, \"arrival\": {\"rate\": \"1/s\"}}, \"chat\": {", text);
    replaced(text, "{\n",
             "{\n \"duration\": \"3h\", \"network\": {\"jitter\": 0.5, \"loss\": \"2%\"},\n", with);
    replaced(with, "\"50%\"",
             "\"50%\", \"behaviours\": {\"honest\": \"80%\", \"garbage\": \"20%\"}", text);
    file_write(folder, "base.json", text);
}

static struct scenario load_over(const char *folder, const char *text, const char *setting)
{
    write_base(folder);
    return load_text(folder, text, setting);
}

/* Goal: keys replace, objects merge, what is not mentioned stays. */
static void keys_replace_objects_merge(void **state)
{
    struct scenario scenario = load_over(
        *state, "{\"extends\": \"base.json\", \"duration\": \"4h\", \"network\": {\"loss\": 0}}",
        NULL);
    assert_int_equal(scenario.duration_ns, INT64_C(4) * 3600 * 1000000000);
    assert_true(scenario.network.loss == 0);
    assert_true(scenario.network.jitter_sigma == 0.5);
    assert_int_equal(scenario.user_group_count, 2);
    assert_string_equal(scenario.name, "s"); /* of the file, not of the base */
    scenario_free(&scenario);
}

/* Goal: null removes a named thing, and gives any other key its default again. */
static void null_removes(void **state)
{
    struct scenario scenario =
        load_over(*state,
                  "{\"extends\": \"base.json\", \"users\": {\"bots\": null}, "
                  "\"network\": {\"jitter\": null}, \"duration\": null}",
                  NULL);
    assert_int_equal(scenario.user_group_count, 1);
    assert_string_equal(scenario.users[0].name, "chat");
    assert_true(scenario.network.jitter_sigma == 0.3);
    assert_true(scenario.network.loss == 0.02);
    assert_int_equal(scenario.duration_ns, INT64_C(3600) * 1000000000);
    scenario_free(&scenario);
    struct attempt attempt;
    attempt_text(*state, "{\"extends\": \"base.json\", \"users\": {\"bost\": null}}", NULL,
                 &attempt);
    assert_refused(
        &attempt,
        "users.bost: null: there is nothing of this name to remove; did you mean \"bots\"?");
}

/* Goal: a thing that replaces keeps its place, a new one comes last: populations keep their
 * numbers. */
static void order_is_kept(void **state)
{
    struct scenario scenario =
        load_over(*state,
                  "{\"extends\": \"base.json\", \"users\": {\"new\": {\"count\": 1, "
                  "\"arrival\": {\"rate\": 0}}, \"bots\": {\"count\": 8}}}",
                  NULL);
    assert_int_equal(scenario.user_group_count, 3);
    assert_string_equal(scenario.users[0].name, "bots");
    assert_int_equal(scenario.users[0].count, 8);
    assert_true(scenario.users[0].arrival.rate == 1);
    assert_string_equal(scenario.users[1].name, "chat");
    assert_string_equal(scenario.users[2].name, "new");
    scenario_free(&scenario);
}

/* Goal: shares are replaced as a whole, by a file and by a setting; one part alone must still add
 * up. */
static void shares_are_replaced(void **state)
{
    const char *folder = *state;
    struct scenario scenario =
        load_over(folder,
                  "{\"extends\": \"base.json\", \"nodes\": {\"homes\": {\"behaviours\": "
                  "{\"substitute\": 1}}}}",
                  NULL);
    assert_int_equal(scenario.nodes[0].behaviours.count, 1);
    scenario_free(&scenario);
    const char *extends = "{\"extends\": \"base.json\"}";
    scenario = load_over(folder, extends, "nodes.homes.behaviours={\"honest\": 1}");
    assert_int_equal(scenario.nodes[0].behaviours.count, 1);
    scenario_free(&scenario);
    struct attempt attempt;
    attempt_text(folder, extends, "nodes.homes.behaviours.garbage=30%", &attempt);
    assert_refused(&attempt, "nodes.homes.behaviours: the shares add up to 110%");
    char path[256];
    file_path(folder, "s.json", path);
    const char *both[] = {"nodes.homes.behaviours.garbage=30%",
                          "nodes.homes.behaviours.honest=70%"};
    attempt_path(path, both, 2, &attempt);
    assert_true(attempt.ok);
    assert_true(attempt.scenario.nodes[0].behaviours.items[1].weight == 0.3);
    scenario_free(&attempt.scenario);
    const char *removed[] = {"nodes.homes.behaviours.garbage=null",
                             "nodes.homes.behaviours.honest=1"};
    attempt_path(path, removed, 2, &attempt);
    assert_true(attempt.ok);
    assert_int_equal(attempt.scenario.nodes[0].behaviours.count, 1);
    scenario_free(&attempt.scenario);
}

/* Goal: settings are read as values without quotes would be, the last one holds. */
static void settings(void **state)
{
    const char *folder = *state;
    char path[256];
    file_write(folder, "s.json", minimal);
    file_path(folder, "s.json", path);
    const char *list[] = {"duration=2h",
                          "duration=30min",
                          "name=17",
                          "record_requests=true",
                          "nodes.homes.service.queue=unlimited",
                          "nodes.homes.stake=2000 DGAI",
                          "protocol.sampling.rate=0.5",
                          "description=a = b, c",
                          "users.more={\"count\": 2, \"arrival\": {\"rate\": \"1/h\"}}",
                          "seed=18446744073709551615"};
    struct attempt attempt;
    attempt_path(path, list, sizeof list / sizeof list[0], &attempt);
    if (!attempt.ok)
        fail_msg("%s", attempt.error.text);
    const struct scenario *scenario = &attempt.scenario;
    assert_int_equal(scenario->duration_ns, INT64_C(1800) * 1000000000);
    assert_string_equal(scenario->name, "17");
    assert_true(scenario->record_requests);
    assert_int_equal(scenario->nodes[0].service.queue, UINT32_MAX);
    assert_int_equal(scenario->nodes[0].stake, INT64_C(2000000000));
    assert_int_equal(scenario->protocol.sampling_rate, 500000000);
    assert_string_equal(scenario->description, "a = b, c");
    assert_int_equal(scenario->user_group_count, 2);
    assert_true(scenario->seed == UINT64_MAX);
    scenario_free(&attempt.scenario);
}

/* Goal: settings that cannot be meant are refused and named. */
static void bad_settings(void **state)
{
    static const char *const rows[][2] = {
        {"duration", "--set duration: allowed is path=value, as in duration=2h"},
        {"=5", "--set =5: allowed is path=value, as in duration=2h"},
        {"", "--set : allowed is path=value, as in duration=2h"},
        {".duration=1h", "--set .duration=1h: a path is keys with one dot between two of them"},
        {"protocol..rate=1",
         "--set protocol..rate=1: a path is keys with one dot between two of them"},
        {"duratoin=1h", "--set duratoin=1h: unknown key \"duratoin\"; did you mean \"duration\"?"},
        {"duration=tomorrow",
         "--set duration=tomorrow: duration: \"tomorrow\": a duration needs a unit: ns, us, ms, s, min, h, d or w, "
         "as in \"250ms\" (a bare number only for 0)"},
        {"duration.x=1",
         "--set duration.x=1: duration: an object: a duration needs a unit: ns, us, ms, s, min, h, d or "
         "w, as in \"250ms\" (a bare number only for 0)"},
        {"users.caht.count=5",
         "--set users.caht.count=5: users.caht: there is nothing of this name to set a key of; did you mean \"chat\"?"},
        {"users=5", "--set users=5: users: 5: allowed is an object of keys"},
        {"extends=x.json", "--set extends=x.json: \"extends\" stands in a file only"},
        {"users.chat={\"count\": }",
         "--set users.chat={\"count\": }:1:11: a value is expected, not '}'"},
        {"a\nb=1", "--set a?b=1: unknown key \"a?b\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct attempt attempt;
        attempt_text(*state, minimal, rows[i][0], &attempt);
        assert_refused(&attempt, "");
        assert_string_equal(attempt.error.text, rows[i][1]);
    }
    char word[2000];
    struct attempt attempt;
    memset(word, 'x', sizeof word);
    memcpy(word + sizeof word - 3, "=1", 3);
    attempt_text(*state, minimal, word, &attempt);
    assert_refused(&attempt, "unknown key");
    assert_true(strlen(attempt.error.text) < 300);
}

/* Goal: bases are seen from the folder of the file that names them; so is a trace, but not in a
 * setting. */
static void paths_follow_the_file(void **state)
{
    const char *folder = *state;
    char path[256], text[TEXT_SIZE];
    file_path(folder, "below", path);
    assert_int_equal(mkdir(path, 0700), 0);
    replaced(minimal, "\"rate\": \"6/h\"", "\"law\": \"trace\", \"file\": \"t.csv\"", text);
    file_write(folder, "below/base.json", text);
    file_write(folder, "below/t.csv", "t_s,input_tokens,output_tokens\n0,1,1\n");
    struct scenario scenario = load_text(folder, "{\"extends\": \"below/base.json\"}", NULL);
    file_path(folder, "below/t.csv", path);
    assert_string_equal(scenario.users[0].arrival.file, path);
    scenario_free(&scenario);
    struct attempt attempt;
    attempt_text(folder, "{\"extends\": \"below/base.json\"}", "users.chat.arrival.file=t.csv",
                 &attempt);
    assert_refused(&attempt,
                   "--set users.chat.arrival.file=t.csv: users.chat.arrival.file: t.csv: ");
}

/* Goal: chains that come back or go on and on are refused. */
static void chains_end(void **state)
{
    const char *folder = *state;
    char path[256], message[1100], text[64], name[32];
    struct attempt attempt;
    attempt_text(folder, "{\"extends\": \"s.json\"}", NULL, &attempt);
    assert_refused(&attempt, "");
    assert_string_equal(message_of(&attempt, folder, message),
                        "s.json:1:13: extends: \"s.json\": the scenario extends itself");
    file_path(folder, "link.json", path);
    assert_int_equal(symlink("s.json", path), 0);
    attempt_text(folder, "{\"extends\": \"./link.json\"}", NULL, &attempt);
    assert_refused(&attempt, "the scenario extends itself");
    file_write(folder, "b.json", "{\"extends\": \"s.json\"}");
    attempt_text(folder, "{\"extends\": \"b.json\"}", NULL, &attempt);
    assert_refused(&attempt, "");
    assert_string_equal(
        message_of(&attempt, folder, message),
        "b.json:1:13: extends: \"s.json\": the scenario extends itself by way of others");
    attempt_text(folder, "{\"extends\": \"none.json\"}", NULL, &attempt);
    assert_refused(&attempt, "s.json:1:13: extends: \"none.json\": No such file or directory");
    attempt_text(folder, "{\"extends\": [\"b.json\"]}", NULL, &attempt);
    assert_refused(&attempt, "extends: allowed is the path of a scenario file, as a string");
    for (int i = 1; i <= 16; i++) {
        snprintf(name, sizeof name, "c%d.json", i);
        snprintf(text, sizeof text, "{\"extends\": \"c%d.json\"}", i + 1);
        file_write(folder, name, i == 15 ? minimal : text);
    }
    struct scenario scenario = load_text(folder, "{\"extends\": \"c1.json\"}", NULL); /* 16 files */
    scenario_free(&scenario);
    file_write(folder, "c15.json", "{\"extends\": \"c16.json\"}");
    file_write(folder, "c16.json", minimal);
    attempt_text(folder, "{\"extends\": \"c1.json\"}", NULL, &attempt);
    assert_refused(&attempt, "more than 16 files extend each other");
}

/* Goal: a mistake in a base is placed in the base, even when the file over it mends the value. */
static void base_is_checked_too(void **state)
{
    char message[1100];
    struct attempt attempt;
    file_write(*state, "base.json", "{\n \"duratoin\": \"1h\"}");
    attempt_text(*state, "{\"extends\": \"base.json\"}", NULL, &attempt);
    assert_refused(&attempt, "");
    assert_string_equal(message_of(&attempt, *state, message),
                        "base.json:2:2: unknown key \"duratoin\"; did you mean \"duration\"?");
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(keys_replace_objects_merge), CASE(null_removes), CASE(order_is_kept),
        CASE(shares_are_replaced),        CASE(settings),     CASE(bad_settings),
        CASE(paths_follow_the_file),      CASE(chains_end),   CASE(base_is_checked_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
