/* The order of the parts is the order in which they refer to each other: an id is checked against
 * how many there are of its kind while it is read. */
#include "chain_codec.h"

#include "memory.h"
#include "message_codec.h"

/* Bounds that no chain reaches, but that leave room for arithmetic with what is read. */
#define SUM_MAX      (INT64_MAX / 2)
#define TRUST_MAX    ((uint64_t)100 * QUALITY_TRUST_ONE) /* that of quality.trust_maximum */
#define EVIDENCE_MAX (INT64_C(1) << 50)

/* A moment, or one of the two that mean "never". */
static void time_codec(struct codec *codec, int64_t *time)
{
    codec_i64(codec, time);
    codec_demand(codec, *time == INT64_MIN || *time == INT64_MAX ||
                            (*time >= -CHAIN_TIME_MAX && *time <= CHAIN_TIME_MAX));
}

/* ---- money ---- */

static void accounts_codec(struct codec *codec, struct ledger_accounts *accounts)
{
    void *balances = accounts->balances;

    codec_items(codec, &balances, &accounts->count, &accounts->capacity, sizeof *accounts->balances,
                8);
    accounts->balances = balances;
    codec_demand(codec, accounts->count <= DG_PARTY_COUNT_MAX);
    for (size_t i = 0; i < accounts->count; i++)
        codec_amount(codec, &accounts->balances[i]);
    codec_amount(codec, &accounts->total);
}

static void ledger_codec(struct codec *codec, struct ledger *ledger)
{
    for (int i = 0; i < LEDGER_SOURCE_COUNT; i++)
        codec_amount(codec, &ledger->came_in[i]);
    for (int kind = 0; kind < DG_ACCOUNT_COUNT; kind++)
        accounts_codec(codec, &ledger->kinds[kind]);
    if (codec->reading && codec->status == DG_OK)
        codec_demand(codec, ledger_shape(ledger) && ledger_audit(ledger));
}

static void escrow_codec(struct codec *codec, struct escrow *escrow)
{
    void *amounts = escrow->amounts;

    id_map_codec(codec, &escrow->places);
    codec_items(codec, &amounts, &escrow->count, &escrow->capacity, sizeof *escrow->amounts, 8);
    escrow->amounts = amounts;
    codec_demand(codec, escrow->places.count == escrow->count);
    for (size_t i = 0; i < escrow->count; i++)
        codec_amount(codec, &escrow->amounts[i]);
    for (size_t i = 0; i < escrow->count && codec->reading && codec->status == DG_OK; i++)
        codec_demand(codec, id_map_get(&escrow->places, escrow->places.keys[i]) == i);
}

/* ---- parties ---- */

static void gateways_codec(struct codec *codec, struct dg_chain *chain)
{
    enum { GATEWAY_BYTES = 4 + 3 * 8 };
    struct registry *registry = &chain->registry;
    void *gateways = registry->gateways;

    codec_items(codec, &gateways, &registry->gateway_count, &registry->gateway_capacity,
                sizeof *registry->gateways, GATEWAY_BYTES);
    registry->gateways = gateways;
    for (size_t i = 0; i < registry->gateway_count; i++) {
        struct gateway_party *gateway = &registry->gateways[i];
        codec_u32_below(codec, &gateway->operator_id,
                        chain->ledger.kinds[DG_ACCOUNT_OPERATOR].count);
        codec_u64(codec, &gateway->next_number);
        codec_u64(codec, &gateway->next_period);
        codec_u64(codec, &gateway->compute_milli);
    }
}

static void models_codec(struct codec *codec, struct dg_chain *chain)
{
    enum { MODEL_BYTES = 3 * 4 + 1 + 2 * 8 };
    struct registry *registry = &chain->registry;
    void *models = registry->models;

    codec_items(codec, &models, &registry->model_count, &registry->model_capacity,
                sizeof *registry->models, MODEL_BYTES);
    registry->models = models;
    for (size_t i = 0; i < registry->model_count; i++) {
        codec_model_record(codec, &registry->models[i]);
        codec_demand(codec, registry->models[i].model == i &&
                                registry->models[i].provider <
                                    chain->ledger.kinds[DG_ACCOUNT_PROVIDER].count);
    }
}

