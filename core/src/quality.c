#include "quality.h"

#include "policies.h"

/* One line a policy; the name is the parameter's value in scenarios. */
#define AGGREGATIONS(X)                                                                            \
    X(median)                                                                                      \
    X(mean)                                                                                        \
    X(trimmed_mean)                                                                                \
    X(trust_weighted)                                                                              \
    X(stake_weighted_median)                                                                       \
    X(yuma)                                                                                        \
    X(gold_calibrated)
#define TESTS(X)                                                                                   \
    X(threshold)                                                                                   \
    X(sprt)                                                                                        \
    X(cusum)

#define ROW(name)  &quality_##name,
#define NAME(name) #name,

static const struct quality_aggregation *const aggregations[] = {AGGREGATIONS(ROW)};
static const struct quality_test *const tests[] = {TESTS(ROW)};

const char *const dg_quality_aggregation_names[] = {AGGREGATIONS(NAME) NULL};
const char *const dg_quality_test_names[] = {TESTS(NAME) NULL};

_Static_assert(sizeof aggregations / sizeof aggregations[0] == DG_QUALITY_AGGREGATION_LAST + 1,
               "policies.h gives the last aggregation");
_Static_assert(sizeof tests / sizeof tests[0] == DG_QUALITY_TEST_LAST + 1,
               "policies.h gives the last test");

#define AGGREGATION_PLACE(name) QUALITY_PLACE_##name,
#define TEST_PLACE(name)        QUALITY_TEST_PLACE_##name,
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

uint16_t quality_pass_score(const struct dg_params *params)
{
    return (uint16_t)((params->quality_pass_score * DG_SCORE_ONE + DG_ONE - 1) / DG_ONE);
}
