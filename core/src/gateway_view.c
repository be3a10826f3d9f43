#include "gateway_view.h"

#include "fixed.h"
#include "memory.h"
#include "view_state.h"

#include <string.h>

/* Weights as given are any non-negative fractions: they are brought to parts of 65536 that add up,
 * what rounding leaves going to the largest. */
static void weights_normalise(const int64_t given[VIEW_FACTOR_COUNT],
                              uint32_t out[VIEW_FACTOR_COUNT])
{
    fixed_int128 sum = 0;
    uint32_t assigned = 0;
    size_t largest = 0;

    for (size_t i = 0; i < VIEW_FACTOR_COUNT; i++) {
        sum += given[i];
        if (given[i] > given[largest])
            largest = i;
    }
    for (size_t i = 0; i < VIEW_FACTOR_COUNT; i++) {
        out[i] = sum == 0 ? 0 : (uint32_t)((fixed_int128)given[i] * VIEW_WEIGHT_ONE / sum);
        assigned += out[i];
    }
    if (sum > 0)
        out[largest] += VIEW_WEIGHT_ONE - assigned;
}

static void weights_from(const struct dg_params *params, uint32_t out[VIEW_FACTOR_COUNT])
{
    const int64_t given[VIEW_FACTOR_COUNT] = {
        [VIEW_LATENCY] = params->routing_weight_latency,
        [VIEW_SUCCESS] = params->routing_weight_success,
        [VIEW_PRICE] = params->routing_weight_price,
        [VIEW_LOAD] = params->routing_weight_load,
        [VIEW_QUALITY] = params->routing_weight_quality,
        [VIEW_CREDIBILITY] = params->routing_weight_credibility,
    };

    weights_normalise(given, out);
}

void view_init(struct view *view, const struct dg_params *params,
               const struct dg_allocator *allocator, struct view_extras extras)
{
    *view = (struct view){.params = params, .allocator = allocator, .order = extras.order};
    view_arms_init(&view->arms, params, extras.arms);
    weights_from(params, view->weights);
}

void view_fini(struct view *view)
{
    for (size_t i = 0; i < view->model_capacity; i++) {
        memory_release(view->allocator, view->models[i].candidates);
        memory_release(view->allocator, view->models[i].tree.words);
    }
    view_arms_fini(&view->arms, view->allocator);
    memory_release(view->allocator, view->models);
    memory_release(view->allocator, view->nodes);
    memory_release(view->allocator, view->records);
    memory_release(view->allocator, view->passing);
    *view = (struct view){0};
}

const struct view_model *view_model(const struct view *view, uint32_t model)
{
    if (model >= view->model_capacity || !view->models[model].known)
        return NULL;
    return &view->models[model];
}

bool view_knows_node(const struct view *view, uint32_t node)
{
    return node < view->node_capacity && view->records[node].known;
}

/* ---- scores ---- */

static uint32_t base_score(const struct view *view, const struct view_record *record)
{
    uint32_t latency =
        (uint32_t)((uint64_t)DG_SCORE_ONE * VIEW_RATIO_ONE / (VIEW_RATIO_ONE + record->latency));
    uint32_t success = (uint32_t)((uint64_t)DG_SCORE_ONE * record->success / VIEW_AVERAGE_ONE);

    return view->weights[VIEW_LATENCY] * latency + view->weights[VIEW_SUCCESS] * success +
           view->weights[VIEW_QUALITY] * record->quality +
           view->weights[VIEW_CREDIBILITY] * record->credibility;
}

static uint32_t load_score(const struct view *view, const struct view_node *node)
{
    uint32_t factor = 0;

    if (node->capacity == VIEW_UNLIMITED)
        factor = (uint32_t)(DG_SCORE_ONE / ((uint64_t)node->in_flight + 1));
    else if (node->in_flight < node->capacity)
        factor = (uint32_t)((uint64_t)DG_SCORE_ONE * (node->capacity - node->in_flight) /
                            node->capacity);
    return view->weights[VIEW_LOAD] * factor;
}

