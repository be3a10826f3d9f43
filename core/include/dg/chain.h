/* chain.h - registry, stake, ledger, beacon draws, committees, verdicts, penalties, rewards.
 *
 * A chain never asks for the time, for entropy or for bytes: the caller passes them in and takes
 * decisions out with dg_chain_next_notice(). `now` must not go back between calls (DG_ERROR_STATE).
 * A call that fails leaves the state unchanged, except DG_ERROR_CONSERVATION, after which every
 * call that changes the chain returns it. Party ids are dense indices in order of registration,
 * from 0. Structures that are passed are copied, and results are written to the caller's, on success
 * only.
 *
 * `now` starts at 0 and stays below INT64_MAX / 2 (DG_ERROR_ARGUMENT). Amounts are 0 or more and,
 * where nothing else is said, a call gives DG_ERROR_UNKNOWN_ID for an id never given out,
 * DG_ERROR_ARGUMENT for a value out of its range, DG_ERROR_FUNDS for more than the account holds,
 * DG_ERROR_OVERFLOW when all money together would leave an int64_t, DG_ERROR_LIMIT beyond
 * DG_PARTY_COUNT_MAX of a kind, DG_ERROR_MEMORY, and takes O(1), amortised over what it stores.
 */
#ifndef DG_CHAIN_H
#define DG_CHAIN_H

#include <stdbool.h>

#include "dg/message.h"
#include "dg/params.h"

