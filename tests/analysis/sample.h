/* sample.h - a small result filled by hand, and a folder to write in. */
#ifndef TESTS_ANALYSIS_SAMPLE_H
#define TESTS_ANALYSIS_SAMPLE_H

#include <stddef.h>

#include "analysis/provenance.h"
#include "analysis/store.h"
#include "models/result.h"
#include "models/scenario.h"

enum { SAMPLE_PATH_SIZE = 256, SAMPLE_NODES = 3 };

/* A scenario with a name, a text, its hash and standard parameters; it owns nothing. */
struct scenario sample_scenario(void);
struct provenance sample_provenance(void);

/* Two epochs, two series, five metrics (one undefined), three nodes (honest, cheating, a dishonest
 * verifier), two operators, a ledger that adds up. latency is the value of latency_p50. */
struct result sample_result(uint32_t replication, double latency);

/* A request that got an answer. */
struct result_request sample_request(uint64_t number);

/* A new folder, removed with all in it by sample_folder_remove(). */
void sample_folder_make(char folder[SAMPLE_PATH_SIZE]);
void sample_folder_remove(const char *folder);
void sample_path(char path[SAMPLE_PATH_SIZE], const char *folder, const char *name);
/* How many entries a folder has. */
size_t sample_folder_count(const char *folder);

/* One number or text out of a results file opened read-only. The text lasts until the next call. */
double sample_query(const char *path, const char *sql);
const char *sample_query_text(const char *path, const char *sql);

/* Adds a result to a results file; the test fails if that does. */
void sample_store(const char *path, const struct result *result);

#endif
