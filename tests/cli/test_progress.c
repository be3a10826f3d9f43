/* test_progress.c - the line of progress. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/progress.h"

/* Goal: share, rate and remaining time of one run. */
static void line_of_one_run(void **state)
{
    (void)state;
    char line[PROGRESS_LINE_SIZE];
    progress_line(line, 0.25, 0, 1, 4e6, 2);
    assert_string_equal(line, "[######..................]  25 %  2.0 M events/s  ETA 6 s");
}

/* Goal: of several runs, how many are finished too. */
static void line_of_several_runs(void **state)
{
    (void)state;
    char line[PROGRESS_LINE_SIZE];
    progress_line(line, 0.5, 3, 10, 123456, 100);
    assert_string_equal(line,
                        "[############............]  50 %  3/10 runs  1.2 k events/s  ETA 100 s");
}

/* Goal: at the very start there is no guess at the end; at the end there is nothing left. */
static void ends_of_the_line(void **state)
{
    (void)state;
    char line[PROGRESS_LINE_SIZE];
    progress_line(line, 0, 0, 1, 0, 0);
    assert_string_equal(line, "[........................]   0 %  0.0 events/s");
    progress_line(line, 1, 1, 1, 10, 1);
    assert_string_equal(line, "[########################] 100 %  10 events/s  ETA 0 s");
}

/* Goal: the sums over runs side by side; what is drawn is wiped at the end. */
static void updates_add_up(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    struct error error = {0};
    struct progress *progress = NULL;
    FILE *out = open_memstream(&text, &size);
    assert_true(progress_open(out, 2, 1000, &progress, &error));
    progress_update(progress, 1, 1000, 50); /* the first is drawn at once: 1 of 2 */
    progress_close(progress);
    fclose(out);
    assert_non_null(strstr(text, "\r[############............]  50 %  1/2 runs"));
    assert_string_equal(text + strlen(text) - 4, "\r\033[K");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_of_one_run),
        cmocka_unit_test(line_of_several_runs),
        cmocka_unit_test(ends_of_the_line),
        cmocka_unit_test(updates_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
