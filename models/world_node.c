/* world_node.c - a node at work: what it decides, its queue and batch, its answers. */
#include "models/world_build.h"
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

/* What the node that has the request can know of it. */
static struct behaviour_task task_of(struct world *world, const struct world_request *request)
{
    const struct scenario_class *class = &world->scenario->classes[request->class_index];
    return (struct behaviour_task){
        .parameters_b = class->parameters_b,
        .quality = class->quality,
        .quality_sd = class->quality_sd,
        .tokens_in = request->tokens_in,
        .tokens_out = request->tokens_out,
        .tokens_out_max = world->scenario->users[request->group].output_cap,
        .model = request->model,
        .protocol = &world->scenario->protocol,
        .size_class = world_size_class(class->parameters_b),
        .own = world_is_own_user(world, request->user) && world_own_returned(world, request),
        .probe = request->probe,
    };
}

/* When the node sends the first token, where it is not its batch that says so; 0 otherwise. */
static int64_t node_token_ns(const struct world *world, const struct service_plan *plan)
{
    int64_t now_ns = engine_now(world->engine);
    if (plan->early_token)
        return now_ns;
    return !plan->computes && plan->stream_ns > 0 ? now_ns + plan->fixed_time_ns : 0;
}

/* What the node decides to do with the request, and how good its answer will be. */
static struct service_plan decide(struct world *world, struct world_request *request,
                                  struct world_node *node)
{
    const struct scenario_class *class = &world->scenario->classes[request->class_index];
    const struct behaviour *behaviour = world->behaviours[node->behaviour];
    struct random_stream stream = request_stream(world, request, PURPOSE_SERVING);
    struct behaviour_task task = {.parameters_b = class->parameters_b};
    struct service_plan plan;
    double quality = class->quality + class->quality_sd * random_normal(&stream);
    struct behaviour_self self = world_self(world, node, BEHAVIOUR_NODE, &stream);
    if (behaviour->serve != NULL) /* nobody else looks at it */
        task = task_of(world, request);
    behaviour_serve(behaviour, &self, &task, &plan);
    request->quality = (float)(quality + plan.quality_shift);
    request->judge_shift = (float)plan.judge_shift;
    request->padding = plan.padding;
    request->cheat = plan.cheat;
    request->node_token_ns = node_token_ns(world, &plan);
    return plan;
}

static struct service_job job_of(const struct world *world, const struct world_request *request,
                                 const struct world_node *node, const struct service_plan *plan)
{
    const struct service_profile *profile = &node->service.profile;
    uint64_t id = slot_of(world, request);
    if (profile->kind == SERVICE_LLM) {
        struct service_job job = service_job_llm(profile, id, request->tokens_in,
                                                 request->tokens_out, plan->work_factor);
        job.decode_steps += plan->padding * plan->padding_work;
        return job;
    }
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

static void refuse(struct world *world, struct world_request *request)
{
    send_to_gateway(world, request, EVENT_GATEWAY_REFUSAL, 0);
}

/* Nobody is there: the gateway's connection breaks. */
static void break_off(struct world *world, struct world_request *request)
{
    request->broken = true;
    engine_post(world->engine, engine_now(world->engine) + give_up_ns(world), EVENT_GATEWAY_REFUSAL,
                request->gateway, slot_of(world, request));
}

/* False: there is no room. */
static bool admit(struct world *world, uint32_t n, const struct service_job *job)
{
    struct world_node *node = &world->nodes[n];
    uint32_t load = service_load(&node->service);
    enum service_admission admission =
        service_offer(&node->service, engine_now(world->engine), job);
    if (admission == SERVICE_NO_MEMORY)
        world_fail(world, "out of memory for the queue of node %u", n);
    if (admission >= SERVICE_REFUSED)
        return false;
    count_busy(world, node, (double)service_load(&node->service) - load);
    post_service(world, n);
    return true;
}

void node_request(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_node *node = &world->nodes[event->target];
    struct world_request *request = request_at(world, event->payload);
    request->first_token_ns = 0;
    if (!world_is_present(world, event->target)) {
        break_off(world, request);
        return;
    }
    if (provider_is_down(world, request)) {
        refuse(world, request);
        return;
    }
    struct service_plan plan = decide(world, request, node);
    if (plan.declines) {
        node->declined++;
        refuse(world, request);
        return;
    }
    if (plan.computes) {
        struct service_job job = job_of(world, request, node, &plan);
        if (!admit(world, event->target, &job)) {
            refuse(world, request);
            return;
        }
    } else {
        engine_post(engine, engine_now(engine) + plan.fixed_time_ns + plan.stream_ns,
                    EVENT_NODE_FIXED, event->target, event->payload);
    }
    node->outside_cost += plan.outside_cost;
}

static void answer(struct world *world, struct world_node *node, struct world_request *request,
                   int64_t first_token_ns)
{
    request->first_token_ns = request->node_token_ns > 0 ? request->node_token_ns : first_token_ns;
    if (request->cheat)
        note_cheat(world, node);
    node->sent++;
    node->quality_sum += request->quality;
    node->padding += request->padding;
    send_to_gateway(world, request, EVENT_GATEWAY_ANSWER, request->tokens_out + request->padding);
}

/* An answer on its way says itself when its first token comes; before that it is known up to the
 * jitter of a message that has not been sent. */
bool node_first_token_seen(const struct world *world, const struct world_request *request)
{
    int64_t now_ns = engine_now(world->engine);
    if (request->first_token_ns > 0)
        return request->first_token_ns <= now_ns;
    const struct world_node *node = &world->nodes[request->node];
    int64_t at_ns = request->node_token_ns > 0
                        ? request->node_token_ns
                        : service_first_token(&node->service, slot_of(world, request));
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
    uint32_t load = service_load(&node->service), count;
    do {
        count = service_advance(&node->service, engine_now(engine), done, DONE_MAX);
        for (uint32_t i = 0; i < count; i++)
            answer(world, node, request_at(world, done[i].id), done[i].first_token_ns);
    } while (count == DONE_MAX);
    count_busy(world, node, (double)service_load(&node->service) - load);
    post_service(world, event->target);
}
