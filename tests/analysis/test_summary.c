/* test_summary.c - the table for people and the object for programs say the same, and all of it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "analysis/summary.h"
#include "analysis/summary_rows.h"
#include "models/metrics.h"
#include "sample.h"

enum { TEXT_SIZE = 16384 };

typedef bool (*writer)(const struct summary *summary, FILE *out, struct error *error);

static void write_to(writer write, const struct result *results, size_t count, char text[TEXT_SIZE])
{
    struct error error = {0};
    const struct summary summary = {.scenario = "sample", .results = results, .count = count};
    memset(text, 0, TEXT_SIZE);
    FILE *out = fmemopen(text, TEXT_SIZE, "w");
    assert_non_null(out);
    if (!write(&summary, out, &error))
        fail_msg("%s", error.text);
    fclose(out);
}

static void expect(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in\n%s", part, text);
}

/* Goal: one run: head, values in their sections, the ledger to the micro-token. */
static void table_of_one_run(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    struct result result = sample_result(0, 0.5);
    write_to(summary_print, &result, 1, text);
    expect(text, "sample: 2 h of virtual time, seed 7\nfingerprint 0123456789abcdef\n");
    expect(text, "5,000 events, 1,000 requests in 250 ms (20,000 events/s, 4,000 requests/s)\n");
    expect(text, "latency, median                           500 ms\n");
    expect(text, "Profit per node by behaviour\n");
    expect(text, "identity: holds to the micro-token\n");
    expect(text, "16.234567");
    assert_null(strstr(text, "Other"));
    result_free(&result);
}

/* Goal: a ledger that does not add up is not passed over. */
static void broken_ledger_shows(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    struct result result = sample_result(0, 0.5);
    result.ledger[1].totals.minted++;
    write_to(summary_print, &result, 1, text);
    expect(text, "identity: DOES NOT HOLD\n");
    result_free(&result);
}

/* Goal: several runs: mean and half-width, undefined values as a dash. */
static void table_of_several_runs(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    struct result results[3];
    for (uint32_t i = 0; i < 3; i++)
        results[i] = sample_result(i, 1 + i);
    write_to(summary_print, results, 3, text);
    expect(text, "sample: 3 runs of 2 h");
    expect(text, "2.0 ± 2.5 s"); /* t(0.975, 2) = 4.3027, over the root of 3 */
    expect(text, "identity: holds to the micro-token in 3 of 3 runs\n");
    for (size_t i = 0; i < 3; i++)
        result_free(&results[i]);
}

/* Goal: a metric that no row of the layout names is printed all the same. */
static void unknown_metric_shows(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    struct result result = sample_result(0, 0.5);
    snprintf(result.metrics[0].name, RESULT_NAME_SIZE, "brand_new");
    write_to(summary_print, &result, 1, text);
    expect(text, "Other\n  brand_new");
    result_free(&result);
}

/* Goal: what is off by default is printed once it is not 0, and the line is not missed before. */
static void optional_metric_shows(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    struct result result = sample_result(0, 0.5);
    snprintf(result.metrics[0].name, RESULT_NAME_SIZE, "hedges");
    result.metrics[0].value = 0;
    write_to(summary_print, &result, 1, text);
    assert_null(strstr(text, "hedges"));
    assert_null(strstr(text, "Other"));
    result.metrics[0].value = 3;
    write_to(summary_print, &result, 1, text);
    expect(text, "\n  hedges  ");
    result_free(&result);
}

