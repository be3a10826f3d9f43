/* settings.c - see settings.h. */
#include "cli/settings.h"

#include <stdlib.h>

bool settings_add(struct settings *settings, const char *text, struct error *error)
{
    const char **items = realloc(settings->items, (settings->count + 1) * sizeof *settings->items);
    if (items == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    settings->items = items;
    items[settings->count++] = text;
    return true;
}

void settings_fini(struct settings *settings)
{
    free(settings->items);
    *settings = (struct settings){0};
}
