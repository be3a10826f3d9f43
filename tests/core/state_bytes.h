/* state_bytes.h - what a chain or a gateway writes of itself: snapshots to compare, journals to replay. */
#ifndef TESTS_CORE_STATE_BYTES_H
#define TESTS_CORE_STATE_BYTES_H

#include <stdlib.h>

#include "chain_world.h"
#include "dg/gateway.h"

/* {0} holds none. data is the owner's to free. */
struct bytes {
    uint8_t *data;
    size_t size;
};

struct bytes chain_bytes(const struct dg_chain *chain);
struct bytes gateway_bytes(const struct dg_gateway *gateway);
/* Frees both. */
void assert_same_bytes(struct bytes a, struct bytes b);

/* Appends what the journal holds. */
void append_chain_journal(struct bytes *journal, struct dg_chain *chain);
void append_gateway_journal(struct bytes *journal, struct dg_gateway *gateway);

/* A snapshot with one to three of its bytes overwritten, by the round, and the checksum made to fit.
 * *random is the state of the draws. */
struct bytes forged_bytes(struct bytes bytes, int round, uint64_t *random);

#endif