static void sum_codec(struct codec *codec, int64_t *sum)
{
    codec_range(codec, sum, 0, SUM_MAX);
}

static void account_codec(struct codec *codec, struct dg_node_account *account)
{
    sum_codec(codec, &account->fees);
    sum_codec(codec, &account->rewards);
    sum_codec(codec, &account->verifier_fees);
    sum_codec(codec, &account->slashed);
    sum_codec(codec, &account->refunded);
    sum_codec(codec, &account->verifier_rewards);
    sum_codec(codec, &account->delegator_rewards);
    sum_codec(codec, &account->compute_milli);
    codec_u32(codec, &account->answers);
    codec_u32(codec, &account->checks);
    codec_u32(codec, &account->failures);
    codec_u32(codec, &account->offences);
    codec_u32(codec, &account->reveals);
    codec_u32(codec, &account->missed);
    codec_u8_below(codec, &account->state, DG_NODE_OFFLINE + 1);
    codec_range(codec, &account->jailed_until, 0, CHAIN_TIME_MAX);
}

/* What is known of the node by its checks. */
static void history_codec(struct codec *codec, struct node_party *node)
{
    codec_range(codec, &node->record.mean, 0, (int64_t)DG_SCORE_ONE << 16);
    codec_range(codec, &node->record.variance, 0, UINT32_MAX);
    codec_u32(codec, &node->record.passed);
    codec_u32(codec, &node->record.failed);
    for (int i = 0; i < REGISTRY_STANDINGS; i++) {
        codec_u16(codec, &node->standings[i].credibility);
        codec_u16(codec, &node->standings[i].checks);
    }
    codec_u64(codec, &node->test.outcomes);
    codec_range(codec, &node->test.statistic, -EVIDENCE_MAX, EVIDENCE_MAX);
    codec_u64(codec, &node->trust);
    codec_demand(codec, node->trust <= TRUST_MAX);
    codec_u64(codec, &node->misconduct);
    for (int i = 0; i < REGISTRY_OFFENCES; i++)
        time_codec(codec, &node->offence_times[i]);
}

static void node_codec(struct codec *codec, const struct dg_chain *chain, struct node_party *node)
{
    codec_u32_below(codec, &node->operator_id, chain->ledger.kinds[DG_ACCOUNT_OPERATOR].count);
    codec_u8_below(codec, &node->model_count, DG_NODE_MODELS_MAX + 1);
    for (unsigned i = 0; i < node->model_count && codec_goes_on(codec); i++)
        codec_u32_below(codec, &node->models[i], chain->registry.model_count);
    codec_u8_below(codec, &node->cost_class, REGISTRY_COST_CLASSES);
    codec_bool(codec, &node->verifier);
    codec_bool(codec, &node->changed);
    codec_u32(codec, &node->verifier_place);
    codec_amount(codec, &node->price);
    codec_amount(codec, &node->declared_cost);
    codec_range(codec, &node->commission, 0, DG_ONE);
    codec_range(codec, &node->heard, -CHAIN_TIME_MAX, CHAIN_TIME_MAX);
    codec_range(codec, &node->punished, -CHAIN_TIME_MAX, CHAIN_TIME_MAX);
    codec_u32(codec, &node->stakes.first);
    codec_u32(codec, &node->stakes.liable);
    history_codec(codec, node);
    codec_u64(codec, &node->serving_compute);
    time_codec(codec, &node->failing_since);
    codec_u32(codec, &node->failed_row);
    codec_u64(codec, &node->verifier_points);
    codec_u64(codec, &node->bonds);
    codec_amount(codec, &node->frozen_verifier_rewards);
    account_codec(codec, &node->account);
}

