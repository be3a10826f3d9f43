/* summary.c - sections of aligned lines; a section with subjects (behaviours, classes) is a
 * matrix. */
#include "analysis/summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/estimate.h"
#include "analysis/format.h"
#include "analysis/summary_rows.h"

enum { LABEL_WIDTH = 31, VALUE_WIDTH = 16, COLUMN_LIMIT = 16, FINGERPRINTS_SHOWN = 4 };

__extension__ typedef __int128 wide;

struct printer {
    FILE *out;
    const struct summary *summary;
    const struct estimates *estimates;
    bool *printed; /* by metric */
};

static void print_padding(FILE *out, size_t width, size_t taken)
{
    fprintf(out, "%*s", width > taken ? (int)(width - taken) : 0, "");
}

static void print_right(FILE *out, const char *text, size_t width)
{
    print_padding(out, width, format_width(text));
    fputs(text, out);
}

static void print_label(FILE *out, const char *label, const char *unit)
{
    char text[FORMAT_SIZE];
    snprintf(text, sizeof text, unit[0] != '\0' ? "%.90s (%.20s)" : "%.90s", label, unit);
    fprintf(out, "  %s", text);
    print_padding(out, LABEL_WIDTH, format_width(text));
}

static void print_title(const struct printer *printer, const char *title)
{
    bool colour = printer->summary->colour;
    fprintf(printer->out, "\n%s%s%s\n", colour ? "\033[1m" : "", title, colour ? "\033[0m" : "");
}

static size_t family_length(const char *metric)
{
    size_t length = strlen(metric);
    return length > 2 && strcmp(metric + length - 2, ".*") == 0 ? length - 1 : 0;
}

static bool row_matches(const struct summary_row *row, const char *name)
{
    size_t family = family_length(row->metric);
    return family > 0 ? strncmp(name, row->metric, family) == 0 : strcmp(name, row->metric) == 0;
}

static const char *row_unit(const struct summary_row *row, const char *unit)
{
    return row->unit != NULL ? row->unit : unit;
}

/* ---- lines with one value ---- */

static void print_value(const struct printer *printer, const char *label, const char *unit,
                        const struct estimate *value)
{
    char text[FORMAT_SIZE];
    format_estimate(text, value, unit, printer->summary->count);
    print_label(printer->out, label, "");
    fputc(' ', printer->out);
    print_right(printer->out, text, VALUE_WIDTH);
    fputc('\n', printer->out);
}

static void hide(const struct printer *printer, const struct summary_row *row)
{
    for (size_t i = 0; i < printer->estimates->count; i++) {
        if (row_matches(row, printer->estimates->items[i].name))
            printer->printed[i] = true;
    }
}

static void print_single(const struct printer *printer, const struct summary_row *row)
{
    for (size_t i = 0; i < printer->estimates->count; i++) {
        const struct metric_estimate *metric = &printer->estimates->items[i];
        if (!row_matches(row, metric->name))
            continue;
        printer->printed[i] = true;
        if (metric->value.mean == 0 && summary_row_optional(row))
            continue;
        print_value(printer, row->label, row_unit(row, metric->unit), &metric->value);
    }
}

/* ---- lines with a column for each subject ---- */

struct matrix {
    const char *subjects[COLUMN_LIMIT];
    size_t width[COLUMN_LIMIT];
    size_t count;
};

/* "-" or the value without its unit, which the label shows, unless the unit changes with size. */
static void matrix_cell(const struct printer *printer, const struct summary_row *row,
                        const char *subject, char text[FORMAT_SIZE])
{
    char name[RESULT_NAME_SIZE];
    snprintf(name, sizeof name, "%.*s%s", (int)family_length(row->metric), row->metric, subject);
    const struct metric_estimate *metric = estimates_find(printer->estimates, name);
    snprintf(text, FORMAT_SIZE, "-");
    if (metric == NULL)
        return;
    const char *unit = row_unit(row, metric->unit);
    bool in_cell = strcmp(unit, "s") == 0 || strcmp(unit, "%") == 0;
    format_estimate(text, &metric->value, in_cell ? unit : "", printer->summary->count);
}

static size_t matrix_column(struct matrix *matrix, const char *subject)
{
    for (size_t i = 0; i < matrix->count; i++) {
        if (strcmp(matrix->subjects[i], subject) == 0)
            return i;
    }
    if (matrix->count == COLUMN_LIMIT)
        return COLUMN_LIMIT;
    matrix->subjects[matrix->count] = subject;
    matrix->width[matrix->count] = format_width(subject);
    return matrix->count++;
}

