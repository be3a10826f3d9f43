/* store.c - the life of a results file: made beside its name, filled run by run, never half
 * written. */
#include "analysis/store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "analysis/provenance.h"
#include "analysis/store_rows.h"
#include "analysis/store_schema.h"

enum { STORE_BUSY_MS = 60000, HEADER_SIZE = 100, HEADER_VERSION = 60, HEADER_APPLICATION = 68 };

struct store {
    char *path;
    char *temporary;   /* what is written until the first run is complete; NULL afterwards */
    sqlite3 *database; /* NULL between runs */
    sqlite3_stmt *request;
    int64_t run;
    bool begun;
};

static const char *store_file(const struct store *store)
{
    return store->temporary != NULL ? store->temporary : store->path;
}

static uint32_t big_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

bool store_header_check(const char *path, struct error *error)
{
    unsigned char header[HEADER_SIZE];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return error_set(error, errno == ENOENT ? ERROR_INPUT : ERROR_IO, "%s: %s", path,
                         strerror(errno));
    size_t length = fread(header, 1, sizeof header, file);
    fclose(file);

    if (length < sizeof header || memcmp(header, "SQLite format 3", 16) != 0)
        return error_set(error, ERROR_INPUT, "%s: is not a dgsim results file", path);
    if (big_endian(header + HEADER_APPLICATION) != STORE_APPLICATION_ID)
        return error_set(error, ERROR_INPUT,
                         "%s: is not a dgsim results file but a database of another program", path);
    uint32_t version = big_endian(header + HEADER_VERSION);
    if (version != STORE_SCHEMA_VERSION)
        return error_set(error, ERROR_INPUT, "%s: has results schema %u; this program knows %d",
                         path, version, STORE_SCHEMA_VERSION);
    return true;
}

static bool connection_open(struct store *store, struct error *error)
{
    const char *path = store_file(store);
    sqlite3 *database = NULL;
    if (!store_rows_open(path, SQLITE_OPEN_READWRITE, &database, error))
        goto failed;
    sqlite3_busy_timeout(database, STORE_BUSY_MS);
    if (sqlite3_db_readonly(database, "main") == 1) {
        error_set(error, ERROR_IO, "%s", strerror(EACCES));
        goto failed;
    }
    if (!store_rows_execute(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
                            error))
        goto failed;
    store->database = database;
    return true;
failed:
    sqlite3_close(database);
    return error_prefix(error, "%s: ", path);
}

/* Claims the disk space that the file will need when the write-ahead log is moved into it: once
 * the run is committed, nothing but a broken disk keeps it from ending up in the file. */
static bool space_reserve(struct store *store, struct error *error)
{
    int64_t pages = 0, page_size = 0;
    if (!store_rows_number(store->database, "PRAGMA page_count", &pages, error) ||
        !store_rows_number(store->database, "PRAGMA page_size", &page_size, error))
        return false;
    int chunk = (int)page_size;
    sqlite3_int64 bytes = pages * page_size;
    sqlite3_file_control(store->database, "main", SQLITE_FCNTL_CHUNK_SIZE, &chunk);
    errno = 0;
    int code = sqlite3_file_control(store->database, "main", SQLITE_FCNTL_SIZE_HINT, &bytes);
    int cause = errno != 0 ? errno : ENOSPC;
    return code == SQLITE_OK ||
           error_set(error, ERROR_IO, "no room for the run: %s", strerror(cause));
}

/* Back to one file in rollback mode. Another process that has the file open keeps it in WAL
 * mode: the last to close does this then. */