/* Goal: the object has the documented keys and types; what is undefined is null. */
static void object_of_one_run(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    struct result result = sample_result(0, 0.5);
    result.seed = UINT64_MAX;
    write_to(summary_json, &result, 1, text);
    expect(text, "18446744073709551615");
    cJSON *object = cJSON_Parse(text);
    assert_non_null(object);
    assert_int_equal(cJSON_GetArraySize(object), 8);
    assert_string_equal(cJSON_GetObjectItem(object, "scenario")->valuestring, "sample");
    assert_string_equal(cJSON_GetObjectItem(object, "fingerprint")->valuestring,
                        "0123456789abcdef");
    assert_true(cJSON_GetObjectItem(object, "replications")->valuedouble == 1);
    assert_true(cJSON_GetObjectItem(object, "virtual_seconds")->valuedouble == 7200);
    assert_true(cJSON_GetObjectItem(object, "wall_seconds")->valuedouble == 0.25);
    assert_true(cJSON_GetObjectItem(object, "events")->valuedouble == 5000);
    cJSON *metrics = cJSON_GetObjectItem(object, "metrics");
    assert_int_equal(cJSON_GetArraySize(metrics), 5);
    cJSON *latency = cJSON_GetObjectItem(metrics, "latency_p50");
    assert_true(cJSON_GetObjectItem(latency, "mean")->valuedouble == 0.5);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(latency, "ci95")));
    assert_true(cJSON_GetObjectItem(latency, "n")->valuedouble == 1);
    cJSON *undefined = cJSON_GetObjectItem(metrics, "detection_time_p50.garbage");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(undefined, "mean")));
    assert_true(cJSON_GetObjectItem(undefined, "n")->valuedouble == 0);
    cJSON_Delete(object);
    result_free(&result);
}

/* Goal: of several runs the fingerprints are an array and intervals are there. */
static void object_of_several_runs(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    struct result results[2] = {sample_result(0, 1), sample_result(1, 2)};
    write_to(summary_json, results, 2, text);
    cJSON *object = cJSON_Parse(text);
    assert_non_null(object);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(object, "fingerprint")), 2);
    assert_true(cJSON_GetObjectItem(object, "wall_seconds")->valuedouble == 0.5);
    cJSON *latency = cJSON_GetObjectItem(cJSON_GetObjectItem(object, "metrics"), "latency_p50");
    assert_true(fabs(cJSON_GetObjectItem(latency, "ci95")->valuedouble - 12.7062047 / 2) < 1e-6);
    cJSON_Delete(object);
    result_free(&results[0]);
    result_free(&results[1]);
}

static void metric_pattern(const struct metric_row *metric, char text[RESULT_NAME_SIZE])
{
    snprintf(text, RESULT_NAME_SIZE, "%s%s", metric->name, metric->scope == METRIC_RUN ? "" : ".*");
}

/* Goal: the layout names every metric that the model reports, by its scope, and once. */
static void layout_covers_the_metrics(void **state)
{
    (void)state;
    size_t row_count = 0, metric_count = 0;
    const struct summary_row *rows = summary_rows(&row_count);
    const struct metric_row *metrics = world_metric_rows(&metric_count);
    for (size_t m = 0; m < metric_count; m++) {
        char name[RESULT_NAME_SIZE];
        size_t found = 0;
        metric_pattern(&metrics[m], name);
        for (size_t r = 0; r < row_count; r++)
            found += strcmp(rows[r].metric, name) == 0;
        if (found != 1)
            fail_msg("%s stands %zu times in the layout", name, found);
    }
}

/* Goal: the layout names no metric that the model does not report. */
static void layout_names_no_other(void **state)
{
    (void)state;
    size_t row_count = 0, metric_count = 0;
    const struct summary_row *rows = summary_rows(&row_count);
    const struct metric_row *metrics = world_metric_rows(&metric_count);
    for (size_t r = 0; r < row_count; r++) {
        bool found = false;
        for (size_t m = 0; m < metric_count && !found; m++) {
            char name[RESULT_NAME_SIZE];
            metric_pattern(&metrics[m], name);
            found = strcmp(rows[r].metric, name) == 0;
        }
        if (!found)
            fail_msg("%s is no metric", rows[r].metric);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_of_one_run),       cmocka_unit_test(broken_ledger_shows),
        cmocka_unit_test(table_of_several_runs),  cmocka_unit_test(unknown_metric_shows),
        cmocka_unit_test(optional_metric_shows),  cmocka_unit_test(object_of_one_run),
        cmocka_unit_test(object_of_several_runs), cmocka_unit_test(layout_covers_the_metrics),
        cmocka_unit_test(layout_names_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
