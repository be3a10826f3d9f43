/* scenario_scan.h - the grammar of a scenario file: blanks comments out, checks, marks positions.
 * Private to the loader. */
#ifndef MODELS_SCENARIO_SCAN_H
#define MODELS_SCENARIO_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

/* One value, in the order of the text. Columns count characters, from 1. */
struct scan_mark {
    uint32_t line, column;
    uint32_t key_line, key_column; /* of the value itself where it has no key */
    const char *text;              /* in the plain text */
    size_t length;
};

struct scan {
    struct scan_mark *marks; /* owned */
    size_t count, capacity;
    size_t length; /* of the plain text */
};

/* Writes the text without comments to plain (room for length + 1 bytes), terminated, and marks
 * every value. On failure the error says name:line:column and what is wrong. Call scan_fini()
 * either way. */
bool scan_run(struct scan *scan, const char *name, const char *text, size_t length, char *plain,
              struct error *error);
void scan_fini(struct scan *scan);

#endif
