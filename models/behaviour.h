/* behaviour.h - what people do at the choices they have: one file and one line of a list a behaviour.
 *
 * A behaviour is asked at each choice its owner has. It sees what its owner would see: the request,
 * its own model, what it remembers, its own money; never a true quality, another's behaviour or
 * the future. It returns a plan; the world turns the plan into work, costs and quality, so profit
 * is an outcome. What a behaviour leaves out it does as an honest owner would.
 *
 * To add one: a file behaviour_<name>.c that defines behaviour_<name>, and a line in BEHAVIOURS.
 * Its parameters become keys behaviours.<name>.<key> of scenario files.
 */
#ifndef MODELS_BEHAVIOUR_H
#define MODELS_BEHAVIOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "sim/random.h"

/* In the order of results and lists; honest comes first. */
#define BEHAVIOURS(X)                                                                              \
    X(honest)                                                                                      \
    X(substitute)                                                                                  \
    X(garbage)                                                                                     \
    X(lazy_constant)

enum behaviour_role {
    BEHAVIOUR_NODE = 1,     /* serves requests */
    BEHAVIOUR_VERIFIER = 2, /* scores answers */
};

/* One parameter of a behaviour: what the row of a scenario key needs. */
enum behaviour_unit {
    BEHAVIOUR_NUMBER,   /* value.number */
    BEHAVIOUR_FRACTION, /* value.number */
    BEHAVIOUR_DURATION, /* value.whole, ns */
    BEHAVIOUR_AMOUNT,   /* value.whole, micro-tokens */
};

struct behaviour_key {
    const char *name;
    enum behaviour_unit unit;
    const char *standard;    /* the default, as a scenario file says it */
    double minimum, maximum; /* in base units, inclusive */
    enum dg_origin origin;   /* of the default */
    const char *source;      /* where it comes from; NULL: a choice */
    const char *meaning;
};

/* Who decides. */
struct behaviour_self {
    const union behaviour_value *values; /* of its keys, in their order */
    void *memory;                        /* of this owner: memory_size bytes, zeroed at the start */
    struct random_stream *stream;        /* of this decision: all its draws come from there */
    int64_t now_ns;
};

/* ---- nodes ---- */

/* A request as the node that got it knows it. */
struct behaviour_task {
    double parameters_b; /* of the model that was paid for */
    uint32_t tokens_in, tokens_out;
};

struct service_plan {
    double parameters_b; /* of the model that is run */
    double work_factor;  /* its steps over those of the model that was paid for */
    bool computes;       /* false: answers after fixed_time_ns and takes no slot */
    int64_t fixed_time_ns;
    double quality_shift; /* standard deviations, added to an honest answer's quality */
    bool cheat;           /* the answer is not what was paid for; for the statistics alone */
};

/* ---- verifiers ---- */

/* A check as the verifier that was drawn for it knows it. */
struct behaviour_review {
    double parameters_b; /* of the model that was paid for */
    uint32_t tokens_in, tokens_out;
};

struct score_plan {
    bool uses_judge;   /* false: reveals constant, at no cost and with no judge's latency */
    uint16_t constant; /* 0..65535 */
};

/* ---- the table ---- */

struct behaviour {
    const char *name;
    unsigned role; /* enum behaviour_role, or-ed */
    const char *help;
    const struct behaviour_key *keys; /* up to one without a name; NULL: none */
    size_t memory_size;               /* of one owner, 0: remembers nothing */

    /* BEHAVIOUR_NODE: what becomes of a request. *plan holds an honest one. */
    void (*serve)(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan);
    /* BEHAVIOUR_VERIFIER: what it will reveal. *plan holds an honest one, which asks its judge. False:
     * it stays silent. */
    bool (*score)(const struct behaviour_self *self, const struct behaviour_review *review,
                  struct score_plan *plan);
};

/* Every behaviour, in order. */
const struct behaviour *const *behaviour_table(size_t *count);
/* The place of that name which fits the role; the count of all when there is none. */
size_t behaviour_find(const char *name, enum behaviour_role role);
/* How many parameters it has, and where in struct scenario's behaviours the first one lies. */
size_t behaviour_key_count(const struct behaviour *behaviour);
size_t behaviour_first_value(size_t place);

/* Ask, from the plan of an honest owner on. The first is for nodes, the second for verifiers; false: it
 * stays silent. */
void behaviour_serve(const struct behaviour *behaviour, const struct behaviour_self *self,
                     const struct behaviour_task *task, struct service_plan *plan);
bool behaviour_score(const struct behaviour *behaviour, const struct behaviour_self *self,
                     const struct behaviour_review *review, struct score_plan *plan);

/* ---- for behaviours ---- */

/* True for the given share of calls; draws nothing when share is 0 or 1. */
bool behaviour_chance(double share, struct random_stream *stream);

/* A score in [0,1] as it is revealed. */
uint16_t behaviour_score_of(double share);

#define BEHAVIOUR_DECLARE(name) extern const struct behaviour behaviour_##name;
BEHAVIOURS(BEHAVIOUR_DECLARE)
#undef BEHAVIOUR_DECLARE

#endif
