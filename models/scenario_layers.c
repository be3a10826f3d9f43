/* scenario_layers.c - lays a file over what it extends and settings over both, to one tree.
 *
 * Keys are checked layer by layer, since a layer may remove with null what is wrong in it. Objects
 * are merged, everything else replaces; so does an object of shares, whose weights only add up as a
 * whole.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_loader.h"

/* One file of a chain of extends. */
struct chain {
    const char *path;          /* as given */
    char *real;                /* what it leads to */
    const struct chain *above; /* the file that extends it */
    int depth;
};

/* ---- the keys of a layer ---- */

/* A place in a layer: its path for people and its pattern for the table. */
struct spot {
    char path[LOADER_PATH_SIZE];
    char pattern[LOADER_PATH_SIZE];
};

static void spot_down(const struct spot *from, const char *key, bool chosen, struct spot *to)
{
    const char *dot = from->path[0] == '\0' ? "" : ".";
    /* What is cut here is longer than any key and matches none. */
    if (snprintf(to->path, sizeof to->path, "%s%s%.60s", from->path, dot, key) < 0 ||
        snprintf(to->pattern, sizeof to->pattern, "%s%s%.60s", from->pattern, dot,
                 chosen ? "*" : key) < 0)
        *to = (struct spot){{0}, {0}};
}

/* Offers the table's words that may follow a pattern. */
static void offer_keys(const struct key_table *table, const char *pattern,
                       char words[][LOADER_PATH_SIZE], size_t room, struct nearest *nearest)
{
    size_t length = strlen(pattern), used = 0;
    for (size_t i = 0; i < table->count && used < room; i++) {
        const char *path = table->rows[i].path;
        if (strncmp(path, pattern, length) != 0 || (length > 0 && path[length] != '.'))
            continue;
        path += length > 0 ? length + 1 : 0;
        snprintf(words[used], LOADER_PATH_SIZE, "%.*s", (int)strcspn(path, "."), path);
        if (used == 0 || strcmp(words[used], words[used - 1]) != 0)
            nearest_offer(nearest, words[used++]);
    }
}

/* A key that exists, but elsewhere: its full path. */
static const char *key_elsewhere(const struct key_table *table, const char *word)
{
    for (size_t i = 0; i < table->count; i++) {
        const char *last = strrchr(table->rows[i].path, '.');
        if (strcmp(last != NULL ? last + 1 : table->rows[i].path, word) == 0)
            return table->rows[i].path;
    }
    return NULL;
}

static bool unknown_key(const struct loader *loader, const struct json_node *child,
                        const struct spot *parent)
{
    enum { WORDS = 256 };
    char place[512], hint[LOADER_PATH_SIZE + 64], excerpt[JSON_QUOTE_SIZE];
    char(*words)[LOADER_PATH_SIZE] = malloc(WORDS * sizeof *words);
    struct nearest nearest;
    nearest_init(&nearest, child->key);
    if (words != NULL)
        offer_keys(&loader->table, parent->pattern, words, WORDS, &nearest);
    const char *elsewhere = nearest.best == NULL ? key_elsewhere(&loader->table, child->key) : NULL;
    nearest_write(&nearest, hint, sizeof hint);
    if (elsewhere != NULL)
        snprintf(hint, sizeof hint, "; there is \"%s\"", elsewhere);
    free(words);
    place_write(child, true, place, sizeof place);
    json_quote(child->key, excerpt, sizeof excerpt);
    if (parent->path[0] == '\0')
        return error_set(loader->error, ERROR_INPUT, "%sunknown key %s%s", place, excerpt, hint);
    return error_set(loader->error, ERROR_INPUT, "%s%s: unknown key %s%s", place, parent->path,
                     excerpt, hint);
}

static bool check_name(const struct loader *loader, const struct json_node *child,
                       const struct spot *parent)
{
    const char *wrong = NULL;
    size_t length = strlen(child->key);
    if (length == 0 || length > LOADER_NAME_LIMIT)
        wrong = "a name has 1 to 48 characters";
    else if (!isalnum((unsigned char)child->key[0]) && child->key[0] != '_')
        wrong = "a name begins with a letter, a digit or '_'";
    for (const char *c = child->key; wrong == NULL && *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && strchr("_- +:/", *c) == NULL)
            wrong =
                "a name consists of letters, digits, blanks and _ - + : / (a dot separates the parts of a path)";
    }
    if (wrong == NULL)
        return true;
    char place[512], excerpt[JSON_QUOTE_SIZE];
    place_write(child, true, place, sizeof place);
    json_quote(child->key, excerpt, sizeof excerpt);
    return error_set(loader->error, ERROR_INPUT, "%s%s: %s: %s", place, parent->path, excerpt,
                     wrong);
}

