/* world_user.c - users: what they ask, when, and how a request ends for them. */
#include <math.h>

#include "models/world_request.h"

struct world_request *request_take(struct world *world)
{
    if (world->request_free != WORLD_NONE) {
        struct world_request *request = request_at(world, world->request_free);
        world->request_free = request->next;
        return request;
    }
    if (world->request_top == world->request_limit) {
        world_fail(world, "more than %u requests in flight at once: the load is beyond all bounds",
                   world->request_limit);
        return NULL;
    }
    return request_at(world, world->request_top++);
}

void request_release(struct world *world, struct world_request *request)
{
    request->next = world->request_free;
    world->request_free = slot_of(world, request);
}

/* What probers and operators send stays out of what is said of users. */
static bool by_user(const struct world *world, const struct world_request *request)
{
    return !request->probe && !world_is_own_user(world, request->user);
}

static bool counted(const struct world *world, const struct world_request *request)
{
    return request->start_ns >= world->scenario->warm_up_ns && by_user(world, request);
}

static const struct scenario_arrival *arrival_of(const struct world *world, uint32_t u)
{
    const struct world_user *user = &world->users[u];
    return user->prober ? &world->probe_arrival : &world->scenario->users[user->group].arrival;
}

static void post_arrival(struct world *world, uint32_t u, int64_t at_ns)
{
    if (at_ns <= world->scenario->duration_ns)
        engine_post(world->engine, at_ns, EVENT_USER_SEND, u, 0);
}

static void post_next_arrival(struct world *world, uint32_t u, int64_t after_ns)
{
    struct world_user *user = &world->users[u];
    const struct scenario_arrival *arrival = arrival_of(world, u);
    if (world_is_own_user(world, u)) {
        post_arrival(world, u, world_own_arrival(world, u, after_ns));
        return;
    }
    if (arrival->kind == ARRIVAL_TRACE)
        return;
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_ARRIVAL, u, user->sent);
    struct arrival_phase phase = {
        .utc_offset_ns =
            llround(world->scenario->regions[user->region].utc_offset_h * (double)WORLD_HOUR_NS)};
    int64_t at_ns = arrival_next(arrival, &phase, &user->arrival, &stream, after_ns);
    post_arrival(world, u, at_ns);
}

void user_start(struct world *world, uint32_t u)
{
    post_next_arrival(world, u, 0);
}

static uint32_t choose_class(const struct world *world, const struct world_group *group,
                             double unit)
{
    uint32_t last = (uint32_t)world->scenario->class_count - 1;
    uint32_t c = 0;
    while (c < last && unit >= group->demand_cumulative[c])
        c++;
    return c;
}

static uint32_t cap_tokens(uint32_t tokens, uint32_t cap)
{
    return tokens < cap ? tokens : cap;
}

/* What the request asks for; sizes are drawn unless a trace gives them. */
static void fill_content(struct world *world, struct world_request *request,
                         const struct trace_row *row)
{
    const struct world_group *group =
        request->probe ? &world->probe_group : &world->groups[request->group];
    struct random_stream stream = request_stream(world, request, PURPOSE_CONTENT);
    request->class_index = (uint8_t)choose_class(world, group, random_unit(&stream));
    const struct world_class *class = &world->classes[request->class_index];
    request->model = class->models[random_below(&stream, class->model_count)];
    if (world_is_own_user(world, request->user))
        world_own_content(world, request, &stream);
    uint32_t input = row != NULL ? row->input : size_draw(&group->input, &stream);
    uint32_t output = row != NULL ? row->output : size_draw(&group->output, &stream);
    uint32_t context = world->scenario->classes[request->class_index].context_tokens;
    request->tokens_out = cap_tokens(output, world->scenario->users[request->group].output_cap);
    request->tokens_in = cap_tokens(input, context);
}

static void send_request(struct world *world, uint32_t u, const struct trace_row *row)
{
    struct world_user *user = &world->users[u];
    struct world_request *request = request_take(world);
    if (request == NULL)
        return;
    int64_t now_ns = engine_now(world->engine);
    *request = (struct world_request){.start_ns = now_ns,
                                      .user = u,
                                      .number = user->sent++,
                                      .node = WORLD_NONE,
                                      .previous = WORLD_NONE,
                                      .next = WORLD_NONE,
                                      .peer = WORLD_NONE,
                                      .gateway = user->gateway,
                                      .group = user->group,
                                      .probe = user->prober};
    fill_content(world, request, row);
    request->transit = request_stream(world, request, PURPOSE_TRANSIT);
    struct world_statistics *statistics = &world->statistics;
    statistics->requests++;
    statistics->epoch_sent += !request->probe;
    statistics->probes += request->probe;
    statistics->sent += counted(world, request);
    time_mean_add(&statistics->in_system, now_ns, 1);
    const struct scenario_region *region = &world->scenario->regions[user->region];
    int64_t delay_ns = network_delay(
        &world->network, &request->transit, user->region, world->gateways[user->gateway].region,
        request->tokens_in * world->scenario->network.bytes_per_token, region->uplink_bps,
        world->scenario->gateways[user->gateway].bandwidth_bps);
    if (delay_ns == NETWORK_LOST) {
        request->outcome = OUTCOME_LOST;
        engine_post(world->engine, now_ns + give_up_ns(world), EVENT_USER_END, u,
                    slot_of(world, request));
    } else {
        engine_post(world->engine, now_ns + delay_ns, EVENT_GATEWAY_REQUEST, user->gateway,
                    slot_of(world, request));
    }
}