/* Finds the subjects of a row and widens their columns; true if the row is to be printed. */
static bool matrix_measure(const struct printer *printer, const struct summary_row *row,
                           struct matrix *matrix)
{
    bool any = false, all_zero = true;
    for (size_t i = 0; i < printer->estimates->count; i++) {
        const char *name = printer->estimates->items[i].name;
        if (!row_matches(row, name))
            continue;
        char text[FORMAT_SIZE];
        const char *subject = name + family_length(row->metric);
        size_t column = matrix_column(matrix, subject);
        if (column == COLUMN_LIMIT)
            continue; /* stays unprinted, and so goes under "Other" */
        matrix_cell(printer, row, subject, text);
        if (format_width(text) > matrix->width[column])
            matrix->width[column] = format_width(text);
        printer->printed[i] = true;
        any = true;
        all_zero = all_zero && printer->estimates->items[i].value.mean == 0;
    }
    return any && !(all_zero && summary_row_optional(row));
}

static const char *matrix_unit(const struct printer *printer, const struct summary_row *row)
{
    for (size_t i = 0; i < printer->estimates->count; i++) {
        if (!row_matches(row, printer->estimates->items[i].name))
            continue;
        const char *unit = row_unit(row, printer->estimates->items[i].unit);
        return strcmp(unit, "s") == 0 || strcmp(unit, "%") == 0 ? "" : unit;
    }
    return "";
}

static void matrix_print_row(const struct printer *printer, const struct summary_row *row,
                             const struct matrix *matrix)
{
    print_label(printer->out, row->label, matrix_unit(printer, row));
    for (size_t i = 0; i < matrix->count; i++) {
        char text[FORMAT_SIZE];
        matrix_cell(printer, row, matrix->subjects[i], text);
        fputs("  ", printer->out);
        print_right(printer->out, text, matrix->width[i]);
    }
    fputc('\n', printer->out);
}

static void matrix_print(const struct printer *printer, const struct summary_row *rows,
                         size_t count)
{
    struct matrix matrix = {0};
    for (size_t i = 0; i < count; i++) {
        if (family_length(rows[i].metric) > 0)
            matrix_measure(printer, &rows[i], &matrix);
    }
    if (matrix.count == 0)
        return;
    print_label(printer->out, "", "");
    for (size_t i = 0; i < matrix.count; i++) {
        fputs("  ", printer->out);
        print_right(printer->out, matrix.subjects[i], matrix.width[i]);
    }
    fputc('\n', printer->out);
    for (size_t i = 0; i < count; i++) {
        struct matrix ignored = {0};
        if (family_length(rows[i].metric) > 0 && matrix_measure(printer, &rows[i], &ignored))
            matrix_print_row(printer, &rows[i], &matrix);
    }
}

/* ---- sections ---- */

static bool section_has_metrics(const struct printer *printer, const struct summary_row *rows,
                                size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < printer->estimates->count; k++) {
            if (row_matches(&rows[i], printer->estimates->items[k].name))
                return true;
        }
    }
    return false;
}

static void print_section(const struct printer *printer, const struct summary_row *rows,
                          size_t count)
{
    if (!section_has_metrics(printer, rows, count))
        return;
    if (rows[0].section[0] == '\0') {
        for (size_t i = 0; i < count; i++)
            hide(printer, &rows[i]);
        return;
    }
    print_title(printer, rows[0].section);
    for (size_t i = 0; i < count; i++) {
        if (family_length(rows[i].metric) == 0)
            print_single(printer, &rows[i]);
    }
    matrix_print(printer, rows, count);
}

static void print_sections(const struct printer *printer)
{
    size_t count = 0;
    const struct summary_row *rows = summary_rows(&count);
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && rows[end].section == rows[start].section;)
            end++;
        print_section(printer, rows + start, end - start);
    }
}

static void print_other(const struct printer *printer)
{
    bool titled = false;
    for (size_t i = 0; i < printer->estimates->count; i++) {
        const struct metric_estimate *metric = &printer->estimates->items[i];
        if (printer->printed[i])
            continue;
        if (!titled)
            print_title(printer, "Other");
        titled = true;
        print_value(printer, metric->name, metric->unit, &metric->value);
    }
}

/* ---- the ledger ---- */

enum { LEDGER_IN = 3, LEDGER_LINES = LEDGER_IN + DG_ACCOUNT_COUNT };

static int64_t ledger_amount(const struct dg_ledger_totals *totals, int line)
{
    const int64_t in[LEDGER_IN] = {totals->genesis, totals->minted, totals->deposited};
    return line < LEDGER_IN ? in[line] : totals->account[line - LEDGER_IN];
}

static const char *ledger_name(int line)
{
    static const char *const in[LEDGER_IN] = {"genesis", "minted", "deposited"};
    return line < LEDGER_IN ? in[line] : dg_account_name((enum dg_account)(line - LEDGER_IN));
}

static wide ledger_sum(const struct dg_ledger_totals *totals, int first, int end)
{
    wide sum = 0;
    for (int line = first; line < end; line++)
        sum += ledger_amount(totals, line);
    return sum;
}

static const struct dg_ledger_totals *ledger_end(const struct result *result)
{
    return result->ledger_count == 0 ? NULL : &result->ledger[result->ledger_count - 1].totals;
}

