/* id_map.h - from a 64-bit id to a 32-bit index: open addressing, linear probing, growable.
 *
 * Nothing depends on where a key lies in the table. Keys are ids that a chain or a gateway assigned itself; the hash is not keyed.
 */
#ifndef CORE_ID_MAP_H
#define CORE_ID_MAP_H

#include "codec.h"

struct id_map_slot {
    uint64_t key;
    uint32_t value; /* DG_NONE: the slot is empty */
};

struct id_map {
    struct id_map_slot *slots;
    size_t slot_count; /* zero or a power of two */
    size_t count;      /* keys held */
    uint64_t *keys;    /* in the order of their first put */
    size_t key_capacity;
};

/* An all-zero struct id_map is an empty map. */
void id_map_fini(struct id_map *map, const struct dg_allocator *allocator);

/* Makes room, so that the next `extra` puts of new keys cannot fail. */
enum dg_status id_map_reserve(struct id_map *map, const struct dg_allocator *allocator,
                              size_t extra);

/* Adds the key or replaces its value, which must not be DG_NONE. */
enum dg_status id_map_put(struct id_map *map, const struct dg_allocator *allocator, uint64_t key,
                          uint32_t value);

/* DG_NONE when the key is not there. */
uint32_t id_map_get(const struct id_map *map, uint64_t key);

/* The pairs in the order of their first put, whatever the table's size. Read into an empty map. */
void id_map_codec(struct codec *codec, struct id_map *map);

#endif
