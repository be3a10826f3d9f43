/* bench_model.h - speed and memory of the whole model on this machine. */
#ifndef ANALYSIS_BENCH_MODEL_H
#define ANALYSIS_BENCH_MODEL_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/error.h"

/* Runs the scenario at path in several sizes, for some twenty seconds in all.
 * Write errors on out are the caller's to find (ferror). */
bool bench_model(const char *path, FILE *out, bool json, struct error *error);

#endif
