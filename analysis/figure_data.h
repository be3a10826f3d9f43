/* figure_data.h - the series of one run, read from a results file for drawing. */
#ifndef ANALYSIS_FIGURE_DATA_H
#define ANALYSIS_FIGURE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/result.h"
#include "sim/error.h"

enum { FIGURE_TITLE_SIZE = 160 };

struct figure_series {
    char name[RESULT_NAME_SIZE];
    double *values; /* one per epoch, NaN where undefined */
};

struct figure_data {
    char title[FIGURE_TITLE_SIZE]; /* scenario, seed, replication, fingerprint */
    double *end_hours;             /* of each epoch */
    size_t epoch_count;
    struct figure_series *series; /* by name */
    size_t series_count;
};

/* run 0: the last one in the file. On failure *out is left alone. */
bool figure_data_load(const char *path, int64_t run, struct figure_data *out, struct error *error);
void figure_data_free(struct figure_data *data); /* a zeroed one is allowed */

#endif
