/* figure.h - draws a run as a picture with the gnuplot program. */
#ifndef ANALYSIS_FIGURE_H
#define ANALYSIS_FIGURE_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/figure_data.h"

/* True for a name that ends in .png or .svg, which decides the format. */
bool figure_path_check(const char *path, struct error *error);

/* Four panels over virtual time: profit per node, latency, load, penalties. The file appears, or is
 * replaced, only when the picture is complete. */
bool figure_draw(const struct figure_data *data, const char *path, struct error *error);

#endif
