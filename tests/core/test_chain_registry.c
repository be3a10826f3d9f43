/* test_chain_registry.c - opening a chain, its parties, money in, the log, and a broken ledger. */
#include "chain_world.h"

#include "chain_state.h"

static int setup(void **state)
{
    static struct chain_world world;

    chain_world_open(&world, NULL, NULL);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    chain_world_close(*state);
    return 0;
}

/* Goal: bad parameters are refused and *out is left alone; closing nothing is allowed. */
static void open_checks_parameters(void **state)
{
    struct dg_params params;
    struct dg_chain *chain = NULL;

    (void)state;
    dg_params_default(&params);
    params.sampling_rate = DG_ONE + 1;
    assert_status(dg_chain_open(&params, NULL, &chain), DG_ERROR_PARAMETER);
    dg_params_default(&params);
    params.committee_quorum = params.committee_size + 1;
    assert_status(dg_chain_open(&params, NULL, &chain), DG_ERROR_PARAMETER);
    assert_null(chain);
    dg_chain_close(NULL);
}

/* Goal: the chain keeps its own copy of the parameters. */
static void open_copies_parameters(void **state)
{
    struct chain_world world;
    struct dg_params params;
    struct dg_node_spec spec = {.operator_id = 0, .stake = 1000 * DG_TOKEN};
    uint32_t node;

    (void)state;
    chain_world_params(&params);
    chain_world_open(&world, &params, NULL);
    memset(&params, 0, sizeof params);
    memset(&world.params, 0, sizeof world.params);
    assert_status(dg_chain_add_node(world.chain, 0, &spec, &node), DG_OK);
    spec.stake--;
    assert_status(dg_chain_add_node(world.chain, 0, &spec, &node), DG_ERROR_ARGUMENT);
    chain_world_close(&world);
}

/* Goal: genesis reaches operators and users, must not be negative, and ends with the first epoch; a
 * party without genesis may come at any time. */
static void genesis(void **state)
{
    struct chain_world *world = *state;
    struct dg_ledger_totals totals;
    uint32_t id = 77;

    dg_chain_totals(world->chain, &totals);
    assert_int_equal(totals.genesis, WORLD_OPERATORS * WORLD_GENESIS + WORLD_USERS * WORLD_BALANCE);
    assert_refused(world, dg_chain_add_operator(world->chain, -1, &id), DG_ERROR_ARGUMENT);
    assert_refused(world, dg_chain_add_user(world->chain, -1, &id), DG_ERROR_ARGUMENT);
    assert_status(dg_chain_close_epoch(world->chain, 0), DG_OK);
    assert_refused(world, dg_chain_add_operator(world->chain, 1, &id), DG_ERROR_STATE);
    assert_refused(world, dg_chain_add_user(world->chain, 1, &id), DG_ERROR_STATE);
    assert_int_equal(id, 77);
    assert_status(dg_chain_add_user(world->chain, 0, &id), DG_OK);
    assert_int_equal(id, WORLD_USERS);
    assert_status(dg_chain_add_operator(world->chain, 0, &id), DG_OK);
    assert_int_equal(id, WORLD_OPERATORS);
}

/* Goal: more money than an int64_t counts is refused, from genesis, deposit and mint alike. */
static void money_cannot_overflow(void **state)
{
    struct chain_world *world = *state;
    struct dg_ledger_totals totals;
    uint32_t id = 77;

    assert_status(dg_chain_deposit(world->chain, 0, 100), DG_OK);
    dg_chain_totals(world->chain, &totals);
    int64_t room = INT64_MAX - totals.genesis - 100;
    assert_refused(world, dg_chain_add_user(world->chain, room + 1, &id), DG_ERROR_OVERFLOW);
    assert_refused(world, dg_chain_add_operator(world->chain, INT64_MAX, &id), DG_ERROR_OVERFLOW);
    assert_refused(world, dg_chain_deposit(world->chain, 0, room + 1), DG_ERROR_OVERFLOW);
    assert_int_equal(id, 77);
    assert_status(dg_chain_add_user(world->chain, room - 50, &id), DG_OK);
    assert_refused(world, dg_chain_deposit(world->chain, 0, 51), DG_ERROR_OVERFLOW);
    assert_status(dg_chain_add_operator(world->chain, 50, &id), DG_OK);
    assert_refused(world, dg_chain_deposit(world->chain, 1, 1), DG_ERROR_OVERFLOW);
    assert_refused(world, dg_chain_add_user(world->chain, 1, &id), DG_ERROR_OVERFLOW);
    assert_refused(world, dg_chain_settle(world->chain, 0), DG_ERROR_OVERFLOW);
    assert_status(dg_chain_audit(world->chain), DG_OK);
}

