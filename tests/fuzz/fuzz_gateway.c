/* Goal: whatever the state in a well-framed snapshot of a gateway says, it is either refused, or taken and
 * written again as the same bytes; and calls on what was taken lead out of no array and no range. The
 * input is a number, so many bytes for the calls, and the state behind the digest of the table. */
#include "tests/fuzz/fuzz_gateway_drive.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz_frame.h"

static void take(struct dg_gateway *gateway, const uint8_t *bytes, size_t size,
                 struct fuzz_bytes calls)
{
    size_t again_size;
    uint8_t *again = fuzz_gateway_bytes(gateway, &again_size);

    fuzz_require(again_size == size && memcmp(again, bytes, size) == 0);
    free(again);
    while (calls.size > 0)
        (void)fuzz_gateway_step(gateway, &calls);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes calls = {.data = data, .size = size};
    struct dg_gateway *gateway = NULL;

    uint8_t count = fuzz_u8(&calls);
    if (count > calls.size)
        return 0;
    const uint8_t *state = calls.data + count;
    size_t state_size = calls.size - count, frame_size;
    calls.size = count;
    uint8_t *frame = fuzz_frame("dggatew", state, state_size, &frame_size);
    enum dg_status status = dg_gateway_restore(frame, frame_size, &fuzz_allocator, &gateway);
    if (status == DG_OK)
        take(gateway, frame, frame_size, calls);
    else
        fuzz_require(gateway == NULL && status != DG_ERROR_VERSION);
    dg_gateway_close(gateway);
    free(frame);
    return 0;
}
