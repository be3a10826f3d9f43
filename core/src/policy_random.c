/* random: every candidate that passes the filter is equally likely. A baseline. */
#include "routing.h"

static void random_prepare(const struct dg_params *params, struct routing_setting *setting)
{
    (void)params;
    setting->wanted = 1;
}

static uint32_t random_choose(const struct routing_setting *setting,
                              const struct routing_sample *sample, struct entropy *entropy)
{
    (void)setting;
    (void)sample;
    (void)entropy;
    return 0; /* the one drawn */
}

const struct routing_policy routing_policy_random = {.prepare = random_prepare,
                                                     .choose = random_choose};
