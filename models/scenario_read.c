/* scenario_read.c - from the tree to the struct, key by key as the table says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_latency.h"
#include "models/scenario_loader.h"
#include "models/scenario_unit.h"

/* One value on its way into its field. */
struct reading {
    struct loader *loader;
    const struct key *key;
    const struct json_node *node;
    void *field;
    char path[LOADER_PATH_SIZE];
};

static bool refuse(const struct reading *reading, const char *allowed)
{
    char excerpt[JSON_QUOTE_SIZE];
    json_excerpt(reading->node, excerpt, sizeof excerpt);
    return loader_refuse(reading->loader, reading->node, reading->path, "%s: %s", excerpt, allowed);
}

/* A word that is none of several. */
static bool refuse_word(const struct reading *reading, const char *what,
                        const struct nearest *nearest, const char *allowed)
{
    char hint[LOADER_PATH_SIZE], excerpt[JSON_QUOTE_SIZE];
    nearest_write(nearest, hint, sizeof hint);
    json_quote(nearest->word, excerpt, sizeof excerpt);
    return loader_refuse(reading->loader, reading->node, reading->path, "%s: %s%s%s", excerpt, what,
                         hint, allowed);
}

static bool in_bounds(const struct reading *reading, double value)
{
    const struct key *key = reading->key;
    char low[UNIT_TEXT_SIZE], high[UNIT_TEXT_SIZE], allowed[160];
    if ((key->minimum == 0 && key->maximum == 0) ||
        (value >= key->minimum && value <= key->maximum))
        return true;
    value_write_number(key, key->minimum, low, sizeof low);
    value_write_number(key, key->maximum, high, sizeof high);
    snprintf(allowed, sizeof allowed, "out of range: allowed are %s to %s", low, high);
    return refuse(reading, allowed);
}

static bool as_unit_text(const struct reading *reading, struct unit_text *out)
{
    if (reading->node->kind != JSON_NUMBER && reading->node->kind != JSON_STRING)
        return false;
    *out = (struct unit_text){.text = reading->node->text,
                              .number = reading->node->kind == JSON_NUMBER};
    return true;
}

/* ---- numbers and quantities ---- */

static bool read_whole(const struct reading *reading, int64_t *out)
{
    struct unit_text text = {"", false};
    int64_t value = 0;
    as_unit_text(reading, &text);
    const char *wrong = unit_read_whole(text, &value);
    if (wrong != NULL)
        return refuse(reading, wrong);
    *out = value;
    return in_bounds(reading, (double)value);
}

static bool read_count(const struct reading *reading)
{
    int64_t value = 0;
    if (!read_whole(reading, &value))
        return false;
    *(uint32_t *)reading->field = (uint32_t)value;
    return true;
}

static bool read_limit(const struct reading *reading)
{
    if (reading->node->kind != JSON_STRING)
        return read_count(reading);
    if (strcmp(reading->node->text, "unlimited") != 0)
        return refuse(reading, "allowed is a whole number, or \"unlimited\"");
    *(uint32_t *)reading->field = UINT32_MAX;
    return true;
}

static bool read_seed(const struct reading *reading)
{
    struct unit_text text = {"", false};
    as_unit_text(reading, &text);
    const char *wrong = unit_read_seed(text, reading->field);
    return wrong == NULL || refuse(reading, wrong);
}

static bool read_real(const struct reading *reading,
                      const char *(*read)(struct unit_text, double *))
{
    struct unit_text text = {"", false};
    double value = 0;
    as_unit_text(reading, &text);
    const char *wrong = read(text, &value);
    if (wrong != NULL)
        return refuse(reading, wrong);
    *(double *)reading->field = value;
    return in_bounds(reading, value);
}

static bool read_number(const struct reading *reading)
{
    return read_real(reading, unit_read_number);
}

static bool read_fraction(const struct reading *reading)
{
    return read_real(reading, unit_read_fraction);
}

static bool read_rate(const struct reading *reading)
{
    return read_real(reading, unit_read_rate);
}

