/* fuzz_chain_drive.h - calls on a chain with arguments from a fuzzer's bytes, and the rules that hold
 * after each of them. */
#ifndef TESTS_FUZZ_CHAIN_DRIVE_H
#define TESTS_FUZZ_CHAIN_DRIVE_H

#include "chain_state.h"
#include "tests/fuzz/fuzz_bytes.h"

enum { FUZZ_CHECKS = 8 };

struct fuzz_chain {
    struct dg_chain *chain;
    struct dg_notice checks[FUZZ_CHECKS]; /* the latest */
    unsigned known;
};

/* All of the chain's bytes, which the caller frees. */
uint8_t *fuzz_chain_bytes(const struct dg_chain *chain, size_t *size);

/* One call. A call that fails leaves no trace; the totals add up and none is negative. Where the state
 * is a forged one the ledger may break, which must then be told by name. */
enum dg_status fuzz_chain_step(struct fuzz_chain *drive, struct fuzz_bytes *bytes, bool forged);

/* The checks among them are remembered. */
void fuzz_take_notices(struct fuzz_chain *drive);

/* What answers are committed to by these calls. */
void fuzz_answer_digest(struct dg_hash *digest);
enum { FUZZ_NONCE = 9 };

#endif
