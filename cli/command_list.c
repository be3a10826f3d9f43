/* command_list.c - dgsim list: what scenarios and results can name, from the code's own tables. */
#include <string.h>

#include "cli/command.h"
#include "cli/list_parameters.h"
#include "cli/options.h"
#include "cli/output.h"
#include "models/behaviour.h"
#include "models/metrics.h"
#include "models/scenario_keys.h"
#include "models/scenario_latency.h"
#include "models/scenario_loader.h"

enum { NAME_WIDTH = 26, KEY_WIDTH = 36, VALUE_WIDTH = 20 };

/* The rules of one parameter or key, a line each. */
static void print_choices(const struct dg_choice *choices, const char *standard)
{
    for (size_t i = 0; choices[i].name != NULL; i++) {
        bool is_standard = strcmp(choices[i].name, standard) == 0;
        printf("    %s%-*s %s\n", choices[i].name, NAME_WIDTH - 4 - (int)strlen(choices[i].name),
               is_standard ? " *" : "", choices[i].meaning);
    }
}

/* ---- topics ---- */

static void list_policies(void)
{
    size_t count = 0;
    const struct dg_param_row *rows = dg_param_rows(&count);
    puts("Policies: parameters of the protocol that choose among rules; * is the default.\n");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].unit != DG_UNIT_CHOICE)
            continue;
        printf("%-*s %s\n", NAME_WIDTH, rows[i].name, rows[i].meaning);
        print_choices(rows[i].choices, rows[i].choices[rows[i].standard].name);
    }
}

static void list_behaviours(void)
{
    size_t count = 0;
    const struct behaviour *const *rows = behaviour_table(&count);
    puts("Behaviours of nodes, and of nodes as verifiers.\n");
    for (size_t i = 0; i < count; i++) {
        bool node = (rows[i]->role & BEHAVIOUR_NODE) != 0;
        bool verifier = (rows[i]->role & BEHAVIOUR_VERIFIER) != 0;
        printf("%-*s %-16s %s\n", NAME_WIDTH, rows[i]->name,
               node && verifier ? "node, verifier"
               : node           ? "node"
                                : "verifier",
               rows[i]->help);
    }
}

static void list_metrics(void)
{
    size_t count = 0;
    const struct metric_row *rows = world_metric_rows(&count);
    puts("Metrics of a run: CLASS is a class of models, BEHAVIOUR one that some\n"
         "node or verifier has.\n");
    for (size_t i = 0; i < count; i++) {
        char name[RESULT_NAME_SIZE];
        snprintf(name, sizeof name, "%s%s", rows[i].name,
                 rows[i].scope == METRIC_RUN     ? ""
                 : rows[i].scope == METRIC_CLASS ? ".CLASS"
                                                 : ".BEHAVIOUR");
        printf("%-*s %-9s %s\n", KEY_WIDTH - 4, name, rows[i].unit, rows[i].help);
    }
}

static void list_places(void)
{
    puts("Places of the built-in table of latencies, for \"place\" of a region.\n");
    for (const char *const *place = latency_places(); *place != NULL; place++)
        puts(*place);
}

static void list_laws(void)
{
    size_t count = 0;
    const struct key *rows = key_rows(&count);
    puts("Laws of arrivals, sizes and service times: keys of the world that choose among\n"
         "rules; * is the default.\n");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].type != KEY_CHOICE)
            continue;
        printf("%-*s %s\n", NAME_WIDTH, rows[i].path, rows[i].meaning);
        print_choices(rows[i].choices, rows[i].standard);
    }
}

static void list_keys(void)
{
    size_t count = 0;
    const struct key *rows = key_rows(&count);
    puts("Keys of a scenario, with their defaults; * is a name of your own. Those of\n"
         "\"protocol\" are the parameters.\n");
    for (size_t i = 0; i < count; i++)
        printf("%-*s %-*s %s%s%s\n", KEY_WIDTH, rows[i].path, VALUE_WIDTH,
               rows[i].standard[0] != '\0' ? rows[i].standard : "\"\"", rows[i].meaning,
               rows[i].only != NULL ? "; used only with " : "",
               rows[i].only != NULL ? rows[i].only : "");
}

struct topic {
    const char *name, *summary;
    void (*print)(void);
    bool common; /* listed when no topic is named */
};

static const struct topic topics[] = {
    {"policies", "rules of the protocol that a scenario chooses among", list_policies, true},
    {"behaviours", "what nodes and verifiers may do", list_behaviours, true},
    {"metrics", "what a run reports", list_metrics, true},
    {"parameters", "numbers of the protocol: default, bounds, origin", list_parameters_print,
     false},
    {"keys", "everything else that a scenario may set", list_keys, false},
    {"laws", "kinds of arrivals, sizes and service times", list_laws, false},
    {"places", "cities of the built-in table of latencies", list_places, false},
};
enum { TOPIC_COUNT = sizeof topics / sizeof topics[0] };

static void list_common(void)
{
    for (size_t i = 0; i < TOPIC_COUNT; i++) {
        if (topics[i].common) {
            topics[i].print();
            putchar('\n');
        }
    }
    puts("Topics: dgsim list TOPIC prints one.\n");
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        printf("%-*s %s\n", NAME_WIDTH, topics[i].name, topics[i].summary);
}

static bool list(const char *word, struct error *error)
{
    char hint[160];
    struct nearest nearest;
    nearest_init(&nearest, word);
    for (size_t i = 0; i < TOPIC_COUNT; i++) {
        if (strcmp(topics[i].name, word) == 0) {
            topics[i].print();
            return true;
        }
        nearest_offer(&nearest, topics[i].name);
    }
    nearest_write(&nearest, hint, sizeof hint);
    return error_set(error, ERROR_INPUT, "unknown topic \"%.80s\"%s", word, hint);
}

static bool take_option(void *context, const char *name, const char *value, struct error *error)
{
    (void)name, (void)value, (void)error;
    *(bool *)context = true; /* --markdown: there is no other */
    return true;
}

static bool list_page(const struct cli_operands *operands, struct error *error)
{
    if (operands->count == 0 || strcmp(operands->values[0], "parameters") != 0)
        return error_set(error, ERROR_INPUT, "--markdown is for the topic parameters alone");
    return list_parameters_page(error);
}

static int list_main(const struct cli_command *command, int argc, char **argv)
{
    struct error error = {0};
    struct cli_operands operands;
    bool markdown = false;
    if (!cli_options_read(command, argc, argv, take_option, &markdown, &operands, &error))
        return cli_fail_usage(command, &error);
    if (operands.help)
        cli_command_help_print(command, stdout);
    else if (markdown && !list_page(&operands, &error))
        return error.kind == ERROR_INPUT ? cli_fail_usage(command, &error) : cli_fail(&error);
    else if (markdown)
        return CLI_SUCCESS;
    else if (operands.count == 0)
        list_common();
    else if (!list(operands.values[0], &error))
        return cli_fail_usage(command, &error);
    return CLI_SUCCESS;
}

static const struct cli_option options[] = {
    {"markdown", 0, NULL, "parameters as a page in Markdown, with all that is known of them"},
};

const struct cli_command cli_command_list = {
    .name = "list",
    .operands = "[TOPIC]",
    .operand_maximum = 1,
    .summary = "list policies, behaviours, metrics and what else can be named",
    .details = "TOPIC is one of policies, behaviours, metrics, parameters, keys, laws,\n"
               "places; without one the first three are listed.\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .main = list_main,
};
