/* Linear probing at a load of at most 3/4; growth doubles the table and puts every key again. */
#include "id_map.h"

#include "memory.h"

enum { ID_MAP_SLOTS_MIN = 16 };

/* The finaliser of SplitMix64 (Steele, Lea and Flood 2014): dense ids spread over the whole
 * table. */
static uint64_t mix(uint64_t key)
{
    key = (key ^ (key >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    key = (key ^ (key >> 27)) * UINT64_C(0x94d049bb133111eb);
    return key ^ (key >> 31);
}

/* The slot of the key, or the empty one where it would go. The table is never full. */
static size_t slot_of(const struct id_map_slot *slots, size_t slot_count, uint64_t key)
{
    size_t mask = slot_count - 1;
    size_t slot = (size_t)mix(key) & mask;

    while (slots[slot].value != DG_NONE && slots[slot].key != key)
        slot = (slot + 1) & mask;
    return slot;
}

void id_map_fini(struct id_map *map, const struct dg_allocator *allocator)
{
    memory_release(allocator, map->slots);
    memory_release(allocator, map->keys);
    *map = (struct id_map){0};
}

static enum dg_status id_map_resize(struct id_map *map, const struct dg_allocator *allocator,
                                    size_t slot_count)
{
    struct id_map_slot *slots = memory_allocate(allocator, slot_count, sizeof *slots);

    if (slots == NULL)
        return DG_ERROR_MEMORY;
    for (size_t i = 0; i < slot_count; i++)
        slots[i].value = DG_NONE;
    for (size_t i = 0; i < map->slot_count; i++)
        if (map->slots[i].value != DG_NONE)
            slots[slot_of(slots, slot_count, map->slots[i].key)] = map->slots[i];
    memory_release(allocator, map->slots);
    map->slots = slots;
    map->slot_count = slot_count;
    return DG_OK;
}

static enum dg_status keys_reserve(struct id_map *map, const struct dg_allocator *allocator,
                                   size_t extra)
{
    if (extra == 0)
        return DG_OK;
    uint64_t *keys =
        memory_grow(allocator, map->keys, &map->key_capacity, map->count + extra, sizeof *keys);
    if (keys == NULL)
        return DG_ERROR_MEMORY;
    map->keys = keys;
    return DG_OK;
}

enum dg_status id_map_reserve(struct id_map *map, const struct dg_allocator *allocator,
                              size_t extra)
{
    size_t slots = map->slot_count == 0 ? ID_MAP_SLOTS_MIN : map->slot_count;

    while (map->count + extra > slots / 4 * 3) {
        if (slots > SIZE_MAX / 2)
            return DG_ERROR_MEMORY;
        slots *= 2;
    }
    enum dg_status status = keys_reserve(map, allocator, extra);
    if (status != DG_OK || slots == map->slot_count)
        return status;
    return id_map_resize(map, allocator, slots);
}

enum dg_status id_map_put(struct id_map *map, const struct dg_allocator *allocator, uint64_t key,
                          uint32_t value)
{
    if (value == DG_NONE)
        return DG_ERROR_ARGUMENT;

    enum dg_status status = id_map_reserve(map, allocator, 1);
    if (status != DG_OK)
        return status;

    struct id_map_slot *slot = &map->slots[slot_of(map->slots, map->slot_count, key)];
    if (slot->value == DG_NONE)
        map->keys[map->count++] = key;
    slot->key = key;
    slot->value = value;
    return DG_OK;
}

uint32_t id_map_get(const struct id_map *map, uint64_t key)
{
    if (map->slot_count == 0)
        return DG_NONE;
    return map->slots[slot_of(map->slots, map->slot_count, key)].value;
}

/* ---- bytes ---- */

void id_map_codec(struct codec *codec, struct id_map *map)
{
    enum { PAIR_BYTES = 8 + 4 };
    uint64_t count = map->count;

    codec_u64(codec, &count);
    codec_demand(codec, count <= codec_left(codec) / PAIR_BYTES);
    for (uint64_t i = 0; i < count && codec_goes_on(codec); i++) {
        uint64_t key = codec->reading ? 0 : map->keys[i];
        uint32_t value = codec->reading ? DG_NONE : id_map_get(map, key);
        codec_u64(codec, &key);
        codec_u32_below(codec, &value, DG_NONE);
        if (!codec->reading)
            continue;
        codec_demand(codec, id_map_get(map, key) == DG_NONE);
        if (codec->status == DG_OK)
            codec->status = id_map_put(map, codec->allocator, key, value);
        if (codec->status != DG_OK)
            return;
    }
}
