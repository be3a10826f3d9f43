/* store_rows.h - SQLite as results files use it, and runs as rows of an open transaction.
 * Private to those who read and write results files. */
#ifndef ANALYSIS_STORE_ROWS_H
#define ANALYSIS_STORE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "analysis/store.h"

/* Opens a file of any name. flags: SQLite's. On failure *out is left alone. */
bool store_rows_open(const char *path, int flags, sqlite3 **out, struct error *error);

/* Always returns false: says what SQLite, and the system under it, complained of. */
bool store_rows_fail(sqlite3 *database, struct error *error);

bool store_rows_execute(sqlite3 *database, const char *sql, struct error *error);
/* The first column of the first row. */
bool store_rows_number(sqlite3 *database, const char *sql, int64_t *out, struct error *error);

/* Every row of a run but its requests. */
bool store_rows_write(sqlite3 *database, int64_t run, const struct store_run *entry,
                      struct error *error);

bool store_rows_request_open(sqlite3 *database, sqlite3_stmt **out, struct error *error);
bool store_rows_request(sqlite3_stmt *statement, int64_t run, const struct result_request *row,
                        struct error *error);

#endif
