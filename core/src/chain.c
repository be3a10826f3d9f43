/* Opening and closing, registration, money in, and reading. What follows from receipts is in
 * chain_report.c, chain_check.c, chain_verdict.c and chain_epoch.c. */
#include "chain_state.h"

#include "fixed.h"
#include "memory.h"
#include "message_codec.h"

enum { CHAIN_MESSAGE = 256 };

/* ---- shared ---- */

static void call_record(struct codec *codec, const void *call)
{
    chain_call_write(codec, call);
}

enum dg_status chain_begin(struct dg_chain *chain, const struct chain_call *call)
{
    if (chain->broken)
        return DG_ERROR_CONSERVATION;
    if (call->now < chain->now)
        return DG_ERROR_STATE;
    if (call->now >= CHAIN_TIME_MAX)
        return DG_ERROR_ARGUMENT;
    return journal_make(&chain->journal, &chain->allocator, call_record, call);
}

static void notice_decision(struct codec *codec, void *notice)
{
    codec_notice(codec, notice);
}

/* What the call decided joins the digest of the journal. */
static void note_decisions(struct dg_chain *chain)
{
    const struct outbox_notices *notices = &chain->notices;

    for (uint64_t i = chain->noted; i != notices->end; i++)
        journal_decision(&chain->journal, notice_decision,
                         &notices->ring[i & (notices->capacity - 1)]);
    chain->noted = notices->end;
}

enum dg_status chain_finish(struct dg_chain *chain, const struct chain_call *call,
                            enum dg_status status)
{
    if (status == DG_OK) {
        chain->now = call->now;
        journal_keep(&chain->journal);
        if (chain->journal.on)
            note_decisions(chain);
    }
    if (!ledger_identity(&chain->ledger))
        chain->broken = true;
    return chain->broken ? DG_ERROR_CONSERVATION : status;
}

void chain_move(struct dg_chain *chain, enum dg_account from_kind, uint32_t from_index,
                enum dg_account to_kind, uint32_t to_index, int64_t amount)
{
    if (ledger_move(&chain->ledger, from_kind, from_index, to_kind, to_index, amount) != DG_OK)
        chain->broken = true;
}

int64_t chain_amount(const struct dg_chain *chain, enum dg_account kind, uint32_t index)
{
    return chain->ledger.kinds[kind].balances[index];
}

void chain_publish(struct dg_chain *chain, uint32_t node)
{
    struct dg_node_record record;

    registry_record(&chain->registry, node, chain_bonded(chain, node), &record);
    outbox_log_push(&chain->log, &record);
    registry_note_standing(&chain->registry.nodes[node], &record);
    chain->registry.nodes[node].changed = false;
}

struct dg_notice chain_notice(enum dg_notice_kind kind, uint32_t node, int64_t at)
{
    return (struct dg_notice){
        .kind = (uint8_t)kind,
        .check = DG_NONE,
        .node = node,
        .model = DG_NONE,
        .gateway = DG_NONE,
        .verifier = DG_NONE,
        .position = DG_NONE,
        .at = at,
    };
}

struct dg_notice chain_check_notice(const struct check *check, enum dg_notice_kind kind)
{
    struct dg_notice notice = {
        .kind = (uint8_t)kind,
        .member_count = (uint8_t)(check->seat_count - check->first_seat),
        .probe = check->probe,
        .check = check->id,
        .node = check->receipt.node,
        .model = check->receipt.model,
        .gateway = check->gateway,
        .verifier = DG_NONE,
        .position = DG_NONE,
        .number = check->receipt.number,
    };

    for (unsigned i = check->first_seat; i < check->seat_count; i++) {
        notice.members[i - check->first_seat] = check->seats[i].verifier;
        notice.revealed_count =
            (uint8_t)(notice.revealed_count + (check->seats[i].state == SEAT_REVEALED));
    }
    return notice;
}

/* ---- open and close ---- */

uint8_t chain_seats(const struct dg_params *params)
{
    int64_t seats = params->committee_size;

    if (params->committee_escalation_size > seats)
        seats = params->committee_escalation_size;
    if (params->appeal_window > 0)
        seats += 2 * params->committee_size + 1;
    return (uint8_t)seats;
}

