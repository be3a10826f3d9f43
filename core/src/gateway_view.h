/* gateway_view.h - what a gateway knows about nodes and models.
 *
 * Arrays by node id: a 32-byte hot entry that routing reads, and a cold record that changes with
 * published records and outcomes. Per model, the list of its open nodes: active and with capacity
 * left. A node leaves its lists when it is full, jailed or gone and returns when it is not, each in
 * O(models it serves), so a random position of a list is a candidate that needs only its price
 * looked at.
 *
 * A score is a weighted mean of six factors, each in 1/65535, with weights in 1/65536. Five of them
 * belong to the node and are kept summed in its hot entry; the price factor depends on the model
 * too and lies in the list.
 */
#ifndef CORE_GATEWAY_VIEW_H
#define CORE_GATEWAY_VIEW_H

#include <stdbool.h>

#include "dg/message.h"
#include "dg/params.h"
#include "view_arms.h"
#include "view_tree.h"

enum view_factor {
    VIEW_LATENCY,     /* 1 / (1 + moving average of total latency over its target) */
    VIEW_SUCCESS,     /* moving average of outcomes */
    VIEW_PRICE,       /* standard price / (standard price + asking price) */
    VIEW_LOAD,        /* free share of the capacity; 1 / (1 + in flight) when it has no limit */
    VIEW_QUALITY,     /* published */
    VIEW_CREDIBILITY, /* published */
    VIEW_FACTOR_COUNT
};

#define VIEW_WEIGHT_ONE  65536u
#define VIEW_AVERAGE_ONE (UINT32_C(1) << 30) /* success: certain */
#define VIEW_RATIO_ONE   (UINT32_C(1) << 24) /* latency: exactly the target */
#define VIEW_RATIO_MAX   (UINT32_C(64) * VIEW_RATIO_ONE)
#define VIEW_UNLIMITED   UINT32_MAX /* capacity when stake backs no slots */

struct view_node {
    int64_t price;      /* asking price; 0: the standard price of the model */
    uint32_t base;      /* weighted latency, success, quality and credibility */
    uint32_t load;      /* weighted load */
    uint32_t in_flight; /* of this gateway */
    uint32_t capacity;  /* may be below in_flight after a slash */
    uint32_t outcomes;  /* answers and failures seen here, saturating */
    uint32_t stamp;     /* equal to the view's: looked at in this decision */
};

_Static_assert(sizeof(struct view_node) == 32, "two hot entries to a cache line");

struct view_record {
    uint32_t success; /* of VIEW_AVERAGE_ONE */
    uint32_t latency; /* of VIEW_RATIO_ONE */
    uint32_t operator_id;
    uint16_t quality, credibility, checks;
    int64_t stake;
    uint64_t turn; /* round_robin: when it was last chosen; 0: never */
    uint8_t model_count;
    bool known; /* a record has come */
    bool active;
    bool open;   /* in the lists of its models */
    bool barred; /* kept out of them whatever its state */
    uint32_t models[DG_NODE_MODELS_MAX];
    uint32_t positions[DG_NODE_MODELS_MAX]; /* in the list of each, while open */
};

struct view_candidate {
    uint32_t node;
    uint32_t price_score; /* weighted price factor */
};

struct view_model {
    struct view_candidate *candidates;
    struct view_tree tree; /* over the list, for a policy with an order */
    size_t candidate_capacity;
    uint32_t candidate_count;
    uint32_t member_count;   /* active nodes, full ones included: never above candidate_capacity */
    uint32_t context_tokens; /* 0: no limit */
    uint32_t provider;
    int64_t published_price; /* 0: the protocol's */
    int64_t standard_price;
    int64_t royalty;
    uint8_t size_class;
    bool known;
};

struct view;

/* How a policy that weighs all candidates orders them: the words of each model's tree. A word may
 * depend on the node's record, its price and the model's, its turn, and its load if follows_load. */
struct view_order {
    enum view_tree_kind kind;
    fixed_uint128 (*word)(const struct view *view, const struct view_model *model, uint32_t node);
    bool follows_load;
};

/* What is kept for the policy in force alone. */
struct view_extras {
    const struct view_order *order; /* NULL: no trees */
    bool arms;                      /* rewards of outcomes */
};

struct view {
    const struct dg_params *params;
    const struct dg_allocator *allocator;
    const struct view_order *order; /* NULL: no trees are kept */
    struct view_arms arms;
    struct view_node *nodes;
    struct view_record *records;
    struct view_model *models;
    uint32_t *passing; /* scratch of a scan: room for the longest list */
    size_t node_capacity, record_capacity, model_capacity, passing_capacity;
    uint32_t stamp;                      /* of the decision under way */
    uint64_t turn;                       /* decisions of round_robin so far */
    uint32_t weights[VIEW_FACTOR_COUNT]; /* sum to VIEW_WEIGHT_ONE, or all zero */
};

/* params and allocator must outlive the view. extras: routing_extras() of the same params. */
void view_init(struct view *view, const struct dg_params *params,
               const struct dg_allocator *allocator, struct view_extras extras);
void view_fini(struct view *view);

enum dg_status view_apply_model(struct view *view, const struct dg_model_record *record);
enum dg_status view_apply_node(struct view *view, const struct dg_node_record *record);
/* Whether view_apply_node() would take it, memory permitting. */
bool view_record_valid(const struct dg_node_record *record);

/* NULL for one never applied. */
const struct view_model *view_model(const struct view *view, uint32_t model);
bool view_knows_node(const struct view *view, uint32_t node);

/* Whether the node is in the list of the model. */
bool view_is_candidate(const struct view *view, uint32_t node, uint32_t model);
/* Keeps a known node out of the lists, or lets it back to their ends when nothing else does. */
void view_bar(struct view *view, uint32_t node, bool barred);

/* Makes room for what another policy needs, so that the change cannot fail. */
enum dg_status view_reserve_extras(struct view *view, struct view_extras extras);
/* The parameters have changed: works out again what follows from them. O(nodes log nodes). */
void view_follow_params(struct view *view, struct view_extras extras, int64_t now);

/* Works out what follows from nodes, records, models and lists that were read from elsewhere: loads must
 * be there already. DG_ERROR_DAMAGED when they contradict each other; DG_ERROR_MEMORY. */
enum dg_status view_restore(struct view *view);

/* Asks for what the functions below need of the node ahead of their call. */
void view_prefetch(const struct view *view, uint32_t node);

/* A request left for the node, or came back from it. */
void view_take(struct view *view, uint32_t node);
void view_release(struct view *view, uint32_t node);

/* Outcomes. A failure moves the success average by `share` of an ordinary step, in 1/DG_ONE. */
void view_learn_answer(struct view *view, uint32_t node, int64_t total_ns, int64_t target_ns);
void view_learn_failure(struct view *view, uint32_t node, int64_t share);

/* The node was chosen in turn: it is the last of all now. O(models it serves * log candidates). */
void view_next_turn(struct view *view, uint32_t node);

/* Starts a decision: no node carries the new stamp. */
uint32_t view_new_stamp(struct view *view);

#endif
