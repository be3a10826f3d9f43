/* scenario_scan.c - see scenario_scan.h. */
#include "models/scenario_scan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_json.h"

struct cursor {
    struct scan *scan;
    const char *name;
    const char *at, *end;
    uint32_t line, column;
    unsigned depth;
    struct error *error;
};

static bool cursor_fail(const struct cursor *cursor, const char *wrong)
{
    return error_set(cursor->error, ERROR_INPUT, "%s:%u:%u: %s", cursor->name, cursor->line,
                     cursor->column, wrong);
}

/* A byte that continues a character is not a column of its own. */
static void cursor_step(struct cursor *cursor)
{
    unsigned char c = (unsigned char)*cursor->at++;
    if (c == '\n') {
        cursor->line++;
        cursor->column = 1;
    } else if ((c & 0xc0) != 0x80) {
        cursor->column++;
    }
}

static bool cursor_is(const struct cursor *cursor, char c)
{
    return cursor->at < cursor->end && *cursor->at == c;
}

/* ---- text and comments ---- */

/* Length of the UTF-8 character at p (RFC 3629); 0 where there is none. */
static size_t character_length(const unsigned char *p, size_t left)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high, length;
    } rows[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    if (p[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (p[0] < rows[i].first_low || p[0] > rows[i].first_high)
            continue;
        if (left < rows[i].length || p[1] < rows[i].second_low || p[1] > rows[i].second_high)
            return 0;
        for (size_t k = 2; k < rows[i].length; k++) {
            if (p[k] < 0x80 || p[k] > 0xbf)
                return 0;
        }
        return rows[i].length;
    }
    return 0;
}

static bool check_text(struct cursor cursor)
{
    if (cursor.at == cursor.end)
        return cursor_fail(&cursor, "the file is empty");
    while (cursor.at < cursor.end) {
        unsigned char c = (unsigned char)*cursor.at;
        size_t length =
            character_length((const unsigned char *)cursor.at, (size_t)(cursor.end - cursor.at));
        if (c == 0)
            return cursor_fail(&cursor, "a NUL byte: this is not a text file");
        if (length == 0 || (c < 0x20 && strchr("\t\r\n", c) == NULL)) {
            char wrong[80];
            snprintf(wrong, sizeof wrong, "the byte 0x%02x: this is not UTF-8 text", c);
            return cursor_fail(&cursor, wrong);
        }
        for (; length > 0; length--)
            cursor_step(&cursor);
    }
    return true;
}

/* Copies a string as it stands; an unclosed one ends with its line, for the scan to complain
 * about. */
static char *copy_string(struct cursor *cursor, char *out)
{
    bool escaped = false, open = true;
    *out++ = *cursor->at;
    cursor_step(cursor);
    while (open && cursor->at < cursor->end && *cursor->at != '\n') {
        char c = *cursor->at;
        open = escaped || c != '"';
        escaped = !escaped && c == '\\';
        *out++ = c;
        cursor_step(cursor);
    }
    return out;
}

/* One character of a comment becomes one space, so that columns stay right. */
static char *blank(struct cursor *cursor, char *out)
{
    unsigned char c = (unsigned char)*cursor->at;
    if (c == '\n' || (c & 0xc0) != 0x80)
        *out++ = c == '\n' ? '\n' : ' ';
    cursor_step(cursor);
    return out;
}

static char *blank_line(struct cursor *cursor, char *out)
{
    while (cursor->at < cursor->end && *cursor->at != '\n')
        out = blank(cursor, out);
    return out;
}

/* NULL: the comment has no end. */
static char *blank_block(struct cursor *cursor, char *out)
{
    struct cursor opened = *cursor;
    out = blank(cursor, out);
    out = blank(cursor, out);
    for (char last = ' '; cursor->at < cursor->end;) {
        char c = *cursor->at;
        out = blank(cursor, out);
        if (last == '*' && c == '/')
            return out;
        last = c;
    }
    cursor_fail(&opened, "this comment is not closed: \"*/\" is missing");
    return NULL;
}

static bool strip_comments(struct cursor cursor, char *plain, size_t *length)
{
    char *out = plain;
    while (cursor.at < cursor.end) {
        char next = cursor.at + 1 < cursor.end ? cursor.at[1] : '\0';
        if (*cursor.at == '"') {
            out = copy_string(&cursor, out);
        } else if (*cursor.at == '/' && next == '/') {
            out = blank_line(&cursor, out);
        } else if (*cursor.at == '/' && next == '*') {
            out = blank_block(&cursor, out);
            if (out == NULL)
                return false;
        } else {
            *out++ = *cursor.at;
            cursor_step(&cursor);
        }
    }
    *out = '\0';
    *length = (size_t)(out - plain);
    return true;
}

/* ---- grammar (RFC 8259) ---- */

static bool expected(const struct cursor *cursor, const char *what)
{
    char wrong[160];
    unsigned char c = cursor->at < cursor->end ? (unsigned char)*cursor->at : 0;
    if (cursor->at >= cursor->end)
        snprintf(wrong, sizeof wrong, "the file ends where %s is expected (is it cut off?)", what);
    else if (isgraph(c))
        snprintf(wrong, sizeof wrong, "%s is expected, not '%c'", what, c);
    else
        snprintf(wrong, sizeof wrong, "%s is expected", what);
    return cursor_fail(cursor, wrong);
}

static void skip_space(struct cursor *cursor)
{
    while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at) != NULL)
        cursor_step(cursor);
}