/* The sum of lines first..end-1: exact for one run, an estimate for several. */
static void print_ledger_line(const struct printer *printer, const char *name, int first, int end)
{
    const struct summary *summary = printer->summary;
    char text[FORMAT_SIZE];
    struct estimate value = {0, NAN, NAN};
    double *sums = calloc(summary->count, sizeof *sums);
    for (size_t i = 0; sums != NULL && i < summary->count; i++)
        sums[i] = (double)ledger_sum(ledger_end(&summary->results[i]), first, end) / 1e6;
    if (sums != NULL)
        value = estimate_of(sums, summary->count);
    free(sums);
    format_estimate(text, &value, "", summary->count);
    if (summary->count == 1)
        format_amount(text, (int64_t)ledger_sum(ledger_end(summary->results), first, end));
    print_label(printer->out, name, "");
    fputc(' ', printer->out);
    print_right(printer->out, text, VALUE_WIDTH + 6);
    fputc('\n', printer->out);
}

static void print_ledger_verdict(const struct printer *printer)
{
    size_t holds = 0;
    for (size_t i = 0; i < printer->summary->count; i++) {
        const struct dg_ledger_totals *end = ledger_end(&printer->summary->results[i]);
        holds += ledger_sum(end, 0, LEDGER_IN) == ledger_sum(end, LEDGER_IN, LEDGER_LINES);
    }
    if (printer->summary->count == 1)
        fprintf(printer->out, "  identity: %s\n",
                holds == 1 ? "holds to the micro-token" : "DOES NOT HOLD");
    else
        fprintf(printer->out, "  identity: holds to the micro-token in %zu of %zu runs\n", holds,
                printer->summary->count);
}

static void print_ledger(const struct printer *printer)
{
    for (size_t i = 0; i < printer->summary->count; i++) {
        if (ledger_end(&printer->summary->results[i]) == NULL)
            return;
    }
    print_title(printer, "Ledger at the end (DGAI)");
    for (int line = 0; line < LEDGER_IN; line++)
        print_ledger_line(printer, ledger_name(line), line, line + 1);
    print_ledger_line(printer, "= came in", 0, LEDGER_IN);
    for (int line = LEDGER_IN; line < LEDGER_LINES; line++)
        print_ledger_line(printer, ledger_name(line), line, line + 1);
    print_ledger_line(printer, "= is held", LEDGER_IN, LEDGER_LINES);
    print_ledger_verdict(printer);
}

/* ---- the head ---- */

static void print_speed(const struct printer *printer)
{
    const struct summary *summary = printer->summary;
    double wall = 0, events = 0, requests = 0;
    for (size_t i = 0; i < summary->count; i++) {
        wall += summary->results[i].wall_seconds;
        events += (double)summary->results[i].events;
        requests += (double)summary->results[i].requests;
    }
    char text[3][FORMAT_SIZE];
    format_number(text[0], events);
    format_number(text[1], requests);
    format_seconds(text[2], wall);
    fprintf(printer->out, "%s events, %s requests in %s", text[0], text[1], text[2]);
    if (wall > 0) {
        format_number(text[0], rint(events / wall));
        format_number(text[1], rint(requests / wall));
        fprintf(printer->out, " (%s events/s, %s requests/s)", text[0], text[1]);
    }
    fputc('\n', printer->out);
}

static void print_head(const struct printer *printer)
{
    const struct summary *summary = printer->summary;
    char span[FORMAT_SIZE];
    format_seconds(span, (double)summary->results[0].virtual_ns / 1e9);
    fprintf(printer->out, "%s: ", summary->scenario);
    if (summary->count > 1)
        fprintf(printer->out, "%zu runs of ", summary->count);
    fprintf(printer->out, "%s of virtual time, seed %" PRIu64 "\nfingerprint", span,
            summary->results[0].seed);
    for (size_t i = 0; i < summary->count && i < FINGERPRINTS_SHOWN; i++)
        fprintf(printer->out, " %016" PRIx64, summary->results[i].fingerprint);
    if (summary->count > FINGERPRINTS_SHOWN)
        fprintf(printer->out, " and %zu more", summary->count - FINGERPRINTS_SHOWN);
    fputc('\n', printer->out);
    print_speed(printer);
    if (summary->count > 1)
        fputs("values: mean ± half-width of the 95 % confidence interval\n", printer->out);
}

bool summary_print(const struct summary *summary, FILE *out, struct error *error)
{
    struct estimates estimates = {0};
    if (!estimates_init(&estimates, summary->results, summary->count, error))
        return false;
    struct printer printer = {out, summary, &estimates, calloc(estimates.count + 1, sizeof(bool))};
    bool ok = printer.printed != NULL;
    if (ok) {
        print_head(&printer);
        print_sections(&printer);
        print_other(&printer);
        print_ledger(&printer);
    } else {
        error_set(error, ERROR_MEMORY, "out of memory");
    }
    free(printer.printed);
    estimates_fini(&estimates);
    return ok;
}
