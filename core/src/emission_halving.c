/* After each emission.halving_time half as much, rounded down. */
#include "emission.h"

enum { HALVINGS_MAX = 62 }; /* an amount has no bit beyond */

static int64_t halving_weekly(const struct dg_params *params, int64_t elapsed_ns)
{
    int64_t halvings = elapsed_ns / params->emission_halving_time;

    return halvings > HALVINGS_MAX ? 0 : params->emission_weekly >> halvings;
}

const struct emission_schedule emission_halving = {.weekly = halving_weekly};
