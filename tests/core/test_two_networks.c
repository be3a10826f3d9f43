/* test_two_networks.c - networks in one process do not know of each other: calls that take turns between two
 * of them leave each in the state, byte for byte, in which it ends alone. */
#include "chain_drive.h"
#include "gateway_history.h"
#include "state_bytes.h"

enum { CHAIN_CALLS = 2000, GATEWAY_STEPS = 3000 };

/* Other seeds mean other parameters, calls and beacons. */
static void chains_that_take_turns(void **state)
{
    static struct drive alone, turns[2];
    const uint64_t seeds[2] = {3, 8};

    (void)state;
    for (int i = 0; i < 2; i++)
        drive_open(&turns[i], seeds[i]);
    for (unsigned call = 0; call < CHAIN_CALLS; call++)
        for (int i = 0; i < 2; i++)
            drive_call(&turns[i]);
    for (int i = 0; i < 2; i++) {
        drive_open(&alone, seeds[i]);
        while (alone.calls < CHAIN_CALLS)
            drive_call(&alone);
        struct bytes left = chain_bytes(alone.world.chain);
        struct bytes right = chain_bytes(turns[i].world.chain);
        assert_same_bytes(left, right);
        chain_world_close(&alone.world);
        chain_world_close(&turns[i].world);
    }
}

/* Two policies, which draw from entropy of their own: their seeds are the same. */
static void gateways_that_take_turns(void **state)
{
    static struct history alone, turns[2];
    const int64_t policies[2] = {DG_ROUTING_WEIGHTED_SCORE, DG_ROUTING_THOMPSON};

    (void)state;
    for (int i = 0; i < 2; i++)
        history_open(&turns[i], policies[i]);
    for (unsigned step = 0; step < GATEWAY_STEPS; step++)
        for (int i = 0; i < 2; i++)
            history_step(&turns[i]);
    for (int i = 0; i < 2; i++) {
        history_open(&alone, policies[i]);
        for (unsigned step = 0; step < GATEWAY_STEPS; step++)
            history_step(&alone);
        struct bytes left = gateway_bytes(alone.gateway);
        struct bytes right = gateway_bytes(turns[i].gateway);
        assert_same_bytes(left, right);
        history_close(&alone);
        history_close(&turns[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_that_take_turns),
        cmocka_unit_test(gateways_that_take_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
