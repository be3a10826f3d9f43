/* chain_codec.h - the bytes of a chain's whole state, for snapshots and for the digest of a state. */
#ifndef CORE_CHAIN_CODEC_H
#define CORE_CHAIN_CODEC_H

#include "chain_state.h"
#include "codec.h"

/* Everything but the allocator and the journal. Read into a chain that is all zero but for its
 * allocator; afterwards no index leads out of its array and the ledger adds up, or the status tells
 * that it is not so. */
void chain_codec(struct codec *codec, struct dg_chain *chain);

#endif
