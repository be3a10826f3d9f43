/* test_policies.c - every rule that a parameter names: all kinds are lists of names, and a choice
 * that is made by name does what its name says, unlike the others of its kind. */
#include "chain_world.h"

#include "commission.h"
#include "dg/params.h"
#include "emission.h"
#include "metering.h"
#include "policies.h"
#include "redelegation.h"

#define DAY  (24 * 3600 * DG_SECOND)
#define YEAR (365 * DAY)

enum { GOOD = 60000, BAD = 5000 };

static const struct dg_param_row *row_of(const char *name)
{
    const struct dg_param_row *row = dg_param_find(name);

    assert_non_null(row);
    assert_int_equal(row->unit, DG_UNIT_CHOICE);
    return row;
}

static size_t choice_count(const char *parameter)
{
    size_t count = 0;

    while (row_of(parameter)->choices[count].name != NULL)
        count++;
    return count;
}

/* Sets the parameter to the choice of that name, which must exist. */
static void choose(struct dg_params *params, const char *parameter, const char *name)
{
    const struct dg_param_row *row = row_of(parameter);

    for (int64_t i = 0; row->choices[i].name != NULL; i++) {
        if (strcmp(row->choices[i].name, name) != 0)
            continue;
        dg_param_set(params, row, i);
        return;
    }
    fail_msg("%s has no choice %s", parameter, name);
}

/* ---- the lists ---- */

/* Goal: in every kind names differ, and the bound of the parameter is the end of its list. */
static void kinds_are_lists_of_names(void **state)
{
    size_t count, kinds = 0;
    const struct dg_param_row *rows = dg_param_rows(&count);

    (void)state;
    for (size_t k = 0; k < count; k++) {
        const struct dg_param_row *row = &rows[k];
        if (row->unit != DG_UNIT_CHOICE)
            continue;
        kinds++;
        assert_int_equal(row->minimum, 0);
        assert_true(row->maximum > 0);
        assert_int_equal(row->maximum + 1, choice_count(row->name));
        for (int64_t i = 0; i <= row->maximum; i++) {
            assert_true(row->choices[i].meaning[0] != '\0');
            for (int64_t j = 0; j < i; j++)
                assert_string_not_equal(row->choices[i].name, row->choices[j].name);
        }
    }
    assert_true(kinds >= 12);
}

/* ---- fees.latency_mode ---- */

/* Goal: 2000 milli-CU at 0.05 DGAI with a royalty of 5 %: 105000, and up to 30 % of the 100000 for
 * compute more or less. Every latency stays within the range, and its ends are met. */
static void latency_modes(void **state)
{
    static const struct {
        const char *name;
        int64_t lowest, highest, late;
    } cases[] = {
        {"node_discount", 75000, 105000, 75000},
        {"user_surcharge", 105000, 135000, 135000},
    };
    const struct metering_terms terms = {
        .price = 50000, .royalty = DG_ONE / 20, .size_class = DG_SIZE_8B};

    (void)state;
    assert_int_equal(choice_count("fees.latency_mode"), sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dg_params params;
        struct metering_range range;
        struct metering_fee fee;
        int64_t maximum;
        dg_params_default(&params);
        choose(&params, "fees.latency_mode", cases[i].name);
        int64_t target = metering_target(&params, 250);
        assert_status(metering_range(&params, &terms, 1000, 250, &range), DG_OK);
        assert_int_equal(range.compute_milli, 2000);
        assert_int_equal(range.royalty, 5000);
        assert_int_equal(range.lowest, cases[i].lowest);
        assert_int_equal(range.highest, cases[i].highest);
        assert_status(metering_maximum(&params, &terms, 2000, &maximum), DG_OK);
        assert_int_equal(maximum, range.highest);
        for (int64_t total = 0; total < 4 * target; total += target / 7) {
            assert_status(metering_answer(&params, &terms, 1000, 250, total, &fee), DG_OK);
            assert_true(range.lowest <= fee.total && fee.total <= range.highest);
            if (total <= target)
                assert_int_equal(fee.total, 105000);
        }
        assert_int_equal(fee.total, cases[i].late);
    }
}

/* Goal: what does not fit is refused, whichever end of the range it is. */
static void latency_range_overflows(void **state)
{
    const struct metering_terms terms = {.price = INT64_MAX / 2, .size_class = DG_SIZE_8B};
    struct dg_params params;
    struct metering_range range = {.highest = 7};

    (void)state;
    dg_params_default(&params);
    choose(&params, "fees.latency_mode", "user_surcharge");
    assert_status(metering_range(&params, &terms, 2000, 0, &range), DG_ERROR_OVERFLOW);
    assert_int_equal(range.highest, 7);
    choose(&params, "fees.latency_mode", "node_discount");
    assert_status(metering_range(&params, &terms, 2000, 0, &range), DG_OK);
    assert_int_equal(range.highest, INT64_MAX - 1);
    assert_status(metering_range(&params, &terms, 3000, 0, &range), DG_ERROR_OVERFLOW);
}

