/* chain_state.h - all of one chain, and what its modules share.
 *
 * A public call first reserves every byte it may need and checks every argument, then changes the
 * state by steps that cannot fail; so a call that fails leaves no trace. A step that fails all the
 * same is a broken ledger: the chain is marked broken and refuses further calls.
 */
#ifndef CORE_CHAIN_STATE_H
#define CORE_CHAIN_STATE_H

#include "bonds.h"
#include "chain_call.h"
#include "check_pool.h"
#include "committee.h"
#include "deadline.h"
#include "dg/chain.h"
#include "escrow.h"
#include "governance.h"
#include "journal.h"
#include "ledger.h"
#include "outbox.h"
#include "registry.h"
#include "sampling.h"

/* Times from this one on leave no room to add a term to them; a jail term that ends here never
 * ends. */
#define CHAIN_TIME_MAX (INT64_MAX / 2)

/* Points of verifiers are kept in 2^-CHAIN_POINT_BITS of 1/65535: under bonds one of a thousand
 * verifiers has a thousandth of a score. */
enum { CHAIN_POINT_BITS = 16 };
#define CHAIN_POINT (UINT64_C(1) << CHAIN_POINT_BITS)

struct dg_chain {
    struct dg_allocator allocator;
    struct dg_params params;
    int64_t now;
    bool started; /* an epoch has been closed: no genesis any more */
    bool broken;
    uint64_t next_period;  /* the first that is not revealed */
    int64_t compute_milli; /* reported so far: bounds every sum of compute */
    struct ledger ledger;
    int64_t sweep_at; /* next look for silent nodes; INT64_MAX: none */
    int64_t origin;   /* registration of the first node: the emission counts from there */
    struct registry registry;
    struct stake_book stakes;
    struct bonds bonds;
    struct governance governance;
    struct dg_params params_before; /* the last change */
    int64_t changed_at;             /* when that was; INT64_MIN: never */
    struct escrow escrow;
    struct sampling_queue receipts;
    struct committee_pool verifiers;
    struct check_pool checks;
    struct deadline_heap deadlines;
    uint8_t *probers; /* by user, as far as it goes: 1 for a prober */
    size_t prober_capacity;
    struct outbox_notices notices;
    struct outbox_log log;
    struct journal journal; /* no part of the state */
    uint64_t noted;         /* notices that the journal's digest holds already */
};

/* Every call that changes the chain starts with the first, which makes its record in the journal,
 * and passes its status through the second, which on success moves the clock and keeps the record;
 * it checks the ledger. call->now is the time of the call. */
enum dg_status chain_begin(struct dg_chain *chain, const struct chain_call *call);
enum dg_status chain_finish(struct dg_chain *chain, const struct chain_call *call,
                            enum dg_status status);

/* A move whose funds were checked before; failing marks the chain broken. */
void chain_move(struct dg_chain *chain, enum dg_account from_kind, uint32_t from_index,
                enum dg_account to_kind, uint32_t to_index, int64_t amount);

/* Balance of an account that exists. */
int64_t chain_amount(const struct dg_chain *chain, enum dg_account kind, uint32_t index);

/* Appends the node's record to the log, where room must have been reserved. */
void chain_publish(struct dg_chain *chain, uint32_t node);

/* A notice about a node alone. */
struct dg_notice chain_notice(enum dg_notice_kind kind, uint32_t node, int64_t at);

/* A notice about a check with its receipt and members filled in. */
struct dg_notice chain_check_notice(const struct check *check, enum dg_notice_kind kind);

/* ---- steps that cannot fail once room is reserved ---- */

/* Room for what so many verdicts can cause: each convicts the node and every verifier at worst. */
enum dg_status chain_reserve_verdicts(struct dg_chain *chain, size_t count);

/* Takes a receipt's fee out of the hold. When the answer stands, the node and the provider are paid
 * and the node's work counts for rewards; otherwise their parts go back to the user. */
void chain_settle_fee(struct dg_chain *chain, const struct dg_receipt *receipt, bool stands);

