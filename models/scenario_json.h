/* scenario_json.h - JSON with comments as a tree that knows where everything stood.
 *
 * Numbers keep their text, so that nothing is lost on the way to integers. Objects keep the order
 * of their keys. Nodes belong to the arena they were read into; a file's own text is freed. Private
 * to the loader.
 */
#ifndef MODELS_SCENARIO_JSON_H
#define MODELS_SCENARIO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario_memory.h"
#include "sim/error.h"

enum {
    JSON_FILE_LIMIT = 8 << 20, /* bytes of one file */
    JSON_DEPTH_LIMIT = 32,
    JSON_VALUE_LIMIT = 200000, /* values in one file */
    JSON_KEY_LIMIT = 4096,     /* keys of one object */
};

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_LIST, JSON_OBJECT };

/* Where a text came from: a file, or one --set setting. */
struct json_origin {
    const char *name; /* the path as given, or "--set path=value" */
    bool setting;
};

struct json_node {
    enum json_kind kind;
    bool truth;
    bool path;        /* an object made by a setting on the way to its value */
    const char *key;  /* NULL outside an object */
    const char *text; /* of a number (as written) or a string */
    struct json_node *first, *last, *next;
    const struct json_origin *origin; /* NULL: a default */
    uint32_t line, column;            /* of the value, from 1 */
    uint32_t key_line, key_column;
};

/* Reads a whole file. Errors say file:line:column and what is wrong; ERROR_INPUT unless reading
 * itself failed. *out is touched only on success. */
bool json_read_file(const struct json_origin *origin, struct scenario_memory *memory,
                    struct json_node **out, struct error *error);
/* The same for text in memory; length excludes any terminator. */
bool json_read_text(const struct json_origin *origin, const char *text, size_t length,
                    struct scenario_memory *memory, struct json_node **out, struct error *error);

struct json_node *json_child(const struct json_node *object, const char *key); /* NULL: none */
/* The node a dotted path leads to; NULL: none. */
struct json_node *json_at(const struct json_node *root, const char *path);
void json_append(struct json_node *object, struct json_node *child);
void json_remove(struct json_node *object, struct json_node *child);
void json_replace(struct json_node *object, struct json_node *child, struct json_node *by);

const char *json_kind_name(enum json_kind kind); /* "a string" */
enum { JSON_QUOTE_SIZE = 80 };                   /* room for json_quote() and json_excerpt() */
/* A text in quotes for messages: on one line, cut after 60 bytes at the end of a character. */
void json_quote(const char *text, char *quoted, size_t size);
/* The value as a short piece of JSON for messages. */
void json_excerpt(const struct json_node *node, char *text, size_t size);

#endif