void user_send(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    uint32_t u = event->target;
    send_request(world, u, NULL);
    if (arrival_of(world, u)->kind != ARRIVAL_CLOSED)
        post_next_arrival(world, u, engine_now(engine));
}

void trace_start(struct world *world, uint32_t g)
{
    const struct scenario_arrival *arrival = &world->scenario->users[g].arrival;
    struct world_group *group = &world->groups[g];
    int64_t at_ns =
        trace_time(&group->trace, group->trace_index, arrival->rate_scale, arrival->loop);
    if (at_ns <= world->scenario->duration_ns)
        engine_post(world->engine, at_ns, EVENT_TRACE_SEND, g, 0);
}

/* The rows of a trace go to the group's users in turn: a trace names none. */
void trace_send(void *context, struct engine *engine, const struct event *event)
{
    (void)engine;
    struct world *world = context;
    struct world_group *group = &world->groups[event->target];
    uint64_t index = group->trace_index++;
    const struct trace_row *row = trace_row_at(&group->trace, index);
    send_request(
        world, group->first_user + (uint32_t)(index % world->scenario->users[event->target].count),
        row);
    trace_start(world, event->target);
}

/* ---- the end ---- */

static const char *const outcome_names[OUTCOME_COUNT] = {"",       "completed", "refused",
                                                         "failed", "late",      "lost"};

static void record_request(struct world *world, const struct world_request *request, int64_t now_ns)
{
    if (world->options->request == NULL || !world->scenario->record_requests)
        return;
    bool completed = request->outcome == OUTCOME_COMPLETED;
    struct result_request row = {
        .request = request->id,
        .user = request->user,
        .node = request->node,
        .gateway = request->gateway,
        .tokens_in = request->tokens_in,
        .tokens_out = completed ? request->tokens_out + request->padding : 0,
        .class_name = world->scenario->classes[request->class_index].name,
        .outcome = outcome_names[request->outcome],
        .start_ns = request->start_ns,
        .ttft_ns = completed ? request->first_token_ns - request->start_ns : -1,
        .latency_ns = now_ns - request->start_ns,
        .fee = completed ? request->fee : 0,
    };
    struct error error = {0};
    if (!world->options->request(world->options->request_context, &row, &error))
        world_fail(world, "%s", error.text);
}

static void count_end(struct world *world, const struct world_request *request, int64_t now_ns)
{
    struct world_statistics *statistics = &world->statistics;
    int64_t latency_ns = now_ns - request->start_ns;
    statistics->outcomes[request->outcome]++;
    if (request->outcome != OUTCOME_COMPLETED)
        return;
    int64_t ttft_ns = request->first_token_ns - request->start_ns;
    statistics->tokens_in += request->tokens_in;
    statistics->tokens_out += request->tokens_out + request->padding;
    moments_add(&statistics->latency, (double)latency_ns);
    moments_add(&statistics->ttft, (double)ttft_ns);
    quantile_add(statistics->latency_sketch, latency_ns);
    quantile_add(statistics->ttft_sketch, ttft_ns);
}

static void end_request(struct world *world, struct world_request *request,
                        enum request_outcome outcome)
{
    int64_t now_ns = engine_now(world->engine);
    request->outcome = (uint8_t)outcome;
    time_mean_add(&world->statistics.in_system, now_ns, -1);
    if (now_ns >= world->scenario->warm_up_ns)
        moments_add(&world->statistics.sojourn, (double)(now_ns - request->start_ns));
    if (counted(world, request))
        count_end(world, request, now_ns);
    if (outcome == OUTCOME_COMPLETED && by_user(world, request))
        quantile_add(world->statistics.epoch_sketch, now_ns - request->start_ns);
    record_request(world, request, now_ns);
    if (arrival_of(world, request->user)->kind == ARRIVAL_CLOSED)
        post_next_arrival(world, request->user, now_ns);
    request_release(world, request);
}

void user_end(void *context, struct engine *engine, const struct event *event)
{
    (void)engine;
    struct world *world = context;
    struct world_request *request = request_at(world, event->payload);
    end_request(world, request, request->outcome);
}
