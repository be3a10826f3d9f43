/* command_figure.c - dgsim figure. */
#include <stdlib.h>
#include <string.h>

#include "analysis/figure.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"

struct figure_options {
    const char *out;
    uint64_t run;
};

static bool take(void *context, const char *name, const char *value, struct error *error)
{
    struct figure_options *options = context;
    if (strcmp(name, "run") == 0)
        return cli_number_read(name, value, 1, INT64_MAX, &options->run, error);
    options->out = value;
    return true;
}

/* "results.db" becomes "results.svg", beside it. The caller frees it. */
static char *default_path(const char *results)
{
    const char *slash = strrchr(results, '/');
    const char *name = slash != NULL ? slash + 1 : results;
    const char *dot = strrchr(name, '.');
    size_t length = dot != NULL && dot != name ? (size_t)(dot - results) : strlen(results);
    char *path = NULL;
    return asprintf(&path, "%.*s.svg", (int)length, results) < 0 ? NULL : path;
}

static bool draw(const char *results, const struct figure_options *options, struct error *error)
{
    char *made = options->out == NULL ? default_path(results) : NULL;
    const char *path = options->out != NULL ? options->out : made;
    struct figure_data data = {0};
    bool ok = path != NULL || error_set(error, ERROR_MEMORY, "out of memory");
    ok = ok && figure_path_check(path, error) &&
         figure_data_load(results, (int64_t)options->run, &data, error) &&
         figure_draw(&data, path, error);
    if (ok)
        printf("%s\n", path);
    figure_data_free(&data);
    free(made);
    return ok;
}

static int figure_main(const struct cli_command *command, int argc, char **argv)
{
    struct error error = {0};
    struct cli_operands operands;
    struct figure_options options = {0};
    if (!cli_options_read(command, argc, argv, take, &options, &operands, &error))
        return cli_fail_usage(command, &error);
    if (operands.help) {
        cli_command_help_print(command, stdout);
        return CLI_SUCCESS;
    }
    interrupt_watch();
    if (draw(operands.values[0], &options, &error))
        return CLI_SUCCESS;
    return interrupt_seen() ? CLI_INTERRUPTED : cli_fail(&error);
}

static const struct cli_option rows[] = {
    {"out", 'o', "FILE", "the picture, .svg or .png (default: RESULTS with the ending .svg)"},
    {"run", 'r', "NUMBER", "which run of the file (default: the last)"},
};

const struct cli_command cli_command_figure = {
    .name = "figure",
    .operands = "RESULTS",
    .operand_minimum = 1,
    .operand_maximum = 1,
    .summary = "draw a run of a results file",
    .details = "Four panels over virtual time: profit per node by behaviour, latency, load,\n"
               "penalties. The program gnuplot draws them. Prints the name of the picture.\n",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .main = figure_main,
};