static void nodes_codec(struct codec *codec, struct dg_chain *chain)
{
    enum { NODE_BYTES = 256 }; /* less than any takes */
    struct registry *registry = &chain->registry;
    void *nodes = registry->nodes;

    codec_items(codec, &nodes, &registry->node_count, &registry->node_capacity,
                sizeof *registry->nodes, NODE_BYTES);
    registry->nodes = nodes;
    for (size_t i = 0; i < registry->node_count && codec_goes_on(codec); i++)
        node_codec(codec, chain, &registry->nodes[i]);
    for (int i = 0; i < REGISTRY_COST_CLASSES; i++)
        codec_amount(codec, &registry->cost_maximum[i]);
    for (enum dg_account kind = DG_ACCOUNT_STAKE; kind <= DG_ACCOUNT_FROZEN; kind++)
        codec_demand(codec, chain->ledger.kinds[kind].count == registry->node_count);
}

/* ---- stake ---- */

static void position_codec(struct codec *codec, const struct dg_chain *chain,
                           struct stake_position *position)
{
    size_t node_count = chain->registry.node_count, count = chain->stakes.count;

    codec_amount(codec, &position->amount);
    time_codec(codec, &position->until);
    time_codec(codec, &position->liable_until);
    codec_u8_below(codec, &position->owner_kind, DG_OWNER_DELEGATOR + 1);
    codec_u8_below(codec, &position->tier, DG_TIER_COUNT);
    codec_u8_below(codec, &position->state, DG_POSITION_UNBONDING + 1);
    codec_u32_below(codec, &position->owner,
                    chain->ledger
                        .kinds[position->owner_kind == DG_OWNER_OPERATOR ? DG_ACCOUNT_OPERATOR
                                                                         : DG_ACCOUNT_DELEGATOR]
                        .count);
    codec_u32_below(codec, &position->node, node_count);
    codec_id(codec, &position->liable_node, node_count);
    codec_id(codec, &position->previous, count);
    codec_id(codec, &position->next, count);
    codec_id(codec, &position->liable_previous, count);
    codec_id(codec, &position->liable_next, count);
}

/* A list whose every link is met from the other side as well, and that starts at a head without one
 * before it, ends. */
static bool lists_sound(const struct dg_chain *chain)
{
    const struct stake_book *book = &chain->stakes;

    for (size_t i = 0; i < chain->registry.node_count; i++) {
        const struct stake_lists *lists = &chain->registry.nodes[i].stakes;
        if ((lists->first != DG_NONE &&
             (lists->first >= book->count || book->positions[lists->first].previous != DG_NONE)) ||
            (lists->liable != DG_NONE &&
             (lists->liable >= book->count ||
              book->positions[lists->liable].liable_previous != DG_NONE)))
            return false;
    }
    for (size_t i = 0; i < book->count; i++) {
        const struct stake_position *position = &book->positions[i];
        if (position->state != DG_POSITION_CLOSED && position->next != DG_NONE &&
            book->positions[position->next].previous != i)
            return false;
        if (position->liable_node != DG_NONE && position->liable_next != DG_NONE &&
            book->positions[position->liable_next].liable_previous != i)
            return false;
    }
    return true;
}

static void stakes_codec(struct codec *codec, struct dg_chain *chain)
{
    enum { POSITION_BYTES = 3 * 8 + 3 + 7 * 4 };
    struct stake_book *book = &chain->stakes;
    void *positions = book->positions;

    codec_items(codec, &positions, &book->count, &book->capacity, sizeof *book->positions,
                POSITION_BYTES);
    book->positions = positions;
    codec_demand(codec, book->count <= DG_PARTY_COUNT_MAX);
    for (size_t i = 0; i < book->count && codec_goes_on(codec); i++)
        position_codec(codec, chain, &book->positions[i]);
    if (codec->reading && codec->status == DG_OK)
        codec_demand(codec, lists_sound(chain) && chain_audit_stakes(chain));
}

/* ---- governance ---- */

static void governance_codec(struct codec *codec, struct governance *governance)
{
    enum { PROPOSAL_BYTES = 2 * 8 + 4 + 1 };
    void *proposals = governance->proposals;
    size_t row_count;

    (void)dg_param_rows(&row_count);
    codec_items(codec, &proposals, &governance->count, &governance->capacity,
                sizeof *governance->proposals, PROPOSAL_BYTES);
    governance->proposals = proposals;
    for (size_t i = 0; i < governance->count; i++) {
        struct proposal *proposal = &governance->proposals[i];
        codec_i64(codec, &proposal->value);
        time_codec(codec, &proposal->at);
        codec_u32_below(codec, &proposal->parameter, row_count);
        codec_u8_below(codec, &proposal->state, DG_PROPOSAL_REFUSED + 1);
    }
    id_map_codec(codec, &governance->votes);
}