static bool read_bandwidth(const struct reading *reading)
{
    if (reading->node->kind != JSON_STRING || strcmp(reading->node->text, "unlimited") != 0)
        return read_real(reading, unit_read_bandwidth);
    *(double *)reading->field = 0;
    return true;
}

static bool read_int64(const struct reading *reading,
                       const char *(*read)(struct unit_text, int64_t *))
{
    struct unit_text text = {"", false};
    int64_t value = 0;
    as_unit_text(reading, &text);
    const char *wrong = read(text, &value);
    if (wrong != NULL)
        return refuse(reading, wrong);
    *(int64_t *)reading->field = value;
    return in_bounds(reading, (double)value);
}

static bool read_duration(const struct reading *reading)
{
    return read_int64(reading, unit_read_duration);
}

static bool read_amount(const struct reading *reading)
{
    return read_int64(reading, unit_read_amount);
}

static const char *read_parts_of_one(struct unit_text text, int64_t *out)
{
    return unit_read_parts(text, DG_ONE, out);
}

/* ---- words ---- */

static bool read_bool(const struct reading *reading)
{
    if (reading->node->kind != JSON_BOOL)
        return refuse(reading, "allowed is true or false");
    *(bool *)reading->field = reading->node->truth;
    return true;
}

/* On the command line nobody quotes a name that happens to be a number. */
static const char *word_of(const struct json_node *node)
{
    bool setting = node->origin != NULL && node->origin->setting;
    return node->kind == JSON_STRING || (setting && node->kind == JSON_NUMBER) ? node->text : NULL;
}

static bool read_text(const struct reading *reading)
{
    const char *word = word_of(reading->node);
    if (word == NULL)
        return refuse(reading, "allowed is a string");
    *(const char **)reading->field = word;
    return true;
}

/* A word looked for among some, which are kept for the message when it is none of them. */
struct word_search {
    const char *word; /* NULL: the value is no word */
    struct nearest nearest;
    size_t count, used;
    char allowed[512];
};

static void word_search_init(struct word_search *search, const struct reading *reading)
{
    search->word = word_of(reading->node);
    nearest_init(&search->nearest, search->word != NULL ? search->word : "");
    search->count = 0;
    search->used = (size_t)snprintf(search->allowed, sizeof search->allowed, "; allowed are");
}

/* True: this is the word. */
static bool word_search_offer(struct word_search *search, const char *name)
{
    size_t room = sizeof search->allowed - search->used;
    if (search->word != NULL && strcmp(name, search->word) == 0)
        return true;
    nearest_offer(&search->nearest, name);
    int length = snprintf(search->allowed + search->used, room, "%s \"%s\"",
                          search->count > 0 ? "," : "", name);
    search->used += length > 0 && (size_t)length < room ? (size_t)length : 0;
    search->count++;
    return false;
}

static bool word_search_refuse(const struct word_search *search, const struct reading *reading)
{
    return search->word == NULL
               ? refuse(reading, search->allowed + 2)
               : refuse_word(reading, "no such choice", &search->nearest, search->allowed);
}

/* The index of a word among choices; false with a message that lists them. */
static bool read_choice_of(const struct reading *reading, const struct dg_choice *choices,
                           size_t *index)
{
    struct word_search search;
    word_search_init(&search, reading);
    for (size_t i = 0; choices[i].name != NULL; i++) {
        if (word_search_offer(&search, choices[i].name)) {
            *index = i;
            return true;
        }
    }
    return word_search_refuse(&search, reading);
}

static bool read_choice(const struct reading *reading)
{
    size_t index = 0;
    if (!read_choice_of(reading, reading->key->choices, &index))
        return false;
    uint32_t value = (uint32_t)index;
    memcpy(reading->field, &value, sizeof value);
    return true;
}

