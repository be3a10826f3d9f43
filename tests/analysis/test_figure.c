/* test_figure.c - from a results file to a picture, and what can go wrong on the way. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/figure.h"
#include "analysis/figure_script.h"
#include "sample.h"

struct fixture {
    char folder[SAMPLE_PATH_SIZE], results[SAMPLE_PATH_SIZE], picture[SAMPLE_PATH_SIZE];
    struct error error;
    struct figure_data data;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    sample_folder_make(fixture->folder);
    sample_path(fixture->results, fixture->folder, "results.db");
    sample_path(fixture->picture, fixture->folder, "picture.svg");
    for (uint32_t replication = 0; replication < 2; replication++) {
        struct result result = sample_result(replication, 0.5);
        sample_store(fixture->results, &result);
        result_free(&result);
    }
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    figure_data_free(&fixture->data);
    sample_folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

static void load(struct fixture *fixture)
{
    if (!figure_data_load(fixture->results, 0, &fixture->data, &fixture->error))
        fail_msg("%s", fixture->error.text);
}

static bool gnuplot_installed(void)
{
    return access("/usr/bin/gnuplot", X_OK) == 0 || access("/usr/local/bin/gnuplot", X_OK) == 0;
}

static bool file_contains(const char *path, const char *part)
{
    static char text[1 << 20];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    return memmem(text, length, part, strlen(part)) != NULL;
}

/* Goal: the last run is read unless another is named; undefined values stay undefined. */
static void series_are_read(void **state)
{
    struct fixture *fixture = *state;
    load(fixture);
    assert_non_null(
        strstr(fixture->data.title, "sample, seed 7, replication 1  (0123456789abcdef)"));
    assert_int_equal(fixture->data.epoch_count, 2);
    assert_true(fixture->data.end_hours[1] == 2);
    assert_int_equal(fixture->data.series_count, 2);
    assert_string_equal(fixture->data.series[0].name, "latency_p50");
    assert_true(isnan(fixture->data.series[0].values[0]));
    assert_true(fixture->data.series[0].values[1] == 0.5);
    figure_data_free(&fixture->data);
    assert_true(figure_data_load(fixture->results, 1, &fixture->data, &fixture->error));
    assert_non_null(strstr(fixture->data.title, "replication 0"));
}

/* Goal: a missing file, run or kind of file is the user's error and says which. */
static void wrong_sources(void **state)
{
    struct fixture *fixture = *state;
    assert_false(figure_data_load(fixture->results, 9, &fixture->data, &fixture->error));
    assert_int_equal(fixture->error.kind, ERROR_INPUT);
    assert_non_null(strstr(fixture->error.text, "there is no run 9"));
    assert_false(figure_data_load(fixture->picture, 0, &fixture->data, &fixture->error));
    assert_int_equal(fixture->error.kind, ERROR_INPUT);
    assert_non_null(strstr(fixture->error.text, "No such file"));
    assert_false(figure_data_load("/dev/null", 0, &fixture->data, &fixture->error));
    assert_int_equal(fixture->error.kind, ERROR_INPUT);
}

/* Goal: the ending decides the format; without a known one nothing is drawn. */
static void names_of_pictures(void **state)
{
    struct fixture *fixture = *state;
    assert_true(figure_path_check("a.svg", &fixture->error));
    assert_true(figure_path_check("a.PNG", &fixture->error));
    assert_false(figure_path_check("a.pdf", &fixture->error));
    assert_int_equal(fixture->error.kind, ERROR_INPUT);
    assert_false(figure_path_check(".svg", &fixture->error));
}

/* Goal: names from a file cannot leave their quotes and become commands of gnuplot. */
static void names_cannot_command(void **state)
{
    struct fixture *fixture = *state;
    char *script = NULL;
    size_t size = 0;
    load(fixture);
    snprintf(fixture->data.title, sizeof fixture->data.title, "it's\n system 'touch x'");
    snprintf(fixture->data.series[0].name, RESULT_NAME_SIZE, "profit_per_node.a'\nsystem('b')");
    FILE *out = open_memstream(&script, &size);
    figure_script_write(&fixture->data, "svg", out);
    fclose(out);
    assert_non_null(strstr(script, "'it''s  system ''touch x'''"));
    assert_non_null(strstr(script, "'a'' system(''b'')'"));
    assert_null(strstr(script, "\nsystem"));
    free(script);
}

/* Goal: a picture is drawn in each format, and nothing else is left in the folder. */
static void pictures_are_drawn(void **state)
{
    struct fixture *fixture = *state;
    if (!gnuplot_installed())
        skip();
    load(fixture);
    if (!figure_draw(&fixture->data, fixture->picture, &fixture->error))
        fail_msg("%s", fixture->error.text);
    assert_true(file_contains(fixture->picture, "</svg>"));
    assert_true(file_contains(fixture->picture, "sample, seed 7"));
    sample_path(fixture->picture, fixture->folder, "picture.png");
    assert_true(figure_draw(&fixture->data, fixture->picture, &fixture->error));
    assert_true(file_contains(fixture->picture, "IEND"));
    assert_int_equal(sample_folder_count(fixture->folder), 3);
}

/* Goal: without gnuplot the message says what to install, and no file appears. */
static void gnuplot_missing(void **state)
{
    struct fixture *fixture = *state;
    char *path = strdup(getenv("PATH") != NULL ? getenv("PATH") : "");
    load(fixture);
    setenv("PATH", fixture->folder, 1);
    bool ok = figure_draw(&fixture->data, fixture->picture, &fixture->error);
    setenv("PATH", path, 1);
    free(path);
    assert_false(ok);
    assert_int_equal(fixture->error.kind, ERROR_RUN);
    assert_non_null(strstr(fixture->error.text, "gnuplot is not installed"));
    assert_int_equal(sample_folder_count(fixture->folder), 1);
}

/* Goal: a full disk leaves the picture that was there before. */
static void full_disk(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit limit;
    if (!gnuplot_installed())
        skip();
    load(fixture);
    FILE *old = fopen(fixture->picture, "w");
    assert_non_null(old);
    fputs("old", old);
    fclose(old);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){5000, limit.rlim_max}), 0);
    bool ok = figure_draw(&fixture->data, fixture->picture, &fixture->error);
    setrlimit(RLIMIT_FSIZE, &limit);
    assert_false(ok);
    assert_true(file_contains(fixture->picture, "old"));
    assert_int_equal(sample_folder_count(fixture->folder), 2);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(series_are_read),    CASE(wrong_sources),
        CASE(names_of_pictures),  CASE(names_cannot_command),
        CASE(pictures_are_drawn), CASE(gnuplot_missing),
        CASE(full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
