/* scenario_unit.c - see scenario_unit.h.
 *
 * A number is read as decimal digits and a power of ten, so that "0.1s" is 100,000,000 ns and not
 * what is nearest to it in binary.
 */
#include "models/scenario_unit.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum { DIGITS_MAX = 19 }; /* fit into 64 bits */

/* value = digits * 10^exponent, negative if said so; rest is what follows the number. */
struct decimal {
    bool negative;
    uint64_t digits;
    int exponent;
    const char *rest;
};

struct unit {
    const char *name;
    int64_t factor; /* of the base unit */
};

static const struct unit duration_units[] = {
    {"ns", 1},
    {"us", 1000},
    {"ms", 1000000},
    {"s", INT64_C(1000000000)},
    {"min", INT64_C(60000000000)},
    {"h", INT64_C(3600000000000)},
    {"d", INT64_C(86400000000000)},
    {"w", INT64_C(604800000000000)},
    {NULL, 0},
};
static const struct unit amount_units[] = {{"uDGAI", 1}, {"DGAI", 1000000}, {NULL, 0}};
static const struct unit percent_units[] = {{"%", 1}, {NULL, 0}};
/* seconds in one */
static const struct unit rate_units[] = {
    {"/s", 1}, {"/min", 60}, {"/h", 3600}, {"/d", 86400}, {"/w", 604800}, {NULL, 0},
};
static const struct unit bandwidth_units[] = {
    {"bit/s", 1},
    {"kbit/s", 1000},
    {"Mbit/s", 1000000},
    {"Gbit/s", 1000000000},
    {"Tbit/s", INT64_C(1000000000000)},
    {NULL, 0},
};

static const char needs_duration[] =
    "a duration needs a unit: ns, us, ms, s, min, h, d or w, as in \"250ms\" (a bare number only for 0)";
static const char needs_amount[] =
    "an amount needs a unit: DGAI or uDGAI, as in \"1000 DGAI\" (a bare number only for 0)";
static const char needs_fraction[] =
    "allowed is a percentage as in \"5%\" or a plain number as in 0.05";
static const char needs_number[] = "allowed is a plain number, without quotes";
static const char needs_whole[] = "allowed is a whole number, without quotes";
static const char needs_rate[] = "a rate needs a unit: /s, /min, /h, /d or /w, as in \"12/s\"";
static const char needs_bandwidth[] =
    "a bandwidth needs a unit: bit/s, kbit/s, Mbit/s, Gbit/s or Tbit/s, as in \"20Mbit/s\"";
static const char too_many_digits[] = "too many digits: at most 19 are kept exactly";
static const char too_large[] = "the number is too large";

/* ---- decimal numbers ---- */

/* Digits before or after the point; leading zeros cost nothing. False: there are too many. */
static bool decimal_digits(const char **at, struct decimal *out, bool fraction)
{
    for (; isdigit((unsigned char)**at); ++*at) {
        uint64_t digit = (uint64_t)(**at - '0');
        if (out->digits > (UINT64_MAX - digit) / 10)
            return false;
        out->digits = out->digits * 10 + digit;
        if (fraction)
            out->exponent--;
    }
    return true;
}

static void decimal_exponent(const char **at, struct decimal *out)
{
    if (**at != 'e' && **at != 'E')
        return;
    const char *p = *at + 1;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (!isdigit((unsigned char)*p))
        return;
    int power = 0;
    for (; isdigit((unsigned char)*p); p++) {
        if (power < 10000)
            power = power * 10 + (*p - '0');
    }
    out->exponent += negative ? -power : power;
    *at = p;
}

/* NULL: read. `needs` is the phrase for text that is no number at all. */
static const char *decimal_read(const char *text, const char *needs, struct decimal *out)
{
    struct decimal decimal = {0};
    const char *at = text;
    decimal.negative = *at == '-';
    if (*at == '-')
        at++;
    if (!isdigit((unsigned char)*at))
        return needs;
    if (!decimal_digits(&at, &decimal, false))
        return too_many_digits;
    if (*at == '.' && isdigit((unsigned char)at[1])) {
        at++;
        if (!decimal_digits(&at, &decimal, true))
            return too_many_digits;
    }
    decimal_exponent(&at, &decimal);
    decimal.rest = at;
    *out = decimal;
    return NULL;
}

/* decimal * factor as a whole number of at most limit; `inexact` is the phrase for one that is
 * none. */
