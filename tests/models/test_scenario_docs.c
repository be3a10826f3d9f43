/* Goal of this file: the reference in docs/scenario.md is what the key table says, line by line, but
 * for the parameters of the protocol, which have a page of their own. With DGSIM_UPDATE set it writes the reference anew instead. */
#include "tests/models/test_scenario.h"

#include "models/scenario_keys.h"
#include "models/scenario_latency.h"
#include "models/scenario_loader.h"

static const char begin_mark[] = "<!-- keys begin";
static const char end_mark[] = "<!-- keys end -->";

static void doc_path(char *path, size_t size)
{
    const char *source = getenv("SRC");
    snprintf(path, size, "%s/docs/scenario.md", source != NULL ? source : ".");
}

static char *read_all(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s cannot be opened", path);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    size_t length = fread(text, 1, (1 << 20) - 1, file);
    assert_true(length > 0 && length < (1 << 20) - 1);
    fclose(file);
    return text;
}

/* ---- the reference ---- */

static void put_choices(FILE *out, const struct dg_choice *choices)
{
    for (size_t i = 0; choices[i].name != NULL; i++)
        fprintf(out, "%s`%s`", i > 0 ? ", " : "", choices[i].name);
}

static void put_bounds(FILE *out, const struct key *key, const char *what)
{
    char low[96], high[96];
    value_write_number(key, key->minimum, low, sizeof low);
    value_write_number(key, key->maximum, high, sizeof high);
    fprintf(out, "%s%s to %s", what, low, high);
}

static void put_type(FILE *out, const struct key *key)
{
    switch (key->type) {
    case KEY_TEXT: fputs("text", out); break;
    case KEY_PLACE: fputs("a place, see above", out); break;
    case KEY_FILE: fputs("path", out); break;
    case KEY_BOOL: fputs("`true`, `false`", out); break;
    case KEY_SEED: fputs("whole, to 2^64 - 1", out); break;
    case KEY_LIMIT: fputs("count, or `unlimited`", out); break;
    case KEY_CHOICE: put_choices(out, key->choices); break;
    case KEY_REFERENCE: fprintf(out, "name of a %s", over_what(key->over)); break;
    case KEY_SHARES: fprintf(out, "shares, by %s", over_what(key->over)); break;
    case KEY_NUMBERS: fprintf(out, "numbers, by %s", over_what(key->over)); break;
    case KEY_LATENCIES: fputs("object of objects", out); break;
    case KEY_BANDWIDTH: put_bounds(out, key, "`unlimited`, or "); break;
    default: put_bounds(out, key, "");
    }
}

static void put_default(FILE *out, const struct key *key)
{
    const char *text = key->standard;
    if (key->fallback == FALLBACK_REQUIRED) {
        fputs("**must be given**", out);
        return;
    }
    fprintf(out, key->fallback == FALLBACK_TEXT ? "`%s`" : "%s", *text != '\0' ? text : "\"\"");
    fprintf(out, " (%s%s%s)", dg_origin_name(key->origin), key->source != NULL ? ": " : "",
            key->source != NULL ? key->source : "");
}

static void put_row(FILE *out, const struct key *key)
{
    fprintf(out, "| `%s` | ", key->path);
    put_type(out, key);
    fputs(" | ", out);
    put_default(out, key);
    fprintf(out, " | %s", key->meaning);
    if (key->relevant != NULL)
        fprintf(out, "; only with %s", key->only);
    fputs(" |\n", out);
}

/* The first part of a path: what the rows are grouped by. */
static bool same_group(const char *a, const char *b)
{
    size_t length = strcspn(a, ".");
    if (a[length] == '\0' || b[strcspn(b, ".")] == '\0')
        return a[length] == '\0' && b[strcspn(b, ".")] == '\0';
    return strncmp(a, b, length + 1) == 0;
}