/* 1/2 at the standard price, more below it. Prices above 2^46 lose low bits, which no score
 * shows. */
static uint32_t price_score(const struct view *view, const struct view_model *model, int64_t asking)
{
    uint64_t standard = (uint64_t)model->standard_price;
    uint64_t sum = standard + (uint64_t)(asking == 0 ? model->standard_price : asking);

    while (sum >> 47 != 0) {
        sum >>= 1;
        standard >>= 1;
    }
    uint64_t factor = sum == 0 ? DG_SCORE_ONE : DG_SCORE_ONE * standard / sum;
    return view->weights[VIEW_PRICE] * (uint32_t)factor;
}

/* ---- trees ---- */

/* Brings the word at a place of the list in line with who is there now. */
static void order_place(const struct view *view, struct view_model *model, uint32_t place)
{
    if (view->order == NULL)
        return;
    bool taken = place < model->candidate_count;
    view_tree_set(&model->tree, place,
                  taken ? view->order->word(view, model, model->candidates[place].node) : 0);
}

/* The same wherever the node is listed. */
static void order_node(struct view *view, uint32_t node)
{
    const struct view_record *record = &view->records[node];

    if (view->order == NULL || !record->open)
        return;
    for (size_t i = 0; i < record->model_count; i++)
        order_place(view, &view->models[record->models[i]], record->positions[i]);
}

static void order_load(struct view *view, uint32_t node)
{
    if (view->order != NULL && view->order->follows_load)
        order_node(view, node);
}

static enum dg_status reserve_tree(struct view *view, struct view_model *model)
{
    if (view->order == NULL)
        return DG_OK;
    model->tree.kind = view->order->kind;
    return view_tree_reserve(&model->tree, view->allocator, (uint32_t)model->candidate_capacity);
}

/* ---- lists ---- */

static void view_open_node(struct view *view, uint32_t node)
{
    struct view_record *record = &view->records[node];

    for (size_t i = 0; i < record->model_count; i++) {
        struct view_model *model = &view->models[record->models[i]];
        record->positions[i] = model->candidate_count;
        model->candidates[model->candidate_count++] = (struct view_candidate){
            .node = node, .price_score = price_score(view, model, view->nodes[node].price)};
        order_place(view, model, record->positions[i]);
    }
    record->open = true;
}

/* The last of the list takes the place; it must hear where it is now. */
static void candidate_remove(struct view *view, uint32_t model_id, uint32_t position)
{
    struct view_model *model = &view->models[model_id];
    struct view_candidate last = model->candidates[--model->candidate_count];
    struct view_record *moved = &view->records[last.node];

    model->candidates[position] = last;
    for (size_t i = 0; i < moved->model_count; i++)
        if (moved->models[i] == model_id)
            moved->positions[i] = position;
    order_place(view, model, position);
    order_place(view, model, model->candidate_count);
}

static void view_close_node(struct view *view, uint32_t node)
{
    struct view_record *record = &view->records[node];

    for (size_t i = 0; i < record->model_count; i++)
        candidate_remove(view, record->models[i], record->positions[i]);
    record->open = false;
}

/* Brings the lists in line with the node's state and load. */
static void view_settle_node(struct view *view, uint32_t node)
{
    const struct view_node *hot = &view->nodes[node];
    const struct view_record *record = &view->records[node];
    bool open = record->active && !record->barred && hot->in_flight < hot->capacity;

    if (open && !record->open)
        view_open_node(view, node);
    else if (!open && record->open)
        view_close_node(view, node);
}

bool view_is_candidate(const struct view *view, uint32_t node, uint32_t model)
{
    if (!view_knows_node(view, node) || !view->records[node].open)
        return false;
    const struct view_record *record = &view->records[node];
    for (size_t i = 0; i < record->model_count; i++)
        if (record->models[i] == model)
            return true;
    return false;
}

