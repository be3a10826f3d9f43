#include "analysis/case_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_json.h"
#include "models/scenario_memory.h"

enum { SETTING_MAX = 1024, SETTINGS_MAX = 512 };

/* What goes on while a file is read. */
struct reader {
    struct scenario_memory *memory;
    struct case_file *file;
    struct error *error;
};

static bool refuse(const struct reader *reader, const struct json_node *node, const char *format,
                   ...) __attribute__((format(printf, 3, 4)));

static bool refuse(const struct reader *reader, const struct json_node *node, const char *format,
                   ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(reader->error, ERROR_INPUT, "%s:%u:%u: %s", node->origin->name, node->line,
                     node->column, text);
}

static bool no_memory(const struct reader *reader)
{
    return error_set(reader->error, ERROR_MEMORY, "out of memory");
}

static const char *copy(const struct reader *reader, const char *text)
{
    return scenario_memory_copy(reader->memory, text, strlen(text));
}

/* ---- settings from objects ---- */

/* Leaves of an object, in order. */
struct leaves {
    const char **items;
    size_t count;
};

static const char *leaf_text(const struct json_node *node)
{
    if (node->kind == JSON_NULL)
        return "null";
    return node->kind == JSON_BOOL ? (node->truth ? "true" : "false") : node->text;
}

static bool add_leaf(const struct reader *reader, const struct json_node *node, const char *path,
                     struct leaves *leaves)
{
    char text[SETTING_MAX];
    if (leaves->count == SETTINGS_MAX)
        return refuse(reader, node, "more than %d settings", SETTINGS_MAX);
    if (node->kind == JSON_LIST)
        return refuse(reader, node, "a setting is no list");
    int length = snprintf(text, sizeof text, "%s=%s", path, leaf_text(node));
    if (length >= (int)sizeof text)
        return refuse(reader, node, "a setting of more than %d characters", SETTING_MAX - 1);
    leaves->items[leaves->count] = copy(reader, text);
    return leaves->items[leaves->count++] != NULL || no_memory(reader);
}

/* Every leaf below the node, by its dotted path. A key that is such a path itself is fine. */
static bool add_leaves(const struct reader *reader, const struct json_node *node, const char *path,
                       struct leaves *leaves)
{
    if (node->kind != JSON_OBJECT)
        return add_leaf(reader, node, path, leaves);
    for (const struct json_node *child = node->first; child != NULL; child = child->next) {
        char below[SETTING_MAX];
        int length =
            snprintf(below, sizeof below, "%s%s%s", path, path[0] == '\0' ? "" : ".", child->key);
        if (length >= (int)sizeof below)
            return refuse(reader, child, "a path of more than %d characters", SETTING_MAX - 1);
        if (!add_leaves(reader, child, below, leaves))
            return false;
    }
    return true;
}

static bool read_settings(const struct reader *reader, const struct json_node *node,
                          struct leaves *leaves)
{
    leaves->items = scenario_memory_take(reader->memory, SETTINGS_MAX * sizeof *leaves->items);
    return leaves->items != NULL ? add_leaves(reader, node, "", leaves) : no_memory(reader);
}

/* ---- variants ---- */

static bool add_variant(struct reader *reader, const struct json_node *node)
{
    struct case_file *file = reader->file;
    struct leaves leaves = {0};
    if (file->variant_count == CASE_VARIANTS_MAX)
        return refuse(reader, node, "more than %d variants", CASE_VARIANTS_MAX);
    if (node->kind != JSON_OBJECT)
        return refuse(reader, node, "a variant is an object of settings, not %s",
                      json_kind_name(node->kind));
    if (!read_settings(reader, node, &leaves))
        return false;
    file->variants[file->variant_count++] = (struct case_variant){
        .name = copy(reader, node->key),
        .settings = leaves.items,
        .setting_count = leaves.count,
    };
    return file->variants[file->variant_count - 1].name != NULL || no_memory(reader);
}

static bool read_variants(struct reader *reader, const struct json_node *node)
{
    if (node == NULL) {
        reader->file->variants[0] = (struct case_variant){.name = "as it is"};
        reader->file->variant_count = 1;
        return true;
    }
    if (node->kind != JSON_OBJECT || node->first == NULL)
        return refuse(reader, node, "\"variants\" is an object with one or more of them");
    for (const struct json_node *child = node->first; child != NULL; child = child->next) {
        if (!add_variant(reader, child))
            return false;
    }
    return true;
}

/* ---- claims ---- */

static char *trim(char *text)
{
    while (*text == ' ')
        text++;
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
    return text;
}

static bool find_variant(const struct reader *reader, const struct json_node *node,
                         const char *name, size_t *out)
{
    for (size_t i = 0; i < reader->file->variant_count; i++) {
        if (strcmp(reader->file->variants[i].name, name) == 0) {
            *out = i;
            return true;
        }
    }
    return refuse(reader, node, "there is no variant \"%s\"", name);
}

static bool read_term(const struct reader *reader, const struct json_node *node, char *text,
                      struct case_term *term)
{
    *term = (struct case_term){0};
    char *slash = strchr(text, '/');
    if (slash != NULL) {
        *slash = '\0';
        if (!find_variant(reader, node, trim(text), &term->variant))
            return false;
        text = slash + 1;
    }
    text = trim(text);
    if (*text == '\0')
        return refuse(reader, node, "a side of the claim is empty");
    char *end;
    term->number = strtod(text, &end);
    if (*end == '%' && end[1] == '\0') {
        term->number /= 100;
        return true;
    }
    if (*end == '\0')
        return true;
    term->metric = copy(reader, text);
    return term->metric != NULL || no_memory(reader);
}

