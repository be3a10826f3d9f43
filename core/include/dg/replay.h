/* replay.h - reads a journal and makes every call in it again: to recover a state, or to audit what was
 * decided from it.
 *
 *     feed bytes; while next() gives DG_OK: look at the step and the handle; at the end, end()
 *
 * A block is checked against the hash that seals it before anything in it is used, and after its
 * calls are made it must come out again byte for byte, the digest of its decisions included: a
 * flipped byte is DG_ERROR_DAMAGED, code that decides otherwise is DG_ERROR_DIVERGED.
 */
#ifndef DG_REPLAY_H
#define DG_REPLAY_H

#include <stdbool.h>

#include "dg/chain.h"
#include "dg/gateway.h"

#ifdef __cplusplus
extern "C" {
#endif

struct dg_replay;

/* A replay that has been fed nothing, which the caller closes. The handle that it rebuilds uses the
 * same allocator, whose context must outlive both. DG_ERROR_MEMORY. */
enum dg_status dg_replay_open(const struct dg_allocator *allocator, struct dg_replay **out);
void dg_replay_close(struct dg_replay *replay); /* NULL is allowed */

/* The next bytes of the journal, in pieces of any size; they are copied. DG_ERROR_MEMORY: nothing was
 * taken. O(size). */
enum dg_status dg_replay_feed(struct dg_replay *replay, const uint8_t *bytes, size_t size);

enum dg_handle_kind { DG_HANDLE_NONE, DG_HANDLE_CHAIN, DG_HANDLE_GATEWAY };

/* What a gateway's call decided. */
enum dg_decision { DG_DECISION_NONE, DG_DECISION_ROUTE, DG_DECISION_RECEIPT, DG_DECISION_REPORT };

struct dg_replay_step {
    uint64_t sequence; /* of the record, from 0: the snapshot that the journal starts with */
    const char *call;  /* name of the function without its prefix, or "snapshot" */
    int64_t now;       /* time of the call */
    enum dg_decision decision;
    struct dg_route route;
    struct dg_receipt receipt;
    struct dg_report report; /* its receipts belong to the gateway, as after the call itself */
};

/* Makes the next call; costs what the call costs, and at the end of a block its hash. DG_ERROR_TRUNCATED: no whole block is left; feed more, or call
 * dg_replay_end(). Any other failure stays: DG_ERROR_VERSION, DG_ERROR_DAMAGED, DG_ERROR_DIVERGED,
 * DG_ERROR_MEMORY, DG_ERROR_PARAMETER. The notices of a chain are left to be taken. */
enum dg_status dg_replay_next(struct dg_replay *replay, struct dg_replay_step *step);

/* DG_ERROR_TRUNCATED when what was fed stops inside a block, or before the first. */
enum dg_status dg_replay_end(const struct dg_replay *replay);

/* What the journal is of; DG_HANDLE_NONE before its head is known. */
enum dg_handle_kind dg_replay_kind(const struct dg_replay *replay);
/* The handle in its state after the last step; NULL before the first and when it is of the other kind.
 * It belongs to the replay. */
struct dg_chain *dg_replay_chain(const struct dg_replay *replay);
struct dg_gateway *dg_replay_gateway(const struct dg_replay *replay);

/* Hands the handle over, to go on from there: its journal is on, and its next block is the one that
 * belongs behind the last block of this journal. DG_ERROR_STATE: there is none, or the replay stands
 * inside a block. The replay can then only be closed. */
enum dg_status dg_replay_take_chain(struct dg_replay *replay, struct dg_chain **out);
enum dg_status dg_replay_take_gateway(struct dg_replay *replay, struct dg_gateway **out);

#ifdef __cplusplus
}
#endif

#endif
