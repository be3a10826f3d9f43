/* An offence is so many failures among the latest checks. */
#include "quality.h"

static bool threshold_feed(const struct dg_params *params, struct quality_state *state, bool failed)
{
    uint64_t window = UINT64_MAX >> (64 - params->quality_threshold_window);

    state->outcomes = (state->outcomes << 1 | failed) & window;
    if (__builtin_popcountll(state->outcomes) < params->quality_threshold_failures)
        return false;
    *state = (struct quality_state){0};
    return true;
}

const struct quality_test quality_threshold = {.feed = threshold_feed};
