/* inverse_square_price: probability in proportion to 1 / price^2 (OpenRouter's default balancing).
 *
 * A weight is the square of standard price / asking price in 1/2^16: exact to one part in 2^16 up to
 * sixteen thousand times the standard price, from where on it is the least there is.
 * O(log candidates). */
#include "fixed.h"
#include "routing.h"

enum { RATIO_BITS = 16, RATIO_MAX_BITS = 31 };

static fixed_uint128 inverse_square(const struct view *view, const struct view_model *model,
                                    uint32_t node)
{
    int64_t asking = view->nodes[node].price == 0 ? model->standard_price : view->nodes[node].price;
    fixed_uint128 ratio = (fixed_uint128)(uint64_t)model->standard_price << RATIO_BITS;

    ratio = asking == 0 ? (fixed_uint128)1 << RATIO_MAX_BITS : ratio / (uint64_t)asking;
    if (ratio >> RATIO_MAX_BITS != 0)
        ratio = (fixed_uint128)1 << RATIO_MAX_BITS;
    uint64_t weight = (uint64_t)ratio * (uint64_t)ratio;
    return weight == 0 ? 1 : weight;
}

static const struct view_order order = {.kind = VIEW_TREE_SUM, .word = inverse_square};

const struct routing_policy routing_policy_inverse_square_price = {.order = &order};
