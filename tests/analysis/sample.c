/* sample.c - see sample.h. */
#include "sample.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

struct scenario sample_scenario(void)
{
    struct scenario scenario = {.name = "sample",
                                .description = "filled by hand",
                                .seed = 1,
                                .duration_ns = INT64_C(7200000000000),
                                .text = "{\"name\":\"sample\"}"};
    dg_params_default(&scenario.protocol);
    memset(scenario.hash, 'a', sizeof scenario.hash - 1);
    return scenario;
}

struct provenance sample_provenance(void)
{
    struct provenance provenance;
    provenance_collect(&provenance, "dgsim run sample.json");
    return provenance;
}

static struct result_metric metric(const char *name, const char *unit, double value)
{
    struct result_metric made = {.unit = unit, .help = "a metric of the sample", .value = value};
    snprintf(made.name, sizeof made.name, "%s", name);
    return made;
}

static void fill_metrics(struct result *result, double latency)
{
    static const char *const names[] = {"requests_sent", "latency_p50", "profit_per_node.honest",
                                        "profit_per_node.garbage", "detection_time_p50.garbage"};
    static const char *const units[] = {"requests", "s", "DGAI", "DGAI", "s"};
    const double values[] = {1000, latency, 12.5, -3.25, NAN};
    result->metric_count = sizeof values / sizeof values[0];
    result->metrics = calloc(result->metric_count, sizeof *result->metrics);
    assert_non_null(result->metrics);
    for (size_t i = 0; i < result->metric_count; i++)
        result->metrics[i] = metric(names[i], units[i], values[i]);
}

static void fill_series(struct result *result)
{
    static const char *const names[] = {"latency_p50", "request_rate"};
    static const char *const units[] = {"s", "1/s"};
    result->epoch_count = 2;
    result->epoch_end_ns = calloc(2, sizeof *result->epoch_end_ns);
    result->series_count = 2;
    result->series = calloc(2, sizeof *result->series);
    assert_true(result->epoch_end_ns != NULL && result->series != NULL);
    for (size_t i = 0; i < 2; i++) {
        result->epoch_end_ns[i] = (int64_t)(i + 1) * INT64_C(3600000000000);
        snprintf(result->series[i].name, RESULT_NAME_SIZE, "%s", names[i]);
        result->series[i].unit = units[i];
        result->series[i].values = calloc(2, sizeof(double));
        assert_non_null(result->series[i].values);
    }
    result->series[0].values[0] = NAN; /* nothing was completed in the first epoch */
    result->series[0].values[1] = 0.5;
    result->series[1].values[0] = 10;
    result->series[1].values[1] = 20;
}

static void fill_parties(struct result *result)
{
    static const char *const behaviours[SAMPLE_NODES] = {"honest", "garbage", "honest"};
    static const char *const verifiers[SAMPLE_NODES] = {NULL, NULL, "lazy_constant"};
    result->node_count = SAMPLE_NODES;
    result->nodes = calloc(SAMPLE_NODES, sizeof *result->nodes);
    result->operator_count = 2;
    result->operators = calloc(2, sizeof *result->operators);
    assert_true(result->nodes != NULL && result->operators != NULL);
    for (uint32_t n = 0; n < SAMPLE_NODES; n++)
        result->nodes[n] =
            (struct result_node){.node = n,
                                 .operator_id = n / 2,
                                 .group = "homes",
                                 .region = "east",
                                 .hardware = "card",
                                 .class_name = "8b",
                                 .behaviour = behaviours[n],
                                 .verifier_behaviour = verifiers[n],
                                 .account = {.fees = 1000000, .answers = 10, .checks = 2},
                                 .stake_start = 5000000,
                                 .stake_end = 5000000,
                                 .profit = 1000000 - 500000 * (int64_t)n,
                                 .first_cheat_ns = -1,
                                 .first_failure_ns = -1,
                                 .jailed_ns = -1,
                                 .utilisation = 0.5};
    struct result_node *cheat = &result->nodes[1];
    cheat->cheats = 7;
    cheat->account.failures = 2;
    cheat->account.offences = 1;
    cheat->account.slashed = 1000000;
    cheat->account.state = DG_NODE_JAILED;
    cheat->stake_end = 4000000;
    cheat->first_cheat_ns = INT64_C(3600000000000);
    cheat->first_failure_ns = INT64_C(5400000000000);
    cheat->jailed_ns = INT64_C(7200000000000);
    for (uint32_t o = 0; o < 2; o++)
        result->operators[o] = (struct result_operator){o, "honest", 1, 42, 5000000, 7};
}