void view_bar(struct view *view, uint32_t node, bool barred)
{
    view->records[node].barred = barred;
    view_settle_node(view, node);
}

/* ---- models ---- */

/* Grows the table so that the model has a row; the row of a model not yet published stays
 * unknown. */
static enum dg_status reserve_model(struct view *view, uint32_t model)
{
    struct view_model *models = memory_grow(view->allocator, view->models, &view->model_capacity,
                                            (size_t)model + 1, sizeof *models);
    if (models == NULL)
        return DG_ERROR_MEMORY;
    view->models = models;
    return DG_OK;
}

void view_refresh_model(struct view *view, struct view_model *model)
{
    model->standard_price = model->published_price;
    if (model->known && model->published_price == 0)
        model->standard_price = view->params->fees_unit_price;
    for (uint32_t i = 0; i < model->candidate_count; i++) {
        struct view_candidate *candidate = &model->candidates[i];
        candidate->price_score = price_score(view, model, view->nodes[candidate->node].price);
        order_place(view, model, i);
    }
}

enum dg_status view_apply_model(struct view *view, const struct dg_model_record *record)
{
    if (record->model > DG_PARTY_COUNT_MAX || record->size_class >= DG_SIZE_COUNT ||
        record->price < 0 || record->royalty < 0 ||
        record->royalty > dg_royalty_maximum(view->params))
        return DG_ERROR_ARGUMENT;

    enum dg_status status = reserve_model(view, record->model);
    if (status != DG_OK)
        return status;

    struct view_model *model = &view->models[record->model];
    model->known = true;
    model->provider = record->provider;
    model->context_tokens = record->context_tokens;
    model->size_class = record->size_class;
    model->published_price = record->price;
    model->royalty = record->royalty;
    view_refresh_model(view, model);
    return DG_OK;
}

/* ---- nodes ---- */

bool view_record_valid(const struct dg_node_record *record)
{
    if (record->node > DG_PARTY_COUNT_MAX || record->model_count > DG_NODE_MODELS_MAX ||
        record->state > DG_NODE_OFFLINE || record->price < 0 || record->stake < 0)
        return false;
    for (size_t i = 0; i < record->model_count; i++) {
        if (record->models[i] > DG_PARTY_COUNT_MAX)
            return false;
        for (size_t j = 0; j < i; j++)
            if (record->models[i] == record->models[j])
                return false;
    }
    return true;
}

/* Room for the node in its arrays. New entries are all zero: unknown, closed, in no list. */
static enum dg_status reserve_node(struct view *view, uint32_t node)
{
    size_t needed = (size_t)node + 1;

    struct view_record *records = memory_grow(view->allocator, view->records,
                                              &view->record_capacity, needed, sizeof *records);
    if (records == NULL)
        return DG_ERROR_MEMORY;
    view->records = records;

    struct view_node *nodes =
        memory_grow(view->allocator, view->nodes, &view->node_capacity, needed, sizeof *nodes);
    if (nodes == NULL)
        return DG_ERROR_MEMORY;
    view->nodes = nodes;
    return view_arms_reserve(&view->arms, view->allocator, needed);
}

enum dg_status view_reserve_member(struct view *view, uint32_t model_id)
{
    enum dg_status status = reserve_model(view, model_id);
    if (status != DG_OK)
        return status;

    struct view_model *model = &view->models[model_id];
    size_t needed = (size_t)model->member_count + 1;
    struct view_candidate *candidates = memory_grow(
        view->allocator, model->candidates, &model->candidate_capacity, needed, sizeof *candidates);
    if (candidates == NULL)
        return DG_ERROR_MEMORY;
    model->candidates = candidates;
    status = reserve_tree(view, model);
    if (status != DG_OK)
        return status;

