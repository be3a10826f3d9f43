#include "routing.h"

#include "fixed.h"
#include "memory.h"

#define ROUTING_ADDRESS(name, meaning)  &routing_policy_##name,
#define ROUTING_POSITION(name, meaning) ROUTING_POSITION_##name,

static const struct routing_policy *const routing_policies[] = {ROUTING_POLICIES(ROUTING_ADDRESS)};
const struct dg_choice routing_policy_choices[] = {ROUTING_POLICIES(POLICY_CHOICE){0}};

enum { ROUTING_POLICIES(ROUTING_POSITION) };
_Static_assert((int)ROUTING_POSITION_weighted_score == (int)DG_ROUTING_WEIGHTED_SCORE,
               "DG_ROUTING_WEIGHTED_SCORE is its row of ROUTING_POLICIES");
_Static_assert((int)ROUTING_POSITION_ucb == (int)DG_ROUTING_UCB &&
                   (int)ROUTING_POSITION_thompson == (int)DG_ROUTING_THOMPSON,
               "DG_ROUTING_UCB and DG_ROUTING_THOMPSON are their rows of ROUTING_POLICIES");

/* Probes before a scan. Half of the candidates passing is enough to find a sample nearly always. */
enum { PROBES_PER_CANDIDATE = 4, PROBES_EXTRA = 8 };
/* A list of up to this many times the sample is cheaper to scan than to probe. */
enum { SCAN_FACTOR = 2, SCAN_EXTRA = 8 };
/* Candidates drawn by order in vain before a scan: above those that one request can have tried. */
enum { MISSES_MAX = 32 };

struct view_extras routing_extras(const struct dg_params *params)
{
    const struct routing_policy *policy = routing_policies[params->routing_policy];

    return (struct view_extras){.order = policy->order, .arms = policy->learns};
}

void routing_follow_params(struct routing *routing, const struct dg_params *params)
{
    routing->policy = routing_policies[params->routing_policy];
    routing->setting = (struct routing_setting){0};
    if (routing->policy->prepare != NULL)
        routing->policy->prepare(params, &routing->setting);
    if (routing->setting.wanted > ROUTING_SAMPLE_MAX)
        routing->setting.wanted = ROUTING_SAMPLE_MAX;
    routing->sample.count = 0;
}

void routing_init(struct routing *routing, const struct dg_params *params,
                  const uint8_t seed[DG_HASH_BYTES])
{
    routing_follow_params(routing, params);
    entropy_init(&routing->entropy, seed);
}

static bool price_fits(const struct view_model *model, const struct view_node *node, int64_t limit)
{
    return (node->price == 0 ? model->standard_price : node->price) <= limit;
}

/* Why nobody passes, given whether a price kept somebody out. */
static enum dg_status nobody(bool too_dear)
{
    return too_dear ? DG_ERROR_FUNDS : DG_ERROR_NO_CANDIDATE;
}

/* A node that carries the stamp of this decision was tried before or is drawn already. */
static void stamp_tried(struct view *view, const struct routing_query *query)
{
    uint32_t stamp = view_new_stamp(view);

    for (uint32_t i = 0; i < query->tried_count; i++)
        view->nodes[query->tried[i]].stamp = stamp;
}

/* Draws positions, and has their entries on the way from memory before the first is looked at: in a
 * large network that is most of the cost of a decision. */
static void draw_positions(struct routing *routing, const struct view *view,
                           const struct view_model *model, uint32_t *positions, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        positions[i] = entropy_below(&routing->entropy, model->candidate_count);
        memory_prefetch(&model->candidates[positions[i]]);
    }
    for (uint32_t i = 0; i < count; i++)
        memory_prefetch(&view->nodes[model->candidates[positions[i]].node]);
}

/* Adds the candidate to the sample unless it was looked at before or does not pass. */
static void sample_probe(struct routing_sample *sample, struct view *view,
                         const struct view_model *model, const struct routing_query *query,
                         uint32_t position)
{
    struct view_candidate candidate = model->candidates[position];
    struct view_node *node = &view->nodes[candidate.node];
    bool fresh = node->stamp != view->stamp;

    node->stamp = view->stamp;
    if (fresh && price_fits(model, node, query->price_limit))
        sample->candidates[sample->count++] = candidate;
}

/* Probes random positions, as many at a time as are missing, until the sample is complete; false
 * when too few probes hit. */
static bool sample_by_probing(struct routing *routing, struct view *view,
                              const struct view_model *model, const struct routing_query *query)
{
    uint32_t wanted = routing->setting.wanted;
    uint32_t probes = PROBES_PER_CANDIDATE * wanted + PROBES_EXTRA;
    uint32_t positions[ROUTING_SAMPLE_MAX];
    struct routing_sample *sample = &routing->sample;

    sample->count = 0;
    stamp_tried(view, query);
    while (sample->count < wanted && probes > 0) {
        uint32_t missing = wanted - sample->count;
        uint32_t count = missing < probes ? missing : probes;
        draw_positions(routing, view, model, positions, count);
        for (uint32_t i = 0; i < count; i++)
            sample_probe(sample, view, model, query, positions[i]);
        probes -= count;
    }
    return sample->count == wanted;
}

