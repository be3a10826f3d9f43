/* quality.h - the policies that turn scores into one score, and outcomes of checks into offences.
 *
 * Each aggregation and each test is one file; the tables are in quality.c, in the order of the
 * names in policies.h.
 */
#ifndef CORE_QUALITY_H
#define CORE_QUALITY_H

#include <stdbool.h>

#include "dg/params.h"

struct quality_vote {
    uint16_t score;
    uint64_t weight; /* the verifier's, as for its ticket */
};

struct quality_aggregation {
    /* Returns the score of 1 to DG_COMMITTEE_MAX votes, whose order it may change. */
    uint16_t (*combine)(const struct dg_params *params, struct quality_vote *votes, size_t count);
};

/* What a test remembers of one node; all zero at first and after a verdict. */
struct quality_state {
    uint64_t outcomes; /* one bit a check, newest lowest, 1 for a failure */
};

struct quality_test {
    /* Takes one outcome in; true when it completes an offence, and then the state is cleared. */
    bool (*feed)(const struct dg_params *params, struct quality_state *state, bool failed);
};

const struct quality_aggregation *quality_aggregation(const struct dg_params *params);
const struct quality_test *quality_test(const struct dg_params *params);

/* quality.pass_score on the scale of scores, rounded up: a score passes when it is not below it. */
uint16_t quality_pass_score(const struct dg_params *params);

extern const struct quality_aggregation quality_median;
extern const struct quality_test quality_threshold;

#endif
