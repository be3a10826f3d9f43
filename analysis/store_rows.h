/* store_rows.h - turns runs into rows of an open transaction; used by store.c alone. */
#ifndef ANALYSIS_STORE_ROWS_H
#define ANALYSIS_STORE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "analysis/store.h"

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