static bool check_keys(const struct loader *loader, const struct json_node *object,
                       const struct spot *spot, bool chosen)
{
    for (const struct json_node *child = object->first; child != NULL; child = child->next) {
        struct spot below;
        const struct key *key = NULL;
        if (chosen && !check_name(loader, child, spot))
            return false;
        spot_down(spot, child->key, chosen, &below);
        enum key_match match = key_match(&loader->table, below.pattern, &key);
        if (match == KEY_MATCH_NONE || strchr(child->key, '.') != NULL ||
            (!chosen && strchr(child->key, '*') != NULL))
            return unknown_key(loader, child, spot);
        if (match == KEY_MATCH_LEAF || child->kind == JSON_NULL)
            continue;
        if (child->kind != JSON_OBJECT) {
            char excerpt[JSON_QUOTE_SIZE];
            json_excerpt(child, excerpt, sizeof excerpt);
            return loader_refuse(loader, child, below.path, "%s: allowed is an object of keys",
                                 excerpt);
        }
        if (!check_keys(loader, child, &below, match == KEY_MATCH_MAP))
            return false;
    }
    return true;
}

/* ---- laying one over the other ---- */

static struct json_node *object_like(const struct loader *loader, const struct json_node *node)
{
    struct json_node *object = scenario_memory_take(loader->memory, sizeof *object);
    if (object != NULL) {
        *object = *node;
        object->first = object->last = object->next = NULL;
    }
    return object;
}

static bool overlay(const struct loader *loader, struct json_node *base,
                    const struct json_node *layer, const struct spot *spot, enum key_match kind);

/* A name that should be there is not. */
static bool missing_name(const struct loader *loader, const struct json_node *base,
                         const struct json_node *child, const struct spot *spot, const char *wrong)
{
    struct nearest nearest;
    char hint[LOADER_PATH_SIZE];
    nearest_init(&nearest, child->key);
    for (const struct json_node *other = base->first; other != NULL; other = other->next)
        nearest_offer(&nearest, other->key);
    nearest_write(&nearest, hint, sizeof hint);
    return loader_refuse(loader, child, spot->path, "%s%s", wrong, hint);
}

static bool remove_child(const struct loader *loader, struct json_node *base,
                         const struct json_node *child, const struct spot *spot, bool chosen)
{
    struct json_node *existing = json_child(base, child->key);
    if (existing != NULL)
        json_remove(base, existing);
    return existing != NULL || !chosen ||
           missing_name(loader, base, child, spot, "null: there is nothing of this name to remove");
}

static bool overlay_object(const struct loader *loader, struct json_node *base,
                           const struct json_node *child, const struct spot *spot,
                           enum key_match match, const struct key *key)
{
    struct json_node *existing = json_child(base, child->key);
    bool merges = match != KEY_MATCH_LEAF || key->type == KEY_LATENCIES || child->path;
    struct json_node *target = existing;
    if (existing == NULL || existing->kind != JSON_OBJECT || !merges) {
        target = object_like(loader, child);
        if (target == NULL)
            return loader_no_memory(loader);
        if (existing != NULL)
            json_replace(base, existing, target);
        else
            json_append(base, target);
    }
    return overlay(loader, target, child, spot, match);
}

static bool overlay_value(const struct loader *loader, struct json_node *base,
                          const struct json_node *child)
{
    struct json_node *copy = scenario_memory_take(loader->memory, sizeof *copy);
    struct json_node *existing = json_child(base, child->key);
    if (copy == NULL)
        return loader_no_memory(loader);
    *copy = *child;
    copy->next = NULL;
    if (existing != NULL)
        json_replace(base, existing, copy);
    else
        json_append(base, copy);
    return true;
}

/* kind: what the table says of the objects' place; inside a key's own object, nothing. A setting of
 * one key of something new would make the rest of it up: that is a misspelt name. */