/* ---- receipts and checks ---- */

/* A receipt that the chain has taken: its ids are known. */
static void taken_receipt_codec(struct codec *codec, const struct dg_chain *chain,
                                struct dg_receipt *receipt)
{
    codec_receipt(codec, receipt);
    codec_demand(codec, receipt->user < chain->ledger.kinds[DG_ACCOUNT_USER].count &&
                            receipt->node < chain->registry.node_count &&
                            receipt->model < chain->registry.model_count && receipt->fee >= 0 &&
                            receipt->royalty >= 0 && receipt->compute_milli >= 0);
}

static void receipts_codec(struct codec *codec, struct dg_chain *chain)
{
    struct sampling_queue *queue = &chain->receipts;
    uint64_t count = queue->count;

    codec_u64(codec, &count);
    codec_demand(codec, count <= codec_left(codec) / CODEC_RECEIPT_BYTES);
    if (codec->reading && codec->status == DG_OK)
        codec->status = sampling_reserve(queue, codec->allocator, (size_t)count);
    for (uint64_t i = 0; i < count && codec_goes_on(codec); i++) {
        struct sampling_item item = {0};
        if (!codec->reading)
            item = queue->items[i];
        taken_receipt_codec(codec, chain, &item.receipt);
        codec_u64(codec, &item.period);
        codec_u32_below(codec, &item.gateway, chain->registry.gateway_count);
        if (codec->reading && codec->status == DG_OK)
            sampling_add(queue, item.gateway, item.period, &item.receipt);
    }
}

static void seat_codec(struct codec *codec, const struct dg_chain *chain, struct check_seat *seat)
{
    codec_u32_below(codec, &seat->verifier, chain->registry.node_count);
    codec_id(codec, &seat->replaced, chain->registry.node_count);
    codec_u16(codec, &seat->score);
    codec_u8_below(codec, &seat->state, SEAT_STATE_COUNT);
    codec_hash(codec, &seat->commitment);
}

static void open_check_codec(struct codec *codec, const struct dg_chain *chain, struct check *check)
{
    codec_u32_below(codec, &check->gateway, chain->registry.gateway_count);
    codec_bool(codec, &check->opened);
    codec_bool(codec, &check->escalated);
    codec_bool(codec, &check->appealed);
    codec_bool(codec, &check->probe);
    codec_bool(codec, &check->gold_sealed);
    codec_bool(codec, &check->gold_known);
    codec_u8_below(codec, &check->seat_count, (size_t)chain->checks.seat_limit + 1);
    codec_u8_below(codec, &check->first_seat, (size_t)check->seat_count + 1);
    codec_u16(codec, &check->score);
    codec_u16(codec, &check->gold);
    time_codec(codec, &check->deadline);
    codec_amount(codec, &check->deposit);
    codec_hash(codec, &check->gold_commitment);
    codec_bytes(codec, check->ticket_key.bytes, sizeof check->ticket_key.bytes);
    taken_receipt_codec(codec, chain, &check->receipt);
    for (unsigned i = 0; i < check->seat_count && codec_goes_on(codec); i++)
        seat_codec(codec, chain, &check->seats[i]);
}

static void check_codec(struct codec *codec, const struct dg_chain *chain, struct check *check)
{
    codec_u8_below(codec, &check->phase, CHECK_PROVISIONAL + 1);
    if (check->phase != CHECK_CLOSED)
        open_check_codec(codec, chain, check);
}

static void checks_codec(struct codec *codec, struct dg_chain *chain)
{
    struct check_pool *pool = &chain->checks;
    uint32_t first = pool->first, next = pool->next;

    codec_u8_below(codec, &pool->seat_limit, CHECK_SEATS_MAX + 1);
    codec_demand(codec, pool->seat_limit >= chain_seats(&chain->params));
    codec_u32(codec, &first);
    codec_u32(codec, &next);
    codec_demand(codec, first <= next && next - first <= codec_left(codec));
    if (codec->reading && codec->status == DG_OK) {
        pool->first = pool->next = first;
        codec->status = check_pool_reserve(pool, codec->allocator, next - first);
    }
    for (uint32_t id = first; id != next && codec_goes_on(codec); id++) {
        struct check *check = codec->reading ? check_pool_open(pool) : check_pool_at(pool, id);
        check_codec(codec, chain, check);
    }
}

