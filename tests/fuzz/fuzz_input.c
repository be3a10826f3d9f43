/* A file per process, named after it, since several fuzzers may run at once. libFuzzer leaves no
 * other place for the path than a static: it calls one function with the input and nothing else. */
#include "tests/fuzz/fuzz_input.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FUZZ_PATH_SIZE = 64 };

static char fuzz_path[FUZZ_PATH_SIZE];

static void fuzz_input_remove(void)
{
    unlink(fuzz_path);
}

static void fuzz_input_name(void)
{
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    snprintf(fuzz_path, sizeof fuzz_path, "%s/dgsim-fuzz-%ld", folder, (long)getpid());
    atexit(fuzz_input_remove);
}

const char *fuzz_input_write(const uint8_t *data, size_t size)
{
    if (fuzz_path[0] == '\0')
        fuzz_input_name();

    FILE *file = fopen(fuzz_path, "w");
    if (file == NULL)
        return NULL;
    size_t written = fwrite(data, 1, size, file);
    return fclose(file) == 0 && written == size ? fuzz_path : NULL;
}