    uint32_t *passing = memory_grow(view->allocator, view->passing, &view->passing_capacity, needed,
                                    sizeof *passing);
    if (passing == NULL)
        return DG_ERROR_MEMORY;
    view->passing = passing;
    return DG_OK;
}

static enum dg_status reserve_record(struct view *view, const struct dg_node_record *record)
{
    enum dg_status status = reserve_node(view, record->node);

    for (size_t i = 0; i < record->model_count && status == DG_OK; i++)
        status = view_reserve_member(view, record->models[i]);
    return status;
}

static void count_member(struct view *view, const struct view_record *record, bool joins)
{
    for (size_t i = 0; i < record->model_count; i++) {
        struct view_model *model = &view->models[record->models[i]];
        model->member_count = joins ? model->member_count + 1 : model->member_count - 1;
    }
}

static uint32_t capacity_of(const struct view *view, int64_t stake)
{
    int64_t per_slot = view->params->routing_stake_per_slot;

    if (per_slot == 0)
        return VIEW_UNLIMITED;
    int64_t slots = stake / per_slot;
    return slots >= VIEW_UNLIMITED ? VIEW_UNLIMITED - 1 : (uint32_t)slots;
}

void view_refresh_node(struct view *view, uint32_t node)
{
    struct view_node *hot = &view->nodes[node];

    hot->capacity = capacity_of(view, view->records[node].stake);
    hot->base = base_score(view, &view->records[node]);
    hot->load = load_score(view, hot);
}

/* A node never seen is assumed to answer, on target; exploration soon finds out. */
static void record_first(struct view_record *record)
{
    record->known = true;
    record->success = VIEW_AVERAGE_ONE;
    record->latency = VIEW_RATIO_ONE;
}

static void record_overwrite(struct view *view, const struct dg_node_record *record)
{
    struct view_record *cold = &view->records[record->node];
    struct view_node *hot = &view->nodes[record->node];

    if (!cold->known)
        record_first(cold);
    cold->operator_id = record->operator_id;
    cold->quality = record->quality;
    cold->credibility = record->credibility;
    cold->checks = record->checks;
    cold->stake = record->stake;
    cold->active = record->state == DG_NODE_ACTIVE;
    cold->model_count = record->model_count;
    memcpy(cold->models, record->models, record->model_count * sizeof record->models[0]);
    hot->price = record->price;
    view_refresh_node(view, record->node);
}

enum dg_status view_apply_node(struct view *view, const struct dg_node_record *record)
{
    if (!view_record_valid(record))
        return DG_ERROR_ARGUMENT;
    enum dg_status status = reserve_record(view, record);
    if (status != DG_OK)
        return status;

    struct view_record *cold = &view->records[record->node];
    if (cold->open)
        view_close_node(view, record->node);
    if (cold->active)
        count_member(view, cold, false);
    record_overwrite(view, record);
    if (cold->active)
        count_member(view, cold, true);
    view_settle_node(view, record->node);
    return DG_OK;
}

enum dg_status view_reserve_extras(struct view *view, struct view_extras extras)
{
    for (size_t i = 0; extras.order != NULL && i < view->model_capacity; i++) {
        struct view_model *model = &view->models[i];
        if (model->candidate_capacity == 0)
            continue;
        enum dg_status status =
            view_tree_reserve(&model->tree, view->allocator, (uint32_t)model->candidate_capacity);
        if (status != DG_OK)
            return status;
    }
    if (extras.arms && view->node_capacity > 0)
        return view_arms_grow(&view->arms, view->allocator, view->node_capacity);
    return DG_OK;
}

/* Trees of another order start empty; view_refresh_model() puts every candidate in. */
static void follow_extras(struct view *view, struct view_extras extras, int64_t now)
{
    view->order = extras.order;
    for (size_t i = 0; i < view->model_capacity; i++) {
        struct view_tree *tree = &view->models[i].tree;
        if (extras.order == NULL) {
            memory_release(view->allocator, tree->words);
            *tree = (struct view_tree){0};
        } else if (tree->words != NULL) {
            memset(tree->words, 0, tree->capacity * sizeof tree->words[0]);
            tree->kind = extras.order->kind;
        }
    }
    view_arms_follow_params(&view->arms, view->allocator, extras.arms, now);
}

