/* Goal of this file: --show lists every key with its origin, and the schema allows what the loader
 * allows. */
#include "tests/models/test_scenario.h"

#include <cjson/cJSON.h>

#include "models/scenario_keys.h"

static char *shown(const char *folder, const char *text, const char *setting)
{
    char path[256], *out = NULL;
    size_t size = 0;
    struct error error = {0};
    file_write(folder, "s.json", text);
    file_path(folder, "s.json", path);
    FILE *file = open_memstream(&out, &size);
    assert_non_null(file);
    struct scenario_source source = {
        .path = path, .settings = &setting, .setting_count = setting != NULL};
    if (!scenario_show(&source, file, &error))
        fail_msg("%s", error.text);
    fclose(file);
    return out;
}

/* The line of a key, with runs of blanks made one. */
static void line_of(const char *text, const char *key, char line[1024])
{
    size_t length = strlen(key);
    while (strncmp(text, key, length) != 0 || text[length] != ' ') {
        text = strchr(text, '\n');
        if (text == NULL) {
            fail_msg("%s is not shown", key);
            return;
        }
        text++;
    }
    size_t used = 0;
    for (; *text != '\n' && used < 1023; text++) {
        if (*text != ' ' || text[1] != ' ')
            line[used++] = *text;
    }
    line[used] = '\0';
}

static void assert_line(const char *folder, const char *text, const char *key, const char *expected)
{
    char line[1024], place[1100];
    line_of(text, key, line);
    struct attempt attempt = {0};
    snprintf(attempt.error.text, sizeof attempt.error.text, "%s", line);
    if (strncmp(message_of(&attempt, folder, place), expected, strlen(expected)) != 0)
        fail_msg("\"%s\" does not begin with \"%s\"", place, expected);
}

/* Goal: value, origin and meaning of keys that were given, set, or neither. */
static void values_and_origins(void **state)
{
    char text[TEXT_SIZE];
    replaced(minimal, "\"50%\"",
             "\"50%\", \"behaviours\": {\"honest\": \"90%\", \"garbage\": \"10%\"}", text);
    char *out = shown(*state, text, "duration=90min");
    assert_line(*state, out, "duration",
                "duration 90min --set duration=90min virtual time of a run");
    assert_line(*state, out, "users.chat.count", "users.chat.count 5 s.json:9:31 users");
    assert_line(*state, out, "users.chat.arrival.rate", "users.chat.arrival.rate 6/h s.json:9:54");
    assert_line(
        *state, out, "users.chat.input.mean",
        "users.chat.input.mean 1150 default (rel) their mean, before the bounds [Azure LLM");
    assert_line(*state, out, "nodes.homes.behaviours",
                "nodes.homes.behaviours honest 90%, garbage 10% s.json:8:75 how operators'");
    assert_line(*state, out, "nodes.homes.judge", "nodes.homes.judge large default (ours)");
    assert_line(*state, out, "protocol.sampling.rate", "protocol.sampling.rate 1% default (pub)");
    assert_line(*state, out, "protocol.jail.yield", "protocol.jail.yield frozen default (code)");
    assert_line(*state, out, "protocol.routing.policy",
                "protocol.routing.policy weighted_score default (ours)");
    assert_line(*state, out, "users.chat.arrival.think",
                "users.chat.arrival.think - default (ours)");
    assert_line(*state, out, "judges.large.correlation",
                "judges.large.correlation 0.747 default (pub)");
    assert_line(*state, out, "judges.large.cost", "judges.large.cost 0.004 DGAI default (ours)");
    assert_non_null(strstr(out, "(no effect: used only with arrival.law closed)"));
    free(out);
}

/* Goal: every key of the table is shown, once for each thing of its section. */
static void every_key_is_shown(void **state)
{
    struct key_table table;
    struct scenario_memory *memory = scenario_memory_open();
    static const char *const names[] = {"here", "only",  "8b",    "open",
                                        "card", "large", "homes", "chat"};
    assert_true(memory != NULL && key_table_open(memory, &table));
    char *out = shown(*state, minimal, NULL), line[1024], path[256];
    for (size_t i = 0; i < table.count; i++) {
        const struct key *key = &table.rows[i];
        key_path(key, key->section != SECTION_NONE ? names[key->section] : NULL, path, sizeof path);
        line_of(out, path, line);
    }
    assert_non_null(strstr(out, "One-way latencies in ms"));
    scenario_memory_close(memory);
    free(out);
}

/* Goal: a file that is refused is refused here as well, with the same words. */
static void show_refuses(void **state)
{
    char path[256], *out = NULL;
    size_t size = 0;
    struct error error = {0};
    file_write(*state, "s.json", "{\"duratoin\": 1}");
    file_path(*state, "s.json", path);
    FILE *file = open_memstream(&out, &size);
    assert_false(scenario_show(&(struct scenario_source){.path = path}, file, &error));
    fclose(file);
    assert_int_equal(size, 0);
    assert_contains(error.text, "did you mean \"duration\"");
    free(out);
}

/* ---- the schema ---- */

