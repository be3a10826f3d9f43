/* settings.h - the --set options of a command line, in their order. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/error.h"

struct settings {
    const char **items; /* "path=value", the command line's own */
    size_t count;
};

bool settings_add(struct settings *settings, const char *text, struct error *error);
void settings_fini(struct settings *settings);

#endif
