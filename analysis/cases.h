/* cases.h - runs a named case in all its variants and says which of its claims hold.
 *
 * Variants run on common random numbers: replication r of each has the same seed, so a claim is judged
 * by the mean of paired differences and its 95 % interval (Student's t). It holds when the whole
 * interval lies on the side that the claim names, is refuted when all of it lies on the other, and
 * is open otherwise.
 */
#ifndef ANALYSIS_CASES_H
#define ANALYSIS_CASES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/case_file.h"
#include "analysis/estimate.h"
#include "models/result.h"

enum claim_verdict { CLAIM_HOLDS, CLAIM_REFUTED, CLAIM_OPEN };

struct case_options {
    const char *const *settings; /* for every case, after its variant's own */
    size_t setting_count;
    uint64_t seed;
    bool seed_given; /* else each scenario's own */
    uint32_t replications, jobs;
    /* Called now and then; returning false interrupts. NULL is allowed. */
    bool (*progress)(void *context);
    void *context;
};

struct case_variant_result {
    struct result *results; /* of each replication, in order */
    size_t count;
    struct estimates estimates;
};

struct case_claim_result {
    struct estimate difference; /* left less right, over the replications that have both */
    enum claim_verdict verdict;
};

struct case_result {
    struct case_variant_result variants[CASE_VARIANTS_MAX];
    struct case_claim_result claims[CASE_CLAIMS_MAX];
    bool interrupted;
};

/* On failure *out is left alone. ERROR_INPUT when a claim names a metric that no run has. */
bool case_run(const struct case_file *file, const struct case_options *options,
              struct case_result *out, struct error *error);
void case_result_free(struct case_result *result); /* a zeroed one is allowed */

const char *claim_verdict_name(enum claim_verdict verdict);

/* ---- the table ---- */

/* A line of headings, a line a variant, and below them a line a claim. label: of the set of parameters,
 * "" for the cases' own. */
void case_table_head(FILE *out);
void case_table_print(FILE *out, const struct case_file *file, const struct case_result *result,
                      const char *label);

#endif