static bool overlay(const struct loader *loader, struct json_node *base,
                    const struct json_node *layer, const struct spot *spot, enum key_match kind)
{
    for (const struct json_node *child = layer->first; child != NULL; child = child->next) {
        struct spot below;
        const struct key *key = NULL;
        bool chosen = kind == KEY_MATCH_MAP;
        spot_down(spot, child->key, chosen, &below);
        enum key_match match = key_match(&loader->table, below.pattern, &key);
        bool ok;
        if (child->kind == JSON_NULL)
            ok = remove_child(loader, base, child, &below, chosen);
        else if (chosen && child->path && json_child(base, child->key) == NULL)
            ok = missing_name(loader, base, child, &below,
                              "there is nothing of this name to set a key of");
        else if (child->kind == JSON_OBJECT)
            ok = overlay_object(loader, base, child, &below, match, key);
        else
            ok = overlay_value(loader, base, child);
        if (!ok)
            return false;
    }
    return true;
}

static bool add_layer(const struct loader *loader, const struct json_node *layer)
{
    const struct spot top = {{0}, {0}};
    return check_keys(loader, layer, &top, false) &&
           overlay(loader, loader->root, layer, &top, KEY_MATCH_OBJECT);
}

/* ---- files ---- */

static struct json_origin *origin_new(const struct loader *loader, const char *name, bool setting)
{
    struct json_origin *origin = scenario_memory_take(loader->memory, sizeof *origin);
    if (origin == NULL)
        return NULL;
    origin->setting = setting;
    origin->name = scenario_memory_copy(loader->memory, name, strlen(name));
    return origin->name != NULL ? origin : NULL;
}

/* The path of a base, seen from the file that names it. */
static bool base_path(const struct loader *loader, const struct json_node *extends, char *out,
                      size_t size)
{
    const char *slash = strrchr(extends->origin->name, '/');
    int folder =
        extends->text[0] == '/' || slash == NULL ? 0 : (int)(slash - extends->origin->name) + 1;
    int length = snprintf(out, size, "%.*s%s", folder, extends->origin->name, extends->text);
    return (length >= 0 && (size_t)length < size) ||
           loader_refuse(loader, extends, "extends", "this path is too long");
}

static bool check_chain(const struct loader *loader, const struct json_node *extends,
                        const struct chain *link)
{
    char excerpt[JSON_QUOTE_SIZE];
    json_excerpt(extends, excerpt, sizeof excerpt);
    if (link->real == NULL)
        return loader_refuse(loader, extends, "extends", "%s: %s", excerpt, strerror(errno));
    for (const struct chain *above = link->above; above != NULL; above = above->above) {
        if (strcmp(above->real, link->real) == 0)
            return loader_refuse(loader, extends, "extends", "%s: the scenario extends itself%s",
                                 excerpt, above == link->above ? "" : " by way of others");
    }
    if (link->depth > LOADER_EXTENDS_LIMIT)
        return loader_refuse(loader, extends, "extends", "%s: more than %d files extend each other",
                             excerpt, LOADER_EXTENDS_LIMIT);
    return true;
}

static bool add_file(const struct loader *loader, const char *path, const struct chain *link);

static bool add_base(const struct loader *loader, const struct json_node *extends,
                     const struct chain *by)
{
    char path[LOADER_FILE_PATH_SIZE];
    if (extends->kind != JSON_STRING || extends->text[0] == '\0')
        return loader_refuse(loader, extends, "extends",
                             "allowed is the path of a scenario file, as a string");
    if (!base_path(loader, extends, path, sizeof path))
        return false;
    struct chain link = {
        .path = path, .real = realpath(path, NULL), .above = by, .depth = by->depth + 1};
    bool ok = check_chain(loader, extends, &link) && add_file(loader, path, &link);
    free(link.real);
    return ok;
}

/* Keys for tools that stand outside the table. */
static bool take_apart(struct json_node *tree, const char *key, struct json_node **out)
{
    *out = json_child(tree, key);
    if (*out != NULL)
        json_remove(tree, *out);
    return *out != NULL && (*out)->kind != JSON_NULL;
}

