/* world_private.h - the state of one run, shared by the files world_*.c and metrics.c. */
#ifndef MODELS_WORLD_PRIVATE_H
#define MODELS_WORLD_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "dg/chain.h"
#include "dg/gateway.h"
#include "models/arrival.h"
#include "models/behaviour.h"
#include "models/network.h"
#include "models/outage.h"
#include "models/service.h"
#include "models/size.h"
#include "models/trace.h"
#include "models/world.h"
#include "sim/collect.h"
#include "sim/engine.h"
#include "sim/random.h"

#define WORLD_NONE    UINT32_MAX
#define WORLD_HOUR_NS (INT64_C(3600) * 1000000000)

/* Purposes of random streams: one row each, so that a draw for one thing never shifts another. */
enum world_purpose {
    PURPOSE_LAYOUT = 1, /* who is where; entity: population, index: member */
    PURPOSE_ARRIVAL,    /* entity: user, index: request number */
    PURPOSE_CONTENT,    /* what a request asks; entity: user, index: request number */
    PURPOSE_TRANSIT,    /* delays of one request; entity: user, index: request number */
    PURPOSE_SERVING,    /* the node's choices and the answer's quality; same key */
    PURPOSE_DURATION,   /* service time of a plain kind; same key */
    PURPOSE_REVIEW,     /* one verifier's work on one check; entity: node, index: check */
    PURPOSE_CHECKING,   /* delays of one check; entity: check */
    PURPOSE_OUTAGE,     /* entity: provider */
    PURPOSE_BEACON,     /* index: period */
    PURPOSE_SEED,       /* secret seeds of gateways */
    PURPOSE_PRESENCE,   /* entity: node */
    PURPOSE_GOLD,       /* what a prober knows of an answer; entity: check */
};

enum world_event {
    EVENT_WARM_UP,
    EVENT_CHAIN_DEADLINE,
    EVENT_PERIOD_CLOSE,
    EVENT_CHAIN_REPORT,
    EVENT_BEACON,
    EVENT_EPOCH,
    EVENT_SETTLEMENT,
    EVENT_SAMPLE,
    EVENT_GATEWAY_VIEW,
    EVENT_GATEWAY_PARAMS,
    EVENT_HEARTBEATS,
    EVENT_PROVIDER,
    EVENT_USER_SEND,
    EVENT_TRACE_SEND,
    EVENT_GATEWAY_REQUEST,
    EVENT_GATEWAY_REFUSAL,
    EVENT_GATEWAY_ANSWER,
    EVENT_GATEWAY_DEADLINE,
    EVENT_GATEWAY_HEDGE,
    EVENT_NODE_REQUEST,
    EVENT_NODE_SERVICE,
    EVENT_NODE_FIXED,
    EVENT_USER_END,
    EVENT_CHECK_START,
    EVENT_CHECK_OPEN,
    EVENT_REVIEW_TASK,
    EVENT_REVIEW_COMMIT,
    EVENT_REVIEW_REVEAL,
    EVENT_APPEAL,
    EVENT_GOLD_SEAL,
    EVENT_GOLD_SHOW,
    EVENT_KIND_COUNT
};

enum request_outcome {
    OUTCOME_NONE,
    OUTCOME_COMPLETED,
    OUTCOME_REFUSED, /* no candidate, or no funds, at the gateway */
    OUTCOME_FAILED,  /* every node tried refused or broke off */
    OUTCOME_LATE,    /* the deadline passed first */
    OUTCOME_LOST,    /* a message was lost for good between user and gateway */
    OUTCOME_COUNT
};

/* One request from its sending to its end; slots are reused. A hedge has a slot of its own. */
struct world_request {
    uint64_t handle; /* the gateway's */
    uint64_t id;     /* unique in the run */
    int64_t start_ns, submitted_ns, deadline_ns, first_token_ns, fee;
    int64_t hedge_ns; /* when a second node is asked unless the first token has come */
    struct random_stream transit;
    uint32_t user, number; /* the user's number-th request */
    uint32_t node, model;
    uint32_t tokens_in, tokens_out;
    uint32_t previous, next; /* in the deadline list; next also links free slots */
    uint32_t peer;           /* slot of the other copy under way; WORLD_NONE: none */
    float quality;           /* of the answer, standard deviations above neutral */
    float judge_shift;       /* added in the eyes of judges */
    uint32_t padding;        /* tokens sent behind the answer */
    int64_t
        node_token_ns; /* first token at the node, where it does not come from its batch; or 0 */
    uint8_t gateway, group, class_index, outcome;
    bool in_flight, topped_up, cheat;
    bool hedge;  /* the second copy */
    bool broken; /* the connection to its node: no word will come from there */
    bool probe;  /* a prober's */
};

