/* scenario_latency.h - measured latencies between cities. Private to the loader. */
#ifndef MODELS_SCENARIO_LATENCY_H
#define MODELS_SCENARIO_LATENCY_H

#include <stdint.h>

/* The cities of the table, NULL-terminated. */
const char *const *latency_places(void);
/* One way, ns; -1 where the table has none: unknown cities, and a city and itself. */
int64_t latency_between(const char *from, const char *to);

#endif
