/* scenario_loader.h - the steps from a file and settings to a scenario, and what they share.
 *
 * loader_open() goes through all of them: layers (files, bases and settings) become one tree, the
 * tree is read into the struct by the key table, rules between keys are checked, the canonical text
 * is written. Private to the loader.
 */
#ifndef MODELS_SCENARIO_LOADER_H
#define MODELS_SCENARIO_LOADER_H

#include <stdbool.h>
#include <stddef.h>

#include "models/scenario.h"
#include "models/scenario_json.h"
#include "models/scenario_keys.h"
#include "models/scenario_memory.h"
#include "sim/error.h"

enum {
    LOADER_EXTENDS_LIMIT = 16, /* files in a chain of extends */
    LOADER_NAME_LIMIT = 48,    /* characters of a name the user chooses */
    LOADER_PATH_SIZE = 256,    /* of a key; longer ones are unknown and cut in messages */
    LOADER_FILE_PATH_SIZE = 4096,
};

struct loader {
    const struct scenario_source *source;
    struct scenario_memory *memory;
    struct key_table table;
    struct json_node *root;   /* all layers laid over each other */
    struct scenario scenario; /* memory stays NULL until the scenario is handed over */
    struct error *error;
};

/* On failure nothing is left behind. After success the caller closes it, or takes the memory over
 * and sets it to NULL before. */
bool loader_open(struct loader *loader, const struct scenario_source *source, struct error *error);
void loader_close(struct loader *loader);

/* ---- the steps, in their order ---- */

bool loader_merge(struct loader *loader); /* scenario_layers.c */
bool loader_read(struct loader *loader);  /* scenario_read.c */
bool loader_link(struct loader *loader);  /* scenario_link.c: latencies, traces */
bool loader_check(struct loader *loader); /* scenario_check.c */
bool loader_text(struct loader *loader);  /* scenario_text.c */
void loader_warn(struct loader *loader);  /* scenario_warn.c */

/* ---- messages ---- */

bool loader_no_memory(const struct loader *loader);
/* "file:line:column: " or "--set path=value: "; of the key, or of the value. */
void place_write(const struct json_node *node, bool of_key, char *text, size_t size);
/* Refuses the value of a node: place, path, what is wrong. Always false. */
bool loader_refuse(const struct loader *loader, const struct json_node *node, const char *path,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same at the place of a path, or of the nearest thing above it that was given. */
bool loader_refuse_at(const struct loader *loader, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void loader_warn_at(const struct loader *loader, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- the nearest of several words, for "did you mean" ---- */

struct nearest {
    const char *word;
    const char *best;
    size_t distance;
};
void nearest_init(struct nearest *nearest, const char *word);
void nearest_offer(struct nearest *nearest, const char *candidate); /* must outlive nearest */
/* `; did you mean "best"?`, or nothing when nothing is near. */
void nearest_write(const struct nearest *nearest, char *text, size_t size);

/* ---- values ---- */

/* A node from the text of a setting or a default: JSON where it is a number, true, false, null or
 * begins as a string, list or object does; else a string. */
bool value_parse(const struct json_origin *origin, const char *text, struct scenario_memory *memory,
                 struct json_node **out, struct error *error);
/* A field as a JSON value: exact and in base units, or as people write it. */
struct value_text {
    char text[96];
    bool quoted; /* a JSON string */
};
void value_write(const struct key *key, const void *field, bool exact, struct value_text *out);
/* A bound or any other quantity of the key's type, as people write it. */
void value_write_number(const struct key *key, double value, char *text, size_t size);
/* The name of an index that shares and references speak of. */
const char *over_name(const struct scenario *scenario, enum key_over over, size_t index);
/* How many such names there are; those of behaviours that do not fit the role are NULL. */
size_t over_count(const struct scenario *scenario, enum key_over over);
const char *over_what(enum key_over over); /* "region" */

/* The node that gives a key, NULL when it is a default. name: of the section's item, or NULL. */
struct json_node *loader_given(const struct loader *loader, const struct key *key,
                               const char *name);

#endif