/* What the gateway keeps of an answer until its check window has passed. */
struct world_evidence {
    uint64_t digest, nonce;
    float quality;
    float judge_shift; /* what judges see it better by */
    uint32_t tokens_in, tokens_out;
    bool cheat; /* known to the node that served it */
    uint32_t node, model;
};

struct world_user {
    struct arrival_state arrival;
    uint32_t sent;
    uint8_t region, gateway;
    uint8_t group;
    bool prober;
};

struct deadline_list {
    uint32_t head, tail;
    bool armed;
};

struct world_gateway {
    struct dg_gateway *core;
    uint32_t region;
    uint64_t log_position;
    struct dg_report report;         /* on its way to the chain */
    struct world_evidence *evidence; /* ring, by receipt number */
    uint64_t evidence_count;         /* receipts so far */
    uint64_t evidence_mask;
    uint64_t evidence_settled;       /* receipts below have had their draw */
    uint64_t reported;               /* receipts in the reports sent so far */
    struct deadline_list *deadlines; /* by user group */
};

struct world_node {
    struct service service;
    struct service_usage usage_at_warm_up;
    event_handle timer;
    int64_t timer_ns;
    int64_t judge_free_ns;
    int64_t verification_cost;
    int64_t stake_start;
    int64_t cheats, first_cheat_ns, first_failure_ns, jailed_ns;
    uint32_t operator_id;
    uint16_t group, hardware;
    uint8_t class_index;
    uint8_t behaviour, verifier_behaviour; /* places in the table of behaviours */
    void *memory, *verifier_memory;        /* what they remember; NULL: nothing */
    bool verifier;
    bool jailed, excluded;
    int64_t sent;         /* answers */
    double quality_sum;   /* of them, as users find them */
    int64_t outside_cost; /* paid to others than the chain */
    int64_t absent_ns;    /* counted at heartbeats */
    int64_t padding;      /* tokens */
    uint32_t declined;    /* requests, as if it were busy */
    uint32_t own_user;    /* who asks for its models on its operator's behalf; WORLD_NONE: nobody */
    bool cartel;          /* its operator is in the cartel */
    uint32_t shown;       /* scores that it has shown */
    double deviation;     /* sum of their distances from what the answers were worth */
    int64_t misconduct;   /* times it was punished as a verifier */
};

/* A user that a node's operator has ask for its models. */
struct world_own_user {
    uint32_t node;
    int64_t deposited;
    int64_t sent, returned; /* requests; to a node of the operator */
};

struct world_model {
    uint32_t provider, class_index;
};

struct world_check_member {
    uint32_t node;
    uint16_t score;
    bool committed, revealed;
    bool decided, waiting;    /* it has its score; it waits for another's to be published */
    bool withheld, seals_two; /* as it has planned */
    int64_t received_ns;      /* the answer */
    int64_t published_ns;     /* its score where scores are open; 0: not yet */
    uint64_t nonce;
};

struct world_check {
    uint32_t id; /* WORLD_NONE: free */
    uint32_t gateway, node;
    int64_t start_ns;
    struct world_evidence evidence;
    struct random_stream transit;
    bool appealed;
    bool gold_sealed, gold_shown; /* the right score of a probe */
    uint32_t member_count;
    struct world_check_member *members; /* committee_size plus replacements */
};

struct world_group {
    struct law_sampler input, output;
    struct trace trace;
    uint32_t first_user;
    uint64_t trace_index;
    double *demand_cumulative; /* over classes */
};

struct world_class {
    uint32_t *models;
    uint32_t model_count;
    uint32_t node_count;
    uint32_t served; /* models dealt to its nodes so far, with repeats */
    double slots;
    struct time_mean busy;       /* since the warm-up */
    struct time_mean busy_epoch; /* in this epoch */
    double peak;
};

/* Collected since the warm-up unless said. */
struct world_statistics {
    uint64_t sent, outcomes[OUTCOME_COUNT], reroutes;
    uint64_t tokens_in, tokens_out;
    struct moments latency, ttft;
    struct quantile_sketch *latency_sketch, *ttft_sketch, *epoch_sketch;
    struct moments verdict_delay;
    struct time_mean in_system;
    struct moments sojourn; /* of every request that ended since, whatever its outcome */
    /* over the whole run */
    uint64_t requests, checks, passed, failed, inconclusive, slashes, jails, releases, exclusions;
    uint64_t appeals, overturned;
    uint64_t reviews, epoch_sent;
    uint64_t probes, probes_answered, gold_shown;
    int64_t probe_fees;
    int64_t verification_cost;
};

