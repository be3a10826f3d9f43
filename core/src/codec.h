/* codec.h - one description of a structure's bytes for writing and for reading.
 *
 * A function that names the fields of a structure in order serves both directions, so what is
 * written and what is read cannot drift apart. Integers are little-endian, of fixed width.
 *
 * The first failure is kept in `status` and every later step does nothing, so a description needs
 * no checks of its own. While writing, nothing but a missing room can fail: `size` counts on, and
 * the bytes needed are known at the end.
 */
#ifndef CORE_CODEC_H
#define CORE_CODEC_H

#include <stdbool.h>

#include "dg/types.h"

struct codec {
    bool reading;
    uint8_t *to;         /* writing: may be NULL, to measure */
    const uint8_t *from; /* reading */
    size_t capacity;     /* bytes of room, or bytes there are */
    size_t size;         /* written, or needed; or read */
    enum dg_status status;
    const struct dg_allocator *allocator; /* of arrays that are read */
};

struct codec codec_writer(uint8_t *bytes, size_t capacity);
struct codec codec_reader(const uint8_t *bytes, size_t size, const struct dg_allocator *allocator);

/* Reading: the bytes that are left. */
size_t codec_left(const struct codec *codec);
/* Whether a loop over items has reason to go on: always while writing, for even without room the size
 * is counted. */
static inline bool codec_goes_on(const struct codec *codec)
{
    return !codec->reading || codec->status == DG_OK;
}
/* Refuses what was read unless the condition holds: DG_ERROR_DAMAGED. */
void codec_demand(struct codec *codec, bool condition);

void codec_u8(struct codec *codec, uint8_t *value);
void codec_u16(struct codec *codec, uint16_t *value);
void codec_u32(struct codec *codec, uint32_t *value);
void codec_u64(struct codec *codec, uint64_t *value);
void codec_i64(struct codec *codec, int64_t *value);
void codec_bool(struct codec *codec, bool *value);
void codec_bytes(struct codec *codec, void *bytes, size_t size);
void codec_hash(struct codec *codec, struct dg_hash *hash);

/* Values below a limit; anything else is refused when it is read. */
void codec_u8_below(struct codec *codec, uint8_t *value, size_t limit);
void codec_u32_below(struct codec *codec, uint32_t *value, size_t limit);
/* An id below the limit, or DG_NONE. */
void codec_id(struct codec *codec, uint32_t *value, size_t limit);
/* An amount of money or a count that is not negative. */
void codec_amount(struct codec *codec, int64_t *value);
/* One within bounds, both allowed. */
void codec_range(struct codec *codec, int64_t *value, int64_t low, int64_t high);

/* The number of an array's items; when reading, room for them is made in *items (zeroed, in place of
 * NULL) and *capacity says how much. item_bytes: the least that one takes up, which bounds what a
 * damaged number can ask for. */
void codec_items(struct codec *codec, void **items, size_t *count, size_t *capacity,
                 size_t item_size, size_t item_bytes);

#endif