enum dg_status dg_chain_open(const struct dg_params *params, const struct dg_allocator *allocator,
                             struct dg_chain **out)
{
    char message[CHAIN_MESSAGE];
    enum dg_status status = dg_params_check(params, message, sizeof message);
    if (status != DG_OK)
        return status;

    struct dg_allocator own = memory_allocator(allocator);
    struct dg_chain *chain = memory_allocate(&own, 1, sizeof *chain);
    if (chain == NULL)
        return DG_ERROR_MEMORY;
    chain->allocator = own;
    chain->params = chain->params_before = *params;
    chain->sweep_at = INT64_MAX;
    chain->origin = INT64_MIN;
    chain->changed_at = INT64_MIN;
    chain->checks.seat_limit = chain_seats(params);
    status = ledger_init(&chain->ledger, &own);
    if (status != DG_OK)
        goto done;
    *out = chain;
    chain = NULL; /* now the caller's */
done:
    dg_chain_close(chain);
    return status;
}

void dg_chain_close(struct dg_chain *chain)
{
    if (chain == NULL)
        return;
    struct dg_allocator allocator = chain->allocator;

    ledger_fini(&chain->ledger, &allocator);
    registry_fini(&chain->registry, &allocator);
    stake_fini(&chain->stakes, &allocator);
    governance_fini(&chain->governance, &allocator);
    bonds_fini(&chain->bonds, &allocator);
    escrow_fini(&chain->escrow, &allocator);
    sampling_fini(&chain->receipts, &allocator);
    committee_fini(&chain->verifiers, &allocator);
    check_pool_fini(&chain->checks, &allocator);
    deadline_fini(&chain->deadlines, &allocator);
    outbox_notices_fini(&chain->notices, &allocator);
    outbox_log_fini(&chain->log, &allocator);
    memory_release(&allocator, chain->probers);
    journal_fini(&chain->journal, &allocator);
    memory_release(&allocator, chain);
}

/* ---- registry ---- */

/* Genesis is credited to an account about to be added, so the sum is checked beforehand. */
static enum dg_status genesis_allowed(const struct dg_chain *chain, int64_t genesis)
{
    if (genesis < 0)
        return DG_ERROR_ARGUMENT;
    if (genesis > 0 && chain->started)
        return DG_ERROR_STATE;
    const int64_t *came_in = chain->ledger.came_in;
    int64_t room =
        INT64_MAX - came_in[LEDGER_GENESIS] - came_in[LEDGER_MINTED] - came_in[LEDGER_DEPOSITED];

    return genesis > room ? DG_ERROR_OVERFLOW : DG_OK;
}

/* An account of the kind, with what it holds at the start. */
static enum dg_status add_holder(struct dg_chain *chain, const struct chain_call *call,
                                 enum dg_account kind, uint32_t *holder)
{
    int64_t genesis = call->amounts[0];
    enum dg_status status = chain_begin(chain, call);

    if (status == DG_OK)
        status = genesis_allowed(chain, genesis);
    if (status == DG_OK)
        status = ledger_reserve(&chain->ledger, &chain->allocator, kind);
    if (status != DG_OK)
        return status;

    uint32_t id = ledger_add(&chain->ledger, kind);
    status = ledger_credit(&chain->ledger, LEDGER_GENESIS, kind, id, genesis);
    if (status == DG_OK)
        *holder = id;
    return chain_finish(chain, call, status);
}

enum dg_status dg_chain_add_operator(struct dg_chain *chain, int64_t genesis, uint32_t *operator_id)
{
    struct chain_call call = {
        .kind = CHAIN_CALL_add_operator, .now = chain->now, .amounts = {genesis}};
    enum dg_status status = ledger_reserve(&chain->ledger, &chain->allocator, DG_ACCOUNT_APPEAL);

    if (status == DG_OK)
        status = add_holder(chain, &call, DG_ACCOUNT_OPERATOR, operator_id);
    if (status == DG_OK)
        (void)ledger_add(&chain->ledger, DG_ACCOUNT_APPEAL);
    return status;
}

enum dg_status dg_chain_add_user(struct dg_chain *chain, int64_t genesis, uint32_t *user)
{
    struct chain_call call = {.kind = CHAIN_CALL_add_user, .now = chain->now, .amounts = {genesis}};
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = genesis_allowed(chain, genesis);
    if (status == DG_OK)
        status = ledger_reserve(&chain->ledger, &chain->allocator, DG_ACCOUNT_USER);
    if (status == DG_OK)
        status = ledger_reserve(&chain->ledger, &chain->allocator, DG_ACCOUNT_ESCROW);
    if (status != DG_OK)
        return status;

