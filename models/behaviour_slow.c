/* behaviour_slow.c - overcommits: a larger batch than the machine holds, every step of it slower.
 *
 * Sequences beyond those that the machine holds get its time in turns (see service.h), so it earns no
 * more a second than when full; it earns by what it need not refuse, and its first tokens come early.
 */
#include "models/behaviour.h"

enum { OVERCOMMIT, SWAP_COST };

static const struct behaviour_key keys[] = {
    {"overcommit", BEHAVIOUR_NUMBER, "3", 1, 1000, DG_ORIGIN_OURS, NULL,
     "sequences it lets in over those that its machine holds"},
    {"swap_cost", BEHAVIOUR_FRACTION, "10%", 0, 1, DG_ORIGIN_OURS, NULL,
     "part by which steps lengthen while there are more than it holds"},
    {0},
};

static void batch(const struct behaviour_self *self, struct batch_plan *plan)
{
    enum { SLOTS_MAX = 1 << 24 };
    double slots = plan->slots * self->values[OVERCOMMIT].number;

    plan->slots = slots < SLOTS_MAX ? (uint32_t)slots : SLOTS_MAX;
    plan->swap_cost = self->values[SWAP_COST].number;
}

const struct behaviour behaviour_slow = {
    .name = "slow",
    .role = BEHAVIOUR_NODE,
    .help = "takes more at once than its machine holds, so that all of it is slow",
    .keys = keys,
    .batch = batch,
};
