/* provenance.h - where a result comes from: program, compiler, machine, time and command line. */
#ifndef ANALYSIS_PROVENANCE_H
#define ANALYSIS_PROVENANCE_H

enum { PROVENANCE_HOST_SIZE = 256, PROVENANCE_KERNEL_SIZE = 256, PROVENANCE_TIME_SIZE = 32 };

struct provenance {
    const char *version, *compiler, *build_flags; /* static */
    const char *command_line;                     /* the caller's; NULL if there is none */
    char host[PROVENANCE_HOST_SIZE];
    char kernel[PROVENANCE_KERNEL_SIZE]; /* system, release and machine */
};

void provenance_collect(struct provenance *provenance, const char *command_line);

/* The wall clock now, as "2024-05-01T12:00:00Z". */
void provenance_time(char text[PROVENANCE_TIME_SIZE]);

#endif
