/* test_ledger.c - balances, the identity, and escrow by user and gateway. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "escrow.h"
#include "ledger.h"
#include "memory.h"

struct fixture {
    struct dg_allocator allocator;
    struct ledger ledger;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.allocator = memory_allocator(NULL)};
    assert_int_equal(ledger_init(&fixture.ledger, &fixture.allocator), DG_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ledger_reserve(&fixture.ledger, &fixture.allocator, DG_ACCOUNT_USER),
                         DG_OK);
        assert_int_equal(ledger_add(&fixture.ledger, DG_ACCOUNT_USER), i);
    }
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    ledger_fini(&fixture->ledger, &fixture->allocator);
    return 0;
}

static int64_t balance(const struct ledger *ledger, enum dg_account kind, uint32_t index)
{
    int64_t amount = -1;

    assert_int_equal(ledger_balance(ledger, kind, index, &amount), DG_OK);
    return amount;
}

/* Goal: money comes in once and then only moves; the identity holds throughout. */
static void money_moves(void **state)
{
    struct ledger *ledger = &((struct fixture *)*state)->ledger;

    assert_int_equal(ledger_credit(ledger, LEDGER_GENESIS, DG_ACCOUNT_USER, 0, 100), DG_OK);
    assert_int_equal(ledger_move(ledger, DG_ACCOUNT_USER, 0, DG_ACCOUNT_BURNED, 0, 30), DG_OK);
    assert_int_equal(ledger_move(ledger, DG_ACCOUNT_USER, 0, DG_ACCOUNT_USER, 1, 70), DG_OK);
    assert_int_equal(balance(ledger, DG_ACCOUNT_USER, 0), 0);
    assert_int_equal(balance(ledger, DG_ACCOUNT_USER, 1), 70);
    assert_int_equal(balance(ledger, DG_ACCOUNT_BURNED, 0), 30);
    assert_true(ledger_identity(ledger) && ledger_audit(ledger));
}

/* Goal: what is refused changes nothing: too little money, negative amounts, unknown accounts. */
static void refusals(void **state)
{
    struct ledger *ledger = &((struct fixture *)*state)->ledger;
    int64_t amount;

    assert_int_equal(ledger_credit(ledger, LEDGER_DEPOSITED, DG_ACCOUNT_USER, 0, 10), DG_OK);
    assert_int_equal(ledger_move(ledger, DG_ACCOUNT_USER, 0, DG_ACCOUNT_USER, 1, 11),
                     DG_ERROR_FUNDS);
    assert_int_equal(ledger_move(ledger, DG_ACCOUNT_USER, 0, DG_ACCOUNT_USER, 1, -1),
                     DG_ERROR_ARGUMENT);
    assert_int_equal(ledger_move(ledger, DG_ACCOUNT_USER, 2, DG_ACCOUNT_USER, 1, 0),
                     DG_ERROR_UNKNOWN_ID);
    assert_int_equal(ledger_credit(ledger, LEDGER_MINTED, DG_ACCOUNT_USER, 9, 1),
                     DG_ERROR_UNKNOWN_ID);
    assert_int_equal(ledger_credit(ledger, LEDGER_MINTED, DG_ACCOUNT_USER, 0, -1),
                     DG_ERROR_ARGUMENT);
    assert_int_equal(ledger_balance(ledger, DG_ACCOUNT_COUNT, 0, &amount), DG_ERROR_UNKNOWN_ID);
    assert_int_equal(balance(ledger, DG_ACCOUNT_USER, 0), 10);
    assert_true(ledger_audit(ledger));
}

