/* Trust in a verifier: w <- clip(w * exp(eta * (1 - deviation / neutral)), minimum, maximum). */
#include "fixed.h"
#include "quality.h"

/* Fractional bits of log2(e) below. */
enum { LOG2_E_BITS = 62 };
static const uint64_t log2_e = UINT64_C(0x5c551d94ae0bf85d);

/* A fraction of DG_ONE as trust. */
static uint64_t trust_bound(int64_t fraction)
{
    return (uint64_t)(((fixed_uint128)(uint64_t)fraction << QUALITY_TRUST_BITS) / DG_ONE);
}

/* eta * |neutral - deviation| / neutral, as an exponent of 2 in the fixed point of fixed.h. Bounded
 * by the ranges of the parameters: below 10 * 100 * log2(e). */
static uint64_t trust_exponent(const struct dg_params *params, int64_t distance)
{
    fixed_uint128 nats =
        (fixed_uint128)(uint64_t)params->quality_trust_eta * (uint64_t)distance * log2_e;

    return (uint64_t)(nats / (uint64_t)params->quality_trust_neutral / DG_ONE >>
                      (LOG2_E_BITS - FIXED_EXP2_IN_BITS));
}

int64_t quality_trust_published(uint64_t trust)
{
    return (int64_t)((fixed_uint128)trust * DG_ONE >> QUALITY_TRUST_BITS);
}

uint64_t quality_trust_move(const struct dg_params *params, uint64_t trust, uint16_t deviation)
{
    uint64_t low = trust_bound(params->quality_trust_minimum);
    uint64_t high = trust_bound(params->quality_trust_maximum);
    int64_t apart = (int64_t)deviation * DG_ONE / DG_SCORE_ONE - params->quality_trust_neutral;
    uint64_t exponent = trust_exponent(params, apart < 0 ? -apart : apart);
    fixed_uint128 moved;

    if (apart >= 0) {
        moved = (fixed_uint128)trust * fixed_exp2_negative(exponent) >> FIXED_EXP2_OUT_BITS;
    } else {
        /* 2^x is 2^whole times 2^-(whole - x). */
        uint64_t whole = (exponent + (UINT64_C(1) << FIXED_EXP2_IN_BITS) - 1) >> FIXED_EXP2_IN_BITS;
        if (whole > 24)
            return high;
        uint64_t rest = (whole << FIXED_EXP2_IN_BITS) - exponent;
        moved = (fixed_uint128)trust * fixed_exp2_negative(rest) >> (FIXED_EXP2_OUT_BITS - whole);
    }
    if (moved < low)
        return low;
    return moved > high ? high : (uint64_t)moved;
}
