/* chain_state.h - all of one chain, and what its modules share.
 *
 * A public call first reserves every byte it may need and checks every argument, then changes the
 * state by steps that cannot fail; so a call that fails leaves no trace. A step that fails all the
 * same is a broken ledger: the chain is marked broken and refuses further calls.
 */
#ifndef CORE_CHAIN_STATE_H
#define CORE_CHAIN_STATE_H

#include "check_pool.h"
#include "committee.h"
#include "deadline.h"
#include "dg/chain.h"
#include "escrow.h"
#include "ledger.h"
#include "outbox.h"
#include "registry.h"
#include "sampling.h"

struct dg_chain {
    struct dg_allocator allocator;
    struct dg_params params;
    int64_t now;
    bool started; /* an epoch has been closed: no genesis any more */
    bool broken;
    uint64_t next_period; /* the first that is not revealed */
    struct ledger ledger;
    struct registry registry;
    struct escrow escrow;
    struct sampling_queue receipts;
    struct committee_pool verifiers;
    struct check_pool checks;
    struct deadline_heap deadlines;
    struct outbox_notices notices;
    struct outbox_log log;
};

/* Every call that changes the chain starts with the first, and passes its status through the second,
 * which moves the clock on success and checks the ledger. */
enum dg_status chain_begin(const struct dg_chain *chain, int64_t now);
enum dg_status chain_finish(struct dg_chain *chain, int64_t now, enum dg_status status);

/* A move whose funds were checked before; failing marks the chain broken. */
void chain_move(struct dg_chain *chain, enum dg_account from_kind, uint32_t from_index,
                enum dg_account to_kind, uint32_t to_index, int64_t amount);

/* Balance of an account that exists. */
int64_t chain_amount(const struct dg_chain *chain, enum dg_account kind, uint32_t index);

/* Appends the node's record to the log, where room must have been reserved. */
void chain_publish(struct dg_chain *chain, uint32_t node);

/* A notice about a check with its receipt and members filled in. */
struct dg_notice chain_check_notice(const struct check *check, enum dg_notice_kind kind);

#endif