    uint32_t id = ledger_add(&chain->ledger, DG_ACCOUNT_USER);
    (void)ledger_add(&chain->ledger, DG_ACCOUNT_ESCROW);
    status = ledger_credit(&chain->ledger, LEDGER_GENESIS, DG_ACCOUNT_USER, id, genesis);
    if (status == DG_OK)
        *user = id;
    return chain_finish(chain, &call, status);
}

enum dg_status dg_chain_add_delegator(struct dg_chain *chain, int64_t genesis, uint32_t *delegator)
{
    struct chain_call call = {
        .kind = CHAIN_CALL_add_delegator, .now = chain->now, .amounts = {genesis}};

    return add_holder(chain, &call, DG_ACCOUNT_DELEGATOR, delegator);
}

enum dg_status dg_chain_add_prober(struct dg_chain *chain, uint32_t user)
{
    struct chain_call call = {.kind = CHAIN_CALL_add_prober, .now = chain->now, .ids = {user}};
    enum dg_status status = chain_begin(chain, &call);

    if (status != DG_OK)
        return status;
    if (user >= chain->ledger.kinds[DG_ACCOUNT_USER].count)
        return DG_ERROR_UNKNOWN_ID;
    uint8_t *probers = memory_grow(&chain->allocator, chain->probers, &chain->prober_capacity,
                                   (size_t)user + 1, sizeof *probers);
    if (probers == NULL)
        return DG_ERROR_MEMORY;
    chain->probers = probers;
    chain->probers[user] = 1;
    return chain_finish(chain, &call, DG_OK);
}

enum dg_status dg_chain_add_gateway(struct dg_chain *chain, uint32_t operator_id, uint32_t *gateway)
{
    struct chain_call call = {
        .kind = CHAIN_CALL_add_gateway, .now = chain->now, .ids = {operator_id}};
    enum dg_status status = chain_begin(chain, &call);

    if (status != DG_OK)
        return status;
    if (operator_id >= chain->ledger.kinds[DG_ACCOUNT_OPERATOR].count)
        return DG_ERROR_UNKNOWN_ID;
    status = registry_reserve_gateway(&chain->registry, &chain->allocator);
    if (status != DG_OK)
        return status;

    *gateway = registry_add_gateway(&chain->registry, operator_id);
    return chain_finish(chain, &call, DG_OK);
}

enum dg_status dg_chain_add_provider(struct dg_chain *chain, uint32_t *provider)
{
    struct chain_call call = {.kind = CHAIN_CALL_add_provider, .now = chain->now};
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = ledger_reserve(&chain->ledger, &chain->allocator, DG_ACCOUNT_PROVIDER);
    if (status != DG_OK)
        return status;

    *provider = ledger_add(&chain->ledger, DG_ACCOUNT_PROVIDER);
    return chain_finish(chain, &call, DG_OK);
}

enum dg_status dg_chain_add_model(struct dg_chain *chain, uint32_t provider, uint8_t size_class,
                                  uint32_t context_tokens, int64_t price, int64_t royalty,
                                  uint32_t *model)
{
    struct chain_call call = {
        .kind = CHAIN_CALL_add_model,
        .now = chain->now,
        .ids = {provider, context_tokens},
        .small = {size_class},
        .amounts = {price, royalty},
    };
    enum dg_status status = chain_begin(chain, &call);

    if (status != DG_OK)
        return status;
    if (provider >= chain->ledger.kinds[DG_ACCOUNT_PROVIDER].count)
        return DG_ERROR_UNKNOWN_ID;
    if (size_class >= DG_SIZE_COUNT || context_tokens == 0 || price < 0 || royalty < 0 ||
        royalty > dg_royalty_maximum(&chain->params))
        return DG_ERROR_ARGUMENT;
    status = registry_reserve_model(&chain->registry, &chain->allocator);
    if (status != DG_OK)
        return status;

    struct dg_model_record record = {
        .provider = provider,
        .context_tokens = context_tokens,
        .size_class = size_class,
        .price = price,
        .royalty = royalty,
    };
    *model = registry_add_model(&chain->registry, &record);
    return chain_finish(chain, &call, DG_OK);
}

