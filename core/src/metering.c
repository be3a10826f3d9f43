/* Every intermediate is 128 bits wide; only a result that leaves int64_t is an overflow. Each
 * rounding is monotone, so a smaller answer never costs more than the maximum that was quoted for
 * it. */
#include "metering.h"

#include "fixed.h"
#include "latency.h"

enum { MILLI = 1000 };

static fixed_int128 divide_half_up(fixed_int128 dividend, int64_t divisor)
{
    fixed_int128 sum = dividend + divisor / 2;

    /* Almost every amount fits 64 bits, where the division is several times faster. */
    if (sum <= INT64_MAX)
        return (int64_t)sum / divisor;
    return sum / divisor;
}

/* Of a fraction below 0 the same as of its opposite, below 0. */
static fixed_int128 share(int64_t amount, int64_t fraction)
{
    if (fraction == 0)
        return 0;
    if (fraction < 0)
        return -divide_half_up((fixed_int128)amount * -fraction, DG_ONE);
    return divide_half_up((fixed_int128)amount * fraction, DG_ONE);
}

static fixed_int128 fee_of(int64_t compute, int64_t royalty, int64_t latency)
{
    return compute + share(compute, royalty) + share(compute, latency);
}

static enum dg_status compute_fee(const struct metering_terms *terms, int64_t milli, int64_t *fee)
{
    fixed_int128 compute = divide_half_up((fixed_int128)milli * terms->price, MILLI);

    if (compute > INT64_MAX)
        return DG_ERROR_OVERFLOW;
    *fee = (int64_t)compute;
    return DG_OK;
}

enum dg_status metering_compute(const struct dg_params *params, uint8_t size_class,
                                uint32_t tokens_in, uint32_t tokens_out, int64_t *milli)
{
    if (size_class >= DG_SIZE_COUNT)
        return DG_ERROR_ARGUMENT;

    fixed_int128 weighted = (fixed_int128)params->metering_input_weight * tokens_in +
                            (fixed_int128)params->metering_output_weight * tokens_out;
    if (weighted > INT64_MAX)
        return DG_ERROR_OVERFLOW;
    fixed_int128 result = weighted * params->metering_weight[size_class];
    if (result > INT64_MAX)
        return DG_ERROR_OVERFLOW;
    *milli = (int64_t)result;
    return DG_OK;
}

int64_t metering_target(const struct dg_params *params, uint32_t tokens_out)
{
    fixed_int128 target =
        params->fees_ttft_target + (fixed_int128)params->fees_tpot_target * tokens_out;

    return target > INT64_MAX ? INT64_MAX : (int64_t)target;
}

enum dg_status metering_maximum(const struct dg_params *params, const struct metering_terms *terms,
                                int64_t milli, int64_t *fee)
{
    int64_t compute = 0;
    enum dg_status status = compute_fee(terms, milli, &compute);
    if (status != DG_OK)
        return status;

    fixed_int128 maximum = fee_of(compute, terms->royalty, latency_mode(params)->highest(params));
    if (maximum > INT64_MAX)
        return DG_ERROR_OVERFLOW;
    *fee = (int64_t)maximum;
    return DG_OK;
}

/* The largest compute fee whose maximum is at most budget. The closed form is off by the two
 * roundings at most, hence the steps. */
static int64_t compute_within(int64_t budget, int64_t royalty, int64_t latency)
{
    if (royalty == 0 && latency == 0)
        return budget;

    fixed_int128 divisor = (fixed_int128)DG_ONE + royalty + latency;
    int64_t compute = (int64_t)((fixed_int128)budget * DG_ONE / divisor);
    while (compute > 0 && fee_of(compute, royalty, latency) > budget)
        compute--;
    while (compute < INT64_MAX && fee_of(compute + 1, royalty, latency) <= budget)
        compute++;
    return compute;
}

int64_t metering_price_limit(const struct dg_params *params, int64_t royalty, int64_t milli,
                             int64_t budget)
{
    if (milli == 0)
        return INT64_MAX;

    int64_t compute = compute_within(budget, royalty, latency_mode(params)->highest(params));
    /* milli * price / 1000, rounded half up, is at most compute while milli * price <= this. */
    fixed_int128 product = (fixed_int128)compute * MILLI + (MILLI - MILLI / 2 - 1);
    if (product <= INT64_MAX)
        return (int64_t)product / milli;
    fixed_int128 limit = product / milli;
    return limit > INT64_MAX ? INT64_MAX : (int64_t)limit;
}

/* The parts of a fee that do not depend on the latency. */
static enum dg_status fee_parts(const struct dg_params *params, const struct metering_terms *terms,
                                uint32_t tokens_in, uint32_t tokens_out, struct metering_fee *fee)
{
    enum dg_status status =
        metering_compute(params, terms->size_class, tokens_in, tokens_out, &fee->compute_milli);

    if (status == DG_OK)
        status = compute_fee(terms, fee->compute_milli, &fee->compute);
    if (status == DG_OK) /* no royalty is above the whole compute fee */
        fee->royalty = (int64_t)share(fee->compute, terms->royalty);
    return status;
}

enum dg_status metering_answer(const struct dg_params *params, const struct metering_terms *terms,
                               uint32_t tokens_in, uint32_t tokens_out, int64_t total_ns,
                               struct metering_fee *fee)
{
    struct metering_fee result = {0};
    enum dg_status status = fee_parts(params, terms, tokens_in, tokens_out, &result);
    if (status != DG_OK)
        return status;

    int64_t term =
        latency_mode(params)->term(params, metering_target(params, tokens_out), total_ns);
    fixed_int128 latency = share(result.compute, term);
    fixed_int128 total = (fixed_int128)result.compute + result.royalty + latency;
    if (total > INT64_MAX)
        return DG_ERROR_OVERFLOW;
    result.latency = (int64_t)latency;
    result.total = (int64_t)total;
    *fee = result;
    return DG_OK;
}

enum dg_status metering_range(const struct dg_params *params, const struct metering_terms *terms,
                              uint32_t tokens_in, uint32_t tokens_out, struct metering_range *range)
{
    const struct latency_mode *mode = latency_mode(params);
    struct metering_fee fee = {0};
    enum dg_status status = fee_parts(params, terms, tokens_in, tokens_out, &fee);
    if (status != DG_OK)
        return status;

    fixed_int128 sum = (fixed_int128)fee.compute + fee.royalty;
    fixed_int128 highest = sum + share(fee.compute, mode->highest(params));
    if (highest > INT64_MAX)
        return DG_ERROR_OVERFLOW;
    *range = (struct metering_range){
        .compute_milli = fee.compute_milli,
        .royalty = fee.royalty,
        .lowest = (int64_t)(sum + share(fee.compute, mode->lowest(params))),
        .highest = (int64_t)highest,
    };
    return DG_OK;
}
