/* store.h - results files: SQLite databases that runs are added to, one transaction a run.
 *
 * A new file is written under a temporary name beside its own and takes its name, never in place of
 * another file, once the first run is complete; closing before that leaves nothing behind. An
 * existing file is added to only if it is a results file of this schema version. Between runs, and
 * after store_close(), the file is one file in rollback mode that opens read-only.
 *
 * Order of calls: open, then for each run begin, request (any number), commit or abort, then close.
 */
#ifndef ANALYSIS_STORE_H
#define ANALYSIS_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "models/result.h"
#include "models/scenario.h"
#include "sim/error.h"

struct provenance;
struct store;

struct store_run {
    const struct scenario *scenario;
    const struct provenance *provenance;
    const struct result *result;
    const char *started_utc; /* as provenance_time() writes it */
};

/* True if the file is a results file of this schema version. Reads its header and no more, because
 * SQLite may alter a file that it opens (one with a hot journal, say). */
bool store_header_check(const char *path, struct error *error);

/* Proves that the path can be written before any run starts. On failure *out is left alone and
 * no file has been made or changed. */
bool store_open(const char *path, struct store **out, struct error *error);
/* Abandons a run that was begun and not committed. NULL is allowed. */
void store_close(struct store *store);

const char *store_path(const struct store *store);
/* A file without a name on the disk of the results, gone when it is closed; NULL on failure. */
FILE *store_scratch_open(const struct store *store, struct error *error);

bool store_begin(struct store *store, struct error *error);
bool store_request(struct store *store, const struct result_request *row, struct error *error);
/* On failure the file is as before store_begin(). *run, which may be NULL, is the run's number. */
bool store_commit(struct store *store, const struct store_run *entry, int64_t *run,
                  struct error *error);
void store_abort(struct store *store);

#endif