static bool scan_escape(struct cursor *cursor)
{
    cursor_step(cursor);
    if (cursor->at >= cursor->end || strchr("\"\\/bfnrtu", *cursor->at) == NULL)
        return cursor_fail(cursor,
                           "no such escape: allowed are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
    if (*cursor->at != 'u') {
        cursor_step(cursor);
        return true;
    }
    cursor_step(cursor);
    bool zero = true;
    for (int i = 0; i < 4; i++) {
        if (cursor->at >= cursor->end || !isxdigit((unsigned char)*cursor->at))
            return cursor_fail(cursor, "\\u needs four hexadecimal digits");
        zero = zero && *cursor->at == '0';
        cursor_step(cursor);
    }
    return !zero || cursor_fail(cursor, "\\u0000 is not allowed");
}

static bool scan_string(struct cursor *cursor)
{
    struct cursor opened = *cursor;
    cursor_step(cursor);
    while (cursor->at < cursor->end && *cursor->at != '"') {
        if (*cursor->at == '\n' || *cursor->at == '\r')
            return cursor_fail(&opened, "this string is not closed on its line: '\"' is missing");
        if ((unsigned char)*cursor->at < 0x20)
            return cursor_fail(cursor, "a control character in a string");
        if (*cursor->at != '\\')
            cursor_step(cursor);
        else if (!scan_escape(cursor))
            return false;
    }
    if (cursor->at >= cursor->end)
        return cursor_fail(&opened, "this string is not closed (is the file cut off?)");
    cursor_step(cursor);
    return true;
}

static bool scan_digits(struct cursor *cursor)
{
    if (cursor->at >= cursor->end || !isdigit((unsigned char)*cursor->at))
        return expected(cursor, "a digit");
    while (cursor->at < cursor->end && isdigit((unsigned char)*cursor->at))
        cursor_step(cursor);
    return true;
}

static bool scan_number(struct cursor *cursor)
{
    if (cursor_is(cursor, '-'))
        cursor_step(cursor);
    if (cursor_is(cursor, '0') && cursor->at + 1 < cursor->end &&
        isdigit((unsigned char)cursor->at[1]))
        return cursor_fail(cursor, "a number must not begin with 0 and more digits");
    if (!scan_digits(cursor))
        return false;
    if (cursor_is(cursor, '.')) {
        cursor_step(cursor);
        if (!scan_digits(cursor))
            return false;
    }
    if (cursor_is(cursor, 'e') || cursor_is(cursor, 'E')) {
        cursor_step(cursor);
        if (cursor_is(cursor, '+') || cursor_is(cursor, '-'))
            cursor_step(cursor);
        return scan_digits(cursor);
    }
    return true;
}

static bool scan_word(struct cursor *cursor)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t length = 0;
    while (cursor->at + length < cursor->end &&
           (isalnum((unsigned char)cursor->at[length]) || cursor->at[length] == '_'))
        length++;
    for (size_t i = 0; i < 3; i++) {
        if (strlen(words[i]) == length && strncmp(cursor->at, words[i], length) == 0) {
            while (length-- > 0)
                cursor_step(cursor);
            return true;
        }
    }
    if (length == 0)
        return expected(cursor, "a value");
    char wrong[120];
    snprintf(wrong, sizeof wrong,
             "%.*s is no value: words stand in double quotes (except true, false, null)",
             length > 30 ? 30 : (int)length, cursor->at);
    return cursor_fail(cursor, wrong);
}

