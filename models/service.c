/* service.c - one node at work, as a fluid on a step clock.
 *
 * The batch is a heap by the step at which each sequence ends; the clock is moved to the exact
 * moment of every change, which lies up to 1 ns before the whole nanosecond at which the change is
 * reported. That lag is kept and made good in the next stretch.
 */
#include "models/service.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Excess over a whole nanosecond that is rounding noise of double and not time. */
#define SERVICE_NOISE_NS (1.0 / 1024)
/* A busy service counts steps anew after so many nanoseconds of them, to keep the fraction's
 * digits. */
#define SERVICE_REBASE_NS 68719476736.0 /* 2^36: then a double resolves 1e-5 ns */
/* Changes later than this do not happen within a run. */
#define SERVICE_NEVER_NS 4e18
/* No step is shorter, whatever the profile says: the clock must move on. */
#define SERVICE_STEP_MIN_NS 1.0
/* Slots made at the start; larger batches grow on demand. */
#define SERVICE_SLOTS_FIRST 64u
#define SERVICE_RING_FIRST  4u
/* The size of the model that scenario_hardware's figures are for. */
#define SERVICE_REFERENCE_PARAMETERS_B 70.0

/* Profiles and jobs */

struct service_profile service_profile_llm(const struct scenario_hardware *hardware,
                                           double parameters_b)
{
    double scale = parameters_b / SERVICE_REFERENCE_PARAMETERS_B;
    double step_base_ns = (double)hardware->step_base_ns;
    double alone_ns = hardware->prefill_chunk / hardware->prefill_tokens_per_s * 1e9;

    return (struct service_profile){
        .kind = SERVICE_LLM,
        .step_base_ns = scale * step_base_ns,
        .step_per_sequence_ns = scale * (double)hardware->step_per_sequence_ns,
        .prefill_chunk = hardware->prefill_chunk,
        .chunk_ns = scale * fmax(alone_ns - step_base_ns, 0),
        .slots = hardware->slots,
    };
}

struct service_profile service_profile_plain(const struct scenario_service *service)
{
    struct law law = {.mean = (double)service->mean_ns, .cv = service->cv};
    struct service_profile profile = {
        .kind = service->kind,
        .step_base_ns = 1,
        .prefill_chunk = 1,
        .slots = service->slots,
        .queue = service->queue,
    };

    switch (service->kind) {
    case SERVICE_EXPONENTIAL: law.kind = LAW_EXPONENTIAL; break;
    case SERVICE_DETERMINISTIC: law.kind = LAW_CONSTANT; break;
    case SERVICE_LOGNORMAL: law.kind = LAW_LOGNORMAL; break;
    case SERVICE_LLM: fprintf(stderr, "service_profile_plain: not for the kind llm\n"); abort();
    }
    law_sampler_init(&profile.duration, &law);
    return profile;
}

struct service_job service_job_llm(const struct service_profile *profile, uint64_t id,
                                   uint32_t tokens_in, uint32_t tokens_out, double work_factor)
{
    return (struct service_job){
        .id = id,
        .prefill_steps = ceil(tokens_in / profile->prefill_chunk) * work_factor,
        .decode_steps = tokens_out * work_factor,
    };
}

struct service_job service_job_plain(const struct service_profile *profile, uint64_t id,
                                     struct random_stream *stream)
{
    double duration_ns = fmin(law_draw(&profile->duration, stream), SERVICE_NEVER_NS);

    return service_job_fixed(id, (int64_t)(duration_ns + 0.5));
}

struct service_job service_job_fixed(uint64_t id, int64_t duration_ns)
{
    return (struct service_job){.id = id, .decode_steps = (double)duration_ns};
}

/* The batch: a binary heap by end, equal ends by id */

static bool slot_before(const struct service_slot *a, const struct service_slot *b)
{
    return a->end_step < b->end_step || (a->end_step == b->end_step && a->id < b->id);
}

