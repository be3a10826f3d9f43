/* network.c - one-way delays between regions. */
#include "models/network.h"

#include <math.h>

/* Longer than any run; keeps absurd sizes or bandwidths inside int64_t. */
static const double NETWORK_DELAY_MAX_NS = 1e18;

bool network_init(struct network *network, const struct scenario *scenario, struct error *error)
{
    const struct scenario_network *settings = &scenario->network;
    size_t count = scenario->region_count;

    for (size_t i = 0; settings->latency_ns != NULL && i < count * count; i++) {
        if (settings->latency_ns[i] < 0)
            return error_set(error, ERROR_INPUT, "latency from %s to %s is negative",
                             scenario->regions[i / count].name, scenario->regions[i % count].name);
    }

    *network = (struct network){
        .region_count = count,
        .latency_ns = settings->latency_ns,
        .local_latency_ns = settings->local_latency_ns,
        .default_latency_ns = settings->default_latency_ns,
        .retransmit_ns = settings->retransmit_ns,
        .jitter_sigma = settings->jitter_sigma,
        .loss = settings->loss,
    };
    return true;
}

void network_fini(struct network *network)
{
    *network = (struct network){0};
}

int64_t network_base(const struct network *network, uint32_t from_region, uint32_t to_region)
{
    if (network->latency_ns != NULL)
        return network->latency_ns[from_region * network->region_count + to_region];
    return from_region == to_region ? network->local_latency_ns : network->default_latency_ns;
}

static double network_transmission(double bytes, double sender_bps, double receiver_bps)
{
    double bps = sender_bps;

    if (bps <= 0 || (receiver_bps > 0 && receiver_bps < bps))
        bps = receiver_bps;
    return bps > 0 ? bytes * 8e9 / bps : 0;
}

/* Transmissions lost in a row, at most NETWORK_LOSSES_MAX + 1. One draw decides all of them: the
 * chance of at least n is loss^n. */
static int network_losses(const struct network *network, struct random_stream *stream)
{
    double draw = 1.0 - random_unit(stream); /* (0, 1], so that loss 0 never loses */
    double chance = network->loss;
    int losses = 0;

    while (losses <= NETWORK_LOSSES_MAX && draw <= chance) {
        losses++;
        chance *= network->loss;
    }
    return losses;
}

int64_t network_delay(const struct network *network, struct random_stream *stream,
                      uint32_t from_region, uint32_t to_region, double bytes, double sender_bps,
                      double receiver_bps)
{
    double delay_ns = (double)network_base(network, from_region, to_region);

    if (network->jitter_sigma > 0)
        delay_ns *= exp(network->jitter_sigma * random_normal(stream));
    delay_ns += network_transmission(bytes, sender_bps, receiver_bps);
    if (network->loss > 0) {
        int losses = network_losses(network, stream);
        if (losses > NETWORK_LOSSES_MAX)
            return NETWORK_LOST;
        delay_ns += losses * (double)network->retransmit_ns;
    }
    return (int64_t)(fmin(delay_ns, NETWORK_DELAY_MAX_NS) + 0.5);
}