/* Goal: gateways and models need existing owners and fields in range. */
static void gateways_and_models(void **state)
{
    struct chain_world *world = *state;
    struct dg_chain *chain = world->chain;
    struct dg_model_record record;
    uint32_t id = 77;

    assert_refused(world, dg_chain_add_gateway(chain, WORLD_OPERATORS, &id), DG_ERROR_UNKNOWN_ID);
    assert_refused(world, dg_chain_add_model(chain, 1, 0, 1, 0, 0, &id), DG_ERROR_UNKNOWN_ID);
    assert_refused(world, dg_chain_add_model(chain, 0, DG_SIZE_COUNT, 1, 0, 0, &id),
                   DG_ERROR_ARGUMENT);
    assert_refused(world, dg_chain_add_model(chain, 0, 0, 0, 0, 0, &id), DG_ERROR_ARGUMENT);
    assert_refused(world, dg_chain_add_model(chain, 0, 0, 1, -1, 0, &id), DG_ERROR_ARGUMENT);
    assert_refused(world, dg_chain_add_model(chain, 0, 0, 1, 0, -1, &id), DG_ERROR_ARGUMENT);
    assert_refused(world, dg_chain_add_model(chain, 0, 0, 1, 0, DG_ONE + 1, &id),
                   DG_ERROR_ARGUMENT);
    assert_refused(world, dg_chain_model(chain, 2, &record), DG_ERROR_UNKNOWN_ID);
    assert_int_equal(id, 77);
    assert_status(dg_chain_add_model(chain, 0, DG_SIZE_LARGER, 9, 5, DG_ONE, &id), DG_OK);
    assert_status(dg_chain_model(chain, id, &record), DG_OK);
    assert_int_equal(record.model, 2);
    assert_int_equal(record.provider, 0);
    assert_int_equal(record.context_tokens, 9);
    assert_int_equal(record.size_class, DG_SIZE_LARGER);
    assert_int_equal(record.price, 5);
    assert_int_equal(record.royalty, DG_ONE);
}

/* Goal: a royalty that the funds and the largest discount would not leave is refused: with shares
 * of 80 % and a discount of 30 % at most 0.2 * 0.7 / 0.8 = 17.5 %. */
static void royalty_limit(void **state)
{
    struct dg_params params;
    struct dg_chain *chain;
    uint32_t id;

    (void)state;
    chain_world_params(&params);
    params.fees_treasury_share = 7 * DG_ONE / 10;
    assert_status(dg_chain_open(&params, NULL, &chain), DG_OK);
    assert_status(dg_chain_add_provider(chain, &id), DG_OK);
    assert_status(dg_chain_add_model(chain, 0, 0, 1, 0, 175 * DG_ONE / 1000, &id), DG_OK);
    assert_status(dg_chain_add_model(chain, 0, 0, 1, 0, 175 * DG_ONE / 1000 + 1, &id),
                  DG_ERROR_ARGUMENT);
    dg_chain_close(chain);
}

static enum dg_status add_node(struct chain_world *world, struct dg_node_spec spec)
{
    uint32_t id = 77;
    enum dg_status status = dg_chain_add_node(world->chain, 0, &spec, &id);

    if (status != DG_OK)
        assert_int_equal(id, 77);
    return status;
}