static bool read_place(const struct reading *reading)
{
    struct word_search search;
    word_search_init(&search, reading);
    for (const char *const *place = latency_places(); *place != NULL; place++) {
        if (word_search_offer(&search, *place)) {
            *(const char **)reading->field = *place;
            return true;
        }
    }
    return word_search_refuse(&search, reading);
}

/* Relative to the folder of the file that names it; the current folder for a setting. */
static bool read_file_path(const struct reading *reading)
{
    const struct json_node *node = reading->node;
    if (!read_text(reading))
        return false;
    const char *word = *(const char **)reading->field;
    if (*word == '\0')
        return refuse(reading, "allowed is the path of a file");
    const char *slash = node->origin->setting ? NULL : strrchr(node->origin->name, '/');
    if (*word == '/' || slash == NULL)
        return true;
    size_t folder = (size_t)(slash - node->origin->name) + 1;
    char *path = scenario_memory_take(reading->loader->memory, folder + strlen(word) + 1);
    if (path == NULL)
        return loader_no_memory(reading->loader);
    memcpy(path, node->origin->name, folder);
    memcpy(path + folder, word, strlen(word));
    *(const char **)reading->field = path;
    return true;
}

/* ---- names of other things ---- */

static bool find_name(const struct reading *reading, const char *name, uint32_t *index)
{
    const struct scenario *scenario = &reading->loader->scenario;
    enum key_over over = reading->key->over;
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (size_t i = 0; i < over_count(scenario, over); i++) {
        const char *known = over_name(scenario, over, i);
        if (known != NULL && strcmp(known, name) == 0) {
            *index = (uint32_t)i;
            return true;
        }
        nearest_offer(&nearest, known);
    }
    char what[80];
    snprintf(what, sizeof what, "no %s of this name", over_what(over));
    return refuse_word(reading, what, &nearest, "");
}

static bool read_reference(const struct reading *reading)
{
    const char *word = word_of(reading->node);
    if (word == NULL)
        return refuse(reading, "allowed is a name, as a string");
    return find_name(reading, word, reading->field);
}

static bool read_weight(const struct reading *weight)
{
    static const struct key fraction = {.type = KEY_FRACTION, .minimum = 0, .maximum = 1};
    struct reading share = *weight;
    if (weight->key->type == KEY_NUMBERS)
        return read_number(weight);
    share.key = &fraction;
    return read_fraction(&share);
}

static bool read_share(const struct reading *shares, const struct json_node *node,
                       struct share *out)
{
    struct reading weight = {.loader = shares->loader, .key = shares->key, .node = node};
    snprintf(weight.path, sizeof weight.path, "%s", shares->path);
    if (!find_name(&weight, node->key, &out->index))
        return false;
    snprintf(weight.path, sizeof weight.path, "%.190s.%.60s", shares->path, node->key);
    weight.field = &out->weight;
    return read_weight(&weight);
}

/* Weights that add up to 1 but for their rounding are made to; nearer ones are left as they are, so
 * that reading what was written changes nothing. */
static bool add_up(const struct reading *reading, struct shares *shares)
{
    double sum = 0;
    for (size_t i = 0; i < shares->count; i++)
        sum += shares->items[i].weight;
    if (sum < 1 - 1e-6 || sum > 1 + 1e-6) {
        return loader_refuse(reading->loader, reading->node, reading->path,
                             "the shares add up to %.9g%%: they must add up to 100%%", sum * 100);
    }
    for (size_t i = 0; (sum < 1 - 1e-12 || sum > 1 + 1e-12) && i < shares->count; i++)
        shares->items[i].weight /= sum;
    return true;
}

static bool read_named(const struct reading *reading)
{
    struct shares shares = {NULL, 0};
    for (const struct json_node *child = reading->node->first; child != NULL; child = child->next)
        shares.count++;
    shares.items =
        scenario_memory_take(reading->loader->memory, (shares.count + 1) * sizeof *shares.items);
    if (shares.items == NULL)
        return loader_no_memory(reading->loader);
    size_t used = 0;
    for (const struct json_node *child = reading->node->first; child != NULL; child = child->next) {
        if (!read_share(reading, child, &shares.items[used++]))
            return false;
    }
    *(struct shares *)reading->field = shares;
    return true;
}

