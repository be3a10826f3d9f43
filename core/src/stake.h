/* stake.h - the positions that make up a node's stake: who bonded how much, for which lock tier.
 *
 * The ledger holds the money by node (own, delegated, unbonding); a position says whose part it is.
 * Each position lies in the list of its node. One that was moved to another node under
 * stake.redelegation `slashable` lies in the list of liabilities of the node it left as well, until
 * the time is over that unbonding would have taken. Ids are never reused.
 */
#ifndef CORE_STAKE_H
#define CORE_STAKE_H

#include <stdbool.h>

#include "dg/chain.h"
#include "fixed.h"

struct stake_position {
    int64_t amount;
    int64_t until;        /* unbonding: when it is free */
    int64_t liable_until; /* slashed with liable_node too up to this time */
    uint32_t owner, node, liable_node;
    uint32_t previous, next;               /* in the list of its node; DG_NONE: none */
    uint32_t liable_previous, liable_next; /* in that of liable_node */
    uint8_t owner_kind;                    /* enum dg_owner */
    uint8_t tier;                          /* enum dg_tier */
    uint8_t state;                         /* enum dg_position_state */
};

struct stake_book {
    struct stake_position *positions;
    size_t count, capacity;
};

/* Heads of the lists of one node; both DG_NONE at first. */
struct stake_lists {
    uint32_t first, liable;
};

/* An all-zero book is empty. */
void stake_fini(struct stake_book *book, const struct dg_allocator *allocator);
/* Room for so many more; DG_ERROR_LIMIT when the ids run out. */
enum dg_status stake_reserve(struct stake_book *book, const struct dg_allocator *allocator,
                             size_t extra);
/* A bonded position at the head of the node's list; cannot fail after a reserve. */
uint32_t stake_add(struct stake_book *book, struct stake_lists *lists,
                   const struct dg_bond_order *order);
/* Takes a position out of the list of its node, or puts it there. */
void stake_unlink(struct stake_book *book, struct stake_lists *lists, uint32_t position);
void stake_link(struct stake_book *book, struct stake_lists *lists, uint32_t position);
void stake_liable_link(struct stake_book *book, struct stake_lists *lists, uint32_t position);
void stake_liable_unlink(struct stake_book *book, struct stake_lists *lists, uint32_t position);

int64_t stake_unbonding_time(const struct dg_params *params, enum dg_tier tier);
/* What the position counts for in shares and votes: amount times the weight of its tier. */
fixed_uint128 stake_weight(const struct dg_params *params, const struct stake_position *position);
/* amount * part / whole of such weights, rounded down; 0 of no weight. Weights above 2^62 lose low
 * bits, both alike. */
int64_t stake_share(int64_t amount, fixed_uint128 part, fixed_uint128 whole);

/* The account of the ledger that holds a position in that state. */
enum dg_account stake_account(const struct stake_position *position);

#endif
