/* spool.c - rows as they lie in memory, in a file that only this process will ever read. */
#include "analysis/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/store.h"

struct spool {
    FILE *file;
    const char *path; /* of the results */
    uint64_t count;
};

static bool fail(const struct spool *spool, struct error *error)
{
    return error_set(error, ERROR_IO, "%s: the rows of requests could not be kept: %s", spool->path,
                     strerror(errno));
}

bool spool_open(const struct store *store, struct spool **out, struct error *error)
{
    struct spool *spool = calloc(1, sizeof *spool);
    if (spool == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    spool->file = store_scratch_open(store, error);
    if (spool->file == NULL) {
        free(spool);
        return false;
    }
    spool->path = store_path(store);
    *out = spool;
    return true;
}

void spool_close(struct spool *spool)
{
    if (spool == NULL)
        return;
    fclose(spool->file);
    free(spool);
}

bool spool_add(struct spool *spool, const struct result_request *row, struct error *error)
{
    if (fwrite(row, sizeof *row, 1, spool->file) != 1)
        return fail(spool, error);
    spool->count++;
    return true;
}

bool spool_store(struct spool *spool, struct store *store, struct error *error)
{
    if (fflush(spool->file) != 0 || fseek(spool->file, 0, SEEK_SET) != 0)
        return fail(spool, error);
    for (uint64_t i = 0; i < spool->count; i++) {
        struct result_request row;
        if (fread(&row, sizeof row, 1, spool->file) != 1)
            return fail(spool, error);
        if (!store_request(store, &row, error))
            return false;
    }
    return true;
}
