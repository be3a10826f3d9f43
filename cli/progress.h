/* progress.h - one line on a terminal: how far, how fast, how long still. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"

struct progress; /* private, see progress.c */

/* For runs of duration_ns each, numbered from 0. out is a terminal. */
bool progress_open(FILE *out, uint32_t runs, int64_t duration_ns, struct progress **out_progress,
                   struct error *error);
/* Wipes the line. NULL is allowed. */
void progress_close(struct progress *progress);

/* Run number `run` stands at now_ns after that many events. Redraws ten times a second at most. */
void progress_update(struct progress *progress, uint32_t run, int64_t now_ns, uint64_t events);

/* What the line shows after elapsed_s: done is a fraction. */
enum { PROGRESS_LINE_SIZE = 160 };
void progress_line(char line[PROGRESS_LINE_SIZE], double done, uint32_t finished, uint32_t runs,
                   double events, double elapsed_s);

#endif