/* Goal: not more can come in, over all sources, than a balance can count. */
static void supply_is_bounded(void **state)
{
    struct ledger *ledger = &((struct fixture *)*state)->ledger;

    assert_int_equal(ledger_credit(ledger, LEDGER_GENESIS, DG_ACCOUNT_USER, 0, INT64_MAX - 5),
                     DG_OK);
    assert_int_equal(ledger_credit(ledger, LEDGER_MINTED, DG_ACCOUNT_USER, 1, 6),
                     DG_ERROR_OVERFLOW);
    assert_int_equal(ledger_credit(ledger, LEDGER_MINTED, DG_ACCOUNT_USER, 1, 5), DG_OK);
    assert_int_equal(ledger_move(ledger, DG_ACCOUNT_USER, 1, DG_ACCOUNT_USER, 0, 5), DG_OK);
    assert_true(balance(ledger, DG_ACCOUNT_USER, 0) == INT64_MAX);
    assert_true(ledger_audit(ledger));
}

/* Goal: money that appears, vanishes or goes below zero is found; the fast check sees the
 * totals. */
static void corruption_is_found(void **state)
{
    struct ledger *ledger = &((struct fixture *)*state)->ledger;

    assert_int_equal(ledger_credit(ledger, LEDGER_GENESIS, DG_ACCOUNT_USER, 0, 100), DG_OK);
    ledger->kinds[DG_ACCOUNT_USER].balances[0]++;
    assert_false(ledger_audit(ledger));
    ledger->kinds[DG_ACCOUNT_USER].balances[0]--;
    assert_true(ledger_audit(ledger));
    ledger->kinds[DG_ACCOUNT_USER].balances[0] += 50; /* adds up, but one balance is negative */
    ledger->kinds[DG_ACCOUNT_USER].balances[1] -= 50;
    assert_false(ledger_audit(ledger));
    ledger->kinds[DG_ACCOUNT_USER].balances[0] -= 50;
    ledger->kinds[DG_ACCOUNT_USER].balances[1] += 50;
    ledger->kinds[DG_ACCOUNT_BURNED].total++;
    assert_false(ledger_identity(ledger));
}

/* Goal: every account has a name of its own. */
static void names(void **state)
{
    (void)state;
    for (int i = 0; i < DG_ACCOUNT_COUNT; i++) {
        for (int j = 0; j < i; j++)
            assert_string_not_equal(dg_account_name((enum dg_account)i),
                                    dg_account_name((enum dg_account)j));
    }
    assert_non_null(dg_account_name(DG_ACCOUNT_COUNT));
}

/* ---- escrow ---- */

static void lock(struct escrow *escrow, const struct dg_allocator *allocator, uint32_t user,
                 uint32_t gateway, int64_t amount)
{
    assert_int_equal(escrow_reserve(escrow, allocator), DG_OK);
    escrow_add(escrow, allocator, user, gateway, amount);
}

/* Goal: fees are taken from what was locked for that gateway, all of a report or nothing. */
static void escrow_is_all_or_nothing(void **state)
{
    const struct dg_allocator allocator = memory_allocator(NULL);
    struct escrow escrow = {0};
    struct dg_receipt receipts[3] = {
        {.user = 1, .fee = 40}, {.user = 2, .fee = 5}, {.user = 1, .fee = 61}};

    (void)state;
    lock(&escrow, &allocator, 1, 0, 60);
    lock(&escrow, &allocator, 1, 0, 40);
    lock(&escrow, &allocator, 1, 7, 1000);
    lock(&escrow, &allocator, 2, 0, 5);
    assert_int_equal(escrow_take(&escrow, 0, receipts, 3), DG_ERROR_FUNDS);
    assert_int_equal(escrow_take(&escrow, 3, receipts, 1), DG_ERROR_FUNDS);
    receipts[2].fee = 60; /* now it just suffices, so nothing was taken before */
    assert_int_equal(escrow_take(&escrow, 0, receipts, 3), DG_OK);
    receipts[0].fee = 1;
    assert_int_equal(escrow_take(&escrow, 0, receipts, 1), DG_ERROR_FUNDS);
    assert_int_equal(escrow_take(&escrow, 7, receipts, 1), DG_OK);
    escrow_fini(&escrow, &allocator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(money_moves, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(supply_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(corruption_is_found, setup, teardown),
        cmocka_unit_test(names),
        cmocka_unit_test(escrow_is_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
