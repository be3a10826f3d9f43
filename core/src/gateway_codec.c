/* What follows from other parts is not written but worked out again: scores, loads, trees, the places of
 * nodes in lists, reservations, counts of copies. */
#include "gateway_codec.h"

#include "memory.h"
#include "message_codec.h"

/* ---- parameters of copies in flight ---- */

static void terms_codec(struct codec *codec, struct terms *terms)
{
    enum { VERSION_BYTES = 512 }; /* less than any takes */
    void *versions = terms->versions;
    size_t count = terms->count;

    codec_items(codec, &versions, &count, &terms->capacity, sizeof *terms->versions, VERSION_BYTES);
    terms->versions = versions;
    terms->count = (uint32_t)count;
    codec_demand(codec, count > 0 && count < DG_NONE);
    for (size_t i = 0; i < count && codec_goes_on(codec); i++)
        codec_params(codec, &terms->versions[i].params);
    codec_u32_below(codec, &terms->current, count);
}

/* ---- the view ---- */

/* Ids beyond the last one that was ever told, of a node or by a node, are not written, whatever room
 * there is for them. */
static size_t nodes_known(const struct view *view)
{
    size_t count = view->node_capacity;

    while (count > 0 && !view->records[count - 1].known)
        count--;
    return count;
}

static size_t models_known(const struct view *view)
{
    size_t count = view->model_capacity;

    while (count > 0 && !view->models[count - 1].known)
        count--;
    for (size_t n = 0; n < view->node_capacity; n++) {
        const struct view_record *record = &view->records[n];
        for (unsigned i = 0; record->known && i < record->model_count; i++)
            if (record->models[i] >= count)
                count = (size_t)record->models[i] + 1;
    }
    return count;
}

static void record_codec(struct codec *codec, const struct view *view, struct view_record *record,
                         struct view_node *node)
{
    codec_amount(codec, &node->price);
    codec_u32(codec, &node->outcomes);
    codec_u32_below(codec, &record->success, VIEW_AVERAGE_ONE + 1);
    codec_u32_below(codec, &record->latency, (size_t)VIEW_RATIO_MAX + 1);
    codec_u32(codec, &record->operator_id);
    codec_u16(codec, &record->quality);
    codec_u16(codec, &record->credibility);
    codec_u16(codec, &record->checks);
    codec_amount(codec, &record->stake);
    codec_u64(codec, &record->turn);
    codec_bool(codec, &record->active);
    codec_bool(codec, &record->barred);
    codec_u8_below(codec, &record->model_count, DG_NODE_MODELS_MAX + 1);
    for (unsigned i = 0; i < record->model_count && codec_goes_on(codec); i++) {
        codec_u32_below(codec, &record->models[i], view->model_capacity);
        for (unsigned j = 0; j < i; j++)
            codec_demand(codec, record->models[i] != record->models[j]);
    }
}

static void nodes_codec(struct codec *codec, struct view *view)
{
    void *records = view->records, *nodes = view->nodes;
    size_t count = codec->reading ? 0 : nodes_known(view);

    codec_items(codec, &records, &count, &view->record_capacity, sizeof *view->records, 1);
    view->records = records;
    if (codec->reading && codec->status == DG_OK && count > 0) {
        nodes =
            memory_grow(codec->allocator, NULL, &view->node_capacity, count, sizeof *view->nodes);
        if (nodes == NULL)
            codec->status = DG_ERROR_MEMORY;
        view->nodes = nodes;
    }
    codec_demand(codec, count <= DG_PARTY_COUNT_MAX);
    for (size_t i = 0; i < count && codec_goes_on(codec); i++) {
        codec_bool(codec, &view->records[i].known);
        if (view->records[i].known)
            record_codec(codec, view, &view->records[i], &view->nodes[i]);
    }
    codec_demand(codec, count == 0 || view->records[count - 1].known);
}

static void list_codec(struct codec *codec, struct view_model *model)
{
    void *candidates = model->candidates;
    size_t count = model->candidate_count;

    codec_items(codec, &candidates, &count, &model->candidate_capacity, sizeof *model->candidates,
                4);
    model->candidates = candidates;
    codec_demand(codec, count <= DG_PARTY_COUNT_MAX);
    model->candidate_count = (uint32_t)count;
    for (size_t i = 0; i < count && codec_goes_on(codec); i++)
        codec_u32(codec, &model->candidates[i].node);
}

