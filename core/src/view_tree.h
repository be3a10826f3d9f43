/* view_tree.h - the candidates of one model in a binary tree, for a policy that weighs all of them.
 *
 * Each leaf is a word that the policy gives the candidate at that place of the model's list; an
 * inner word joins those below it, so the root speaks for all. A change costs O(log candidates), and
 * so does a draw. A word of 0 is nobody: an empty place, or a candidate hidden for a while.
 *
 * The policy says how words join. VIEW_TREE_SUM: a word is a weight below 2^64, words add up, a
 * candidate is drawn with probability weight / sum. VIEW_TREE_HIGHEST: a word is a rank and how many
 * hold it, the higher rank wins and equal ranks count together; of those with the highest rank each
 * is drawn alike.
 */
#ifndef CORE_VIEW_TREE_H
#define CORE_VIEW_TREE_H

#include "fixed.h"
#include "gateway_entropy.h"

enum view_tree_kind { VIEW_TREE_SUM, VIEW_TREE_HIGHEST };

enum { VIEW_TREE_COUNT_BITS = 32 }; /* of a word of VIEW_TREE_HIGHEST, the lowest: how many */

struct view_tree {
    enum view_tree_kind kind;
    uint32_t leaves;      /* places of the list that it has room for: a power of two */
    size_t capacity;      /* of words */
    fixed_uint128 *words; /* the root at 1, the children of i at 2i and 2i + 1, the leaf of a place
                             at leaves + place */
};

/* The word of one candidate with a rank of VIEW_TREE_HIGHEST, 1..2^96 - 1. */
static inline fixed_uint128 view_tree_rank(fixed_uint128 rank)
{
    return rank << VIEW_TREE_COUNT_BITS | 1;
}

/* Room for so many leaves, new ones being nobody; O(leaves) when there is less. On DG_ERROR_MEMORY
 * the tree is as before. */
enum dg_status view_tree_reserve(struct view_tree *tree, const struct dg_allocator *allocator,
                                 uint32_t leaves);

/* All candidates together; 0 when there is nobody, and for a tree without leaves. */
static inline fixed_uint128 view_tree_root(const struct view_tree *tree)
{
    return tree->leaves == 0 ? 0 : tree->words[1];
}

static inline fixed_uint128 view_tree_get(const struct view_tree *tree, uint32_t place)
{
    return tree->words[tree->leaves + place];
}

/* place must be below leaves. */
void view_tree_set(struct view_tree *tree, uint32_t place, fixed_uint128 word);

/* A place drawn by the law of the kind; the root must not be 0. Takes two words of entropy for a
 * sum, and one for ranks if several hold the highest. The law of a sum is exact to 2^-64 of it. */
uint32_t view_tree_draw(const struct view_tree *tree, struct entropy *entropy);

/* The same among the given places alone, at least one of them not nobody: the index of one. O(count). */
uint32_t view_tree_draw_among(const struct view_tree *tree, const uint32_t *places, uint32_t count,
                              struct entropy *entropy);

#endif
