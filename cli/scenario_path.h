/* scenario_path.h - finds the scenarios that come with the program. */
#ifndef CLI_SCENARIO_PATH_H
#define CLI_SCENARIO_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/error.h"

/* The path of a scenario such as "quickstart.json": beside the sources when the program runs from
 * its build folder, else where it was installed. On failure path is left alone. */
bool scenario_path_find(const char *name, char *path, size_t size, struct error *error);

#endif
