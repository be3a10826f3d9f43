/* figure_data.c - three queries: which run, which epochs, which values. */
#include "analysis/figure_data.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "analysis/store.h"
#include "analysis/store_rows.h"

static bool fail_database(sqlite3 *database, const char *path, struct error *error)
{
    return error_set(error, ERROR_IO, "%s: %s", path, sqlite3_errmsg(database));
}

static bool fail_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

/* Replaces a run of 0 by the last one. */
static bool load_title(sqlite3 *database, const char *path, int64_t *run, struct figure_data *data,
                       struct error *error)
{
    static const char sql[] = "SELECT run, scenario, seed, replication, fingerprint FROM v_runs"
                              " WHERE run = ?1 OR ?1 = 0 ORDER BY run DESC LIMIT 1";
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return fail_database(database, path, error);
    sqlite3_bind_int64(statement, 1, *run);
    int step = sqlite3_step(statement);
    if (step == SQLITE_ROW) {
        *run = sqlite3_column_int64(statement, 0);
        snprintf(data->title, sizeof data->title, "%.60s, seed %lld, replication %lld  (%s)",
                 (const char *)sqlite3_column_text(statement, 1),
                 (long long)sqlite3_column_int64(statement, 2),
                 (long long)sqlite3_column_int64(statement, 3),
                 (const char *)sqlite3_column_text(statement, 4));
    } else if (step == SQLITE_DONE) {
        error_set(error, ERROR_INPUT, "%s: there is no run %" PRId64, path, *run);
    } else {
        fail_database(database, path, error);
    }
    sqlite3_finalize(statement);
    return step == SQLITE_ROW;
}

static bool push_epoch(struct figure_data *data, double end_hours)
{
    double *end = realloc(data->end_hours, (data->epoch_count + 1) * sizeof *end);
    if (end == NULL)
        return false;
    data->end_hours = end;
    end[data->epoch_count++] = end_hours;
    return true;
}

static bool load_epochs(sqlite3 *database, const char *path, int64_t run, struct figure_data *data,
                        struct error *error)
{
    static const char sql[] =
        "SELECT end_ns / 3600e9 FROM series WHERE run = ? GROUP BY epoch ORDER BY epoch";
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return fail_database(database, path, error);
    sqlite3_bind_int64(statement, 1, run);
    int step;
    bool ok = true;
    while (ok && (step = sqlite3_step(statement)) == SQLITE_ROW)
        ok = push_epoch(data, sqlite3_column_double(statement, 0));
    if (!ok)
        fail_memory(error);
    else if (step != SQLITE_DONE)
        ok = fail_database(database, path, error);
    else if (data->epoch_count == 0)
        ok = error_set(error, ERROR_INPUT, "%s: run %" PRId64 " has no closed epoch to draw", path,
                       run);
    sqlite3_finalize(statement);
    return ok;
}

static struct figure_series *push_series(struct figure_data *data, const char *name)
{
    struct figure_series *series = realloc(data->series, (data->series_count + 1) * sizeof *series);
    if (series == NULL)
        return NULL;
    data->series = series;
    series += data->series_count;
    series->values = malloc(data->epoch_count * sizeof *series->values);
    if (series->values == NULL)
        return NULL;
    snprintf(series->name, sizeof series->name, "%s", name);
    for (size_t i = 0; i < data->epoch_count; i++)
        series->values[i] = NAN;
    data->series_count++;
    return series;
}

static bool take_value(sqlite3_stmt *statement, struct figure_data *data)
{
    const char *name = (const char *)sqlite3_column_text(statement, 0);
    int64_t epoch = sqlite3_column_int64(statement, 1);
    struct figure_series *series =
        data->series_count > 0 ? &data->series[data->series_count - 1] : NULL;
    if (series == NULL || strcmp(series->name, name) != 0)
        series = push_series(data, name);
    if (series == NULL)
        return false;
    if (epoch >= 0 && (size_t)epoch < data->epoch_count &&
        sqlite3_column_type(statement, 2) != SQLITE_NULL)
        series->values[epoch] = sqlite3_column_double(statement, 2);
    return true;
}

static bool load_values(sqlite3 *database, const char *path, int64_t run, struct figure_data *data,
                        struct error *error)
{
    static const char sql[] =
        "SELECT name, epoch, value FROM series WHERE run = ? ORDER BY name, epoch";
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return fail_database(database, path, error);
    sqlite3_bind_int64(statement, 1, run);
    int step;
    bool ok = true;
    while (ok && (step = sqlite3_step(statement)) == SQLITE_ROW)
        ok = take_value(statement, data);
    if (!ok)
        fail_memory(error);
    else if (step != SQLITE_DONE)
        ok = fail_database(database, path, error);
    sqlite3_finalize(statement);
    return ok;
}

bool figure_data_load(const char *path, int64_t run, struct figure_data *out, struct error *error)
{
    if (!store_header_check(path, error))
        return false;
    sqlite3 *database = NULL;
    struct figure_data data = {0};
    if (!store_rows_open(path, SQLITE_OPEN_READONLY, &database, error))
        return error_prefix(error, "%s: ", path);
    bool ok = load_title(database, path, &run, &data, error) &&
              load_epochs(database, path, run, &data, error) &&
              load_values(database, path, run, &data, error);
    sqlite3_close(database);
    if (ok)
        *out = data;
    else
        figure_data_free(&data);
    return ok;
}

void figure_data_free(struct figure_data *data)
{
    for (size_t i = 0; i < data->series_count; i++)
        free(data->series[i].values);
    free(data->series);
    free(data->end_hours);
    *data = (struct figure_data){0};
}
