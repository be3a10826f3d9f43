/* world_node.c - a node at work: what it decides, its queue and batch, its answers. */
#include "models/world_request.h"

static void send_to_gateway(struct world *world, struct world_request *request, uint16_t kind,
                            uint32_t tokens)
{
    uint8_t region = world->node_regions[request->node];
    const struct scenario_gateway *gateway = &world->scenario->gateways[request->gateway];
    int64_t now_ns = engine_now(world->engine);
    int64_t delay_ns =
        network_delay(&world->network, &request->transit, region, gateway->region,
                      tokens * world->scenario->network.bytes_per_token,
                      world->scenario->regions[region].uplink_bps, gateway->bandwidth_bps);
    if (delay_ns == NETWORK_LOST) {
        request->broken = true;
        kind = EVENT_GATEWAY_REFUSAL;
        delay_ns = give_up_ns(world);
    }
    request->first_token_ns += delay_ns;
    engine_post(world->engine, now_ns + delay_ns, kind, request->gateway, slot_of(world, request));
}

static void post_service(struct world *world, uint32_t n)
{
    struct world_node *node = &world->nodes[n];
    int64_t next_ns = service_next(&node->service);
    if (node->timer != 0 && node->timer_ns == next_ns)
        return;
    if (node->timer != 0)
        engine_cancel(world->engine, node->timer);
    node->timer_ns = next_ns;
    node->timer =
        next_ns == INT64_MAX ? 0 : engine_post(world->engine, next_ns, EVENT_NODE_SERVICE, n, 0);
}

static void count_busy(struct world *world, const struct world_node *node, double change)
{
    struct world_class *class = &world->classes[node->class_index];
    time_mean_add(&class->busy, engine_now(world->engine), change);
    time_mean_add(&class->busy_epoch, engine_now(world->engine), change);
}

static void note_cheat(struct world *world, struct world_node *node)
{
    node->cheats++;
    if (node->first_cheat_ns < 0)
        node->first_cheat_ns = engine_now(world->engine);
}

/* What the node decides to do with the request, and how good its answer will be. */
static struct service_plan decide(struct world *world, struct world_request *request,
                                  struct world_node *node)
{
    const struct scenario_class *class = &world->scenario->classes[request->class_index];
    struct random_stream stream = request_stream(world, request, PURPOSE_SERVING);
    struct behaviour_task task = {.parameters_b = class->parameters_b,
                                  .tokens_in = request->tokens_in,
                                  .tokens_out = request->tokens_out};
    struct service_plan plan;
    double quality = class->quality + class->quality_sd * random_normal(&stream);
    struct behaviour_self self = world_self(world, node, BEHAVIOUR_NODE, &stream);
    behaviour_serve(world->behaviours[node->behaviour], &self, &task, &plan);
    request->quality = (float)(quality + plan.quality_shift);
    request->cheat = plan.cheat;
    return plan;
}

static struct service_job job_of(const struct world *world, const struct world_request *request,
                                 const struct world_node *node, double work_factor)
{
    const struct service_profile *profile = &node->service.profile;
    uint64_t id = slot_of(world, request);
    if (profile->kind == SERVICE_LLM)
        return service_job_llm(profile, id, request->tokens_in, request->tokens_out, work_factor);
    struct random_stream stream = request_stream(world, request, PURPOSE_DURATION);
    return service_job_plain(profile, id, &stream);
}

static bool provider_is_down(const struct world *world, const struct world_request *request)
{
    return !world->providers[world->models[request->model].provider].up;
}

enum { CACHE_LINE = 64 };

static void prefetch(const void *address, size_t size)
{
    for (size_t line = 0; line < size; line += CACHE_LINE)
        __builtin_prefetch((const char *)address + line);
}

void node_prefetch(const void *context, uint32_t target, uint64_t payload)
{
    const struct world *world = context;
    (void)payload;
    prefetch(&world->nodes[target], sizeof *world->nodes);
}

void request_prefetch(const void *context, uint32_t target, uint64_t payload)
{
    const struct world *world = context;
    (void)target;
    prefetch(&world->requests[payload], sizeof *world->requests);
}

void user_prefetch(const void *context, uint32_t target, uint64_t payload)
{
    const struct world *world = context;
    (void)payload;
    prefetch(&world->users[target], sizeof *world->users);
}

void node_request(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_node *node = &world->nodes[event->target];
    struct world_request *request = request_at(world, event->payload);
    request->first_token_ns = 0;
    if (provider_is_down(world, request)) {
        send_to_gateway(world, request, EVENT_GATEWAY_REFUSAL, 0);
        return;
    }
    struct service_plan plan = decide(world, request, node);
    if (!plan.computes) {
        engine_post(engine, engine_now(engine) + plan.fixed_time_ns, EVENT_NODE_FIXED,
                    event->target, event->payload);
        return;
    }
    struct service_job job = job_of(world, request, node, plan.work_factor);
    uint32_t active = service_in_use(&node->service);
    enum service_admission admission = service_offer(&node->service, engine_now(engine), &job);
    if (admission == SERVICE_NO_MEMORY)
        world_fail(world, "out of memory for the queue of node %u", event->target);
    if (admission >= SERVICE_REFUSED) {
        send_to_gateway(world, request, EVENT_GATEWAY_REFUSAL, 0);
        return;
    }
    count_busy(world, node, (double)service_in_use(&node->service) - active);
    post_service(world, event->target);
}

static void answer(struct world *world, struct world_node *node, struct world_request *request,
                   int64_t first_token_ns)
{
    request->first_token_ns = first_token_ns;
    if (request->cheat)
        note_cheat(world, node);
    send_to_gateway(world, request, EVENT_GATEWAY_ANSWER, request->tokens_out);
}

/* An answer on its way says itself when its first token comes; before that it is known up to the
 * jitter of a message that has not been sent. */
bool node_first_token_seen(const struct world *world, const struct world_request *request)
{
    int64_t now_ns = engine_now(world->engine);
    if (request->first_token_ns > 0)
        return request->first_token_ns <= now_ns;
    const struct world_node *node = &world->nodes[request->node];
    int64_t at_ns = service_first_token(&node->service, slot_of(world, request));
    int64_t travel_ns = network_base(&world->network, world->node_regions[request->node],
                                     world->scenario->gateways[request->gateway].region);
    return at_ns != INT64_MAX && at_ns + travel_ns <= now_ns;
}

/* An answer made up without computing. */
void node_fixed(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    answer(world, &world->nodes[event->target], request_at(world, event->payload),
           engine_now(engine));
}

void node_service(void *context, struct engine *engine, const struct event *event)
{
    enum { DONE_MAX = 64 };
    struct world *world = context;
    struct world_node *node = &world->nodes[event->target];
    struct service_done done[DONE_MAX];
    node->timer = 0;
    uint32_t active = service_in_use(&node->service), count;
    do {
        count = service_advance(&node->service, engine_now(engine), done, DONE_MAX);
        for (uint32_t i = 0; i < count; i++)
            answer(world, node, request_at(world, done[i].id), done[i].first_token_ns);
    } while (count == DONE_MAX);
    count_busy(world, node, (double)service_in_use(&node->service) - active);
    post_service(world, event->target);
}
