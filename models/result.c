/* result.c - owns the arrays of a result; the names they point to belong to the scenario. */
#include "models/result.h"

#include <stdlib.h>
#include <string.h>

void result_free(struct result *result)
{
    free(result->metrics);
    free(result->epoch_end_ns);
    for (size_t i = 0; i < result->series_count; i++)
        free(result->series[i].values);
    free(result->series);
    free(result->nodes);
    free(result->operators);
    free(result->ledger);
    *result = (struct result){0};
}

const struct result_metric *result_find(const struct result *result, const char *name)
{
    for (size_t i = 0; i < result->metric_count; i++) {
        if (strcmp(result->metrics[i].name, name) == 0)
            return &result->metrics[i];
    }
    return NULL;
}
