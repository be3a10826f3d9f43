/* ucb: of a sample, the node with the highest upper bound of its mean reward (view_arms.h), which is
 *   mean + routing.ucb_scale * sqrt(ln(all outcomes) / outcomes of the node)
 * with discounted outcomes: D-UCB of Garivier and Moulines 2011, and requests in flight counted as
 * outcomes without a reward so far. A node without either comes first. Ties fall to the one drawn
 * first, that is at random. */
#include "fixed.h"
#include "routing.h"

#define LN2_32 UINT64_C(0xb17217f8) /* ln 2 * 2^32 */

enum { LN_BITS = 32, ROOT_BITS = 16, SCALE_BITS = 16 };

static void ucb_prepare(const struct dg_params *params, struct routing_setting *setting)
{
    setting->wanted = (uint32_t)params->routing_candidates;
    setting->ucb_scale = ((uint64_t)params->routing_ucb_scale << SCALE_BITS) / (uint64_t)DG_ONE;
}

/* ln of all outcomes, at least 0, times 2^LN_BITS. */
static uint64_t ln_total(uint64_t count)
{
    if (count <= VIEW_ARM_ONE)
        return 0;
    uint64_t log2 = fixed_log2(count) - ((uint64_t)VIEW_ARM_BITS << FIXED_LOG2_BITS);
    return (uint64_t)((fixed_uint128)log2 * LN2_32 >> FIXED_LOG2_BITS);
}

/* Fits: ln is below 2^6. */
static uint64_t upper_bound(const struct view_arm *arm, uint64_t ln, uint64_t scale)
{
    uint64_t root = fixed_sqrt((ln << VIEW_ARM_BITS) / arm->count);

    return view_arm_mean(arm->sum, arm->count) +
           (root * scale >> (ROOT_BITS + SCALE_BITS - VIEW_ARM_BITS));
}

static uint32_t ucb_choose(const struct routing_setting *setting,
                           const struct routing_sample *sample, struct entropy *entropy)
{
    const struct view_arms *arms = &sample->view->arms;
    uint64_t ln = ln_total(view_arm_read(arms, &arms->total, sample->now).count), highest = 0;
    uint32_t best = 0;

    (void)entropy;
    for (uint32_t i = 0; i < sample->count; i++) {
        struct view_arm arm = routing_arm(sample, i);
        if (arm.count == 0)
            return i;
        uint64_t bound = upper_bound(&arm, ln, setting->ucb_scale);
        if (bound > highest) {
            highest = bound;
            best = i;
        }
    }
    return best;
}

const struct routing_policy routing_policy_ucb = {
    .prepare = ucb_prepare, .choose = ucb_choose, .learns = true};
