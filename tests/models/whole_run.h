/* whole_run.h - whole runs of scenarios written as text, and their metrics. What fails fails the test. */
#ifndef TESTS_MODELS_WHOLE_RUN_H
#define TESTS_MODELS_WHOLE_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "models/world.h"

/* settings: "path=value". The scenario is the caller's to free. */
void load_text(const char *text, const char *const *settings, size_t count,
               struct scenario *scenario);
/* The names in the result are gone: only its numbers may be read. Free it with result_free(). */
struct result run_text(const char *text, const char *const *settings, size_t count, uint64_t seed);

/* A metric that must be there. */
double metric(const struct result *result, const char *name);
void assert_near(double observed, double expected, double tolerance);
/* Every request ends in exactly one bucket, or is still under way. */
void assert_flow(const struct result *result);

#endif
