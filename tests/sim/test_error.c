/* test_error.c - errors as values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"

/* Goal: an error carries its kind and text, false comes back, and no error at all is no trouble. */
static void error_carries_text(void **state)
{
    struct error error = {0};

    (void)state;
    assert_false(error_set(&error, ERROR_INPUT, "%s:%d: bad", "file", 7));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_string_equal(error.text, "file:7: bad");
    assert_false(error_set(NULL, ERROR_INPUT, "nobody listens"));
    assert_false(error_prefix(NULL, "nobody listens"));
}

/* Goal: context goes before what is there and keeps the kind. */
static void error_gains_context(void **state)
{
    struct error error = {0};

    (void)state;
    error_set(&error, ERROR_MEMORY, "out of memory");
    assert_false(error_prefix(&error, "run %d: ", 3));
    assert_int_equal(error.kind, ERROR_MEMORY);
    assert_string_equal(error.text, "run 3: out of memory");
}

/* Goal: a text that is too long is cut, not overrun. */
static void error_is_cut(void **state)
{
    struct error error = {0};
    char text[3 * ERROR_TEXT_SIZE];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    error_set(&error, ERROR_INPUT, "%s", text);
    assert_int_equal(strlen(error.text), ERROR_TEXT_SIZE - 1);
    error_prefix(&error, "%s", text);
    assert_int_equal(strlen(error.text), ERROR_TEXT_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_carries_text),
        cmocka_unit_test(error_gains_context),
        cmocka_unit_test(error_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
