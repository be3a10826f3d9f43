/* summary_rows.h - which metric stands where in the summary; used by summary.c alone. */
#ifndef ANALYSIS_SUMMARY_ROWS_H
#define ANALYSIS_SUMMARY_ROWS_H

#include <stdbool.h>
#include <stddef.h>

struct summary_row {
    const char *section; /* "": not printed, because the ledger shows it */
    const char *metric;  /* "name", or "name.*": a line with one column for each subject */
    const char *label;
    const char *unit; /* in place of the metric's own; NULL: as it is */
};

/* Of something that is off by default: not printed while it is 0. */
bool summary_row_optional(const struct summary_row *row);

/* In the order of printing; the rows of a section stand together. */
const struct summary_row *summary_rows(size_t *count);

#endif
