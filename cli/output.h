/* output.h - what the commands say: help, errors and warnings, and whether it could be written. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli/command.h"

/* The help of the program, or of one command. */
void cli_help_print(FILE *out);
void cli_command_help_print(const struct cli_command *command, FILE *out);

/* Prints the error on standard error, and how to get help where the usage is wrong. Returns the
 * exit status that its kind stands for. */
int cli_fail(const struct error *error);
int cli_fail_usage(const struct cli_command *command, const struct error *error);

/* A scenario_warning that prints on standard error; context is not used. */
void cli_warning_print(void *context, const char *text);

/* Writes out what standard output still holds. A run whose results could not be written has failed:
 * then it says so, and returns CLI_FAILED in place of CLI_SUCCESS. */
int cli_output_close(int status);

#endif