static void heap_push(struct service *service, struct service_slot slot)
{
    struct service_slot *heap = service->heap;
    uint32_t at = service->decoding++;

    assert(at < service->heap_capacity);
    while (at > 0 && slot_before(&slot, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = slot;
}

static struct service_slot heap_pop(struct service *service)
{
    struct service_slot *heap = service->heap;
    struct service_slot first = heap[0];
    uint32_t count = --service->decoding;
    struct service_slot moved = heap[count];
    uint32_t at = 0;

    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && slot_before(&heap[child + 1], &heap[child]))
            child++;
        if (!slot_before(&heap[child], &moved))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
    return first;
}

/* Doubles, up to limit, until needed fits. */
static uint32_t service_room(uint32_t capacity, uint32_t first, uint64_t needed, uint64_t limit)
{
    uint64_t room = capacity > 0 ? 2 * (uint64_t)capacity : first;

    if (room < needed)
        room = needed;
    if (room > limit)
        room = limit;
    return room < UINT32_MAX ? (uint32_t)room : UINT32_MAX;
}

static bool heap_reserve(struct service *service, uint32_t needed)
{
    if (needed <= service->heap_capacity)
        return true;
    uint32_t room =
        service_room(service->heap_capacity, SERVICE_SLOTS_FIRST, needed, service->profile.slots);
    struct service_slot *heap = realloc(service->heap, room * sizeof *heap);
    if (heap == NULL)
        return false;
    service->heap = heap;
    service->heap_capacity = room;
    return true;
}

/* The ring: prompts to prefill, then jobs without a slot */

static struct service_job *ring_at(const struct service *service, uint32_t position)
{
    uint64_t at = (uint64_t)service->ring_head + position;

    return &service->ring[at < service->ring_capacity ? at : at - service->ring_capacity];
}

static bool ring_grow(struct service *service)
{
    uint64_t limit = (uint64_t)service->profile.slots + service->profile.queue;
    uint32_t room = service_room(service->ring_capacity, SERVICE_RING_FIRST,
                                 (uint64_t)service->ring_count + 1, limit);
    struct service_job *ring = malloc(room * sizeof *ring);

    if (ring == NULL)
        return false;
    for (uint32_t i = 0; i < service->ring_count; i++)
        ring[i] = *ring_at(service, i);
    free(service->ring);
    service->ring = ring;
    service->ring_capacity = room;
    service->ring_head = 0;
    return true;
}

static bool ring_push(struct service *service, const struct service_job *job)
{
    if (service->ring_count == service->ring_capacity && !ring_grow(service))
        return false;
    *ring_at(service, service->ring_count) = *job;
    service->ring_count++;
    return true;
}

static struct service_job ring_pop(struct service *service)
{
    struct service_job job = *ring_at(service, 0);

    service->ring_head =
        service->ring_head + 1 < service->ring_capacity ? service->ring_head + 1 : 0;
    service->ring_count--;
    return job;
}

/* The step clock */

/* More sequences than the machine holds: a full machine whose time they share. Kept out of the way of
 * honest nodes, whose every change of the batch sets the step. */
static __attribute__((noinline)) double service_crowded_step(const struct service *service)
{
    const struct service_profile *profile = &service->profile;
    double holds = service_holds(service);
    double full_ns = profile->step_base_ns +
                     profile->step_per_sequence_ns * fmin(service->decoding, holds) +
                     (service->admitted > 0 ? profile->chunk_ns : 0);

    return full_ns * service_in_use(service) / holds * (1 + profile->swap_cost);
}

static inline void service_set_step(struct service *service)
{
    const struct service_profile *profile = &service->profile;
    double step_ns = profile->step_base_ns + profile->step_per_sequence_ns * service->decoding;

    if (service->admitted > 0)
        step_ns += profile->chunk_ns;
    if (profile->crowd > 0 && service_in_use(service) > service_holds(service))
        step_ns = service_crowded_step(service);
    service->step_ns = step_ns > SERVICE_STEP_MIN_NS ? step_ns : SERVICE_STEP_MIN_NS;
}

static void service_rebase(struct service *service)
{
    for (uint32_t i = 0; i < service->decoding; i++)
        service->heap[i].end_step -= service->clock_step;
    if (service->admitted > 0)
        service->prefill_end_step -= service->clock_step;
    service->clock_step = 0;
}

/* Counts up to now, with the occupancy of the stretch that ends there. */
static void service_count(struct service *service, int64_t now_ns)
{
    double stretch_ns = (double)(now_ns - service->counted_ns);
    uint32_t in_use = service_in_use(service);

    if (in_use > 0)
        service->busy_ns += now_ns - service->counted_ns;
    service->slot_ns += stretch_ns * service_load(service);
    service->queue_ns += stretch_ns * service_waiting(service);
    service->counted_ns = now_ns;
}

/* Moves the anchor to a whole nanosecond. */
static void service_move_to_time(struct service *service, int64_t now_ns)
{
    assert(now_ns >= service->anchor_ns);
    service_count(service, now_ns);
    if (service_in_use(service) == 0) {
        service->clock_step = 0;
    } else {
        double stretch_ns = (double)(now_ns - service->anchor_ns) + service->lag_ns;
        service->clock_step += stretch_ns / service->step_ns;
    }
    service->anchor_ns = now_ns;
    service->lag_ns = 0;
}

/* When the clock reads that step, in nanoseconds after anchor_ns; below 0: before it. */
static double service_distance(const struct service *service, double step)
{
    return (step - service->clock_step) * service->step_ns - service->lag_ns;
}

static int64_t service_due(const struct service *service, double step)
{
    double distance_ns = service_distance(service, step);

    if (!(distance_ns < SERVICE_NEVER_NS))
        return INT64_MAX;
    if (distance_ns <= SERVICE_NOISE_NS)
        return service->anchor_ns;
    return service->anchor_ns + (int64_t)ceil(distance_ns - SERVICE_NOISE_NS);
}

/* Moves the anchor to the exact moment of a step, whose due time is given. */
static void service_move_to_step(struct service *service, double step, int64_t due_ns)
{
    double lag_ns = (double)(due_ns - service->anchor_ns) - service_distance(service, step);

    service_count(service, due_ns);
    service->lag_ns = lag_ns > 0 ? lag_ns : 0;
    service->anchor_ns = due_ns;
    service->clock_step = step;
    if (step * service->step_ns > SERVICE_REBASE_NS)
        service_rebase(service);
}

/* True while a prompt's end comes before every sequence's. */
static bool service_prefill_first(const struct service *service)
{
    return service->admitted > 0 &&
           (service->decoding == 0 || service->prefill_end_step < service->heap[0].end_step);
}

static double service_next_step(const struct service *service)
{
    if (service_prefill_first(service))
        return service->prefill_end_step;
    return service->decoding > 0 ? service->heap[0].end_step : INFINITY;
}

/* Changes of the batch */

static void service_prefill_begin(struct service *service)
{
    if (service->admitted > 0)
        service->prefill_end_step = service->clock_step + ring_at(service, 0)->prefill_steps;
}

/* The head of the ring joins the decoding. */
static void service_prefill_end(struct service *service)
{
    struct service_job job = ring_pop(service);

    service->admitted--;
    heap_push(service, (struct service_slot){
                           .end_step = service->clock_step + job.decode_steps,
                           .id = job.id,
                           .first_token_ns = service->anchor_ns,
                       });
    service_prefill_begin(service);
}

static void service_admit(struct service *service)
{
    service->admitted++;
    if (service->admitted == 1)
        service_prefill_begin(service);
}

static struct service_done service_finish(struct service *service)
{
    struct service_slot slot = heap_pop(service);
    bool plain = service->profile.kind != SERVICE_LLM;

    if (service->ring_count > service->admitted)
        service_admit(service);
    return (struct service_done){
        .id = slot.id,
        .first_token_ns = plain ? service->anchor_ns : slot.first_token_ns,
        .finish_ns = service->anchor_ns,
    };
}

/* Public functions */

bool service_init(struct service *service, const struct service_profile *profile,
                  struct error *error)
{
    struct service fresh = {.profile = *profile, .step_ns = SERVICE_STEP_MIN_NS};
    uint32_t first = profile->slots < SERVICE_SLOTS_FIRST ? profile->slots : SERVICE_SLOTS_FIRST;

    if (profile->slots == 0)
        return error_set(error, ERROR_INPUT, "a node needs at least one slot");
    if (!heap_reserve(&fresh, first))
        return error_set(error, ERROR_MEMORY, "no memory for the slots of a node");
    *service = fresh;
    return true;
}

void service_fini(struct service *service)
{
    free(service->heap);
    free(service->ring);
    *service = (struct service){0};
}

enum service_admission service_offer(struct service *service, int64_t now_ns,
                                     const struct service_job *job)
{
    uint32_t in_use = service_in_use(service);
    bool starts = in_use < service->profile.slots;

    if (!starts && service_waiting(service) >= service->profile.queue)
        return SERVICE_REFUSED;
    if (starts && !heap_reserve(service, in_use + 1))
        return SERVICE_NO_MEMORY;
    service_move_to_time(service, now_ns); /* with the occupancy before this job */
    if (!ring_push(service, job))
        return SERVICE_NO_MEMORY;
    if (!starts)
        return SERVICE_QUEUED;
    service_admit(service);
    if (service->admitted == 1 && job->prefill_steps <= 0)
        service_prefill_end(service);
    service_set_step(service);
    return SERVICE_STARTED;
}

int64_t service_next(const struct service *service)
{
    return service_due(service, service_next_step(service));
}

uint32_t service_advance(struct service *service, int64_t now_ns, struct service_done *done,
                         uint32_t done_max)
{
    uint32_t count = 0;

    for (;;) {
        double step = service_next_step(service);
        int64_t due_ns = service_due(service, step);
        if (due_ns > now_ns || due_ns == INT64_MAX)
            break;
        bool prefill = service_prefill_first(service);
        if (!prefill && count == done_max)
            break;
        service_move_to_step(service, step, due_ns);
        if (prefill)
            service_prefill_end(service);
        else
            done[count++] = service_finish(service);
        service_set_step(service);
    }
    return count;
}

int64_t service_first_token(const struct service *service, uint64_t id)
{
    if (service->profile.kind != SERVICE_LLM)
        return INT64_MAX;
    for (uint32_t i = 0; i < service->decoding; i++)
        if (service->heap[i].id == id)
            return service->heap[i].first_token_ns;
    return INT64_MAX;
}

uint32_t service_waiting(const struct service *service)
{
    return service->ring_count - service->admitted;
}

struct service_usage service_usage(const struct service *service, int64_t now_ns)
{
    double stretch_ns = (double)(now_ns - service->counted_ns);
    uint32_t in_use = service_in_use(service);

    return (struct service_usage){
        .busy_ns = service->busy_ns + (in_use > 0 ? now_ns - service->counted_ns : 0),
        .slot_ns = service->slot_ns + stretch_ns * service_load(service),
        .queue_ns = service->queue_ns + stretch_ns * service_waiting(service),
    };
}

void service_usage_restart(struct service *service, int64_t now_ns)
{
    service_count(service, now_ns);
    service->busy_ns = 0;
    service->slot_ns = 0;
    service->queue_ns = 0;
}
