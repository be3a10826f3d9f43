/* format.h - numbers as people read them: few digits, thousands separators, fitting units. */
#ifndef ANALYSIS_FORMAT_H
#define ANALYSIS_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/estimate.h"

enum { FORMAT_SIZE = 128 };

/* Four significant digits, whole numbers in full: "1,234,567", "0.07310", "12.35". */
void format_number(char text[FORMAT_SIZE], double value);
/* In ns, us, ms, s, min, h or d, whichever fits: "34.12 ms". */
void format_seconds(char text[FORMAT_SIZE], double seconds);
/* Exact, to the micro-token: "1,234.567890". */
void format_amount(char text[FORMAT_SIZE], int64_t utok);
/* Mean and half-width ("12.31 ± 0.27 s") in the unit of a metric: "s" becomes a fitting unit of
 * time, "%" means that the value is a fraction of 1. runs: of how many; fewer with a value is
 * said. "-" when no run has a value. */
void format_estimate(char text[FORMAT_SIZE], const struct estimate *estimate, const char *unit,
                     size_t runs);

/* Columns that UTF-8 text takes on a terminal, for the characters used here. */
size_t format_width(const char *text);

#endif