/* ---- queues ---- */

static void verifiers_codec(struct codec *codec, struct dg_chain *chain)
{
    struct committee_pool *pool = &chain->verifiers;
    uint64_t count = pool->count;

    codec_u64(codec, &count);
    codec_demand(codec, count <= chain->registry.node_count);
    if (codec->reading && codec->status == DG_OK && chain->registry.node_count > 0)
        codec->status = committee_reserve(pool, codec->allocator, chain->registry.node_count);
    for (uint64_t i = 0; i < count && codec_goes_on(codec); i++) {
        uint32_t node = codec->reading ? 0 : pool->nodes[i];
        codec_u32_below(codec, &node, chain->registry.node_count);
        if (!codec->reading || codec->status != DG_OK)
            continue;
        codec_demand(codec, chain->registry.nodes[node].verifier_place == i);
        (void)committee_add(pool, node, chain->registry.nodes[node].operator_id,
                            chain_weight(chain, node));
    }
    for (size_t i = 0; i < chain->registry.node_count && codec->reading; i++) {
        uint32_t place = chain->registry.nodes[i].verifier_place;
        codec_demand(codec, place == DG_NONE || (place < pool->count && pool->nodes[place] == i));
    }
}

/* The heap as it lies: an order among its entries that a later push or pop depends on. */
static void deadlines_codec(struct codec *codec, struct dg_chain *chain)
{
    enum { DEADLINE_BYTES = 8 + 4 + 4 };
    struct deadline_heap *heap = &chain->deadlines;
    void *entries = heap->entries;
    const size_t limits[DEADLINE_KIND_COUNT] = {
        [DEADLINE_CHECK] = DG_NONE, /* stale ones are let pass */
        [DEADLINE_JAIL] = chain->registry.node_count,
        [DEADLINE_UNBOND] = chain->stakes.count,
        [DEADLINE_SWEEP] = 1,
        [DEADLINE_VOTE] = chain->governance.count,
    };

    codec_items(codec, &entries, &heap->count, &heap->capacity, sizeof *heap->entries,
                DEADLINE_BYTES);
    heap->entries = entries;
    for (size_t i = 0; i < heap->count && codec_goes_on(codec); i++) {
        struct deadline *entry = &heap->entries[i];
        time_codec(codec, &entry->time);
        codec_u32_below(codec, &entry->kind, DEADLINE_KIND_COUNT);
        if (codec_goes_on(codec))
            codec_u32_below(codec, &entry->id, limits[entry->kind]);
        codec_demand(codec, i == 0 || heap->entries[(i - 1) / 2].time <= entry->time);
    }
}

static void probers_codec(struct codec *codec, struct dg_chain *chain)
{
    void *probers = chain->probers;
    size_t count = chain->prober_capacity;

    while (count > 0 && chain->probers[count - 1] == 0)
        count--;
    codec_items(codec, &probers, &count, &chain->prober_capacity, sizeof *chain->probers, 1);
    chain->probers = probers;
    for (size_t i = 0; i < count; i++)
        codec_u8_below(codec, &chain->probers[i], 2);
    codec_demand(codec, count == 0 || chain->probers[count - 1] != 0);
}

static void notices_codec(struct codec *codec, struct outbox_notices *notices)
{
    enum { NOTICE_BYTES = 5 * 1 + 4 + 2 * 1 + 2 + 6 * 4 + 3 * 8 }; /* one without members */
    uint64_t first = notices->first, end = notices->end;

    codec_u64(codec, &first);
    codec_u64(codec, &end);
    codec_demand(codec, first <= end && end - first <= codec_left(codec) / NOTICE_BYTES);
    if (codec->reading && codec->status == DG_OK) {
        notices->first = notices->end = first;
        codec->status = outbox_notices_reserve(notices, codec->allocator, (size_t)(end - first));
    }
    for (uint64_t i = first; i != end && codec_goes_on(codec); i++) {
        struct dg_notice notice = {0};
        if (!codec->reading)
            notice = notices->ring[i & (notices->capacity - 1)];
        codec_notice(codec, &notice);
        if (codec->reading)
            outbox_notices_push(notices, &notice);
    }
}

