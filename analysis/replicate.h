/* replicate.h - runs a scenario several times, some at once, and stores the runs in their order.
 *
 * Replications differ in their number alone, which keys the random streams. Each is one thread that
 * shares nothing with the others, so how many run at once changes nothing but the time it takes.
 */
#ifndef ANALYSIS_REPLICATE_H
#define ANALYSIS_REPLICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/world.h"

struct journal_files;
struct provenance;
struct store;

struct replicate_spec {
    const struct scenario *scenario; /* must outlive the outcome */
    uint64_t seed;
    uint32_t replications;               /* numbered from 0 */
    uint32_t jobs;                       /* how many run at once; 0: one */
    struct store *store;                 /* NULL: nothing is stored */
    const struct provenance *provenance; /* with a store */
    struct journal_files *journals;      /* of the one replication there is then; NULL: none */
    /* Called now and then during run `replication`, and once before it with zeros, by one thread
     * at a time; returning false ends every run under way, and no further one is started. NULL
     * is allowed. */
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

/* When a run fails *out is left alone; the runs that were finished stay in the store. */
bool replicate_run(const struct replicate_spec *spec, struct replicate_outcome *out,
                   struct error *error);
void replicate_free(struct replicate_outcome *outcome); /* a zeroed one is allowed */

#endif
