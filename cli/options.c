/* options.c - getopt_long behind a table. */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_loader.h"

/* OPTION_FIRST + row is what getopt_long() returns for a row, with or without a letter. */
enum { OPTION_LIMIT = 16, OPTION_FIRST = 256, HELP_ROW = OPTION_LIMIT, HINT_SIZE = 160 };

struct getopt_table {
    struct option longs[OPTION_LIMIT + 2];
    char letters[2 * OPTION_LIMIT + 8];
};

static void table_fill(const struct cli_command *command, struct getopt_table *table)
{
    size_t length = 0;
    memset(table, 0, sizeof *table);
    table->letters[length++] = ':'; /* a missing argument is told from an unknown option */
    table->letters[length++] = 'h';
    for (size_t i = 0; i < command->option_count; i++) {
        const struct cli_option *row = &command->options[i];
        table->longs[i] =
            (struct option){.name = row->name,
                            .has_arg = row->argument != NULL ? required_argument : no_argument,
                            .val = OPTION_FIRST + (int)i};
        if (row->letter == 0)
            continue;
        table->letters[length++] = row->letter;
        if (row->argument != NULL)
            table->letters[length++] = ':';
    }
    table->longs[command->option_count] =
        (struct option){.name = "help", .has_arg = no_argument, .val = OPTION_FIRST + HELP_ROW};
}

/* The row of what getopt_long() returned; HELP_ROW for help, -1 for an error. */
static int row_of(const struct cli_command *command, int found)
{
    if (found == 'h')
        return HELP_ROW;
    if (found >= OPTION_FIRST)
        return found - OPTION_FIRST;
    for (size_t i = 0; i < command->option_count; i++) {
        if (command->options[i].letter != 0 && command->options[i].letter == found)
            return (int)i;
    }
    return -1;
}

static bool fail_unknown(const struct cli_command *command, const char *word, struct error *error)
{
    char hint[HINT_SIZE] = "";
    size_t length = strcspn(word, "=");
    if (word[0] == '-' && word[1] == '-' && length < HINT_SIZE) {
        char name[HINT_SIZE];
        struct nearest nearest;
        memcpy(name, word, length);
        name[length] = '\0';
        nearest_init(&nearest, name + 2);
        nearest_offer(&nearest, "help");
        for (size_t i = 0; i < command->option_count; i++)
            nearest_offer(&nearest, command->options[i].name);
        if (nearest.best != NULL)
            snprintf(hint, sizeof hint, "; did you mean --%s?", nearest.best);
    }
    return error_set(error, ERROR_INPUT, "unknown option %.*s%s", (int)length, word, hint);
}

static bool fail_option(const struct cli_command *command, int found, char **argv,
                        struct error *error)
{
    char letter[3] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > 0 && optopt < OPTION_FIRST;
    const char *word = is_letter ? letter : argv[optind - 1];
    if (found == ':')
        return error_set(error, ERROR_INPUT, "option %s needs an argument", word);
    if (optopt >= OPTION_FIRST)
        return error_set(error, ERROR_INPUT, "option %.*s takes no argument",
                         (int)strcspn(word, "="), word);
    return fail_unknown(command, word, error);
}

static bool check_operands(const struct cli_command *command, const struct cli_operands *operands,
                           struct error *error)
{
    if (operands->count < command->operand_minimum)
        return error_set(error, ERROR_INPUT, "%s is missing", command->operands);
    if (operands->count > command->operand_maximum)
        return error_set(error, ERROR_INPUT, "unexpected argument \"%s\"",
                         operands->values[command->operand_maximum]);
    return true;
}

bool cli_options_read(const struct cli_command *command, int argc, char **argv,
                      cli_option_take take, void *context, struct cli_operands *out,
                      struct error *error)
{
    struct getopt_table table;
    int found;
    table_fill(command, &table);
    opterr = 0;
    optind = 1;
    while ((found = getopt_long(argc, argv, table.letters, table.longs, NULL)) != -1) {
        int row = row_of(command, found);
        if (row == HELP_ROW) {
            *out = (struct cli_operands){.help = true};
            return true;
        }
        if (row < 0)
            return fail_option(command, found, argv, error);
        if (!take(context, command->options[row].name, optarg, error))
            return false;
    }
    struct cli_operands operands = {argv + optind, (size_t)(argc - optind), false};
    if (!check_operands(command, &operands, error))
        return false;
    *out = operands;
    return true;
}

bool cli_number_read(const char *name, const char *text, uint64_t minimum, uint64_t maximum,
                     uint64_t *out, struct error *error)
{
    char *end = NULL;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    bool digits = text[0] >= '0' && text[0] <= '9';
    if (!digits || *end != '\0' || errno == ERANGE || value < minimum || value > maximum)
        return error_set(error, ERROR_INPUT,
                         "--%s \"%s\": must be a whole number from %" PRIu64 " to %" PRIu64, name,
                         text, minimum, maximum);
    *out = value;
    return true;
}
