/* scenario_json.c - see scenario_json.h.
 *
 * cJSON reads and decodes, but keeps no positions, says nothing of what is wrong and turns every
 * number into a double. So a scan goes first, which checks the grammar and marks where each value
 * stands; the tree is then made from cJSON's and from the marks, which both go through the text in
 * the same order.
 */
#include "models/scenario_json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "models/scenario_scan.h"

/* ---- reading the file ---- */

static bool file_open(const char *path, int *out, struct error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return error_set(error, ERROR_INPUT, "%s: %s", path, strerror(errno));
    struct stat status;
    if (fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(file);
        return error_set(error, ERROR_INPUT, "%s: this is a directory, not a scenario file", path);
    }
    if (S_ISREG(status.st_mode) && status.st_size > JSON_FILE_LIMIT) {
        close(file);
        return error_set(error, ERROR_INPUT, "%s: %lld bytes: a scenario file has at most %d", path,
                         (long long)status.st_size, JSON_FILE_LIMIT);
    }
    *out = file;
    return true;
}

/* Up to the limit and one byte more, so that a pipe that never ends is noticed. */
static bool file_fill(int file, const char *path, char *buffer, size_t *length, struct error *error)
{
    size_t used = 0;
    while (used <= JSON_FILE_LIMIT) {
        ssize_t got = read(file, buffer + used, (size_t)JSON_FILE_LIMIT + 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
        if (got == 0)
            break;
        used += (size_t)got;
    }
    if (used > JSON_FILE_LIMIT)
        return error_set(error, ERROR_INPUT, "%s: a scenario file has at most %d bytes", path,
                         JSON_FILE_LIMIT);
    *length = used;
    return true;
}

bool json_read_file(const struct json_origin *origin, struct scenario_memory *memory,
                    struct json_node **out, struct error *error)
{
    int file = -1;
    if (!file_open(origin->name, &file, error))
        return false;
    bool ok = false;
    size_t length = 0;
    char *buffer = malloc((size_t)JSON_FILE_LIMIT + 1);
    if (buffer == NULL) {
        error_set(error, ERROR_MEMORY, "%s: out of memory", origin->name);
        goto done;
    }
    if (!file_fill(file, origin->name, buffer, &length, error))
        goto done;
    ok = json_read_text(origin, buffer, length, memory, out, error);
done:
    free(buffer);
    close(file);
    return ok;
}

/* ---- from cJSON's tree and the marks to ours ---- */

struct builder {
    struct scenario_memory *memory;
    const struct json_origin *origin;
    const struct scan_mark *mark; /* of the next value */
    struct error *error;
};

static bool builder_fail(const struct builder *builder, const struct json_node *node,
                         const char *wrong)
{
    return error_set(builder->error, ERROR_INPUT, "%s:%u:%u: %s", builder->origin->name,
                     node->key_line, node->key_column, wrong);
}

static const char *node_text(struct builder *builder, const cJSON *item,
                             const struct scan_mark *mark)
{
    if (cJSON_IsString(item))
        return scenario_memory_copy(builder->memory, item->valuestring, strlen(item->valuestring));
    return scenario_memory_copy(builder->memory, mark->text, mark->length);
}

static enum json_kind kind_of(const cJSON *item)
{
    if (cJSON_IsObject(item))
        return JSON_OBJECT;
    if (cJSON_IsArray(item))
        return JSON_LIST;
    if (cJSON_IsString(item))
        return JSON_STRING;
    if (cJSON_IsNumber(item))
        return JSON_NUMBER;
    return cJSON_IsBool(item) ? JSON_BOOL : JSON_NULL;
}

static struct json_node *build_one(struct builder *builder, const cJSON *item)
{
    const struct scan_mark *mark = builder->mark++;
    struct json_node *node = scenario_memory_take(builder->memory, sizeof *node);
    if (node == NULL)
        return NULL;
    *node = (struct json_node){.kind = kind_of(item),
                               .truth = cJSON_IsTrue(item),
                               .origin = builder->origin,
                               .line = mark->line,
                               .column = mark->column,
                               .key_line = mark->key_line,
                               .key_column = mark->key_column};
    if (node->kind == JSON_NUMBER || node->kind == JSON_STRING)
        node->text = node_text(builder, item, mark);
    if (item->string != NULL)
        node->key = scenario_memory_copy(builder->memory, item->string, strlen(item->string));
    if ((node->text == NULL && node->kind == JSON_STRING) ||
        (node->key == NULL && item->string != NULL))
        return NULL;
    return node;
}

static bool build(struct builder *builder, const cJSON *item, struct json_node **out);

static bool build_children(struct builder *builder, const cJSON *item, struct json_node *parent)
{
    unsigned count = 0;
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        struct json_node *node;
        if (!build(builder, child, &node))
            return false;
        if (node->key != NULL && ++count > JSON_KEY_LIMIT)
            return builder_fail(builder, node, "too many keys in one object: at most 4096");
        if (node->key != NULL && json_child(parent, node->key) != NULL) {
            char wrong[160], quoted[JSON_QUOTE_SIZE];
            json_quote(node->key, quoted, sizeof quoted);
            snprintf(wrong, sizeof wrong,
                     "the key %s stands twice in this object, first in line %u", quoted,
                     json_child(parent, node->key)->key_line);
            return builder_fail(builder, node, wrong);
        }
        json_append(parent, node);
    }
    return true;
}

