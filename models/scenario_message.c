/* scenario_message.c - where something is wrong, and what was probably meant. See
 * scenario_loader.h. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "models/scenario_loader.h"

/* ---- places ---- */

bool loader_no_memory(const struct loader *loader)
{
    return error_set(loader->error, ERROR_MEMORY, "%s: out of memory", loader->source->path);
}

void place_write(const struct json_node *node, bool of_key, char *text, size_t size)
{
    if (node == NULL || node->origin == NULL)
        snprintf(text, size, "%s", "");
    else if (node->origin->setting)
        snprintf(text, size, "%.400s: ", node->origin->name);
    else
        snprintf(text, size, "%.400s:%u:%u: ", node->origin->name,
                 of_key ? node->key_line : node->line, of_key ? node->key_column : node->column);
}

/* The node of a path, or the last one on the way to it. */
static const struct json_node *node_near(const struct json_node *root, const char *path)
{
    const struct json_node *node = root;
    char part[LOADER_PATH_SIZE];
    while (*path != '\0') {
        size_t length = strcspn(path, ".");
        snprintf(part, sizeof part, "%.*s", (int)length, path);
        const struct json_node *child = json_child(node, part);
        if (child == NULL)
            break;
        node = child;
        path += length + (path[length] == '.');
    }
    return node;
}

bool loader_refuse(const struct loader *loader, const struct json_node *node, const char *path,
                   const char *format, ...)
{
    char place[512], what[ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    place_write(node, false, place, sizeof place);
    return error_set(loader->error, ERROR_INPUT, "%s%s%s%s", place, path, *path != '\0' ? ": " : "",
                     what);
}

bool loader_refuse_at(const struct loader *loader, const char *path, const char *format, ...)
{
    char what[ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const struct json_node *node = node_near(loader->root, path);
    if (node->origin == NULL)
        return error_set(loader->error, ERROR_INPUT, "%s: %s: %s", loader->source->path, path,
                         what);
    return loader_refuse(loader, node, path, "%s", what);
}

void loader_warn_at(const struct loader *loader, const char *path, const char *format, ...)
{
    char place[512], text[ERROR_TEXT_SIZE];
    va_list arguments;
    place_write(node_near(loader->root, path), true, place, sizeof place);
    int used = snprintf(text, sizeof text, "%s%s: ", place, path);
    va_start(arguments, format);
    if (used > 0 && (size_t)used < sizeof text)
        vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
    va_end(arguments);
    if (loader->source->warning != NULL)
        loader->source->warning(loader->source->warning_context, text);
}

/* ---- the nearest word ---- */

enum { NEAREST_LENGTH = 64 }; /* longer words have no near ones */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours that lead from a to b (Damerau's distance
 * with each letter touched once), case aside. Both are at most NEAREST_LENGTH long. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t rows[3][NEAREST_LENGTH + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            now[j] = smaller(smaller(now[j - 1], last[j]) + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                y == tolower((unsigned char)a[i - 2]))
                now[j] = smaller(now[j], before[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

void nearest_init(struct nearest *nearest, const char *word)
{
    size_t length = strlen(word);
    /* Up to a third of the word, and one more, may be wrong. */
    *nearest =
        (struct nearest){.word = word, .distance = length > NEAREST_LENGTH ? 0 : length / 3 + 2};
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    if (candidate == NULL || nearest->distance == 0 || strlen(candidate) > NEAREST_LENGTH)
        return;
    size_t distance = edit_distance(nearest->word, candidate);
    if (distance < nearest->distance && distance < strlen(candidate)) {
        nearest->distance = distance;
        nearest->best = candidate;
    }
}

void nearest_write(const struct nearest *nearest, char *text, size_t size)
{
    if (nearest->best == NULL)
        snprintf(text, size, "%s", "");
    else
        snprintf(text, size, "; did you mean \"%s\"?", nearest->best);
}
