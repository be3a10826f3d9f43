/* Goal of this file: quantities mean exactly what people write, and what is written reads back. */
#include "models/scenario_unit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000000000)

static struct unit_text quoted(const char *text)
{
    return (struct unit_text){.text = text};
}

static struct unit_text plain(const char *text)
{
    return (struct unit_text){.text = text, .number = true};
}

/* Goal: durations are whole nanoseconds, exact in decimal, and need a unit. */
static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } rows[] = {
        {"0", 0},
        {"0s", 0},
        {"1ns", 1},
        {"1us", 1000},
        {"250ms", 250000000},
        {"0.1s", 100000000},
        {"1.5 min", 90000000000},
        {"1h", HOUR},
        {"7d", 168 * HOUR},
        {"2w", 336 * HOUR},
        {"1e3ms", 1000000000},
        {"2.5e-1s", 250000000},
        {"-1s", -1000000000},
        {"0.000000001s", 1},
        {"9223372036854775807ns", INT64_MAX},
        {"0.1000000000000000000s", 100000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = -7;
        assert_null(unit_read_duration(quoted(rows[i].text), &value));
        assert_int_equal(value, rows[i].value);
    }
    static const char *const wrong[] = {"",
                                        "s",
                                        "1",
                                        "1.s",
                                        "1 kg",
                                        "1m",
                                        "1S",
                                        "1ss",
                                        "0.5ns",
                                        "1e-1ns",
                                        "1e99s",
                                        "1e400",
                                        "0x1s",
                                        "+1s",
                                        " 1s",
                                        "1s ",
                                        "inf",
                                        "nan",
                                        "--1s",
                                        "1e99999999999s",
                                        "9223372036854775808ns",
                                        "99999999999999999999999s"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t value = -7;
        assert_non_null(unit_read_duration(quoted(wrong[i]), &value));
        assert_int_equal(value, -7);
    }
}

/* Goal: amounts are whole micro-tokens. */
static void amounts(void **state)
{
    (void)state;
    int64_t value = -7;
    assert_null(unit_read_amount(quoted("1000 DGAI"), &value));
    assert_int_equal(value, 1000000000);
    assert_null(unit_read_amount(quoted("0.000001DGAI"), &value));
    assert_int_equal(value, 1);
    assert_null(unit_read_amount(quoted("5 uDGAI"), &value));
    assert_int_equal(value, 5);
    assert_null(unit_read_amount(plain("0"), &value));
    assert_int_equal(value, 0);
    assert_non_null(unit_read_amount(quoted("0.0000001 DGAI"), &value));
    assert_non_null(unit_read_amount(quoted("5 USD"), &value));
    assert_non_null(unit_read_amount(plain("5"), &value));
    assert_non_null(unit_read_amount(quoted("9223372036855 DGAI"), &value));
    assert_int_equal(value, 0);
}

/* Goal: a percentage is a hundredth, a plain number is itself, and the two may not be mixed up. */
static void fractions(void **state)
{
    (void)state;
    double value = 0;
    int64_t parts = 0;
    assert_null(unit_read_fraction(quoted("5%"), &value));
    assert_true(value == 0.05);
    assert_null(unit_read_fraction(quoted("33.3 %"), &value));
    assert_true(value == 0.333);
    assert_null(unit_read_fraction(plain("0.05"), &value));
    assert_true(value == 0.05);
    assert_non_null(unit_read_fraction(quoted("0.05"), &value));
    assert_null(unit_read_parts(quoted("0.0000001%"), INT64_C(1000000000), &parts));
    assert_int_equal(parts, 1);
    assert_null(unit_read_parts(plain("0.3"), INT64_C(1000000000), &parts));
    assert_int_equal(parts, 300000000);
    assert_non_null(unit_read_parts(quoted("0.00000001%"), INT64_C(1000000000), &parts));
    assert_int_equal(parts, 300000000);
}

/* Goal: rates are per second, bandwidths in bits per second; 0 may do without a unit. */
static void rates_and_bandwidths(void **state)
{
    (void)state;
    double value = 0;
    assert_null(unit_read_rate(quoted("12/s"), &value));
    assert_true(value == 12);
    assert_null(unit_read_rate(quoted("9/h"), &value));
    assert_true(value == 9.0 / 3600);
    assert_null(unit_read_rate(quoted("0"), &value));
    assert_true(value == 0);
    assert_non_null(unit_read_rate(quoted("12"), &value));
    assert_non_null(unit_read_rate(quoted("12/y"), &value));
    assert_null(unit_read_bandwidth(quoted("20Mbit/s"), &value));
    assert_true(value == 20e6);
    assert_null(unit_read_bandwidth(quoted("1.5 Gbit/s"), &value));
    assert_true(value == 1.5e9);
    assert_non_null(unit_read_bandwidth(quoted("20MB/s"), &value));
}

