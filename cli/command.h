/* command.h - what a subcommand is: one row of the table in command.c, one file with its work. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sim/error.h"

/* Exit statuses, the same for every command. */
enum {
    CLI_SUCCESS = 0,
    CLI_CHECK = 1,  /* a check did not hold */
    CLI_INPUT = 2,  /* the input or usage is wrong */
    CLI_FAILED = 3, /* the run failed: disk, memory */
    CLI_INTERRUPTED = 130,
};

struct cli_option {
    const char *name;     /* "replications" */
    char letter;          /* 'r'; 0: none */
    const char *argument; /* "COUNT"; NULL: the option takes none */
    const char *help;
};

struct cli_command {
    const char *name;     /* "run" */
    const char *operands; /* "SCENARIO", as the help shows them */
    size_t operand_minimum, operand_maximum;
    const char *summary; /* one line */
    const char *details; /* paragraphs for the command's own help */
    const struct cli_option *options;
    size_t option_count;
    /* argv[0] is the command's name. Returns an exit status. */
    int (*main)(const struct cli_command *command, int argc, char **argv);
};

/* Every command, in the order of the help. */
const struct cli_command *const *cli_commands(size_t *count);
const struct cli_command *cli_command_find(const char *name); /* NULL: there is none */

extern const struct cli_command cli_command_run;
extern const struct cli_command cli_command_cases;
extern const struct cli_command cli_command_validate;
extern const struct cli_command cli_command_schema;
extern const struct cli_command cli_command_list;
extern const struct cli_command cli_command_figure;
extern const struct cli_command cli_command_bench;

#endif
