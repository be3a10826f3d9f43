/* run_length.h - how many checks the test in force takes to an offence of a node whose checks fail by
 * chance.
 *
 * The test is the core's own (dg_test_outcome). Its runs between two visits of its fresh state are
 * alike and independent, so the mean number of checks to an offence is the mean length of such a run
 * over the chance that one ends in an offence (renewal; Wald's equation). Both follow exactly from
 * the distribution of the states after each check, as long as those are not too many.
 */
#ifndef ANALYSIS_RUN_LENGTH_H
#define ANALYSIS_RUN_LENGTH_H

#include <stdint.h>

#include "dg/params.h"
#include "sim/error.h"

enum run_length_kind {
    RUN_LENGTH_EXACT,     /* to about nine digits */
    RUN_LENGTH_SIMULATED, /* too many states: mean over simulated offences */
    RUN_LENGTH_AT_LEAST,  /* simulated, and no offence seen: the 95 % bound by the rule of three */
};

struct run_length {
    enum run_length_kind kind;
    double checks; /* INFINITY when checks never fail, or cannot complete an offence */
    double error;  /* standard error when simulated, else 0 */
};

/* failure_rate: chance that one check fails, 0..1. seed: of the simulation, where there is one. Within
 * about a second. ERROR_MEMORY; *out is then left alone. */
bool run_length_find(const struct dg_params *params, double failure_rate, uint64_t seed,
                     struct run_length *out, struct error *error);

#endif
