#include "view_tree.h"

#include "memory.h"

#include <stdbool.h>
#include <string.h>

enum { LEAVES_MAX = 1 << 30 };

static fixed_uint128 join(enum view_tree_kind kind, fixed_uint128 a, fixed_uint128 b)
{
    if (kind == VIEW_TREE_SUM)
        return a + b;
    if (a >> VIEW_TREE_COUNT_BITS == b >> VIEW_TREE_COUNT_BITS)
        return a + (uint32_t)b; /* fits: fewer than 2^32 candidates */
    return a > b ? a : b;
}

/* With a power of two leaves they lie in the order of their places, so that a draw falls to the same
 * place whatever room there is. */
static uint32_t power_of_two(uint32_t leaves)
{
    uint32_t power = 1;

    while (power < leaves)
        power *= 2;
    return power;
}

enum dg_status view_tree_reserve(struct view_tree *tree, const struct dg_allocator *allocator,
                                 uint32_t leaves)
{
    if (leaves <= tree->leaves)
        return DG_OK;
    if (leaves > LEAVES_MAX)
        return DG_ERROR_MEMORY;
    leaves = power_of_two(leaves);

    fixed_uint128 *words =
        memory_grow(allocator, tree->words, &tree->capacity, (size_t)leaves * 2, sizeof *words);
    if (words == NULL)
        return DG_ERROR_MEMORY;
    if (tree->leaves > 0)
        memmove(words + leaves, words + tree->leaves, tree->leaves * sizeof *words);
    memset(words + leaves + tree->leaves, 0, (leaves - tree->leaves) * sizeof *words);
    for (uint32_t i = leaves; i-- > 1;)
        words[i] = join(tree->kind, words[2 * (size_t)i], words[2 * (size_t)i + 1]);
    tree->words = words;
    tree->leaves = leaves;
    return DG_OK;
}

void view_tree_set(struct view_tree *tree, uint32_t place, fixed_uint128 word)
{
    fixed_uint128 *words = tree->words;
    size_t i = (size_t)tree->leaves + place;

    while (words[i] != word) { /* above the first word that stays, all stay */
        words[i] = word;
        if (i == 1)
            return;
        i /= 2;
        word = join(tree->kind, words[2 * i], words[2 * i + 1]);
    }
}

/* ---- sums ---- */

/* Uniform below the sum. draw * sum / 2^64 in two halves, for the product may not fit. */
static fixed_uint128 draw_below(fixed_uint128 sum, struct entropy *entropy)
{
    uint64_t high = entropy_word(entropy);
    uint64_t draw = high << 32 | entropy_word(entropy);

    return (fixed_uint128)draw * (uint64_t)(sum >> 64) +
           ((fixed_uint128)draw * (uint64_t)sum >> 64);
}

static size_t descend_sum(const struct view_tree *tree, fixed_uint128 rest)
{
    size_t i = 1;

    while (i < tree->leaves) {
        fixed_uint128 left = tree->words[2 * i];
        bool right = rest >= left;
        rest -= right ? left : 0;
        i = 2 * i + right;
    }
    return i;
}

/* ---- ranks ---- */

static uint32_t draw_tied(fixed_uint128 highest, struct entropy *entropy)
{
    uint32_t tied = (uint32_t)highest;

    return tied == 1 ? 0 : entropy_below(entropy, tied);
}

/* To number `rest` of those that hold the rank of the root. */
static size_t descend_highest(const struct view_tree *tree, uint32_t rest)
{
    fixed_uint128 rank = tree->words[1] >> VIEW_TREE_COUNT_BITS;
    size_t i = 1;

    while (i < tree->leaves) {
        fixed_uint128 left = tree->words[2 * i];
        uint32_t tied = left >> VIEW_TREE_COUNT_BITS == rank ? (uint32_t)left : 0;
        bool right = rest >= tied;
        rest -= right ? tied : 0;
        i = 2 * i + right;
    }
    return i;
}

/* ---- either ---- */

uint32_t view_tree_draw(const struct view_tree *tree, struct entropy *entropy)
{
    fixed_uint128 root = tree->words[1];
    size_t leaf = tree->kind == VIEW_TREE_SUM ? descend_sum(tree, draw_below(root, entropy))
                                              : descend_highest(tree, draw_tied(root, entropy));

    return (uint32_t)(leaf - tree->leaves);
}

static fixed_uint128 draw_from(enum view_tree_kind kind, fixed_uint128 all, struct entropy *entropy)
{
    return kind == VIEW_TREE_SUM ? draw_below(all, entropy) : draw_tied(all, entropy);
}

/* What a word adds towards a draw from `all`. */
static fixed_uint128 share_of(enum view_tree_kind kind, fixed_uint128 all, fixed_uint128 word)
{
    if (kind == VIEW_TREE_SUM)
        return word;
    return word >> VIEW_TREE_COUNT_BITS == all >> VIEW_TREE_COUNT_BITS ? (uint32_t)word : 0;
}

uint32_t view_tree_draw_among(const struct view_tree *tree, const uint32_t *places, uint32_t count,
                              struct entropy *entropy)
{
    fixed_uint128 all = 0;
    uint32_t chosen = 0;

    for (uint32_t i = 0; i < count; i++)
        all = join(tree->kind, all, view_tree_get(tree, places[i]));
    fixed_uint128 rest = draw_from(tree->kind, all, entropy);
    for (;; chosen++) {
        fixed_uint128 share = share_of(tree->kind, all, view_tree_get(tree, places[chosen]));
        if (rest < share)
            return chosen;
        rest -= share;
    }
}
