/* figure_script.h - the gnuplot script of a figure; used by figure.c alone. */
#ifndef ANALYSIS_FIGURE_SCRIPT_H
#define ANALYSIS_FIGURE_SCRIPT_H

#include <stdio.h>

#include "analysis/figure_data.h"

/* gnuplot draws on its standard output. Write errors are the caller's to find (ferror). */
void figure_script_write(const struct figure_data *data, const char *terminal, FILE *out);

#endif
