/* size.c - draws from a law. */
#include "models/size.h"

#include <math.h>

void law_sampler_init(struct law_sampler *sampler, const struct law *law)
{
    *sampler = (struct law_sampler){
        .kind = law->kind,
        .location = law->mean,
        .minimum = law->minimum,
        .maximum = law->maximum > 0 && law->maximum >= law->minimum ? law->maximum : INFINITY,
    };
    switch (law->kind) {
    case LAW_LOGNORMAL:
        if (!(law->mean > 0) || !(law->cv > 0)) { /* no spread: a constant */
            sampler->kind = LAW_CONSTANT;
            break;
        }
        sampler->scale = sqrt(log1p(law->cv * law->cv));
        sampler->location = log(law->mean) - sampler->scale * sampler->scale / 2;
        break;
    case LAW_UNIFORM:
        sampler->location = law->minimum;
        sampler->scale = law->maximum - law->minimum;
        break;
    case LAW_CONSTANT:
    case LAW_EXPONENTIAL: break;
    }
}

static double law_cut(const struct law_sampler *sampler, double value)
{
    if (value < sampler->minimum)
        return sampler->minimum;
    return value > sampler->maximum ? sampler->maximum : value;
}

double law_draw(const struct law_sampler *sampler, struct random_stream *stream)
{
    double value = sampler->location;

    switch (sampler->kind) {
    case LAW_CONSTANT: break;
    case LAW_EXPONENTIAL: value *= random_exponential(stream); break;
    case LAW_LOGNORMAL: value = exp(value + sampler->scale * random_normal(stream)); break;
    case LAW_UNIFORM: return value + sampler->scale * random_unit(stream);
    }
    return law_cut(sampler, value);
}

static double size_uniform(const struct law_sampler *sampler, struct random_stream *stream)
{
    double low = ceil(sampler->location);
    double high = floor(sampler->location + sampler->scale);

    if (!(high > low))
        return low;
    return low + (double)random_below(stream, (uint64_t)(high - low) + 1);
}

uint32_t size_draw(const struct law_sampler *sampler, struct random_stream *stream)
{
    double value = sampler->kind == LAW_UNIFORM ? size_uniform(sampler, stream)
                                                : floor(law_draw(sampler, stream) + 0.5);

    if (!(value >= 1))
        return 1;
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}
