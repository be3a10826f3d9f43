/* provenance.c - asks the build and the machine who they are. */
#include "analysis/provenance.h"

#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

/* The Makefile defines these; the values here serve a build by hand. */
#ifndef DGSIM_VERSION
#define DGSIM_VERSION "0.1.0"
#endif
#ifndef DGSIM_FLAGS
#define DGSIM_FLAGS "unknown"
#endif

#ifdef __clang__
#define COMPILER_NAME "" /* clang's __VERSION__ begins with its name */
#else
#define COMPILER_NAME "gcc "
#endif

void provenance_collect(struct provenance *provenance, const char *command_line)
{
    *provenance = (struct provenance){
        .version = DGSIM_VERSION,
        .compiler = COMPILER_NAME __VERSION__,
        .build_flags = DGSIM_FLAGS,
        .command_line = command_line,
    };
    struct utsname name;
    if (uname(&name) != 0)
        return;
    snprintf(provenance->host, sizeof provenance->host, "%s", name.nodename);
    snprintf(provenance->kernel, sizeof provenance->kernel, "%.80s %.80s %.80s", name.sysname,
             name.release, name.machine);
}

void provenance_time(char text[PROVENANCE_TIME_SIZE])
{
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) == NULL ||
        strftime(text, PROVENANCE_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        text[0] = '\0';
}
