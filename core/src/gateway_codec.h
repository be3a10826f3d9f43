/* gateway_codec.h - the bytes of a gateway's whole state, its routing key included: as secret as the seed. */
#ifndef CORE_GATEWAY_CODEC_H
#define CORE_GATEWAY_CODEC_H

#include "codec.h"
#include "gateway_state.h"

/* Everything but the allocator, the journal and the report handed out last. Read into a gateway that is
 * all zero but for its allocator; afterwards no index leads out of its array, or the status tells
 * that it is not so. */
void gateway_codec(struct codec *codec, struct dg_gateway *gateway);

#endif
