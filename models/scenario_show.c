/* scenario_show.c - every key with its value, where it comes from, and what it means. */
#include <stdio.h>
#include <string.h>

#include "models/scenario_loader.h"
#include "models/scenario_unit.h"

enum { SHOW_PATH = 44, SHOW_VALUE = 24, SHOW_ORIGIN = 28 };

static void show_shares(const struct loader *loader, const struct key *key,
                        const struct shares *shares, char *text, size_t size)
{
    size_t used = 0;
    snprintf(text, size, "%s", shares->count == 0 ? "-" : "");
    for (size_t i = 0; i < shares->count && used < size; i++) {
        char weight[UNIT_TEXT_SIZE];
        unit_write_fraction(shares->items[i].weight, weight);
        int length =
            snprintf(text + used, size - used, "%s%s %s", i > 0 ? ", " : "",
                     over_name(&loader->scenario, key->over, shares->items[i].index), weight);
        used += length > 0 ? (size_t)length : 0;
    }
}

static void show_numbers(const struct loader *loader, const struct key *key,
                         const struct shares *numbers, char *text, size_t size)
{
    size_t used = 0;
    snprintf(text, size, "%s", numbers->count == 0 ? "-" : "");
    for (size_t i = 0; i < numbers->count && used < size; i++) {
        char number[UNIT_TEXT_SIZE];
        unit_write_number(numbers->items[i].weight, number);
        int length =
            snprintf(text + used, size - used, "%s%s %s", i > 0 ? ", " : "",
                     over_name(&loader->scenario, key->over, numbers->items[i].index), number);
        used += length > 0 ? (size_t)length : 0;
    }
}

static void show_value(const struct loader *loader, const struct key *key, const void *field,
                       char *text, size_t size)
{
    struct value_text value;
    uint32_t index;
    switch (key->type) {
    case KEY_TEXT:
    case KEY_PLACE:
    case KEY_FILE:
        snprintf(text, size, "%s",
                 *(const char *const *)field != NULL ? *(const char *const *)field : "-");
        break;
    case KEY_REFERENCE:
        memcpy(&index, field, sizeof index);
        snprintf(text, size, "%s",
                 index == UINT32_MAX ? "-" : over_name(&loader->scenario, key->over, index));
        break;
    case KEY_SHARES: show_shares(loader, key, field, text, size); break;
    case KEY_NUMBERS: show_numbers(loader, key, field, text, size); break;
    case KEY_LATENCIES: snprintf(text, size, "see below"); break;
    default: value_write(key, field, false, &value); snprintf(text, size, "%s", value.text);
    }
}

static void show_origin(const struct key *key, const struct json_node *given, char *text,
                        size_t size)
{
    place_write(given, false, text, size);
    size_t length = strlen(text);
    if (length >= 2)
        text[length - 2] = '\0'; /* the colon and blank that separate it from a message */
    else
        snprintf(text, size, "default (%s)", dg_origin_name(key->origin));
}

static void show_row(struct loader *loader, const struct key *key, void *item, FILE *out)
{
    const char *name = item != NULL ? *(const char **)item : NULL;
    const struct json_node *given = loader_given(loader, key, name);
    char path[LOADER_PATH_SIZE], value[512], origin[512];
    bool relevant = key_relevant_to(key, &loader->scenario, item);
    key_path(key, name, path, sizeof path);
    show_value(loader, key, key_field(key, &loader->scenario, item), value, sizeof value);
    if (key->fallback == FALLBACK_REQUIRED && given == NULL)
        snprintf(value, sizeof value, "-");
    show_origin(key, given, origin, sizeof origin);
    fprintf(out, "%-*s %-*s %-*s %s", SHOW_PATH, path, SHOW_VALUE, value, SHOW_ORIGIN, origin,
            key->meaning);
    if (given == NULL && key->source != NULL)
        fprintf(out, " [%s]", key->source);
    if (!relevant)
        fprintf(out, " (no effect: used only with %s)", key->only);
    fputc('\n', out);
}

static void show_latencies(const struct scenario *scenario, FILE *out)
{
    size_t n = scenario->region_count;
    fprintf(out, "\nOne-way latencies in ms, from the row's region to the column's\n%-16s", "");
    for (size_t b = 0; b < n; b++)
        fprintf(out, " %10.10s", scenario->regions[b].name);
    fputc('\n', out);
    for (size_t a = 0; a < n; a++) {
        fprintf(out, "%-16.16s", scenario->regions[a].name);
        for (size_t b = 0; b < n; b++)
            fprintf(out, " %10g", (double)scenario->network.latency_ns[a * n + b] / 1e6);
        fputc('\n', out);
    }
}

static void show_section(struct loader *loader, size_t first, size_t end, FILE *out)
{
    enum section_id section = loader->table.rows[first].section;
    for (size_t n = 0; n < section_count(&loader->scenario, section); n++) {
        for (size_t i = first; i < end; i++)
            show_row(loader, &loader->table.rows[i], section_item(&loader->scenario, section, n),
                     out);
    }
}

bool scenario_show(const struct scenario_source *source, FILE *out, struct error *error)
{
    struct loader loader;
    if (!loader_open(&loader, source, error))
        return false;
    fprintf(out, "scenario %s, hash %s\n\n", loader.scenario.name, loader.scenario.hash);
    fprintf(out, "%-*s %-*s %-*s %s\n", SHOW_PATH, "key", SHOW_VALUE, "value", SHOW_ORIGIN, "from",
            "meaning [why this default]");
    for (size_t i = 0; i < loader.table.count;) {
        size_t end = i + 1;
        if (loader.table.rows[i].section == SECTION_NONE) {
            show_row(&loader, &loader.table.rows[i], NULL, out);
        } else {
            while (end < loader.table.count &&
                   loader.table.rows[end].section == loader.table.rows[i].section)
                end++;
            show_section(&loader, i, end, out);
        }
        i = end;
    }
    show_latencies(&loader.scenario, out);
    loader_close(&loader);
    return true;
}
