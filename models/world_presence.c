/* world_presence.c - whether a node is up: its owner's choice. */
#include "models/world_private.h"

/* The stream is the node's own and starts anew each time, so that what is drawn from it stays. */
bool world_ask_present(const struct world *world, uint32_t n)
{
    const struct world_node *node = &world->nodes[n];
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_PRESENCE, n, 0);
    struct behaviour_self self = world_self(world, node, BEHAVIOUR_NODE, &stream);
    return world->behaviours[node->behaviour]->present(&self);
}
