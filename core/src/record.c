#include "record.h"

enum { RECORD_BITS = 16 };

void record_init(struct record *record)
{
    *record = (struct record){.mean = (int64_t)(DG_SCORE_ONE / 2) << RECORD_BITS};
}

/* amount * weight / DG_ONE for amounts of either sign below 2^33 and weights up to DG_ONE. */
static int64_t weighted(int64_t amount, int64_t weight)
{
    return amount * weight / DG_ONE;
}

/* Exponentially weighted mean and variance (West 1979): the variance takes the old mean. Squares of
 * scores stay below 2^32, so with a weight below 2^30 every product fits. */
void record_add(struct record *record, int64_t alpha, uint16_t score, bool passed)
{
    int64_t count = (int64_t)record->passed + record->failed + 1;
    int64_t weight = alpha > DG_ONE / count ? alpha : DG_ONE / count;
    int64_t difference = ((int64_t)score << RECORD_BITS) - record->mean;
    int64_t deviation = difference / (1 << RECORD_BITS);

    if (count > 1)
        record->variance =
            weighted(record->variance + weighted(deviation * deviation, weight), DG_ONE - weight);
    record->mean += weighted(difference, weight);
    if (passed)
        record->passed += record->passed < UINT32_MAX / 2;
    else
        record->failed += record->failed < UINT32_MAX / 2;
}

uint16_t record_quality(const struct record *record)
{
    int64_t rounded = (record->mean + (1 << (RECORD_BITS - 1))) >> RECORD_BITS;

    return (uint16_t)(rounded > DG_SCORE_ONE ? DG_SCORE_ONE : rounded);
}

uint16_t record_credibility(const struct record *record)
{
    uint64_t passed = (uint64_t)record->passed + 1;
    uint64_t all = passed + record->failed + 1;

    return (uint16_t)(passed * DG_SCORE_ONE / all);
}

uint16_t record_checks(const struct record *record)
{
    uint64_t checks = (uint64_t)record->passed + record->failed;

    return (uint16_t)(checks > UINT16_MAX ? UINT16_MAX : checks);
}
