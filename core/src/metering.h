/* metering.h - compute units and fees, in integers.
 *
 * The fee of an answer is
 *   compute = milli-CU * price / 1000
 *   royalty = compute * royalty fraction, on top, for the provider
 *   latency = compute * latency term, taken off or put on top by fees.latency_mode (latency.h)
 * where each of the three is rounded half up. The royalty does not depend on the latency: the
 * provider did not choose the machine.
 */
#ifndef CORE_METERING_H
#define CORE_METERING_H

#include "dg/params.h"

/* What one request costs per unit, fixed when it is routed. */
struct metering_terms {
    int64_t price;      /* per CU, micro-tokens */
    int64_t royalty;    /* fraction of the compute fee */
    uint8_t size_class; /* DG_SIZE_* */
};

struct metering_fee {
    int64_t compute_milli;
    int64_t compute; /* before the latency term */
    int64_t latency; /* what that adds; below 0: takes off */
    int64_t royalty;
    int64_t total; /* what the user pays */
};

/* What an answer may cost, whatever its latency. */
struct metering_range {
    int64_t compute_milli, royalty;
    int64_t lowest, highest; /* of the total */
};

/* milli-CU: weight * (input weight * tokens_in + output weight * tokens_out). The division of a CU
 * by 1000 and the thousand milli-CU of a CU cancel, so there is nothing to round. */
enum dg_status metering_compute(const struct dg_params *params, uint8_t size_class,
                                uint32_t tokens_in, uint32_t tokens_out, int64_t *milli);

/* Latency that an answer of that length is expected to keep: TTFT target + TPOT target *
 * tokens_out. */
int64_t metering_target(const struct dg_params *params, uint32_t tokens_out);

/* The largest fee that so many milli-CU can cost at these terms, whatever the latency. */
enum dg_status metering_maximum(const struct dg_params *params, const struct metering_terms *terms,
                                int64_t milli, int64_t *fee);

/* The inverse: the highest price whose maximum is at most budget; INT64_MAX when every price
 * fits. */
int64_t metering_price_limit(const struct dg_params *params, int64_t royalty, int64_t milli,
                             int64_t budget);

/* The fee of an answer that took total_ns. */
enum dg_status metering_answer(const struct dg_params *params, const struct metering_terms *terms,
                               uint32_t tokens_in, uint32_t tokens_out, int64_t total_ns,
                               struct metering_fee *fee);

/* Between which fees that of such an answer lies. */
enum dg_status metering_range(const struct dg_params *params, const struct metering_terms *terms,
                              uint32_t tokens_in, uint32_t tokens_out,
                              struct metering_range *range);

#endif
