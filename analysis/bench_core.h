/* bench_core.h - speed of the protocol code alone on this machine. */
#ifndef ANALYSIS_BENCH_CORE_H
#define ANALYSIS_BENCH_CORE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/error.h"

/* A gateway's decisions by routing policy and size of the network, and the hashes that everybody
 * computes, in turns, for some two seconds in all. Fails when a call of the core does. Write errors
 * on out are the caller's to find (ferror). */
bool bench_core(FILE *out, bool json, struct error *error);

#endif