/* ---- emission.schedule ---- */

/* Goal: one stays as it is, the other halves every two years; both end with emission.duration. */
static void emission_schedules(void **state)
{
    static const struct {
        const char *name;
        int64_t start, before, after, fourth, end;
    } cases[] = {
        {"constant", 1001, 1001, 1001, 1001, 0},
        {"halving", 1001, 1001, 500, 62, 0},
    };

    (void)state;
    assert_int_equal(choice_count("emission.schedule"), sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dg_params params;
        dg_params_default(&params);
        params.emission_weekly = 1001;
        choose(&params, "emission.schedule", cases[i].name);
        assert_int_equal(emission_weekly(&params, 0), cases[i].start);
        assert_int_equal(emission_weekly(&params, 2 * YEAR - 1), cases[i].before);
        assert_int_equal(emission_weekly(&params, 2 * YEAR), cases[i].after);
        assert_int_equal(emission_weekly(&params, 10 * YEAR - 1), cases[i].fourth);
        assert_int_equal(emission_weekly(&params, 10 * YEAR), cases[i].end);
        params.emission_duration = 0; /* never */
        params.emission_halving_time = DG_SECOND;
        assert_int_equal(emission_weekly(&params, 70 * DG_SECOND),
                         strcmp(cases[i].name, "constant") == 0 ? 1001 : 0);
    }
}

/* ---- stake.commission_mode ---- */

/* Goal: of 100, with 30 of 100 parts of the stake delegated: 30 less the node's 10 %, or 30 % of the
 * 80 that are left when the operator gets a quarter of them first. */
static void commission_modes(void **state)
{
    static const struct {
        const char *name;
        int64_t delegators;
    } cases[] = {
        {"deducted", 27 * DG_TOKEN},
        {"on_top", 24 * DG_TOKEN},
    };
    const struct commission_reward reward = {
        .amount = 100 * DG_TOKEN, .rate = DG_ONE / 10, .all = 100, .delegated = 30};

    (void)state;
    assert_int_equal(choice_count("stake.commission_mode"), sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dg_params params;
        dg_params_default(&params);
        params.stake_commission_on_top = DG_ONE / 4;
        choose(&params, "stake.commission_mode", cases[i].name);
        assert_int_equal(commission_mode(&params)->delegators(&params, &reward),
                         cases[i].delegators);
    }
}

/* ---- stake.redelegation ---- */

/* Goal: moved stake is free at once, or answers as long as its tier would take to unbond; a time of
 * 0 is not the same as being free. */
static void redelegations(void **state)
{
    static const struct {
        const char *name;
        int64_t liable, liable_at_once;
    } cases[] = {
        {"instant", REDELEGATION_FREE, REDELEGATION_FREE},
        {"slashable", 360 * DAY, 0},
    };
    const struct stake_position position = {.amount = DG_TOKEN, .tier = DG_TIER_LONG};

    (void)state;
    assert_int_equal(choice_count("stake.redelegation"), sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dg_params params;
        dg_params_default(&params);
        choose(&params, "stake.redelegation", cases[i].name);
        assert_true(redelegation(&params)->liable_ns(&params, &position) == cases[i].liable);
        params.stake_unbonding[DG_TIER_LONG] = 0;
        assert_true(redelegation(&params)->liable_ns(&params, &position) ==
                    cases[i].liable_at_once);
    }
}

/* ---- jail ---- */

static void open_chosen(struct chain_world *world, struct dg_params *params, const char *parameter,
                        const char *name)
{
    choose(params, parameter, name);
    chain_world_open(world, params, NULL);
}

static enum dg_node_state server_state(const struct chain_world *world)
{
    return (enum dg_node_state)chain_world_account(world, NODE_SERVER).state;
}

static void jail_server(struct chain_world *world)
{
    for (int i = 0; i < 10 && server_state(world) != DG_NODE_JAILED; i++)
        chain_world_verdict(world, NODE_SERVER, MODEL_SMALL, BAD);
    assert_int_equal(server_state(world), DG_NODE_JAILED);
}

/* Goal: what a node has earned is withheld while it is in jail and paid at its release, or paid in
 * jail; either way it has all of its pool of 800 in the end. */