/* Goal: plain numbers stand without quotes, counts are whole, seeds span 64 bits. */
static void plain_numbers(void **state)
{
    (void)state;
    double value = 0;
    int64_t whole = 0;
    uint64_t seed = 0;
    assert_null(unit_read_number(plain("-1.5e2"), &value));
    assert_true(value == -150);
    assert_non_null(unit_read_number(quoted("1.5"), &value));
    assert_non_null(unit_read_number(plain("1e309"), &value));
    assert_null(unit_read_whole(plain("1e3"), &whole));
    assert_int_equal(whole, 1000);
    assert_non_null(unit_read_whole(plain("1.5"), &whole));
    assert_null(unit_read_seed(plain("18446744073709551615"), &seed));
    assert_true(seed == UINT64_MAX);
    assert_non_null(unit_read_seed(plain("18446744073709551616"), &seed));
    assert_non_null(unit_read_seed(plain("-1"), &seed));
    assert_non_null(unit_read_seed(quoted("1"), &seed));
}

/* Goal: what is written is as people would write it. */
static void writing(void **state)
{
    (void)state;
    char text[UNIT_TEXT_SIZE];
    static const struct {
        int64_t value;
        const char *text;
    } durations[] = {{0, "0s"},           {1, "1ns"},
                     {1500000, "1500us"}, {90000000000, "90s"},
                     {HOUR, "1h"},        {168 * HOUR, "7d"},
                     {-HOUR, "-1h"},      {INT64_MAX, "9223372036854775807ns"}};
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        unit_write_duration(durations[i].value, text);
        assert_string_equal(text, durations[i].text);
    }
    unit_write_amount(1000000000, text);
    assert_string_equal(text, "1000 DGAI");
    unit_write_amount(4000, text);
    assert_string_equal(text, "0.004 DGAI");
    unit_write_amount(INT64_MIN, text);
    assert_string_equal(text, "-9223372036854.775808 DGAI");
    unit_write_fraction(0.333, text);
    assert_string_equal(text, "33.3%");
    unit_write_parts(1, INT64_C(1000000000), text);
    assert_string_equal(text, "0.0000001%");
    unit_write_rate(9.0 / 3600, text);
    assert_string_equal(text, "9/h");
    unit_write_rate(12, text);
    assert_string_equal(text, "12/s");
    unit_write_bandwidth(20e6, text);
    assert_string_equal(text, "20Mbit/s");
}

/* A number of any size, from a fixed sequence (a linear congruence of Knuth's MMIX). */
static uint64_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> (*state >> 58);
}

/* Goal: a thousand quantities of all sizes read back as they were; rates to the last bit but
 * one. */
static void written_reads_back(void **state)
{
    (void)state;
    uint64_t sequence = 1;
    char text[UNIT_TEXT_SIZE];
    for (int i = 0; i < 1000; i++) {
        int64_t value = (int64_t)(draw(&sequence) >> 1), back = -1;
        unit_write_duration(value, text);
        assert_null(unit_read_duration(quoted(text), &back));
        assert_int_equal(back, value);
        unit_write_amount(value, text);
        assert_null(unit_read_amount(quoted(text), &back));
        assert_int_equal(back, value);
        double share = (double)draw(&sequence) / 18446744073709551616.0, real = -1;
        unit_write_fraction(share, text);
        assert_null(unit_read_fraction(quoted(text), &real));
        assert_true(fabs(real - share) <= share * 0x1p-52);
        unit_write_number(share, text);
        assert_null(unit_read_number(plain(text), &real));
        assert_true(real == share);
        double rate = share * 1e6;
        unit_write_rate(rate, text);
        assert_null(unit_read_rate(quoted(text), &real));
        assert_true(fabs(real - rate) <= rate * 0x1p-51);
        unit_write_bandwidth(1 + rate, text);
        assert_null(unit_read_bandwidth(quoted(text), &real));
        assert_true(fabs(real - 1 - rate) <= (1 + rate) * 0x1p-51);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations),          cmocka_unit_test(amounts),
        cmocka_unit_test(fractions),          cmocka_unit_test(rates_and_bandwidths),
        cmocka_unit_test(plain_numbers),      cmocka_unit_test(writing),
        cmocka_unit_test(written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
