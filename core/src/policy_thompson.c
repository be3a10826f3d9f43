/* thompson: of a sample, the node with the highest draw from what its mean reward (view_arms.h) may
 * be: normal with mean sum / (n + 1) and variance 1 / (n + 1) after n outcomes, the posterior of
 * Agrawal and Goyal 2013, algorithm 2. Here n and sum are discounted, and requests in flight count as
 * outcomes without a reward so far. */
#include "fixed.h"
#include "normal.h"
#include "routing.h"

enum { INVERSE_BITS = 38, ROOT_BITS = INVERSE_BITS / 2 };

static void thompson_prepare(const struct dg_params *params, struct routing_setting *setting)
{
    setting->wanted = (uint32_t)params->routing_candidates;
}

/* A draw, times VIEW_ARM_ONE; may be negative. */
static int64_t posterior_draw(const struct view_arm *arm, struct entropy *entropy)
{
    uint64_t trials = fixed_add_saturated(arm->count, VIEW_ARM_ONE);
    int64_t deviation =
        fixed_sqrt((UINT64_C(1) << (INVERSE_BITS + VIEW_ARM_BITS)) / trials); /* 2^ROOT_BITS: 1 */
    int64_t normal = normal_draw(entropy_word(entropy));

    _Static_assert((int)NORMAL_BITS == (int)VIEW_ARM_BITS, "draws and means have the same unit");
    return (int64_t)view_arm_mean(arm->sum, trials) + normal * deviation / (1 << ROOT_BITS);
}

static uint32_t thompson_choose(const struct routing_setting *setting,
                                const struct routing_sample *sample, struct entropy *entropy)
{
    int64_t highest = INT64_MIN;
    uint32_t best = 0;

    (void)setting;
    for (uint32_t i = 0; i < sample->count; i++) {
        struct view_arm arm = routing_arm(sample, i);
        int64_t draw = posterior_draw(&arm, entropy);
        if (draw > highest) {
            highest = draw;
            best = i;
        }
    }
    return best;
}

const struct routing_policy routing_policy_thompson = {
    .prepare = thompson_prepare, .choose = thompson_choose, .learns = true};
