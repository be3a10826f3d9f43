/* test_metering.c - compute units and fees against rational arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixed.h"
#include "metering.h"

static struct dg_params standard(void)
{
    struct dg_params params;

    dg_params_default(&params);
    return params;
}

/* Goal: weights by size class, one for an input token and four for an output token. */
static void compute_by_hand(void **state)
{
    const int64_t weights[DG_SIZE_COUNT] = {1, 2, 4, 8, 16};
    struct dg_params params = standard();
    int64_t milli;

    (void)state;
    for (uint8_t size = 0; size < DG_SIZE_COUNT; size++) {
        assert_int_equal(metering_compute(&params, size, 1000, 250, &milli), DG_OK);
        assert_int_equal(milli, weights[size] * 2000); /* 2 CU of the smallest class */
    }
    assert_int_equal(metering_compute(&params, DG_SIZE_COUNT, 1, 1, &milli), DG_ERROR_ARGUMENT);
}

/* Goal: more compute than can be counted is an error. */
static void compute_overflow(void **state)
{
    struct dg_params params = standard();
    int64_t milli = 5;

    (void)state;
    params.metering_weight[DG_SIZE_LARGER] = INT64_MAX / 2;
    assert_int_equal(metering_compute(&params, DG_SIZE_LARGER, UINT32_MAX, UINT32_MAX, &milli),
                     DG_ERROR_OVERFLOW);
    assert_int_equal(milli, 5);
}

/* Goal: 2 CU at 0.05 DGAI cost 0.1 DGAI, and the royalty comes on top. */
static void fee_by_hand(void **state)
{
    struct dg_params params = standard();
    struct metering_terms terms = {
        .price = 50000, .royalty = DG_ONE / 20, .size_class = DG_SIZE_8B};
    struct metering_fee fee;

    (void)state;
    assert_int_equal(metering_answer(&params, &terms, 1000, 250, 0, &fee), DG_OK);
    assert_int_equal(fee.compute, 100000);
    assert_int_equal(fee.royalty, 5000);
    assert_int_equal(fee.latency, 0);
    assert_int_equal(fee.total, 105000);
}

/* Goal: the latency term grows linearly from the target to twice the target and stays there; the
 * node bears it in one mode, the user in the other, and the royalty does not change. */
static void latency_term(void **state)
{
    struct dg_params params = standard();
    struct metering_terms terms = {
        .price = 50000, .royalty = DG_ONE / 20, .size_class = DG_SIZE_8B};
    int64_t target = metering_target(&params, 250);
    const struct {
        int64_t total, latency;
    } cases[] = {
        {target, 0},     {target + target / 2, 15000}, {2 * target, 30000}, {9 * target, 30000},
        {target / 2, 0},
    };

    (void)state;
    assert_true(target == 2 * DG_SECOND + 250 * (80 * DG_SECOND / 1000));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct metering_fee node, user;
        params.fees_latency_mode = DG_LATENCY_NODE_DISCOUNT;
        assert_int_equal(metering_answer(&params, &terms, 1000, 250, cases[i].total, &node), DG_OK);
        params.fees_latency_mode = DG_LATENCY_USER_SURCHARGE;
        assert_int_equal(metering_answer(&params, &terms, 1000, 250, cases[i].total, &user), DG_OK);
        assert_int_equal(node.latency, -cases[i].latency);
        assert_int_equal(user.latency, cases[i].latency);
        assert_int_equal(node.total, 105000 - cases[i].latency);
        assert_int_equal(user.total, 105000 + cases[i].latency);
        assert_int_equal(node.royalty, 5000);
    }
}

/* Goal: no answer of at most so many tokens costs more than the maximum quoted, whatever it took,
 * and the limit of the price is the inverse of the maximum. */
static void maximum_bounds_every_answer(void **state)
{
    struct dg_params params = standard();
    uint64_t word = 12345;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        word = word * UINT64_C(6364136223846793005) + 1442695040888963407u;
        uint32_t in = (uint32_t)(word >> 40) % 20000, most = 1 + (uint32_t)(word >> 20) % 4000;
        uint32_t out = (uint32_t)(word >> 33) % (most + 1);
        struct metering_terms terms = {.price = (int64_t)(word >> 45),
                                       .royalty = (int64_t)(word >> 5) % DG_ONE,
                                       .size_class = (uint8_t)(word >> 60) % DG_SIZE_COUNT};
        struct metering_fee fee;
        int64_t milli, maximum;
        params.fees_latency_mode = (int64_t)(word >> 63);
        assert_int_equal(metering_compute(&params, terms.size_class, in, most, &milli), DG_OK);
        assert_int_equal(metering_maximum(&params, &terms, milli, &maximum), DG_OK);
        assert_int_equal(metering_answer(&params, &terms, in, out, (int64_t)(word >> 24), &fee),
                         DG_OK);
        assert_true(fee.total <= maximum && fee.total >= fee.royalty);

        int64_t limit = metering_price_limit(&params, terms.royalty, milli, maximum);
        assert_true(limit >= terms.price);
        if (limit == INT64_MAX)
            continue;
        terms.price = limit;
        assert_int_equal(metering_maximum(&params, &terms, milli, &fee.total), DG_OK);
        assert_true(fee.total <= maximum);
        terms.price = limit + 1;
        assert_int_equal(metering_maximum(&params, &terms, milli, &fee.total), DG_OK);
        assert_true(fee.total > maximum);
    }
}

/* Goal: fees are the rational value rounded half up, term by term. */
static void fee_is_the_rounded_rational(void **state)
{
    struct dg_params params = standard();

    (void)state;
    for (uint32_t tokens = 0; tokens < 5000; tokens += 7) {
        struct metering_terms terms = {
            .price = 33333, .royalty = 77777777, .size_class = DG_SIZE_13B};
        struct metering_fee fee;
        assert_int_equal(metering_answer(&params, &terms, tokens, tokens, 0, &fee), DG_OK);
        fixed_int128 milli = (fixed_int128)tokens * 5 * 2;
        int64_t compute = (int64_t)((milli * 33333 * 2 + 1000) / 2000);
        assert_int_equal(fee.compute_milli, (int64_t)milli);
        assert_int_equal(fee.compute, compute);
        assert_int_equal(fee.royalty,
                         (int64_t)(((fixed_int128)compute * 77777777 * 2 + DG_ONE) / (2 * DG_ONE)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compute_by_hand),
        cmocka_unit_test(compute_overflow),
        cmocka_unit_test(fee_by_hand),
        cmocka_unit_test(latency_term),
        cmocka_unit_test(maximum_bounds_every_answer),
        cmocka_unit_test(fee_is_the_rounded_rational),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
