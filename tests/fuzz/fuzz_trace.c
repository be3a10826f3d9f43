/* Goal: whatever a trace file holds, it is either loaded into rows that keep the header's promises
 * or refused with a message and nothing left behind. */
#include "tests/fuzz/fuzz_input.h"

#include <stdlib.h>

#include "models/trace.h"

/* A broken promise ends the process, which the fuzzer reports together with the input. */
static void fuzz_require(bool condition)
{
    if (!condition)
        abort();
}

static void fuzz_check_rows(const struct trace *trace)
{
    fuzz_require(trace->count > 0 && trace->count <= TRACE_ROWS_MAX);
    for (uint64_t i = 0; i < trace->count; i++) {
        const struct trace_row *row = trace_row_at(trace, i);
        fuzz_require(row->input > 0 && row->input <= TRACE_TOKENS_MAX);
        fuzz_require(row->output > 0 && row->output <= TRACE_TOKENS_MAX);
        fuzz_require(row->time_ns >= (i > 0 ? trace_row_at(trace, i - 1)->time_ns : 0));
    }
}

static void fuzz_check_times(const struct trace *trace)
{
    int64_t last = 0;

    for (uint64_t i = 0; i < 3 * trace->count && i < 300; i++) {
        int64_t time = trace_time(trace, i, 1.5, true);
        fuzz_require(time >= last);
        last = time;
    }
    fuzz_require(trace_time(trace, trace->count, 1.0, false) == INT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct trace trace = {0};
    const char *path = fuzz_input_write(data, size);

    if (path == NULL)
        return 0;
    if (trace_load(path, &trace, &error)) {
        fuzz_check_rows(&trace);
        fuzz_check_times(&trace);
    } else {
        fuzz_require(trace.rows == NULL && trace.count == 0);
        fuzz_require(error.text[0] != '\0');
    }
    trace_free(&trace);
    return 0;
}
