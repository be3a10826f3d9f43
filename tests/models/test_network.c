/* Goal of this file: delays between regions follow their formula, and draw only what they need. */
#include "models/network.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gsl/gsl_sort.h>

#define MS INT64_C(1000000)

static const struct random_key KEY = {.seed = 7, .replication = 1};

static struct network open_network(const struct scenario_network *settings)
{
    struct scenario scenario = {.network = *settings, .region_count = 2};
    struct network network;

    assert_true(network_init(&network, &scenario, NULL));
    return network;
}

static int64_t delay(const struct network *network, struct random_stream *stream, double bytes,
                     double sender_bps, double receiver_bps)
{
    return network_delay(network, stream, 0, 1, bytes, sender_bps, receiver_bps);
}

/* Goal: 1 MB over 124 ms at 19.2 Mbit/s takes 540.667 ms; the slower end decides; 0 is no limit. */
static void transmission(void **state)
{
    (void)state;
    struct scenario_network settings = {.default_latency_ns = 124 * MS, .local_latency_ns = MS};
    struct network network = open_network(&settings);

    assert_int_equal(delay(&network, NULL, 1e6, 19.2e6, 0), 540666667);
    assert_int_equal(delay(&network, NULL, 1e6, 0, 19.2e6), 540666667);
    assert_int_equal(delay(&network, NULL, 1e6, 19.2e6, 100e6), 540666667);
    assert_int_equal(delay(&network, NULL, 1e6, 100e6, 19.2e6), 540666667);
    assert_int_equal(delay(&network, NULL, 1e6, 0, 0), 124 * MS);
    assert_int_equal(network_delay(&network, NULL, 1, 1, 0, 1, 1), MS);
    network_fini(&network);
}

/* Goal: the table is read as from times count plus to, and a negative entry is refused. */
static void latency_table(void **state)
{
    (void)state;
    int64_t table[] = {1, 2, 3, 4};
    struct scenario_region regions[] = {{.name = "north"}, {.name = "south"}};
    struct scenario scenario = {.network.latency_ns = table, .regions = regions, .region_count = 2};
    struct network network;
    struct error error = {0};

    assert_true(network_init(&network, &scenario, &error));
    assert_int_equal(network_base(&network, 0, 1), 2);
    assert_int_equal(network_base(&network, 1, 0), 3);
    assert_int_equal(network_base(&network, 1, 1), 4);
    table[2] = -1;
    assert_false(network_init(&network, &scenario, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_non_null(strstr(error.text, "south to north"));
    network_fini(&network);
}

/* Goal: lognormal jitter of median 80 ms and sigma 0.5 has mean 90.652, p95 182.081 and p99 256.006
 * ms, each within four standard errors. */
static void jitter(void **state)
{
    (void)state;
    enum { COUNT = 400000 };
    struct scenario_network settings = {.default_latency_ns = 80 * MS, .jitter_sigma = 0.5};
    struct network network = open_network(&settings);
    struct random_stream stream;
    double *delays = malloc(COUNT * sizeof *delays);
    double mean = 0;

    assert_non_null(delays);
    random_stream_init(&stream, &KEY, 1, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        delays[i] = (double)delay(&network, &stream, 0, 0, 0) / 1e6;
        mean += delays[i] / COUNT;
    }
    gsl_sort(delays, 1, COUNT);
    /* sd of the mean: 90.652 sqrt((e^0.25 - 1) / n); of a quantile: sqrt(p (1-p) / n) / density */
    assert_true(fabs(mean - 90.652) < 4 * 90.652 * sqrt(expm1(0.25) / COUNT));
    assert_true(fabs(delays[COUNT * 95 / 100] - 182.081) < 4 * 0.304);
    assert_true(fabs(delays[COUNT * 99 / 100] - 256.006) < 4 * 0.755);
    free(delays);
}

/* Goal: the number of losses is geometric, each adds one retransmission, and the seventh in a row
 * loses the message. */
static void losses(void **state)
{
    (void)state;
    enum { COUNT = 400000 };
    struct scenario_network settings = {.loss = 0.5, .retransmit_ns = 200};
    struct network network = open_network(&settings);
    struct random_stream stream;
    int seen[NETWORK_LOSSES_MAX + 2] = {0};

    random_stream_init(&stream, &KEY, 2, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        int64_t time = delay(&network, &stream, 0, 0, 0);
        assert_true(time == NETWORK_LOST || (time % 200 == 0 && time <= 200 * NETWORK_LOSSES_MAX));
        seen[time == NETWORK_LOST ? NETWORK_LOSSES_MAX + 1 : time / 200]++;
    }
    for (int n = 0; n <= NETWORK_LOSSES_MAX + 1; n++) {
        double chance = n <= NETWORK_LOSSES_MAX ? pow(0.5, n + 1) : pow(0.5, n);
        double error = sqrt(chance * (1 - chance) / COUNT);
        assert_true(fabs((double)seen[n] / COUNT - chance) < 4 * error);
    }
    settings.loss = 1;
    network = open_network(&settings);
    assert_int_equal(delay(&network, &stream, 0, 0, 0), NETWORK_LOST);
}

/* Goal: without jitter and loss nothing is drawn; each of the two draws once. */
static void draws_only_when_needed(void **state)
{
    (void)state;
    struct scenario_network settings = {.default_latency_ns = MS};
    struct network network = open_network(&settings);
    struct random_stream used, fresh;

    random_stream_init(&used, &KEY, 3, 0, 0);
    fresh = used;
    delay(&network, &used, 1000, 1e6, 1e6);
    assert_memory_equal(&used, &fresh, sizeof used);
    settings.loss = 1e-9;
    network = open_network(&settings);
    delay(&network, &used, 1000, 1e6, 1e6);
    random_u64(&fresh);
    assert_memory_equal(&used, &fresh, sizeof used);
    settings.jitter_sigma = 0.1;
    network = open_network(&settings);
    delay(&network, &used, 1000, 1e6, 1e6);
    assert_memory_not_equal(&used, &fresh, sizeof used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transmission),
        cmocka_unit_test(latency_table),
        cmocka_unit_test(jitter),
        cmocka_unit_test(losses),
        cmocka_unit_test(draws_only_when_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
