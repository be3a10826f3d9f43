/* behaviour_honest.c - does what it is paid for, as a node and as a verifier. */
#include "models/behaviour.h"

const struct behaviour behaviour_honest = {
    .name = "honest",
    .role = BEHAVIOUR_NODE | BEHAVIOUR_VERIFIER,
    .help = "serves the model that was paid for; scores what its judge says",
    .judges = true,
};