static const char *decimal_scale(const struct decimal *decimal, int64_t factor, uint64_t limit,
                                 const char *inexact, uint64_t *out)
{
    wide value = (wide)decimal->digits * (wide)factor;
    int exponent = value == 0 ? 0 : decimal->exponent;
    for (; exponent < 0; exponent++) {
        if (value % 10 != 0)
            return inexact;
        value /= 10;
    }
    for (; exponent > 0 && value <= limit; exponent--)
        value *= 10;
    if (value > limit)
        return too_large;
    *out = (uint64_t)value;
    return NULL;
}

static const char *decimal_signed(const struct decimal *decimal, int64_t factor,
                                  const char *inexact, int64_t *out)
{
    uint64_t magnitude;
    const char *wrong = decimal_scale(decimal, factor, INT64_MAX, inexact, &magnitude);
    if (wrong == NULL)
        *out = decimal->negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return wrong;
}

/* The nearest double of decimal * 10^shift; strtod rounds correctly. */
static const char *decimal_double(const struct decimal *decimal, int shift, double *out)
{
    char text[UNIT_TEXT_SIZE];
    snprintf(text, sizeof text, "%s%" PRIu64 "e%d", decimal->negative ? "-" : "", decimal->digits,
             decimal->exponent + shift);
    double value = strtod(text, NULL);
    if (!isfinite(value))
        return too_large;
    *out = value;
    return NULL;
}

/* ---- units ---- */

static const struct unit *unit_find(const struct unit *units, const char *name)
{
    while (*name == ' ')
        name++;
    for (; units->name != NULL; units++) {
        if (strcmp(units->name, name) == 0)
            return units;
    }
    return NULL;
}

static const char *read_integer(struct unit_text value, const struct unit *units, const char *needs,
                                const char *inexact, int64_t *out)
{
    struct decimal decimal;
    const char *wrong = decimal_read(value.text, needs, &decimal);
    if (wrong != NULL)
        return wrong;
    bool bare = *decimal.rest == '\0';
    if (bare && decimal.digits != 0)
        return needs;
    const struct unit *unit = bare ? &units[0] : unit_find(units, decimal.rest);
    if (unit == NULL)
        return needs;
    return decimal_signed(&decimal, unit->factor, inexact, out);
}

const char *unit_read_duration(struct unit_text value, int64_t *out)
{
    return read_integer(value, duration_units, needs_duration,
                        "a duration must be a whole number of nanoseconds", out);
}

const char *unit_read_amount(struct unit_text value, int64_t *out)
{
    return read_integer(value, amount_units, needs_amount,
                        "an amount must be a whole number of uDGAI (10^-6 DGAI)", out);
}

/* A number as it stands, or a string that ends in a per cent sign: then *shift is -2. */
static const char *read_portion(struct unit_text value, struct decimal *decimal, int *shift)
{
    const char *wrong = decimal_read(value.text, needs_fraction, decimal);
    if (wrong != NULL)
        return wrong;
    if (value.number ? *decimal->rest != '\0' : unit_find(percent_units, decimal->rest) == NULL)
        return needs_fraction;
    *shift = value.number ? 0 : -2;
    return NULL;
}

const char *unit_read_fraction(struct unit_text value, double *out)
{
    struct decimal decimal;
    int shift;
    const char *wrong = read_portion(value, &decimal, &shift);
    return wrong != NULL ? wrong : decimal_double(&decimal, shift, out);
}

const char *unit_read_parts(struct unit_text value, int64_t one, int64_t *out)
{
    struct decimal decimal;
    int shift;
    const char *wrong = read_portion(value, &decimal, &shift);
    if (wrong != NULL)
        return wrong;
    decimal.exponent += shift;
    return decimal_signed(&decimal, one,
                          "a fraction has at most nine decimals (seven as a percentage)", out);
}

const char *unit_read_number(struct unit_text value, double *out)
{
    struct decimal decimal;
    if (!value.number)
        return needs_number;
    const char *wrong = decimal_read(value.text, needs_number, &decimal);
    return wrong != NULL ? wrong : decimal_double(&decimal, 0, out);
}

const char *unit_read_whole(struct unit_text value, int64_t *out)
{
    struct decimal decimal;
    if (!value.number)
        return needs_whole;
    const char *wrong = decimal_read(value.text, needs_whole, &decimal);
    return wrong != NULL ? wrong : decimal_signed(&decimal, 1, needs_whole, out);
}

const char *unit_read_seed(struct unit_text value, uint64_t *out)
{
    static const char needs_seed[] =
        "allowed is a whole number from 0 to 18446744073709551615, without quotes";
    struct decimal decimal;
    if (!value.number)
        return needs_seed;
    const char *wrong = decimal_read(value.text, needs_seed, &decimal);
    if (wrong != NULL || decimal.negative)
        return needs_seed;
    return decimal_scale(&decimal, 1, UINT64_MAX, needs_seed, out) == NULL ? NULL : needs_seed;
}