struct world {
    const struct scenario *scenario;
    const struct world_options *options;
    struct random_key key;
    struct engine *engine;
    struct dg_chain *chain;
    struct network network;
    struct error *error; /* first failure; the engine is stopped with it */
    bool failed;

    struct world_gateway *gateways;
    struct world_node *nodes;
    uint32_t *beating;     /* scratch: the nodes whose heartbeats are sent */
    uint8_t *node_regions; /* apart, for every message looks there */
    const struct behaviour *const *behaviours;
    const union behaviour_value **behaviour_values; /* of each of them */
    size_t behaviour_count;
    char *memories;      /* what all owners remember */
    bool *label_used;    /* by behaviour: some node carries it */
    bool *verifier_used; /* by behaviour: some verifier scores by it */
    uint32_t node_count;
    struct world_user *users;
    uint32_t user_count;
    uint32_t first_own_user; /* those of operators come last */
    struct world_own_user *own_users;
    struct world_group *groups;
    struct world_group probe_group;        /* what probes ask for */
    struct scenario_arrival probe_arrival; /* of one prober */
    struct world_model *models;
    uint32_t model_count;
    struct outage *providers;
    uint32_t provider_count;
    uint32_t *provider_group;
    uint32_t operator_count;
    uint8_t *operator_behaviour;
    struct world_class *classes;
    uint8_t *region_gateway; /* nearest gateway of each region */

    struct world_request *requests;
    uint32_t request_limit, request_top, request_free;
    uint64_t request_sequence;

    struct world_check *checks; /* ring by check id */
    struct world_check_member *check_members;
    uint32_t check_mask, member_room;
    int64_t deadline_posted_ns;
    uint64_t view_posted;

    struct world_statistics statistics;
    struct series series; /* one row an epoch */
    int64_t *epoch_end_ns;
    struct result_ledger *ledger;
    size_t ledger_count, ledger_room;
};

/* Who decides now, as a node or as a verifier. */
struct behaviour_self world_self(const struct world *world, const struct world_node *node,
                                 enum behaviour_role role, struct random_stream *stream);

/* world_build.c */
bool world_build(struct world *world, struct error *error);
void world_unbuild(struct world *world);

