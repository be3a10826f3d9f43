/* reveal.h - how the members of a committee show their scores: the modes of committee.reveal.
 *
 * A mode is one file; the list is in policies.h.
 */
#ifndef CORE_REVEAL_H
#define CORE_REVEAL_H

#include "check_pool.h"
#include "policies.h"

struct reveal_mode {
    /* Whether a member may seal a score in the commit phase. */
    bool seals;
    /* The phase in which members show their scores. */
    enum check_phase shows_in;
    /* Whether a member that has not shown a score yet may show this one. */
    enum dg_status (*admit)(const struct check *check, const struct check_seat *seat,
                            uint16_t score, uint64_t nonce);
    /* Whether each score is published when it is shown, and not with the verdict. */
    bool publishes;
};

const struct reveal_mode *reveal_mode(const struct dg_params *params);

#define REVEAL_DECLARE(name, meaning) extern const struct reveal_mode reveal_##name;
REVEAL_MODES(REVEAL_DECLARE)
#undef REVEAL_DECLARE

#endif
