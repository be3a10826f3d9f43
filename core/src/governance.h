/* governance.h - proposals to change a parameter, and who voted how. */
#ifndef CORE_GOVERNANCE_H
#define CORE_GOVERNANCE_H

#include "dg/chain.h"
#include "id_map.h"

struct proposal {
    int64_t value;
    int64_t at;         /* end of the vote, of the timelock, or when it took effect */
    uint32_t parameter; /* row of dg_param_rows() */
    uint8_t state;      /* enum dg_proposal_state */
};

struct governance {
    struct proposal *proposals;
    size_t count, capacity;
    struct id_map votes; /* (proposal, owner) -> 1 for yes, 0 for no */
};

/* An all-zero struct governance is empty. */
void governance_fini(struct governance *governance, const struct dg_allocator *allocator);

#endif
