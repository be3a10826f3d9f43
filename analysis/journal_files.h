/* journal_files.h - the journals of one run in a folder: chain.journal and gateway-N.journal, and beside
 * each the decisions as text, chain.decisions and gateway-N.decisions. */
#ifndef ANALYSIS_JOURNAL_FILES_H
#define ANALYSIS_JOURNAL_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "models/world.h"

struct journal_files; /* private, see journal_files.c */

/* Makes the folder if need be. Files of a journal that are there already are an error: nothing is
 * written over. On failure *out is left alone. */
bool journal_files_open(const char *folder, uint32_t gateway_count, struct journal_files **out,
                        struct error *error);
/* For struct world_options: the context is the struct journal_files. */
bool journal_files_write(void *files, uint32_t handle, enum world_journal_part part,
                         const void *bytes, size_t size, struct error *error);
/* Closes the files; false when their last bytes did not reach the disk. NULL is allowed. */
bool journal_files_close(struct journal_files *files, struct error *error);

#endif
