/* Goal of this file: what fails and recovers is up for the share of time that theory gives. */
#include "models/outage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct random_key KEY = {.seed = 13, .replication = 0};

/* Goal: up 100 and down 5 on average is up 0.952381 of the time (four standard errors of a renewal
 * process' share: sqrt(2/n) * p (1-p) for exponential periods). */
static void availability(void **state)
{
    (void)state;
    enum { CYCLES = 50000 };
    const int64_t every = 100000000000, for_ns = 5000000000;
    struct random_stream stream;
    struct outage outage;
    int64_t now = 0;
    double up = 0;

    random_stream_init(&stream, &KEY, 1, 0, 0);
    outage_init(&outage, every, for_ns, &stream, now);
    assert_true(outage.up);
    for (int i = 0; i < 2 * CYCLES; i++) {
        assert_true(outage.change_ns > now);
        if (outage.up)
            up += (double)(outage.change_ns - now);
        now = outage.change_ns;
        outage_change(&outage, every, for_ns, &stream);
        assert_true(outage.up == (i % 2 == 1));
    }
    double share = 100.0 / 105, error = share * (1 - share) * sqrt(2.0 / CYCLES);
    assert_true(fabs(up / (double)now - share) < 4 * error);
}

/* Goal: without outages nothing changes and nothing is drawn. */
static void never(void **state)
{
    (void)state;
    struct outage outage;

    outage_init(&outage, 0, 5, NULL, 7);
    assert_true(outage.up && outage.change_ns == INT64_MAX);
    outage_init(&outage, 5, 0, NULL, 7);
    assert_true(outage.up && outage.change_ns == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(availability),
        cmocka_unit_test(never),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
