/* replicate.h - runs a scenario several times and stores each run as it ends.
 *
 * Replications differ in their number alone, which keys the random streams; they share nothing else.
 */
#ifndef ANALYSIS_REPLICATE_H
#define ANALYSIS_REPLICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/world.h"

struct provenance;
struct store;

struct replicate_spec {
    const struct scenario *scenario; /* must outlive the outcome */
    uint64_t seed;
    uint32_t replications;               /* numbered from 0 */
    struct store *store;                 /* NULL: nothing is stored */
    const struct provenance *provenance; /* with a store */
    /* Called now and then during run `replication`, and once before it with zeros; returning false ends
     * it, and nothing after it is started. NULL is allowed. */
    bool (*progress)(void *context, uint32_t replication, int64_t now_ns, uint64_t events);
    void *context;
    /* What runs one replication. NULL: world_run(). */
    bool (*run)(const struct scenario *scenario, const struct world_options *options,
                struct result *out, struct error *error);
};

struct replicate_outcome {
    struct result *results; /* of the finished runs, without rows of nodes and operators */
    size_t count;
    int64_t first_run, last_run; /* numbers in the store; 0: none */
    bool interrupted;            /* progress() returned false; results holds what was finished */
};

/* When a run fails *out is left alone; the runs finished before it stay in the store. */
bool replicate_run(const struct replicate_spec *spec, struct replicate_outcome *out,
                   struct error *error);
void replicate_free(struct replicate_outcome *outcome); /* a zeroed one is allowed */

#endif
