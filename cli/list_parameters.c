/* list_parameters.c - every parameter as its row says, so that no page can differ from the code. */
#include "cli/list_parameters.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/scenario_keys.h"
#include "models/scenario_unit.h"

enum { NAME_WIDTH = 30, VALUE_WIDTH = 16 };

static void write_value(const struct dg_param_row *row, int64_t value, char text[UNIT_TEXT_SIZE])
{
    if (row->unit == DG_UNIT_CHOICE)
        snprintf(text, UNIT_TEXT_SIZE, "%s", row->choices[value].name);
    else if (row->unit == DG_UNIT_FRACTION)
        unit_write_parts(value, DG_ONE, text);
    else if (row->unit == DG_UNIT_DURATION)
        unit_write_duration(value, text);
    else if (row->unit == DG_UNIT_AMOUNT)
        unit_write_amount(value, text);
    else
        snprintf(text, UNIT_TEXT_SIZE, "%" PRId64, value);
}

static void print_range(const struct dg_param_row *row, int64_t low, int64_t high)
{
    char text[UNIT_TEXT_SIZE];
    write_value(row, low, text);
    printf("%s to ", text);
    write_value(row, high, text);
    fputs(text, stdout);
}

/* What may be set: the bounds, or the choices, each between two marks. */
static void print_allowed(const struct dg_param_row *row, const char *mark)
{
    if (row->unit != DG_UNIT_CHOICE)
        print_range(row, row->minimum, row->maximum);
    else
        for (size_t i = 0; row->choices[i].name != NULL; i++)
            printf("%s%s%s%s", i > 0 ? ", " : "", mark, row->choices[i].name, mark);
    if (row->published_low != 0 || row->published_high != 0) {
        fputs("; published: ", stdout);
        print_range(row, row->published_low, row->published_high);
    }
}

void list_parameters_print(void)
{
    size_t count = 0;
    const struct dg_param_row *rows = dg_param_rows(&count);
    puts("Parameters of the protocol, in a scenario below \"protocol\". Origin of a\n"
         "default: pub, stated in public documents; code, read in contracts; rel, a\n"
         "related system's figure; ours, chosen here.\n");
    for (size_t i = 0; i < count; i++) {
        char standard[UNIT_TEXT_SIZE];
        write_value(&rows[i], rows[i].standard, standard);
        printf("%-*s %-*s %-4s  ", NAME_WIDTH, rows[i].name, VALUE_WIDTH, standard,
               dg_origin_name(rows[i].origin));
        print_allowed(&rows[i], "");
        printf("\n    %s [%s]\n", rows[i].meaning, rows[i].source);
    }
}

/* ---- the page ---- */

static const char *unit_name(enum dg_unit unit)
{
    switch (unit) {
    case DG_UNIT_COUNT: return "count";
    case DG_UNIT_FRACTION: return "fraction";
    case DG_UNIT_DURATION: return "duration";
    case DG_UNIT_AMOUNT: return "amount";
    case DG_UNIT_CHOICE: return "choice";
    }
    return "";
}

static void page_begin(void)
{
    puts(
        "# Parameters of the protocol\n\n"
        "What a scenario may set below `\"protocol\"`, as in `--set protocol.sampling.rate=5%`. The program\n"
        "prints this page from its own table (`dgsim list parameters --markdown`); `make docs` writes it anew.\n\n"
        "How values are written is said in [scenario.md](scenario.md). Bounds are inclusive. A value outside of\n"
        "a published range is allowed, with a warning; one that can have no effect in a scenario draws a\n"
        "warning too, and \"only with\" says when it has one.\n\n"
        "| origin | the default is |\n"
        "|---|---|\n"
        "| pub | stated in DGrid's public documents or papers |\n"
        "| code | read in its contracts |\n"
        "| rel | a related system's published figure |\n"
        "| ours | chosen here |");
}

/* Length of the part of a name that its group shares. */
static int group_length(const struct dg_param_row *row)
{
    return (int)strcspn(row->name, ".");
}

static bool same_group(const struct dg_param_row *a, const struct dg_param_row *b)
{
    return strncmp(a->name, b->name, (size_t)group_length(a) + 1) == 0;
}

static void page_row(const struct key *key)
{
    const struct dg_param_row *row = key->param;
    char standard[UNIT_TEXT_SIZE];
    write_value(row, row->standard, standard);
    printf("| `%s` | %s%s%s | %s | ", row->name, row->meaning,
           key->relevant != NULL ? "; only with " : "", key->relevant != NULL ? key->only : "",
           unit_name(row->unit));
    print_allowed(row, "`");
    printf(" | `%s` | %s | %s |\n", standard, dg_origin_name(row->origin), row->source);
}

static void page_choices(const struct dg_param_row *row)
{
    printf("\n| `%s` | is |\n|---|---|\n", row->name);
    for (size_t i = 0; row->choices[i].name != NULL; i++)
        printf("| `%s` | %s |\n", row->choices[i].name, row->choices[i].meaning);
}

/* The keys from `first` on that belong to its group, and then what their choices mean. Returns how
 * many. */
static size_t page_group(const struct key *first, const struct key *end)
{
    const struct key *key;
    printf("\n## %.*s\n\n", group_length(first->param), first->param->name);
    puts("| parameter | meaning | unit | allowed | default | origin | source |\n"
         "|---|---|---|---|---|---|---|");
    for (key = first; key < end && same_group(first->param, key->param); key++)
        page_row(key);
    for (const struct key *other = first; other < key; other++) {
        if (other->param->unit == DG_UNIT_CHOICE)
            page_choices(other->param);
    }
    return (size_t)(key - first);
}

bool list_parameters_page(struct error *error)
{
    struct key_table table;
    struct scenario_memory *memory = scenario_memory_open();
    bool ok = memory != NULL && key_table_open(memory, &table);
    if (ok) {
        size_t at = 0;
        while (at < table.count && table.rows[at].param == NULL)
            at++;
        page_begin();
        while (at < table.count)
            at += page_group(&table.rows[at], table.rows + table.count);
    } else {
        error_set(error, ERROR_MEMORY, "out of memory");
    }
    scenario_memory_close(memory);
    return ok;
}