static void fill_ledger(struct result *result)
{
    result->ledger_count = 2;
    result->ledger = calloc(2, sizeof *result->ledger);
    assert_non_null(result->ledger);
    for (size_t i = 0; i < 2; i++) {
        struct result_ledger *line = &result->ledger[i];
        line->time_ns = (int64_t)(i + 1) * INT64_C(3600000000000);
        line->totals.genesis = 15000000;
        line->totals.deposited = 1234567;
        line->totals.account[DG_ACCOUNT_STAKE] = 15000000 - (int64_t)i * 1000000;
        line->totals.account[DG_ACCOUNT_BURNED] = (int64_t)i * 1000000;
        line->totals.account[DG_ACCOUNT_USER] = 1234567;
    }
}

struct result sample_result(uint32_t replication, double latency)
{
    struct result result = {.seed = 7,
                            .replication = replication,
                            .fingerprint = 0x0123456789abcdef,
                            .events = 5000,
                            .requests = 1000,
                            .virtual_ns = INT64_C(7200000000000),
                            .wall_seconds = 0.25,
                            .memory_bytes = 4096};
    fill_metrics(&result, latency);
    fill_series(&result);
    fill_parties(&result);
    fill_ledger(&result);
    return result;
}

struct result_request sample_request(uint64_t number)
{
    return (struct result_request){.request = number,
                                   .user = 3,
                                   .node = 1,
                                   .gateway = 0,
                                   .tokens_in = 100,
                                   .tokens_out = 50,
                                   .class_name = "8b",
                                   .outcome = "completed",
                                   .start_ns = (int64_t)number,
                                   .ttft_ns = 10,
                                   .latency_ns = 20,
                                   .fee = 99};
}

/* ---- folders and files ---- */

void sample_folder_make(char folder[SAMPLE_PATH_SIZE])
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, SAMPLE_PATH_SIZE, "%.200s/dgsim-test-XXXXXX", base != NULL ? base : "/tmp");
    assert_non_null(mkdtemp(folder));
}

static size_t visit(const char *folder, bool remove_them)
{
    size_t count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (remove_them && unlinkat(dirfd(entries), entry->d_name, 0) != 0)
            unlinkat(dirfd(entries), entry->d_name, AT_REMOVEDIR);
    }
    closedir(entries);
    return count;
}

void sample_folder_remove(const char *folder)
{
    visit(folder, true);
    rmdir(folder);
}

size_t sample_folder_count(const char *folder)
{
    return visit(folder, false);
}

void sample_path(char path[SAMPLE_PATH_SIZE], const char *folder, const char *name)
{
    snprintf(path, SAMPLE_PATH_SIZE, "%.200s/%.50s", folder, name);
}

/* ---- queries ---- */

const char *sample_query_text(const char *path, const char *sql)
{
    static char text[4096];
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        fail_msg("%s: %s: %s", path, sql, sqlite3_errmsg(database));
    const unsigned char *value = sqlite3_column_text(statement, 0);
    snprintf(text, sizeof text, "%s", value != NULL ? (const char *)value : "NULL");
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return text;
}

double sample_query(const char *path, const char *sql)
{
    return strtod(sample_query_text(path, sql), NULL);
}

void sample_store(const char *path, const struct result *result)
{
    struct error error = {0};
    struct store *store = NULL;
    struct scenario scenario = sample_scenario();
    struct provenance provenance = sample_provenance();
    const struct store_run entry = {&scenario, &provenance, result, "2026-01-02T03:04:05Z"};
    int64_t run = 0;
    if (!store_open(path, &store, &error) || !store_begin(store, &error) ||
        !store_commit(store, &entry, &run, &error))
        fail_msg("%s", error.text);
    store_close(store);
}
