/* latency.h - how the latency of an answer changes its fee: the modes of fees.latency_mode.
 *
 * A mode is one file; the list is in policies.h.
 */
#ifndef CORE_LATENCY_H
#define CORE_LATENCY_H

#include "policies.h"

struct latency_mode {
    /* What an answer that took total_ns, and was expected within target_ns, adds to its fee: a part
     * of the compute fee, in 1/DG_ONE, below 0 where it takes off. */
    int64_t (*term)(const struct dg_params *params, int64_t target_ns, int64_t total_ns);
    /* Bounds of the term whatever the latency: escrow, receipts and royalties keep to them.
     * -DG_ONE <= lowest <= 0 <= highest. */
    int64_t (*lowest)(const struct dg_params *params);
    int64_t (*highest)(const struct dg_params *params);
};

const struct latency_mode *latency_mode(const struct dg_params *params);

#define LATENCY_DECLARE(name, meaning) extern const struct latency_mode latency_##name;
LATENCY_MODES(LATENCY_DECLARE)
#undef LATENCY_DECLARE

/* ---- for the modes ---- */

/* 0 up to the target, fees.latency_coefficient from twice the target on, linear between, rounded
 * half up. The target is above 0. */
int64_t latency_lateness(const struct dg_params *params, int64_t target_ns, int64_t total_ns);
/* A bound that is never passed: 0. */
int64_t latency_nothing(const struct dg_params *params);

#endif
