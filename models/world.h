/* world.h - builds the world of a scenario and runs it once on the engine, around the real core. */
#ifndef MODELS_WORLD_H
#define MODELS_WORLD_H

#include <stdbool.h>

#include "models/result.h"
#include "models/scenario.h"

enum world_journal_part {
    WORLD_JOURNAL_BLOCK,     /* the next bytes of the handle's journal */
    WORLD_JOURNAL_DECISIONS, /* the next lines of its decisions, as dg/wire.h writes them */
};

struct world_options {
    uint64_t seed;
    uint32_t replication;
    /* Called at each 1/256 of the duration with the time reached; returning false interrupts the
     * run (ERROR_RUN, "interrupted"). NULL is allowed. */
    bool (*progress)(void *context, int64_t now_ns, uint64_t events);
    void *progress_context;
    /* Called once per ended request when the scenario records requests. Returning false ends the
     * run. */
    bool (*request)(void *context, const struct result_request *row, struct error *error);
    void *request_context;
    /* Called with what the core's handles leave behind as the run goes on: handle 0 is the chain, 1 + g
     * gateway g. NULL: no journals. Returning false ends the run. */
    bool (*journal)(void *context, uint32_t handle, enum world_journal_part part, const void *bytes,
                    size_t size, struct error *error);
    void *journal_context;
};

/* On failure *out is left alone. */
bool world_run(const struct scenario *scenario, const struct world_options *options,
               struct result *out, struct error *error);

#endif
