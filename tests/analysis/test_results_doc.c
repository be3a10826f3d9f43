/* test_results_doc.c - docs/results.md describes the schema as it is, and its queries run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "sample.h"

enum { LINE_SIZE = 1024, NAME_SIZE = 64, SQL_SIZE = 4096 };

struct fixture {
    char folder[SAMPLE_PATH_SIZE], path[SAMPLE_PATH_SIZE];
    sqlite3 *database;
    FILE *document;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    char document[LINE_SIZE];
    assert_non_null(fixture);
    sample_folder_make(fixture->folder);
    sample_path(fixture->path, fixture->folder, "results.db");
    struct result result = sample_result(0, 0.5);
    sample_store(fixture->path, &result);
    result_free(&result);
    assert_int_equal(sqlite3_open_v2(fixture->path, &fixture->database, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    snprintf(document, sizeof document, "%s/docs/results.md",
             getenv("SRC") != NULL ? getenv("SRC") : ".");
    fixture->document = fopen(document, "r");
    if (fixture->document == NULL)
        fail_msg("%s cannot be read", document);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fclose(fixture->document);
    sqlite3_close(fixture->database);
    sample_folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

/* The word between the first two back quotes after the prefix; false if the line has another
 * form. */
static bool quoted(const char *line, const char *prefix, char name[NAME_SIZE])
{
    size_t length = strlen(prefix);
    if (strncmp(line, prefix, length) != 0 || line[length] != '`')
        return false;
    size_t end = strcspn(line + length + 1, "`");
    snprintf(name, NAME_SIZE, "%.*s", (int)end, line + length + 1);
    return true;
}

/* One text out of the database; "" if there is no row. */
static void ask(sqlite3 *database, const char *sql, const char *a, int64_t b, char text[NAME_SIZE])
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    sqlite3_bind_text(statement, 1, a, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, b);
    bool row = sqlite3_step(statement) == SQLITE_ROW;
    snprintf(text, NAME_SIZE, "%s", row ? (const char *)sqlite3_column_text(statement, 0) : "");
    sqlite3_finalize(statement);
}

/* The described columns must all have been seen when the description of a table ends. v_nodes
 * alone says "all columns of nodes". */
static void expect_complete(sqlite3 *database, const char *table, int64_t described)
{
    char name[NAME_SIZE];
    if (table[0] == '\0' || strcmp(table, "v_nodes") == 0)
        return;
    ask(database, "SELECT name FROM pragma_table_info(?1) WHERE cid = ?2", table, described, name);
    if (name[0] != '\0')
        fail_msg("column %s of %s is not described", name, table);
}

static void expect_column(sqlite3 *database, const char *table, int64_t position,
                          const char *column, const char *line)
{
    char name[NAME_SIZE], type[NAME_SIZE], cell[NAME_SIZE + 8];
    ask(database, "SELECT name FROM pragma_table_info(?1) WHERE cid = ?2", table, position, name);
    if (strcmp(name, column) != 0)
        fail_msg("%s: column %d is \"%s\", described as \"%s\"", table, (int)position, name,
                 column);
    if (strncmp(table, "v_", 2) == 0)
        return;
    ask(database, "SELECT type FROM pragma_table_info(?1) WHERE cid = ?2", table, position, type);
    snprintf(cell, sizeof cell, "` | %s | ", type);
    if (strstr(line, cell) == NULL)
        fail_msg("%s.%s is of type %s", table, column, type);
}

/* Goal: every table, view and column is described, in its order and with its type, and no other. */
static void schema_is_described(void **state)
{
    struct fixture *fixture = *state;
    char line[LINE_SIZE], table[NAME_SIZE] = "", name[NAME_SIZE], count[NAME_SIZE];
    int64_t position = 0, tables = 0;
    while (fgets(line, sizeof line, fixture->document) != NULL) {
        if (quoted(line, "### ", name)) {
            expect_complete(fixture->database, table, position);
            memcpy(table, name, sizeof table);
            position = 0;
            tables++;
        } else if (line[0] == '#') {
            expect_complete(fixture->database, table, position);
            table[0] = '\0';
        } else if (table[0] != '\0' && quoted(line, "| ", name)) {
            expect_column(fixture->database, table, position++, name, line);
        }
    }
    ask(fixture->database, "SELECT count(*) FROM sqlite_master WHERE type IN ('table', 'view')", "",
        0, count);
    assert_int_equal(tables, atoi(count));
}

/* Goal: every query of the document runs. */
static void queries_run(void **state)
{
    struct fixture *fixture = *state;
    char line[LINE_SIZE], sql[SQL_SIZE] = "";
    bool inside = false;
    int queries = 0;
    while (fgets(line, sizeof line, fixture->document) != NULL) {
        if (strncmp(line, "```", 3) != 0) {
            if (inside && strlen(sql) + strlen(line) < sizeof sql)
                strcat(sql, line);
            continue;
        }
        if (inside) {
            char *message = NULL;
            if (sqlite3_exec(fixture->database, sql, NULL, NULL, &message) != SQLITE_OK)
                fail_msg("%s\n%s", sql, message);
            queries++;
        }
        inside = strncmp(line, "```sql", 6) == 0;
        sql[0] = '\0';
    }
    assert_true(queries >= 6);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(schema_is_described), CASE(queries_run)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
