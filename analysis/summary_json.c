/* summary_json.c - the object behind `dgsim run --json`. */
#include "analysis/summary.h"

#include <inttypes.h>
#include <math.h>

#include <cjson/cJSON.h>

#include "analysis/estimate.h"

static bool add_number(cJSON *object, const char *name, double value)
{
    cJSON *item = isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull();
    return cJSON_AddItemToObject(object, name, item);
}

/* As digits, because a double does not hold every 64-bit number. */
static bool add_integer(cJSON *object, const char *name, uint64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    return cJSON_AddRawToObject(object, name, digits) != NULL;
}

static cJSON *fingerprint_item(uint64_t fingerprint)
{
    char digits[17];
    snprintf(digits, sizeof digits, "%016" PRIx64, fingerprint);
    return cJSON_CreateString(digits);
}

static bool add_fingerprints(cJSON *object, const struct summary *summary)
{
    if (summary->count == 1)
        return cJSON_AddItemToObject(object, "fingerprint",
                                     fingerprint_item(summary->results[0].fingerprint));
    cJSON *list = cJSON_AddArrayToObject(object, "fingerprint");
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < summary->count; i++)
        ok = cJSON_AddItemToArray(list, fingerprint_item(summary->results[i].fingerprint));
    return ok;
}

static bool add_totals(cJSON *object, const struct summary *summary)
{
    double wall = 0;
    uint64_t events = 0;
    for (size_t i = 0; i < summary->count; i++) {
        wall += summary->results[i].wall_seconds;
        events += summary->results[i].events;
    }
    return add_number(object, "virtual_seconds", (double)summary->results[0].virtual_ns / 1e9) &&
           add_number(object, "wall_seconds", wall) && add_integer(object, "events", events);
}

static bool add_metrics(cJSON *object, const struct estimates *estimates)
{
    cJSON *metrics = cJSON_AddObjectToObject(object, "metrics");
    bool ok = metrics != NULL;
    for (size_t i = 0; ok && i < estimates->count; i++) {
        const struct metric_estimate *metric = &estimates->items[i];
        cJSON *entry = cJSON_AddObjectToObject(metrics, metric->name);
        ok = entry != NULL && add_number(entry, "mean", metric->value.mean) &&
             add_number(entry, "ci95", metric->value.half) &&
             add_integer(entry, "n", metric->value.count);
    }
    return ok;
}

bool summary_json(const struct summary *summary, FILE *out, struct error *error)
{
    struct estimates estimates = {0};
    if (!estimates_init(&estimates, summary->results, summary->count, error))
        return false;
    cJSON *object = cJSON_CreateObject();
    bool ok =
        object != NULL && cJSON_AddStringToObject(object, "scenario", summary->scenario) != NULL &&
        add_integer(object, "seed", summary->results[0].seed) &&
        add_integer(object, "replications", summary->count) && add_fingerprints(object, summary) &&
        add_totals(object, summary) && add_metrics(object, &estimates);
    char *text = ok ? cJSON_Print(object) : NULL;
    if (text != NULL)
        fprintf(out, "%s\n", text);
    else
        error_set(error, ERROR_MEMORY, "out of memory");
    ok = text != NULL;
    cJSON_free(text);
    cJSON_Delete(object);
    estimates_fini(&estimates);
    return ok;
}
