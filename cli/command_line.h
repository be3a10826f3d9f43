/* command_line.h - the command as one line, for the record of a run. */
#ifndef CLI_COMMAND_LINE_H
#define CLI_COMMAND_LINE_H

/* "dgsim NAME ARGUMENT..." with shell quotes where they are needed, so that it can be pasted. NULL:
 * out of memory. The caller frees it. argv[0] is the command's name; argv ends with NULL. */
char *command_line_text(char *const *argv);

#endif
