/* test_options.c - command lines, right and wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/command_line.h"
#include "cli/options.h"

enum { ARGUMENT_LIMIT = 12, LOG_SIZE = 256 };

static const struct cli_option rows[] = {
    {"seed", 's', "NUMBER", "a number"},
    {"set", 0, "PATH=VALUE", "a setting"},
    {"json", 'j', NULL, "a switch"},
};

static const struct cli_command command = {
    .name = "run",
    .operands = "FILE",
    .operand_minimum = 1,
    .operand_maximum = 2,
    .summary = "a command",
    .options = rows,
    .option_count = 3,
};

/* Writes "name=value;" for each option that is taken. */
static bool take(void *context, const char *name, const char *value, struct error *error)
{
    char *log = context;
    size_t length = strlen(log);
    snprintf(log + length, LOG_SIZE - length, "%s=%s;", name, value != NULL ? value : "");
    return strcmp(name, "seed") != 0 || strcmp(value, "bad") != 0 ||
           error_set(error, ERROR_INPUT, "the seed is bad");
}

struct reading {
    bool ok;
    char log[LOG_SIZE];
    struct cli_operands operands;
    struct error error;
    char *argv[ARGUMENT_LIMIT];
};

/* Reads the words of a line; they stay in `line`. */
static void read_line(char *line, struct reading *reading)
{
    int argc = 1;
    *reading = (struct reading){.argv = {"run"}};
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
        reading->argv[argc++] = word;
    reading->ok = cli_options_read(&command, argc, reading->argv, take, reading->log,
                                   &reading->operands, &reading->error);
}

/* Goal: long and short options, with their arguments in either form, anywhere on the line. */
static void options_in_any_order(void **state)
{
    (void)state;
    struct reading reading;
    char line[] = "a.json --seed 3 -j --set=x.y=1=2 -s4 b --set z=";
    read_line(line, &reading);
    assert_true(reading.ok);
    assert_string_equal(reading.log, "seed=3;json=;set=x.y=1=2;seed=4;set=z=;");
    assert_int_equal(reading.operands.count, 2);
    assert_string_equal(reading.operands.values[0], "a.json");
    assert_string_equal(reading.operands.values[1], "b");
}

/* Goal: after "--" nothing is an option; before it, a lone "-" is an operand. */
static void end_of_options(void **state)
{
    (void)state;
    struct reading reading;
    char line[] = "- -- --json";
    read_line(line, &reading);
    assert_true(reading.ok);
    assert_string_equal(reading.log, "");
    assert_string_equal(reading.operands.values[1], "--json");
}

/* Goal: a shortened long option works while it is unmistakable. */
static void shortened_options(void **state)
{
    (void)state;
    struct reading reading;
    char line[] = "--see 3 f";
    read_line(line, &reading);
    assert_true(reading.ok);
    assert_string_equal(reading.log, "seed=3;");
}

/* Goal: help wins, also when operands are missing. */
static void help_is_told(void **state)
{
    (void)state;
    struct reading reading;
    char line[] = "--help", letter[] = "-h";
    read_line(line, &reading);
    assert_true(reading.ok && reading.operands.help);
    read_line(letter, &reading);
    assert_true(reading.ok && reading.operands.help);
}

/* Goal: each mistake has its message, which names the word and, where there is one, the nearest
 * option. */
static void mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"f --sed 3", "unknown option --sed; did you mean --seed?"},
        {"f --sede 3", "unknown option --sede; did you mean --seed?"},
        {"f --jsn=1", "unknown option --jsn; did you mean --json?"},
        {"f --zzzzzzzz", "unknown option --zzzzzzzz"},
        {"f --se 1", "unknown option --se; did you mean --set?"},
        {"f -x", "unknown option -x"},
        {"f --seed", "option --seed needs an argument"},
        {"f -s", "option -s needs an argument"},
        {"f --json=yes", "option --json takes no argument"},
        {"", "FILE is missing"},
        {"a b c", "unexpected argument \"c\""},
        {"f --seed bad", "the seed is bad"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[64];
        struct reading reading;
        snprintf(line, sizeof line, "%s", cases[i].line);
        read_line(line, &reading);
        assert_false(reading.ok);
        assert_int_equal(reading.error.kind, ERROR_INPUT);
        assert_string_equal(reading.error.text, cases[i].says);
    }
}

/* Goal: whole numbers within their bounds, and nothing else. */
static void numbers(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",    " 5",  "-1", "+5",  "5x",
                                        "0x5", "1e3", "4",  "101", "99999999999999999999999"};
    struct error error = {0};
    uint64_t value = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(cli_number_read("jobs", wrong[i], 5, 100, &value, &error));
        assert_true(value == 7);
    }
    assert_string_equal(error.text,
                        "--jobs \"99999999999999999999999\": must be a whole number from 5 to 100");
    assert_true(cli_number_read("jobs", "100", 5, 100, &value, &error));
    assert_true(value == 100);
    assert_true(cli_number_read("seed", "18446744073709551615", 0, UINT64_MAX, &value, &error));
    assert_true(value == UINT64_MAX);
}

/* Goal: the recorded command can be pasted into a shell. */
static void command_line_is_quoted(void **state)
{
    (void)state;
    char *words[] = {"run", "a b.json", "--set", "name=it's", "--out", "", "x=5%", NULL};
    char *text = command_line_text(words);
    assert_string_equal(text, "dgsim run 'a b.json' --set 'name=it'\\''s' --out '' x=5%");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_in_any_order),
        cmocka_unit_test(end_of_options),
        cmocka_unit_test(shortened_options),
        cmocka_unit_test(help_is_told),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(numbers),
        cmocka_unit_test(command_line_is_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
