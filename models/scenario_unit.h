/* scenario_unit.h - quantities as people write them ("250ms", "1000 DGAI", "5%") and back.
 *
 * A reader takes a value's text and whether it stood there as a JSON number rather than as a
 * string. It returns NULL and sets *out, or leaves *out alone and returns what is wrong as a
 * constant phrase that says what is allowed. Times and amounts are converted in integers: what is
 * not a whole number of the base unit is refused, never rounded. Private to the loader.
 */
#ifndef MODELS_SCENARIO_UNIT_H
#define MODELS_SCENARIO_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unit_text {
    const char *text;
    bool number; /* a JSON number, without quotes */
};

enum { UNIT_TEXT_SIZE = 48 }; /* room for whatever a writer writes */

const char *unit_read_duration(struct unit_text value, int64_t *out);           /* ns */
const char *unit_read_amount(struct unit_text value, int64_t *out);             /* micro-tokens */
const char *unit_read_fraction(struct unit_text value, double *out);            /* of 1 */
const char *unit_read_parts(struct unit_text value, int64_t one, int64_t *out); /* parts of one */
const char *unit_read_number(struct unit_text value, double *out);
const char *unit_read_whole(struct unit_text value, int64_t *out);
const char *unit_read_seed(struct unit_text value, uint64_t *out);
const char *unit_read_rate(struct unit_text value, double *out);      /* 1/s */
const char *unit_read_bandwidth(struct unit_text value, double *out); /* bit/s */

/* Writers use the largest unit in which the value is whole, or a unit in which it is at least 1.
 * What they write reads back as the same value; a rate or bandwidth that is no short decimal in its
 * unit may differ in the last bit. */
void unit_write_duration(int64_t value, char text[UNIT_TEXT_SIZE]);
void unit_write_amount(int64_t value, char text[UNIT_TEXT_SIZE]);
void unit_write_fraction(double value, char text[UNIT_TEXT_SIZE]);
void unit_write_parts(int64_t value, int64_t one, char text[UNIT_TEXT_SIZE]);
void unit_write_number(double value, char text[UNIT_TEXT_SIZE]);
void unit_write_rate(double value, char text[UNIT_TEXT_SIZE]);
void unit_write_bandwidth(double value, char text[UNIT_TEXT_SIZE]);

#endif