static enum dg_status node_check(const struct dg_chain *chain, const struct dg_node_spec *spec)
{
    int64_t balance;

    if (spec->price < 0 || spec->declared_cost < 0 || spec->stake < chain->params.stake_minimum ||
        spec->commission < 0 || spec->commission > chain->params.stake_commission_maximum ||
        (unsigned)spec->tier >= DG_TIER_COUNT)
        return DG_ERROR_ARGUMENT;
    if (ledger_balance(&chain->ledger, DG_ACCOUNT_OPERATOR, spec->operator_id, &balance) != DG_OK)
        return DG_ERROR_UNKNOWN_ID;
    enum dg_status status = registry_check_models(&chain->registry, spec);
    if (status != DG_OK)
        return status;
    return balance < spec->stake ? DG_ERROR_FUNDS : DG_OK;
}

static enum dg_status node_reserve(struct dg_chain *chain)
{
    const struct dg_allocator *allocator = &chain->allocator;
    enum dg_status status = registry_reserve_node(&chain->registry, allocator);

    if (status == DG_OK)
        status = ledger_reserve(&chain->ledger, allocator, DG_ACCOUNT_STAKE);
    if (status == DG_OK)
        status = ledger_reserve(&chain->ledger, allocator, DG_ACCOUNT_DELEGATED);
    if (status == DG_OK)
        status = ledger_reserve(&chain->ledger, allocator, DG_ACCOUNT_UNBONDING);
    if (status == DG_OK)
        status = ledger_reserve(&chain->ledger, allocator, DG_ACCOUNT_FROZEN);
    if (status == DG_OK)
        status = stake_reserve(&chain->stakes, allocator, 1);
    if (status == DG_OK) /* the first look for silent nodes */
        status = deadline_reserve(&chain->deadlines, allocator, 1);
    if (status == DG_OK)
        status = outbox_log_reserve(&chain->log, allocator, 1);
    /* A node in jail keeps its room in the pool, so its release cannot fail. */
    if (status == DG_OK)
        status = committee_reserve(&chain->verifiers, allocator, chain->registry.node_count + 1);
    return status;
}

enum dg_status dg_chain_add_node(struct dg_chain *chain, int64_t now,
                                 const struct dg_node_spec *spec, uint32_t *node)
{
    struct chain_call call = {.kind = CHAIN_CALL_add_node, .now = now, .spec = spec};
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = node_check(chain, spec);
    if (status == DG_OK)
        status = node_reserve(chain);
    if (status != DG_OK)
        return status;

    uint32_t id = registry_add_node(&chain->registry, spec);
    (void)ledger_add(&chain->ledger, DG_ACCOUNT_STAKE);
    (void)ledger_add(&chain->ledger, DG_ACCOUNT_DELEGATED);
    (void)ledger_add(&chain->ledger, DG_ACCOUNT_UNBONDING);
    (void)ledger_add(&chain->ledger, DG_ACCOUNT_FROZEN);
    if (spec->stake > 0)
        (void)chain_bond(chain, &(struct dg_bond_order){.owner_kind = DG_OWNER_OPERATOR,
                                                        .tier = spec->tier,
                                                        .owner = spec->operator_id,
                                                        .node = id,
                                                        .amount = spec->stake});
    chain->registry.nodes[id].heard = chain->registry.nodes[id].punished = now;
    chain_join_committees(chain, id);
    chain_publish(chain, id);
    if (id == 0)
        chain->origin = now;
    if (chain->sweep_at == INT64_MAX && chain->params.heartbeat_interval > 0)
        chain_sweep_post(chain, now);
    status = chain_finish(chain, &call, DG_OK);
    if (status == DG_OK)
        *node = id;
    return status;
}

enum dg_status dg_chain_model(const struct dg_chain *chain, uint32_t model,
                              struct dg_model_record *out)
{
    if (model >= chain->registry.model_count)
        return DG_ERROR_UNKNOWN_ID;
    *out = chain->registry.models[model];
    return DG_OK;
}

/* ---- money in ---- */

