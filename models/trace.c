/* trace.c - recorded requests, read from CSV by its header.
 *
 * Numbers are read digit by digit: what a file says is what is simulated, whatever the locale, and
 * 0.1 s is 100,000,000 ns exactly.
 */
#include "models/trace.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define TRACE_ONE        INT64_C(1000000000) /* a decimal is kept as parts of this */
#define TRACE_ROOM_FIRST UINT64_C(4096)
/* Period of a looped trace whose rows all share one time, so that time goes on. */
#define TRACE_PERIOD_MIN_NS 1000000000.0
#define TRACE_NEVER_NS      9e18

enum { TRACE_LINE_MAX = 1 << 20, TRACE_QUOTE_MAX = 60, TRACE_NO_COLUMN = -1 };

enum trace_column { TRACE_TIME, TRACE_INPUT, TRACE_OUTPUT, TRACE_COLUMNS };

struct trace_reader {
    FILE *file;
    const char *path;
    struct error *error;
    char *text; /* of the present line */
    size_t room;
    uint64_t line;
    int columns[TRACE_COLUMNS]; /* positions */
    int field_count;            /* that a row needs at least */
    bool milliseconds;
    int64_t first_ns, last_ns; /* as in the file */
};

/* Text of the file made fit for one line of an error message. */
static const char *trace_quote(const char *text, char quote[TRACE_QUOTE_MAX + 4])
{
    size_t length = strnlen(text, TRACE_QUOTE_MAX);

    for (size_t i = 0; i < length; i++)
        quote[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    strcpy(quote + length, text[length] == '\0' ? "" : "...");
    return quote;
}

static bool trace_bad(const struct trace_reader *reader, const char *cause, const char *text)
{
    char quote[TRACE_QUOTE_MAX + 4];

    return error_set(reader->error, ERROR_INPUT, "%s:%llu: %s: \"%s\"", reader->path,
                     (unsigned long long)reader->line, cause, trace_quote(text, quote));
}

enum trace_line { TRACE_LINE_READ, TRACE_LINE_END, TRACE_LINE_BAD };

static bool trace_line_blank(const char *text)
{
    return text[strspn(text, " \t")] == '\0';
}

/* The next line that is not empty, without its end. */
static enum trace_line trace_line_next(struct trace_reader *reader)
{
    for (;;) {
        errno = 0;
        ssize_t length = getline(&reader->text, &reader->room, reader->file);
        if (length < 0 && feof(reader->file))
            return TRACE_LINE_END;
        reader->line++;
        if (length < 0) {
            enum error_kind kind = errno == EISDIR ? ERROR_INPUT : ERROR_IO;
            error_set(reader->error, errno == ENOMEM ? ERROR_MEMORY : kind, "%s: %s", reader->path,
                      strerror(errno));
            return TRACE_LINE_BAD;
        }
        if (strlen(reader->text) != (size_t)length || length > TRACE_LINE_MAX) {
            trace_bad(reader, length > TRACE_LINE_MAX ? "line too long" : "not text", reader->text);
            return TRACE_LINE_BAD;
        }
        reader->text[strcspn(reader->text, "\r\n")] = '\0';
        if (!trace_line_blank(reader->text))
            return TRACE_LINE_READ;
    }
}

/* Cuts a quoted field out in place; returns where the text goes on after it. */
static char *field_unquote(char *field)
{
    char *to = field;
    char *from = field + 1;

    while (*from != '\0' && (from[0] != '"' || from[1] == '"')) {
        from += *from == '"'; /* "" is one quote */
        *to++ = *from++;
    }
    from += *from == '"';
    from += strcspn(from, ",");
    char *rest = *from == ',' ? from + 1 : NULL;
    *to = '\0';
    return rest;
}

/* Takes one field off *cursor, which becomes NULL after the last one. */
static char *field_next(char **cursor)
{
    char *field = *cursor + strspn(*cursor, " \t");

    if (*field == '"') {
        *cursor = field_unquote(field);
        return field;
    }
    char *end = field + strcspn(field, ",");
    *cursor = *end == ',' ? end + 1 : NULL;
    while (end > field && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    return field;
}

/* Reads a decimal as parts of TRACE_ONE; digits beyond those are cut off. Returns NULL, or what is
 * wrong with it. */
static const char *decimal_read(const char *text, int64_t *out)
{
    bool negative = *text == '-';
    int64_t whole = 0, part = 0, weight = TRACE_ONE;
    const char *at = text + negative;
    const char *digits = at;

    for (; *at >= '0' && *at <= '9'; at++) {
        whole = whole * 10 + (*at - '0');
        if (whole >= INT64_MAX / TRACE_ONE)
            return "is too large";
    }
    bool any = at > digits;
    if (*at == '.') {
        digits = ++at;
        for (; *at >= '0' && *at <= '9'; at++) {
            weight /= 10;
            part += weight * (*at - '0');
        }
        any = any || at > digits;
    }
    if (*at != '\0' || !any)
        return "is not a number";
    if (negative)
        return "is negative";
    *out = whole * TRACE_ONE + part;
    return NULL;
}

static bool trace_value_bad(const struct trace_reader *reader, const char *column,
                            const char *cause, const char *text)
{
    char message[96];

    snprintf(message, sizeof message, "%s %s", column, cause);
    return trace_bad(reader, message, text);
}

static bool trace_read_tokens(const struct trace_reader *reader, const char *column,
                              const char *text, uint32_t *out)
{
    int64_t value = 0;
    const char *cause = decimal_read(text, &value);

    if (cause == NULL && value % TRACE_ONE != 0)
        cause = "is not a whole number";
    if (cause == NULL && value == 0)
        cause = "must be positive";
    if (cause == NULL && value / TRACE_ONE > TRACE_TOKENS_MAX)
        cause = "is too large";
    if (cause != NULL)
        return trace_value_bad(reader, column, cause, text);
    *out = (uint32_t)(value / TRACE_ONE);
    return true;
}

static bool trace_read_time(struct trace_reader *reader, bool first, const char *text, int64_t *out)
{
    const char *column = reader->milliseconds ? "t_ms" : "t_s";
    int64_t time_ns = 0;
    const char *cause = decimal_read(text, &time_ns);

    if (reader->milliseconds)
        time_ns /= 1000;
    if (cause == NULL && !first && time_ns < reader->last_ns)
        cause = "goes back in time";
    if (cause != NULL)
        return trace_value_bad(reader, column, cause, text);
    if (first)
        reader->first_ns = time_ns;
    reader->last_ns = time_ns;
    *out = time_ns - reader->first_ns;
    return true;
}

static bool trace_read_row(struct trace_reader *reader, bool first, struct trace_row *out)
{
    char *values[TRACE_COLUMNS] = {0};
    char *cursor = reader->text;
    char line[TRACE_QUOTE_MAX + 4];
    int found = 0;

    trace_quote(reader->text, line); /* it is cut into fields below */
    for (; cursor != NULL && found < reader->field_count; found++) {
        char *field = field_next(&cursor);
        for (int column = 0; column < TRACE_COLUMNS; column++) {
            if (reader->columns[column] == found)
                values[column] = field;
        }
    }
    if (found < reader->field_count) {
        char cause[64];
        snprintf(cause, sizeof cause, "%d fields where at least %d are needed", found,
                 reader->field_count);
        return trace_bad(reader, cause, line);
    }
    return trace_read_time(reader, first, values[TRACE_TIME], &out->time_ns) &&
           trace_read_tokens(reader, "input_tokens", values[TRACE_INPUT], &out->input) &&
           trace_read_tokens(reader, "output_tokens", values[TRACE_OUTPUT], &out->output);
}

static bool trace_header_field(struct trace_reader *reader, const char *name, int position)
{
    bool milliseconds = strcmp(name, "t_ms") == 0;
    enum trace_column column = TRACE_COLUMNS;

    if (milliseconds || strcmp(name, "t_s") == 0)
        column = TRACE_TIME;
    else if (strcmp(name, "input_tokens") == 0)
        column = TRACE_INPUT;
    else if (strcmp(name, "output_tokens") == 0)
        column = TRACE_OUTPUT;
    if (column == TRACE_COLUMNS)
        return true;
    if (reader->columns[column] != TRACE_NO_COLUMN)
        return trace_bad(reader, "second column of this meaning", name);
    if (column == TRACE_TIME)
        reader->milliseconds = milliseconds;
    reader->columns[column] = position;
    reader->field_count = position + 1;
    return true;
}

static bool trace_read_header(struct trace_reader *reader)
{
    static const char *const names[TRACE_COLUMNS] = {"t_s (or t_ms)", "input_tokens",
                                                     "output_tokens"};
    char quote[TRACE_QUOTE_MAX + 4];
    enum trace_line status = trace_line_next(reader);

    if (status == TRACE_LINE_END)
        return error_set(reader->error, ERROR_INPUT, "%s: the file is empty", reader->path);
    if (status == TRACE_LINE_BAD)
        return false;
    char *cursor = reader->text;
    if (strncmp(cursor, "\xef\xbb\xbf", 3) == 0) /* byte order mark */
        cursor += 3;
    trace_quote(cursor, quote);
    for (int position = 0; cursor != NULL; position++) {
        if (!trace_header_field(reader, field_next(&cursor), position))
            return false;
    }
    for (int column = 0; column < TRACE_COLUMNS; column++) {
        if (reader->columns[column] == TRACE_NO_COLUMN)
            return error_set(reader->error, ERROR_INPUT,
                             "%s:%llu: the header has no column %s: \"%s\"", reader->path,
                             (unsigned long long)reader->line, names[column], quote);
    }
    return true;
}

static bool trace_push(struct trace *trace, uint64_t *room, const struct trace_row *row,
                       const struct trace_reader *reader)
{
    if (trace->count == TRACE_ROWS_MAX)
        return error_set(reader->error, ERROR_INPUT, "%s:%llu: more than %llu rows", reader->path,
                         (unsigned long long)reader->line, (unsigned long long)TRACE_ROWS_MAX);
    if (trace->count == *room) {
        uint64_t more = *room > 0 ? *room * 2 : TRACE_ROOM_FIRST;
        struct trace_row *rows = realloc(trace->rows, more * sizeof *rows);
        if (rows == NULL)
            return error_set(reader->error, ERROR_MEMORY, "%s: no memory for %llu rows",
                             reader->path, (unsigned long long)more);
        trace->rows = rows;
        *room = more;
    }
    trace->rows[trace->count++] = *row;
    return true;
}

static bool trace_read_rows(struct trace_reader *reader, struct trace *trace)
{
    uint64_t room = 0;
    struct trace_row row;
    enum trace_line status;

    while ((status = trace_line_next(reader)) == TRACE_LINE_READ) {
        if (!trace_read_row(reader, trace->count == 0, &row) ||
            !trace_push(trace, &room, &row, reader))
            return false;
    }
    if (status == TRACE_LINE_BAD)
        return false;
    if (trace->count == 0)
        return error_set(reader->error, ERROR_INPUT, "%s: no rows after the header", reader->path);
    return true;
}

bool trace_load(const char *path, struct trace *out, struct error *error)
{
    struct trace trace = {0};
    struct trace_reader reader = {
        .file = fopen(path, "r"),
        .path = path,
        .error = error,
        .columns = {TRACE_NO_COLUMN, TRACE_NO_COLUMN, TRACE_NO_COLUMN},
    };
    if (reader.file == NULL)
        return error_set(error, ERROR_INPUT, "%s: %s", path, strerror(errno));

    bool ok = trace_read_header(&reader) && trace_read_rows(&reader, &trace);
    if (!ok)
        goto done;
    *out = trace;
    trace = (struct trace){0}; /* now the caller's */
done:
    trace_free(&trace);
    free(reader.text);
    fclose(reader.file);
    return ok;
}

void trace_free(struct trace *trace)
{
    free(trace->rows);
    *trace = (struct trace){0};
}

/* From the first row of one pass to that of the next: the span and one mean gap. */
static double trace_period(const struct trace *trace)
{
    double span_ns = (double)trace->rows[trace->count - 1].time_ns;

    if (trace->count == 1 || span_ns <= 0)
        return TRACE_PERIOD_MIN_NS;
    return span_ns + span_ns / (double)(trace->count - 1);
}

int64_t trace_time(const struct trace *trace, uint64_t index, double rate_scale, bool loop)
{
    uint64_t pass = index / trace->count;

    if (pass > 0 && !loop)
        return INT64_MAX;
    int64_t time_ns = trace->rows[index % trace->count].time_ns;
    if (pass == 0 && rate_scale == 1)
        return time_ns;
    double scaled_ns = ((double)time_ns + (double)pass * trace_period(trace)) / rate_scale;
    return scaled_ns < TRACE_NEVER_NS ? (int64_t)(scaled_ns + 0.5) : INT64_MAX;
}

const struct trace_row *trace_row_at(const struct trace *trace, uint64_t index)
{
    return &trace->rows[index % trace->count];
}
