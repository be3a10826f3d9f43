/* format.c - digits follow the half-width where there is one: two of its digits, as is
 * customary. */
#include "analysis/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SIGNIFICANT_DIGITS = 4, HALF_WIDTH_DIGITS = 2, MOST_DECIMALS = 9 };

struct scale {
    double factor;
    const char *unit;
};

static int exponent_of(double value)
{
    return value == 0 || !isfinite(value) ? 0 : (int)floor(log10(fabs(value)) + 1e-12);
}

static int decimals_for(double value, int digits)
{
    int decimals = digits - 1 - exponent_of(value);
    return decimals < 0 ? 0 : decimals > MOST_DECIMALS ? MOST_DECIMALS : decimals;
}

/* Copies "-1234567.89" as "-1,234,567.89". */
static void separate(char text[FORMAT_SIZE], const char *plain)
{
    size_t whole = strcspn(plain, ".e");
    size_t length = 0;
    for (size_t i = 0; plain[i] != '\0' && length < FORMAT_SIZE - 2; i++) {
        bool digit_before = i > 0 && plain[i - 1] != '-';
        if (i < whole && digit_before && (whole - i) % 3 == 0)
            text[length++] = ',';
        text[length++] = plain[i];
    }
    text[length] = '\0';
}

static void fixed(char text[FORMAT_SIZE], double value, int decimals)
{
    char plain[FORMAT_SIZE];
    if (!isfinite(value) || fabs(value) >= 1e18 || (value != 0 && fabs(value) < 1e-6))
        snprintf(plain, sizeof plain, "%.*g", SIGNIFICANT_DIGITS, value);
    else
        snprintf(plain, sizeof plain, "%.*f", decimals, value);
    bool minus_zero = plain[0] == '-' && strspn(plain, "-0.") == strlen(plain);
    separate(text, minus_zero ? plain + 1 : plain);
}

static int number_decimals(double value, double half)
{
    if (half > 0)
        return decimals_for(half, HALF_WIDTH_DIGITS);
    return value == rint(value) ? 0 : decimals_for(value, SIGNIFICANT_DIGITS);
}

void format_number(char text[FORMAT_SIZE], double value)
{
    fixed(text, value, number_decimals(value, 0));
}

static struct scale seconds_scale(double seconds)
{
    static const struct {
        double below;
        struct scale scale;
    } rows[] = {
        {1e-6, {1e9, "ns"}}, {1e-3, {1e6, "us"}},       {1, {1e3, "ms"}},
        {120, {1, "s"}},     {7200, {1.0 / 60, "min"}}, {172800, {1.0 / 3600, "h"}},
    };
    if (seconds == 0)
        return (struct scale){1, "s"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (fabs(seconds) < rows[i].below)
            return rows[i].scale;
    }
    return (struct scale){1.0 / 86400, "d"};
}

void format_seconds(char text[FORMAT_SIZE], double seconds)
{
    struct estimate exact = {1, seconds, NAN};
    format_estimate(text, &exact, "s", 1);
}

void format_amount(char text[FORMAT_SIZE], int64_t utok)
{
    char plain[FORMAT_SIZE];
    uint64_t size = utok < 0 ? -(uint64_t)utok : (uint64_t)utok;
    snprintf(plain, sizeof plain, "%s%" PRIu64 ".%06" PRIu64, utok < 0 ? "-" : "", size / 1000000,
             size % 1000000);
    separate(text, plain);
}

static struct scale unit_scale(const char *unit, double value)
{
    if (strcmp(unit, "s") == 0)
        return seconds_scale(value);
    if (strcmp(unit, "%") == 0)
        return (struct scale){100, "%"};
    return (struct scale){1, unit};
}

void format_estimate(char text[FORMAT_SIZE], const struct estimate *estimate, const char *unit,
                     size_t runs)
{
    char mean[FORMAT_SIZE], half[FORMAT_SIZE] = "", share[64] = "";
    if (estimate->count == 0) {
        snprintf(text, FORMAT_SIZE, "-");
        return;
    }
    struct scale scale = unit_scale(
        unit, estimate->mean != 0 || isnan(estimate->half) ? estimate->mean : estimate->half);
    double width = isnan(estimate->half) ? 0 : estimate->half * scale.factor;
    int decimals = number_decimals(estimate->mean * scale.factor, width);
    fixed(mean, estimate->mean * scale.factor, decimals);
    if (!isnan(estimate->half))
        fixed(half, width, decimals);
    if (estimate->count < runs)
        snprintf(share, sizeof share, " (in %zu of %zu)", estimate->count, runs);
    snprintf(text, FORMAT_SIZE, "%.40s%s%.30s%s%.12s%.40s", mean, half[0] != '\0' ? " ± " : "",
             half, scale.unit[0] != '\0' ? " " : "", scale.unit, share);
}

size_t format_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80; /* not a continuation byte */
    return width;
}