static void model_codec(struct codec *codec, struct view_model *model)
{
    codec_bool(codec, &model->known);
    codec_u32(codec, &model->provider);
    codec_u32(codec, &model->context_tokens);
    codec_u8_below(codec, &model->size_class, DG_SIZE_COUNT);
    codec_amount(codec, &model->published_price);
    codec_range(codec, &model->royalty, 0, DG_ONE);
    list_codec(codec, model);
}

/* Returns how many. */
static size_t models_codec(struct codec *codec, struct view *view)
{
    enum { MODEL_BYTES = 2 * 1 + 2 * 4 + 3 * 8 };
    void *models = view->models;
    size_t count = codec->reading ? 0 : models_known(view);

    codec_items(codec, &models, &count, &view->model_capacity, sizeof *view->models, MODEL_BYTES);
    view->models = models;
    for (size_t i = 0; i < count && codec_goes_on(codec); i++)
        model_codec(codec, &view->models[i]);
    return count;
}

static void arm_codec(struct codec *codec, struct view_arm *arm)
{
    int64_t since = arm->count == 0 ? 0 : arm->since; /* nothing to discount */

    codec_u64(codec, &arm->count);
    codec_u64(codec, &arm->sum);
    codec_i64(codec, &since);
    codec_demand(codec, arm->count > 0 || since == 0);
    if (codec->reading)
        arm->since = since;
    codec_demand(codec, arm->sum <= arm->count && arm->count <= INT64_MAX);
}

static void arms_codec(struct codec *codec, struct view *view)
{
    struct view_arms *arms = &view->arms;
    size_t count = codec->reading ? view->node_capacity : nodes_known(view);

    if (!arms->kept)
        return;
    arm_codec(codec, &arms->total);
    if (codec->reading && codec->status == DG_OK && count > 0)
        codec->status = view_arms_reserve(arms, codec->allocator, count);
    if (codec->reading) /* as many as were written: nobody is known beyond */
        count = codec->status == DG_OK ? nodes_known(view) : 0;
    for (size_t i = 0; i < count && codec_goes_on(codec); i++)
        arm_codec(codec, &arms->arms[i]);
}

static void view_codec(struct codec *codec, struct view *view)
{
    size_t models = models_codec(codec, view);

    nodes_codec(codec, view);
    if (codec->reading && codec->status == DG_OK)
        codec_demand(codec, models == models_known(view));
    codec_u64(codec, &view->turn);
    arms_codec(codec, view);
}

/* ---- requests in flight ---- */

static void copy_codec(struct codec *codec, const struct dg_gateway *gateway,
                       struct flight_copy *copy)
{
    codec_amount(codec, &copy->terms.price);
    codec_range(codec, &copy->terms.royalty, 0, DG_ONE);
    codec_u8_below(codec, &copy->terms.size_class, DG_SIZE_COUNT);
    codec_amount(codec, &copy->escrow);
    codec_i64(codec, &copy->sent);
    codec_u32_below(codec, &copy->node, gateway->view.node_capacity);
    codec_u32_below(codec, &copy->version, gateway->terms.count);
    codec_bool(codec, &copy->hedge);
}

static void open_flight_codec(struct codec *codec, const struct dg_gateway *gateway,
                              struct flight *flight)
{
    codec_u64(codec, &flight->request);
    codec_u64(codec, &flight->session);
    codec_i64(codec, &flight->submitted);
    codec_amount(codec, &flight->price_cap);
    codec_amount(codec, &flight->escrow);
    codec_u32_below(codec, &flight->account, gateway->ledger.account_count);
    codec_u32(codec, &flight->model);
    codec_demand(codec, view_model(&gateway->view, flight->model) != NULL);
    codec_u32(codec, &flight->tokens_in);
    codec_u32(codec, &flight->tokens_out_max);
    codec_u8_below(codec, &flight->tried_count, FLIGHT_TRIED_MAX + 1);
    codec_u8(codec, &flight->reroutes);
    codec_bool(codec, &flight->hedged);
    for (unsigned i = 0; i < flight->tried_count && codec_goes_on(codec); i++)
        codec_u32_below(codec, &flight->tried[i], gateway->view.node_capacity);
    for (unsigned i = 0; i < flight->copy_count && codec_goes_on(codec); i++)
        copy_codec(codec, gateway, &flight->copies[i]);
}

static void flight_codec(struct codec *codec, const struct dg_gateway *gateway,
                         struct flight *flight)
{
    const struct flight_pool *pool = &gateway->flights;

