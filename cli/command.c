/* command.c - the table of commands. To add one: its file, a line in command.h, a line here. */
#include "cli/command.h"

#include <string.h>

static const struct cli_command *const commands[] = {
    &cli_command_run,  &cli_command_cases,  &cli_command_validate, &cli_command_schema,
    &cli_command_list, &cli_command_figure, &cli_command_bench,
};

const struct cli_command *const *cli_commands(size_t *count)
{
    *count = sizeof commands / sizeof commands[0];
    return commands;
}

const struct cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}
