#include "latency.h"

#include "fixed.h"

#define LATENCY_ADDRESS(name, meaning)  &latency_##name,
#define LATENCY_POSITION(name, meaning) LATENCY_POSITION_##name,

static const struct latency_mode *const modes[] = {LATENCY_MODES(LATENCY_ADDRESS)};
const struct dg_choice latency_mode_choices[] = {LATENCY_MODES(POLICY_CHOICE){0}};

enum { LATENCY_MODES(LATENCY_POSITION) };
_Static_assert((int)LATENCY_POSITION_node_discount == (int)DG_LATENCY_NODE_DISCOUNT &&
                   (int)LATENCY_POSITION_user_surcharge == (int)DG_LATENCY_USER_SURCHARGE,
               "enum dg_latency_mode names rows of LATENCY_MODES");

const struct latency_mode *latency_mode(const struct dg_params *params)
{
    return modes[params->fees_latency_mode];
}

int64_t latency_lateness(const struct dg_params *params, int64_t target_ns, int64_t total_ns)
{
    int64_t part = params->fees_latency_coefficient;

    if (total_ns <= target_ns)
        return 0;
    if (total_ns - target_ns < target_ns) /* the product is below the coefficient: it fits */
        (void)fixed_mul_div(part, total_ns - target_ns, target_ns, &part);
    return part;
}

int64_t latency_nothing(const struct dg_params *params)
{
    (void)params;
    return 0;
}
