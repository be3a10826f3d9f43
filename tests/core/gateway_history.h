/* gateway_history.h - long random histories against a model of everything a gateway promises:
 * money, slots, breakers, retry budget, sessions, second copies, silences, changes of parameters. */
#ifndef TESTS_CORE_GATEWAY_HISTORY_H
#define TESTS_CORE_GATEWAY_HISTORY_H

#include "chain_world.h"
#include "dg/gateway.h"
#include "policies.h"

enum {
    SMALL = 0, /* up to 8B, standard price, royalty 10 %, 4096 tokens */
    LARGE = 1, /* up to 70B, 0.02 DGAI a CU, no royalty; served by the first three nodes */

    NODES = 7,
    USERS = 3,
    SESSIONS = 6, /* and 0, which is none */
    TOKENS_IN = 1000,
    TOKENS_OUT = 500,
    GATEWAY = 9,

    HISTORY = 20000,
    LIMIT = 25, /* in flight */
    SLOTS = 4,  /* of a node, at most */
    FAILOVERS = 2,
    RESERVE = 10,
    POLICIES = DG_ROUTING_POLICY_LAST + 1,
};

#define MILLISECOND  (DG_SECOND / 1000)
#define STEP_TIME    (20 * DG_SECOND / 1000000) /* a step takes none, one or two of these */
#define BREAKER_TIME MILLISECOND
#define SESSION_TIME MILLISECOND

/* ---- the model ---- */

struct copy {
    uint32_t node;
    int64_t escrow;
    bool hedge;
};

struct flight {
    uint64_t handle, session;
    uint32_t user, model;
    int64_t price_cap;
    struct copy copies[2];
    uint32_t copy_count;
    uint32_t tried[FAILOVERS + 2], tried_count, reroutes;
    bool hedged;
};

struct breaker {
    uint32_t failures;
    bool open, half;
    int64_t opened;
    uint64_t trial; /* 0: none */
};

struct session {
    uint32_t node; /* DG_NONE: never served */
    int64_t served;
};

struct history {
    struct dg_params params;
    struct dg_gateway *gateway;
    uint64_t random;
    int64_t now;
    uint64_t request, period, number; /* the next of each */
    struct flight flights[LIMIT];
    uint32_t flight_count;
    int64_t granted[USERS], reserved[USERS], spent[USERS];
    struct dg_node_record nodes[NODES];
    uint32_t in_flight[NODES];
    uint32_t silences[NODES]; /* requests of the open period without a word */
    struct breaker breakers[NODES];
    struct session sessions[SESSIONS + 1];
    int64_t tokens;              /* of the retry budget, 1/DG_ONE */
    struct dg_receipt *receipts; /* of the open period */
    size_t receipt_count;
    uint64_t handles[HISTORY];
    size_t handle_count;
    uint32_t refusals, limits, waits, changes, reported_silent;
    struct dg_gateway_counters expected;
};

/* Opens a gateway of that routing policy, with its nodes, models and no money yet. */
void history_open(struct history *history, int64_t policy);
void history_close(struct history *history);
/* A random call and its time, whose outcome must be as foreseen. */
void history_step(struct history *history);
/* Everything that must hold between calls. */
void history_check(const struct history *history);

#endif
