#include "snapshot.h"

#include <string.h>

#include "hash.h"

enum { FRAME_HEAD = SNAPSHOT_MAGIC_BYTES + 4 + 8, FRAME_TAIL = DG_HASH_BYTES };

static void head_codec(struct codec *codec, char magic[SNAPSHOT_MAGIC_BYTES], uint32_t *version,
                       uint64_t *length)
{
    codec_bytes(codec, magic, SNAPSHOT_MAGIC_BYTES);
    codec_u32(codec, version);
    codec_u64(codec, length);
}

/* The length is known when the state has been written once. */
static void head_write(const char *magic, uint8_t *bytes, size_t capacity, uint64_t length)
{
    struct codec codec = codec_writer(bytes, capacity);
    char text[SNAPSHOT_MAGIC_BYTES];
    uint32_t version = SNAPSHOT_VERSION;

    memcpy(text, magic, sizeof text);
    head_codec(&codec, text, &version, &length);
}

enum dg_status snapshot_write(const char *magic, void (*state)(struct codec *codec, void *subject),
                              void *subject, uint8_t *bytes, size_t capacity, size_t *size)
{
    struct codec codec = codec_writer(bytes, capacity);
    struct dg_hash checksum;

    codec.size = FRAME_HEAD;
    state(&codec, subject);
    *size = codec.size + FRAME_TAIL;
    if (bytes == NULL)
        return DG_OK;
    if (*size > capacity)
        return DG_ERROR_LIMIT;
    head_write(magic, bytes, capacity, *size);
    hash_bytes(bytes, bytes + codec.size, &checksum);
    memcpy(bytes + codec.size, checksum.bytes, sizeof checksum.bytes);
    return DG_OK;
}

static enum dg_status frame_check(const char *magic, const uint8_t *bytes, size_t size)
{
    struct codec codec = codec_reader(bytes, size, NULL);
    char found[SNAPSHOT_MAGIC_BYTES] = {0};
    uint32_t version = 0;
    uint64_t length = 0;
    struct dg_hash checksum;

    head_codec(&codec, found, &version, &length);
    if (codec.status != DG_OK)
        return codec.status;
    if (memcmp(found, magic, sizeof found) != 0 || version != SNAPSHOT_VERSION)
        return DG_ERROR_VERSION;
    if (length > size)
        return DG_ERROR_TRUNCATED;
    if (length < size || size < FRAME_HEAD + FRAME_TAIL)
        return DG_ERROR_DAMAGED;
    hash_bytes(bytes, bytes + size - FRAME_TAIL, &checksum);
    if (memcmp(checksum.bytes, bytes + size - FRAME_TAIL, FRAME_TAIL) != 0)
        return DG_ERROR_DAMAGED;
    return DG_OK;
}

enum dg_status snapshot_read(const char *magic, void (*state)(struct codec *codec, void *subject),
                             void *subject, const struct dg_allocator *allocator,
                             const uint8_t *bytes, size_t size)
{
    enum dg_status status = frame_check(magic, bytes, size);

    if (status != DG_OK)
        return status;
    struct codec codec = codec_reader(bytes, size - FRAME_TAIL, allocator);
    codec.size = FRAME_HEAD;
    state(&codec, subject);
    codec_demand(&codec, codec_left(&codec) == 0);
    return codec.status;
}