/* Ends the round by the scores revealed: a larger committee when they disagree, a provisional
 * verdict when it may be appealed, or the verdict. A check that was never opened by its node
 * fails. */
void chain_decide(struct dg_chain *chain, int64_t now, struct check *check);

/* One more offence of a node: slash, and jail or exclusion. check tells who reported it; NULL when
 * nobody did. */
void chain_punish(struct dg_chain *chain, int64_t now, uint32_t node, enum dg_offence offence,
                  const struct check *check);
/* Whether each verifier that has or had a seat did its duty; punishes those that fail the test. */
void chain_judge_members(struct dg_chain *chain, int64_t now, const struct check *check);

/* Scores that the round under way needs: an appeal asks a majority of its larger committee. */
int64_t chain_quorum(const struct dg_chain *chain, const struct check *check);
/* The provisional verdict becomes final. */
void chain_appeal_missed(struct dg_chain *chain, int64_t now, struct check *check);
/* Opens so many seats more to the next tickets; returns how many found somebody. */
size_t chain_add_seats(struct dg_chain *chain, struct check *check, size_t wanted);
void chain_start_term(struct dg_chain *chain, struct check *check, int64_t until);

/* Lets the node go if its term is over. */
void chain_release(struct dg_chain *chain, int64_t now, uint32_t node);

/* Adds the failures of a report that was checked to the rows of their nodes. */
void chain_note_failures(struct dg_chain *chain, int64_t now, const struct dg_report *report);
/* What was held against the node's presence so far counts no more. */
void chain_presume_present(struct node_party *node, int64_t now);

/* Looks for nodes gone silent, and posts the next look. */
size_t chain_sweep_count(const struct dg_chain *chain, int64_t now); /* nodes it will act on */
void chain_sweep(struct dg_chain *chain, int64_t now);
void chain_sweep_post(struct dg_chain *chain, int64_t now);

void chain_leave_committees(struct dg_chain *chain, struct node_party *node);
void chain_join_committees(struct dg_chain *chain, uint32_t node);
/* Sets the state, hands out a notice and publishes the record. */
void chain_set_state(struct dg_chain *chain, uint32_t node, enum dg_node_state state,
                     enum dg_notice_kind kind, int64_t at);

/* ---- governance ---- */

void chain_vote_over(struct dg_chain *chain, int64_t now, uint32_t proposal);
size_t chain_proposals_due(const struct dg_chain *chain, int64_t now); /* to take effect */
/* Room for what the due proposals need, then the changes themselves. */
enum dg_status chain_proposals_reserve(struct dg_chain *chain, int64_t now);
void chain_proposals_take_effect(struct dg_chain *chain, int64_t now);
/* The most seats of one check: its committee, enlarged or not, and that of its appeal. */
uint8_t chain_seats(const struct dg_params *params);

/* ---- stake ---- */

/* Own and delegated stake of a node, without what is unbonding. */
int64_t chain_bonded(const struct dg_chain *chain, uint32_t node);
/* The node's weight as a verifier follows its stake and trust. */
uint64_t chain_weight(const struct dg_chain *chain, uint32_t node);
void chain_reweigh(struct dg_chain *chain, uint32_t node);
void chain_stake_changed(struct dg_chain *chain, uint32_t node);
uint32_t chain_bond(struct dg_chain *chain, const struct dg_bond_order *order);
/* The position has served its time of unbonding. */
void chain_unbonded(struct dg_chain *chain, int64_t now, uint32_t position);
/* Takes the fraction of every position that answers for the node into the residual account;
 * returns how much that is. O(positions). */
int64_t chain_slash_stake(struct dg_chain *chain, int64_t now, uint32_t node, int64_t fraction);
/* Pays a reward from an account to the node's operator and delegators; returns the operator's
 * part. O(positions when there are delegators). */
int64_t chain_share_reward(struct dg_chain *chain, uint32_t node, enum dg_account from,
                           uint32_t from_index, int64_t amount);
/* The same out of the residual account, counted as the node's reward. */
int64_t chain_pay_reward(struct dg_chain *chain, uint32_t node, int64_t amount);
bool chain_audit_stakes(const struct dg_chain *chain);

#endif