/* Stops the run: text, virtual time and seed become the error. Only the first one is kept. */
void world_fail(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Fails the run when a call into the core that must succeed did not. Returns status == DG_OK. */
bool world_expect(struct world *world, enum dg_status status, const char *call);

/* world_user.c, world_gateway.c, world_node.c: a request on its way to the node and back */
void user_send(void *context, struct engine *engine, const struct event *event);
void trace_send(void *context, struct engine *engine, const struct event *event);
void gateway_request(void *context, struct engine *engine, const struct event *event);
void gateway_refusal(void *context, struct engine *engine, const struct event *event);
void gateway_answer(void *context, struct engine *engine, const struct event *event);
void gateway_deadline(void *context, struct engine *engine, const struct event *event);
void gateway_hedge(void *context, struct engine *engine, const struct event *event);
void node_request(void *context, struct engine *engine, const struct event *event);
void node_service(void *context, struct engine *engine, const struct event *event);
void node_fixed(void *context, struct engine *engine, const struct event *event);
/* Whether the first token of the request, which the node has, has reached the gateway. */
bool node_first_token_seen(const struct world *world, const struct world_request *request);
/* In a large network what an event works on is far away: its lines arrive before its turn does. */
void node_prefetch(const void *context, uint32_t target, uint64_t payload);
void request_prefetch(const void *context, uint32_t target, uint64_t payload);
void user_prefetch(const void *context, uint32_t target, uint64_t payload);
void user_end(void *context, struct engine *engine, const struct event *event);
void user_start(struct world *world, uint32_t user);   /* posts the first arrival */
void trace_start(struct world *world, uint32_t group); /* posts the next arrival of a trace */
void evidence_digest(const struct world_evidence *evidence, struct dg_hash *out);

/* world_chain.c: beacon periods, epochs, settlement, views, outages */
void chain_deadline(void *context, struct engine *engine, const struct event *event);
void period_close(void *context, struct engine *engine, const struct event *event);
void chain_report(void *context, struct engine *engine, const struct event *event);
void beacon(void *context, struct engine *engine, const struct event *event);
void epoch(void *context, struct engine *engine, const struct event *event);
void settlement(void *context, struct engine *engine, const struct event *event);
void epoch_sample(void *context, struct engine *engine, const struct event *event);
void heartbeats(void *context, struct engine *engine, const struct event *event);
void gateway_view(void *context, struct engine *engine, const struct event *event);
void gateway_params(void *context, struct engine *engine, const struct event *event);
void provider_change(void *context, struct engine *engine, const struct event *event);
void warm_up(void *context, struct engine *engine, const struct event *event);
/* Acts on what the chain decided: call after every call that may produce notices. */
void world_after_chain(struct world *world);
void world_start(struct world *world); /* posts the first events */

/* world_check.c: a check from its draw to its verdict */
void check_open(void *context, struct engine *engine, const struct event *event);
void check_start(void *context, struct engine *engine, const struct event *event);
void review_commit(void *context, struct engine *engine, const struct event *event);
void review_reveal(void *context, struct engine *engine, const struct event *event);
void check_drawn(struct world *world, const struct dg_notice *notice);
void check_member_joins(struct world *world, const struct dg_notice *notice);
void check_reveal_phase(struct world *world, const struct dg_notice *notice);
void check_provisional(struct world *world, const struct dg_notice *notice);
void appeal(void *context, struct engine *engine, const struct event *event);
void check_verdict(struct world *world, const struct dg_notice *notice);

/* world_review.c: what a verifier does with an answer */
void review_task(void *context, struct engine *engine, const struct event *event);
/* Wakes the members that wait for a score. */
void review_published(struct world *world, const struct dg_notice *notice);
void review_shown(struct world *world, const struct world_check *check,
                  const struct world_check_member *member);
void world_join_cartels(struct world *world); /* when the nodes are built */
/* world_check.c */
struct world_check *world_check_find(struct world *world, uint64_t id);
struct world_check_member *world_check_member(struct world_check *check, uint32_t node);

/* world_probe.c: probers, who are the last of the users */
uint32_t world_prober_count(const struct world *world);
bool world_build_probers(struct world *world, struct error *error);
void gold_seal(void *context, struct engine *engine, const struct event *event);
void gold_show(void *context, struct engine *engine, const struct event *event);
void probe_drawn(struct world *world, const struct world_check *check,
                 const struct dg_notice *notice);
void probe_reveal_phase(struct world *world, const struct world_check *check);

/* world_journal.c: journals of the core's handles and their decisions; nothing when none are asked
 * for. g is a gateway. */
void world_journal_notice(struct world *world, const struct dg_notice *notice);
void world_journal_route(struct world *world, uint32_t g, const struct dg_route *route);
void world_journal_receipt(struct world *world, uint32_t g, const struct dg_receipt *receipt);
void world_journal_report(struct world *world, uint32_t g, const struct dg_report *report);
void world_journal_take(struct world *world); /* hands out what has come since the last time */
void world_journal_end(struct world *world);  /* the rest, and the balances */

/* world_epoch.c: what an epoch leaves behind */
size_t world_series_width(const struct world *world);
void world_sample_epoch(struct world *world);
bool world_series_result(const struct world *world, struct result *result, struct error *error);

/* world_presence.c: whether a node is up. */
bool world_ask_present(const struct world *world, uint32_t node);

static inline bool world_is_present(const struct world *world, uint32_t node)
{
    return world->behaviours[world->nodes[node].behaviour]->present == NULL ||
           world_ask_present(world, node);
}

/* world_own_user.c: users that operators have ask their own nodes. */
bool world_build_own_users(struct world *world, struct error *error);

static inline bool world_is_own_user(const struct world *world, uint32_t user)
{
    return user >= world->first_own_user;
}

/* When an own user sends next, and what for. */
int64_t world_own_arrival(const struct world *world, uint32_t user, int64_t after_ns);
void world_own_content(struct world *world, struct world_request *request,
                       struct random_stream *stream);
void world_own_deposit(struct world *world, uint32_t user, int64_t amount);
/* The node that has the request is of the operator whose user sent it. */
bool world_own_returned(struct world *world, const struct world_request *request);
/* What own users have spent for the node. */
int64_t world_own_spent(const struct world *world, uint32_t node);

/* world_result.c */
bool world_result(struct world *world, struct result *out, struct error *error);
int64_t world_compute_cost(const struct world *world, uint32_t node);
/* What the node paid to others than the chain: upstreams, and the requests of own users. */
int64_t world_outside_cost(const struct world *world, uint32_t node);
int64_t world_profit(const struct world *world, uint32_t node,
                     const struct dg_node_account *account);

static inline uint32_t world_gateway_count(const struct world *world)
{
    return (uint32_t)world->scenario->gateway_count;
}

#endif
