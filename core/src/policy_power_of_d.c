/* power_of_d: the least loaded of d distinct random candidates (Mitzenmacher 2001), load being the
 * requests in flight as this gateway knows them. Ties fall to the one drawn first, that is at
 * random. */
#include "routing.h"

static void power_of_d_prepare(const struct dg_params *params, struct routing_setting *setting)
{
    setting->wanted = (uint32_t)params->routing_d;
}

static uint32_t power_of_d_choose(const struct routing_setting *setting,
                                  const struct routing_sample *sample, struct entropy *entropy)
{
    const struct view_node *nodes = sample->view->nodes;
    uint32_t best = 0;

    (void)setting;
    (void)entropy;
    for (uint32_t i = 1; i < sample->count; i++)
        if (nodes[sample->candidates[i].node].in_flight <
            nodes[sample->candidates[best].node].in_flight)
            best = i;
    return best;
}

const struct routing_policy routing_policy_power_of_d = {.prepare = power_of_d_prepare,
                                                         .choose = power_of_d_choose};