static void jail_yields(void **state)
{
    static const struct {
        const char *name;
        int64_t frozen, paid;
    } cases[] = {
        {"frozen", 800 * DG_TOKEN, 0},
        {"kept", 0, 800 * DG_TOKEN},
    };

    (void)state;
    assert_int_equal(choice_count("jail.yield"), sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct chain_world world;
        struct dg_params params;
        chain_world_params(&params);
        params.emission_weekly = 1000 * DG_TOKEN;
        open_chosen(&world, &params, "jail.yield", cases[i].name);
        chain_world_verdict(&world, NODE_SERVER, MODEL_SMALL, GOOD);
        jail_server(&world);
        assert_status(dg_chain_settle(world.chain, world.now), DG_OK);
        assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_FROZEN, NODE_SERVER),
                         cases[i].frozen);
        assert_int_equal(chain_world_account(&world, NODE_SERVER).rewards, cases[i].paid);
        chain_world_advance(&world, world.now + params.jail_length);
        assert_int_equal(chain_world_balance(&world, DG_ACCOUNT_FROZEN, NODE_SERVER), 0);
        assert_int_equal(chain_world_account(&world, NODE_SERVER).rewards, 800 * DG_TOKEN);
        assert_status(dg_chain_audit(world.chain), DG_OK);
        chain_world_close(&world);
    }
}

/* Goal: the end of the term opens the door, or a request after it does; no request ever opens it
 * before, and none where none is needed. */
static void jail_releases(void **state)
{
    static const struct {
        const char *name;
        enum dg_node_state after_term;
        enum dg_status requested;
    } cases[] = {
        {"automatic", DG_NODE_ACTIVE, DG_ERROR_STATE},
        {"on_request", DG_NODE_JAILED, DG_OK},
    };

    (void)state;
    assert_int_equal(choice_count("jail.release"), sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct chain_world world;
        struct dg_params params;
        chain_world_params(&params);
        open_chosen(&world, &params, "jail.release", cases[i].name);
        jail_server(&world);
        int64_t until = chain_world_account(&world, NODE_SERVER).jailed_until;
        chain_world_advance(&world, until - 1);
        assert_refused(&world, dg_chain_request_release(world.chain, until - 1, NODE_SERVER),
                       DG_ERROR_STATE);
        assert_int_equal(server_state(&world), DG_NODE_JAILED);
        chain_world_advance(&world, until);
        assert_int_equal(server_state(&world), cases[i].after_term);
        assert_status(dg_chain_request_release(world.chain, until, NODE_SERVER),
                      cases[i].requested);
        assert_int_equal(server_state(&world), DG_NODE_ACTIVE);
        chain_world_close(&world);
    }
}

/* ---- committee.reveal ---- */

/* Goal: in the commit phase a member may seal a score and show none, or the other way round; a sealed
 * score must be the one that is shown. */
static void reveal_modes(void **state)
{
    static const struct {
        const char *name;
        enum dg_status sealed, shown;
    } cases[] = {
        {"sealed", DG_OK, DG_ERROR_STATE},
        {"open", DG_ERROR_STATE, DG_OK},
    };

    (void)state;
    assert_int_equal(choice_count("committee.reveal"), sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct chain_world world;
        struct dg_params params;
        chain_world_params(&params);
        open_chosen(&world, &params, "committee.reveal", cases[i].name);
        (void)chain_world_check(&world, NODE_SERVER, MODEL_SMALL);
        const uint32_t *members = world.check.members;
        bool seals = cases[i].sealed == DG_OK;
        assert_status(chain_world_open_answer(&world), DG_OK);
        assert_status(chain_world_commit(&world, members[0], GOOD), cases[i].sealed);
        assert_status(chain_world_show(&world, members[0], GOOD), cases[i].shown);
        for (int m = 1; m < world.check.member_count; m++) {
            if (seals)
                assert_status(chain_world_commit(&world, members[m], GOOD), DG_OK);
            else
                assert_status(chain_world_show(&world, members[m], GOOD), DG_OK);
        }
        if (seals) {
            (void)chain_world_notice(&world, DG_NOTICE_REVEAL_PHASE);
            assert_refused(&world, chain_world_show(&world, members[0], BAD), DG_ERROR_COMMITMENT);
            for (int m = 0; m < world.check.member_count; m++)
                assert_status(chain_world_show(&world, members[m], GOOD), DG_OK);
        } else {
            for (int m = 0; m < world.check.member_count; m++)
                assert_int_equal(chain_world_notice(&world, DG_NOTICE_SCORE).verifier, members[m]);
        }
        struct dg_notice verdict = chain_world_notice(&world, DG_NOTICE_VERDICT);
        assert_int_equal(verdict.score, GOOD);
        chain_world_no_notice(&world);
        chain_world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_lists_of_names),
        cmocka_unit_test(latency_modes),
        cmocka_unit_test(latency_range_overflows),
        cmocka_unit_test(emission_schedules),
        cmocka_unit_test(commission_modes),
        cmocka_unit_test(redelegations),
        cmocka_unit_test(jail_yields),
        cmocka_unit_test(jail_releases),
        cmocka_unit_test(reveal_modes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
