/* check_pool.h - the open checks, by id.
 *
 * Ids rise without end, and a check closes within minutes of its opening, so the open ones span a
 * short range of ids: check i lies at i modulo the capacity. No id is ever used twice.
 */
#ifndef CORE_CHECK_POOL_H
#define CORE_CHECK_POOL_H

#include <stdbool.h>

#include "dg/chain.h"
#include "dg/verify.h"

enum check_phase {
    CHECK_CLOSED,
    CHECK_COMMIT,
    CHECK_REVEAL,
    CHECK_PROVISIONAL, /* failed; waits for an appeal */
};

enum { CHECK_SEATS_MAX = 2 * DG_COMMITTEE_MAX }; /* a committee, and that of its appeal */

enum seat_state {
    SEAT_WAITING,   /* no score committed yet */
    SEAT_COMMITTED, /* sealed score received */
    SEAT_REVEALED,  /* score received */
    SEAT_SILENT,    /* nobody took it in time */
    SEAT_VOID,      /* two different commitments: its holder equivocated */
    SEAT_STATE_COUNT
};

struct check_seat {
    uint32_t verifier;
    uint32_t replaced; /* who held the seat before; DG_NONE: nobody */
    uint16_t score;
    uint8_t state; /* enum seat_state */
    struct dg_hash commitment;
};

struct check {
    uint32_t id;
    uint32_t gateway;
    uint8_t phase; /* enum check_phase */
    bool opened;   /* the node has opened its commitment */
    bool escalated, appealed;
    bool probe;
    bool gold_sealed, gold_known;
    uint8_t seat_count;
    uint8_t first_seat;   /* of the round under way: those before it belong to the one appealed */
    uint16_t score, gold; /* provisional aggregate; known score of a probe */
    int64_t deadline;     /* of the phase */
    int64_t deposit;      /* of the appeal */
    struct dg_hash gold_commitment;
    struct dg_prf_key ticket_key;
    struct dg_receipt receipt;
    struct check_seat *seats; /* `seat_limit` of them */
};

struct check_pool {
    struct check *checks;
    struct check_seat *seats;
    size_t capacity; /* zero or a power of two */
    uint32_t first;  /* no open check has a smaller id */
    uint32_t next;   /* id of the check opened next */
    uint8_t seat_limit;
};

/* An all-zero pool with its seat_limit set is empty. */
void check_pool_fini(struct check_pool *pool, const struct dg_allocator *allocator);

/* Room for so many more; DG_ERROR_LIMIT when the ids run out. Checks may move. */
enum dg_status check_pool_reserve(struct check_pool *pool, const struct dg_allocator *allocator,
                                  size_t extra);
/* From now on a check may have so many seats; no fewer than before. On failure nothing changes. */
enum dg_status check_pool_widen(struct check_pool *pool, const struct dg_allocator *allocator,
                                uint8_t seat_limit);
/* A zeroed check in its commit phase; cannot fail after a reserve. */
struct check *check_pool_open(struct check_pool *pool);
void check_pool_close(struct check_pool *pool, struct check *check);

/* The check of an id from first up to next. */
struct check *check_pool_at(const struct check_pool *pool, uint32_t id);
/* DG_ERROR_UNKNOWN_ID for an id never given out, DG_ERROR_STATE for a check that is closed. */
enum dg_status check_pool_find(const struct check_pool *pool, uint32_t id, struct check **check);

#endif
