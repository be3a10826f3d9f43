/* chain_world.h - a small chain with known parties, honest messages for it, and a view of its whole
 * state.
 *
 * Operators own what their names say; every answer takes no time, so its fee has no latency
 * term. */
#ifndef TESTS_CORE_CHAIN_WORLD_H
#define TESTS_CORE_CHAIN_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dg/chain.h"
#include "dg/verify.h"

enum {
    OPERATOR_SERVER = 0,
    OPERATOR_VERIFIER = 1, /* and the three after it */
    OPERATOR_OTHER = 5,
    OPERATOR_GATEWAY = 6, /* and the one after it */
    WORLD_OPERATORS = 8,

    NODE_SERVER = 0,   /* serves both models */
    NODE_VERIFIER = 1, /* and the three after it: one verifier of each operator */
    NODE_OWN = 5,      /* a verifier of the server's operator */
    NODE_OTHER = 6,    /* serves the small model for 0.04 DGAI a CU */
    WORLD_NODES = 7,
    WORLD_VERIFIERS = 4,

    MODEL_SMALL = 0, /* up to 8B, standard price, royalty 10 % */
    MODEL_LARGE = 1, /* up to 70B, 0.02 DGAI a CU, no royalty */

    WORLD_GATEWAYS = 2,
    WORLD_USERS = 2,
};

#define WORLD_GENESIS (10000 * DG_TOKEN) /* of an operator */
#define WORLD_STAKE   (4000 * DG_TOKEN)  /* of a node */
#define WORLD_BALANCE (1000 * DG_TOKEN)  /* of a user, before it locks */
#define WORLD_LOCKED  (100 * DG_TOKEN)   /* by each user for each gateway */

/* The fee of chain_world_receipt() by the small model, worked out by hand: 3 CU at 0.05 DGAI,
 * royalty 10 %; shares of 2, 5 and 3 %. */
#define SMALL_MILLI        3000
#define SMALL_FEE          165000
#define SMALL_ROYALTY      15000
#define SMALL_NETWORK      3300
#define SMALL_GOVERNANCE   8250
#define SMALL_VERIFICATION 4950
#define SMALL_NODE         133500

/* Memory that counts what is live, and can refuse one request: the one that brings `left` to 0. */
struct chain_memory {
    long live, asked;
    long left; /* requests until one is refused; 0: none is */
    bool refused;
};
struct dg_allocator chain_memory_allocator(struct chain_memory *memory);

struct chain_world {
    struct dg_params params;
    struct dg_chain *chain;
    int64_t now;
    uint64_t period;                 /* the next one to report and reveal */
    uint64_t number[WORLD_GATEWAYS]; /* of each gateway's next receipt */
    struct dg_notice check;          /* the last DG_NOTICE_CHECK taken by chain_world_check() */
};

/* Defaults, but every answer is drawn, checks start at once and verifiers have equal chances. */
void chain_world_params(struct dg_params *params);
/* params and allocator may be NULL: those above, and the C library's. */
void chain_world_open(struct chain_world *world, const struct dg_params *params,
                      const struct dg_allocator *allocator);
void chain_world_close(struct chain_world *world);

/* ---- honest messages ---- */

/* The gateway's receipt of that number: user 0, 1000 tokens in, 500 out. */
struct dg_receipt chain_world_receipt(const struct chain_world *world, uint32_t gateway,
                                      uint64_t number, uint32_t node, uint32_t model);
/* Compute, royalty and fee from the tokens and parties in the receipt. */
void chain_world_price(const struct chain_world *world, struct dg_receipt *receipt);
struct dg_report chain_world_report(uint32_t gateway, uint64_t period,
                                    const struct dg_receipt *receipts, size_t count);
void chain_world_beacon(uint64_t period, uint8_t beacon[DG_HASH_BYTES]);
/* What opens the commitment of a receipt. */
struct dg_hash chain_world_digest(uint32_t gateway, uint64_t number);
uint64_t chain_world_nonce(uint32_t gateway, uint64_t number);

/* ---- steps, which must succeed ---- */

/* Reports one receipt of gateway 0 and reveals the period; with every answer drawn that opens a
 * check, whose notice is kept in world->check. Returns the check. */
uint32_t chain_world_check(struct chain_world *world, uint32_t node, uint32_t model);
void chain_world_reveal(struct chain_world *world); /* world->period, which then moves on */
void chain_world_advance(struct chain_world *world, int64_t now);
/* The node of world->check opens its answer. */
enum dg_status chain_world_open_answer(struct chain_world *world);
enum dg_status chain_world_commit(struct chain_world *world, uint32_t verifier, uint16_t score);
enum dg_status chain_world_show(struct chain_world *world, uint32_t verifier, uint16_t score);
/* From opening to verdict: every member gives the score. Leaves all notices behind. */
void chain_world_judge(struct chain_world *world, uint16_t score);
/* Every member of the notice's round gives the score, without opening the answer again. */
void chain_world_round(struct chain_world *world, const uint32_t *members, size_t count,
                       const uint16_t *scores);
/* A whole check whose verdict follows from the score; drops its notices. */
void chain_world_verdict(struct chain_world *world, uint32_t node, uint32_t model, uint16_t score);

/* ---- reading ---- */

int64_t chain_world_balance(const struct chain_world *world, enum dg_account kind, uint32_t index);
struct dg_node_account chain_world_account(const struct chain_world *world, uint32_t node);
struct dg_node_record chain_world_record(const struct chain_world *world, uint32_t node);
/* The oldest notice, which must be of that kind. */
struct dg_notice chain_world_notice(struct chain_world *world, enum dg_notice_kind kind);
void chain_world_no_notice(struct chain_world *world);
size_t chain_world_drop_notices(struct chain_world *world); /* how many there were */

/* Hash of everything the chain remembers, the order of its heaps and pools included. */
void chain_world_state(const struct dg_chain *chain, struct dg_hash *out);

/* Makes the checksum of a snapshot, or of bytes that pretend to be one, right again. */
void chain_world_seal(uint8_t *bytes, size_t size);

#define assert_status(call, expected)                                                              \
    assert_string_equal(dg_status_name(call), dg_status_name(expected))

/* The call fails with that status and leaves no trace. */
#define assert_refused(world, call, expected)                                                      \
    do {                                                                                           \
        struct dg_hash before_, after_;                                                            \
        chain_world_state((world)->chain, &before_);                                               \
        assert_status(call, expected);                                                             \
        chain_world_state((world)->chain, &after_);                                                \
        assert_memory_equal(&before_, &after_, sizeof before_);                                    \
    } while (0)

#endif