static cJSON *schema(void)
{
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    assert_true(scenario_schema(file, NULL));
    fclose(file);
    cJSON *json = cJSON_Parse(out);
    assert_non_null(json);
    free(out);
    return json;
}

/* The schema of a key's path: down the properties, or whatever a chosen name stands for. */
static const cJSON *schema_of(const cJSON *node, const char *path)
{
    char part[128];
    while (node != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        snprintf(part, sizeof part, "%.*s", (int)length, path);
        bool chosen = strcmp(part, "*") == 0;
        node = chosen ? cJSON_GetObjectItemCaseSensitive(node, "additionalProperties")
                      : cJSON_GetObjectItemCaseSensitive(
                            cJSON_GetObjectItemCaseSensitive(node, "properties"), part);
        path += length + (path[length] == '.');
    }
    return node;
}

static size_t count_leaves(const cJSON *node)
{
    size_t count = 0;
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(node, "properties"), *child;
    const cJSON *more = cJSON_GetObjectItemCaseSensitive(node, "additionalProperties");
    if (properties == NULL && !cJSON_IsObject(more))
        return 1;
    assert_non_null(more); /* no object takes unknown keys */
    if (cJSON_IsObject(more))
        return count_leaves(more);
    assert_true(cJSON_IsFalse(more));
    cJSON_ArrayForEach(child, properties) count += count_leaves(child);
    return count;
}

/* Goal: the schema holds every key of the table and, but for two, no other. */
static void schema_holds_the_table(void **state)
{
    (void)state;
    struct key_table table;
    struct scenario_memory *memory = scenario_memory_open();
    assert_true(memory != NULL && key_table_open(memory, &table));
    cJSON *json = schema();
    for (size_t i = 0; i < table.count; i++) {
        const cJSON *leaf = schema_of(json, table.rows[i].path);
        if (leaf == NULL)
            fail_msg("the schema lacks %s", table.rows[i].path);
        assert_string_equal(cJSON_GetObjectItem(leaf, "description")->valuestring,
                            table.rows[i].meaning);
    }
    assert_int_equal(count_leaves(json), table.count + 3); /* $schema, extends, case */
    assert_string_equal(cJSON_GetObjectItem(json, "$schema")->valuestring,
                        "https://json-schema.org/draft/2020-12/schema");
    cJSON_Delete(json);
    scenario_memory_close(memory);
}

/* Goal: every definition that is referred to exists. */
static void schema_refers_to_what_is_there(void **state)
{
    (void)state;
    cJSON *json = schema();
    char *text = cJSON_PrintUnformatted(json);
    const cJSON *definitions = cJSON_GetObjectItemCaseSensitive(json, "$defs");
    static const char mark[] = "\"$ref\":\"#/$defs/";
    size_t count = 0;
    for (const char *at = strstr(text, mark); at != NULL; at = strstr(at + 1, mark), count++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + strlen(mark), "\""),
                 at + strlen(mark));
        assert_non_null(cJSON_GetObjectItemCaseSensitive(definitions, name));
    }
    assert_true(count > 50);
    free(text);
    cJSON_Delete(json);
}

/* Goal: a validator of JSON Schema, where one is installed, finds the schema valid, takes the
 * shipped scenarios and refuses what the loader refuses. */
static void validator_agrees(void **state)
{
    if (system("python3 -c 'import jsonschema' 2>/dev/null") != 0)
        skip();
    char path[256], command[4096];
    const char *source = getenv("SRC");
    file_path(*state, "schema.json", path);
    FILE *file = fopen(path, "w");
    assert_true(file != NULL && scenario_schema(file, NULL));
    fclose(file);
    file_write(
        *state, "check.py",
        "import glob, json, re, sys, jsonschema\n"
        "schema = json.load(open(sys.argv[1]))\n"
        "jsonschema.Draft202012Validator.check_schema(schema)\n"
        "validator = jsonschema.Draft202012Validator(schema)\n"
        "plain = lambda text: re.sub(r'(\"(?:[^\"\\\\]|\\\\.)*\")|//[^\\n]*|/\\*.*?\\*/',\n"
        "                            lambda m: m.group(1) or '', text, flags=re.S)\n"
        "files = glob.glob(sys.argv[2] + '/scenarios/*.json')\n"
        "assert len(files) >= 5\n"
        "for name in files:\n"
        "    validator.validate(json.loads(plain(open(name).read())))\n"
        "for bad in ({'nmae': 'a'}, {'duration': 5}, {'duration': '5kg'}, {'users': {'a.b': {}}},\n"
        "            {'users': {'a': {'arrival': {'law': 'x'}}}}, {'nodes': {'a': {'count': -1}}},\n"
        "            {'protocol': {'sampling': {'rate': 'x'}}}, {'network': 1}):\n"
        "    assert not validator.is_valid(bad), bad\n");
    snprintf(command, sizeof command, "python3 %s/check.py %s %s", (char *)*state, path,
             source != NULL ? source : ".");
    assert_int_equal(system(command), 0);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(values_and_origins),
        CASE(every_key_is_shown),
        CASE(show_refuses),
        cmocka_unit_test(schema_holds_the_table),
        cmocka_unit_test(schema_refers_to_what_is_there),
        CASE(validator_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
