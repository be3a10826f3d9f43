/* chain_call.h - a call that changes a chain, as a value: what the journal keeps and a replay makes
 * again.
 *
 * One row a call in chain_call.c says which of the fields it uses, and how it is made. */
#ifndef CORE_CHAIN_CALL_H
#define CORE_CHAIN_CALL_H

#include "codec.h"
#include "dg/chain.h"

#define CHAIN_CALLS(X)                                                                             \
    X(add_operator)                                                                                \
    X(add_user)                                                                                    \
    X(add_gateway)                                                                                 \
    X(add_prober)                                                                                  \
    X(add_provider)                                                                                \
    X(add_delegator)                                                                               \
    X(add_model)                                                                                   \
    X(add_node)                                                                                    \
    X(bond)                                                                                        \
    X(unbond)                                                                                      \
    X(redelegate)                                                                                  \
    X(leave)                                                                                       \
    X(set_commission)                                                                              \
    X(deposit)                                                                                     \
    X(lock)                                                                                        \
    X(log_trim)                                                                                    \
    X(report)                                                                                      \
    X(reveal)                                                                                      \
    X(open_answer)                                                                                 \
    X(commit_score)                                                                                \
    X(reveal_score)                                                                                \
    X(commit_gold)                                                                                 \
    X(reveal_gold)                                                                                 \
    X(appeal)                                                                                      \
    X(advance)                                                                                     \
    X(heartbeats)                                                                                  \
    X(request_release)                                                                             \
    X(propose)                                                                                     \
    X(vote)                                                                                        \
    X(close_epoch)                                                                                 \
    X(settle)

#define CHAIN_CALL_KIND(name) CHAIN_CALL_##name,
enum chain_call_kind { CHAIN_CALLS(CHAIN_CALL_KIND) CHAIN_CALL_COUNT };
#undef CHAIN_CALL_KIND

struct chain_call {
    uint8_t kind; /* enum chain_call_kind */
    int64_t now;
    uint32_t ids[3]; /* in the order of the function's arguments, as are the others */
    uint8_t small[2];
    uint16_t score;
    int64_t amounts[2];
    uint64_t number;
    struct dg_hash hash; /* or beacon */
    const struct dg_node_spec *spec;
    const struct dg_bond_order *order;
    const struct dg_report *report;
    const uint32_t *nodes;
    size_t node_count;
};

/* What the pointers of a call that is read lead to; grows as needed and is used again. */
struct chain_call_room {
    struct dg_node_spec spec;
    struct dg_bond_order order;
    struct dg_report report;
    struct dg_receipt *receipts;
    struct dg_failure *failures;
    uint32_t *nodes;
    size_t receipt_capacity, failure_capacity, node_capacity;
};

void chain_call_room_fini(struct chain_call_room *room, const struct dg_allocator *allocator);

void chain_call_write(struct codec *codec, const struct chain_call *call);
void chain_call_read(struct codec *codec, struct chain_call *call, struct chain_call_room *room);

const char *chain_call_name(const struct chain_call *call);
enum dg_status chain_call_make(struct dg_chain *chain, const struct chain_call *call);

#endif
