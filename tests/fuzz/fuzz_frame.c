#include "tests/fuzz/fuzz_frame.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "message_codec.h"
#include "snapshot.h"
#include "tests/fuzz/fuzz_bytes.h"

void fuzz_frame_seal(uint8_t *bytes, size_t size)
{
    struct codec codec = codec_writer(bytes, size);
    uint64_t length = size;

    if (size < FUZZ_FRAME_HEAD + FUZZ_FRAME_TAIL)
        return;
    codec.size = SNAPSHOT_MAGIC_BYTES + 4;
    codec_u64(&codec, &length);
    (void)crypto_generichash(bytes + size - FUZZ_FRAME_TAIL, FUZZ_FRAME_TAIL, bytes,
                             size - FUZZ_FRAME_TAIL, NULL, 0);
}

uint8_t *fuzz_frame(const char *magic, const uint8_t *state, size_t state_size, size_t *size)
{
    uint32_t version = SNAPSHOT_VERSION;

    *size = FUZZ_FRAME_HEAD + FUZZ_TABLE + state_size + FUZZ_FRAME_TAIL;
    uint8_t *bytes = calloc(1, *size);
    fuzz_require(bytes != NULL);
    struct codec codec = codec_writer(bytes, *size);
    codec_bytes(&codec, (void *)magic, SNAPSHOT_MAGIC_BYTES);
    codec_u32(&codec, &version);
    codec.size = FUZZ_FRAME_HEAD;
    codec_param_table(&codec);
    codec_bytes(&codec, (void *)state, state_size);
    fuzz_frame_seal(bytes, *size);
    return bytes;
}
