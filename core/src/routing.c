#include "routing.h"

#include "fixed.h"
#include "memory.h"
#include "policies.h"

#define ROUTING_ADDRESS(name, meaning)  &routing_policy_##name,
#define ROUTING_CHOICE(name, meaning)   {#name, meaning},
#define ROUTING_POSITION(name, meaning) ROUTING_POSITION_##name,

static const struct routing_policy *const routing_policies[] = {ROUTING_POLICIES(ROUTING_ADDRESS)};
const struct dg_choice routing_policy_choices[] = {ROUTING_POLICIES(ROUTING_CHOICE){0}};

_Static_assert(sizeof routing_policies / sizeof routing_policies[0] == DG_ROUTING_POLICY_LAST + 1,
               "DG_ROUTING_POLICY_LAST is the last row of ROUTING_POLICIES");
enum { ROUTING_POLICIES(ROUTING_POSITION) };
_Static_assert((int)ROUTING_POSITION_weighted_score == (int)DG_ROUTING_WEIGHTED_SCORE,
               "DG_ROUTING_WEIGHTED_SCORE is its row of ROUTING_POLICIES");

/* Probes before a scan. Half of the candidates passing is enough to find a sample nearly always. */
enum { PROBES_PER_CANDIDATE = 4, PROBES_EXTRA = 8 };
/* A list of up to this many times the sample is cheaper to scan than to probe. */
enum { SCAN_FACTOR = 2, SCAN_EXTRA = 8 };

void routing_init(struct routing *routing, const struct dg_params *params,
                  const uint8_t seed[DG_HASH_BYTES])
{
    routing->policy = routing_policies[params->routing_policy];
    routing->setting = (struct routing_setting){0};
    if (routing->policy->prepare != NULL)
        routing->policy->prepare(params, &routing->setting);
    if (routing->setting.wanted > ROUTING_SAMPLE_MAX)
        routing->setting.wanted = ROUTING_SAMPLE_MAX;
    routing->sample.count = 0;
    entropy_init(&routing->entropy, seed);
}

static bool price_fits(const struct view_model *model, const struct view_node *node, int64_t limit)
{
    return (node->price == 0 ? model->standard_price : node->price) <= limit;
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
        return too_dear ? DG_ERROR_FUNDS : DG_ERROR_NO_CANDIDATE;
    sample_from_scan(routing, view, model, passing_count);
    return DG_OK;
}

/* Over all candidates that pass. */
static enum dg_status decide_among_all(struct routing *routing, struct view *view,
                                       const struct routing_query *query, uint32_t *node)
{
    const struct view_model *model = &view->models[query->model];
    bool too_dear = false;
    uint32_t count = scan(view, model, query, &too_dear);

    if (count == 0)
        return too_dear ? DG_ERROR_FUNDS : DG_ERROR_NO_CANDIDATE;
    uint32_t chosen = routing->policy->pick(view, model, view->passing, count, &routing->entropy);
    *node = model->candidates[view->passing[chosen]].node;
    return DG_OK;
}

/* Sums fit: 2^32 candidates of less than 2^64. The draw is uniform below the sum, to 2^-64 of it. */
uint32_t routing_pick_weighted(const struct view *view, const struct view_model *model,
                               const uint32_t *passing, uint32_t count,
                               uint64_t (*weight)(const struct view *view,
                                                  const struct view_model *model, uint32_t node),
                               struct entropy *entropy)
{
    fixed_uint128 sum = 0, below = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += weight(view, model, model->candidates[passing[i]].node);
    uint64_t high = entropy_word(entropy);
    uint64_t draw = high << 32 | entropy_word(entropy);
    /* draw * sum / 2^64 in two halves, for the product may not fit. */
    fixed_uint128 place =
        (fixed_uint128)draw * (uint64_t)(sum >> 64) + ((fixed_uint128)draw * (uint64_t)sum >> 64);
    uint32_t chosen = 0;
    for (;; chosen++) {
        below += weight(view, model, model->candidates[passing[chosen]].node);
        if (place < below || chosen + 1 == count)
            return chosen;
    }
}

enum dg_status routing_decide(struct routing *routing, struct view *view,
                              const struct routing_query *query, uint32_t *node)
{
    if (routing->policy->pick != NULL)
        return decide_among_all(routing, view, query, node);
    uint64_t position = routing->entropy.position;

    enum dg_status status = sample_draw(routing, view, query);
    if (status != DG_OK) {
        routing->entropy.position = position;
        return status;
    }
    routing->sample.view = view;
    uint32_t chosen =
        routing->policy->choose(&routing->setting, &routing->sample, &routing->entropy);
    *node = routing->sample.candidates[chosen].node;
    return DG_OK;
}
