/* gateway_terms.h - the parameters that requests in flight were quoted under.
 *
 * An answer is metered by the parameters of its quote, so that its fee is within the escrow and the
 * chain, which takes former terms for one more epoch, accepts the receipt. Each version is kept
 * once, with the number of copies in flight that refer to it by index; a version without any is
 * overwritten by the next.
 */
#ifndef CORE_GATEWAY_TERMS_H
#define CORE_GATEWAY_TERMS_H

#include "dg/params.h"

struct terms_version {
    struct dg_params params;
    uint64_t copies; /* in flight */
};

struct terms {
    struct terms_version *versions;
    size_t capacity;
    uint32_t count;
    uint32_t current;
};

/* An all-zero struct terms has no version yet. */
void terms_fini(struct terms *terms, const struct dg_allocator *allocator);
/* Makes sure that the next change finds room. */
enum dg_status terms_reserve(struct terms *terms, const struct dg_allocator *allocator);
void terms_change(struct terms *terms, const struct dg_params *params);

/* A copy leaves under the present version, whose index is returned; or ends under its own. */
uint32_t terms_take(struct terms *terms);
void terms_release(struct terms *terms, uint32_t version);

#endif