static void put_heading(FILE *out, const struct key *key)
{
    size_t length = strcspn(key->path, ".");
    const struct section *sections = key_sections();
    if (key->path[length] == '\0')
        fputs("\n### The whole\n\n", out);
    else if (key->section != SECTION_NONE)
        fprintf(out, "\n### %s: %s\n\n", sections[key->section].name,
                sections[key->section].meaning);
    else
        fprintf(out, "\n### %.*s\n\n", (int)length, key->path);
    fputs("| key | allowed | default | meaning |\n|---|---|---|---|\n", out);
}

static char *reference(void)
{
    struct key_table table;
    struct scenario_memory *memory = scenario_memory_open();
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_true(memory != NULL && out != NULL && key_table_open(memory, &table));
    for (size_t i = 0; i < table.count && table.rows[i].param == NULL; i++) {
        if (i == 0 || !same_group(table.rows[i - 1].path, table.rows[i].path))
            put_heading(out, &table.rows[i]);
        put_row(out, &table.rows[i]);
    }
    fputs("\n### protocol\n\nSee [parameters.md](parameters.md).\n", out);
    fputc('\n', out);
    fclose(out);
    scenario_memory_close(memory);
    return text;
}

/* ---- the page ---- */

/* The part of the page between the marks: *from is its first byte, the result the byte after it. */
static char *page_part(char *page, char **from)
{
    char *mark = strstr(page, begin_mark);
    assert_non_null(mark);
    *from = strchr(mark, '\n') + 1;
    char *to = strstr(*from, end_mark);
    assert_non_null(to);
    return to;
}

static void write_page(const char *path, char *page, const char *wanted)
{
    char *from, *to = page_part(page, &from);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(page, 1, (size_t)(from - page), file);
    fputs(wanted, file);
    fputs(to, file);
    assert_int_equal(fclose(file), 0);
}

/* Goal: every row of the world's keys stands in the page as it is, in its order, and nothing else does. */
static void page_shows_the_table(void **state)
{
    (void)state;
    char path[4096], *from;
    doc_path(path, sizeof path);
    char *page = read_all(path), *wanted = reference();
    if (getenv("DGSIM_UPDATE") != NULL) {
        write_page(path, page, wanted);
    } else {
        *page_part(page, &from) = '\0';
        assert_string_equal(from, wanted);
    }
    free(wanted);
    free(page);
}

/* Goal: the page names every place of the latency table. */
static void page_names_the_places(void **state)
{
    (void)state;
    char path[4096];
    doc_path(path, sizeof path);
    char *page = read_all(path);
    for (size_t i = 0; latency_places()[i] != NULL; i++) {
        if (strstr(page, latency_places()[i]) == NULL)
            fail_msg("%s is missing", latency_places()[i]);
    }
    free(page);
}

/* The indented lines below a heading, without their indent. */
static void example_text(const char *page, const char *heading, char *out)
{
    const char *at = strstr(page, heading);
    assert_non_null(at);
    at = strstr(at, "\n    ") + 1;
    while (strncmp(at, "    ", 4) == 0) {
        size_t length = strcspn(at, "\n") + 1;
        memcpy(out, at + 4, length - 4);
        out += length - 4;
        at += length;
    }
    *out = '\0';
}

/* Goal: the page's example is right and draws no warning. */
static void page_example_is_right(void **state)
{
    char path[4096], text[TEXT_SIZE], with[TEXT_SIZE], base[4300];
    const char *source = getenv("SRC");
    struct attempt attempt;
    doc_path(path, sizeof path);
    char *page = read_all(path);
    example_text(page, "## A small one", text);
    snprintf(base, sizeof base, "%s/scenarios/quickstart.json",
             realpath(source != NULL ? source : ".", path));
    replaced(text, "quickstart.json", base, with);
    attempt_text(*state, with, NULL, &attempt);
    if (!attempt.ok)
        fail_msg("%s", attempt.error.text);
    assert_string_equal(attempt.warnings, "");
    assert_int_equal(attempt.scenario.nodes[0].count, 10);
    scenario_free(&attempt.scenario);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_shows_the_table),
        cmocka_unit_test(page_names_the_places),
        cmocka_unit_test_setup_teardown(page_example_is_right, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
