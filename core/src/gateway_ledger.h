/* gateway_ledger.h - what a gateway owes an account of: allowances granted by the chain, and
 * receipts.
 *
 * Receipts lie in two buffers: the open period's grows while the last report's stays as it is, and
 * a close swaps them.
 */
#ifndef CORE_GATEWAY_LEDGER_H
#define CORE_GATEWAY_LEDGER_H

#include "dg/message.h"
#include "id_map.h"

struct account {
    uint32_t user;
    int64_t free;     /* left to spend */
    int64_t reserved; /* escrow of requests in flight; free + reserved fits an int64_t */
};

struct receipt_buffer {
    struct dg_receipt *receipts;
    size_t capacity, count;
};

struct gateway_ledger {
    struct id_map users; /* user -> index in accounts */
    struct account *accounts;
    size_t account_capacity;
    uint32_t account_count;
    struct receipt_buffer periods[2];
    uint32_t open_period; /* which of the two is open */
    uint64_t next_number;
};

/* An all-zero struct gateway_ledger is an empty one. */
void gateway_ledger_fini(struct gateway_ledger *ledger, const struct dg_allocator *allocator);

enum dg_status gateway_ledger_grant(struct gateway_ledger *ledger,
                                    const struct dg_allocator *allocator, uint32_t user,
                                    int64_t amount);
/* Index of the user's account; DG_NONE for a user never granted. */
uint32_t gateway_ledger_account(const struct gateway_ledger *ledger, uint32_t user);

/* Moves between free and reserved; the caller has checked that there is enough. */
void gateway_ledger_reserve(struct gateway_ledger *ledger, uint32_t account, int64_t escrow);
/* Ends a reservation: the fee is spent, the rest is free again. */
void gateway_ledger_settle(struct gateway_ledger *ledger, uint32_t account, int64_t escrow,
                           int64_t fee);

/* Makes room for one receipt, so that the next append cannot fail. */
enum dg_status gateway_ledger_reserve_receipt(struct gateway_ledger *ledger,
                                              const struct dg_allocator *allocator);
/* Gives the receipt its number. */
void gateway_ledger_append(struct gateway_ledger *ledger, struct dg_receipt *receipt);

/* Root over the open period. */
enum dg_status gateway_ledger_root(const struct gateway_ledger *ledger, uint32_t gateway,
                                   struct dg_hash *root);
/* Swaps the buffers; the one returned stays as it is until the next swap. */
const struct receipt_buffer *gateway_ledger_swap(struct gateway_ledger *ledger);

#endif
