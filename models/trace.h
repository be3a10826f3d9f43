/* trace.h - recorded requests, read from CSV by its header.
 *
 * Columns t_s (seconds) or t_ms (milliseconds), input_tokens and output_tokens, in any order;
 * others are ignored. Fields may be quoted as in RFC 4180, lines end in \n or \r\n, empty lines are
 * skipped. Times are decimal numbers, read exactly to the nanosecond (further digits are cut off);
 * they may repeat but not go back. Tokens are whole and positive.
 */
#ifndef MODELS_TRACE_H
#define MODELS_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

#define TRACE_ROWS_MAX   UINT64_C(50000000)
#define TRACE_TOKENS_MAX UINT32_C(1000000000) /* in one field */

struct trace_row {
    int64_t time_ns; /* since the first row */
    uint32_t input, output;
};

struct trace {
    struct trace_row *rows;
    uint64_t count; /* at least 1 once loaded */
};

/* On success the caller owns *out; otherwise *out is left alone and *error names file, line, cause
 * and the offending text (ERROR_INPUT; ERROR_IO when the file cannot be read; ERROR_MEMORY). */
bool trace_load(const char *path, struct trace *out, struct error *error);
void trace_free(struct trace *trace); /* a zeroed one is allowed */

/* When the index-th request comes (from 0), the first one at 0; INT64_MAX after the last one. With
 * loop the trace starts over one mean gap after its last row and never ends; its requests repeat,
 * see trace_row_at(). rate_scale 2 plays it twice as fast. */
int64_t trace_time(const struct trace *trace, uint64_t index, double rate_scale, bool loop);
const struct trace_row *trace_row_at(const struct trace *trace,
                                     uint64_t index); /* index modulo count */

#endif
