/* store_rows.c - one prepared statement a table, its values bound from a short type string. */
#include "analysis/store_rows.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/provenance.h"
#include "dg/chain.h"
#include "dg/params.h"

bool store_rows_open(const char *path, int flags, sqlite3 **out, struct error *error)
{
    char *name = NULL;
    sqlite3 *database = NULL;
    /* SQLite gives ":memory:" and "file:" a meaning of their own, but not behind a slash. */
    if (asprintf(&name, "%s%s", path[0] == '/' ? "" : "./", path) < 0)
        return error_set(error, ERROR_MEMORY, "out of memory");
    bool ok = sqlite3_open_v2(name, &database, flags, NULL) == SQLITE_OK;
    free(name);
    if (ok) {
        *out = database;
        return true;
    }
    if (database == NULL)
        error_set(error, ERROR_MEMORY, "out of memory");
    else
        store_rows_fail(database, error);
    sqlite3_close(database);
    return false;
}

bool store_rows_fail(sqlite3 *database, struct error *error)
{
    int code = sqlite3_errcode(database) & 0xff;
    int cause = sqlite3_system_errno(database);
    enum error_kind kind = code == SQLITE_NOMEM ? ERROR_MEMORY : ERROR_IO;
    if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && cause != 0)
        return error_set(error, kind, "%s: %s", sqlite3_errmsg(database), strerror(cause));
    return error_set(error, kind, "%s", sqlite3_errmsg(database));
}

bool store_rows_execute(sqlite3 *database, const char *sql, struct error *error)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_rows_fail(database, error);
    return true;
}

static bool statement_open(sqlite3 *database, const char *sql, sqlite3_stmt **out,
                           struct error *error)
{
    if (sqlite3_prepare_v2(database, sql, -1, out, NULL) != SQLITE_OK)
        return store_rows_fail(database, error);
    return true;
}

bool store_rows_number(sqlite3 *database, const char *sql, int64_t *out, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (!statement_open(database, sql, &statement, error))
        return false;
    bool ok = sqlite3_step(statement) == SQLITE_ROW;
    if (ok)
        *out = sqlite3_column_int64(statement, 0);
    else
        store_rows_fail(database, error);
    sqlite3_finalize(statement);
    return ok;
}

/* Inserts one row. types, a letter a column: i int64_t; n int64_t, NULL below zero; p uint32_t,
 * NULL for DG_NONE; d double, NULL for NaN; t text, NULL for NULL. Text must outlive the call
 * alone. */
static bool row_insert(sqlite3_stmt *statement, struct error *error, const char *types, ...)
{
    va_list values;
    va_start(values, types);
    for (int column = 1; types[column - 1] != '\0'; column++) {
        int64_t number;
        switch (types[column - 1]) {
        case 'i': sqlite3_bind_int64(statement, column, va_arg(values, int64_t)); break;
        case 'n':
            number = va_arg(values, int64_t);
            if (number < 0)
                sqlite3_bind_null(statement, column);
            else
                sqlite3_bind_int64(statement, column, number);
            break;
        case 'p':
            number = va_arg(values, uint32_t);
            if (number == DG_NONE)
                sqlite3_bind_null(statement, column);
            else
                sqlite3_bind_int64(statement, column, number);
            break;
        case 'd': sqlite3_bind_double(statement, column, va_arg(values, double)); break;
        default:
            sqlite3_bind_text(statement, column, va_arg(values, const char *), -1, SQLITE_STATIC);
            break;
        }
    }
    va_end(values);

    bool ok = sqlite3_step(statement) == SQLITE_DONE;
    if (!ok)
        store_rows_fail(sqlite3_db_handle(statement), error);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return ok;
}

static const char *unit_name(enum dg_unit unit)
{
    static const char *const names[] = {
        [DG_UNIT_COUNT] = "count", [DG_UNIT_FRACTION] = "1e-9", [DG_UNIT_DURATION] = "ns",
        [DG_UNIT_AMOUNT] = "utok", [DG_UNIT_CHOICE] = "choice",
    };
    return names[unit];
}