static bool read_shares(const struct reading *reading)
{
    if (reading->node->kind != JSON_OBJECT)
        return refuse(
            reading,
            "allowed is an object of names and shares, as in {\"a\": \"70%\", \"b\": \"30%\"}");
    return read_named(reading) && add_up(reading, reading->field);
}

static bool read_numbers(const struct reading *reading)
{
    if (reading->node->kind != JSON_OBJECT)
        return refuse(reading, "allowed is an object of names and numbers, as in {\"a\": 0.7}");
    return read_named(reading);
}

/* ---- by type ---- */

static bool read_parameter(const struct reading *reading)
{
    const struct dg_param_row *row = reading->key->param;
    size_t index = 0;
    switch (row->unit) {
    case DG_UNIT_COUNT: return read_whole(reading, reading->field);
    case DG_UNIT_FRACTION: return read_int64(reading, read_parts_of_one);
    case DG_UNIT_DURATION: return read_duration(reading);
    case DG_UNIT_AMOUNT: return read_amount(reading);
    case DG_UNIT_CHOICE: break;
    }
    if (!read_choice_of(reading, row->choices, &index))
        return false;
    *(int64_t *)reading->field = (int64_t)index;
    return true;
}

/* Read when all regions are known; see scenario_link.c. */
static bool read_later(const struct reading *reading)
{
    return reading->node->kind == JSON_OBJECT ||
           refuse(reading, "allowed is an object, as in {\"a\": {\"b\": \"70ms\"}}");
}

static bool read_value(const struct reading *reading)
{
    static bool (*const readers[KEY_TYPE_COUNT])(const struct reading *) = {
        [KEY_TEXT] = read_text,           [KEY_PLACE] = read_place,
        [KEY_FILE] = read_file_path,      [KEY_BOOL] = read_bool,
        [KEY_COUNT] = read_count,         [KEY_LIMIT] = read_limit,
        [KEY_SEED] = read_seed,           [KEY_NUMBER] = read_number,
        [KEY_FRACTION] = read_fraction,   [KEY_RATE] = read_rate,
        [KEY_BANDWIDTH] = read_bandwidth, [KEY_DURATION] = read_duration,
        [KEY_AMOUNT] = read_amount,       [KEY_CHOICE] = read_choice,
        [KEY_REFERENCE] = read_reference, [KEY_SHARES] = read_shares,
        [KEY_NUMBERS] = read_numbers,     [KEY_LATENCIES] = read_later,
        [KEY_PARAMETER] = read_parameter,
    };
    return readers[reading->key->type](reading);
}

/* ---- defaults ---- */

static bool default_text(struct reading *reading)
{
    struct json_node *node = NULL;
    const struct key *key = reading->key;
    if (key->param != NULL) {
        memcpy(reading->field, &key->param->standard, sizeof key->param->standard);
        return true;
    }
    if (!value_parse(NULL, key->standard, reading->loader->memory, &node, reading->loader->error))
        return false;
    if (key->type == KEY_TEXT)
        node->kind = JSON_STRING;
    reading->node = node;
    return read_value(reading);
}

static bool default_even(const struct reading *reading)
{
    const struct scenario *scenario = &reading->loader->scenario;
    struct shares shares = {.count = over_count(scenario, reading->key->over)};
    shares.items =
        scenario_memory_take(reading->loader->memory, (shares.count + 1) * sizeof *shares.items);
    if (shares.items == NULL)
        return loader_no_memory(reading->loader);
    for (size_t i = 0; i < shares.count; i++)
        shares.items[i] =
            (struct share){.index = (uint32_t)i, .weight = 1.0 / (double)shares.count};
    *(struct shares *)reading->field = shares;
    return true;
}