static void log_codec(struct codec *codec, struct outbox_log *log)
{
    enum { RECORD_BYTES = 32 };
    uint64_t first = log->first, end = log->end;

    codec_u64(codec, &first);
    codec_u64(codec, &end);
    codec_demand(codec, first <= end && end - first <= codec_left(codec) / RECORD_BYTES);
    if (codec->reading && codec->status == DG_OK) {
        log->first = log->end = first;
        codec->status = outbox_log_reserve(log, codec->allocator, (size_t)(end - first));
    }
    for (uint64_t i = first; i != end && codec_goes_on(codec); i++) {
        struct dg_node_record record = {0};
        if (!codec->reading)
            record = log->ring[i & (log->capacity - 1)];
        codec_node_record(codec, &record);
        if (codec->reading)
            outbox_log_push(log, &record);
    }
}

/* ---- all of it ---- */

static void head_codec(struct codec *codec, struct dg_chain *chain)
{
    codec_param_table(codec);
    codec_params(codec, &chain->params);
    codec_params(codec, &chain->params_before);
    time_codec(codec, &chain->changed_at);
    codec_range(codec, &chain->now, -CHAIN_TIME_MAX, CHAIN_TIME_MAX - 1);
    codec_bool(codec, &chain->started);
    codec_bool(codec, &chain->broken);
    codec_u64(codec, &chain->next_period);
    codec_range(codec, &chain->compute_milli, 0, SUM_MAX);
    time_codec(codec, &chain->sweep_at);
    time_codec(codec, &chain->origin);
}

/* Takes each bond off the sum of its node, or puts it back. */
static void bonds_take(struct codec *codec, struct dg_chain *chain, bool back)
{
    const struct id_map *places = &chain->bonds.places;

    for (size_t i = 0; i < places->count && codec->status == DG_OK; i++) {
        uint64_t node = places->keys[i] >> 32, verifier = places->keys[i] & UINT32_MAX;
        codec_demand(codec,
                     node < chain->registry.node_count && verifier < chain->registry.node_count);
        if (codec->status != DG_OK)
            return;
        uint64_t *sum = &chain->registry.nodes[node].bonds;
        uint64_t bond = id_map_get(places, places->keys[i]);
        codec_demand(codec, bond <= UINT64_C(1) << BONDS_BITS && (back || bond <= *sum));
        *sum += back ? bond : 0 - bond;
    }
}

/* The sum that each node keeps is that of the bonds in it. */
static void bonds_codec(struct codec *codec, struct dg_chain *chain)
{
    id_map_codec(codec, &chain->bonds.places);
    if (!codec->reading)
        return;
    bonds_take(codec, chain, false);
    for (size_t i = 0; i < chain->registry.node_count && codec->status == DG_OK; i++)
        codec_demand(codec, chain->registry.nodes[i].bonds == 0);
    bonds_take(codec, chain, true);
}

void chain_codec(struct codec *codec, struct dg_chain *chain)
{
    head_codec(codec, chain);
    if (codec->reading && codec->status != DG_OK)
        return; /* parameters that break a rule are no use to what follows */
    ledger_codec(codec, &chain->ledger);
    escrow_codec(codec, &chain->escrow);
    gateways_codec(codec, chain);
    models_codec(codec, chain);
    nodes_codec(codec, chain);
    stakes_codec(codec, chain);
    bonds_codec(codec, chain);
    governance_codec(codec, &chain->governance);
    receipts_codec(codec, chain);
    checks_codec(codec, chain);
    verifiers_codec(codec, chain);
    deadlines_codec(codec, chain);
    probers_codec(codec, chain);
    notices_codec(codec, &chain->notices);
    log_codec(codec, &chain->log);
}
