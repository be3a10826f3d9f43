#include "quality.h"

#define QUALITY_ADDRESS(name, meaning)       &quality_##name,
#define QUALITY_POSITION(name, meaning)      QUALITY_POSITION_##name,
#define QUALITY_TEST_POSITION(name, meaning) QUALITY_TEST_POSITION_##name,

static const struct quality_aggregation *const aggregations[] = {
    QUALITY_AGGREGATIONS(QUALITY_ADDRESS)};
static const struct quality_test *const tests[] = {QUALITY_TESTS(QUALITY_ADDRESS)};

const struct dg_choice quality_aggregation_choices[] = {QUALITY_AGGREGATIONS(POLICY_CHOICE){0}};
const struct dg_choice quality_test_choices[] = {QUALITY_TESTS(POLICY_CHOICE){0}};

enum { QUALITY_AGGREGATIONS(QUALITY_POSITION) };
enum { QUALITY_TESTS(QUALITY_TEST_POSITION) };
_Static_assert((int)QUALITY_POSITION_trimmed_mean == (int)DG_QUALITY_TRIMMED_MEAN &&
                   (int)QUALITY_POSITION_trust_weighted == (int)DG_QUALITY_TRUST_WEIGHTED &&
                   (int)QUALITY_POSITION_yuma == (int)DG_QUALITY_YUMA &&
                   (int)QUALITY_POSITION_gold_calibrated == (int)DG_QUALITY_GOLD_CALIBRATED &&
                   (int)QUALITY_TEST_POSITION_sprt == (int)DG_QUALITY_SPRT &&
                   (int)QUALITY_TEST_POSITION_cusum == (int)DG_QUALITY_CUSUM,
               "policies.h names rows of QUALITY_AGGREGATIONS and QUALITY_TESTS");

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
