/* scenario_text.c - the effective scenario as canonical JSON: every key that has a value, in the
 * order of the table, in base units. Reading it gives the same scenario. See scenario_loader.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_loader.h"
#include "models/scenario_unit.h"

/* A growing JSON text, and the objects that are open in it. */
struct writer {
    FILE *out;
    char open[LOADER_PATH_SIZE]; /* path of the innermost open object, parts apart by '\n' */
    bool first;                  /* nothing stands in that object yet */
};

static void write_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c < 0x20)
            fprintf(out, "\\u%04x", *c);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

static void write_key(struct writer *writer, const char *key)
{
    if (!writer->first)
        fputc(',', writer->out);
    writer->first = false;
    write_string(writer->out, key);
    fputc(':', writer->out);
}

/* Length of what two paths share, in whole parts. */
static size_t common_path(const char *a, const char *b)
{
    size_t at = 0, parts = 0;
    for (; a[at] == b[at] && a[at] != '\0'; at++)
        parts = a[at] == '\n' ? at : parts;
    bool both_end = (a[at] == '\0' || a[at] == '\n') && (b[at] == '\0' || b[at] == '\n');
    return both_end ? at : parts;
}

static void leave_object(struct writer *writer)
{
    fputc('}', writer->out);
    writer->first = false;
}

/* Closes and opens objects until the one of that path is innermost. */
static void enter(struct writer *writer, const char *path)
{
    size_t shared = common_path(path, writer->open);
    if (shared == 0 && writer->open[0] != '\0')
        leave_object(writer);
    for (const char *at = writer->open + shared; *at != '\0'; at++) {
        if (*at == '\n')
            leave_object(writer);
    }
    for (const char *at = path + shared; *at != '\0';) {
        char part[LOADER_PATH_SIZE];
        at += *at == '\n';
        size_t length = strcspn(at, "\n");
        snprintf(part, sizeof part, "%.*s", (int)length, at);
        write_key(writer, part);
        fputc('{', writer->out);
        writer->first = true;
        at += length;
    }
    snprintf(writer->open, sizeof writer->open, "%s", path);
}

/* ---- values ---- */

/* The shortest text that reads back as the same number. */
static void write_weight(FILE *out, double weight)
{
    char text[UNIT_TEXT_SIZE];
    unit_write_number(weight, text);
    fputs(text, out);
}

static void write_shares(struct writer *writer, const struct loader *loader, const struct key *key,
                         const struct shares *shares)
{
    fputc('{', writer->out);
    for (size_t i = 0; i < shares->count; i++) {
        if (i > 0)
            fputc(',', writer->out);
        write_string(writer->out, over_name(&loader->scenario, key->over, shares->items[i].index));
        fputc(':', writer->out);
        write_weight(writer->out, shares->items[i].weight);
    }
    fputc('}', writer->out);
}

static void write_latencies(struct writer *writer, const struct scenario *scenario)
{
    size_t n = scenario->region_count;
    fputc('{', writer->out);
    for (size_t a = 0; a < n; a++) {
        fputs(a > 0 ? "," : "", writer->out);
        write_string(writer->out, scenario->regions[a].name);
        fputs(":{", writer->out);
        for (size_t b = 0; b < n; b++) {
            fputs(b > 0 ? "," : "", writer->out);
            write_string(writer->out, scenario->regions[b].name);
            fprintf(writer->out, ":\"%lldns\"", (long long)scenario->network.latency_ns[a * n + b]);
        }
        fputc('}', writer->out);
    }
    fputc('}', writer->out);
}

/* A file is known by its content: the digest says which, the folder it lay in does not matter. */
static const char *text_of(const struct key *key, const void *field)
{
    const char *text = *(const char *const *)field;
    const char *slash = key->type == KEY_FILE && text != NULL ? strrchr(text, '/') : NULL;
    return slash != NULL ? slash + 1 : text;
}

static bool is_text(const struct key *key)
{
    return key->type == KEY_TEXT || key->type == KEY_PLACE || key->type == KEY_FILE;
}

/* Whether the key has a value at all. */
static bool has_value(const struct loader *loader, const struct key *key, const void *field,
                      const char *name)
{
    if (is_text(key))
        return *(const char *const *)field != NULL;
    if (key->type == KEY_REFERENCE)
        return *(const uint32_t *)field != UINT32_MAX;
    if (key->type == KEY_SHARES || key->type == KEY_NUMBERS)
        return ((const struct shares *)field)->count > 0;
    return key->fallback != FALLBACK_REQUIRED || loader_given(loader, key, name) != NULL;
}

static void write_value(struct writer *writer, const struct loader *loader, const struct key *key,
                        const void *field)
{
    struct value_text text;
    if (is_text(key)) {
        write_string(writer->out, text_of(key, field));
    } else if (key->type == KEY_REFERENCE) {
        write_string(writer->out,
                     over_name(&loader->scenario, key->over, *(const uint32_t *)field));
    } else if (key->type == KEY_SHARES || key->type == KEY_NUMBERS) {
        write_shares(writer, loader, key, field);
    } else if (key->type == KEY_LATENCIES) {
        write_latencies(writer, &loader->scenario);
    } else {
        value_write(key, field, true, &text);
        if (text.quoted)
            write_string(writer->out, text.text);
        else
            fputs(text.text, writer->out);
    }
}

static void write_row(struct writer *writer, struct loader *loader, const struct key *key,
                      void *item)
{
    const char *name = item != NULL ? *(const char **)item : NULL;
    const void *field = key_field(key, &loader->scenario, item);
    char path[LOADER_PATH_SIZE];
    if (key->apart || !has_value(loader, key, field, name))
        return;
    key_path(key, name, path, sizeof path);
    char *last = strrchr(path, '.');
    const char *leaf = last != NULL ? last + 1 : path;
    for (char *c = path; *c != '\0'; c++)
        *c = *c == '.' ? '\n' : *c;
    if (last != NULL)
        *last = '\0';
    enter(writer, last != NULL ? path : "");
    write_key(writer, leaf);
    write_value(writer, loader, key, field);
}

/* The rows of a section stand together: all of one item, then all of the next. */
static size_t write_section(struct writer *writer, struct loader *loader, size_t first)
{
    enum section_id section = loader->table.rows[first].section;
    size_t end = first;
    while (end < loader->table.count && loader->table.rows[end].section == section)
        end++;
    for (size_t n = 0; n < section_count(&loader->scenario, section); n++) {
        for (size_t i = first; i < end; i++)
            write_row(writer, loader, &loader->table.rows[i],
                      section_item(&loader->scenario, section, n));
    }
    return end;
}

static void write_all(struct writer *writer, struct loader *loader)
{
    fputc('{', writer->out);
    for (size_t i = 0; i < loader->table.count;) {
        if (loader->table.rows[i].section != SECTION_NONE)
            i = write_section(writer, loader, i);
        else
            write_row(writer, loader, &loader->table.rows[i++], NULL);
    }
    enter(writer, "");
    fputs("}", writer->out);
}

bool loader_text(struct loader *loader)
{
    char *text = NULL;
    size_t size = 0;
    struct writer writer = {.out = open_memstream(&text, &size), .first = true};
    if (writer.out == NULL)
        return loader_no_memory(loader);
    write_all(&writer, loader);
    bool ok = !ferror(writer.out);
    ok = fclose(writer.out) == 0 && ok;
    if (ok)
        loader->scenario.text = scenario_memory_copy(loader->memory, text, size);
    free(text);
    return loader->scenario.text != NULL || loader_no_memory(loader);
}
