/* quality.h - the policies that turn scores into one score, and outcomes of checks into offences.
 *
 * Each aggregation and each test is one file; the lists are in policies.h.
 */
#ifndef CORE_QUALITY_H
#define CORE_QUALITY_H

#include <stdbool.h>

#include "dg/params.h"
#include "dg/verify.h"
#include "fixed.h"
#include "policies.h"

struct quality_vote {
    uint16_t score;
    uint16_t clipped; /* filled in by an aggregation with bonds */
    uint8_t seat;     /* of the check */
    int64_t stake;    /* bonded to the verifier's node */
    int64_t trust;    /* a fraction of DG_ONE, as published */
};

enum { QUALITY_TRUST_BITS = 32 };
#define QUALITY_TRUST_ONE (UINT64_C(1) << QUALITY_TRUST_BITS)

/* What a verifier's score is held against when its trust moves. */
enum quality_truth { QUALITY_TRUTH_NONE, QUALITY_TRUTH_CONSENSUS, QUALITY_TRUTH_GOLD };

struct quality_aggregation {
    /* Returns the score of 1 to DG_COMMITTEE_MAX votes, whose order it may change but must not
     * depend on. */
    uint16_t (*combine)(const struct dg_params *params, struct quality_vote *votes, size_t count);
    enum quality_truth truth;
    bool bonds; /* verifiers are paid by bonds instead of their distance from the aggregate */
};

/* What a test remembers of one node; all zero at first and after a verdict. */
struct quality_state {
    uint64_t outcomes; /* threshold: one bit a check, newest lowest, 1 for a failure */
    int64_t statistic; /* sprt, cusum: log2 of the likelihood ratio, times 2^QUALITY_LOG_BITS */
};

struct quality_test {
    /* Takes one outcome in; true when it completes an offence, and then the state is cleared. */
    bool (*feed)(const struct dg_params *params, struct quality_state *state, bool failed);
};

const struct quality_aggregation *quality_aggregation(const struct dg_params *params);
const struct quality_test *quality_test(const struct dg_params *params);

/* quality.pass_score on the scale of scores, rounded up: a score passes when it is not below it. */
uint16_t quality_pass_score(const struct dg_params *params);

/* What so many votes lead to; see dg_committee_verdict(). Fills in `clipped` and may change their
 * order. */
struct dg_finding quality_finding(const struct dg_params *params, struct quality_vote *votes,
                                  size_t count, size_t quorum);

#define QUALITY_DECLARE(name, meaning)      extern const struct quality_aggregation quality_##name;
#define QUALITY_TEST_DECLARE(name, meaning) extern const struct quality_test quality_##name;
QUALITY_AGGREGATIONS(QUALITY_DECLARE)
QUALITY_TESTS(QUALITY_TEST_DECLARE)
#undef QUALITY_DECLARE
#undef QUALITY_TEST_DECLARE

/* ---- for the policies ---- */

enum { QUALITY_LOG_BITS = 40 };

/* By score, then by seat, so that the result does not depend on the order before. */
void quality_sort(struct quality_vote *votes, size_t count);
/* Mean by weights that are not all 0, rounded half up; NULL: all alike. */
uint16_t quality_weighted_mean(const struct quality_vote *votes, size_t count,
                               uint64_t (*weight)(const struct quality_vote *vote));
/* A stake below one micro-token counts as one, so that a committee without stake can decide. */
uint64_t quality_stake(const struct quality_vote *vote);
/* Likewise a trust that is published as 0. */
uint64_t quality_trust(const struct quality_vote *vote);
/* Votes that trimmed_mean cuts from each end. */
size_t quality_trimmed(const struct dg_params *params, size_t count);

/* log2(a / b) of two positive fractions, times 2^QUALITY_LOG_BITS. */
int64_t quality_log_ratio(int64_t a, int64_t b);
/* What one outcome adds to the log-likelihood ratio of p1 against p0. */
int64_t quality_evidence(const struct dg_params *params, bool failed);

/* Trust as it is published: a fraction of DG_ONE, rounded down. Whatever is decided by trust is
 * decided by that number, so that anybody can repeat it. */
int64_t quality_trust_published(uint64_t trust);
/* Trust after a score that far from the truth (0..DG_SCORE_ONE). */
uint64_t quality_trust_move(const struct dg_params *params, uint64_t trust, uint16_t deviation);

#endif
