/* behaviour.c - the table of behaviours. */
#include "models/behaviour.h"

#include <string.h>

static const struct behaviour behaviours[] = {
    {"honest", BEHAVIOUR_NODE | BEHAVIOUR_VERIFIER,
     "serves the model that was paid for; scores what its judge says", behaviour_honest_serve,
     behaviour_honest_score},
    {"substitute", BEHAVIOUR_NODE,
     "runs a smaller model than the one paid for, on a share of its requests",
     behaviour_substitute_serve, NULL},
    {"garbage", BEHAVIOUR_NODE,
     "computes nothing and answers at once with rubbish, on a share of its requests",
     behaviour_garbage_serve, NULL},
    {"lazy_constant", BEHAVIOUR_VERIFIER,
     "reveals the same score always and spares itself the judge", NULL,
     behaviour_lazy_constant_score},
};

const struct behaviour *behaviour_table(size_t *count)
{
    *count = sizeof behaviours / sizeof behaviours[0];
    return behaviours;
}

const struct behaviour *behaviour_find(const char *name, enum behaviour_role role)
{
    for (size_t i = 0; i < sizeof behaviours / sizeof behaviours[0]; i++) {
        if ((behaviours[i].role & (unsigned)role) != 0 && strcmp(behaviours[i].name, name) == 0)
            return &behaviours[i];
    }
    return NULL;
}

bool behaviour_chance(double share, struct random_stream *stream)
{
    if (share <= 0)
        return false;
    return share >= 1 || random_unit(stream) < share;
}