/* Goal: every reason to refuse a node. */
static void node_errors(void **state)
{
    struct chain_world *world = *state;
    const struct dg_node_spec good = {
        .operator_id = OPERATOR_OTHER, .model_count = 1, .stake = 1000 * DG_TOKEN};
    struct dg_node_spec spec = good;

    spec.operator_id = WORLD_OPERATORS;
    assert_refused(world, add_node(world, spec), DG_ERROR_UNKNOWN_ID);
    spec = good;
    spec.models[0] = 2;
    assert_refused(world, add_node(world, spec), DG_ERROR_UNKNOWN_ID);
    spec = good;
    spec.model_count = 2; /* both are model 0 */
    assert_refused(world, add_node(world, spec), DG_ERROR_ARGUMENT);
    spec.model_count = DG_NODE_MODELS_MAX + 1;
    assert_refused(world, add_node(world, spec), DG_ERROR_ARGUMENT);
    spec = good;
    spec.price = -1;
    assert_refused(world, add_node(world, spec), DG_ERROR_ARGUMENT);
    spec = good;
    spec.declared_cost = -1;
    assert_refused(world, add_node(world, spec), DG_ERROR_ARGUMENT);
    spec = good;
    spec.stake--;
    assert_refused(world, add_node(world, spec), DG_ERROR_ARGUMENT);
    spec.stake = WORLD_GENESIS - WORLD_STAKE + 1;
    assert_refused(world, add_node(world, spec), DG_ERROR_FUNDS);
    spec.stake--;
    assert_status(add_node(world, spec), DG_OK);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_OTHER), 0);
}

/* Goal: a registered node is published at once, with the middle of the scale as its quality. */
static void node_is_published(void **state)
{
    struct chain_world *world = *state;
    struct dg_node_record record;
    struct dg_node_account account = chain_world_account(world, NODE_SERVER);

    assert_int_equal(dg_chain_log_end(world->chain), WORLD_NODES);
    assert_status(dg_chain_log_read(world->chain, NODE_OTHER, &record), DG_OK);
    assert_int_equal(record.node, NODE_OTHER);
    assert_int_equal(record.operator_id, OPERATOR_OTHER);
    assert_int_equal(record.model_count, 1);
    assert_int_equal(record.models[0], MODEL_SMALL);
    assert_int_equal(record.state, DG_NODE_ACTIVE);
    assert_int_equal(record.price, DG_TOKEN / 25);
    assert_int_equal(record.stake, WORLD_STAKE);
    assert_int_equal(record.quality, DG_SCORE_ONE / 2);
    assert_int_equal(record.credibility, DG_SCORE_ONE / 2);
    assert_int_equal(record.checks, 0);
    assert_int_equal(account.state, DG_NODE_ACTIVE);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_STAKE, NODE_SERVER), WORLD_STAKE);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_OPERATOR, OPERATOR_SERVER),
                     WORLD_GENESIS - 2 * WORLD_STAKE);
}

/* Goal: the log can be read between its trim and its end only; a trim never goes back or beyond. */
static void log_trim(void **state)
{
    struct chain_world *world = *state;
    struct dg_node_record record;

    assert_status(dg_chain_log_read(world->chain, WORLD_NODES, &record), DG_ERROR_UNKNOWN_ID);
    dg_chain_log_trim(world->chain, 3);
    assert_status(dg_chain_log_read(world->chain, 2, &record), DG_ERROR_UNKNOWN_ID);
    assert_status(dg_chain_log_read(world->chain, 3, &record), DG_OK);
    assert_int_equal(record.node, 3);
    dg_chain_log_trim(world->chain, 1);
    assert_status(dg_chain_log_read(world->chain, 2, &record), DG_ERROR_UNKNOWN_ID);
    dg_chain_log_trim(world->chain, 1000);
    assert_int_equal(dg_chain_log_end(world->chain), WORLD_NODES);
    assert_status(add_node(world, (struct dg_node_spec){.operator_id = OPERATOR_OTHER,
                                                        .stake = 1000 * DG_TOKEN}),
                  DG_OK);
    assert_status(dg_chain_log_read(world->chain, WORLD_NODES, &record), DG_OK);
    assert_int_equal(record.node, WORLD_NODES);
}

