/* weighted_score: a weighted mean of six factors per candidate, then a softmax.
 *
 * Candidate i is chosen with probability proportional to exp(score_i / temperature), or, at
 * temperature 0, the best is. With the exploration share as probability the choice falls instead on
 * a newcomer of the sample, each as likely, if there is one; newcomers take part in the ordinary
 * choice as well.
 */
#include "fixed.h"
#include "routing.h"

/* A score of 1 as the view keeps it: all six factors at their maximum. */
#define SCORE_FULL ((uint64_t)DG_SCORE_ONE * VIEW_WEIGHT_ONE)
#define LOG2_E_62  UINT64_C(0x5c551d94ae0bf85d) /* log2(e) * 2^62 */

enum { SCALE_BITS = 24, WEIGHT_SHIFT = 31 };

/* exp(-gap / temperature) is 2^-(gap * scale), with the exponent in the fixed point of fixed.h. */
static uint64_t exponent_scale(int64_t temperature)
{
    if (temperature == 0)
        return 0;
    fixed_uint128 divisor = (fixed_uint128)SCORE_FULL * (uint64_t)temperature;
    fixed_uint128 scale = (fixed_uint128)LOG2_E_62 * (uint64_t)DG_ONE / divisor;
    return (uint64_t)(scale >> (62 - FIXED_EXP2_IN_BITS - SCALE_BITS));
}

static void weighted_score_prepare(const struct dg_params *params, struct routing_setting *setting)
{
    setting->wanted = (uint32_t)params->routing_candidates;
    setting->newcomer_outcomes = (uint32_t)params->routing_newcomer_requests;
    setting->exploration = (uint32_t)params->routing_exploration;
    setting->exponent_scale = exponent_scale(params->routing_temperature);
}

/* The first newcomer of the sample, or its count when there is none. */
static uint32_t find_newcomer(const struct routing_setting *setting,
                              const struct routing_sample *sample)
{
    const struct view_node *nodes = sample->view->nodes;
    uint32_t i = 0;

    while (i < sample->count &&
           nodes[sample->candidates[i].node].outcomes >= setting->newcomer_outcomes)
        i++;
    return i;
}

/* Fills scores and returns the position of the highest. */
static uint32_t score_all(const struct routing_sample *sample, uint32_t *scores)
{
    uint32_t best = 0;

    for (uint32_t i = 0; i < sample->count; i++) {
        const struct view_candidate *candidate = &sample->candidates[i];
        const struct view_node *node = &sample->view->nodes[candidate->node];
        scores[i] = node->base + node->load + candidate->price_score;
        if (scores[i] > scores[best])
            best = i;
    }
    return best;
}

static uint32_t softmax_draw(uint64_t scale, const uint32_t *scores, uint32_t count,
                             uint32_t highest, struct entropy *entropy)
{
    uint64_t cumulated[ROUTING_SAMPLE_MAX];
    uint64_t sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        fixed_uint128 exponent = (fixed_uint128)(highest - scores[i]) * scale;
        sum += fixed_exp2_negative((uint64_t)(exponent >> SCALE_BITS)) >> WEIGHT_SHIFT;
        cumulated[i] = sum;
    }
    uint64_t draw = entropy_below_wide(entropy, sum);
    uint32_t chosen = 0;
    while (cumulated[chosen] <= draw)
        chosen++;
    return chosen;
}

static uint32_t weighted_score_choose(const struct routing_setting *setting,
                                      const struct routing_sample *sample, struct entropy *entropy)
{
    uint32_t scores[ROUTING_SAMPLE_MAX];

    if (setting->exploration > 0 &&
        entropy_below(entropy, (uint32_t)DG_ONE) < setting->exploration) {
        uint32_t newcomer = find_newcomer(setting, sample);
        if (newcomer < sample->count)
            return newcomer;
    }
    uint32_t best = score_all(sample, scores);
    if (setting->exponent_scale == 0 || sample->count == 1)
        return best;
    return softmax_draw(setting->exponent_scale, scores, sample->count, scores[best], entropy);
}

const struct routing_policy routing_policy_weighted_score = {
    .prepare = weighted_score_prepare,
    .choose = weighted_score_choose,
};