enum dg_status dg_chain_deposit(struct dg_chain *chain, uint32_t user, int64_t amount)
{
    struct chain_call call = {
        .kind = CHAIN_CALL_deposit, .now = chain->now, .ids = {user}, .amounts = {amount}};
    enum dg_status status = chain_begin(chain, &call);

    if (status != DG_OK)
        return status;
    status = ledger_credit(&chain->ledger, LEDGER_DEPOSITED, DG_ACCOUNT_USER, user, amount);
    return chain_finish(chain, &call, status);
}

enum dg_status dg_chain_lock(struct dg_chain *chain, uint32_t user, uint32_t gateway,
                             int64_t amount, struct dg_grant *grant)
{
    struct chain_call call = {
        .kind = CHAIN_CALL_lock,
        .now = chain->now,
        .ids = {user, gateway},
        .amounts = {amount},
    };
    enum dg_status status = chain_begin(chain, &call);

    if (status != DG_OK)
        return status;
    if (gateway >= chain->registry.gateway_count)
        return DG_ERROR_UNKNOWN_ID;
    status = escrow_reserve(&chain->escrow, &chain->allocator);
    if (status == DG_OK)
        status =
            ledger_move(&chain->ledger, DG_ACCOUNT_USER, user, DG_ACCOUNT_ESCROW, user, amount);
    if (status != DG_OK)
        return status;

    escrow_add(&chain->escrow, &chain->allocator, user, gateway, amount);
    status = chain_finish(chain, &call, DG_OK);
    if (status == DG_OK)
        *grant = (struct dg_grant){.user = user, .gateway = gateway, .amount = amount};
    return status;
}

/* ---- reading ---- */

uint64_t dg_chain_log_end(const struct dg_chain *chain)
{
    return chain->log.end;
}

enum dg_status dg_chain_log_read(const struct dg_chain *chain, uint64_t position,
                                 struct dg_node_record *record)
{
    return outbox_log_read(&chain->log, position, record);
}

enum dg_status dg_chain_log_trim(struct dg_chain *chain, uint64_t position)
{
    struct chain_call call = {.kind = CHAIN_CALL_log_trim, .now = chain->now, .number = position};
    enum dg_status status = chain_begin(chain, &call);

    if (status != DG_OK)
        return status;
    outbox_log_trim(&chain->log, position);
    return chain_finish(chain, &call, DG_OK);
}

bool dg_chain_next_notice(struct dg_chain *chain, struct dg_notice *notice)
{
    return outbox_notices_pop(&chain->notices, notice);
}

void dg_chain_totals(const struct dg_chain *chain, struct dg_ledger_totals *totals)
{
    const struct ledger *ledger = &chain->ledger;

    *totals = (struct dg_ledger_totals){
        .genesis = ledger->came_in[LEDGER_GENESIS],
        .minted = ledger->came_in[LEDGER_MINTED],
        .deposited = ledger->came_in[LEDGER_DEPOSITED],
    };
    for (int kind = 0; kind < DG_ACCOUNT_COUNT; kind++)
        totals->account[kind] = ledger->kinds[kind].total;
}

enum dg_status dg_chain_balance(const struct dg_chain *chain, enum dg_account account,
                                uint32_t index, int64_t *amount)
{
    return ledger_balance(&chain->ledger, account, index, amount);
}

enum dg_status dg_chain_audit(struct dg_chain *chain)
{
    if (!ledger_audit(&chain->ledger) || !chain_audit_stakes(chain))
        chain->broken = true;
    return chain->broken ? DG_ERROR_CONSERVATION : DG_OK;
}

enum dg_status dg_chain_node(const struct dg_chain *chain, uint32_t node,
                             struct dg_node_account *out)
{
    if (node >= chain->registry.node_count)
        return DG_ERROR_UNKNOWN_ID;
    *out = chain->registry.nodes[node].account;
    out->trust = quality_trust_published(chain->registry.nodes[node].trust);
    out->verifier = chain->registry.nodes[node].verifier;
    return DG_OK;
}

enum dg_status dg_chain_node_record(const struct dg_chain *chain, uint32_t node,
                                    struct dg_node_record *out)
{
    if (node >= chain->registry.node_count)
        return DG_ERROR_UNKNOWN_ID;
    registry_record(&chain->registry, node, chain_bonded(chain, node), out);
    return DG_OK;
}