#ifdef __cplusplus
extern "C" {
#endif

struct dg_chain;

/* A chain without parties at time 0, which the caller closes. Copies params (dg_params_check();
 * DG_ERROR_PARAMETER) and the allocator, whose context must outlive the chain. DG_ERROR_MEMORY. *out
 * is touched only on success. */
enum dg_status dg_chain_open(const struct dg_params *params, const struct dg_allocator *allocator,
                             struct dg_chain **out);
void dg_chain_close(struct dg_chain *chain); /* NULL is allowed */

/* ---- keeping and going on ---- */

/* The whole state as bytes: versioned, checksummed, and the same for equal states. *size: the bytes
 * needed; bytes NULL measures, and DG_ERROR_LIMIT leaves *size set when capacity is below it.
 * O(state). The journal is no part of it. */
enum dg_status dg_chain_snapshot(const struct dg_chain *chain, uint8_t *bytes, size_t capacity,
                                 size_t *size);
/* A chain that goes on exactly as the one would that was written. *out is touched only on success.
 * DG_ERROR_VERSION: of another kind, version or table of parameters; DG_ERROR_TRUNCATED;
 * DG_ERROR_DAMAGED: the checksum, an id or the ledger is wrong; DG_ERROR_PARAMETER; DG_ERROR_MEMORY. */
enum dg_status dg_chain_restore(const uint8_t *bytes, size_t size,
                                const struct dg_allocator *allocator, struct dg_chain **out);

/* Starts a journal: from now on every call that succeeds leaves a record (journal.h tells how it is
 * replayed), the first one being a snapshot of the present state. DG_ERROR_STATE: there is one;
 * DG_ERROR_MEMORY; DG_ERROR_LIMIT: the state has more than 2 GiB. */
enum dg_status dg_chain_journal_start(struct dg_chain *chain);
/* The bytes since the last call of this, to be appended to those before: they form one block, sealed by
 * a hash that covers all before it. They belong to the chain and stay until its next call that may
 * change it. *size is 0 when nothing has happened. A call costs two hashes, so a host that must
 * lose nothing takes after every message, one that may lose a second takes every second. Until
 * it is taken a block grows in memory, and calls that do not fit into 4 GiB of it are
 * DG_ERROR_LIMIT. DG_ERROR_STATE: no journal was started. */
enum dg_status dg_chain_journal_take(struct dg_chain *chain, const uint8_t **bytes, size_t *size);

/* ---- registry ---- */

struct dg_node_spec {
    uint32_t operator_id;
    uint32_t models[DG_NODE_MODELS_MAX];
    uint8_t model_count; /* 0 for a node that only verifies */
    bool verifier;
    int64_t price;         /* asking price per CU, micro-tokens; 0: the model's */
    int64_t declared_cost; /* per CU, micro-tokens: lowers its points (points.cost_weight) */
    int64_t stake;         /* moved from the operator's balance; at least stake_minimum */
    int64_t commission; /* fraction of its delegators' rewards; at most stake.commission_maximum */
    enum dg_tier tier;  /* of its own stake */
};

/* genesis, micro-tokens, is what the party holds at the start: 0 once an epoch was closed
 * (DG_ERROR_STATE). A gateway belongs to an operator, who gets its rewards; a provider publishes
 * models and gets their royalties; a delegator bonds stake with nodes. */
enum dg_status dg_chain_add_operator(struct dg_chain *chain, int64_t genesis,
                                     uint32_t *operator_id);
enum dg_status dg_chain_add_user(struct dg_chain *chain, int64_t genesis, uint32_t *user);
enum dg_status dg_chain_add_gateway(struct dg_chain *chain, uint32_t operator_id,
                                    uint32_t *gateway);
/* Marks a user as a prober: its requests are benchmark prompts, every answer to them is checked, and
 * it may add the score that is known to be right. */
enum dg_status dg_chain_add_prober(struct dg_chain *chain, uint32_t user);
enum dg_status dg_chain_add_provider(struct dg_chain *chain, uint32_t *provider);
enum dg_status dg_chain_add_delegator(struct dg_chain *chain, int64_t genesis, uint32_t *delegator);
/* size_class: DG_SIZE_*. context_tokens: what one request may have, in and out, above 0. price: per
 * CU, micro-tokens; 0: fees.unit_price. royalty: fraction of the compute fee, on top of it, at most
 * dg_royalty_maximum(): what the shares of the funds and the largest latency discount leave. */
enum dg_status dg_chain_add_model(struct dg_chain *chain, uint32_t provider, uint8_t size_class,
                                  uint32_t context_tokens, int64_t price, int64_t royalty,
                                  uint32_t *model);
/* The node is active at once and its record is in the log. DG_ERROR_ARGUMENT: stake below
 * stake.minimum, a model named twice or more than DG_NODE_MODELS_MAX; DG_ERROR_FUNDS: its operator
 * holds less than the stake. */
enum dg_status dg_chain_add_node(struct dg_chain *chain, int64_t now,
                                 const struct dg_node_spec *spec, uint32_t *node);
/* The record of a published model, for gateways: models are numbered from 0. */
enum dg_status dg_chain_model(const struct dg_chain *chain, uint32_t model,
                              struct dg_model_record *out);

/* ---- stake ----
 *
 * A node's stake is a set of positions, each of one owner, node and lock tier. The tier sets how
 * long unbonding takes and what a position counts for in shares of rewards and in votes; chances of
 * a seat and capacity follow the plain amounts, own and delegated. A slash takes the same fraction
 * of every position of the node, unbonding ones included. */

enum dg_owner { DG_OWNER_OPERATOR, DG_OWNER_DELEGATOR };
enum dg_position_state { DG_POSITION_CLOSED, DG_POSITION_BONDED, DG_POSITION_UNBONDING };

struct dg_bond_order {
    enum dg_owner owner_kind;
    enum dg_tier tier;
    uint32_t owner; /* operator, who must be the node's, or delegator */
    uint32_t node;
    int64_t amount; /* above 0 */
};

/* Moves the amount from the owner's balance into a new position. DG_ERROR_STATE: the node has left
 * or was excluded; DG_ERROR_ARGUMENT: an operator and a node that is not its own. */
enum dg_status dg_chain_bond(struct dg_chain *chain, int64_t now, const struct dg_bond_order *order,
                             uint32_t *position);
/* Starts the way out for part or all of a bonded position; what is left becomes a position of its
 * own, with the next id. It arrives after stake.unbonding_* (DG_NOTICE_UNBONDED) and is slashed
 * like the rest until then. DG_ERROR_FUNDS: more than the position holds, or an operator would
 * leave its node with less than stake.minimum. DG_ERROR_STATE: it is not bonded, or it is the own
 * stake of a node that is jailed or excluded. */
enum dg_status dg_chain_unbond(struct dg_chain *chain, int64_t now, uint32_t position,
                               int64_t amount);
/* Moves part or all of a bonded position to another node at once. Under stake.redelegation
 * `slashable` it stays liable for the offences of the node it left for as long as unbonding would
 * have taken, and cannot move again in that time (DG_ERROR_STATE). An operator moves stake between
 * its own nodes only (DG_ERROR_ARGUMENT). */
enum dg_status dg_chain_redelegate(struct dg_chain *chain, int64_t now, uint32_t position,
                                   uint32_t node, int64_t amount);
/* The node leaves for good (DG_NOTICE_LEFT): all its positions start unbonding. DG_ERROR_STATE:
 * it is jailed, excluded or has left. O(its positions). */
enum dg_status dg_chain_leave(struct dg_chain *chain, int64_t now, uint32_t node);
/* For rewards paid from now on; a fraction, at most stake.commission_maximum. */
enum dg_status dg_chain_set_commission(struct dg_chain *chain, uint32_t node, int64_t commission);

struct dg_position {
    enum dg_owner owner_kind;
    enum dg_tier tier;
    enum dg_position_state state;
    uint32_t owner, node;
    uint32_t liable_node; /* DG_NONE: none */
    int64_t amount;
    int64_t until;        /* unbonding: when it is free */
    int64_t liable_until; /* when liable_node has no claim on it any more */
};
/* Positions are numbered from 0 in the order in which they came to be, the closed ones too. */
enum dg_status dg_chain_position(const struct dg_chain *chain, uint32_t position,
                                 struct dg_position *out);

/* ---- money in ---- */

/* Money from outside reaches the user's balance. */
enum dg_status dg_chain_deposit(struct dg_chain *chain, uint32_t user, int64_t amount);
/* Locks part of the user's balance for one gateway (balance -> escrow), for good: only fees leave
 * it. *grant goes to that gateway, once. */
enum dg_status dg_chain_lock(struct dg_chain *chain, uint32_t user, uint32_t gateway,
                             int64_t amount, struct dg_grant *grant);

/* ---- the published view of nodes: a log that gateways read at their own delay ---- */

/* Position after the newest entry; the first ever has position 0. */
uint64_t dg_chain_log_end(const struct dg_chain *chain);
/* Entry at a position in [trimmed, end); DG_ERROR_UNKNOWN_ID outside. */
enum dg_status dg_chain_log_read(const struct dg_chain *chain, uint64_t position,
                                 struct dg_node_record *record);
/* Entries before position are needed by nobody any more. Until then they take memory: a host trims
 * behind its slowest gateway. */
enum dg_status dg_chain_log_trim(struct dg_chain *chain, uint64_t position);

/* ---- checking ---- */

/* Moves each receipt's fee from the user's escrow to the fee hold, and adds each failure to the row
 * of requests that got no word from that node; a receipt of any gateway, in the same report too,
 * ends the row. O(receipts + failures). All or nothing:
 *   DG_ERROR_COMMITMENT  the root does not match the receipts
 *   DG_ERROR_REPLAY      this gateway has reported the period, or a receipt's number, before
 *   DG_ERROR_STATE       the period is revealed, or a number is left out
 *   DG_ERROR_UNKNOWN_ID  no such gateway, user, node or model
 *   DG_ERROR_ARGUMENT    a node that does not serve the model, compute that does not follow from
 *                        the tokens, a royalty or fee that the node's price gives at no latency,
 *                        or a rate that the plan does not allow; failures that do not ascend by
 *                        node, count none, or are of a node that serves no model
 *   DG_ERROR_FUNDS       the user has locked too little for this gateway
 *   DG_ERROR_OVERFLOW    more compute than the chain can count, or a fee beyond int64_t */
enum dg_status dg_chain_report(struct dg_chain *chain, int64_t now, const struct dg_report *report);

/* Draws every receipt reported for the period. Receipts not drawn are settled at once; each drawn
 * one opens a check with its committee and produces DG_NOTICE_CHECK. Periods are revealed in order:
 * an earlier one is DG_ERROR_REPLAY, one that would leave reported receipts behind is
 * DG_ERROR_STATE. O(receipts that wait, and for each drawn one verifiers). */
enum dg_status dg_chain_reveal(struct dg_chain *chain, int64_t now, uint64_t period,
                               const uint8_t beacon[DG_HASH_BYTES]);

/* The node opens its commitment. A wrong opening returns DG_ERROR_COMMITMENT and changes nothing; a
 * check still unopened when the commit time is over fails. */
enum dg_status dg_chain_open_answer(struct dg_chain *chain, int64_t now, uint32_t check,
                                    const struct dg_hash *answer_digest, uint64_t nonce);
/* A sealed score: commitment = dg_score_commitment(check, node, score, nonce). When every member has
 * committed, or the time is over with a quorum, the reveal phase opens (DG_NOTICE_REVEAL_PHASE). A
 * member that has not committed in time is replaced by the next ticket, once per seat.
 *
 * A member that sends a second, different commitment in this phase equivocates: the call succeeds
 * and its seat is void. Neither score is ever counted or paid, it counts in dg_node_account.missed
 * and as a bad seat (penalty.misconduct_*) even when the node never opens its answer, and the seat is
 * replaced like a silent one when the time to commit runs out. The same commitment again is
 * DG_ERROR_REPLAY, and so is any after a score was revealed; DG_ERROR_NOT_MEMBER: no seat, or one that
 * is silent or void. */
enum dg_status dg_chain_commit_score(struct dg_chain *chain, int64_t now, uint32_t check,
                                     uint32_t node, const struct dg_hash *commitment);
/* The score that was sealed; under committee.reveal `open` the score as it is, in the commit phase,
 * with any nonce (dg_chain_commit_score() is DG_ERROR_STATE then) and DG_NOTICE_SCORE for all to
 * see. The check passes, fails or stays inconclusive when every member that
 * committed has revealed, or the time for it is over. The fee of an inconclusive check is settled as
 * if it had passed, and the node's record does not change. */
enum dg_status dg_chain_reveal_score(struct dg_chain *chain, int64_t now, uint32_t check,
                                     uint32_t node, uint16_t score, uint64_t nonce);

/* The prober's known score of a probe's answer, sealed like the members' (with DG_NONE for the node)
 * in the commit phase and shown in the reveal phase. Members far from it have a bad seat
 * (penalty.gold_tolerance). DG_ERROR_STATE: the check is no probe, or not in that phase. */
enum dg_status dg_chain_commit_gold(struct dg_chain *chain, int64_t now, uint32_t check,
                                    const struct dg_hash *commitment);
enum dg_status dg_chain_reveal_gold(struct dg_chain *chain, int64_t now, uint32_t check,
                                    uint16_t score, uint64_t nonce);

/* Within appeal.window of DG_NOTICE_PROVISIONAL: the operator of the node puts up appeal.deposit and
 * the answer is scored again by 2K+1 verifiers that have not seen it (DG_NOTICE_MEMBER each). Their
 * verdict is final; the deposit returns unless it is the same, and goes to the verification fund
 * then. When their quorum is missed the first verdict stands and the deposit returns.
 * DG_ERROR_FUNDS: the operator cannot pay; DG_ERROR_NO_CANDIDATE: nobody is left to draw. */
enum dg_status dg_chain_appeal(struct dg_chain *chain, int64_t now, uint32_t check);

/* Acts on every deadline up to now (commit and reveal times, appeals, jail terms, unbonding, votes,
 * the look for silent nodes). The caller calls it at dg_chain_next_deadline(), which returns
 * INT64_MAX when there is none. A call that finds none due just moves the clock. O(log deadlines) for
 * each that is due, besides what it causes. */
enum dg_status dg_chain_advance(struct dg_chain *chain, int64_t now);
int64_t dg_chain_next_deadline(const struct dg_chain *chain);

/* ---- presence, jail ---- */

/* Heartbeats of so many nodes. A node without heartbeat.misses of them in a row becomes
 * DG_NODE_OFFLINE at the next multiple of heartbeat.interval, and active again with the next one.
 * It is away since its last heartbeat, or since the report that brought the row of requests without
 * a word from it to penalty.downtime_requests (unless that is 0), whichever is earlier; away for
 * longer than penalty.downtime_limit it is slashed at such a multiple, again for each further such
 * time. DG_ERROR_STATE when one of the nodes has left or is excluded, or heartbeat.interval is 0.
 * All or nothing. */
enum dg_status dg_chain_heartbeats(struct dg_chain *chain, int64_t now, const uint32_t *nodes,
                                   size_t count);
/* Under jail.release `on_request`: lets a node go whose term is over (DG_ERROR_STATE before) and
 * whose own stake is at least stake.minimum (DG_ERROR_FUNDS). */
enum dg_status dg_chain_request_release(struct dg_chain *chain, int64_t now, uint32_t node);

/* ---- governance ---- */

enum dg_proposal_state {
    DG_PROPOSAL_VOTING,
    DG_PROPOSAL_REJECTED,  /* by votes, or for want of a quorum */
    DG_PROPOSAL_QUEUED,    /* waits out its timelock, then for an epoch */
    DG_PROPOSAL_EFFECTIVE, /* took effect */
    DG_PROPOSAL_REFUSED,   /* passed, but another change has made it impossible meanwhile */
};

/* Proposes a value for a row of dg_param_rows(), given by its index, in its unit. The vote ends after
 * governance.voting_time; each later state is told by DG_NOTICE_PROPOSAL. DG_ERROR_PARAMETER: the
 * value is out of bounds or breaks a rule between parameters; DG_ERROR_FUNDS: the owner has nothing
 * bonded; DG_ERROR_UNKNOWN_ID: no such row or owner. */
enum dg_status dg_chain_propose(struct dg_chain *chain, int64_t now, enum dg_owner kind,
                                uint32_t owner, uint32_t parameter, int64_t value,
                                uint32_t *proposal);
/* A later vote replaces an earlier one of the same owner. It counts by what the owner has bonded when
 * the vote ends, times the weight of its tier. DG_ERROR_STATE: the vote is over. */
enum dg_status dg_chain_vote(struct dg_chain *chain, int64_t now, uint32_t proposal,
                             enum dg_owner kind, uint32_t owner, bool yes);

struct dg_proposal {
    uint32_t parameter;
    enum dg_proposal_state state;
    int64_t value;
    int64_t at; /* end of the vote, of the timelock, or when it took effect */
};
enum dg_status dg_chain_proposal(const struct dg_chain *chain, uint32_t proposal,
                                 struct dg_proposal *out);
/* The parameters in force. Receipts may follow those before the last change for one epoch_length
 * after it, for gateways learn of it with a delay. */
void dg_chain_params(const struct dg_chain *chain, struct dg_params *out);

/* ---- epochs ---- */

/* Brings changes of parameters into effect, publishes changed records, audits the ledger in full.
 * Call every epoch.length. O(parties). */
enum dg_status dg_chain_close_epoch(struct dg_chain *chain, int64_t now);
/* Each verifier that revealed gets verification.fee from the verification fund while the fund can
 * pay it in full. A node excluded for good keeps its stake locked and its frozen rewards frozen.
 * Mints the emission of one settlement period and shares the pools by points. Call every
 * settlement_length, after close_epoch when both fall together.
 *
 * Under quality.aggregation `yuma` a verifier's points for a check are its part of all bonds in the
 * node times the aggregate. Bonds are what they are in Yuma consensus: the first check of a node sets
 * them to the shares of its committee in the clipped scores, weighted by stake; later ones move those
 * of their members by quality.bond_alpha. A node whose aggregate is 0 pays no points; when nobody has
 * any, the pool stays in the residual account (Bittensor pays by stake then). O(parties). */
enum dg_status dg_chain_settle(struct dg_chain *chain, int64_t now);

/* ---- decisions out ---- */

enum dg_notice_kind {
    DG_NOTICE_CHECK,        /* check, node, model, members: start work at `at` */
    DG_NOTICE_MEMBER,       /* check, verifier: joined as a replacement, or in a further round */
    DG_NOTICE_SCORE,        /* check, verifier, score: published under `open` */
    DG_NOTICE_PROVISIONAL,  /* check, node, score: failed, and final at `at` without an appeal */
    DG_NOTICE_REVEAL_PHASE, /* check: members that committed may reveal until `at` */
    DG_NOTICE_VERDICT,      /* check, node, verdict, score */
    DG_NOTICE_SLASH,        /* node, offence, amount; check when there was one */
    DG_NOTICE_JAIL,         /* node, until `at` */
    DG_NOTICE_RELEASE,      /* node */
    DG_NOTICE_EXCLUDE,      /* node */
    DG_NOTICE_LEFT,         /* node */
    DG_NOTICE_UNBONDED,     /* node, position, amount */
    DG_NOTICE_OFFLINE,      /* node: its heartbeats are missing */
    DG_NOTICE_ONLINE,       /* node: they are back */
    DG_NOTICE_PROPOSAL,     /* position: the proposal; its state, parameter and value (amount) */
};
enum dg_offence { DG_OFFENCE_NONE, DG_OFFENCE_FAKE, DG_OFFENCE_MISCONDUCT, DG_OFFENCE_DOWNTIME };

struct dg_notice {
    uint8_t kind;           /* enum dg_notice_kind */
    uint8_t verdict;        /* enum dg_verdict */
    uint8_t offence;        /* enum dg_offence */
    bool probe;             /* of a check: the answer is one to a prober */
    uint8_t proposal_state; /* enum dg_proposal_state */
    uint32_t parameter;     /* row of dg_param_rows() */
    uint8_t member_count;
    uint8_t revealed_count;
    uint16_t score; /* the aggregate */
    uint32_t check, node, model, gateway, verifier, position;
    uint64_t number; /* the receipt */
    int64_t at, amount;
    uint32_t members[DG_COMMITTEE_MAX];
};

/* Oldest notice not yet taken; false when there is none, and *notice is left alone. Taking one is a
 * change of the state that no journal holds: a replay leaves all notices to be taken again. */
bool dg_chain_next_notice(struct dg_chain *chain, struct dg_notice *notice);

/* ---- reading ---- */

enum dg_account {
    DG_ACCOUNT_USER,      /* by user */
    DG_ACCOUNT_ESCROW,    /* by user */
    DG_ACCOUNT_FEE_HOLD,  /* one */
    DG_ACCOUNT_OPERATOR,  /* by operator */
    DG_ACCOUNT_PROVIDER,  /* by provider */
    DG_ACCOUNT_DELEGATOR, /* by delegator */
    DG_ACCOUNT_STAKE,     /* by node: its operator's own, bonded */
    DG_ACCOUNT_DELEGATED, /* by node: bonded by delegators */
    DG_ACCOUNT_UNBONDING, /* by node: on its way out, still slashed with it */
    DG_ACCOUNT_FROZEN,    /* by node: rewards withheld while jailed */
    DG_ACCOUNT_APPEAL,    /* by operator: deposits of open appeals */
    DG_ACCOUNT_NETWORK,
    DG_ACCOUNT_GOVERNANCE,
    DG_ACCOUNT_TREASURY,
    DG_ACCOUNT_VERIFICATION,
    DG_ACCOUNT_RESIDUAL, /* emission that no pool could pay, and rounding */
    DG_ACCOUNT_BURNED,
    DG_ACCOUNT_COUNT
};
/* A short constant name such as "fee_hold"; never NULL. */
const char *dg_account_name(enum dg_account account);

struct dg_ledger_totals {
    int64_t genesis, minted, deposited; /* what came in */
    int64_t account[DG_ACCOUNT_COUNT];  /* where it is */
};
/* The sums of all accounts of each kind: what came in is where it is, to the micro-token. */
void dg_chain_totals(const struct dg_chain *chain, struct dg_ledger_totals *totals);
/* Micro-tokens in one account; index 0 for the kinds that have only one. DG_ERROR_UNKNOWN_ID: no such
 * kind or index. */
enum dg_status dg_chain_balance(const struct dg_chain *chain, enum dg_account account,
                                uint32_t index, int64_t *amount);
/* Recomputes the identity from every balance: O(parties). DG_ERROR_CONSERVATION if it does not
 * hold. */
enum dg_status dg_chain_audit(struct dg_chain *chain);

/* Lifetime sums per node, for accounting: what reached the operator and what was taken, in
 * micro-tokens. */
struct dg_node_account {
    int64_t fees, rewards, verifier_fees, slashed,
        refunded;              /* refunded: fee parts lost to failed checks */
    int64_t verifier_rewards;  /* part of rewards: from the pool of the verifiers */
    int64_t trust;             /* in its scores, a fraction; 1 at first */
    int64_t delegator_rewards; /* what its delegators got besides */
    int64_t compute_milli;     /* milli-CU of all its answers reported */
    uint32_t answers, checks, failures, offences, reveals, missed;
    uint8_t state;        /* enum dg_node_state */
    bool verifier;        /* has a place in the draws of committees while it is active */
    int64_t jailed_until; /* end of its last term in jail */
};
enum dg_status dg_chain_node(const struct dg_chain *chain, uint32_t node,
                             struct dg_node_account *out);
/* The record as it would be published now; gateways read the log instead. */
enum dg_status dg_chain_node_record(const struct dg_chain *chain, uint32_t node,
                                    struct dg_node_record *out);

#ifdef __cplusplus
}
#endif

#endif
