#include "codec.h"

#include <string.h>

#include "memory.h"

struct codec codec_writer(uint8_t *bytes, size_t capacity)
{
    return (struct codec){.to = bytes, .capacity = capacity};
}

struct codec codec_reader(const uint8_t *bytes, size_t size, const struct dg_allocator *allocator)
{
    return (struct codec){.reading = true, .from = bytes, .capacity = size, .allocator = allocator};
}

size_t codec_left(const struct codec *codec)
{
    return codec->capacity - codec->size;
}

void codec_demand(struct codec *codec, bool condition)
{
    if (codec->reading && !condition && codec->status == DG_OK)
        codec->status = DG_ERROR_DAMAGED;
}

/* The place of the next bytes; NULL when there is no room for them, or when they are not there. */
static const uint8_t *read_place(struct codec *codec, size_t size)
{
    if (codec->status != DG_OK)
        return NULL;
    if (size > codec_left(codec)) {
        codec->status = DG_ERROR_TRUNCATED;
        return NULL;
    }
    codec->size += size;
    return codec->from + codec->size - size;
}

static uint8_t *write_place(struct codec *codec, size_t size)
{
    size_t start = codec->size;

    codec->size += size;
    if (codec->to == NULL || codec->size > codec->capacity) {
        codec->status = DG_ERROR_LIMIT;
        return NULL;
    }
    return codec->to + start;
}

static uint64_t number_read(struct codec *codec, size_t width, uint64_t otherwise)
{
    const uint8_t *bytes = read_place(codec, width);
    uint64_t value = 0;

    if (bytes == NULL)
        return otherwise;
    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static void number_write(struct codec *codec, size_t width, uint64_t value)
{
    uint8_t *bytes = write_place(codec, width);

    for (size_t i = 0; i < width && bytes != NULL; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

/* The value after the step: what was read, or what there was. */
static uint64_t number(struct codec *codec, size_t width, uint64_t value)
{
    if (codec->reading)
        return number_read(codec, width, value);
    number_write(codec, width, value);
    return value;
}

void codec_u8(struct codec *codec, uint8_t *value)
{
    uint64_t stored = number(codec, 1, *value);

    if (codec->reading)
        *value = (uint8_t)stored;
}

void codec_u16(struct codec *codec, uint16_t *value)
{
    uint64_t stored = number(codec, 2, *value);

    if (codec->reading)
        *value = (uint16_t)stored;
}

void codec_u32(struct codec *codec, uint32_t *value)
{
    uint64_t stored = number(codec, 4, *value);

    if (codec->reading)
        *value = (uint32_t)stored;
}

void codec_u64(struct codec *codec, uint64_t *value)
{
    uint64_t stored = number(codec, 8, *value);

    if (codec->reading)
        *value = stored;
}

void codec_i64(struct codec *codec, int64_t *value)
{
    uint64_t stored = number(codec, 8, (uint64_t)*value);

    if (codec->reading)
        *value = (int64_t)stored;
}

void codec_bool(struct codec *codec, bool *value)
{
    uint64_t stored = number(codec, 1, *value);

    codec_demand(codec, stored <= 1);
    if (codec->reading)
        *value = stored == 1;
}

void codec_bytes(struct codec *codec, void *bytes, size_t size)
{
    if (codec->reading) {
        const uint8_t *from = read_place(codec, size);
        if (from != NULL && size > 0)
            memcpy(bytes, from, size);
        return;
    }
    uint8_t *to = write_place(codec, size);
    if (to != NULL && size > 0)
        memcpy(to, bytes, size);
}

void codec_hash(struct codec *codec, struct dg_hash *hash)
{
    codec_bytes(codec, hash->bytes, sizeof hash->bytes);
}

void codec_u8_below(struct codec *codec, uint8_t *value, size_t limit)
{
    codec_u8(codec, value);
    codec_demand(codec, *value < limit);
}

void codec_u32_below(struct codec *codec, uint32_t *value, size_t limit)
{
    codec_u32(codec, value);
    codec_demand(codec, *value < limit);
}

void codec_id(struct codec *codec, uint32_t *value, size_t limit)
{
    codec_u32(codec, value);
    codec_demand(codec, *value < limit || *value == DG_NONE);
}

void codec_amount(struct codec *codec, int64_t *value)
{
    codec_i64(codec, value);
    codec_demand(codec, *value >= 0);
}

void codec_range(struct codec *codec, int64_t *value, int64_t low, int64_t high)
{
    codec_i64(codec, value);
    codec_demand(codec, *value >= low && *value <= high);
}

void codec_items(struct codec *codec, void **items, size_t *count, size_t *capacity,
                 size_t item_size, size_t item_bytes)
{
    uint64_t stored = number(codec, 8, *count);

    if (!codec->reading)
        return;
    *count = 0;
    if (codec->status == DG_OK && stored > codec_left(codec) / item_bytes)
        codec->status = DG_ERROR_TRUNCATED;
    if (codec->status != DG_OK || stored == 0)
        return;
    void *room = memory_grow(codec->allocator, *items, capacity, (size_t)stored, item_size);
    if (room == NULL) {
        codec->status = DG_ERROR_MEMORY;
        return;
    }
    *items = room;
    *count = (size_t)stored;
}