/* A number with one of the units; 0 may do without. *unit is NULL for that 0. */
static const char *read_real(struct unit_text value, const struct unit *units, const char *needs,
                             double *number, const struct unit **unit)
{
    struct decimal decimal;
    const char *wrong = decimal_read(value.text, needs, &decimal);
    if (wrong != NULL)
        return wrong;
    bool zero = *decimal.rest == '\0' && decimal.digits == 0;
    *unit = zero ? NULL : unit_find(units, decimal.rest);
    if (!zero && *unit == NULL)
        return needs;
    return decimal_double(&decimal, 0, number);
}

const char *unit_read_rate(struct unit_text value, double *out)
{
    const struct unit *unit;
    double number;
    const char *wrong = read_real(value, rate_units, needs_rate, &number, &unit);
    if (wrong == NULL)
        *out = unit == NULL ? 0 : number / (double)unit->factor;
    return wrong;
}

const char *unit_read_bandwidth(struct unit_text value, double *out)
{
    const struct unit *unit;
    double number;
    const char *wrong = read_real(value, bandwidth_units, needs_bandwidth, &number, &unit);
    if (wrong == NULL)
        *out = unit == NULL ? 0 : number * (double)unit->factor;
    return wrong;
}

/* ---- writing ---- */

/* value / one with its decimals, no trailing zeros; one is a power of ten. */
static void write_decimal(int64_t value, int64_t one, const char *unit, char text[UNIT_TEXT_SIZE])
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t whole = magnitude / (uint64_t)one, part = magnitude % (uint64_t)one;
    int digits = 0;
    for (int64_t power = one; power > 1; power /= 10)
        digits++;
    for (; part != 0 && part % 10 == 0; part /= 10)
        digits--;
    const char *sign = value < 0 ? "-" : "";
    if (part == 0)
        snprintf(text, UNIT_TEXT_SIZE, "%s%" PRIu64 "%s", sign, whole, unit);
    else
        snprintf(text, UNIT_TEXT_SIZE, "%s%" PRIu64 ".%0*" PRIu64 "%s", sign, whole, digits, part,
                 unit);
}

void unit_write_duration(int64_t value, char text[UNIT_TEXT_SIZE])
{
    const struct unit *unit = &duration_units[0];
    for (const struct unit *u = unit; u->name != NULL && strcmp(u->name, "w") != 0; u++) {
        if (value % u->factor == 0)
            unit = u;
    }
    if (value == 0)
        unit = &duration_units[3]; /* 0s */
    snprintf(text, UNIT_TEXT_SIZE, "%" PRId64 "%s", value / unit->factor, unit->name);
}

void unit_write_amount(int64_t value, char text[UNIT_TEXT_SIZE])
{
    write_decimal(value, 1000000, " DGAI", text);
}

void unit_write_parts(int64_t value, int64_t one, char text[UNIT_TEXT_SIZE])
{
    write_decimal(value, one / 100, "%", text);
}

void unit_write_number(double value, char text[UNIT_TEXT_SIZE])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, UNIT_TEXT_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

/* value * scale with a suffix, in the fewest digits that read back as the same value. */
static void write_scaled(double value, double scale, const char *suffix,
                         const char *(*read)(struct unit_text, double *), char text[UNIT_TEXT_SIZE])
{
    for (int digits = 12; digits <= 17; digits++) {
        double back = 0;
        snprintf(text, UNIT_TEXT_SIZE, "%.*g%s", digits, value * scale, suffix);
        if (read((struct unit_text){.text = text}, &back) == NULL && back == value)
            return;
    }
}

void unit_write_fraction(double value, char text[UNIT_TEXT_SIZE])
{
    write_scaled(value, 100, "%", unit_read_fraction, text);
}

void unit_write_rate(double value, char text[UNIT_TEXT_SIZE])
{
    const struct unit *best = &rate_units[0];
    for (const struct unit *u = best; u->name != NULL && value > 0 && value < 1; u++) {
        best = u;
        if (value * (double)u->factor >= 1)
            break;
    }
    write_scaled(value, (double)best->factor, best->name, unit_read_rate, text);
}

void unit_write_bandwidth(double value, char text[UNIT_TEXT_SIZE])
{
    const struct unit *best = &bandwidth_units[0];
    for (const struct unit *u = best; u->name != NULL; u++) {
        if (value >= (double)u->factor)
            best = u;
    }
    write_scaled(value, 1 / (double)best->factor, best->name, unit_read_bandwidth, text);
}
