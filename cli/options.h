/* options.h - reads a command line by the rows of its command; the same rows make its help. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/command.h"

/* Takes one option; value is NULL for one without argument. False with *error set: it is wrong. */
typedef bool (*cli_option_take)(void *context, const char *name, const char *value,
                                struct error *error);

struct cli_operands {
    char **values;
    size_t count;
    bool help; /* --help was given: nothing else counts, and nothing was checked */
};

/* Options and operands may stand in any order; "--" ends the options. Unknown options and a wrong
 * number of operands are errors. On failure *out is left alone. */
bool cli_options_read(const struct cli_command *command, int argc, char **argv,
                      cli_option_take take, void *context, struct cli_operands *out,
                      struct error *error);

/* A whole decimal number in [minimum, maximum]; name is the option's, for the message. */
bool cli_number_read(const char *name, const char *text, uint64_t minimum, uint64_t maximum,
                     uint64_t *out, struct error *error);

#endif
