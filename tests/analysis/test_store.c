/* test_store.c - results files: complete or not there, one file, and never another program's. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "analysis/store_schema.h"
#include "sample.h"

struct fixture {
    char folder[SAMPLE_PATH_SIZE], path[SAMPLE_PATH_SIZE];
    struct error error;
    struct store *store;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    sample_folder_make(fixture->folder);
    sample_path(fixture->path, fixture->folder, "results.db");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    store_close(fixture->store);
    sample_folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

static void write_file(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
}

static void add_sample(const char *path, uint32_t replication)
{
    struct result result = sample_result(replication, 0.5);
    sample_store(path, &result);
    result_free(&result);
}

static void expect_refusal(struct fixture *fixture, enum error_kind kind, const char *part)
{
    assert_false(store_open(fixture->path, &fixture->store, &fixture->error));
    assert_null(fixture->store);
    assert_int_equal(fixture->error.kind, kind);
    if (strstr(fixture->error.text, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fixture->error.text, part);
}

/* Goal: no run, no file: opening and closing leaves the folder empty. */
static void nothing_without_a_run(void **state)
{
    struct fixture *fixture = *state;
    assert_true(store_open(fixture->path, &fixture->store, &fixture->error));
    assert_int_not_equal(access(fixture->path, F_OK), 0);
    store_close(fixture->store);
    fixture->store = NULL;
    assert_int_equal(sample_folder_count(fixture->folder), 0);
}

/* Goal: a run that was begun and not committed leaves nothing behind either. */
static void nothing_of_a_broken_run(void **state)
{
    struct fixture *fixture = *state;
    struct result_request row = sample_request(1);
    assert_true(store_open(fixture->path, &fixture->store, &fixture->error));
    assert_true(store_begin(fixture->store, &fixture->error));
    assert_true(store_request(fixture->store, &row, &fixture->error));
    store_close(fixture->store);
    fixture->store = NULL;
    assert_int_equal(sample_folder_count(fixture->folder), 0);
}

/* Goal: every value of a run can be read back; undefined and absent ones are NULL. */
static void values_come_back(void **state)
{
    struct fixture *fixture = *state;
    const char *path = fixture->path;
    add_sample(path, 4);
    assert_true(sample_query(path, "SELECT count(*) FROM runs") == 1);
    assert_true(sample_query(path, "SELECT seed + replication FROM runs") == 11);
    assert_string_equal(sample_query_text(path, "SELECT fingerprint FROM runs"),
                        "0123456789abcdef");
    assert_string_equal(sample_query_text(path, "SELECT command_line FROM runs"),
                        "dgsim run sample.json");
    assert_string_equal(sample_query_text(path, "SELECT text FROM scenarios"),
                        "{\"name\":\"sample\"}");
    assert_true(sample_query(path, "SELECT value FROM metrics WHERE name = 'latency_p50'") == 0.5);
    assert_string_equal(
        sample_query_text(path, "SELECT value FROM metrics WHERE name LIKE 'detection%'"), "NULL");
    assert_true(sample_query(path, "SELECT count(*) FROM series WHERE value IS NULL") == 1);
    assert_true(sample_query(path, "SELECT value FROM v_series WHERE name = 'request_rate' AND"
                                   " end_hours = 2") == 20);
    assert_string_equal(sample_query_text(path, "SELECT state FROM nodes WHERE node = 1"),
                        "jailed");
    assert_string_equal(
        sample_query_text(path, "SELECT verifier_behaviour FROM nodes WHERE node = 0"), "NULL");
    assert_true(sample_query(path, "SELECT cheats FROM nodes WHERE node = 1") == 7);
    assert_true(sample_query(path, "SELECT sum(balance_utok) FROM operators") == 84);
    assert_true(sample_query(path, "SELECT count(*) FROM parameters WHERE value = standard") > 50);
}

