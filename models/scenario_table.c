/* scenario_table.c - finds its way in the key table. See scenario_keys.h. */
#include "models/scenario_keys.h"

#include <stdio.h>
#include <string.h>

#include "models/behaviour.h"
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

static enum key_type behaviour_type(enum behaviour_unit unit)
{
    switch (unit) {
    case BEHAVIOUR_NUMBER: return KEY_NUMBER;
    case BEHAVIOUR_FRACTION: return KEY_FRACTION;
    case BEHAVIOUR_DURATION: return KEY_DURATION;
    case BEHAVIOUR_AMOUNT: return KEY_AMOUNT;
    }
    return KEY_NUMBER;
}

/* "share" of substitute becomes "behaviours.substitute.share". */
static bool behaviour_row(struct scenario_memory *memory, const struct behaviour *behaviour,
                          size_t value, const struct behaviour_key *row, struct key *out)
{
    char path[160], only[160];
    int length = snprintf(path, sizeof path, "behaviours.%s.%s", behaviour->name, row->name);
    int only_length = snprintf(only, sizeof only, "somebody of behaviour %s", behaviour->name);
    *out = (struct key){.path = scenario_memory_copy(memory, path, (size_t)length),
                        .type = behaviour_type(row->unit),
                        .offset = offsetof(struct scenario, behaviours.values) +
                                  value * sizeof(union behaviour_value),
                        .fallback = FALLBACK_TEXT,
                        .standard = row->standard,
                        .minimum = row->minimum,
                        .maximum = row->maximum,
                        .origin = row->origin,
                        .source = row->source,
                        .meaning = row->meaning,
                        .only = scenario_memory_copy(memory, only, (size_t)only_length),
                        .behaviour = behaviour,
                        .section = SECTION_NONE};
    return out->path != NULL && out->only != NULL;
}

static size_t behaviour_row_count(void)
{
    size_t behaviours;
    (void)behaviour_table(&behaviours);
    return behaviour_first_value(behaviours);
}

static bool behaviour_rows(struct scenario_memory *memory, struct key *out)
{
    size_t behaviours, value = 0;
    const struct behaviour *const *table = behaviour_table(&behaviours);
    for (size_t b = 0; b < behaviours; b++) {
        for (size_t k = 0; k < behaviour_key_count(table[b]); k++, value++)
            if (!behaviour_row(memory, table[b], value, &table[b]->keys[k], &out[value]))
                return false;
    }
    return true;
}

bool key_table_open(struct scenario_memory *memory, struct key_table *out)
{
    size_t own, params, behaviours = behaviour_row_count();
    const struct key *rows = key_rows(&own);
    const struct dg_param_row *param_rows = dg_param_rows(&params);
    struct key_table table = {.count = own + behaviours + params};
    table.rows = scenario_memory_take(memory, table.count * sizeof *table.rows);
    if (table.rows == NULL)
        return false;
    for (size_t i = 0; i < own; i++) {
        table.rows[i] = rows[i];
        table.rows[i].section = section_of(rows[i].path);
    }
    if (!behaviour_rows(memory, &table.rows[own]))
        return false;
    for (size_t i = 0; i < params; i++) {
        if (!param_key(memory, &param_rows[i], &table.rows[own + behaviours + i]))
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

bool key_relevant_to(const struct key *key, const struct scenario *scenario, const void *item)
{
    if (key->behaviour != NULL)
        return behaviour_used(scenario, key->behaviour);
    return key->relevant == NULL || key->relevant(scenario, item);
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