/* Recursion is bounded by the scan's depth limit. */
static bool build(struct builder *builder, const cJSON *item, struct json_node **out)
{
    struct json_node *node = build_one(builder, item);
    if (node == NULL)
        return error_set(builder->error, ERROR_MEMORY, "%s: out of memory", builder->origin->name);
    if (!build_children(builder, item, node))
        return false;
    *out = node;
    return true;
}

bool json_read_text(const struct json_origin *origin, const char *text, size_t length,
                    struct scenario_memory *memory, struct json_node **out, struct error *error)
{
    bool ok = false;
    cJSON *items = NULL;
    struct scan scan = {0};
    char *plain = malloc(length + 1);
    if (plain == NULL) {
        error_set(error, ERROR_MEMORY, "%s: out of memory", origin->name);
        goto done;
    }
    if (!scan_run(&scan, origin->name, text, length, plain, error))
        goto done;
    items = cJSON_ParseWithLength(plain, scan.length);
    if (items == NULL) { /* the grammar was checked: only escapes and memory are left */
        error_set(error, ERROR_INPUT,
                  "%s: a string holds an escape that is not valid, or memory ran out",
                  origin->name);
        goto done;
    }
    struct builder builder = {
        .memory = memory, .origin = origin, .mark = scan.marks, .error = error};
    ok = build(&builder, items, out);
done:
    cJSON_Delete(items);
    scan_fini(&scan);
    free(plain);
    return ok;
}

/* ---- the tree ---- */

struct json_node *json_child(const struct json_node *object, const char *key)
{
    for (struct json_node *child = object->first; child != NULL; child = child->next) {
        if (child->key != NULL && strcmp(child->key, key) == 0)
            return child;
    }
    return NULL;
}

static struct json_node *child_of_length(const struct json_node *object, const char *key,
                                         size_t length)
{
    for (struct json_node *child = object->first; child != NULL; child = child->next) {
        if (child->key != NULL && strncmp(child->key, key, length) == 0 &&
            child->key[length] == '\0')
            return child;
    }
    return NULL;
}

struct json_node *json_at(const struct json_node *root, const char *path)
{
    const struct json_node *node = root;
    while (node != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        node = child_of_length(node, path, length);
        path += length + (path[length] == '.');
    }
    return (struct json_node *)node;
}

void json_append(struct json_node *object, struct json_node *child)
{
    child->next = NULL;
    if (object->last == NULL)
        object->first = child;
    else
        object->last->next = child;
    object->last = child;
}

void json_remove(struct json_node *object, struct json_node *child)
{
    struct json_node *before = NULL;
    for (struct json_node *node = object->first; node != child; node = node->next)
        before = node;
    if (before == NULL)
        object->first = child->next;
    else
        before->next = child->next;
    if (object->last == child)
        object->last = before;
}

void json_replace(struct json_node *object, struct json_node *child, struct json_node *by)
{
    struct json_node **link = &object->first;
    while (*link != child)
        link = &(*link)->next;
    *link = by;
    by->next = child->next;
    if (object->last == child)
        object->last = by;
}

const char *json_kind_name(enum json_kind kind)
{
    static const char *const names[] = {"null",     "true or false", "a number",
                                        "a string", "a list",        "an object"};
    return names[kind];
}

void json_quote(const char *text, char *quoted, size_t size)
{
    enum { LENGTH = 60 };
    char cut[LENGTH + 1];
    size_t length = strlen(text) < LENGTH ? strlen(text) : LENGTH;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    for (size_t i = 0; i < length; i++)
        cut[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i];
    cut[length] = '\0';
    snprintf(quoted, size, "\"%s%s\"", cut, text[length] != '\0' ? "..." : "");
}

void json_excerpt(const struct json_node *node, char *text, size_t size)
{
    switch (node->kind) {
    case JSON_BOOL: snprintf(text, size, "%s", node->truth ? "true" : "false"); break;
    case JSON_NUMBER: snprintf(text, size, "%.40s", node->text); break;
    case JSON_STRING: json_quote(node->text, text, size); break;
    default: snprintf(text, size, "%s", json_kind_name(node->kind)); break;
    }
}
