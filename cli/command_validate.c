/* command_validate.c - dgsim validate. */
#include <string.h>

#include "analysis/format.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/show_verdicts.h"
#include "models/scenario.h"

struct validate_options {
    struct settings settings;
    bool show;
};

static bool take(void *context, const char *name, const char *value, struct error *error)
{
    struct validate_options *options = context;
    if (strcmp(name, "set") == 0)
        return settings_add(&options->settings, value, error);
    options->show = true;
    return true;
}

static void print_valid(const char *path, const struct scenario *scenario)
{
    char nodes[FORMAT_SIZE], users[FORMAT_SIZE], span[FORMAT_SIZE];
    double node_count = 0, user_count = 0;
    for (size_t i = 0; i < scenario->node_group_count; i++)
        node_count += scenario->nodes[i].count;
    for (size_t i = 0; i < scenario->user_group_count; i++)
        user_count += scenario->users[i].count;
    format_number(nodes, node_count);
    format_number(users, user_count);
    format_seconds(span, (double)scenario->duration_ns / 1e9);
    printf("%s: valid: \"%s\", %s nodes, %s users, %s\n", path, scenario->name, nodes, users, span);
}

static bool show(const struct scenario_source *source, struct error *error)
{
    const struct scenario_source silent = {
        .path = source->path, .settings = source->settings, .setting_count = source->setting_count};
    struct scenario scenario = {0};
    struct false_verdicts verdicts = {0};
    bool ok = scenario_show(source, stdout, error) && scenario_load(&silent, &scenario, error) &&
              false_verdicts_find(&scenario, &verdicts, error);
    if (ok)
        show_verdicts(&scenario, &verdicts);
    false_verdicts_fini(&verdicts);
    scenario_free(&scenario);
    return ok;
}

static bool validate(const char *path, const struct validate_options *options, struct error *error)
{
    const struct scenario_source source = {.path = path,
                                           .settings = options->settings.items,
                                           .setting_count = options->settings.count,
                                           .warning = cli_warning_print};
    if (options->show)
        return show(&source, error);
    struct scenario scenario = {0};
    if (!scenario_load(&source, &scenario, error))
        return false;
    print_valid(path, &scenario);
    scenario_free(&scenario);
    return true;
}

static int validate_main(const struct cli_command *command, int argc, char **argv)
{
    int status = CLI_SUCCESS;
    struct error error = {0};
    struct cli_operands operands;
    struct validate_options options = {0};
    if (!cli_options_read(command, argc, argv, take, &options, &operands, &error))
        status = cli_fail_usage(command, &error);
    else if (operands.help)
        cli_command_help_print(command, stdout);
    else if (!validate(operands.values[0], &options, &error))
        status = cli_fail(&error);
    settings_fini(&options.settings);
    return status;
}

static const struct cli_option rows[] = {
    {"set", 0, "PATH=VALUE", "change a key, as in --set protocol.sampling.rate=10%; repeatable"},
    {"show", 0, NULL,
     "print every key with its value, where it comes from and what it means, and\n"
     "how long an honest node lasts before it is convicted"},
};

const struct cli_command cli_command_validate = {
    .name = "validate",
    .operands = "SCENARIO",
    .operand_minimum = 1,
    .operand_maximum = 1,
    .summary = "check a scenario file",
    .details = "Exit status 0: the file is valid. 2: it is not; the message names file, line,\n"
               "column, key, value and what is allowed. Keys that cannot affect the run are\n"
               "warned of.\n",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .main = validate_main,
};
