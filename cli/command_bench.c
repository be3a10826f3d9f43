/* command_bench.c - dgsim bench. */
#include <limits.h>
#include <string.h>

#include "analysis/bench_core.h"
#include "analysis/bench_engine.h"
#include "analysis/bench_model.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/scenario_path.h"
#include "models/scenario_loader.h"

struct bench_options {
    const char *scenario;
    bool json;
};

static bool run_core(const struct bench_options *options, struct error *error)
{
    return bench_core(stdout, options->json, error);
}

static bool run_engine(const struct bench_options *options, struct error *error)
{
    return bench_engine(stdout, options->json, error);
}

static bool run_model(const struct bench_options *options, struct error *error)
{
    char path[PATH_MAX];
    if (options->scenario != NULL)
        return bench_model(options->scenario, stdout, options->json, error);
    return scenario_path_find("quickstart.json", path, sizeof path, error) &&
           bench_model(path, stdout, options->json, error);
}

struct bench {
    const char *name;
    bool (*run)(const struct bench_options *options, struct error *error);
};

static const struct bench benches[] = {
    {"core", run_core},
    {"engine", run_engine},
    {"model", run_model},
};
enum { BENCH_COUNT = sizeof benches / sizeof benches[0] };

static bool take(void *context, const char *name, const char *value, struct error *error)
{
    struct bench_options *options = context;
    (void)error;
    if (strcmp(name, "scenario") == 0)
        options->scenario = value;
    else
        options->json = true;
    return true;
}

static bool known(const char *word, struct error *error)
{
    char hint[160];
    struct nearest nearest;
    nearest_init(&nearest, word);
    nearest_offer(&nearest, "all");
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        if (strcmp(benches[i].name, word) == 0)
            return true;
        nearest_offer(&nearest, benches[i].name);
    }
    nearest_write(&nearest, hint, sizeof hint);
    return strcmp(word, "all") == 0 ||
           error_set(error, ERROR_INPUT, "unknown bench \"%.80s\"%s", word, hint);
}

/* With --json: {"model": {...}}, a key for each bench that was run. */
static bool run(const char *word, const struct bench_options *options, struct error *error)
{
    bool first = true;
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        if (strcmp(word, "all") != 0 && strcmp(word, benches[i].name) != 0)
            continue;
        if (options->json)
            printf("%s\"%s\": ", first ? "{" : ", ", benches[i].name);
        else if (!first)
            putchar('\n');
        first = false;
        fflush(stdout);
        if (!benches[i].run(options, error))
            return false;
    }
    if (options->json)
        puts("}");
    return true;
}

static int bench_main(const struct cli_command *command, int argc, char **argv)
{
    struct error error = {0};
    struct cli_operands operands;
    struct bench_options options = {0};
    if (!cli_options_read(command, argc, argv, take, &options, &operands, &error))
        return cli_fail_usage(command, &error);
    if (operands.help) {
        cli_command_help_print(command, stdout);
        return CLI_SUCCESS;
    }
    const char *word = operands.count > 0 ? operands.values[0] : "all";
    if (!known(word, &error))
        return cli_fail_usage(command, &error);
    return run(word, &options, &error) ? CLI_SUCCESS : cli_fail(&error);
}

static const struct cli_option rows[] = {
    {"scenario", 0, "FILE",
     "what the model runs (default: the quickstart that came with the program)"},
    {"json", 0, NULL, "print one JSON object"},
};

const struct cli_command cli_command_bench = {
    .name = "bench",
    .operands = "[all|core|engine|model]",
    .operand_maximum = 1,
    .summary = "measure speed and memory on this machine",
    .details = "core: calls of the protocol code. engine: events of the engine alone, against\n"
               "bare references. model: whole runs of a scenario. Close other programs first.\n",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .main = bench_main,
};