static bool default_name(const struct reading *reading)
{
    const char *slash = strrchr(reading->loader->source->path, '/');
    const char *name = slash != NULL ? slash + 1 : reading->loader->source->path;
    size_t length = strlen(name);
    if (length > 5 && strcmp(name + length - 5, ".json") == 0)
        length -= 5;
    char *copy = scenario_memory_copy(reading->loader->memory, name, length);
    *(char **)reading->field = copy;
    return copy != NULL || loader_no_memory(reading->loader);
}

static bool read_default(struct reading *reading, const void *item)
{
    const struct scenario_nodes *group = item;
    switch (reading->key->fallback) {
    case FALLBACK_TEXT: return default_text(reading);
    case FALLBACK_EVEN: return default_even(reading);
    case FALLBACK_NAME: return default_name(reading);
    case FALLBACK_COUNT: *(uint32_t *)reading->field = group->count; return true;
    case FALLBACK_FIRST:
        *(uint32_t *)reading->field =
            over_count(&reading->loader->scenario, reading->key->over) > 0 ? 0 : UINT32_MAX;
        return true;
    case FALLBACK_NOBODY: *(uint32_t *)reading->field = UINT32_MAX; return true;
    case FALLBACK_NONE:
    case FALLBACK_REQUIRED: return true; /* zero; whether it may be is asked when all is read */
    }
    return true;
}

/* ---- the whole ---- */

struct json_node *loader_given(const struct loader *loader, const struct key *key, const char *name)
{
    const struct json_node *top = loader->root;
    if (key->section != SECTION_NONE) {
        top = json_child(top, key_sections()[key->section].name);
        top = top != NULL ? json_child(top, name) : NULL;
    }
    return top != NULL ? json_at(top, key_inside(key)) : NULL;
}

static bool read_key(struct loader *loader, const struct key *key, void *item)
{
    const char *name = item != NULL ? *(const char **)item : NULL;
    struct reading reading = {
        .loader = loader, .key = key, .field = key_field(key, &loader->scenario, item)};
    key_path(key, name, reading.path, sizeof reading.path);
    reading.node = loader_given(loader, key, name);
    return reading.node != NULL ? read_value(&reading) : read_default(&reading, item);
}

/* Sets the items up by their names, so that others can refer to them. */
static bool read_section(struct loader *loader, enum section_id id)
{
    const struct section *section = &key_sections()[id];
    const struct json_node *map = json_child(loader->root, section->name);
    size_t count = 0;
    for (const struct json_node *child = map != NULL ? map->first : NULL; child != NULL;
         child = child->next)
        count++;
    if (count == 0 && section->required)
        return loader_refuse_at(loader, section->name, "at least one %s is needed", section->one);
    if (count > section->limit)
        return loader_refuse_at(loader, section->name, "%zu of them: at most %zu are allowed",
                                count, section->limit);
    char *items = scenario_memory_take(loader->memory, count * section->item_size + 1);
    if (items == NULL)
        return loader_no_memory(loader);
    memcpy((char *)&loader->scenario + section->items, &items, sizeof items);
    memcpy((char *)&loader->scenario + section->count, &count, sizeof count);
    for (const struct json_node *child = map != NULL ? map->first : NULL; child != NULL;
         child = child->next) {
        memcpy(items, &child->key, sizeof child->key);
        items += section->item_size;
    }
    return true;
}

static bool read_row(struct loader *loader, const struct key *key)
{
    if (key->section == SECTION_NONE)
        return read_key(loader, key, NULL);
    for (size_t i = 0; i < section_count(&loader->scenario, key->section); i++) {
        if (!read_key(loader, key, section_item(&loader->scenario, key->section, i)))
            return false;
    }
    return true;
}

bool loader_read(struct loader *loader)
{
    for (int s = 0; s < SECTION_COUNT; s++) {
        if (!read_section(loader, (enum section_id)s))
            return false;
    }
    for (size_t i = 0; i < loader->table.count; i++) {
        if (!read_row(loader, &loader->table.rows[i]))
            return false;
    }
    return true;
}
