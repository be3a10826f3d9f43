/* world_request.h - requests under way, shared by the files that carry them.
 *
 * world_user.c, world_gateway.c and world_node.c hold the handlers in the order in which a request
 * meets them. A message that the network loses for good is a broken connection: its sender learns
 * of it after the last retransmission. A request ends exactly once, in one outcome, in
 * world_user.c.
 */
#ifndef MODELS_WORLD_REQUEST_H
#define MODELS_WORLD_REQUEST_H

#include "models/world_private.h"

/* A slot for one more request; NULL, with the run failed, when the limit is reached. */
struct world_request *request_take(struct world *world);
void request_release(struct world *world, struct world_request *request);

/* How long a sender tries before the network counts a message as lost. */
static inline int64_t give_up_ns(const struct world *world)
{
    return (NETWORK_LOSSES_MAX + 1) * world->scenario->network.retransmit_ns;
}

static inline struct world_request *request_at(struct world *world, uint64_t slot)
{
    return &world->requests[slot];
}

static inline uint32_t slot_of(const struct world *world, const struct world_request *request)
{
    return (uint32_t)(request - world->requests);
}

/* Draws of a second copy are not those of the first. */
#define HEDGE_INDEX_BIT (UINT32_C(1) << 31)

/* A stream of the request's own: the same whatever else happens in the run. */
static inline struct random_stream request_stream(const struct world *world,
                                                  const struct world_request *request,
                                                  enum world_purpose purpose)
{
    struct random_stream stream;
    uint32_t index = request->hedge ? request->number | HEDGE_INDEX_BIT : request->number;
    random_stream_init(&stream, &world->key, purpose, request->user, index);
    return stream;
}

#endif
