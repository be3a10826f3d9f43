/* command_run.c - dgsim run. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/journal_files.h"
#include "analysis/provenance.h"
#include "analysis/replicate.h"
#include "analysis/store.h"
#include "analysis/summary.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/settings.h"

enum { REPLICATIONS_MAX = 1000000, JOBS_MAX = 1024 };

struct run_options {
    const char *path, *out; /* out: NULL, nothing is stored */
    const char *journal;    /* folder; NULL: none are kept */
    uint64_t seed, replications, jobs;
    bool seed_given, json, quiet;
    struct settings settings;
};

/* What goes on while the runs do. */
struct run {
    const struct run_options *options;
    struct scenario scenario;
    struct provenance provenance;
    struct store *store;
    struct journal_files *journals;
    struct progress *progress; /* NULL: not shown */
    struct replicate_outcome outcome;
};

static bool take(void *context, const char *name, const char *value, struct error *error)
{
    struct run_options *options = context;
    if (strcmp(name, "seed") == 0) {
        options->seed_given = true;
        return cli_number_read(name, value, 0, UINT64_MAX, &options->seed, error);
    }
    if (strcmp(name, "replications") == 0)
        return cli_number_read(name, value, 1, REPLICATIONS_MAX, &options->replications, error);
    if (strcmp(name, "jobs") == 0)
        return cli_number_read(name, value, 1, JOBS_MAX, &options->jobs, error);
    if (strcmp(name, "set") == 0)
        return settings_add(&options->settings, value, error);
    if (strcmp(name, "out") == 0)
        options->out = value;
    else if (strcmp(name, "journal") == 0)
        options->journal = value;
    else if (strcmp(name, "json") == 0)
        options->json = true;
    else
        options->quiet = true;
    return true;
}

static bool on_progress(void *context, uint32_t replication, int64_t now_ns, uint64_t events)
{
    struct run *run = context;
    if (run->progress != NULL)
        progress_update(run->progress, replication, now_ns, events);
    return !interrupt_seen();
}

static uint32_t default_jobs(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > JOBS_MAX ? JOBS_MAX : (uint32_t)processors;
}

/* Everything that can be wrong with the input shows here, before anything runs. */
static bool prepare(struct run *run, struct error *error)
{
    const struct run_options *options = run->options;
    const struct scenario_source source = {
        .path = options->path,
        .settings = options->settings.items,
        .setting_count = options->settings.count,
        .warning = options->quiet ? NULL : cli_warning_print,
    };
    if (!scenario_load(&source, &run->scenario, error))
        return false;
    if (options->out != NULL && !store_open(options->out, &run->store, error))
        return false;
    if (options->journal != NULL &&
        !journal_files_open(options->journal, (uint32_t)run->scenario.gateway_count, &run->journals,
                            error))
        return false;
    if (options->quiet || !isatty(STDERR_FILENO))
        return true;
    return progress_open(stderr, (uint32_t)options->replications, run->scenario.duration_ns,
                         &run->progress, error);
}

static bool replicate(struct run *run, struct error *error)
{
    const struct run_options *options = run->options;
    const struct replicate_spec spec = {
        .scenario = &run->scenario,
        .seed = options->seed_given ? options->seed : run->scenario.seed,
        .replications = (uint32_t)options->replications,
        .jobs = options->jobs != 0 ? (uint32_t)options->jobs : default_jobs(),
        .store = run->store,
        .provenance = &run->provenance,
        .journals = run->journals,
        .progress = on_progress,
        .context = run,
    };
    bool ok = replicate_run(&spec, &run->outcome, error);
    progress_close(run->progress);
    run->progress = NULL;
    bool closed = journal_files_close(run->journals, ok ? error : NULL);
    run->journals = NULL;
    return ok && closed;
}

static void print_stored(const struct run *run)
{
    const struct replicate_outcome *outcome = &run->outcome;
    if (outcome->first_run == outcome->last_run)
        printf("\nstored as run %lld of %s\n", (long long)outcome->last_run, run->options->out);
    else
        printf("\nstored as runs %lld to %lld of %s\n", (long long)outcome->first_run,
               (long long)outcome->last_run, run->options->out);
}

static bool print(const struct run *run, struct error *error)
{
    const struct run_options *options = run->options;
    const struct summary summary = {
        .scenario = run->scenario.name,
        .results = run->outcome.results,
        .count = run->outcome.count,
        .colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL,
    };
    if (summary.count == 0)
        return true;
    if (options->json)
        return summary_json(&summary, stdout, error);
    if (options->quiet)
        return true;
    if (!summary_print(&summary, stdout, error))
        return false;
    if (run->outcome.last_run > 0)
        print_stored(run);
    return true;
}

static int execute(struct run *run)
{
    struct error error = {0};
    interrupt_watch();
    if (!prepare(run, &error) || !replicate(run, &error) || !print(run, &error))
        return cli_fail(&error);
    if (!run->outcome.interrupted)
        return CLI_SUCCESS;
    fprintf(stderr, "dgsim: interrupted; %zu of %u runs finished\n", run->outcome.count,
            (unsigned)run->options->replications);
    return CLI_INTERRUPTED;
}

static int run_with(const struct run_options *options, const char *command_line)
{
    struct run run = {.options = options};
    provenance_collect(&run.provenance, command_line);
    int status = execute(&run);
    progress_close(run.progress);
    replicate_free(&run.outcome);
    (void)journal_files_close(run.journals, NULL);
    store_close(run.store);
    scenario_free(&run.scenario);
    return status;
}

static int run_main(const struct cli_command *command, int argc, char **argv)
{
    int status = CLI_SUCCESS;
    struct error error = {0};
    struct cli_operands operands;
    struct run_options options = {.replications = 1};
    char *command_line = command_line_text(argv);
    if (!cli_options_read(command, argc, argv, take, &options, &operands, &error)) {
        status = cli_fail_usage(command, &error);
    } else if (operands.help) {
        cli_command_help_print(command, stdout);
    } else if (options.journal != NULL && options.replications > 1) {
        error_set(&error, ERROR_INPUT,
                  "--journal keeps the journals of one run: leave out "
                  "--replications");
        status = cli_fail_usage(command, &error);
    } else {
        options.path = operands.values[0];
        status = run_with(&options, command_line);
    }
    settings_fini(&options.settings);
    free(command_line);
    return status;
}

static const struct cli_option rows[] = {
    {"seed", 's', "NUMBER", "of all random numbers (default: the scenario's)"},
    {"replications", 'r', "COUNT", "runs that differ in their random numbers alone (default: 1)"},
    {"jobs", 'j', "COUNT", "runs at a time (default: one per processor)"},
    {"set", 0, "PATH=VALUE", "change a key, as in --set protocol.sampling.rate=10%; repeatable"},
    {"out", 'o', "FILE", "add the runs to this results file; it is made if need be"},
    {"journal", 0, "FOLDER",
     "keep the journals of the chain and the gateways, and their decisions"},
    {"json", 0, NULL, "print one JSON object in place of the table"},
    {"quiet", 'q', NULL, "print errors only, and the JSON object if it is asked for"},
};

const struct cli_command cli_command_run = {
    .name = "run",
    .operands = "SCENARIO",
    .operand_minimum = 1,
    .operand_maximum = 1,
    .summary = "run a scenario and sum it up",
    .details = "Prints a table of what happened; of several runs means with 95 % confidence\n"
               "intervals. The same scenario and seed give the same run, event for event,\n"
               "whatever the number of jobs: the fingerprint shows it. Ctrl-C ends the run;\n"
               "finished runs are kept.\n",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .main = run_main,
};