/* Goal: deposits and locks move exactly what they say, and every refusal leaves no trace. */
static void deposit_and_lock(void **state)
{
    struct chain_world *world = *state;
    struct dg_chain *chain = world->chain;
    struct dg_grant grant = {.user = 77};
    int64_t left = WORLD_BALANCE - 2 * WORLD_LOCKED;

    assert_refused(world, dg_chain_deposit(chain, WORLD_USERS, 1), DG_ERROR_UNKNOWN_ID);
    assert_refused(world, dg_chain_deposit(chain, 0, -1), DG_ERROR_ARGUMENT);
    assert_refused(world, dg_chain_lock(chain, WORLD_USERS, 0, 1, &grant), DG_ERROR_UNKNOWN_ID);
    assert_refused(world, dg_chain_lock(chain, 0, WORLD_GATEWAYS, 1, &grant), DG_ERROR_UNKNOWN_ID);
    assert_refused(world, dg_chain_lock(chain, 0, 0, -1, &grant), DG_ERROR_ARGUMENT);
    assert_refused(world, dg_chain_lock(chain, 0, 0, left + 1, &grant), DG_ERROR_FUNDS);
    assert_int_equal(grant.user, 77);

    assert_status(dg_chain_deposit(chain, 0, 5), DG_OK);
    assert_status(dg_chain_lock(chain, 0, 1, left + 5, &grant), DG_OK);
    assert_int_equal(grant.user, 0);
    assert_int_equal(grant.gateway, 1);
    assert_int_equal(grant.amount, left + 5);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_USER, 0), 0);
    assert_int_equal(chain_world_balance(world, DG_ACCOUNT_ESCROW, 0), WORLD_BALANCE + 5);
    struct dg_ledger_totals totals;
    dg_chain_totals(chain, &totals);
    assert_int_equal(totals.deposited, 5);
    assert_int_equal(totals.account[DG_ACCOUNT_ESCROW], WORLD_BALANCE + 5 + 2 * WORLD_LOCKED);
}

/* Goal: reading an account, node or record that does not exist says so; accounts have names. */
static void unknown_ids(void **state)
{
    struct chain_world *world = *state;
    struct dg_node_account account;
    struct dg_node_record record;
    int64_t amount = 77;

    assert_status(dg_chain_balance(world->chain, DG_ACCOUNT_USER, WORLD_USERS, &amount),
                  DG_ERROR_UNKNOWN_ID);
    assert_status(dg_chain_balance(world->chain, DG_ACCOUNT_BURNED, 1, &amount),
                  DG_ERROR_UNKNOWN_ID);
    assert_status(dg_chain_balance(world->chain, DG_ACCOUNT_COUNT, 0, &amount),
                  DG_ERROR_UNKNOWN_ID);
    assert_int_equal(amount, 77);
    assert_status(dg_chain_node(world->chain, WORLD_NODES, &account), DG_ERROR_UNKNOWN_ID);
    assert_status(dg_chain_node_record(world->chain, WORLD_NODES, &record), DG_ERROR_UNKNOWN_ID);
    assert_string_equal(dg_account_name(DG_ACCOUNT_FEE_HOLD), "fee_hold");
    assert_string_equal(dg_account_name(DG_ACCOUNT_COUNT), "unknown account");
}

static struct dg_report empty_report(const struct chain_world *world)
{
    return chain_world_report(0, world->period, NULL, 0);
}

/* Calls everything that takes a time and expects the same refusal of each. */
static void refused_at(struct chain_world *world, int64_t now, enum dg_status expected)
{
    struct dg_chain *chain = world->chain;
    struct dg_node_spec spec = {.operator_id = OPERATOR_OTHER, .stake = 1000 * DG_TOKEN};
    struct dg_report report = empty_report(world);
    uint8_t beacon[DG_HASH_BYTES] = {0};
    struct dg_hash hash = {{0}};
    uint32_t node;

    assert_refused(world, dg_chain_add_node(chain, now, &spec, &node), expected);
    assert_refused(world, dg_chain_report(chain, now, &report), expected);
    assert_refused(world, dg_chain_reveal(chain, now, world->period, beacon), expected);
    assert_refused(world, dg_chain_open_answer(chain, now, 0, &hash, 0), expected);
    assert_refused(world, dg_chain_commit_score(chain, now, 0, 1, &hash), expected);
    assert_refused(world, dg_chain_reveal_score(chain, now, 0, 1, 0, 0), expected);
    assert_refused(world, dg_chain_advance(chain, now), expected);
    assert_refused(world, dg_chain_close_epoch(chain, now), expected);
    assert_refused(world, dg_chain_settle(chain, now), expected);
}

