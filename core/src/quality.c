#include "quality.h"

#include "policies.h"

/* One line a policy; the name is the parameter's value in scenarios. */
#define AGGREGATIONS(X)                                                                            \
    X(median, "the score in the middle")                                                           \
    X(mean, "the plain mean")                                                                      \
    X(trimmed_mean, "the mean without the lowest and the highest scores")                          \
    X(trust_weighted, "mean by trust, which moves with the distance from each round's consensus")  \
    X(stake_weighted_median, "the score with half of the stake on either side")                    \
    X(yuma, "mean by stake of scores cut to what a stake majority supports; verifiers earn bonds") \
    X(gold_calibrated, "mean by trust, which moves only on probes whose score is known")
#define TESTS(X)                                                                                   \
    X(threshold, "so many failures among the latest checks")                                       \
    X(sprt, "sequential probability ratio test of failure rate p0 against p1, again and again")    \
    X(cusum, "cumulative sum of evidence for failure rate p1 against p0, never below 0")

#define ROW(name, meaning)    &quality_##name,
#define CHOICE(name, meaning) {#name, meaning},

static const struct quality_aggregation *const aggregations[] = {AGGREGATIONS(ROW)};
static const struct quality_test *const tests[] = {TESTS(ROW)};

const struct dg_choice quality_aggregation_choices[] = {AGGREGATIONS(CHOICE){0}};
const struct dg_choice quality_test_choices[] = {TESTS(CHOICE){0}};

_Static_assert(sizeof aggregations / sizeof aggregations[0] == DG_QUALITY_AGGREGATION_LAST + 1,
               "policies.h gives the last aggregation");
_Static_assert(sizeof tests / sizeof tests[0] == DG_QUALITY_TEST_LAST + 1,
               "policies.h gives the last test");

#define AGGREGATION_PLACE(name, meaning) QUALITY_PLACE_##name,
#define TEST_PLACE(name, meaning)        QUALITY_TEST_PLACE_##name,
enum { AGGREGATIONS(AGGREGATION_PLACE) };
enum { TESTS(TEST_PLACE) };
_Static_assert((int)QUALITY_PLACE_trimmed_mean == (int)DG_QUALITY_TRIMMED_MEAN &&
                   (int)QUALITY_PLACE_trust_weighted == (int)DG_QUALITY_TRUST_WEIGHTED &&
                   (int)QUALITY_PLACE_yuma == (int)DG_QUALITY_YUMA &&
                   (int)QUALITY_PLACE_gold_calibrated == (int)DG_QUALITY_GOLD_CALIBRATED &&
                   (int)QUALITY_TEST_PLACE_sprt == (int)DG_QUALITY_SPRT &&
                   (int)QUALITY_TEST_PLACE_cusum == (int)DG_QUALITY_CUSUM,
               "policies.h names places of the lists");

const struct quality_aggregation *quality_aggregation(const struct dg_params *params)
{
    return aggregations[params->quality_aggregation];
}

const struct quality_test *quality_test(const struct dg_params *params)
{
    return tests[params->quality_test];
}

void quality_sort(struct quality_vote *votes, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct quality_vote vote = votes[i];
        size_t place = i;

        for (; place > 0 &&
               (votes[place - 1].score > vote.score ||
                (votes[place - 1].score == vote.score && votes[place - 1].seat > vote.seat));
             place--)
            votes[place] = votes[place - 1];
        votes[place] = vote;
    }
}

uint16_t quality_weighted_mean(const struct quality_vote *votes, size_t count,
                               uint64_t (*weight)(const struct quality_vote *vote))
{
    fixed_uint128 sum = 0, all = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t part = weight == NULL ? 1 : weight(&votes[i]);
        sum += (fixed_uint128)part * votes[i].score;
        all += part;
    }
    return (uint16_t)((sum + all / 2) / all);
}

uint64_t quality_stake(const struct quality_vote *vote)
{
    return vote->stake < 1 ? 1 : (uint64_t)vote->stake;
}

uint64_t quality_trust(const struct quality_vote *vote)
{
    return vote->trust < 1 ? 1 : (uint64_t)vote->trust;
}

size_t quality_trimmed(const struct dg_params *params, size_t count)
{
    size_t cut = (size_t)(((int64_t)count * params->quality_trim + DG_ONE / 2) / DG_ONE);

    return 2 * cut < count ? cut : (count - 1) / 2;
}

int64_t quality_log_ratio(int64_t a, int64_t b)
{
    int64_t difference = (int64_t)fixed_log2((uint64_t)a) - (int64_t)fixed_log2((uint64_t)b);

    return difference / (INT64_C(1) << (FIXED_LOG2_BITS - QUALITY_LOG_BITS));
}

int64_t quality_evidence(const struct dg_params *params, bool failed)
{
    if (failed)
        return quality_log_ratio(params->quality_p1, params->quality_p0);
    return quality_log_ratio(DG_ONE - params->quality_p1, DG_ONE - params->quality_p0);
}

struct dg_finding quality_finding(const struct dg_params *params, struct quality_vote *votes,
                                  size_t count, size_t quorum)
{
    struct dg_finding finding = {.verdict = DG_VERDICT_INCONCLUSIVE};

    if (count == 0 || count < quorum)
        return finding;
    finding.score = quality_aggregation(params)->combine(params, votes, count);
    finding.verdict =
        finding.score < quality_pass_score(params) ? DG_VERDICT_FAIL : DG_VERDICT_PASS;
    return finding;
}

uint16_t quality_pass_score(const struct dg_params *params)
{
    return (uint16_t)((params->quality_pass_score * DG_SCORE_ONE + DG_ONE - 1) / DG_ONE);
}
