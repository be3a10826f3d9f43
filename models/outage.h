/* outage.h - a thing that is up and down in turn for exponential times. */
#ifndef MODELS_OUTAGE_H
#define MODELS_OUTAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/random.h"

struct outage {
    bool up;
    int64_t change_ns; /* when it changes next; INT64_MAX: never */
};

/* Starts up. every_ns: mean time up (from an end to the next start), for_ns: mean time down; it
 * never fails when either is 0. */
void outage_init(struct outage *outage, int64_t every_ns, int64_t for_ns,
                 struct random_stream *stream, int64_t now_ns);
/* At change_ns: turns it over and draws the next change. */
void outage_change(struct outage *outage, int64_t every_ns, int64_t for_ns,
                   struct random_stream *stream);

#endif