    codec_u64(codec, &flight->generation);
    codec_demand(codec,
                 flight->generation > 0 && flight->generation <= UINT64_MAX >> pool->slot_bits);
    codec_u8_below(codec, &flight->copy_count, FLIGHT_COPIES_MAX + 1);
    if (flight->copy_count > 0)
        open_flight_codec(codec, gateway, flight);
    else
        codec_id(codec, &flight->next_free, pool->used);
}

/* What a flight stands for elsewhere; false when there is no room for it. */
static bool flight_count_in(struct dg_gateway *gateway, const struct flight *flight)
{
    struct account *account = &gateway->ledger.accounts[flight->account];

    if (flight->escrow > INT64_MAX - account->free - account->reserved)
        return false;
    account->reserved += flight->escrow;
    gateway->flights.count++;
    for (unsigned i = 0; i < flight->copy_count; i++) {
        if (!view_knows_node(&gateway->view, flight->copies[i].node))
            return false;
        gateway->view.nodes[flight->copies[i].node].in_flight++;
        gateway->terms.versions[flight->copies[i].version].copies++;
    }
    return true;
}

/* The free slots form a list that ends. */
static bool free_list_sound(const struct flight_pool *pool)
{
    uint32_t left = pool->used;
    uint32_t slot = pool->free_head;

    for (; slot != DG_NONE && left > 0; left--) {
        if (slot >= pool->used || pool->flights[slot].copy_count > 0)
            return false;
        slot = pool->flights[slot].next_free;
    }
    return slot == DG_NONE;
}

static void flights_codec(struct codec *codec, struct dg_gateway *gateway)
{
    enum { FLIGHT_BYTES = 8 + 1 + 4 };
    struct flight_pool *pool = &gateway->flights;
    void *flights = pool->flights;
    uint32_t limit = pool->limit;
    size_t used = pool->used;

    codec_u32(codec, &limit);
    codec_demand(codec, limit > 0);
    if (codec->reading && codec->status == DG_OK)
        flight_pool_init(pool, limit);
    codec_items(codec, &flights, &used, &pool->capacity, sizeof *pool->flights, FLIGHT_BYTES);
    pool->flights = flights;
    codec_demand(codec, used <= limit);
    pool->used = (uint32_t)used;
    for (size_t i = 0; i < used && codec_goes_on(codec); i++) {
        flight_codec(codec, gateway, &pool->flights[i]);
        if (codec->reading && codec->status == DG_OK && pool->flights[i].copy_count > 0)
            codec_demand(codec, flight_count_in(gateway, &pool->flights[i]));
    }
    codec_id(codec, &pool->free_head, used);
    codec_demand(codec, codec->status != DG_OK || free_list_sound(pool));
}

/* ---- money and receipts ---- */

static void accounts_codec(struct codec *codec, struct gateway_ledger *ledger)
{
    enum { ACCOUNT_BYTES = 4 + 8 };
    void *accounts = ledger->accounts;
    size_t count = ledger->account_count;

    codec_items(codec, &accounts, &count, &ledger->account_capacity, sizeof *ledger->accounts,
                ACCOUNT_BYTES);
    ledger->accounts = accounts;
    codec_demand(codec, count <= DG_PARTY_COUNT_MAX);
    ledger->account_count = (uint32_t)count;
    for (size_t i = 0; i < count && codec_goes_on(codec); i++) {
        struct account *account = &ledger->accounts[i];
        codec_u32(codec, &account->user);
        codec_amount(codec, &account->free);
        if (!codec->reading || codec->status != DG_OK)
            continue;
        codec_demand(codec, id_map_get(&ledger->users, account->user) == DG_NONE);
        if (codec->status == DG_OK)
            codec->status =
                id_map_put(&ledger->users, codec->allocator, account->user, (uint32_t)i);
    }
}

static void receipts_codec(struct codec *codec, struct gateway_ledger *ledger)
{
    struct receipt_buffer *open = &ledger->periods[ledger->open_period];
    void *receipts = open->receipts;

    codec_u64(codec, &ledger->next_number);
    codec_items(codec, &receipts, &open->count, &open->capacity, sizeof *open->receipts,
                CODEC_RECEIPT_BYTES);
    open->receipts = receipts;
    for (size_t i = 0; i < open->count && codec_goes_on(codec); i++)
        codec_receipt(codec, &open->receipts[i]);
}

