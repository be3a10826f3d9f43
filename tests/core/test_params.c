/* test_params.c - the table of parameters, its defaults and its rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "dg/params.h"
#include "policies.h"

static const struct dg_param_row *row_of(const char *name)
{
    const struct dg_param_row *row = dg_param_find(name);

    assert_non_null(row);
    return row;
}

/* Goal: every row is complete, has a name and a field of its own, and a default within its
 * bounds. */
static void rows_are_sound(void **state)
{
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    (void)state;
    assert_int_equal(count * sizeof(int64_t), sizeof(struct dg_params));
    for (size_t i = 0; i < count; i++) {
        assert_true(rows[i].meaning[0] != '\0' && rows[i].source[0] != '\0');
        assert_true(rows[i].minimum <= rows[i].standard && rows[i].standard <= rows[i].maximum);
        assert_true((rows[i].unit == DG_UNIT_CHOICE) == (rows[i].choices != NULL));
        assert_ptr_equal(dg_param_find(rows[i].name), &rows[i]);
        assert_string_not_equal(dg_origin_name(rows[i].origin), "unknown");
        for (size_t j = 0; j < i; j++)
            assert_true(rows[i].offset != rows[j].offset);
    }
    assert_null(dg_param_find("sampling.rates"));
}

/* Goal: the published defaults are those published. */
static void published_defaults(void **state)
{
    struct dg_params params;

    (void)state;
    dg_params_default(&params);
    assert_int_equal(params.fees_unit_price, 50000); /* 0.05 DGAI */
    assert_int_equal(params.fees_network_share, DG_ONE / 50);
    assert_int_equal(params.fees_governance_share, DG_ONE / 20);
    assert_int_equal(params.sampling_rate, DG_ONE / 100);
    assert_true(params.settlement_length == 7 * 24 * 3600 * DG_SECOND);
    assert_int_equal(row_of("sampling.rate")->origin, DG_ORIGIN_PUBLISHED);
    assert_int_equal(row_of("committee.size")->origin, DG_ORIGIN_OURS);
    assert_int_equal(row_of("jail.yield")->origin, DG_ORIGIN_CODE);
}

/* Goal: defaults pass, and each bound of each row is kept with a message that names the row. */
static void bounds_are_kept(void **state)
{
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);
    struct dg_params params;
    char message[256];

    (void)state;
    dg_params_default(&params);
    assert_int_equal(dg_params_check(&params, message, sizeof message), DG_OK);
    for (size_t i = 0; i < count; i++) {
        const int64_t outside[2] = {rows[i].minimum - 1, rows[i].maximum + 1};
        for (int side = 0; side < 2; side++) {
            dg_params_default(&params);
            dg_param_set(&params, &rows[i], outside[side]);
            assert_true(dg_param_get(&params, &rows[i]) == outside[side]);
            assert_int_equal(dg_params_check(&params, message, sizeof message), DG_ERROR_PARAMETER);
            assert_non_null(strstr(message, rows[i].name));
        }
    }
}

struct rule {
    const char *settings[2];
    int64_t values[2];
    const char *names; /* in the message */
};

/* Goal: settings that contradict each other, or can never take effect, are refused by name. */
static void rules_between_rows(void **state)
{
    static const struct rule rules[] = {
        {{"fees.network_share", "fees.governance_share"}, {DG_ONE, 1}, "fees.network_share"},
        {{"emission.node_share", NULL}, {DG_ONE / 2, 0}, "emission.node_share"},
        {{"committee.quorum", NULL}, {4, 0}, "committee.quorum"},
        {{"sampling.window", NULL}, {61 * DG_SECOND, 0}, "sampling.window"},
        {{"quality.threshold_failures", NULL}, {11, 0}, "quality.threshold_failures"},
        {{"metering.input_weight", "metering.output_weight"}, {0, 0}, "metering.input_weight"},
        {{"settlement.length", NULL}, {60 * DG_SECOND, 0}, "settlement.length"},
        {{"points.quality_weight", NULL}, {0, 0}, "points.quality_weight"},
        {{"routing.policy", "routing.candidates"}, {DG_ROUTING_UCB, 1}, "routing.candidates"},
        {{"routing.policy", "routing.candidates"}, {DG_ROUTING_THOMPSON, 1}, "routing.candidates"},
        {{"penalty.repeat_window", NULL}, {DG_SECOND, 0}, "penalty.repeat_window"},
        {{"heartbeat.misses", NULL}, {864, 0}, "penalty.downtime_limit"}, /* 72 hours */
        /* 2^64 ns and 1526 s, longer than any limit */
        {{"heartbeat.misses", "heartbeat.interval"},
         {213504, 24 * 3600 * DG_SECOND},
         "penalty.downtime_limit"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct dg_params params;
        char message[256] = "";
        dg_params_default(&params);
        for (int s = 0; s < 2 && rules[i].settings[s] != NULL; s++)
            dg_param_set(&params, row_of(rules[i].settings[s]), rules[i].values[s]);
        assert_int_equal(dg_params_check(&params, message, sizeof message), DG_ERROR_PARAMETER);
        assert_non_null(strstr(message, rules[i].names));
    }
}

/* Goal: what the funds leave at the largest discount pays the largest royalty, and not a bit
 * more. */
static void royalty_maximum(void **state)
{
    struct dg_params params;

    (void)state;
    dg_params_default(&params);
    assert_int_equal(dg_royalty_maximum(&params), DG_ONE);
    params.fees_treasury_share = DG_ONE / 2 - DG_ONE / 10; /* shares: 0.5 */
    assert_int_equal(dg_royalty_maximum(&params), DG_ONE / 10 * 7);
    params.fees_latency_mode = DG_LATENCY_USER_SURCHARGE;
    assert_int_equal(dg_royalty_maximum(&params), DG_ONE);
    params.fees_treasury_share = DG_ONE - DG_ONE / 10; /* shares: 1 */
    assert_int_equal(dg_royalty_maximum(&params), 0);
}

/* Goal: every status has a name. */
static void status_names(void **state)
{
    (void)state;
    for (int i = 0; i < DG_STATUS_COUNT; i++) {
        for (int j = 0; j < i; j++)
            assert_string_not_equal(dg_status_name((enum dg_status)i),
                                    dg_status_name((enum dg_status)j));
    }
    assert_string_equal(dg_status_name(DG_STATUS_COUNT), "unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sound),  cmocka_unit_test(published_defaults),
        cmocka_unit_test(bounds_are_kept), cmocka_unit_test(rules_between_rows),
        cmocka_unit_test(royalty_maximum), cmocka_unit_test(status_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
