/* scenario_path.c - see scenario_path.h. */
#include "cli/scenario_path.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The Makefile defines it; the value here serves a build by hand. */
#ifndef DGSIM_DATADIR
#define DGSIM_DATADIR "/usr/local/share/dgsim"
#endif

/* Seen from the folder of the program: build/, build/asan/, and bin/ of any prefix. */
static const char *const folders[] = {"../scenarios", "../../scenarios",
                                      "../share/dgsim/scenarios"};

static bool take_if_there(const char *candidate, char *path, size_t size)
{
    if (access(candidate, R_OK) != 0 || strlen(candidate) >= size)
        return false;
    memcpy(path, candidate, strlen(candidate) + 1);
    return true;
}

bool scenario_path_find(const char *name, char *path, size_t size, struct error *error)
{
    char self[PATH_MAX], candidate[PATH_MAX + 256];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0) {
        self[length] = '\0';
        *strrchr(self, '/') = '\0';
    }
    for (size_t i = 0; length > 0 && i < sizeof folders / sizeof folders[0]; i++) {
        snprintf(candidate, sizeof candidate, "%s/%s/%s", self, folders[i], name);
        if (take_if_there(candidate, path, size))
            return true;
    }
    snprintf(candidate, sizeof candidate, "%s/scenarios/%s", DGSIM_DATADIR, name);
    return take_if_there(candidate, path, size) ||
           error_set(error, ERROR_INPUT, "%s: not found; name a scenario with --scenario",
                     candidate);
}