static bool add_file(const struct loader *loader, const char *path, const struct chain *link)
{
    struct json_node *tree = NULL, *extends, *schema, *claims;
    const struct json_origin *origin = origin_new(loader, path, false);
    if (origin == NULL)
        return loader_no_memory(loader);
    if (!json_read_file(origin, loader->memory, &tree, loader->error))
        return false;
    if (tree->kind != JSON_OBJECT)
        return loader_refuse(loader, tree, "", "a scenario is an object: { ... }");
    if (take_apart(tree, "$schema", &schema) && schema->kind != JSON_STRING)
        return loader_refuse(loader, schema, "$schema", "allowed is a string");
    if (take_apart(tree, "case", &claims) && claims->kind != JSON_OBJECT)
        return loader_refuse(loader, claims, "case", "allowed is an object");
    if (take_apart(tree, "extends", &extends) && !add_base(loader, extends, link))
        return false;
    if (link->depth == 1) {
        loader->root->origin = tree->origin;
        loader->root->line = tree->line;
        loader->root->column = tree->column;
    }
    return add_layer(loader, tree);
}

/* ---- settings ---- */

enum { SETTING_SIZE = 208 }; /* of a setting in messages */

/* The setting on one line, cut where it is long. */
static void setting_name(const char *setting, char name[SETTING_SIZE])
{
    snprintf(name, SETTING_SIZE, "--set %s", setting);
    for (char *c = name; *c != '\0'; c++)
        *c = (unsigned char)*c < 0x20 ? '?' : *c;
}

static bool setting_fail(const struct loader *loader, const char *setting, const char *wrong)
{
    char name[SETTING_SIZE];
    setting_name(setting, name);
    return error_set(loader->error, ERROR_INPUT, "%s: %s", name, wrong);
}

/* Objects around the value, one for each part of the path. */
static bool setting_tree(const struct loader *loader, const struct json_origin *origin,
                         const char *path, struct json_node *value, struct json_node **out)
{
    struct json_node *root = scenario_memory_take(loader->memory, sizeof *root);
    struct json_node *object = root;
    if (root == NULL)
        return loader_no_memory(loader);
    *root = (struct json_node){.kind = JSON_OBJECT, .path = true, .origin = origin};
    while (true) {
        size_t length = strcspn(path, ".");
        bool last = path[length] == '\0';
        struct json_node *child =
            last ? value : scenario_memory_take(loader->memory, sizeof *child);
        if (child == NULL)
            return loader_no_memory(loader);
        if (!last)
            *child = (struct json_node){.kind = JSON_OBJECT, .path = true, .origin = origin};
        child->key = scenario_memory_copy(loader->memory, path, length);
        if (child->key == NULL)
            return loader_no_memory(loader);
        json_append(object, child);
        if (last)
            break;
        object = child;
        path += length + 1;
    }
    *out = root;
    return true;
}

static bool add_setting(const struct loader *loader, const char *setting)
{
    char path[LOADER_PATH_SIZE], name[SETTING_SIZE];
    size_t length = strcspn(setting, "=");
    struct json_node *value = NULL, *tree = NULL;
    if (setting[length] == '\0' || length == 0)
        return setting_fail(loader, setting, "allowed is path=value, as in duration=2h");
    if (length >= sizeof path)
        return setting_fail(loader, setting, "unknown key");
    memcpy(path, setting, length);
    path[length] = '\0';
    if (path[0] == '.' || path[length - 1] == '.' || strstr(path, "..") != NULL)
        return setting_fail(loader, setting, "a path is keys with one dot between two of them");
    if (strcmp(path, "extends") == 0)
        return setting_fail(loader, setting, "\"extends\" stands in a file only");
    setting_name(setting, name);
    const struct json_origin *origin = origin_new(loader, name, true);
    if (origin == NULL)
        return loader_no_memory(loader);
    return value_parse(origin, setting + length + 1, loader->memory, &value, loader->error) &&
           setting_tree(loader, origin, path, value, &tree) && add_layer(loader, tree);
}

bool loader_merge(struct loader *loader)
{
    const struct scenario_source *source = loader->source;
    loader->root = scenario_memory_take(loader->memory, sizeof *loader->root);
    if (loader->root == NULL)
        return loader_no_memory(loader);
    loader->root->kind = JSON_OBJECT;
    struct chain link = {.path = source->path, .real = realpath(source->path, NULL), .depth = 1};
    bool ok = link.real != NULL ||
              error_set(loader->error, ERROR_INPUT, "%s: %s", source->path, strerror(errno));
    ok = ok && add_file(loader, source->path, &link);
    free(link.real);
    for (size_t i = 0; ok && i < source->setting_count; i++)
        ok = add_setting(loader, source->settings[i]);
    return ok;
}
