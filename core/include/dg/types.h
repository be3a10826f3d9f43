/* types.h - identifiers, units and statuses shared by every header of the core.
 *
 * Money is int64_t micro-tokens (1 DGAI = 10^6), time is int64_t nanoseconds passed in by the
 * caller, fractions are int64_t parts of DG_ONE, scores are 0..DG_SCORE_ONE. No float enters the
 * core.
 *
 * A pointer that is passed must not be NULL where nothing says that it may. Handles have no lock:
 * one thread at a time uses each, readers included; different handles share nothing.
 */
#ifndef DG_TYPES_H
#define DG_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface; a change that breaks callers moves MAJOR, and MINOR while MAJOR is
 * 0. */
#define DG_VERSION_MAJOR 0
#define DG_VERSION_MINOR 1
#define DG_VERSION       (DG_VERSION_MAJOR << 16 | DG_VERSION_MINOR)

#define DG_TOKEN     INT64_C(1000000)    /* micro-tokens in one DGAI */
#define DG_ONE       INT64_C(1000000000) /* the fraction 1 */
#define DG_SCORE_ONE 65535               /* the score 1.0 */
#define DG_SECOND    INT64_C(1000000000) /* nanoseconds */
#define DG_NONE      UINT32_MAX          /* "no such id" */

#define DG_HASH_BYTES      32
#define DG_NODE_MODELS_MAX 8  /* models one node may serve */
#define DG_COMMITTEE_MAX   31 /* verifiers in one committee */
#define DG_PARTY_COUNT_MAX 0xfffffff0u
#define DG_PROPOSALS_MAX   0x7fffffffu

enum dg_status {
    DG_OK = 0,
    DG_ERROR_ARGUMENT,     /* out of the documented range */
    DG_ERROR_UNKNOWN_ID,   /* no party, request or check of that id */
    DG_ERROR_STATE,        /* not allowed in the state it is in */
    DG_ERROR_FUNDS,        /* balance, allowance or price cap too small */
    DG_ERROR_OVERFLOW,     /* an amount leaves the range of its type */
    DG_ERROR_REPLAY,       /* this id was used before */
    DG_ERROR_NOT_MEMBER,   /* a score from outside the committee */
    DG_ERROR_COMMITMENT,   /* does not match what was committed to */
    DG_ERROR_NO_CANDIDATE, /* no node passes the routing filter */
    DG_ERROR_LIMIT,        /* a documented capacity is exhausted */
    DG_ERROR_MEMORY,       /* the allocator returned NULL */
    DG_ERROR_PARAMETER,    /* a parameter is out of bounds or can never take effect */
    DG_ERROR_CONSERVATION, /* the ledger identity broke: the handle refuses further calls */
    DG_ERROR_VERSION,      /* bytes of another format, version or table of parameters */
    DG_ERROR_DAMAGED,      /* bytes whose checksum or content is wrong */
    DG_ERROR_TRUNCATED,    /* bytes that end too early */
    DG_ERROR_DIVERGED,     /* a replay decided otherwise than its journal */
    DG_ERROR_NOT_SERVING,  /* the node has no copy of the request, or none any more */
    DG_STATUS_COUNT
};

/* DG_VERSION of the library that runs: major << 16 | minor. It differs from the caller's DG_VERSION
 * when a shared library of another version is loaded than the one compiled against. */
uint32_t dg_version(void);

/* A short constant name such as "unknown id"; never NULL. */
const char *dg_status_name(enum dg_status status);

/* Memory of one handle. resize(context, NULL, size) allocates, resize(context, p, 0) frees; the
 * result is aligned as malloc's. A NULL allocator means the C library's realloc and free. */
struct dg_allocator {
    void *(*resize)(void *context, void *memory, size_t size);
    void *context;
};

struct dg_hash {
    uint8_t bytes[DG_HASH_BYTES];
};

#ifdef __cplusplus
}
#endif

#endif
