/* network.h - one-way delays between regions.
 *
 * delay = base latency of the pair * lognormal jitter of median 1
 *       + bytes * 8 / the slower of the two ends' bandwidths
 *       + one retransmission time for each transmission that was lost.
 * A message whose transmission fails more than NETWORK_LOSSES_MAX times in a row is given up.
 */
#ifndef MODELS_NETWORK_H
#define MODELS_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "sim/random.h"

#define NETWORK_LOST INT64_C(-1)

enum { NETWORK_LOSSES_MAX = 6 };

struct network {
    size_t region_count;
    const int64_t
        *latency_ns; /* the scenario's table, [from * region_count + to]; NULL: see below */
    int64_t local_latency_ns, default_latency_ns; /* used where there is no table */
    int64_t retransmit_ns;
    double jitter_sigma, loss;
};

/* The scenario must outlive the network, which borrows its table. Fails (with *network left alone)
 * when a latency of the table is negative. */
bool network_init(struct network *network, const struct scenario *scenario, struct error *error);
void network_fini(struct network *network);

/* The latency of a pair without jitter, one way. */
int64_t network_base(const struct network *network, uint32_t from_region, uint32_t to_region);

/* Nanoseconds a message of that many bytes takes, or NETWORK_LOST. A bandwidth of 0 means no limit.
 * Draws nothing for jitter when sigma is 0, and nothing for loss when loss is 0. */
int64_t network_delay(const struct network *network, struct random_stream *stream,
                      uint32_t from_region, uint32_t to_region, double bytes, double sender_bps,
                      double receiver_bps);

#endif
