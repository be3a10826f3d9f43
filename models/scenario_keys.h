/* scenario_keys.h - the one table of keys of a scenario file.
 *
 * Validation, the JSON Schema, `validate --show`, the canonical text and warnings about keys
 * without effect are all made from these rows; protocol.* comes from the core's own table,
 * behaviours.* from the behaviours'. Private to the loader.
 */
#ifndef MODELS_SCENARIO_KEYS_H
#define MODELS_SCENARIO_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "models/scenario_memory.h"

enum key_type {
    KEY_TEXT,      /* const char * */
    KEY_PLACE,     /* const char *, a city of the latency table */
    KEY_FILE,      /* const char *, a path */
    KEY_BOOL,      /* bool */
    KEY_COUNT,     /* uint32_t */
    KEY_LIMIT,     /* uint32_t, or "unlimited": UINT32_MAX */
    KEY_SEED,      /* uint64_t */
    KEY_NUMBER,    /* double */
    KEY_FRACTION,  /* double */
    KEY_RATE,      /* double, 1/s */
    KEY_BANDWIDTH, /* double, bit/s */
    KEY_DURATION,  /* int64_t, ns */
    KEY_AMOUNT,    /* int64_t, micro-tokens */
    KEY_CHOICE,    /* an enum whose constants count from 0 */
    KEY_REFERENCE, /* uint32_t, index of a named thing */
    KEY_SHARES,    /* struct shares */
    KEY_NUMBERS,   /* struct shares whose weights are numbers, each within the bounds */
    KEY_LATENCIES, /* network.latency, an object of objects of durations */
    KEY_PARAMETER, /* int64_t of struct dg_params */
    KEY_TYPE_COUNT
};

/* Named maps: arrays of structs whose first field is the name. */
enum section_id {
    SECTION_REGIONS,
    SECTION_GATEWAYS,
    SECTION_CLASSES,
    SECTION_PROVIDERS,
    SECTION_HARDWARE,
    SECTION_JUDGES,
    SECTION_NODES,
    SECTION_USERS,
    SECTION_COUNT,
    SECTION_NONE = SECTION_COUNT, /* a key that stands once */
};

struct section {
    const char *name;    /* "nodes" */
    const char *one;     /* "node group" */
    size_t items, count; /* offsets in struct scenario */
    size_t item_size;
    size_t limit;
    bool required;
    const char *meaning;
    /* Whether anything refers to item number index; NULL: it always counts. */
    bool (*used)(const struct scenario *scenario, size_t index);
    const char *unused; /* what to say when nothing does */
};

/* What the names of shares and references mean. */
enum key_over {
    OVER_REGIONS = SECTION_REGIONS,
    OVER_CLASSES = SECTION_CLASSES,
    OVER_HARDWARE = SECTION_HARDWARE,
    OVER_JUDGES = SECTION_JUDGES,
    OVER_USERS = SECTION_USERS,
    OVER_NODE_BEHAVIOURS = SECTION_COUNT,
    OVER_VERIFIER_BEHAVIOURS,
};

/* What holds when a key is not given. */
enum key_fallback {
    FALLBACK_TEXT,     /* `standard`, read as if it stood in the file */
    FALLBACK_NONE,     /* nothing: NULL, or UINT32_MAX for references, or an empty list */
    FALLBACK_EVEN,     /* shares: all there are, alike */
    FALLBACK_FIRST,    /* reference: the first one */
    FALLBACK_COUNT,    /* operators: as many as nodes */
    FALLBACK_NAME,     /* the file's name without folder and ending */
    FALLBACK_NOBODY,   /* reference: none; whether one is needed is asked when all is read */
    FALLBACK_REQUIRED, /* it must be given wherever it is relevant */
};

struct key {
    const char *path; /* "nodes.*.service.kind"; '*' is a name the user chose */
    enum key_type type;
    size_t offset; /* in the section's struct, or in struct scenario */
    enum key_fallback fallback;
    const char *standard;    /* the default as a file would say it, or in words */
    double minimum, maximum; /* in base units, inclusive; both 0: no bounds */
    enum dg_origin origin;   /* of the default */
    const char *source;      /* where it comes from; NULL: a choice */
    const char *meaning;
    const struct dg_choice *choices; /* KEY_CHOICE: up to one without a name */
    enum key_over over;
    bool (*relevant)(const struct scenario *scenario, const void *item); /* NULL: always */
    const char *only; /* when that is: "used only with ..." */
    bool apart;       /* recorded with each run itself: left out of the canonical text */
    const struct dg_param_row *param;
    const struct behaviour *behaviour; /* whose parameter it is; NULL: nobody's */
    enum section_id section;           /* filled in by key_table_open() */
};

struct key_table {
    struct key *rows;
    size_t count;
};

/* The rows of the model, without those of behaviours and of the protocol; see scenario_keys.c. */
const struct key *key_rows(size_t *count);
const struct section *key_sections(void); /* SECTION_COUNT of them, see scenario_keys.c */

/* The model's rows, then one per parameter of each behaviour, then one per parameter of the protocol.
 * False: out of memory. */
bool key_table_open(struct scenario_memory *memory, struct key_table *out);

size_t section_count(const struct scenario *scenario, enum section_id id);
/* Item number index of a section. */
void *section_item(const struct scenario *scenario, enum section_id id, size_t index);
const char *section_name(const struct scenario *scenario, enum section_id id, size_t index);

/* Whether the key has an effect on that item of its section, given everything else. */
bool key_relevant_to(const struct key *key, const struct scenario *scenario, const void *item);

/* Where the key's value lies: item is the section's item, or NULL for a key that stands once. */
void *key_field(const struct key *key, struct scenario *scenario, void *item);

/* The path with the name put in for its '*'. */
void key_path(const struct key *key, const char *name, char *out, size_t size);

/* How a path prefix of a file relates to the table. */
enum key_match {
    KEY_MATCH_NONE,
    KEY_MATCH_LEAF,   /* a key; *key is set */
    KEY_MATCH_OBJECT, /* an object with keys of its own */
    KEY_MATCH_MAP,    /* an object whose keys the user chooses */
};
/* pattern: a path with '*' for chosen names. */
enum key_match key_match(const struct key_table *table, const char *pattern,
                         const struct key **key);

/* The choices of a key that has some; NULL: none. */
const struct dg_choice *key_choices(const struct key *key);
/* The part of the path after the section's '*', or all of a key that stands once. */
const char *key_inside(const struct key *key);

#endif
