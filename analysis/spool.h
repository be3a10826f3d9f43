/* spool.h - the request rows of a run under way, kept on disk until the run is stored.
 *
 * Runs go on side by side, but a results file takes one after the other. The texts that rows point
 * to must outlive the spool.
 */
#ifndef ANALYSIS_SPOOL_H
#define ANALYSIS_SPOOL_H

#include <stdbool.h>

#include "models/result.h"
#include "sim/error.h"

struct spool; /* private, see spool.c */
struct store;

/* On the disk of the store's file; the store must outlive it. On failure *out is left alone. */
bool spool_open(const struct store *store, struct spool **out, struct error *error);
void spool_close(struct spool *spool); /* NULL is allowed */

bool spool_add(struct spool *spool, const struct result_request *row, struct error *error);
/* Hands every row to the store, in their order, between store_begin() and store_commit(). */
bool spool_store(struct spool *spool, struct store *store, struct error *error);

#endif