/* Goal: the views agree with the tables: labels, detection, the ledger's identity. */
static void views_agree(void **state)
{
    struct fixture *fixture = *state;
    const char *path = fixture->path;
    add_sample(path, 0);
    assert_true(sample_query(path, "SELECT count(*) FROM v_profit_by_behaviour") == 3);
    assert_true(sample_query(path, "SELECT profit FROM v_profit_by_behaviour WHERE behaviour ="
                                   " 'lazy_constant'") == 0);
    assert_true(sample_query(path, "SELECT mean_hours_to_jail FROM v_detection WHERE behaviour ="
                                   " 'garbage'") == 1);
    assert_true(sample_query(
                    path, "SELECT jailed_share FROM v_detection WHERE behaviour = 'garbage'") == 1);
    assert_true(sample_query(path, "SELECT count(*) FROM v_honest_punished") == 0);
    assert_true(sample_query(path, "SELECT max(abs(gap_utok)) FROM v_ledger_identity") == 0);
    assert_true(sample_query(path, "SELECT amount FROM v_ledger_end WHERE account = 'burned'") ==
                1);
    assert_true(sample_query(path, "SELECT count(*) FROM v_changed_parameters") == 0);
    assert_string_equal(sample_query_text(path,
                                          "SELECT metric || '/' || subject FROM v_metrics WHERE"
                                          " name = 'profit_per_node.garbage'"),
                        "profit_per_node/garbage");
}

/* Goal: a second run is added as run 2, the scenario and its parameters stand there once. */
static void runs_add_up(void **state)
{
    struct fixture *fixture = *state;
    add_sample(fixture->path, 0);
    double parameters = sample_query(fixture->path, "SELECT count(*) FROM parameters");
    add_sample(fixture->path, 1);
    assert_true(sample_query(fixture->path, "SELECT max(run) FROM runs") == 2);
    assert_true(sample_query(fixture->path, "SELECT count(*) FROM scenarios") == 1);
    assert_true(sample_query(fixture->path, "SELECT count(*) FROM parameters") == parameters);
    assert_true(sample_query(fixture->path, "SELECT runs FROM v_replications WHERE name ="
                                            " 'latency_p50'") == 2);
}

/* Goal: after closing there is one file, in rollback mode. */
static void one_file_in_rollback_mode(void **state)
{
    struct fixture *fixture = *state;
    add_sample(fixture->path, 0);
    add_sample(fixture->path, 1);
    assert_int_equal(sample_folder_count(fixture->folder), 1);
    assert_string_equal(sample_query_text(fixture->path, "PRAGMA journal_mode"), "delete");
    assert_string_equal(sample_query_text(fixture->path, "PRAGMA integrity_check"), "ok");
}

/* Goal: the file opens where nothing may be written: read-only and immutable, in a locked
 * folder. */
static void opens_read_only(void **state)
{
    struct fixture *fixture = *state;
    static const char *const modes[] = {"mode=ro", "immutable=1"};
    add_sample(fixture->path, 0);
    assert_int_equal(chmod(fixture->path, 0444), 0);
    assert_int_equal(chmod(fixture->folder, 0555), 0);
    for (size_t i = 0; i < 2; i++) {
        char uri[SAMPLE_PATH_SIZE + 32];
        char *message = NULL;
        sqlite3 *database = NULL;
        snprintf(uri, sizeof uri, "file:%s?%s", fixture->path, modes[i]);
        assert_int_equal(
            sqlite3_open_v2(uri, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL),
            SQLITE_OK);
        assert_int_equal(sqlite3_exec(database, "SELECT * FROM v_runs", NULL, NULL, &message),
                         SQLITE_OK);
        sqlite3_close(database);
        assert_int_equal(sample_folder_count(fixture->folder), 1);
    }
    assert_int_equal(chmod(fixture->folder, 0755), 0);
}

/* Goal: rows of requests come with their run; ids that stand for nothing are NULL. */
static void requests_are_kept(void **state)
{
    struct fixture *fixture = *state;
    struct scenario scenario = sample_scenario();
    struct provenance provenance = sample_provenance();
    struct result result = sample_result(0, 1);
    const struct store_run entry = {&scenario, &provenance, &result, "now"};
    int64_t run = 0;
    assert_true(store_open(fixture->path, &fixture->store, &fixture->error));
    assert_true(store_begin(fixture->store, &fixture->error));
    for (uint64_t i = 0; i < 3; i++) {
        struct result_request row = sample_request(i);
        if (i == 2) {
            row.node = DG_NONE;
            row.ttft_ns = row.latency_ns = -1;
            row.outcome = "refused";
        }
        assert_true(store_request(fixture->store, &row, &fixture->error));
    }
    assert_true(store_commit(fixture->store, &entry, &run, &fixture->error));
    result_free(&result);
    assert_int_equal(run, 1);
    assert_true(sample_query(fixture->path, "SELECT sum(fee_utok) FROM requests WHERE run = 1") ==
                297);
    assert_true(sample_query(fixture->path, "SELECT request FROM requests WHERE node IS NULL AND"
                                            " latency_ns IS NULL AND outcome = 'refused'") == 2);
}

