/* output.c - see output.h. */
#include "cli/output.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

enum { NAME_WIDTH = 10, OPTION_WIDTH = 28 };

static const struct cli_option help_option = {"help", 'h', NULL, "show this help"};

void cli_help_print(FILE *out)
{
    size_t count = 0;
    const struct cli_command *const *commands = cli_commands(&count);
    fputs("dgsim simulates a decentralised network that sells AI inference.\n\n"
          "usage: dgsim COMMAND [OPTION]... [ARGUMENT]...\n\ncommands:\n",
          out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  %-*s %s\n", NAME_WIDTH, commands[i]->name, commands[i]->summary);
    fputs(
        "\n  dgsim COMMAND --help   options of a command\n"
        "  dgsim --version        versions of program and core, and how they were built\n\n"
        "Exit status: 0 success; 1 a check did not hold; 2 the input or usage is wrong;\n"
        "3 the run failed (disk, memory); 130 interrupted, with everything finished so far kept.\n"
        "Results go to standard output, all else to standard error.\n",
        out);
}

static void print_option(const struct cli_option *option, FILE *out)
{
    char left[64];
    char letter[5] = "    ";
    if (option->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name,
             option->argument != NULL ? " " : "", option->argument != NULL ? option->argument : "");
    fprintf(out, "  %-*s %s\n", OPTION_WIDTH, left, option->help);
}

void cli_command_help_print(const struct cli_command *command, FILE *out)
{
    fprintf(out, "usage: dgsim %s [OPTION]...%s%s\n\n%c%s.\n", command->name,
            command->operands[0] != '\0' ? " " : "", command->operands,
            toupper((unsigned char)command->summary[0]), command->summary + 1);
    if (command->details != NULL)
        fprintf(out, "\n%s", command->details);
    fputs("\noptions:\n", out);
    for (size_t i = 0; i < command->option_count; i++)
        print_option(&command->options[i], out);
    print_option(&help_option, out);
}

static int status_of(enum error_kind kind)
{
    return kind == ERROR_INPUT ? CLI_INPUT : CLI_FAILED;
}

int cli_fail(const struct error *error)
{
    fprintf(stderr, "dgsim: %s\n", error->text);
    return status_of(error->kind);
}

int cli_fail_usage(const struct cli_command *command, const struct error *error)
{
    fprintf(stderr, "dgsim %s: %s\n", command->name, error->text);
    if (error->kind == ERROR_INPUT)
        fprintf(stderr, "Try \"dgsim %s --help\".\n", command->name);
    return status_of(error->kind);
}

void cli_warning_print(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "dgsim: warning: %s\n", text);
}

/* Why a write failed is forgotten by the time somebody asks: one more byte fails for that
 * reason. */
static const char *output_trouble(void)
{
    errno = 0;
    fputc('\n', stdout);
    fflush(stdout);
    return errno != 0 ? strerror(errno) : "write error";
}

int cli_output_close(int status)
{
    const char *trouble = ferror(stdout) ? output_trouble() : NULL;
    if (fclose(stdout) != 0 && trouble == NULL)
        trouble = strerror(errno);
    if (trouble == NULL)
        return status;
    fprintf(stderr, "dgsim: standard output: %s\n", trouble);
    return status == CLI_SUCCESS ? CLI_FAILED : status;
}
