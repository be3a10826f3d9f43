/* world_own_user.c - users that operators have ask their own nodes.
 *
 * One for each node whose behaviour has an own_rate. It stands beside its node and looks like a user
 * of the first group that plays no trace: the same sizes, deadline, deposits. Its requests come by a
 * Poisson process and ask for the node's models. Users' metrics leave them out; what they have spent
 * is an outside cost of the node.
 */
#include <math.h>
#include <stdlib.h>

#include "models/world_build.h"
#include "models/world_private.h"

static struct world_own_user *own_user(const struct world *world, uint32_t user)
{
    return &world->own_users[user - world->first_own_user];
}

/* Requests per second that the node's owner has sent for it. */
static double own_rate(const struct world *world, uint32_t n)
{
    const struct world_node *node = &world->nodes[n];
    const struct behaviour *behaviour = world->behaviours[node->behaviour];
    struct behaviour_self self = {
        .values = world->behaviour_values[node->behaviour], .chain = world->chain, .node = n};
    return behaviour->own_rate != NULL ? behaviour->own_rate(&self) : 0;
}

/* The group that they look like; a scenario without one is refused when it is read. */
static uint32_t looked_like(const struct world *world)
{
    uint32_t group = 0;
    while (world->scenario->users[group].arrival.kind == ARRIVAL_TRACE)
        group++;
    return group;
}

static bool reserve(struct world *world, uint32_t count, struct error *error)
{
    size_t room = (size_t)world->user_count + count;
    struct world_user *users = realloc(world->users, room * sizeof *users);
    if (users == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the users of operators");
    world->users = users;
    world->own_users = calloc(count, sizeof *world->own_users);
    return world->own_users != NULL ||
           error_set(error, ERROR_MEMORY, "out of memory for the users of operators");
}

static bool add_own_user(struct world *world, uint32_t n, uint32_t group, struct error *error)
{
    const struct scenario_users *spec = &world->scenario->users[group];
    uint32_t user = world->user_count++;
    *own_user(world, user) = (struct world_own_user){.node = n, .deposited = spec->deposit};
    world->users[user] = (struct world_user){.group = (uint8_t)group};
    world->nodes[n].own_user = user;
    return world_add_user(world, spec, user, world->node_regions[n], error);
}

bool world_build_own_users(struct world *world, struct error *error)
{
    uint32_t count = 0;
    for (uint32_t n = 0; n < world->node_count; n++)
        count += own_rate(world, n) > 0;
    if (count == 0)
        return true;
    if (!reserve(world, count, error))
        return false;
    uint32_t group = looked_like(world);
    for (uint32_t n = 0; n < world->node_count; n++)
        if (own_rate(world, n) > 0 && !add_own_user(world, n, group, error))
            return false;
    return true;
}

int64_t world_own_arrival(const struct world *world, uint32_t user, int64_t after_ns)
{
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_ARRIVAL, user, world->users[user].sent);
    double gap_ns =
        random_exponential(&stream) / own_rate(world, own_user(world, user)->node) * 1e9;
    return after_ns + (int64_t)fmin(gap_ns, 1e18);
}

void world_own_content(struct world *world, struct world_request *request,
                       struct random_stream *stream)
{
    struct world_own_user *own = own_user(world, request->user);
    struct dg_node_record record;
    if (!world_expect(world, dg_chain_node_record(world->chain, own->node, &record), "node record"))
        return;
    request->class_index = world->nodes[own->node].class_index;
    request->model = record.models[random_below(stream, record.model_count)];
    own->sent++;
}

bool world_own_returned(struct world *world, const struct world_request *request)
{
    struct world_own_user *own = own_user(world, request->user);
    bool returned = world->nodes[own->node].operator_id == world->nodes[request->node].operator_id;
    own->returned += returned;
    return returned;
}

void world_own_deposit(struct world *world, uint32_t user, int64_t amount)
{
    own_user(world, user)->deposited += amount;
}

/* Deposits less what is left of them: the fees that have been reported so far. Those that a check may
 * still return count as spent. */
int64_t world_own_spent(const struct world *world, uint32_t n)
{
    uint32_t user = world->nodes[n].own_user;
    int64_t balance = 0, escrow = 0;
    if (user == WORLD_NONE)
        return 0;
    dg_chain_balance(world->chain, DG_ACCOUNT_USER, user, &balance);
    dg_chain_balance(world->chain, DG_ACCOUNT_ESCROW, user, &escrow);
    return own_user(world, user)->deposited - balance - escrow;
}
