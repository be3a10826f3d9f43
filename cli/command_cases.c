/* command_cases.c - dgsim cases. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/cases.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/scenario_path.h"
#include "cli/settings.h"
#include "models/scenario_memory.h"

enum { REPLICATIONS_MAX = 100000, JOBS_MAX = 1024, CASES_MAX = 256 };

struct cases_options {
    uint64_t seed, replications, jobs;
    bool seed_given;
    const char *against; /* NULL: none */
    struct settings settings;
};

struct cases {
    struct cases_options options;
    char *paths[CASES_MAX]; /* owned */
    size_t count;
    struct settings against; /* the settings given, then the file's */
    struct scenario_memory *against_memory;
    size_t held, refuted, open;
};

static bool take(void *context, const char *name, const char *value, struct error *error)
{
    struct cases_options *options = context;
    if (strcmp(name, "seed") == 0) {
        options->seed_given = true;
        return cli_number_read(name, value, 0, UINT64_MAX, &options->seed, error);
    }
    if (strcmp(name, "replications") == 0)
        return cli_number_read(name, value, 2, REPLICATIONS_MAX, &options->replications, error);
    if (strcmp(name, "jobs") == 0)
        return cli_number_read(name, value, 1, JOBS_MAX, &options->jobs, error);
    if (strcmp(name, "set") == 0)
        return settings_add(&options->settings, value, error);
    options->against = value;
    return true;
}

/* ---- which cases ---- */

static bool add_path(struct cases *cases, const char *path, struct error *error)
{
    if (cases->count == CASES_MAX)
        return error_set(error, ERROR_INPUT, "more than %d cases", CASES_MAX);
    cases->paths[cases->count] = strdup(path);
    if (cases->paths[cases->count] == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    cases->count++;
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_folder(struct cases *cases, const char *folder, struct error *error)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, ERROR_INPUT, "%s: %s", folder, strerror(errno));
    size_t first = cases->count;
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(directory)) != NULL;) {
        char path[PATH_MAX];
        size_t length = strlen(entry->d_name);
        if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0 ||
            entry->d_name[0] == '_')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        ok = add_path(cases, path, error);
    }
    closedir(directory);
    qsort(cases->paths + first, cases->count - first, sizeof cases->paths[0], by_name);
    return ok && (cases->count > first ||
                  error_set(error, ERROR_INPUT, "%s: there is no case in it", folder));
}

/* A file, a folder, or the name of one that comes with the program. */
static bool add_operand(struct cases *cases, const char *operand, struct error *error)
{
    char path[PATH_MAX], name[256];
    DIR *directory = opendir(operand);
    if (directory != NULL) {
        closedir(directory);
        return add_folder(cases, operand, error);
    }
    if (access(operand, F_OK) == 0 || strchr(operand, '/') != NULL)
        return add_path(cases, operand, error);
    snprintf(name, sizeof name, "cases/%s.json", operand);
    return scenario_path_find(name, path, sizeof path, error) && add_path(cases, path, error);
}

static bool find_cases(struct cases *cases, const struct cli_operands *operands,
                       struct error *error)
{
    char path[PATH_MAX];
    if (operands->count == 0)
        return scenario_path_find("cases", path, sizeof path, error) &&
               add_folder(cases, path, error);
    for (size_t i = 0; i < operands->count; i++) {
        if (!add_operand(cases, operands->values[i], error))
            return false;
    }
    return true;
}

/* ---- running ---- */

static bool on_progress(void *context)
{
    (void)context;
    return !interrupt_seen();
}

static uint32_t job_count(const struct cases_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (options->jobs > 0)
        return (uint32_t)options->jobs;
    return processors < 1 ? 1 : processors > JOBS_MAX ? JOBS_MAX : (uint32_t)processors;
}

static void count_claims(struct cases *cases, const struct case_file *file,
                         const struct case_result *result)
{
    for (size_t c = 0; c < file->claim_count; c++) {
        cases->held += result->claims[c].verdict == CLAIM_HOLDS;
        cases->refuted += result->claims[c].verdict == CLAIM_REFUTED;
        cases->open += result->claims[c].verdict == CLAIM_OPEN;
    }
}

