/* bench_engine.h - speed of the engine alone on this machine, against the bare references. */
#ifndef ANALYSIS_BENCH_ENGINE_H
#define ANALYSIS_BENCH_ENGINE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/error.h"

/* M/M/1 and the hold model, both sides in turns, for some fifteen seconds in all. Fails when the
 * two sides did not do the same work. Write errors on out are the caller's to find (ferror). */
bool bench_engine(FILE *out, bool json, struct error *error);

#endif
