/* jail.h - what jail means for a node: the rules of jail.yield and jail.release.
 *
 * A rule is one file; the lists are in policies.h.
 */
#ifndef CORE_JAIL_H
#define CORE_JAIL_H

#include "policies.h"

struct dg_chain;

/* What became of a reward. */
struct jail_paid {
    int64_t own;    /* paid to the operator; its delegators have had theirs */
    int64_t frozen; /* kept for the node's release */
};

struct jail_yield {
    /* Passes on a reward of a node in jail, out of the residual account; what it leaves there
     * nobody gets. It cannot fail. */
    struct jail_paid (*reward)(struct dg_chain *chain, uint32_t node, int64_t amount);
};

/* What may open the door of a node whose term is over. */
enum jail_event {
    JAIL_TERM_OVER, /* the end of the term, which comes once */
    JAIL_REQUEST,   /* the operator's request, at any time after it */
};

struct jail_release {
    /* DG_OK: the node goes. Else why not: DG_ERROR_STATE when the event never opens the door. */
    enum dg_status (*on)(const struct dg_chain *chain, uint32_t node, enum jail_event event);
};

const struct jail_yield *jail_yield(const struct dg_params *params);
const struct jail_release *jail_release(const struct dg_params *params);

#define JAIL_YIELD_DECLARE(name, meaning)   extern const struct jail_yield jail_yield_##name;
#define JAIL_RELEASE_DECLARE(name, meaning) extern const struct jail_release jail_release_##name;
JAIL_YIELDS(JAIL_YIELD_DECLARE)
JAIL_RELEASES(JAIL_RELEASE_DECLARE)
#undef JAIL_YIELD_DECLARE
#undef JAIL_RELEASE_DECLARE

#endif