static bool connection_close(struct store *store, struct error *error)
{
    if (store->database == NULL)
        return true;
    sqlite3_finalize(store->request);
    store->request = NULL;
    bool ok = store_rows_execute(store->database, "PRAGMA wal_checkpoint(TRUNCATE)", error);
    if (ok)
        sqlite3_exec(store->database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(store->database);
    store->database = NULL;
    return ok;
}

static void remove_file(const char *path, const char *suffix)
{
    char name[PATH_MAX];
    int length = snprintf(name, sizeof name, "%s%s", path, suffix);
    if (length > 0 && length < (int)sizeof name)
        unlink(name);
}

static void temporary_remove(struct store *store)
{
    if (store->temporary == NULL)
        return;
    remove_file(store->temporary, "");
    remove_file(store->temporary, "-wal");
    remove_file(store->temporary, "-shm");
    remove_file(store->temporary, "-journal");
}

static bool temporary_make(struct store *store, struct error *error)
{
    char *name = NULL;
    if (asprintf(&name, "%s.part-%ld", store->path, (long)getpid()) < 0)
        return error_set(error, ERROR_MEMORY, "out of memory");
    int file = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (file < 0) {
        error_set(error, ERROR_IO, "%s: cannot be written: %s", store->path, strerror(errno));
        free(name);
        return false;
    }
    close(file);
    store->temporary = name;
    return true;
}

static bool schema_make(struct store *store, struct error *error)
{
    char *meta = NULL;
    char created[PROVENANCE_TIME_SIZE];
    provenance_time(created);
    if (asprintf(&meta,
                 "INSERT INTO meta VALUES ('schema_version', '%d'), ('created_utc', '%s'),"
                 " ('money', '1 DGAI = 1000000 utok'), ('time', 'nanoseconds of virtual time')",
                 STORE_SCHEMA_VERSION, created) < 0)
        return error_set(error, ERROR_MEMORY, "out of memory");

    bool ok = store_rows_execute(store->database, "BEGIN", error);
    for (size_t i = 0; ok && store_schema_sql[i] != NULL; i++)
        ok = store_rows_execute(store->database, store_schema_sql[i], error);
    ok = ok && store_rows_execute(store->database, meta, error) &&
         store_rows_execute(store->database, "COMMIT", error);
    free(meta);
    return ok || error_prefix(error, "%s: ", store->path);
}

/* An empty transaction: what keeps a run from being added later shows now. */
static bool write_check(struct store *store, struct error *error)
{
    return store_rows_execute(store->database, "BEGIN IMMEDIATE; ROLLBACK;", error) ||
           error_prefix(error, "%s: ", store->path);
}

/* A file that is not ours is left as it is. */
static bool open_existing(struct store *store, const struct stat *status, struct error *error)
{
    if (!S_ISREG(status->st_mode))
        return error_set(error, ERROR_INPUT, "%s: is not a regular file", store->path);
    if (!store_header_check(store->path, error))
        return error_prefix(error, "cannot add a run to ");
    return connection_open(store, error) && write_check(store, error) &&
           connection_close(store, error);
}

static bool open_new(struct store *store, struct error *error)
{
    struct stat status;
    if (lstat(store->path, &status) == 0)
        return error_set(error, ERROR_INPUT, "%s: is a symbolic link to nothing", store->path);
    return temporary_make(store, error) && connection_open(store, error) &&
           schema_make(store, error) && connection_close(store, error);
}

bool store_open(const char *path, struct store **out, struct error *error)
{
    struct stat status;
    bool ok = false;
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL || (store->path = strdup(path)) == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        goto done;
    }
    if (path[0] == '\0') {
        error_set(error, ERROR_INPUT, "the name of a results file is empty");
        goto done;
    }
    if (stat(path, &status) == 0)
        ok = open_existing(store, &status, error);
    else if (errno == ENOENT)
        ok = open_new(store, error);
    else
        error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
done:
    if (ok)
        *out = store;
    else
        store_close(store);
    return ok;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_abort(store);
    temporary_remove(store);
    free(store->temporary);
    free(store->path);
    free(store);
}

bool store_begin(struct store *store, struct error *error)
{
    if (!connection_open(store, error))
        return false;
    if (!store_rows_execute(store->database, "BEGIN IMMEDIATE", error))
        goto failed;
    store->begun = true;
    if (!store_rows_number(store->database, "SELECT coalesce(max(run), 0) + 1 FROM runs",
                           &store->run, error) ||
        !store_rows_request_open(store->database, &store->request, error))
        goto failed;
    return true;
failed:
    store_abort(store);
    return error_prefix(error, "%s: ", store->path);
}

const char *store_path(const struct store *store)
{
    return store->path;
}

FILE *store_scratch_open(const struct store *store, struct error *error)
{
    FILE *stream = NULL;
    char *copy = strdup(store->path);
    int file = copy == NULL ? -1 : open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    free(copy);
    if (file >= 0) {
        stream = fdopen(file, "w+");
        if (stream == NULL)
            close(file);
    } else {
        stream = tmpfile(); /* not every file system has files without a name */
    }
    if (stream == NULL)
        error_set(error, ERROR_IO, "temporary file for %s: %s", store->path, strerror(errno));
    return stream;
}

bool store_request(struct store *store, const struct result_request *row, struct error *error)
{
    return store_rows_request(store->request, store->run, row, error) ||
           error_prefix(error, "%s: ", store->path);
}

void store_abort(struct store *store)
{
    sqlite3_finalize(store->request);
    store->request = NULL;
    if (store->begun)
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    store->begun = false;
    connection_close(store, NULL);
}

static void sync_folder(const char *path)
{
    char *copy = strdup(path);
    if (copy == NULL)
        return;
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (folder < 0)
        return;
    fsync(folder);
    close(folder);
}

/* Gives the finished file its name, unless a file has taken that name meanwhile. */
static bool publish(struct store *store, struct error *error)
{
    int failed = renameat2(AT_FDCWD, store->temporary, AT_FDCWD, store->path, RENAME_NOREPLACE);
    if (failed && (errno == EINVAL || errno == ENOSYS)) { /* not every file system knows the flag */
        if (access(store->path, F_OK) == 0)
            errno = EEXIST;
        else
            failed = rename(store->temporary, store->path);
    }
    if (failed && errno == EEXIST) {
        error_set(error, ERROR_IO, "%s: was made by somebody else meanwhile; the run is in %s",
                  store->path, store->temporary);
        goto done;
    }
    if (failed)
        return error_set(error, ERROR_IO, "%s: %s", store->path, strerror(errno));
    sync_folder(store->path);
done:
    free(store->temporary);
    store->temporary = NULL;
    return !failed;
}

bool store_commit(struct store *store, const struct store_run *entry, int64_t *run,
                  struct error *error)
{
    int64_t number = store->run;
    if (!store_rows_write(store->database, number, entry, error) || !space_reserve(store, error) ||
        !store_rows_execute(store->database, "COMMIT", error)) {
        store_abort(store);
        return error_prefix(error, "%s: the run was not stored: ", store->path);
    }
    store->begun = false;
    if (!connection_close(store, error))
        return store->temporary != NULL
                   ? error_prefix(error, "%s: the run was not stored: ", store->path)
                   : error_prefix(error, "%s: keep it together with its -wal file: ", store->path);
    if (store->temporary != NULL && !publish(store, error))
        return false;
    if (run != NULL)
        *run = number;
    return true;
}
