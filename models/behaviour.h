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

#include "dg/chain.h"
#include "models/scenario.h"
#include "sim/random.h"

/* In the order of results and lists; honest comes first. */
#define BEHAVIOURS(X)                                                                              \
    X(honest)                                                                                      \
    X(substitute)                                                                                  \
    X(garbage)                                                                                     \
    X(lazy_constant)                                                                               \
    X(gaming)                                                                                      \
    X(quantised)                                                                                   \
    X(cached)                                                                                      \
    X(probe_aware)                                                                                 \
    X(on_off)                                                                                      \
    X(selective)                                                                                   \
    X(slow)                                                                                        \
    X(flapping)                                                                                    \
    X(inflate_cu)                                                                                  \
    X(misreport_latency)                                                                           \
    X(forwarder)                                                                                   \
    X(self_dealing)                                                                                \
    X(lazy_copy)                                                                                   \
    X(noise)                                                                                       \
    X(boost)                                                                                       \
    X(sabotage)                                                                                    \
    X(intermittent)                                                                                \
    X(cartel)                                                                                      \
    X(silent)                                                                                      \
    X(equivocal)

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
    const struct dg_chain *chain; /* what is published there; NULL: outside of a run */
    uint32_t node;                /* its own id there */
};

/* ---- nodes ---- */

/* A request as the node that got it knows it. */
struct behaviour_task {
    double parameters_b;        /* of the model that was paid for */
    double quality, quality_sd; /* of honest answers of its class, as comparisons publish them */
    uint32_t tokens_in;
    uint32_t tokens_out;     /* of the whole answer: who has not computed it yet can only guess, by
                                behaviour_guess_tokens() */
    uint32_t tokens_out_max; /* that the request allows */
    uint32_t model;          /* its id on the chain */
    const struct dg_params *protocol;
    uint8_t size_class; /* DG_SIZE_* */
    bool own;           /* asked by a user of its own operator */
    bool probe;         /* the world's secret: behaviour_recognises() alone may look */
};

struct service_plan {
    double parameters_b;   /* of the model that is run */
    double work_factor;    /* its steps over those of the model that was paid for */
    bool computes;         /* false: takes no slot; see fixed_time_ns */
    bool declines;         /* says that it is busy, whether or not it is */
    bool early_token;      /* sends a token without content at once, which passes for the first */
    bool cheat;            /* the answer is not what was paid for; for the statistics alone */
    int64_t fixed_time_ns; /* to the first token of an answer that is not computed */
    int64_t stream_ns;     /* and from there to the last */
    double quality_shift;  /* standard deviations, added to an honest answer's quality */
    double judge_shift;    /* added on top of that, in the eyes of judges alone */
    uint32_t padding;      /* filler tokens behind the answer, at most behaviour_padding_room() */
    double padding_work;   /* steps of one over those of a token of the model paid for */
    int64_t outside_cost;  /* micro-tokens, paid to somebody outside of the network */
};

/* The machine as its owner runs it. */
struct batch_plan {
    uint32_t slots;   /* sequences it lets into a batch, at least those that the machine holds */
    double swap_cost; /* part by which steps lengthen while there are more than it holds */
};

/* ---- verifiers ---- */

/* A check as the verifier that was drawn for it knows it. */
struct behaviour_review {
    double parameters_b; /* of the model that was paid for */
    uint32_t tokens_in, tokens_out;
    uint32_t model, node, operator_id; /* whose answer it is */
    bool friend;                       /* the node belongs to the verifier's cartel */
    bool open;                         /* scores are published as they come */
    int64_t waited_ns;                 /* since the answer came */
    const uint16_t *scores;            /* of this check, as far as they are published */
    uint32_t score_count;
};

struct score_plan {
    bool uses_judge;   /* false: reveals constant, at no cost and with no judge's latency */
    uint16_t constant; /* 0..65535 */
    int64_t wait_ns; /* above 0: is asked again when a score is published, at the latest after it */
    bool withheld;   /* seals its score and does not show it */
    bool seals_two;  /* seals another score besides */
};

