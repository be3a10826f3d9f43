#include "view_arms.h"

#include "fixed.h"
#include "memory.h"

enum { RATE_BITS = 92 }; /* with a half-life of a second or more the rate is below 2^63 */

static uint64_t rate_of(const struct dg_params *params)
{
    fixed_uint128 one = (fixed_uint128)1 << RATE_BITS;

    return (uint64_t)(one / (uint64_t)params->routing_bandit_half_life);
}

void view_arms_init(struct view_arms *arms, const struct dg_params *params, bool kept)
{
    *arms = (struct view_arms){.params = params, .kept = kept};
    if (kept)
        arms->rate = rate_of(params);
}

void view_arms_fini(struct view_arms *arms, const struct dg_allocator *allocator)
{
    memory_release(allocator, arms->arms);
    *arms = (struct view_arms){0};
}

enum dg_status view_arms_grow(struct view_arms *arms, const struct dg_allocator *allocator,
                              size_t node_count)
{
    struct view_arm *grown =
        memory_grow(allocator, arms->arms, &arms->capacity, node_count, sizeof *grown);
    if (grown == NULL)
        return DG_ERROR_MEMORY;
    arms->arms = grown;
    return DG_OK;
}

enum dg_status view_arms_reserve(struct view_arms *arms, const struct dg_allocator *allocator,
                                 size_t node_count)
{
    return arms->kept ? view_arms_grow(arms, allocator, node_count) : DG_OK;
}

/* ---- rewards ---- */

/* 1 up to the target, target / total beyond it. */
static uint64_t timeliness(int64_t total, int64_t target)
{
    fixed_uint128 wanted = target > 0 ? (uint64_t)target : 1;

    if ((uint64_t)total <= wanted)
        return VIEW_ARM_ONE;
    return (uint64_t)((wanted << VIEW_ARM_BITS) / (uint64_t)total);
}

static uint64_t cost_of(int64_t weight, int64_t asking, int64_t standard)
{
    uint64_t sum = (uint64_t)asking + (uint64_t)standard;
    fixed_uint128 most = (fixed_uint128)(uint64_t)weight << VIEW_ARM_BITS;

    if (sum == 0)
        return 0;
    return (uint64_t)(most / (uint64_t)DG_ONE * (uint64_t)asking / sum);
}

uint64_t view_reward(const struct dg_params *params, const struct view_answer *answer)
{
    uint64_t worth = answer->quality * timeliness(answer->total, answer->target) / DG_SCORE_ONE;
    uint64_t cost = cost_of(params->routing_bandit_cost_weight, answer->asking, answer->standard);

    return worth > cost ? worth - cost : 0;
}

/* ---- learning ---- */

struct view_arm view_arm_read(const struct view_arms *arms, const struct view_arm *arm, int64_t now)
{
    struct view_arm read = *arm;

    if (arm->count == 0 || arm->since == now)
        return read;
    uint64_t age = (uint64_t)now - (uint64_t)arm->since;
    fixed_uint128 half_lives = (fixed_uint128)age * arms->rate >> (RATE_BITS - FIXED_EXP2_IN_BITS);
    uint64_t left = half_lives >> 64 != 0 ? 0 : fixed_exp2_negative((uint64_t)half_lives);
    read.count = (uint64_t)((fixed_uint128)arm->count * left >> FIXED_EXP2_OUT_BITS);
    read.sum = (uint64_t)((fixed_uint128)arm->sum * left >> FIXED_EXP2_OUT_BITS);
    return read;
}

static void add_outcome(const struct view_arms *arms, struct view_arm *arm, int64_t now,
                        uint64_t count, uint64_t reward)
{
    *arm = view_arm_read(arms, arm, now);
    arm->count = fixed_add_saturated(arm->count, count);
    arm->sum = fixed_add_saturated(arm->sum, reward);
    arm->since = now;
}

static void learn(struct view_arms *arms, uint32_t node, int64_t now, uint64_t count,
                  uint64_t reward)
{
    add_outcome(arms, &arms->arms[node], now, count, reward);
    add_outcome(arms, &arms->total, now, count, reward);
}

static void bring_to(const struct view_arms *arms, struct view_arm *arm, int64_t now)
{
    *arm = view_arm_read(arms, arm, now);
    arm->since = now;
}

void view_arms_follow_params(struct view_arms *arms, const struct dg_allocator *allocator,
                             bool kept, int64_t now)
{
    const struct dg_params *params = arms->params;

    if (!kept) {
        view_arms_fini(arms, allocator);
        view_arms_init(arms, params, false);
        return;
    }
    bring_to(arms, &arms->total, now); /* with the rate until now */
    for (size_t i = 0; i < arms->capacity; i++)
        bring_to(arms, &arms->arms[i], now);
    arms->kept = true;
    arms->rate = rate_of(params);
}

void view_arms_answer(struct view_arms *arms, uint32_t node, int64_t now,
                      const struct view_answer *answer)
{
    if (arms->kept)
        learn(arms, node, now, VIEW_ARM_ONE, view_reward(arms->params, answer));
}

void view_arms_failure(struct view_arms *arms, uint32_t node, int64_t now, int64_t share)
{
    if (arms->kept)
        learn(arms, node, now, ((uint64_t)share << VIEW_ARM_BITS) / (uint64_t)DG_ONE, 0);
}

uint64_t view_arm_mean(uint64_t sum, uint64_t count)
{
    while (count >> (64 - VIEW_ARM_BITS) != 0) { /* low bits that no mean shows */
        count >>= 1;
        sum >>= 1;
    }
    return (sum << VIEW_ARM_BITS) / count;
}