static bool mark_add(struct cursor *cursor, const struct cursor *key, size_t *index)
{
    struct scan *scan = cursor->scan;
    if (scan->count == JSON_VALUE_LIMIT)
        return cursor_fail(cursor, "too many values: at most 200000 in one file");
    if (scan->count == scan->capacity) {
        size_t capacity = scan->capacity == 0 ? 256 : 2 * scan->capacity;
        struct scan_mark *marks = realloc(scan->marks, capacity * sizeof *marks);
        if (marks == NULL)
            return error_set(cursor->error, ERROR_MEMORY, "%s: out of memory", cursor->name);
        scan->marks = marks;
        scan->capacity = capacity;
    }
    *index = scan->count++;
    scan->marks[*index] = (struct scan_mark){.line = cursor->line,
                                             .column = cursor->column,
                                             .key_line = key->line,
                                             .key_column = key->column,
                                             .text = cursor->at};
    return true;
}

static bool scan_value(struct cursor *cursor, const struct cursor *key);

/* name : value */
static bool scan_member(struct cursor *cursor)
{
    struct cursor key = *cursor;
    if (!cursor_is(cursor, '"'))
        return expected(cursor, "a key in double quotes");
    if (!scan_string(cursor))
        return false;
    skip_space(cursor);
    if (!cursor_is(cursor, ':'))
        return expected(cursor, "':' after the key");
    cursor_step(cursor);
    skip_space(cursor);
    return scan_value(cursor, &key);
}

/* What stands between brackets: members of an object or values of a list. */
static bool scan_items(struct cursor *cursor, char close)
{
    bool object = close == '}';
    if (++cursor->depth > JSON_DEPTH_LIMIT)
        return cursor_fail(cursor, "nested too deeply: at most 32 levels");
    cursor_step(cursor);
    skip_space(cursor);
    bool more = !cursor_is(cursor, close);
    while (more) {
        if (object ? !scan_member(cursor) : !scan_value(cursor, cursor))
            return false;
        skip_space(cursor);
        more = cursor_is(cursor, ',');
        if (!more)
            break;
        cursor_step(cursor);
        skip_space(cursor);
        if (cursor_is(cursor, close))
            return cursor_fail(cursor, "nothing follows the last ',': remove it");
    }
    if (!cursor_is(cursor, close))
        return expected(cursor, object ? "',' or '}'" : "',' or ']'");
    cursor_step(cursor);
    cursor->depth--;
    return true;
}

/* Recursion ends at the depth limit. */
static bool scan_value(struct cursor *cursor, const struct cursor *key)
{
    size_t index = 0;
    struct cursor start = *key;
    if (cursor->at >= cursor->end)
        return expected(cursor, "a value");
    if (!mark_add(cursor, &start, &index))
        return false;
    bool ok;
    if (*cursor->at == '{')
        ok = scan_items(cursor, '}');
    else if (*cursor->at == '[')
        ok = scan_items(cursor, ']');
    else if (*cursor->at == '"')
        ok = scan_string(cursor);
    else if (*cursor->at == '-' || isdigit((unsigned char)*cursor->at))
        ok = scan_number(cursor);
    else
        ok = scan_word(cursor);
    struct scan_mark *mark = &cursor->scan->marks[index];
    mark->length = (size_t)(cursor->at - mark->text);
    return ok;
}

bool scan_run(struct scan *scan, const char *name, const char *text, size_t length, char *plain,
              struct error *error)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    struct cursor cursor = {.scan = scan,
                            .name = name,
                            .at = text,
                            .end = text + length,
                            .line = 1,
                            .column = 1,
                            .error = error};
    if (length >= 3 && memcmp(text, byte_order_mark, 3) == 0)
        cursor.at += 3;
    if (!check_text(cursor) || !strip_comments(cursor, plain, &scan->length))
        return false;
    cursor.at = plain;
    cursor.end = plain + scan->length;
    skip_space(&cursor);
    if (!scan_value(&cursor, &cursor))
        return false;
    skip_space(&cursor);
    return cursor.at == cursor.end || expected(&cursor, "the end of the file");
}

void scan_fini(struct scan *scan)
{
    free(scan->marks);
    *scan = (struct scan){0};
}
