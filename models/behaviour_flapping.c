/* behaviour_flapping.c - away for just less than the downtime that is punished, then back for a while.
 *
 * Each node starts somewhere in its cycle, by a draw of its own.
 */
#include "models/behaviour.h"

enum { AWAY, BACK };

static const struct behaviour_key keys[] = {
    {"away", BEHAVIOUR_DURATION, "70h", 1e9, 3.1536e16, DG_ORIGIN_OURS,
     "two hours below the published limit", "it stays away so long"},
    {"back", BEHAVIOUR_DURATION, "2h", 1e9, 3.1536e16, DG_ORIGIN_OURS, NULL,
     "and is back for so long"},
    {0},
};

static bool present(const struct behaviour_self *self)
{
    int64_t away_ns = self->values[AWAY].whole, cycle_ns = away_ns + self->values[BACK].whole;
    int64_t start_ns = (int64_t)(random_unit(self->stream) * (double)cycle_ns);

    return (self->now_ns + start_ns) % cycle_ns >= away_ns;
}

const struct behaviour behaviour_flapping = {
    .name = "flapping",
    .role = BEHAVIOUR_NODE,
    .help = "stays away in turns, each time for just less than is punished",
    .keys = keys,
    .present = present,
};
