/* test_committee.c - draws by tickets: exclusions, repetition, chances. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "committee.h"
#include "memory.h"
#include "quality.h"

enum { VERIFIERS = 6, ROUNDS = 20000 };

struct fixture {
    struct dg_allocator allocator;
    struct committee_pool pool;
    struct dg_prf_key key;
};

/* Verifier 10 + i belongs to operator i and weighs i + 1. */
static size_t draw_from(const struct committee_pool *pool, const struct committee_draw *draw,
                        size_t wanted, uint32_t *members)
{
    struct dg_verifiers list = committee_list(pool);

    return committee_select(&list, draw, wanted, members);
}

static int setup(void **state)
{
    static struct fixture fixture;
    uint8_t beacon[DG_HASH_BYTES] = {3};

    fixture = (struct fixture){.allocator = memory_allocator(NULL)};
    dg_prf_key_derive(beacon, DG_PRF_TICKET, &fixture.key);
    assert_int_equal(committee_reserve(&fixture.pool, &fixture.allocator, VERIFIERS), DG_OK);
    for (uint32_t i = 0; i < VERIFIERS; i++)
        assert_int_equal(committee_add(&fixture.pool, 10 + i, i, i + 1), i);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    committee_fini(&fixture->pool, &fixture->allocator);
    return 0;
}

static struct committee_draw draw_of(const struct fixture *fixture, uint64_t number)
{
    return (struct committee_draw){.key = &fixture->key, .number = number, .operator_id = DG_NONE};
}

/* Goal: the drawn are the smallest tickets that anybody computes, without repetition. */
static void smallest_tickets_win(void **state)
{
    const struct fixture *fixture = *state;

    for (uint64_t number = 0; number < 500; number++) {
        struct committee_draw draw = draw_of(fixture, number);
        uint32_t members[VERIFIERS];
        assert_int_equal(draw_from(&fixture->pool, &draw, VERIFIERS, members), VERIFIERS);
        for (int i = 1; i < VERIFIERS; i++) {
            uint64_t before =
                dg_ticket(&fixture->key, 0, number, members[i - 1], members[i - 1] - 9);
            uint64_t after = dg_ticket(&fixture->key, 0, number, members[i], members[i] - 9);
            assert_true(before < after || (before == after && members[i - 1] < members[i]));
        }
        uint32_t first[2];
        assert_int_equal(draw_from(&fixture->pool, &draw, 2, first), 2);
        assert_int_equal(first[0], members[0]);
        assert_int_equal(first[1], members[1]);
    }
}

/* Goal: the operator's own nodes and the barred never sit, and fewer than wanted is no error. */
static void some_are_left_out(void **state)
{
    const struct fixture *fixture = *state;
    const uint32_t barred[2] = {10, 15};

    for (uint64_t number = 0; number < 500; number++) {
        struct committee_draw draw = draw_of(fixture, number);
        uint32_t members[VERIFIERS];
        draw.operator_id = 3;
        draw.barred = barred;
        draw.barred_count = 2;
        assert_int_equal(draw_from(&fixture->pool, &draw, VERIFIERS, members), 3);
        for (int i = 0; i < 3; i++)
            assert_true(members[i] != 10 && members[i] != 13 && members[i] != 15);
    }
}

/* Goal: the first seat falls to a verifier in proportion to its weight, chi-square at 0.001. */
static void chances_follow_weight(void **state)
{
    const struct fixture *fixture = *state;
    double counts[VERIFIERS] = {0}, statistic = 0;

    for (uint64_t number = 0; number < ROUNDS; number++) {
        struct committee_draw draw = draw_of(fixture, number);
        uint32_t member;
        assert_int_equal(draw_from(&fixture->pool, &draw, 1, &member), 1);
        counts[member - 10]++;
    }
    for (int i = 0; i < VERIFIERS; i++) {
        double expected = ROUNDS * (i + 1) / 21.0;
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    assert_true(statistic < 20.5); /* 5 degrees of freedom */
}

/* Goal: the second seat is drawn without the first: P(second = j) = sum over i of w_i/W * w_j/(W -
 * w_i). */
static void second_seat_without_the_first(void **state)
{
    const struct fixture *fixture = *state;
    double counts[VERIFIERS] = {0}, statistic = 0;

    for (uint64_t number = 0; number < ROUNDS; number++) {
        struct committee_draw draw = draw_of(fixture, number);
        uint32_t members[2];
        assert_int_equal(draw_from(&fixture->pool, &draw, 2, members), 2);
        counts[members[1] - 10]++;
    }
    for (int j = 0; j < VERIFIERS; j++) {
        double chance = 0;
        for (int i = 0; i < VERIFIERS; i++)
            chance += i == j ? 0 : (i + 1) / 21.0 * (j + 1) / (21.0 - (i + 1));
        double expected = ROUNDS * chance;
        statistic += (counts[j] - expected) * (counts[j] - expected) / expected;
    }
    assert_true(statistic < 20.5);
}

/* Goal: who leaves is not drawn any more, and the one that moved into its place is known. */
static void leaving(void **state)
{
    struct fixture *fixture = *state;
    struct committee_draw draw = draw_of(fixture, 1);
    uint32_t members[VERIFIERS];

    assert_int_equal(committee_remove(&fixture->pool, 1), 15);
    assert_int_equal(committee_remove(&fixture->pool, 4), DG_NONE); /* the last one moves nobody */
    assert_int_equal(draw_from(&fixture->pool, &draw, VERIFIERS, members), 4);
    for (int i = 0; i < 4; i++)
        assert_true(members[i] != 11 && members[i] != 14);
}

/* Goal: uniform weights ignore the stake, stake weights count whole tokens. */
static void weights(void **state)
{
    struct dg_params params;

    (void)state;
    dg_params_default(&params);
    params.committee_weights = 0;
    assert_int_equal(committee_weight(&params, 500 * DG_TOKEN, QUALITY_TRUST_ONE), 1);
    params.committee_weights = 1;
    assert_int_equal(committee_weight(&params, 500 * DG_TOKEN + 1, QUALITY_TRUST_ONE), 500);
    assert_int_equal(committee_weight(&params, 0, QUALITY_TRUST_ONE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(smallest_tickets_win, setup, teardown),
        cmocka_unit_test_setup_teardown(some_are_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(chances_follow_weight, setup, teardown),
        cmocka_unit_test_setup_teardown(second_seat_without_the_first, setup, teardown),
        cmocka_unit_test_setup_teardown(leaving, setup, teardown),
        cmocka_unit_test(weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
