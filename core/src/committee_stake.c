/* Chances in proportion to stake, in whole tokens so that tickets keep their resolution. A stake
 * below one token counts as one: a verifier slashed to nothing is removed by jail or exclusion, not
 * here. */
#include "committee.h"

static uint64_t stake_weight(const struct dg_params *params, int64_t stake, uint64_t trust)
{
    (void)params;
    (void)trust;
    return stake < DG_TOKEN ? 1 : (uint64_t)(stake / DG_TOKEN);
}

const struct committee_weights committee_stake = {.weight = stake_weight};
