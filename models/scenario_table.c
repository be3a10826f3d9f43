/* scenario_table.c - finds its way in the key table. See scenario_keys.h. */
#include "models/scenario_keys.h"

#include <stdio.h>
#include <string.h>

#include "models/scenario_relevant.h"

static enum section_id section_of(const char *path)
{
    const struct section *sections = key_sections();
    for (int s = 0; s < SECTION_COUNT; s++) {
        size_t length = strlen(sections[s].name);
        if (strncmp(path, sections[s].name, length) == 0 && strncmp(path + length, ".*.", 3) == 0)
            return (enum section_id)s;
    }
    return SECTION_NONE;
}

/* "sampling.rate" becomes "protocol.sampling.rate". */
static bool param_key(struct scenario_memory *memory, const struct dg_param_row *row,
                      struct key *out)
{
    static const char prefix[] = "protocol.";
    char path[160];
    int length = snprintf(path, sizeof path, "%s%s", prefix, row->name);
    const char *only = NULL;
    key_relevant relevant = param_relevant(row->name, &only);
    *out = (struct key){.path = scenario_memory_copy(memory, path, (size_t)length),
                        .type = KEY_PARAMETER,
                        .offset = offsetof(struct scenario, protocol) + row->offset,
                        .fallback = FALLBACK_TEXT,
                        .minimum = (double)row->minimum,
                        .maximum = (double)row->maximum,
                        .origin = row->origin,
                        .source = row->source,
                        .meaning = row->meaning,
                        .relevant = relevant,
                        .only = only,
                        .param = row,
                        .section = SECTION_NONE};
    return out->path != NULL;
}

bool key_table_open(struct scenario_memory *memory, struct key_table *out)
{
    size_t own, params;
    const struct key *rows = key_rows(&own);
    const struct dg_param_row *param_rows = dg_param_rows(&params);
    struct key_table table = {.count = own + params};
    table.rows = scenario_memory_take(memory, table.count * sizeof *table.rows);
    if (table.rows == NULL)
        return false;
    for (size_t i = 0; i < own; i++) {
        table.rows[i] = rows[i];
        table.rows[i].section = section_of(rows[i].path);
    }
    for (size_t i = 0; i < params; i++) {
        if (!param_key(memory, &param_rows[i], &table.rows[own + i]))
            return false;
    }
    *out = table;
    return true;
}

size_t section_count(const struct scenario *scenario, enum section_id id)
{
    size_t count;
    memcpy(&count, (const char *)scenario + key_sections()[id].count, sizeof count);
    return count;
}

void *section_item(const struct scenario *scenario, enum section_id id, size_t index)
{
    char *items;
    memcpy(&items, (const char *)scenario + key_sections()[id].items, sizeof items);
    return items + index * key_sections()[id].item_size;
}

const char *section_name(const struct scenario *scenario, enum section_id id, size_t index)
{
    const char *name;
    memcpy(&name, section_item(scenario, id, index), sizeof name);
    return name;
}

void *key_field(const struct key *key, struct scenario *scenario, void *item)
{
    return (char *)(item != NULL ? item : (void *)scenario) + key->offset;
}

void key_path(const struct key *key, const char *name, char *out, size_t size)
{
    const char *star = strchr(key->path, '*');
    if (star == NULL || name == NULL)
        snprintf(out, size, "%s", key->path);
    else
        snprintf(out, size, "%.*s%s%s", (int)(star - key->path), key->path, name, star + 1);
}

const char *key_inside(const struct key *key)
{
    const char *star = strchr(key->path, '*');
    return star == NULL ? key->path : star + 2;
}

const struct dg_choice *key_choices(const struct key *key)
{
    return key->param != NULL ? key->param->choices : key->choices;
}

enum key_match key_match(const struct key_table *table, const char *pattern, const struct key **key)
{
    size_t length = strlen(pattern);
    for (size_t i = 0; i < table->count; i++) {
        const char *path = table->rows[i].path;
        if (strncmp(path, pattern, length) != 0)
            continue;
        if (path[length] == '\0') {
            *key = &table->rows[i];
            return KEY_MATCH_LEAF;
        }
        if (path[length] == '.')
            return path[length + 1] == '*' ? KEY_MATCH_MAP : KEY_MATCH_OBJECT;
    }
    return KEY_MATCH_NONE;
}
