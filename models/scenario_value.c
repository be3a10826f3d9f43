/* scenario_value.c - values of keys from text and back to it. See scenario_loader.h. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/behaviour.h"
#include "models/scenario_loader.h"
#include "models/scenario_unit.h"

/* ---- from text ---- */

static bool is_number(const char *text)
{
    const char *at = text + (*text == '-');
    if (!isdigit((unsigned char)*at) || (at[0] == '0' && isdigit((unsigned char)at[1])))
        return false;
    at += strspn(at, "0123456789");
    if (*at == '.' && isdigit((unsigned char)at[1]))
        at += 1 + strspn(at + 1, "0123456789");
    if (*at == 'e' || *at == 'E') {
        at += at[1] == '-' || at[1] == '+' ? 2 : 1;
        if (!isdigit((unsigned char)*at))
            return false;
        at += strspn(at, "0123456789");
    }
    return *at == '\0';
}

static enum json_kind kind_of_text(const char *text)
{
    if (strcmp(text, "null") == 0)
        return JSON_NULL;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return JSON_BOOL;
    return is_number(text) ? JSON_NUMBER : JSON_STRING;
}

bool value_parse(const struct json_origin *origin, const char *text, struct scenario_memory *memory,
                 struct json_node **out, struct error *error)
{
    static const struct json_origin built_in = {.name = "a default"};
    if (*text == '{' || *text == '[' || *text == '"')
        return json_read_text(origin != NULL ? origin : &built_in, text, strlen(text), memory, out,
                              error);
    struct json_node *node = scenario_memory_take(memory, sizeof *node);
    char *copy = scenario_memory_copy(memory, text, strlen(text));
    if (node == NULL || copy == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    *node = (struct json_node){.kind = kind_of_text(text),
                               .truth = strcmp(text, "true") == 0,
                               .text = copy,
                               .origin = origin};
    *out = node;
    return true;
}

/* ---- names that shares and references speak of ---- */

size_t over_count(const struct scenario *scenario, enum key_over over)
{
    size_t count;
    if (over < OVER_NODE_BEHAVIOURS)
        return section_count(scenario, (enum section_id)over);
    behaviour_table(&count);
    return count;
}

const char *over_name(const struct scenario *scenario, enum key_over over, size_t index)
{
    if (over < OVER_NODE_BEHAVIOURS)
        return section_name(scenario, (enum section_id)over, index);
    size_t count;
    const struct behaviour *row = behaviour_table(&count)[index];
    unsigned role = over == OVER_NODE_BEHAVIOURS ? BEHAVIOUR_NODE : BEHAVIOUR_VERIFIER;
    return (row->role & role) != 0 ? row->name : NULL;
}

const char *over_what(enum key_over over)
{
    if (over < OVER_NODE_BEHAVIOURS)
        return key_sections()[over].one;
    return over == OVER_NODE_BEHAVIOURS ? "behaviour of nodes" : "behaviour of verifiers";
}

/* ---- to text ---- */

static void write_duration(int64_t value, bool exact, struct value_text *out)
{
    char text[UNIT_TEXT_SIZE];
    unit_write_duration(value, text);
    if (exact)
        snprintf(out->text, sizeof out->text, "%lldns", (long long)value);
    else
        snprintf(out->text, sizeof out->text, "%s", text);
    out->quoted = true;
}

static void write_amount(int64_t value, bool exact, struct value_text *out)
{
    char text[UNIT_TEXT_SIZE];
    unit_write_amount(value, text);
    if (exact)
        snprintf(out->text, sizeof out->text, "%lld uDGAI", (long long)value);
    else
        snprintf(out->text, sizeof out->text, "%s", text);
    out->quoted = true;
}

/* A number with a unit: exact in the base unit, or in the unit that suits it. */
static void write_real(double value, bool exact, const char *unit, void (*write)(double, char *),
                       struct value_text *out)
{
    char text[UNIT_TEXT_SIZE];
    (exact ? unit_write_number : write)(value, text);
    snprintf(out->text, sizeof out->text, "%s%s", text, exact ? unit : "");
    out->quoted = !exact || *unit != '\0';
}

static void write_param(const struct dg_param_row *row, int64_t value, bool exact,
                        struct value_text *out)
{
    char text[UNIT_TEXT_SIZE];
    switch (row->unit) {
    case DG_UNIT_COUNT: snprintf(out->text, sizeof out->text, "%lld", (long long)value); break;
    case DG_UNIT_DURATION: write_duration(value, exact, out); break;
    case DG_UNIT_AMOUNT: write_amount(value, exact, out); break;
    case DG_UNIT_CHOICE:
        snprintf(out->text, sizeof out->text, "%s", row->choices[value].name);
        out->quoted = true;
        break;
    case DG_UNIT_FRACTION: /* exact already */
        unit_write_parts(value, DG_ONE, text);
        snprintf(out->text, sizeof out->text, "%s", text);
        out->quoted = true;
        break;
    }
}

static void write_word(const char *text, struct value_text *out)
{
    snprintf(out->text, sizeof out->text, "%s", text != NULL ? text : "");
    out->quoted = true;
}

static void write_limit(uint32_t value, struct value_text *out)
{
    if (value == UINT32_MAX)
        write_word("unlimited", out);
    else
        snprintf(out->text, sizeof out->text, "%u", value);
}

void value_write_number(const struct key *key, double value, char *text, size_t size)
{
    struct value_text written = {{0}, false};
    if (key->type == KEY_DURATION)
        write_duration((int64_t)value, false, &written);
    else if (key->type == KEY_AMOUNT)
        write_amount((int64_t)value, false, &written);
    else if (key->type == KEY_RATE)
        write_real(value, false, "/s", unit_write_rate, &written);
    else if (key->type == KEY_BANDWIDTH)
        write_real(value, false, " bit/s", unit_write_bandwidth, &written);
    else if (key->type == KEY_FRACTION)
        write_real(value, false, "", unit_write_fraction, &written);
    else if (key->type == KEY_PARAMETER)
        write_param(key->param, (int64_t)value, false, &written);
    else
        unit_write_number(value, written.text);
    snprintf(text, size, "%s", written.text);
}

/* Fields of a plain number of bytes. */
static void write_plain(const struct key *key, const void *field, struct value_text *out)
{
    uint32_t number;
    uint64_t seed;
    double real;
    if (key->type == KEY_BOOL) {
        snprintf(out->text, sizeof out->text, "%s", *(const bool *)field ? "true" : "false");
    } else if (key->type == KEY_SEED) {
        memcpy(&seed, field, sizeof seed);
        snprintf(out->text, sizeof out->text, "%llu", (unsigned long long)seed);
    } else if (key->type == KEY_NUMBER) {
        memcpy(&real, field, sizeof real);
        unit_write_number(real, out->text);
    } else {
        memcpy(&number, field, sizeof number);
        snprintf(out->text, sizeof out->text, "%u", number);
    }
}

static void write_with_unit(const struct key *key, const void *field, bool exact,
                            struct value_text *out)
{
    int64_t whole;
    double real;
    memcpy(&whole, field, sizeof whole);
    memcpy(&real, field, sizeof real);
    if (key->type == KEY_DURATION)
        write_duration(whole, exact, out);
    else if (key->type == KEY_AMOUNT)
        write_amount(whole, exact, out);
    else if (key->type == KEY_PARAMETER)
        write_param(key->param, whole, exact, out);
    else if (key->type == KEY_RATE)
        write_real(real, exact, "/s", unit_write_rate, out);
    else if (key->type == KEY_FRACTION)
        write_real(real, exact, "", unit_write_fraction, out);
    else if (real == 0)
        write_word("unlimited", out);
    else
        write_real(real, exact, " bit/s", unit_write_bandwidth, out);
}

void value_write(const struct key *key, const void *field, bool exact, struct value_text *out)
{
    uint32_t index;
    *out = (struct value_text){{0}, false};
    switch (key->type) {
    case KEY_CHOICE:
        memcpy(&index, field, sizeof index);
        write_word(key->choices[index].name, out);
        break;
    case KEY_LIMIT:
        memcpy(&index, field, sizeof index);
        write_limit(index, out);
        break;
    case KEY_DURATION:
    case KEY_AMOUNT:
    case KEY_PARAMETER:
    case KEY_RATE:
    case KEY_FRACTION:
    case KEY_BANDWIDTH: write_with_unit(key, field, exact, out); break;
    default: write_plain(key, field, out); break;
    }
}