/* Collects the positions that pass into view->passing. */
static uint32_t scan(struct view *view, const struct view_model *model,
                     const struct routing_query *query, bool *too_dear)
{
    uint32_t count = 0;

    *too_dear = false;
    stamp_tried(view, query);
    for (uint32_t i = 0; i < model->candidate_count; i++) {
        const struct view_node *node = &view->nodes[model->candidates[i].node];
        if (node->stamp == view->stamp)
            continue;
        if (price_fits(model, node, query->price_limit))
            view->passing[count++] = i;
        else
            *too_dear = true;
    }
    return count;
}

/* The first steps of a Fisher-Yates shuffle over what passed. */
static void sample_from_scan(struct routing *routing, struct view *view,
                             const struct view_model *model, uint32_t passing_count)
{
    struct routing_sample *sample = &routing->sample;
    uint32_t *passing = view->passing;

    sample->count = 0;
    while (sample->count < routing->setting.wanted && sample->count < passing_count) {
        uint32_t here = sample->count;
        uint32_t there = here + entropy_below(&routing->entropy, passing_count - here);
        uint32_t position = passing[there];
        passing[there] = passing[here];
        sample->candidates[sample->count++] = model->candidates[position];
    }
}

static enum dg_status sample_draw(struct routing *routing, struct view *view,
                                  const struct routing_query *query)
{
    const struct view_model *model = &view->models[query->model];

    if (model->candidate_count > SCAN_FACTOR * routing->setting.wanted + SCAN_EXTRA &&
        sample_by_probing(routing, view, model, query))
        return DG_OK;

    bool too_dear = false;
    uint32_t passing_count = scan(view, model, query, &too_dear);
    if (passing_count == 0)
        return nobody(too_dear);
    sample_from_scan(routing, view, model, passing_count);
    return DG_OK;
}

/* ---- with a sample ---- */

struct view_arm routing_arm(const struct routing_sample *sample, uint32_t index)
{
    const struct view *view = sample->view;
    uint32_t node = sample->candidates[index].node;
    struct view_arm arm = view_arm_read(&view->arms, &view->arms.arms[node], sample->now);

    arm.count = fixed_add_saturated(arm.count, view->nodes[node].in_flight * VIEW_ARM_ONE);
    return arm;
}

/* ---- with an order ---- */

/* Candidates that were drawn and do not pass, with their words, which are 0 meanwhile. */
struct hidden {
    uint32_t count;
    uint32_t places[MISSES_MAX];
    fixed_uint128 words[MISSES_MAX];
};

static void hide(struct hidden *hidden, struct view_tree *tree, uint32_t place)
{
    hidden->places[hidden->count] = place;
    hidden->words[hidden->count++] = view_tree_get(tree, place);
    view_tree_set(tree, place, 0);
}

static void show_again(const struct hidden *hidden, struct view_tree *tree)
{
    for (uint32_t i = 0; i < hidden->count; i++)
        view_tree_set(tree, hidden->places[i], hidden->words[i]);
}

/* Whatever was drawn in vain before, the next draw has the law of those who pass. */
static enum dg_status order_by_scan(struct routing *routing, struct view *view,
                                    const struct routing_query *query, uint32_t *node)
{
    const struct view_model *model = &view->models[query->model];
    bool too_dear = false;
    uint32_t count = scan(view, model, query, &too_dear);

    if (count == 0)
        return nobody(too_dear);
    uint32_t chosen = view_tree_draw_among(&model->tree, view->passing, count, &routing->entropy);
    *node = model->candidates[view->passing[chosen]].node;
    return DG_OK;
}

static enum dg_status order_draw(struct routing *routing, struct view *view,
                                 const struct routing_query *query, uint32_t *node)
{
    struct view_model *model = &view->models[query->model];
    struct hidden hidden;
    bool found = false, too_dear = false;

    hidden.count = 0; /* alone: its arrays are long */
    stamp_tried(view, query);
    while (!found && view_tree_root(&model->tree) != 0 && hidden.count < MISSES_MAX) {
        uint32_t place = view_tree_draw(&model->tree, &routing->entropy);
        uint32_t drawn = model->candidates[place].node;
        bool fresh = view->nodes[drawn].stamp != view->stamp;
        found = fresh && price_fits(model, &view->nodes[drawn], query->price_limit);
        too_dear = too_dear || (fresh && !found);
        if (found)
            *node = drawn;
        else
            hide(&hidden, &model->tree, place);
    }
    bool everybody = view_tree_root(&model->tree) == 0;
    show_again(&hidden, &model->tree);
    if (found)
        return DG_OK;
    return everybody ? nobody(too_dear) : order_by_scan(routing, view, query, node);
}

static enum dg_status sample_choose(struct routing *routing, struct view *view,
                                    const struct routing_query *query, uint32_t *node)
{
    enum dg_status status = sample_draw(routing, view, query);
    if (status != DG_OK)
        return status;
    routing->sample.view = view;
    routing->sample.now = query->now;
    uint32_t chosen =
        routing->policy->choose(&routing->setting, &routing->sample, &routing->entropy);
    *node = routing->sample.candidates[chosen].node;
    return DG_OK;
}

enum dg_status routing_decide(struct routing *routing, struct view *view,
                              const struct routing_query *query, uint32_t *node)
{
    const struct routing_policy *policy = routing->policy;
    uint64_t position = routing->entropy.position;

    enum dg_status status =
        (policy->order != NULL ? order_draw : sample_choose)(routing, view, query, node);
    if (status != DG_OK) {
        routing->entropy.position = position;
        return status;
    }
    if (policy->chosen != NULL)
        policy->chosen(view, *node);
    return DG_OK;
}