void view_follow_params(struct view *view, struct view_extras extras, int64_t now)
{
    follow_extras(view, extras, now);
    weights_from(view->params, view->weights);
    for (uint32_t node = 0; node < view->node_capacity; node++) {
        if (!view->records[node].known)
            continue;
        view_refresh_node(view, node);
        view_settle_node(view, node);
    }
    for (size_t i = 0; i < view->model_capacity; i++)
        view_refresh_model(view, &view->models[i]);
}

/* ---- load and outcomes ---- */

void view_prefetch(const struct view *view, uint32_t node)
{
    memory_prefetch(&view->nodes[node]);
    memory_prefetch(&view->records[node]);
}

void view_take(struct view *view, uint32_t node)
{
    struct view_node *hot = &view->nodes[node];

    hot->in_flight++;
    hot->load = load_score(view, hot);
    if (hot->in_flight >= hot->capacity)
        view_settle_node(view, node);
    order_load(view, node);
}

void view_release(struct view *view, uint32_t node)
{
    struct view_node *hot = &view->nodes[node];

    hot->in_flight--;
    hot->load = load_score(view, hot);
    if (hot->in_flight < hot->capacity && !view->records[node].open)
        view_settle_node(view, node);
    order_load(view, node);
}

/* value + share * (target - value), rounded half away from zero: it comes to rest where a step rounds
 * to 0, less than 1 / (2 share) from the target. */
static uint32_t average_step(uint32_t value, uint32_t target, int64_t share)
{
    int64_t step = ((int64_t)target - (int64_t)value) * share;

    step = (step >= 0 ? step + DG_ONE / 2 : step - DG_ONE / 2) / DG_ONE;
    return (uint32_t)((int64_t)value + step);
}

static void count_outcome(struct view_node *hot)
{
    if (hot->outcomes < UINT32_MAX)
        hot->outcomes++;
}

static uint32_t latency_ratio(int64_t total_ns, int64_t target_ns)
{
    fixed_int128 target = target_ns > 0 ? target_ns : 1;

    if (total_ns >= target * (VIEW_RATIO_MAX / VIEW_RATIO_ONE))
        return VIEW_RATIO_MAX;
    return (uint32_t)((fixed_int128)total_ns * VIEW_RATIO_ONE / target);
}

void view_learn_answer(struct view *view, uint32_t node, int64_t total_ns, int64_t target_ns)
{
    struct view_record *record = &view->records[node];
    int64_t alpha = view->params->routing_record_alpha;

    record->success = average_step(record->success, VIEW_AVERAGE_ONE, alpha);
    record->latency = average_step(record->latency, latency_ratio(total_ns, target_ns), alpha);
    count_outcome(&view->nodes[node]);
    view->nodes[node].base = base_score(view, record);
}

void view_learn_failure(struct view *view, uint32_t node, int64_t share)
{
    struct view_record *record = &view->records[node];
    int64_t alpha = (int64_t)((fixed_int128)view->params->routing_record_alpha * share / DG_ONE);

    record->success = average_step(record->success, 0, alpha);
    count_outcome(&view->nodes[node]);
    view->nodes[node].base = base_score(view, record);
}

void view_next_turn(struct view *view, uint32_t node)
{
    view->records[node].turn = ++view->turn;
    order_node(view, node);
}

/* After 2^32 decisions the stamps of long ago would look new: they are wiped. */
uint32_t view_new_stamp(struct view *view)
{
    if (++view->stamp == 0) {
        for (size_t i = 0; i < view->node_capacity; i++)
            view->nodes[i].stamp = 0;
        view->stamp = 1;
    }
    return view->stamp;
}
