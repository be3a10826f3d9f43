/* layout.c - see layout.h. */
#include "models/layout.h"

#include <math.h>

/* The share whose remainder is largest among those that have had none; the first of equals. */
static size_t neediest(const struct shares *shares, uint32_t count, const bool *served)
{
    size_t best = 0;
    double best_need = -INFINITY;
    for (size_t s = 0; s < shares->count; s++) {
        double exact = shares->items[s].weight * count;
        double need = exact - floor(exact + 1e-9);
        if (!served[s] && need > best_need + 1e-9) {
            best = s;
            best_need = need;
        }
    }
    return best;
}

static void shuffle(uint32_t *items, uint32_t count, struct random_stream *stream)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = (uint32_t)random_below(stream, i);
        uint32_t kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}

void layout_deal(const struct shares *shares, uint32_t count, struct random_stream *stream,
                 uint32_t *out)
{
    uint32_t dealt = 0;
    for (size_t s = 0; s < shares->count; s++) {
        uint32_t whole = (uint32_t)floor(shares->items[s].weight * count + 1e-9);
        for (uint32_t i = 0; i < whole && dealt < count; i++)
            out[dealt++] = shares->items[s].index;
    }
    if (shares->count == 0)
        while (dealt < count)
            out[dealt++] = 0;
    bool served[LAYOUT_SHARES_MAX] = {false};
    while (dealt < count) {
        size_t share = neediest(shares, count, served);
        served[share] = true;
        out[dealt++] = shares->items[share].index;
    }
    if (shares->count > 1)
        shuffle(out, count, stream);
}

void layout_mark(double share, uint32_t count, struct random_stream *stream, bool *out)
{
    uint32_t left = (uint32_t)llround(share * count);
    /* Selection sampling (Knuth, volume 2, algorithm 3.4.2 S): each subset is equally likely. */
    for (uint32_t i = 0; i < count; i++) {
        out[i] = left > 0 && random_below(stream, count - i) < left;
        left -= out[i];
    }
}
