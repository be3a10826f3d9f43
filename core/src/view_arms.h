/* view_arms.h - the nodes as arms of a bandit: how often each was tried and with what reward,
 * discounted by age, because nodes change.
 *
 * An outcome of age t counts 2^-(t / half-life). Count and reward of an arm are brought to the present
 * when they are read, so nothing runs with time. The reward of an outcome lies in 0..1: 0 for a
 * failure, else max(0, worth - cost) with
 *   worth = published quality * timeliness, which is 1 up to the target latency and target / latency
 *           beyond it,
 *   cost  = routing.bandit_cost_weight * asking price / (asking price + standard price).
 */
#ifndef CORE_VIEW_ARMS_H
#define CORE_VIEW_ARMS_H

#include <stdbool.h>

#include "dg/params.h"

enum { VIEW_ARM_BITS = 24 }; /* fractional bits of counts, rewards and means */

#define VIEW_ARM_ONE (UINT64_C(1) << VIEW_ARM_BITS)

struct view_arm {
    uint64_t count; /* of outcomes, discounted to `since` */
    uint64_t sum;   /* of their rewards, likewise: never above count */
    int64_t since;
};

struct view_arms {
    const struct dg_params *params;
    bool kept;             /* the policy in force learns; else there are no arms */
    uint64_t rate;         /* half-lives in a nanosecond, times 2^92 */
    struct view_arm total; /* of all nodes */
    struct view_arm *arms; /* by node id */
    size_t capacity;
};

/* What an answer was like. Times in nanoseconds, prices per CU, none negative. */
struct view_answer {
    uint16_t quality; /* published, of DG_SCORE_ONE */
    int64_t total, target;
    int64_t asking, standard;
};

/* params must outlive the arms. */
void view_arms_init(struct view_arms *arms, const struct dg_params *params, bool kept);
void view_arms_fini(struct view_arms *arms, const struct dg_allocator *allocator);

/* Room for so many nodes, new ones never tried; DG_ERROR_MEMORY leaves all as it was. */
enum dg_status view_arms_reserve(struct view_arms *arms, const struct dg_allocator *allocator,
                                 size_t node_count);

/* The same whether arms are kept already or not. */
enum dg_status view_arms_grow(struct view_arms *arms, const struct dg_allocator *allocator,
                              size_t node_count);
/* The parameters have changed: another half-life counts from now on; arms that are no longer kept
 * are forgotten, and those that are kept from now on start without outcomes. */
void view_arms_follow_params(struct view_arms *arms, const struct dg_allocator *allocator,
                             bool kept, int64_t now);

/* The reward of an answer, 0..VIEW_ARM_ONE. */
uint64_t view_reward(const struct dg_params *params, const struct view_answer *answer);

/* Outcomes, `now` never going back; nothing happens unless arms are kept. A failure counts as `share`
 * of one outcome, in 1/DG_ONE. */
void view_arms_answer(struct view_arms *arms, uint32_t node, int64_t now,
                      const struct view_answer *answer);
void view_arms_failure(struct view_arms *arms, uint32_t node, int64_t now, int64_t share);

/* As of now; a count of 0 for a node never tried, or so long ago that nothing is left of it. */
struct view_arm view_arm_read(const struct view_arms *arms, const struct view_arm *arm,
                              int64_t now);

/* sum / count, times VIEW_ARM_ONE: for 0 <= sum <= count, and count above 0. */
uint64_t view_arm_mean(uint64_t sum, uint64_t count);

#endif
