/* test_format.c - numbers as people read them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/format.h"

/* Goal: whole numbers in full, others to four digits, thousands set apart. */
static void numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {999, "999"},
        {1000, "1,000"},
        {1234567, "1,234,567"},
        {-1234567, "-1,234,567"},
        {0.0731, "0.07310"},
        {12.345, "12.35"},
        {-0.5, "-0.5000"},
        {123456.7, "123,457"},
        {1e20, "1e+20"},
        {NAN, "nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[FORMAT_SIZE];
        format_number(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
}

/* Goal: the unit of a time follows its size. */
static void times(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0 s"},   {0.03412, "34.12 ms"}, {2e-5, "20 us"}, {5e-9, "5 ns"},
        {90, "90 s"}, {600, "10 min"},       {86400, "24 h"}, {604800, "7 d"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[FORMAT_SIZE];
        format_seconds(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
}

/* Goal: amounts are exact to the micro-token, over the whole range. */
static void amounts(void **state)
{
    (void)state;
    char text[FORMAT_SIZE];
    format_amount(text, 1234567890);
    assert_string_equal(text, "1,234.567890");
    format_amount(text, -1);
    assert_string_equal(text, "-0.000001");
    format_amount(text, INT64_MIN);
    assert_string_equal(text, "-9,223,372,036,854.775808");
    format_amount(text, INT64_MAX);
    assert_string_equal(text, "9,223,372,036,854.775807");
}

/* Goal: digits follow the half-width; missing runs are told. */
static void estimates(void **state)
{
    (void)state;
    char text[FORMAT_SIZE];
    format_estimate(text, &(struct estimate){5, 12.3145, 0.2718}, "DGAI", 5);
    assert_string_equal(text, "12.31 ± 0.27 DGAI");
    format_estimate(text, &(struct estimate){2, 0.5, NAN}, "%", 3);
    assert_string_equal(text, "50 % (in 2 of 3)");
    format_estimate(text, &(struct estimate){0, NAN, NAN}, "s", 3);
    assert_string_equal(text, "-");
    format_estimate(text, &(struct estimate){3, 0.25, 0.012}, "s", 3);
    assert_string_equal(text, "250 ± 12 ms");
}

/* Goal: a character of several bytes takes one column. */
static void width(void **state)
{
    (void)state;
    assert_int_equal(format_width("1 ± 2"), 5);
    assert_int_equal(format_width(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),   cmocka_unit_test(times), cmocka_unit_test(amounts),
        cmocka_unit_test(estimates), cmocka_unit_test(width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
