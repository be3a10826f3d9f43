#include "analysis/journal_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_ROOM = 4096, PARTS = 2 };

struct journal_files {
    uint32_t count; /* handles */
    FILE **files;   /* two a handle, in the order of enum world_journal_part */
    char *folder;
};

static const char *const suffixes[PARTS] = {
    [WORLD_JOURNAL_BLOCK] = "journal",
    [WORLD_JOURNAL_DECISIONS] = "decisions",
};

static void path_of(const struct journal_files *files, size_t file, char path[PATH_ROOM])
{
    size_t handle = file / PARTS;
    if (handle == 0)
        snprintf(path, PATH_ROOM, "%s/chain.%s", files->folder, suffixes[file % PARTS]);
    else
        snprintf(path, PATH_ROOM, "%s/gateway-%zu.%s", files->folder, handle - 1,
                 suffixes[file % PARTS]);
}

static bool open_all(struct journal_files *files, struct error *error)
{
    for (size_t i = 0; i < (size_t)files->count * PARTS; i++) {
        char path[PATH_ROOM];
        path_of(files, i, path);
        files->files[i] = fopen(path, "wbx");
        if (files->files[i] == NULL)
            return error_set(error, errno == EEXIST ? ERROR_INPUT : ERROR_IO, "%s: %s", path,
                             strerror(errno));
    }
    return true;
}

bool journal_files_open(const char *folder, uint32_t gateway_count, struct journal_files **out,
                        struct error *error)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return error_set(error, ERROR_IO, "%s: %s", folder, strerror(errno));
    struct journal_files *files = calloc(1, sizeof *files);
    if (files == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    files->count = 1 + gateway_count;
    files->folder = strdup(folder);
    files->files = calloc((size_t)files->count * PARTS, sizeof *files->files);
    bool ok = (files->folder != NULL && files->files != NULL) ||
              error_set(error, ERROR_MEMORY, "out of memory");
    if (ok && open_all(files, error)) {
        *out = files;
        return true;
    }
    journal_files_close(files, NULL);
    return false;
}

static bool failed(const struct journal_files *files, size_t file, struct error *error)
{
    char path[PATH_ROOM];
    path_of(files, file, path);
    return error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
}

bool journal_files_write(void *context, uint32_t handle, enum world_journal_part part,
                         const void *bytes, size_t size, struct error *error)
{
    struct journal_files *files = context;
    size_t file = (size_t)handle * PARTS + part;
    return fwrite(bytes, 1, size, files->files[file]) == size || failed(files, file, error);
}

bool journal_files_close(struct journal_files *files, struct error *error)
{
    bool ok = true;
    if (files == NULL)
        return true;
    for (size_t i = 0; files->files != NULL && i < (size_t)files->count * PARTS; i++) {
        if (files->files[i] != NULL && fclose(files->files[i]) != 0 && ok)
            ok = failed(files, i, error);
    }
    free(files->files);
    free(files->folder);
    free(files);
    return ok;
}