/* Goal: files of other kinds are refused with what they are, and are left as they were. */
static void other_files_are_refused(void **state)
{
    struct fixture *fixture = *state;
    static const char text[] = "{\"name\": \"a scenario, given by mistake\"}";
    char read[sizeof text] = "";
    write_file(fixture->path, text, sizeof text);
    expect_refusal(fixture, ERROR_INPUT, "is not a dgsim results file");
    FILE *file = fopen(fixture->path, "r");
    assert_int_equal(fread(read, 1, sizeof read, file), sizeof text);
    fclose(file);
    assert_string_equal(read, text);
    write_file(fixture->path, "", 0);
    expect_refusal(fixture, ERROR_INPUT, "is not a dgsim results file");
}

/* Goal: a database of another program, or of another schema version, is refused. */
static void other_databases_are_refused(void **state)
{
    struct fixture *fixture = *state;
    static const char *const sql[] = {"CREATE TABLE t (x)", "PRAGMA application_id = 1684501357;"
                                                            "PRAGMA user_version = 99"};
    static const char *const says[] = {"database of another program", "results schema 99"};
    for (size_t i = 0; i < 2; i++) {
        sqlite3 *database = NULL;
        assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
        assert_int_equal(sqlite3_exec(database, sql[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(database);
        expect_refusal(fixture, ERROR_INPUT, says[i]);
    }
}

/* Goal: paths that cannot become a file are refused before any run. */
static void impossible_paths(void **state)
{
    struct fixture *fixture = *state;
    char file[SAMPLE_PATH_SIZE];
    snprintf(fixture->path, sizeof fixture->path, "%s", fixture->folder);
    expect_refusal(fixture, ERROR_INPUT, "is not a regular file");
    sample_path(fixture->path, fixture->folder, "missing/results.db");
    expect_refusal(fixture, ERROR_IO, "No such file or directory");
    sample_path(file, fixture->folder, "file");
    write_file(file, "", 0);
    sample_path(fixture->path, fixture->folder, "file/results.db");
    expect_refusal(fixture, ERROR_IO, "Not a directory");
    fixture->path[0] = '\0';
    expect_refusal(fixture, ERROR_INPUT, "is empty");
    sample_path(fixture->path, fixture->folder, "link");
    assert_int_equal(symlink("nowhere", fixture->path), 0);
    expect_refusal(fixture, ERROR_INPUT, "symbolic link to nothing");
}

/* Goal: names that SQLite gives a meaning of its own are only names. */
static void odd_names(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {":memory:", "file:x.db?mode=memory", "a b'c\".db"};
    char before[SAMPLE_PATH_SIZE];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(fixture->folder), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        add_sample(names[i], 0);
        add_sample(names[i], 1);
        assert_int_equal(sample_folder_count("."), i + 1);
        char path[SAMPLE_PATH_SIZE];
        sample_path(path, fixture->folder, names[i]);
        assert_true(sample_query(path, "SELECT count(*) FROM runs") == 2);
    }
    assert_int_equal(chdir(before), 0);
}

/* Files of this process may grow to so many bytes from here on; 0 lifts the limit. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Tries to add a run with many requests; true if it worked. */
static bool add_large(struct fixture *fixture, uint64_t requests)
{
    struct scenario scenario = sample_scenario();
    struct provenance provenance = sample_provenance();
    struct result result = sample_result(9, 1);
    const struct store_run entry = {&scenario, &provenance, &result, "now"};
    bool ok = store_begin(fixture->store, &fixture->error);
    for (uint64_t i = 0; ok && i < requests; i++) {
        struct result_request row = sample_request(i);
        ok = store_request(fixture->store, &row, &fixture->error);
    }
    ok = ok && store_commit(fixture->store, &entry, NULL, &fixture->error);
    result_free(&result);
    return ok;
}

/* Goal: a disk that fills up while the first run is stored leaves no file at all. */
static void full_disk_new_file(void **state)
{
    struct fixture *fixture = *state;
    signal(SIGXFSZ, SIG_IGN);
    assert_true(store_open(fixture->path, &fixture->store, &fixture->error));
    limit_files(300000);
    bool ok = add_large(fixture, 50000);
    limit_files(0);
    assert_false(ok);
    assert_int_equal(fixture->error.kind, ERROR_IO);
    assert_non_null(strstr(fixture->error.text, fixture->path));
    store_close(fixture->store);
    fixture->store = NULL;
    assert_int_equal(sample_folder_count(fixture->folder), 0);
}

/* Goal: wherever the disk fills up while a run is added, the file keeps what it had, whole and
 * alone. */
static void full_disk_existing_file(void **state)
{
    struct fixture *fixture = *state;
    size_t failures = 0;
    signal(SIGXFSZ, SIG_IGN);
    add_sample(fixture->path, 0);
    for (rlim_t limit = 150000; limit < 600000; limit += 30000) {
        double before = sample_query(fixture->path, "SELECT count(*) FROM runs");
        fixture->error = (struct error){0};
        limit_files(limit);
        bool ok =
            store_open(fixture->path, &fixture->store, &fixture->error) && add_large(fixture, 1500);
        store_close(fixture->store);
        fixture->store = NULL;
        limit_files(0);
        failures += !ok;
        if (!ok)
            assert_int_equal(fixture->error.kind, ERROR_IO);
        assert_int_equal(sample_folder_count(fixture->folder), 1);
        assert_string_equal(sample_query_text(fixture->path, "PRAGMA integrity_check"), "ok");
        assert_string_equal(sample_query_text(fixture->path, "PRAGMA journal_mode"), "delete");
        assert_true(sample_query(fixture->path, "SELECT count(*) FROM runs") == before + ok);
    }
    assert_in_range(failures, 1, 14);
}

/* Goal: two writers take turns; none of their runs is lost. */
static void two_writers(void **state)
{
    struct fixture *fixture = *state;
    struct scenario scenario = sample_scenario();
    struct provenance provenance = sample_provenance();
    struct result result = sample_result(0, 1);
    const struct store_run entry = {&scenario, &provenance, &result, "now"};
    add_sample(fixture->path, 0);
    assert_true(store_open(fixture->path, &fixture->store, &fixture->error));
    for (int i = 0; i < 3; i++) {
        add_sample(fixture->path, 1);
        assert_true(store_begin(fixture->store, &fixture->error));
        assert_true(store_commit(fixture->store, &entry, NULL, &fixture->error));
    }
    result_free(&result);
    assert_true(sample_query(fixture->path, "SELECT count(*) FROM runs") == 7);
    assert_int_equal(sample_folder_count(fixture->folder), 1);
}

/* Goal: a name that somebody else takes meanwhile is not taken from him. */
static void name_taken_meanwhile(void **state)
{
    struct fixture *fixture = *state;
    assert_true(store_open(fixture->path, &fixture->store, &fixture->error));
    write_file(fixture->path, "mine", 4);
    assert_false(add_large(fixture, 1));
    assert_non_null(strstr(fixture->error.text, "the run is in"));
    struct stat status;
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_size, 4);
}

/* Goal: the numbers in the header are those of the source. */
static void header_numbers(void **state)
{
    struct fixture *fixture = *state;
    add_sample(fixture->path, 0);
    assert_true(store_header_check(fixture->path, &fixture->error));
    assert_true(sample_query(fixture->path, "PRAGMA application_id") == STORE_APPLICATION_ID);
    assert_true(sample_query(fixture->path, "PRAGMA user_version") == STORE_SCHEMA_VERSION);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_without_a_run),
        CASE(nothing_of_a_broken_run),
        CASE(values_come_back),
        CASE(views_agree),
        CASE(runs_add_up),
        CASE(one_file_in_rollback_mode),
        CASE(opens_read_only),
        CASE(requests_are_kept),
        CASE(other_files_are_refused),
        CASE(other_databases_are_refused),
        CASE(impossible_paths),
        CASE(odd_names),
        CASE(full_disk_new_file),
        CASE(full_disk_existing_file),
        CASE(two_writers),
        CASE(name_taken_meanwhile),
        CASE(header_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
