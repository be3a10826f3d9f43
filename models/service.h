/* service.h - one node at work: a batch of sequences, a queue, and the times at which they change.
 *
 * Continuous batching as a fluid on a step clock. All sequences of the batch advance together, one
 * token per step, and a step takes
 *     step_base + step_per_sequence * (sequences decoding) + chunk (while a prompt is prefilled)
 * so the clock's speed changes only when the composition of the batch does: one event per change,
 * never one per token. A sequence joins as soon as it has a slot. Prompts are prefilled one at a
 * time in order of admission, alongside the decoding; a sequence holds its slot from admission to
 * its end. Jobs without a slot wait in order of arrival; beyond the queue's limit they are refused.
 *
 * A node that lets in more sequences than its machine holds (crowd) shares the machine's time among
 * them: with n in a batch where h fit, a step takes n / h times as long as with h, and swap_cost of
 * that on top.
 *
 * With step_base 0 and no prefill this is processor sharing. The plain kinds are M/G/c: a step of 1
 * ns that no batch slows down, and as many steps as the service takes nanoseconds.
 *
 * Ends are kept on the step clock and converted once, rounded up to the nanosecond, so that no
 * rounding adds up. The caller posts an event at service_next() after every call that may have
 * changed it.
 */
#ifndef MODELS_SERVICE_H
#define MODELS_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "models/size.h"
#include "sim/random.h"

/* What nodes of one hardware and class have in common. */
struct service_profile {
    enum service_kind kind;
    double step_base_ns, step_per_sequence_ns;
    double prefill_chunk;  /* prompt tokens per step */
    double chunk_ns;       /* extra time of a step that carries a prefill chunk */
    uint32_t slots, queue; /* largest batch (or servers); most jobs without a slot */
    uint32_t crowd;        /* of the slots: those beyond what the machine holds; below slots */
    double swap_cost;      /* part by which a step lengthens while any of them is in use */
    struct law_sampler duration; /* plain kinds: service time in ns */
};

/* A node that runs a model of parameters_b billion parameters. chunk_ns is such that a prompt alone
 * on the machine is prefilled at the hardware's prefill_tokens_per_s, or at one chunk per step_base
 * where that is slower. No job may wait unless the caller sets queue. */
struct service_profile service_profile_llm(const struct scenario_hardware *hardware,
                                           double parameters_b);
/* The plain kinds; SERVICE_LLM is a bug here. */
struct service_profile service_profile_plain(const struct scenario_service *service);

/* Work in steps of the node's own profile. */
struct service_job {
    uint64_t id;
    double prefill_steps, decode_steps;
};

/* work_factor scales the steps of a job that needs less of the machine (a smaller model: the ratio
 * of its size to the profile's). */
struct service_job service_job_llm(const struct service_profile *profile, uint64_t id,
                                   uint32_t tokens_in, uint32_t tokens_out, double work_factor);
/* A job of a plain kind, its duration drawn. */
struct service_job service_job_plain(const struct service_profile *profile, uint64_t id,
                                     struct random_stream *stream);
struct service_job service_job_fixed(uint64_t id, int64_t duration_ns);

enum service_admission {
    SERVICE_STARTED,   /* has a slot */
    SERVICE_QUEUED,    /* waits for one */
    SERVICE_REFUSED,   /* slots and queue are full */
    SERVICE_NO_MEMORY, /* an array could not grow; nothing changed */
};

struct service_done {
    uint64_t id;
    int64_t first_token_ns; /* end of the prefill; the finish for the plain kinds */
    int64_t finish_ns;
};

/* A sequence that is decoding. */
struct service_slot {
    double end_step; /* on the step clock */
    uint64_t id;
    int64_t first_token_ns;
};

/* Owned by the caller; fields are private, read them through the functions below. */
struct service {
    struct service_profile profile;
    struct service_slot *heap; /* decoding, earliest end first */
    struct service_job *ring;  /* prompts not yet prefilled, then jobs without a slot, in order */
    double clock_step;         /* the step clock at the anchor */
    double step_ns;            /* how long a step takes with the present batch */
    double prefill_end_step;   /* of the head of the ring, if admitted > 0 */
    double lag_ns;             /* the anchor lies this far (below 1) before anchor_ns */
    int64_t anchor_ns;
    uint32_t decoding, heap_capacity;
    uint32_t ring_head, ring_count, ring_capacity;
    uint32_t admitted; /* of the ring: those that hold a slot */
    int64_t counted_ns, busy_ns;
    double slot_ns, queue_ns;
};

/* Idle at time 0. Copies the profile. On failure *service is left alone. */
bool service_init(struct service *service, const struct service_profile *profile,
                  struct error *error);
void service_fini(struct service *service);

/* Call service_advance() first if service_next() <= now_ns. */
enum service_admission service_offer(struct service *service, int64_t now_ns,
                                     const struct service_job *job);

/* Time of the next change of the batch; INT64_MAX when idle. Does not lie before the last call's
 * now. */
int64_t service_next(const struct service *service);

/* Makes all changes due up to now_ns: prompts end, sequences finish, waiting jobs get slots.
 * Returns the number of finished jobs written to done, in order of their end. When it equals
 * done_max, more may be due: call again. */
uint32_t service_advance(struct service *service, int64_t now_ns, struct service_done *done,
                         uint32_t done_max);

/* When the job had its first token; INT64_MAX while it has none, and for a job that is not here. A
 * job of a plain kind has none before its end. O(slots). */
int64_t service_first_token(const struct service *service, uint64_t id);

/* Slots held. */
static inline uint32_t service_in_use(const struct service *service)
{
    return service->decoding + service->admitted;
}

/* Sequences that fit the machine. */
static inline uint32_t service_holds(const struct service *service)
{
    return service->profile.slots - service->profile.crowd;
}

/* The slots held, at most as many as fit. */
static inline uint32_t service_load(const struct service *service)
{
    uint32_t in_use = service_in_use(service), holds = service_holds(service);
    return in_use < holds ? in_use : holds;
}

uint32_t service_waiting(const struct service *service); /* jobs without a slot */

/* Since time 0 or the last restart. */
struct service_usage {
    int64_t busy_ns; /* at least one slot held */
    double slot_ns; /* integral of the load: divide by service_holds() * time for the utilisation */
    double queue_ns; /* integral of the jobs waiting */
};
struct service_usage service_usage(const struct service *service, int64_t now_ns);
void service_usage_restart(struct service *service, int64_t now_ns);

#endif
