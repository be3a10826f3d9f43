/* ledger.h - every balance of the chain, by account kind and index.
 *
 * Money comes in through ledger_credit() only and then just moves, so what came in equals the sum
 * of all balances at every moment. Running totals make that identity cost O(1) to check;
 * ledger_audit() recomputes it from the balances. No balance is ever negative.
 */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include <stdbool.h>

#include "dg/chain.h"

enum ledger_source { LEDGER_GENESIS, LEDGER_MINTED, LEDGER_DEPOSITED, LEDGER_SOURCE_COUNT };

struct ledger_accounts {
    int64_t *balances;
    size_t count, capacity;
    int64_t total;
};

struct ledger {
    struct ledger_accounts kinds[DG_ACCOUNT_COUNT];
    int64_t came_in[LEDGER_SOURCE_COUNT];
};

/* Opens the kinds that hold one account. The ledger must be all zero; fini it also after a
 * failure. */
enum dg_status ledger_init(struct ledger *ledger, const struct dg_allocator *allocator);
void ledger_fini(struct ledger *ledger, const struct dg_allocator *allocator);

/* Room for one more account of the kind, after which ledger_add() cannot fail. */
enum dg_status ledger_reserve(struct ledger *ledger, const struct dg_allocator *allocator,
                              enum dg_account kind);
uint32_t ledger_add(struct ledger *ledger, enum dg_account kind); /* the index; its balance is 0 */

enum dg_status ledger_balance(const struct ledger *ledger, enum dg_account kind, uint32_t index,
                              int64_t *amount);

/* DG_ERROR_ARGUMENT for a negative amount, DG_ERROR_OVERFLOW when more would have come in than an
 * int64_t can count. No single balance can overflow as long as that sum does not. */
enum dg_status ledger_credit(struct ledger *ledger, enum ledger_source source, enum dg_account kind,
                             uint32_t index, int64_t amount);

/* DG_ERROR_FUNDS when the source holds less than amount. */
enum dg_status ledger_move(struct ledger *ledger, enum dg_account from_kind, uint32_t from_index,
                           enum dg_account to_kind, uint32_t to_index, int64_t amount);

/* Whether kinds that belong together have as many accounts, and those that hold one have it. */
bool ledger_shape(const struct ledger *ledger);
bool ledger_identity(const struct ledger *ledger); /* O(1) */
bool ledger_audit(const struct ledger *ledger);    /* O(accounts) */

#endif