static bool write_scenario(sqlite3 *database, const struct scenario *scenario, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (!statement_open(database, "INSERT OR IGNORE INTO scenarios VALUES (?,?,?,?)", &statement,
                        error))
        return false;
    bool ok = row_insert(statement, error, "tttt", scenario->hash, scenario->name,
                         scenario->description, scenario->text);
    sqlite3_finalize(statement);
    return ok;
}

static bool write_parameters(sqlite3 *database, const struct scenario *scenario,
                             struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (!statement_open(database, "INSERT OR IGNORE INTO parameters VALUES (?,?,?,?,?,?)",
                        &statement, error))
        return false;
    bool ok = true;
    size_t count = 0;
    const struct dg_param_row *rows = dg_param_rows(&count);
    for (size_t i = 0; ok && i < count; i++) {
        ok = row_insert(statement, error, "tttiit", scenario->hash, rows[i].name,
                        unit_name(rows[i].unit), dg_param_get(&scenario->protocol, &rows[i]),
                        rows[i].standard, dg_origin_name(rows[i].origin));
    }
    sqlite3_finalize(statement);
    return ok;
}

static bool write_run(sqlite3 *database, int64_t run, const struct store_run *entry,
                      struct error *error)
{
    const struct result *result = entry->result;
    const struct provenance *from = entry->provenance;
    char fingerprint[17];
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, result->fingerprint);

    sqlite3_stmt *statement = NULL;
    if (!statement_open(database, "INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                        &statement, error))
        return false;
    bool ok = row_insert(statement, error, "itiitiiidittttttt", run, entry->scenario->hash,
                         (int64_t)result->seed, (int64_t)result->replication, fingerprint,
                         (int64_t)result->events, (int64_t)result->requests, result->virtual_ns,
                         result->wall_seconds, (int64_t)result->memory_bytes, entry->started_utc,
                         from->version, from->compiler, from->build_flags, from->host, from->kernel,
                         from->command_line);
    sqlite3_finalize(statement);
    return ok;
}

static bool write_metrics(sqlite3 *database, int64_t run, const struct result *result,
                          struct error *error)
{
    bool ok = false;
    sqlite3_stmt *value = NULL, *help = NULL;
    if (!statement_open(database, "INSERT INTO metrics VALUES (?,?,?,?)", &value, error) ||
        !statement_open(database, "INSERT OR IGNORE INTO metric_help VALUES (?,?)", &help, error))
        goto done;
    for (size_t i = 0; i < result->metric_count; i++) {
        const struct result_metric *metric = &result->metrics[i];
        if (!row_insert(value, error, "ittd", run, metric->name, metric->unit, metric->value))
            goto done;
        if (metric->help != NULL && !row_insert(help, error, "tt", metric->name, metric->help))
            goto done;
    }
    ok = true;
done:
    sqlite3_finalize(value);
    sqlite3_finalize(help);
    return ok;
}

static bool write_series(sqlite3 *database, int64_t run, const struct result *result,
                         struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (!statement_open(database, "INSERT INTO series VALUES (?,?,?,?,?,?)", &statement, error))
        return false;
    bool ok = true;
    for (size_t i = 0; i < result->series_count; i++) {
        const struct result_series *series = &result->series[i];
        for (size_t epoch = 0; ok && epoch < result->epoch_count; epoch++) {
            ok = row_insert(statement, error, "itiitd", run, series->name, (int64_t)epoch,
                            result->epoch_end_ns[epoch], series->unit, series->values[epoch]);
        }
    }
    sqlite3_finalize(statement);
    return ok;
}

static const char *state_name(uint8_t state)
{
    static const char *const names[] = {
        [DG_NODE_ACTIVE] = "active",
        [DG_NODE_JAILED] = "jailed",
        [DG_NODE_EXCLUDED] = "excluded",
        [DG_NODE_LEFT] = "left",
    };
    return state < sizeof names / sizeof names[0] ? names[state] : "unknown";
}

static bool write_node(sqlite3_stmt *statement, int64_t run, const struct result_node *node,
                       struct error *error)
{
    const struct dg_node_account *account = &node->account;
    return row_insert(statement, error,
                      "iiittttttt"
                      "iiiiiiiiiii"
                      "iiiiiii"
                      "iiiinnndd",
                      run, (int64_t)node->node, (int64_t)node->operator_id, node->group,
                      node->region, node->hardware, node->class_name, node->behaviour,
                      node->verifier_behaviour, state_name(account->state), node->stake_start,
                      node->stake_end, account->fees, account->rewards, account->verifier_fees,
                      account->slashed, account->refunded, node->compute_cost,
                      node->verification_cost, node->outside_cost, node->profit,
                      account->compute_milli, (int64_t)account->answers, (int64_t)account->checks,
                      (int64_t)account->failures, (int64_t)account->offences,
                      (int64_t)account->reveals, (int64_t)account->missed, node->declined,
                      node->padding, node->absent_ns, node->cheats, node->first_cheat_ns,
                      node->first_failure_ns, node->jailed_ns, node->utilisation, node->quality);
}

static bool write_nodes(sqlite3 *database, int64_t run, const struct result *result,
                        struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (!statement_open(database,
                        "INSERT INTO nodes VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
                        "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                        &statement, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < result->node_count; i++)
        ok = write_node(statement, run, &result->nodes[i], error);
    sqlite3_finalize(statement);
    return ok;
}

static bool write_operators(sqlite3 *database, int64_t run, const struct result *result,
                            struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (!statement_open(database, "INSERT INTO operators VALUES (?,?,?,?,?,?,?)", &statement,
                        error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < result->operator_count; i++) {
        const struct result_operator *row = &result->operators[i];
        ok = row_insert(statement, error, "iitiiii", run, (int64_t)row->operator_id, row->behaviour,
                        (int64_t)row->nodes, row->balance, row->stake, row->profit);
    }
    sqlite3_finalize(statement);
    return ok;
}

static bool write_totals(sqlite3_stmt *statement, int64_t run, const struct result_ledger *ledger,
                         struct error *error)
{
    const struct dg_ledger_totals *totals = &ledger->totals;
    const struct {
        const char *account;
        int64_t amount;
    } in[] = {
        {"genesis", totals->genesis}, {"minted", totals->minted}, {"deposited", totals->deposited}};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof in / sizeof in[0]; i++)
        ok = row_insert(statement, error, "iitti", run, ledger->time_ns, in[i].account, "in",
                        in[i].amount);
    for (int i = 0; ok && i < DG_ACCOUNT_COUNT; i++)
        ok = row_insert(statement, error, "iitti", run, ledger->time_ns,
                        dg_account_name((enum dg_account)i), "held", totals->account[i]);
    return ok;
}

static bool write_ledger(sqlite3 *database, int64_t run, const struct result *result,
                         struct error *error)
{
    sqlite3_stmt *statement = NULL;
    /* A run whose end falls on the close of an epoch may report that time twice: the later
     * stays. */
    if (!statement_open(database, "INSERT OR REPLACE INTO ledger VALUES (?,?,?,?,?)", &statement,
                        error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < result->ledger_count; i++)
        ok = write_totals(statement, run, &result->ledger[i], error);
    sqlite3_finalize(statement);
    return ok;
}

bool store_rows_write(sqlite3 *database, int64_t run, const struct store_run *entry,
                      struct error *error)
{
    return write_scenario(database, entry->scenario, error) &&
           write_parameters(database, entry->scenario, error) &&
           write_run(database, run, entry, error) &&
           write_metrics(database, run, entry->result, error) &&
           write_series(database, run, entry->result, error) &&
           write_nodes(database, run, entry->result, error) &&
           write_operators(database, run, entry->result, error) &&
           write_ledger(database, run, entry->result, error);
}

bool store_rows_request_open(sqlite3 *database, sqlite3_stmt **out, struct error *error)
{
    return statement_open(database, "INSERT INTO requests VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", out,
                          error);
}

bool store_rows_request(sqlite3_stmt *statement, int64_t run, const struct result_request *row,
                        struct error *error)
{
    return row_insert(statement, error, "iiippttiiinni", run, (int64_t)row->request,
                      (int64_t)row->user, row->gateway, row->node, row->class_name, row->outcome,
                      (int64_t)row->tokens_in, (int64_t)row->tokens_out, row->start_ns,
                      row->ttft_ns, row->latency_ns, row->fee);
}