/* Counters of every known node, for calls about it look there; those above 0 are written. */
static void failures_codec(struct codec *codec, struct dg_gateway *gateway)
{
    struct failure_book *book = &gateway->failures;
    uint64_t silent = book->silent;
    uint32_t node = 0;

    codec_u64(codec, &silent);
    if (codec->reading && codec->status == DG_OK && gateway->view.node_capacity > 0)
        codec->status =
            failures_reserve(book, codec->allocator, (uint32_t)gateway->view.node_capacity - 1);
    for (uint64_t i = 0; i < silent && codec_goes_on(codec); i++, node++) {
        struct dg_failure failure = {0};
        while (!codec->reading && book->counts[node] == 0)
            node++;
        if (!codec->reading)
            failure = (struct dg_failure){.node = node, .count = book->counts[node]};
        codec_failure(codec, &failure);
        codec_demand(codec, failure.count > 0 && failure.node >= node &&
                                view_knows_node(&gateway->view, failure.node));
        if (!codec_goes_on(codec))
            return;
        node = failure.node;
        book->counts[node] = failure.count;
    }
    book->silent = (size_t)silent;
}

/* ---- breakers, sessions, hedges ---- */

static size_t breakers_used(const struct breaker *breaker)
{
    size_t count = breaker->capacity;

    while (count > 0) {
        const struct breaker_node *row = &breaker->nodes[count - 1];
        if (row->state != BREAKER_CLOSED || row->failures > 0)
            break;
        count--;
    }
    return count;
}

/* What the head's link leads back to has left the queue. */
static void breaker_row_codec(struct codec *codec, struct breaker_node *row, size_t count,
                              bool head)
{
    uint32_t previous = head ? DG_NONE : row->previous;

    codec_u8_below(codec, &row->state, BREAKER_HALF_OPEN + 1);
    codec_u32(codec, &row->failures);
    if (row->state == BREAKER_HALF_OPEN)
        codec_u64(codec, &row->trial);
    if (row->state != BREAKER_OPEN)
        return;
    codec_i64(codec, &row->opened);
    codec_id(codec, &previous, count);
    codec_id(codec, &row->next, count);
    if (codec->reading)
        row->previous = previous;
}

/* From its head the queue leads to its tail in as many steps as are open, and nobody else is. */
static bool queue_sound(const struct breaker *breaker)
{
    uint32_t node = breaker->head, before = DG_NONE;
    size_t open = 0;

    for (size_t i = 0; i < breaker->capacity; i++)
        open += breaker->nodes[i].state == BREAKER_OPEN;
    if (open != breaker->open)
        return false;
    for (uint32_t i = 0; i < breaker->open; i++) {
        if (node == DG_NONE || breaker->nodes[node].state != BREAKER_OPEN ||
            breaker->nodes[node].previous != before)
            return false;
        before = node;
        node = breaker->nodes[node].next;
    }
    return node == DG_NONE && breaker->tail == before;
}

/* Breakers of every known node, for calls about it look there. The links of rows that are closed are
 * of no use to anybody. */
static void breaker_codec(struct codec *codec, struct dg_gateway *gateway)
{
    struct breaker *breaker = &gateway->breaker;
    uint64_t count = codec->reading ? 0 : breakers_used(breaker);

    codec_u64(codec, &count);
    codec_demand(codec, count <= gateway->view.node_capacity);
    if (codec->reading && codec->status == DG_OK && gateway->view.node_capacity > 0)
        codec->status =
            breaker_reserve(breaker, codec->allocator, (uint32_t)gateway->view.node_capacity - 1);
    codec_id(codec, &breaker->head, count);
    codec_id(codec, &breaker->tail, count);
    for (uint64_t i = 0; i < count && codec_goes_on(codec); i++) {
        breaker_row_codec(codec, &breaker->nodes[i], count, i == breaker->head);
        if (codec->reading)
            breaker->half_open += breaker->nodes[i].state == BREAKER_HALF_OPEN;
    }
    codec_u32(codec, &breaker->open);
    codec_u64(codec, &breaker->trips);
    if (codec->reading && codec->status == DG_OK)
        codec_demand(codec, count == breakers_used(breaker) && queue_sound(breaker));
}

static void session_codec(struct codec *codec, struct affinity_entry *entry)
{
    codec_u64(codec, &entry->session);
    codec_demand(codec, entry->session != 0);
    codec_i64(codec, &entry->served);
    codec_u32(codec, &entry->node);
}

