/* test_gateway_random.c - what a gateway promises, held against random histories. */
#include <stdlib.h>

#include "gateway_history.h"

static int compare_handles(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return first < second ? -1 : first > second;
}

static void assert_distinct(uint64_t *handles, size_t count)
{
    qsort(handles, count, sizeof handles[0], compare_handles);
    for (size_t i = 1; i < count; i++)
        assert_true(handles[i - 1] != handles[i]);
}

/* Goal: allowance + reserved + spent = granted for every user at every step of a random history,
 * nodes carry what was sent to them, every choice keeps every rule, no fee is above its escrow
 * whatever parameters change, refusals are those that the model foresees, handles are never
 * reused, receipts have no gap. */
static void random_histories(void **state)
{
    static struct history history;

    (void)state;
    for (int64_t policy = 0; policy < POLICIES; policy++) {
        history_open(&history, policy);
        for (uint32_t i = 0; i < HISTORY; i++) {
            history_step(&history);
            history_check(&history);
        }
        assert_distinct(history.handles, history.handle_count);
        const struct dg_gateway_counters *seen = &history.expected;
        assert_true(history.handle_count > HISTORY / 10 && history.number > HISTORY / 20);
        assert_true(seen->reroutes > HISTORY / 100 && history.refusals > HISTORY / 100);
        assert_true(seen->hedges > HISTORY / 100 && seen->hedges_won > HISTORY / 1000);
        assert_true(seen->affinity_hits > HISTORY / 100 && seen->breaker_trips > HISTORY / 500);
        assert_true(history.limits > HISTORY / 500 && history.waits > HISTORY / 1000);
        assert_true(history.changes > HISTORY / 500 && history.reported_silent > HISTORY / 100);
        history_close(&history);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_histories)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
