/* command_schema.c - dgsim schema. */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "models/scenario.h"

static bool take_nothing(void *context, const char *name, const char *value, struct error *error)
{
    (void)context, (void)value;
    return error_set(error, ERROR_INPUT, "--%s", name);
}

static int schema_main(const struct cli_command *command, int argc, char **argv)
{
    struct error error = {0};
    struct cli_operands operands;
    if (!cli_options_read(command, argc, argv, take_nothing, NULL, &operands, &error))
        return cli_fail_usage(command, &error);
    if (operands.help) {
        cli_command_help_print(command, stdout);
        return CLI_SUCCESS;
    }
    return scenario_schema(stdout, &error) ? CLI_SUCCESS : cli_fail(&error);
}

const struct cli_command cli_command_schema = {
    .name = "schema",
    .operands = "",
    .summary = "print the JSON Schema of scenario files",
    .details = "The schema (draft 2020-12) is made from the table that reads scenarios: keys,\n"
               "units, bounds, defaults and meanings. An editor that knows JSON Schema\n"
               "completes and checks with it.\n",
    .main = schema_main,
};
