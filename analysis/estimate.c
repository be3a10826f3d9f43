/* estimate.c - GSL knows the t distribution, sim/collect the moments. */
#include "analysis/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "sim/collect.h"

static const double UPPER_TAIL = 0.975; /* of a two-sided 95 % interval */

struct estimate estimate_of(const double *values, size_t count)
{
    struct moments moments = {0};
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i]))
            moments_add(&moments, values[i]);
    }
    struct estimate estimate = {moments.count, NAN, NAN};
    if (moments.count > 0)
        estimate.mean = moments.mean;
    if (moments.count > 1) {
        double runs = (double)moments.count;
        estimate.half =
            gsl_cdf_tdist_Pinv(UPPER_TAIL, runs - 1) * sqrt(moments_variance(&moments) / runs);
    }
    return estimate;
}

const struct metric_estimate *estimates_find(const struct estimates *estimates, const char *name)
{
    for (size_t i = 0; i < estimates->count; i++) {
        if (strcmp(estimates->items[i].name, name) == 0)
            return &estimates->items[i];
    }
    return NULL;
}

/* Runs of one scenario report the same metrics in the same order, nearly always. */
static double value_in(const struct result *result, const char *name, size_t guess)
{
    if (guess < result->metric_count && strcmp(result->metrics[guess].name, name) == 0)
        return result->metrics[guess].value;
    const struct result_metric *metric = result_find(result, name);
    return metric == NULL ? NAN : metric->value;
}

static bool add_missing(struct estimates *estimates, const struct result *result)
{
    for (size_t i = 0; i < result->metric_count; i++) {
        const struct result_metric *metric = &result->metrics[i];
        if ((i < estimates->count && strcmp(estimates->items[i].name, metric->name) == 0) ||
            estimates_find(estimates, metric->name) != NULL)
            continue;
        struct metric_estimate *items =
            realloc(estimates->items, (estimates->count + 1) * sizeof *items);
        if (items == NULL)
            return false;
        estimates->items = items;
        items[estimates->count++] =
            (struct metric_estimate){.name = metric->name, .unit = metric->unit};
    }
    return true;
}

bool estimates_init(struct estimates *out, const struct result *results, size_t count,
                    struct error *error)
{
    struct estimates estimates = {0};
    double *values = calloc(count + 1, sizeof *values);
    bool ok = values != NULL;
    for (size_t run = 0; ok && run < count; run++)
        ok = add_missing(&estimates, &results[run]);
    if (!ok) {
        estimates_fini(&estimates);
        free(values);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < estimates.count; i++) {
        for (size_t run = 0; run < count; run++)
            values[run] = value_in(&results[run], estimates.items[i].name, i);
        estimates.items[i].value = estimate_of(values, count);
    }
    free(values);
    *out = estimates;
    return true;
}

void estimates_fini(struct estimates *estimates)
{
    free(estimates->items);
    *estimates = (struct estimates){0};
}