/* Goal: time never goes back, and never so far that a term could not be added to it. */
static void time_is_checked(void **state)
{
    struct chain_world *world = *state;

    refused_at(world, -1, DG_ERROR_STATE);
    chain_world_advance(world, 10 * DG_SECOND);
    refused_at(world, 10 * DG_SECOND - 1, DG_ERROR_STATE);
    refused_at(world, CHAIN_TIME_MAX, DG_ERROR_ARGUMENT);
    refused_at(world, INT64_MAX, DG_ERROR_ARGUMENT);
    chain_world_advance(world, 10 * DG_SECOND);
    chain_world_advance(world, CHAIN_TIME_MAX - 1);
    assert_status(dg_chain_close_epoch(world->chain, world->now), DG_OK);
    assert_int_equal(dg_chain_next_deadline(world->chain), INT64_MAX);
}

/* Goal: a broken ledger is noticed by the audit, and every later call says so and does nothing. */
static void broken_ledger(void **state)
{
    struct chain_world *world = *state;
    struct dg_grant grant;
    uint32_t id;

    assert_status(dg_chain_audit(world->chain), DG_OK);
    world->chain->ledger.kinds[DG_ACCOUNT_USER].balances[1] += 1;
    assert_status(dg_chain_audit(world->chain), DG_ERROR_CONSERVATION);
    world->chain->ledger.kinds[DG_ACCOUNT_USER].balances[1] -= 1;
    refused_at(world, 0, DG_ERROR_CONSERVATION);
    assert_refused(world, dg_chain_add_operator(world->chain, 0, &id), DG_ERROR_CONSERVATION);
    assert_refused(world, dg_chain_add_user(world->chain, 0, &id), DG_ERROR_CONSERVATION);
    assert_refused(world, dg_chain_add_gateway(world->chain, 0, &id), DG_ERROR_CONSERVATION);
    assert_refused(world, dg_chain_add_provider(world->chain, &id), DG_ERROR_CONSERVATION);
    assert_refused(world, dg_chain_add_model(world->chain, 0, 0, 1, 0, 0, &id),
                   DG_ERROR_CONSERVATION);
    assert_refused(world, dg_chain_deposit(world->chain, 0, 1), DG_ERROR_CONSERVATION);
    assert_refused(world, dg_chain_lock(world->chain, 0, 0, 1, &grant), DG_ERROR_CONSERVATION);
    assert_refused(world, dg_chain_audit(world->chain), DG_ERROR_CONSERVATION);
}

/* Goal: a total that no longer matches is noticed by the very next call that changes anything. */
static void broken_total(void **state)
{
    struct chain_world *world = *state;

    world->chain->ledger.kinds[DG_ACCOUNT_BURNED].total++;
    assert_status(dg_chain_deposit(world->chain, 0, 1), DG_ERROR_CONSERVATION);
    world->chain->ledger.kinds[DG_ACCOUNT_BURNED].total--;
    assert_status(dg_chain_deposit(world->chain, 0, 1), DG_ERROR_CONSERVATION);
}

/* Goal: money that appears in a balance stops the epoch. */
static void epoch_audits(void **state)
{
    struct chain_world *world = *state;

    world->chain->ledger.kinds[DG_ACCOUNT_STAKE].balances[2] -= 1;
    assert_status(dg_chain_close_epoch(world->chain, 0), DG_ERROR_CONSERVATION);
    assert_status(dg_chain_settle(world->chain, 0), DG_ERROR_CONSERVATION);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_checks_parameters),
        cmocka_unit_test(open_copies_parameters),
        IN_WORLD(genesis),
        IN_WORLD(money_cannot_overflow),
        IN_WORLD(gateways_and_models),
        cmocka_unit_test(royalty_limit),
        IN_WORLD(node_errors),
        IN_WORLD(node_is_published),
        IN_WORLD(log_trim),
        IN_WORLD(deposit_and_lock),
        IN_WORLD(unknown_ids),
        IN_WORLD(time_is_checked),
        IN_WORLD(broken_ledger),
        IN_WORLD(broken_total),
        IN_WORLD(epoch_audits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
