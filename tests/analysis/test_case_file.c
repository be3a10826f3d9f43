/* Goal: a case file is read as it stands, and whatever is wrong with one is said with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/case_file.h"
#include "models/scenario_memory.h"

static char path[] = "/tmp/dgsim_case_XXXXXX";

static int open_file(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file >= 0 ? close(file) : -1;
}

static int close_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_text(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

static void assert_message(const char *text, const char *message)
{
    struct case_file file;
    struct error error = {0};
    write_text(text);
    assert_false(case_file_load(path, &file, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    if (strstr(error.text, message) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", message, error.text);
}

static void a_case_is_read(void **state)
{
    struct case_file file;
    struct error error = {0};
    (void)state;
    write_text("// why\n{\"duration\": \"1h\", \"case\": {\n"
               "  \"title\": \"as told\",\n"
               "  \"variants\": {\"sealed\": {}, \"open\": {\"protocol\": {\"committee\": "
               "{\"reveal\": \"open\", \"size\": 5}}, \"duration\": \"2h\"}},\n"
               "  \"claims\": [\"open / a.b > sealed/a.b\", \"c < 1.5\", \"0.5 > open / d\", "
               "\"e < 20%\"]}}");
    assert_true(case_file_load(path, &file, &error));
    assert_string_equal(file.title, "as told");
    assert_int_equal(file.variant_count, 2);
    assert_string_equal(file.variants[0].name, "sealed");
    assert_int_equal(file.variants[0].setting_count, 0);
    assert_int_equal(file.variants[1].setting_count, 3);
    assert_string_equal(file.variants[1].settings[0], "protocol.committee.reveal=open");
    assert_string_equal(file.variants[1].settings[1], "protocol.committee.size=5");
    assert_string_equal(file.variants[1].settings[2], "duration=2h");
    assert_int_equal(file.claim_count, 4);
    const struct case_claim *claims = file.claims;
    assert_true(claims[0].above && claims[0].left.variant == 1 && claims[0].right.variant == 0);
    assert_string_equal(claims[0].left.metric, "a.b");
    assert_string_equal(claims[0].right.metric, "a.b");
    assert_string_equal(claims[0].text, "open / a.b > sealed/a.b");
    assert_true(!claims[1].above && claims[1].right.metric == NULL);
    assert_true(claims[1].left.variant == 0 && claims[1].right.number == 1.5);
    assert_true(claims[2].left.metric == NULL && claims[2].left.number == 0.5);
    assert_true(claims[2].right.variant == 1);
    assert_true(claims[3].right.number == 0.2);
    case_file_free(&file);
}

static void without_variants_there_is_one(void **state)
{
    struct case_file file;
    struct error error = {0};
    (void)state;
    write_text("{\"case\": {\"title\": \"t\", \"claims\": [\"a < 1\"]}}");
    assert_true(case_file_load(path, &file, &error));
    assert_int_equal(file.variant_count, 1);
    assert_string_equal(file.variants[0].name, "as it is");
    assert_true(strlen(file.name) > 0 && strchr(file.name, '/') == NULL);
    case_file_free(&file);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    assert_message("{\"duration\": \"1h\"}", "there is no object \"case\"");
    assert_message("[1]", "allowed is an object");
    assert_message("{\"case\": {\"claims\": [\"a < 1\"]}}", "case.title is missing");
    assert_message("{\"case\": {\"title\": \"t\"}}", "\"claims\" is a list");
    assert_message("{\"case\": {\"title\": \"t\", \"claims\": []}}", "\"claims\" is a list");
    assert_message("{\"case\": {\"title\": \"t\", \"claim\": 1, \"claims\": [\"a < 1\"]}}",
                   "unknown key \"claim\"");
    assert_message("{\"case\": {\"title\": \"t\", \"claims\": [\"a is 1\"]}}", "one '<' or '>'");
    assert_message("{\"case\": {\"title\": \"t\", \"claims\": [\"a < b < c\"]}}",
                   "one '<' or '>'");
    assert_message("{\"case\": {\"title\": \"t\", \"claims\": [\"1 < 2\"]}}",
                   "at least one metric");
    assert_message("{\"case\": {\"title\": \"t\", \"claims\": [\" < a\"]}}", "is empty");
    assert_message("{\"case\": {\"title\": \"t\", \"claims\": [7]}}", "a claim is a string");
    assert_message("{\"case\": {\"title\": \"t\",\n\"claims\": [\"x / a < 1\"]}}",
                   ":2:12: there is no variant \"x\"");
    assert_message("{\"case\": {\"title\": \"t\", \"variants\": {}, \"claims\": [\"a < 1\"]}}",
                   "one or more of them");
    assert_message("{\"case\": {\"title\": \"t\", \"variants\": {\"v\": 1}, \"claims\": "
                   "[\"a < 1\"]}}",
                   "a variant is an object of settings, not a number");
    assert_message("{\"case\": {\"title\": \"t\", \"variants\": {\"v\": {\"a\": [1]}}, "
                   "\"claims\": [\"a < 1\"]}}",
                   "a setting is no list");
    struct case_file file;
    struct error error = {0};
    assert_false(case_file_load("/nonexistent/case.json", &file, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_non_null(strstr(error.text, "/nonexistent/case.json"));
}

static void parameters_of_another_set(void **state)
{
    struct scenario_memory *memory = NULL;
    const char **settings;
    size_t count;
    struct error error = {0};
    (void)state;
    write_text("{\"protocol\": {\"sampling\": {\"rate\": \"2%\"}, \"jail\": {\"growth\": 3}}}");
    assert_true(case_settings_load(path, &memory, &settings, &count, &error));
    assert_int_equal(count, 2);
    assert_string_equal(settings[0], "protocol.sampling.rate=2%");
    assert_string_equal(settings[1], "protocol.jail.growth=3");
    scenario_memory_close(memory);
    write_text("{\"protocol\": {}, \"duration\": \"1h\"}");
    assert_false(case_settings_load(path, &memory, &settings, &count, &error));
    assert_non_null(strstr(error.text, "allowed is \"protocol\" alone, not \"duration\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_is_read),
        cmocka_unit_test(without_variants_there_is_one),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(parameters_of_another_set),
    };

    return cmocka_run_group_tests(tests, open_file, close_file);
}
