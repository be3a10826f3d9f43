#include "town.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

const char town_text[] =
    "{\"name\": \"town\", \"duration\": \"30min\", \"chain_delay\": \"1s\", \"beacon_delay\": \"3s\","
    " \"network\": {\"local_latency\": \"5ms\", \"jitter\": 0.3, \"loss\": 0},"
    " \"regions\": {\"here\": {}}, \"gateways\": {\"only\": {}},"
    " \"classes\": {\"8b\": {\"parameters\": 8}}, \"providers\": {\"open\": {\"count\": 2}},"
    " \"hardware\": {\"card\": {\"prefill_rate\": \"20000/s\", \"step_base\": \"20ms\", \"slots\": 8}},"
    " \"judges\": {\"j\": {\"correlation\": 0.95, \"latency\": \"1s\", \"cost\": \"0.01 DGAI\"}},"
    " \"nodes\": {\"n\": {\"count\": 60, \"serves\": 2, \"stake\": \"5000 DGAI\","
    "   \"behaviours\": {\"honest\": \"75%\", \"garbage\": \"25%\"}, \"verifier_share\": \"100%\"}},"
    " \"users\": {\"u\": {\"count\": 100, \"arrival\": {\"rate\": \"40/h\"},"
    "   \"input\": {\"law\": \"constant\", \"mean\": 200}, \"output\": {\"law\": \"constant\", \"mean\": 50},"
    "   \"output_cap\": 100}},"
    " \"protocol\": {\"sampling\": {\"rate\": \"20%\"}, \"epoch\": {\"length\": \"10min\"},"
    "   \"jail\": {\"length\": 0}}}";

struct result town_run(const char *text, const char *const *settings, uint64_t seed)
{
    size_t count = 0;

    while (settings != NULL && settings[count] != NULL)
        count++;
    return run_text(text, settings, count, seed);
}

struct town_difference town_compare(const char *text, const char *const *with,
                                    const char *with_metric, const char *const *without,
                                    const char *without_metric, uint32_t seeds)
{
    double sum = 0, squares = 0;
    for (uint32_t seed = 1; seed <= seeds; seed++) {
        struct result a = town_run(text, with, seed), b = town_run(text, without, seed);
        double difference = metric(&a, with_metric) - metric(&b, without_metric);
        sum += difference;
        squares += difference * difference;
        result_free(&a);
        result_free(&b);
    }
    double mean = sum / seeds;
    double variance = (squares - sum * mean) / (seeds - 1);
    return (struct town_difference){.mean = mean, .error = sqrt(fmax(variance, 0) / seeds)};
}

double town_student(uint32_t seeds)
{
    return gsl_cdf_tdist_Pinv(0.99, seeds - 1);
}
