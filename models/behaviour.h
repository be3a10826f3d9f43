/* behaviour.h - what nodes and verifiers do at the choices they have, one table row per behaviour.
 *
 * A behaviour sees what its owner would see: the request, its own model, its own parameters. It
 * returns a plan; the world turns the plan into work, costs and quality, so profit is an outcome.
 */
#ifndef MODELS_BEHAVIOUR_H
#define MODELS_BEHAVIOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "sim/random.h"

enum behaviour_role {
    BEHAVIOUR_NODE = 1,     /* serves requests */
    BEHAVIOUR_VERIFIER = 2, /* scores answers */
};

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

/* A check as the verifier that was drawn for it knows it. */
struct behaviour_review {
    double parameters_b; /* of the model that was paid for */
    uint32_t tokens_in, tokens_out;
};

struct score_plan {
    bool uses_judge;   /* false: reveals constant, at no cost and with no judge's latency */
    uint16_t constant; /* 0..65535 */
};

/* Draws of one behaviour come from the stream alone. */
typedef void (*behaviour_serve)(const struct scenario_behaviours *parameters,
                                const struct behaviour_task *task, struct random_stream *stream,
                                struct service_plan *out);
/* Returns false, with *out left alone, when the verifier stays silent. */
typedef bool (*behaviour_score)(const struct scenario_behaviours *parameters,
                                const struct behaviour_review *review, struct random_stream *stream,
                                struct score_plan *out);

struct behaviour {
    const char *name;
    unsigned role; /* enum behaviour_role, or-ed */
    const char *help;
    behaviour_serve serve; /* NULL unless BEHAVIOUR_NODE */
    behaviour_score score; /* NULL unless BEHAVIOUR_VERIFIER */
};

/* Every behaviour; row 0 is honest, which fits both roles. */
const struct behaviour *behaviour_table(size_t *count);
/* The row of that name which fits the role, or NULL. Its index is its distance from row 0. */
const struct behaviour *behaviour_find(const char *name, enum behaviour_role role);

/* The rows' functions, each in its behaviour_<name>.c. */
void behaviour_honest_serve(const struct scenario_behaviours *parameters,
                            const struct behaviour_task *task, struct random_stream *stream,
                            struct service_plan *out);
bool behaviour_honest_score(const struct scenario_behaviours *parameters,
                            const struct behaviour_review *review, struct random_stream *stream,
                            struct score_plan *out);
void behaviour_substitute_serve(const struct scenario_behaviours *parameters,
                                const struct behaviour_task *task, struct random_stream *stream,
                                struct service_plan *out);
void behaviour_garbage_serve(const struct scenario_behaviours *parameters,
                             const struct behaviour_task *task, struct random_stream *stream,
                             struct service_plan *out);
bool behaviour_lazy_constant_score(const struct scenario_behaviours *parameters,
                                   const struct behaviour_review *review,
                                   struct random_stream *stream, struct score_plan *out);

/* True for the given share of calls; draws nothing when share is 0 or 1. */
bool behaviour_chance(double share, struct random_stream *stream);

#endif
