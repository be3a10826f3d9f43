/* case_file.h - a named case: a scenario that says what should happen in it.
 *
 * A scenario file may hold an object "case", which runs ignore:
 *
 *     "case": {
 *       "title": "copying pays only where scores are open",
 *       "variants": {"sealed": {}, "open": {"protocol.committee.reveal": "open"}},
 *       "claims": ["open / profit_per_verifier.lazy_copy > sealed / profit_per_verifier.lazy_copy",
 *                  "sealed / honest_punished_share < 0.01"]
 *     }
 *
 * A variant is the scenario with some settings more; without variants there is one, "as it is". A claim
 * compares two metrics, or a metric and a number: [variant /] metric, '<' or '>', the same or a
 * number. Without a name the first variant is meant.
 */
#ifndef ANALYSIS_CASE_FILE_H
#define ANALYSIS_CASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/error.h"

enum { CASE_VARIANTS_MAX = 16, CASE_CLAIMS_MAX = 32 };

struct case_variant {
    const char *name;
    const char **settings; /* "path=value" */
    size_t setting_count;
};

/* One side of a claim. */
struct case_term {
    const char *metric; /* NULL: a number */
    double number;
    size_t variant;
};

struct case_claim {
    const char *text; /* as written */
    struct case_term left, right;
    bool above; /* '>': left is above right */
};

struct case_file {
    const char *path, *name; /* name: of the file, without folder and ending */
    const char *title;
    struct case_variant variants[CASE_VARIANTS_MAX];
    size_t variant_count;
    struct case_claim claims[CASE_CLAIMS_MAX];
    size_t claim_count;
    struct scenario_memory *memory; /* owns everything above */
};

/* Messages name file, line and column. ERROR_INPUT for a file without a case. On failure *out is left
 * alone. */
bool case_file_load(const char *path, struct case_file *out, struct error *error);
void case_file_free(struct case_file *file); /* a zeroed one is allowed */

/* A file of parameters to set beside the cases' own: {"protocol": {...}} as in a scenario. Its leaves as
 * settings; they belong to *memory, which the caller closes. On failure nothing is left. */
bool case_settings_load(const char *path, struct scenario_memory **memory, const char ***settings,
                        size_t *count, struct error *error);

#endif