/* Claims count under the cases' own parameters alone: another set is there to be compared. */
static bool run_set(struct cases *cases, const struct case_file *file,
                    const struct settings *settings, const char *label, struct error *error)
{
    const struct cases_options *options = &cases->options;
    const struct case_options spec = {
        .settings = settings->items,
        .setting_count = settings->count,
        .seed = options->seed,
        .seed_given = options->seed_given,
        .replications = (uint32_t)options->replications,
        .jobs = job_count(options),
        .progress = on_progress,
    };
    struct case_result result;
    if (!case_run(file, &spec, &result, error))
        return false;
    if (!result.interrupted) {
        case_table_print(stdout, file, &result, label);
        fflush(stdout);
        if (label[0] == '\0')
            count_claims(cases, file, &result);
    }
    case_result_free(&result);
    return true;
}

static bool run_case(struct cases *cases, const char *path, struct error *error)
{
    struct case_file file;
    if (!case_file_load(path, &file, error))
        return false;
    bool ok = run_set(cases, &file, &cases->options.settings, "", error);
    if (ok && cases->options.against != NULL && !interrupt_seen())
        ok = run_set(cases, &file, &cases->against, cases->options.against, error);
    case_file_free(&file);
    return ok;
}

static bool load_against(struct cases *cases, struct error *error)
{
    const char **items;
    size_t count;
    if (cases->options.against == NULL)
        return true;
    if (!case_settings_load(cases->options.against, &cases->against_memory, &items, &count, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < cases->options.settings.count; i++)
        ok = settings_add(&cases->against, cases->options.settings.items[i], error);
    for (size_t i = 0; ok && i < count; i++)
        ok = settings_add(&cases->against, items[i], error);
    return ok;
}

static int run_all(struct cases *cases, const struct cli_operands *operands)
{
    struct error error = {0};
    interrupt_watch();
    if (!load_against(cases, &error) || !find_cases(cases, operands, &error))
        return cli_fail(&error);
    case_table_head(stdout);
    for (size_t i = 0; i < cases->count && !interrupt_seen(); i++) {
        if (!run_case(cases, cases->paths[i], &error))
            return cli_fail(&error);
    }
    printf("%zu claims hold, %zu refuted, %zu open\n", cases->held, cases->refuted, cases->open);
    if (interrupt_seen())
        return CLI_INTERRUPTED;
    return cases->refuted + cases->open > 0 ? CLI_CHECK : CLI_SUCCESS;
}

static int cases_main(const struct cli_command *command, int argc, char **argv)
{
    int status = CLI_SUCCESS;
    struct error error = {0};
    struct cli_operands operands;
    struct cases cases = {.options = {.replications = 8}};
    if (!cli_options_read(command, argc, argv, take, &cases.options, &operands, &error))
        status = cli_fail_usage(command, &error);
    else if (operands.help)
        cli_command_help_print(command, stdout);
    else
        status = run_all(&cases, &operands);
    for (size_t i = 0; i < cases.count; i++)
        free(cases.paths[i]);
    settings_fini(&cases.options.settings);
    settings_fini(&cases.against);
    scenario_memory_close(cases.against_memory);
    return status;
}

static const struct cli_option rows[] = {
    {"replications", 'r', "COUNT", "runs of each variant, on common random numbers (default: 8)"},
    {"jobs", 'j', "COUNT", "runs at a time (default: one per processor)"},
    {"seed", 's', "NUMBER", "of all random numbers (default: each scenario's)"},
    {"set", 0, "PATH=VALUE", "change a key of every case; repeatable"},
    {"against", 0, "FILE", "a second set of parameters to show beside: {\"protocol\": {...}}"},
};

const struct cli_command cli_command_cases = {
    .name = "cases",
    .operands = "[CASE...]",
    .operand_minimum = 0,
    .operand_maximum = CASES_MAX,
    .summary = "run the library of named attacks and faults, one table",
    .details =
        "A case is a scenario that says what should happen: claims about its metrics, in\n"
        "one or more variants. CASE is a file, a folder, or the name of a case that comes\n"
        "with the program (default: all of them). A claim holds when the 95 % interval of\n"
        "its paired differences lies on its side. Exit status 1: some claim does not hold.\n",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .main = cases_main,
};