/* The places that are taken, in order. */
static void affinity_codec(struct codec *codec, struct dg_gateway *gateway)
{
    struct affinity *affinity = &gateway->affinity;

    if (codec->reading && codec->status == DG_OK)
        codec->status = affinity_follow_params(affinity, codec->allocator, &gateway->params);
    uint64_t room = (uint64_t)affinity->sets * AFFINITY_WAYS, taken = 0;
    for (uint64_t i = 0; i < room && !codec->reading; i++)
        taken += affinity->entries[i].session != 0;
    codec_u64(codec, &taken);
    codec_demand(codec, taken <= room);
    uint64_t place = 0;
    for (uint64_t i = 0; i < taken && codec_goes_on(codec); i++, place++) {
        while (!codec->reading && affinity->entries[place].session == 0)
            place++;
        uint64_t least = place;
        codec_u64(codec, &place);
        codec_demand(codec, place >= least && place < room);
        if (codec_goes_on(codec))
            session_codec(codec, &affinity->entries[place]);
    }
}

static size_t hedges_used(const struct hedge *hedge)
{
    size_t count = hedge->capacity;

    while (count > 0 && hedge->models[count - 1].total == 0 &&
           hedge->models[count - 1].delay == INT64_MAX)
        count--;
    return count;
}

static void hedge_row_codec(struct codec *codec, struct hedge_model *row)
{
    uint64_t total = 0;

    codec_amount(codec, &row->delay);
    codec_u32_below(codec, &row->total, HEDGE_FULL);
    for (size_t i = 0; i < HEDGE_BUCKETS; i++) {
        codec_u32(codec, &row->counts[i]);
        total += row->counts[i];
    }
    codec_demand(codec, total == row->total);
}

static void hedge_codec(struct codec *codec, struct dg_gateway *gateway)
{
    struct hedge *hedge = &gateway->hedge;
    uint64_t count = codec->reading ? 0 : hedges_used(hedge);

    if (codec->reading)
        hedge_init(hedge, &gateway->params);
    codec_u64(codec, &count);
    codec_demand(codec, count <= gateway->view.model_capacity);
    if (codec->reading && codec->status == DG_OK)
        codec->status =
            hedge_reserve(hedge, codec->allocator, &gateway->params, gateway->view.model_capacity);
    codec_demand(codec, count <= hedge->capacity);
    for (uint64_t i = 0; i < count && codec_goes_on(codec); i++)
        hedge_row_codec(codec, &hedge->models[i]);
    codec_demand(codec, codec->status != DG_OK || count == hedges_used(hedge));
}

/* ---- all of it ---- */

static void head_codec(struct codec *codec, struct dg_gateway *gateway)
{
    codec_param_table(codec);
    codec_params(codec, &gateway->params);
    codec_u32(codec, &gateway->id);
    codec_hash(codec, &gateway->seed_hash);
    codec_i64(codec, &gateway->now);
    codec_u64(codec, &gateway->last_request);
    codec_u64(codec, &gateway->last_period);
    codec_bool(codec, &gateway->request_seen);
    codec_bool(codec, &gateway->period_seen);
    codec_u64(codec, &gateway->reroutes);
    codec_u64(codec, &gateway->affinity_hits);
    codec_u64(codec, &gateway->hedges);
    codec_u64(codec, &gateway->hedges_won);
    codec_range(codec, &gateway->retry.tokens, 0, INT64_MAX / 2);
}

static void entropy_codec(struct codec *codec, struct entropy *entropy)
{
    codec_bytes(codec, entropy->key, sizeof entropy->key);
    codec_u64(codec, &entropy->position);
    if (codec->reading)
        entropy_load(entropy, entropy->position / ENTROPY_BLOCK_WORDS);
}

/* The parts that have pointers to the parameters, the allocator and the view. */
static void prepare(struct dg_gateway *gateway)
{
    view_init(&gateway->view, &gateway->params, &gateway->allocator,
              routing_extras(&gateway->params));
    routing_follow_params(&gateway->routing, &gateway->params);
    breaker_init(&gateway->breaker, &gateway->view);
}

void gateway_codec(struct codec *codec, struct dg_gateway *gateway)
{
    head_codec(codec, gateway);
    if (codec->reading && codec->status != DG_OK)
        return;
    if (codec->reading)
        prepare(gateway);
    terms_codec(codec, &gateway->terms);
    entropy_codec(codec, &gateway->routing.entropy);
    view_codec(codec, &gateway->view);
    accounts_codec(codec, &gateway->ledger);
    receipts_codec(codec, &gateway->ledger);
    flights_codec(codec, gateway);
    if (codec->reading && codec->status == DG_OK)
        codec->status = view_restore(&gateway->view);
    failures_codec(codec, gateway);
    breaker_codec(codec, gateway);
    affinity_codec(codec, gateway);
    hedge_codec(codec, gateway);
}
