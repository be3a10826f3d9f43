/* chain_drive.h - thousands of random calls on a chain, right and wrong ones mixed: after each of them
 * the ledger adds up, and a call that failed has changed nothing. A failure names the seed and the
 * call. */
#ifndef TESTS_CORE_CHAIN_DRIVE_H
#define TESTS_CORE_CHAIN_DRIVE_H

#include "chain_world.h"

#include <sodium.h>

enum {
    AUDIT_EVERY = 100,
    CHECKS_KNOWN = 32, /* the latest, which the drive goes on with */
    RECEIPTS_MAX = 4,
    NODES_MAX = 24,
    GATEWAYS_MAX = 4,
    MODELS_MAX = 6,
    NOTICE_KINDS = DG_NOTICE_PROPOSAL + 1,
    VERDICTS = DG_VERDICT_INCONCLUSIVE + 1,
};

struct drive {
    struct chain_world world;
    uint64_t random;
    uint64_t seed;
    uint64_t number[GATEWAYS_MAX];   /* of each gateway's next receipt */
    uint64_t reported[GATEWAYS_MAX]; /* the next period it may report */
    uint32_t proposals;
    uint32_t operators, users, gateways, providers, models, nodes, delegators, positions;
    struct dg_notice checks[CHECKS_KNOWN];
    unsigned known; /* checks seen so far */
    unsigned calls;
    unsigned statuses[DG_STATUS_COUNT], notices[NOTICE_KINDS], verdicts[VERDICTS];
    const char *broken;   /* a rule that a call broke, besides those of every call */
    struct dg_hash state; /* before the call */
    crypto_generichash_state history;
};

/* Opens the world of a seed, with settings that follow from it. */
void drive_open(struct drive *drive, uint64_t seed);
/* One call more, and the rules that must hold after it. */
void drive_call(struct drive *drive);
/* Below a bound, from the drive's own stream. */
uint32_t drive_below(struct drive *drive, uint32_t bound);
void drive_take_notices(struct drive *drive);

#endif
