/* summary.h - one run, or the replications of one scenario, as a table or as a JSON object. */
#ifndef ANALYSIS_SUMMARY_H
#define ANALYSIS_SUMMARY_H

#include <stdbool.h>
#include <stdio.h>

#include "models/result.h"
#include "sim/error.h"

struct summary {
    const char *scenario;
    const struct result *results;
    size_t count; /* at least 1 */
    bool colour;  /* out is a terminal that shows bold text */
};

/* Write errors on out are the caller's to find (ferror). */
bool summary_print(const struct summary *summary, FILE *out, struct error *error);

/* Keys: scenario, seed, replications, fingerprint (16 hexadecimal digits; an array where there are
 * several runs), virtual_seconds (of one run), wall_seconds and events (of all), metrics: name ->
 * {"mean", "ci95", "n"}, null where undefined. */
bool summary_json(const struct summary *summary, FILE *out, struct error *error);

#endif