static bool add_claim(struct reader *reader, const struct json_node *node)
{
    struct case_file *file = reader->file;
    struct case_claim claim = {0};
    if (file->claim_count == CASE_CLAIMS_MAX)
        return refuse(reader, node, "more than %d claims", CASE_CLAIMS_MAX);
    if (node->kind != JSON_STRING)
        return refuse(reader, node, "a claim is a string such as \"latency_p99 < 60\"");
    char *text = scenario_memory_copy(reader->memory, node->text, strlen(node->text));
    claim.text = copy(reader, node->text);
    if (text == NULL || claim.text == NULL)
        return no_memory(reader);
    char *relation = strpbrk(text, "<>");
    if (relation == NULL || strpbrk(relation + 1, "<>") != NULL)
        return refuse(reader, node, "a claim has one '<' or '>' between its sides");
    claim.above = *relation == '>';
    *relation = '\0';
    if (!read_term(reader, node, text, &claim.left) ||
        !read_term(reader, node, relation + 1, &claim.right))
        return false;
    if (claim.left.metric == NULL && claim.right.metric == NULL)
        return refuse(reader, node, "a claim names at least one metric");
    file->claims[file->claim_count++] = claim;
    return true;
}

static bool read_claims(struct reader *reader, const struct json_node *section,
                        const struct json_node *node)
{
    if (node == NULL || node->kind != JSON_LIST || node->first == NULL)
        return refuse(reader, node != NULL ? node : section,
                      "\"claims\" is a list with one or more of them");
    for (const struct json_node *child = node->first; child != NULL; child = child->next) {
        if (!add_claim(reader, child))
            return false;
    }
    return true;
}

/* ---- files ---- */

static bool read_root(struct reader *reader, const char *path, struct json_node **root)
{
    struct json_origin *origin = scenario_memory_take(reader->memory, sizeof *origin);
    if (origin == NULL)
        return no_memory(reader);
    origin->name = copy(reader, path);
    if (origin->name == NULL)
        return no_memory(reader);
    if (!json_read_file(origin, reader->memory, root, reader->error))
        return false;
    return (*root)->kind == JSON_OBJECT || refuse(reader, *root, "allowed is an object: { ... }");
}

static bool check_section(const struct reader *reader, const struct json_node *section)
{
    static const char *const known[] = {"title", "variants", "claims"};
    for (const struct json_node *child = section->first; child != NULL; child = child->next) {
        size_t i = 0;
        while (i < sizeof known / sizeof known[0] && strcmp(child->key, known[i]) != 0)
            i++;
        if (i == sizeof known / sizeof known[0])
            return refuse(reader, child,
                          "case: unknown key \"%s\"; there are title, variants, claims",
                          child->key);
    }
    return true;
}

static bool read_case(struct reader *reader, const char *path)
{
    struct json_node *root = NULL;
    if (!read_root(reader, path, &root))
        return false;
    const struct json_node *section = json_child(root, "case");
    if (section == NULL || section->kind != JSON_OBJECT)
        return refuse(reader, root, "there is no object \"case\" that says what should happen");
    const struct json_node *title = json_child(section, "title");
    if (title == NULL || title->kind != JSON_STRING)
        return refuse(reader, section, "case.title is missing: a string");
    reader->file->title = copy(reader, title->text);
    if (reader->file->title == NULL)
        return no_memory(reader);
    return check_section(reader, section) &&
           read_variants(reader, json_child(section, "variants")) &&
           read_claims(reader, section, json_child(section, "claims"));
}

static bool name_file(struct reader *reader, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t length = dot != NULL ? (size_t)(dot - base) : strlen(base);
    reader->file->path = copy(reader, path);
    reader->file->name = scenario_memory_copy(reader->memory, base, length);
    return (reader->file->path != NULL && reader->file->name != NULL) || no_memory(reader);
}

bool case_file_load(const char *path, struct case_file *out, struct error *error)
{
    struct case_file file = {.memory = scenario_memory_open()};
    struct reader reader = {.memory = file.memory, .file = &file, .error = error};
    if (file.memory == NULL)
        return no_memory(&reader);
    if (!name_file(&reader, path) || !read_case(&reader, path)) {
        case_file_free(&file);
        return false;
    }
    *out = file;
    return true;
}

void case_file_free(struct case_file *file)
{
    scenario_memory_close(file->memory);
    *file = (struct case_file){0};
}

static bool read_parameters(struct reader *reader, const char *path, struct leaves *leaves)
{
    struct json_node *root = NULL;
    if (!read_root(reader, path, &root))
        return false;
    for (const struct json_node *child = root->first; child != NULL; child = child->next) {
        if (strcmp(child->key, "protocol") != 0)
            return refuse(reader, child, "allowed is \"protocol\" alone, not \"%s\"", child->key);
    }
    return read_settings(reader, root, leaves);
}

bool case_settings_load(const char *path, struct scenario_memory **memory, const char ***settings,
                        size_t *count, struct error *error)
{
    struct reader reader = {.memory = scenario_memory_open(), .error = error};
    struct leaves leaves = {0};
    if (reader.memory == NULL)
        return no_memory(&reader);
    if (!read_parameters(&reader, path, &leaves)) {
        scenario_memory_close(reader.memory);
        return false;
    }
    *memory = reader.memory;
    *settings = leaves.items;
    *count = leaves.count;
    return true;
}
