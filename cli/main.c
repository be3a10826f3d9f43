/* main.c - finds the command and hands it the rest of the line. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "analysis/provenance.h"
#include "cli/command.h"
#include "cli/output.h"
#include "dg/types.h"
#include "models/scenario_loader.h"

static int print_version(void)
{
    struct provenance from;
    provenance_collect(&from, NULL);
    printf("dgsim %s (core %u.%u)\nbuilt by %s with %s\n", from.version,
           (unsigned)(dg_version() >> 16), (unsigned)(dg_version() & 0xffff), from.compiler,
           from.build_flags);
    return CLI_SUCCESS;
}

static int fail_command(const char *word)
{
    struct error error;
    struct nearest nearest;
    char hint[160];
    size_t count = 0;
    const struct cli_command *const *commands = cli_commands(&count);
    nearest_init(&nearest, word);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, commands[i]->name);
    nearest_write(&nearest, hint, sizeof hint);
    error_set(&error, ERROR_INPUT, "unknown %s \"%.80s\"%s", word[0] == '-' ? "option" : "command",
              word, hint);
    int status = cli_fail(&error);
    fputs("Try \"dgsim --help\".\n", stderr);
    return status;
}

static int help(const char *word)
{
    const struct cli_command *command = word != NULL ? cli_command_find(word) : NULL;
    if (word != NULL && command == NULL)
        return fail_command(word);
    if (command != NULL)
        cli_command_help_print(command, stdout);
    else
        cli_help_print(stdout);
    return CLI_SUCCESS;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        cli_help_print(stderr);
        return CLI_INPUT;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return help(argv[2]);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return print_version();
    const struct cli_command *command = cli_command_find(word);
    return command != NULL ? command->main(command, argc - 1, argv + 1) : fail_command(word);
}

int main(int argc, char **argv)
{
    /* A reader that goes away and a file that may not grow are failed writes, reported like any
     * other, not a sudden death. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return cli_output_close(dispatch(argc, argv));
}
