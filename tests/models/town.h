/* town.h - a small town of nodes and verifiers for tests of whole runs, and what runs it. */
#ifndef TESTS_MODELS_TOWN_H
#define TESTS_MODELS_TOWN_H

#include "whole_run.h"

/* Half an hour; 60 nodes of 60 operators, all of them verifiers; one in four nodes serves garbage; a
 * fifth of the answers is checked; the judge sees nearly the truth. */
extern const char town_text[];

/* run_text() with settings up to one that is NULL. */
struct result town_run(const char *text, const char *const *settings, uint64_t seed);

/* Mean of a metric's difference between two settings of one scenario over so many seeds, on common
 * random numbers, and its standard error. */
struct town_difference {
    double mean, error;
};
struct town_difference town_compare(const char *text, const char *const *with,
                                    const char *with_metric, const char *const *without,
                                    const char *without_metric, uint32_t seeds);
/* The quantile of Student's t at 99 % (one-sided) for so many seeds: beyond it chance is ruled out. */
double town_student(uint32_t seeds);

#endif
