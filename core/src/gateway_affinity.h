/* gateway_affinity.h - which node served a session last, in bounded memory.
 *
 * A set-associative table: a session belongs to one set of AFFINITY_WAYS entries, and in a full set
 * the entry served longest ago makes way.
 */
#ifndef CORE_GATEWAY_AFFINITY_H
#define CORE_GATEWAY_AFFINITY_H

#include "dg/params.h"

enum { AFFINITY_WAYS = 4 };

struct affinity_entry {
    uint64_t session; /* 0: free */
    int64_t served;   /* when */
    uint32_t node;
};

struct affinity {
    struct affinity_entry *entries; /* AFFINITY_WAYS a set */
    uint32_t sets;                  /* 0: affinity is off */
};

/* An all-zero struct affinity is switched off. */
void affinity_fini(struct affinity *affinity, const struct dg_allocator *allocator);

/* Brings the table to the size that the parameters ask for: none when affinity is off. A table of
 * another size starts empty. */
enum dg_status affinity_follow_params(struct affinity *affinity,
                                      const struct dg_allocator *allocator,
                                      const struct dg_params *params);

/* The node that served the session within the last `time`; DG_NONE when there is none. */
uint32_t affinity_node(const struct affinity *affinity, uint64_t session, int64_t now,
                       int64_t time);
/* The node has just served the session. Session 0 is nobody's. */
void affinity_served(struct affinity *affinity, uint64_t session, int64_t now, uint32_t node);

#endif
