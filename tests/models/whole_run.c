#include "whole_run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void load_text(const char *text, const char *const *settings, size_t count,
               struct scenario *scenario)
{
    char path[] = "/tmp/dgsim-run-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
    struct scenario_source source = {.path = path, .settings = settings, .setting_count = count};
    struct error error = {0};
    bool ok = scenario_load(&source, scenario, &error);
    unlink(path);
    if (!ok)
        fail_msg("%s", error.text);
}

struct result run_text(const char *text, const char *const *settings, size_t count, uint64_t seed)
{
    struct scenario scenario = {0};
    load_text(text, settings, count, &scenario);
    struct world_options options = {.seed = seed};
    struct result result = {0};
    struct error error = {0};
    bool ok = world_run(&scenario, &options, &result, &error);
    if (!ok)
        fail_msg("%s", error.text);
    scenario_free(&scenario);
    return result;
}

double metric(const struct result *result, const char *name)
{
    const struct result_metric *found = result_find(result, name);
    if (found == NULL)
        fail_msg("no metric \"%s\"", name);
    return found->value;
}

void assert_near(double observed, double expected, double tolerance)
{
    if (!(fabs(observed - expected) <= tolerance))
        fail_msg("observed %.6g, expected %.6g within %.3g", observed, expected, tolerance);
}

void assert_flow(const struct result *result)
{
    double ended = metric(result, "requests_completed") + metric(result, "requests_refused") +
                   metric(result, "requests_failed") + metric(result, "requests_late") +
                   metric(result, "requests_lost") + metric(result, "requests_in_flight");
    assert_near(ended, metric(result, "requests_sent"), 0);
    assert_true(metric(result, "requests_in_flight") >= 0);
}
