#include "tests/fuzz/fuzz_bytes.h"

#include <stdlib.h>

enum { ALLOCATION_MAX = 1 << 24 };

static void *resize(void *context, void *memory, size_t size)
{
    (void)context;
    if (size > ALLOCATION_MAX)
        return NULL;
    if (size > 0)
        return realloc(memory, size);
    free(memory);
    return NULL;
}

const struct dg_allocator fuzz_allocator = {.resize = resize};

void fuzz_require(bool condition)
{
    if (!condition)
        abort();
}

uint8_t fuzz_u8(struct fuzz_bytes *bytes)
{
    if (bytes->size == 0)
        return 0;
    bytes->size--;
    return *bytes->data++;
}

uint8_t fuzz_below(struct fuzz_bytes *bytes, uint8_t limit)
{
    return fuzz_u8(bytes) % limit;
}

uint32_t fuzz_u32(struct fuzz_bytes *bytes)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++)
        value |= (uint32_t)fuzz_u8(bytes) << (8 * i);
    return value;
}

uint64_t fuzz_u64(struct fuzz_bytes *bytes)
{
    uint64_t low = fuzz_u32(bytes);

    return (uint64_t)fuzz_u32(bytes) << 32 | low;
}

uint32_t fuzz_id(struct fuzz_bytes *bytes)
{
    uint8_t kind = fuzz_u8(bytes);

    if (kind < 240)
        return kind % 12;
    return kind < 248 ? fuzz_u32(bytes) : DG_NONE - (kind - 248U);
}

uint32_t fuzz_count(struct fuzz_bytes *bytes)
{
    uint8_t kind = fuzz_u8(bytes);

    return kind < 240 ? 20U * kind : fuzz_u32(bytes);
}

int64_t fuzz_amount(struct fuzz_bytes *bytes)
{
    static const int64_t extremes[] = {
        0, 1, -1, INT64_MAX, INT64_MIN, INT64_MAX / 2, INT64_MAX / 2 + 1, DG_ONE, DG_ONE + 1};
    uint8_t kind = fuzz_u8(bytes);

    if (kind < 16)
        return (int64_t)fuzz_u64(bytes);
    if (kind < 32)
        return extremes[(kind - 16U) % (sizeof extremes / sizeof extremes[0])];
    return kind < 128 ? (kind - 31) * 20 * DG_TOKEN : (kind - 127) * INT64_C(10007);
}

int64_t fuzz_time(struct fuzz_bytes *bytes, int64_t now)
{
    uint8_t kind = fuzz_u8(bytes);
    int64_t later = 0;

    if (kind >= 250)
        return (int64_t)fuzz_u64(bytes);
    if (kind < 128)
        later = kind * (DG_SECOND / 4);
    else if (kind < 248)
        later = INT64_C(1) << (kind - 128) % 52;
    else
        later = -DG_SECOND;
    bool fits = later < 0 ? now >= INT64_MIN - later : now <= INT64_MAX - later;
    return fits ? now + later : now;
}