/* ---- the table ---- */

struct behaviour {
    const char *name;
    unsigned role; /* enum behaviour_role, or-ed */
    const char *help;
    const struct behaviour_key *keys; /* up to one without a name; NULL: none */
    size_t memory_size;               /* of one owner, 0: remembers nothing */
    bool judges;                      /* as a verifier it may ask its judge */
    bool games;                       /* as a node it may tune its answers for judges */
    bool cartel;                      /* the nodes of its operators are friends */

    /* Whether its keys fit together; otherwise *key is the one to change and *why the reason. NULL:
     * they always do. */
    bool (*check)(const union behaviour_value *values, const char **key, const char **why);

    /* BEHAVIOUR_NODE: what becomes of a request. *plan holds an honest one. */
    void (*serve)(const struct behaviour_self *self, const struct behaviour_task *task,
                  struct service_plan *plan);
    /* BEHAVIOUR_NODE: how it runs its machine, asked once, before the start. *plan holds an honest
     * owner's. */
    void (*batch)(const struct behaviour_self *self, struct batch_plan *plan);
    /* BEHAVIOUR_NODE: whether the machine is up, asked at each heartbeat and whenever somebody wants
     * something of it. Each time the stream is the same, one for each node. NULL: always. */
    bool (*present)(const struct behaviour_self *self);
    /* BEHAVIOUR_NODE: requests per second that users of the owner's own send on behalf of the node.
     * NULL: there are none. */
    double (*own_rate)(const struct behaviour_self *self);
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

/* How the owner runs a machine that holds so many sequences. */
struct batch_plan behaviour_batch(const struct behaviour *behaviour,
                                  const struct behaviour_self *self, uint32_t slots);

/* Ask, from the plan of an honest owner on. The first is for nodes, the second for verifiers; false: it
 * stays silent. */
void behaviour_serve(const struct behaviour *behaviour, const struct behaviour_self *self,
                     const struct behaviour_task *task, struct service_plan *plan);
bool behaviour_score(const struct behaviour *behaviour, const struct behaviour_self *self,
                     const struct behaviour_review *review, struct score_plan *plan);

/* ---- for behaviours ---- */

/* True for the given share of calls; draws nothing when share is 0 or 1. */
bool behaviour_chance(double share, struct random_stream *stream);

/* Runs a smaller model, if that is one: true, with work, loss of quality and cheat in *plan. */
bool behaviour_runs_smaller(const struct behaviour_task *task, double parameters_b,
                            double quality_loss, struct service_plan *plan);

/* Whether the request looks like a probe: true for the share hits of probes, and for the share
 * false_alarms of all else. Draws one number. */
bool behaviour_recognises(const struct behaviour_task *task, double hits, double false_alarms,
                          struct random_stream *stream);

/* The answer's length as it can be guessed from the prompt: off by a lognormal factor of median 1
 * and this sigma. */
double behaviour_guess_tokens(const struct behaviour_task *task, double sigma,
                              struct random_stream *stream);

/* Compute units of the request with an answer of so many tokens, as the protocol meters them. */
double behaviour_compute_units(const struct behaviour_task *task, double tokens_out);

/* What the node asks for a unit: its own price, or the model's, or the protocol's; micro-tokens. */
int64_t behaviour_price(const struct behaviour_self *self, const struct behaviour_task *task);

/* Tokens between the answer and the most that the request allows. */
uint32_t behaviour_padding_room(const struct behaviour_task *task);

/* A score in [0,1] as it is revealed. */
uint16_t behaviour_score_of(double share);

#define BEHAVIOUR_DECLARE(name) extern const struct behaviour behaviour_##name;
BEHAVIOURS(BEHAVIOUR_DECLARE)
#undef BEHAVIOUR_DECLARE

#endif
