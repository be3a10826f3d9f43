/* Goal: whatever the state in a well-framed snapshot of a chain says, it is either refused, or taken and
 * written again as the same bytes; and calls on what was taken lead out of no array and no range. The
 * input is a number, so many bytes for the calls, and the state behind the digest of the table. */
#include "tests/fuzz/fuzz_chain_drive.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz_frame.h"

static void take(struct dg_chain *chain, const uint8_t *bytes, size_t size, struct fuzz_bytes calls)
{
    struct fuzz_chain drive = {.chain = chain};
    size_t again_size;
    uint8_t *again = fuzz_chain_bytes(chain, &again_size);

    fuzz_require(again_size == size && memcmp(again, bytes, size) == 0);
    free(again);
    while (calls.size > 0 && fuzz_chain_step(&drive, &calls, true) != DG_ERROR_CONSERVATION)
        ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes calls = {.data = data, .size = size};
    struct dg_chain *chain = NULL;

    uint8_t count = fuzz_u8(&calls);
    if (count > calls.size)
        return 0;
    const uint8_t *state = calls.data + count;
    size_t state_size = calls.size - count, frame_size;
    calls.size = count;
    uint8_t *frame = fuzz_frame("dgchain", state, state_size, &frame_size);
    enum dg_status status = dg_chain_restore(frame, frame_size, &fuzz_allocator, &chain);
    if (status == DG_OK)
        take(chain, frame, frame_size, calls);
    else
        fuzz_require(chain == NULL && status != DG_ERROR_VERSION);
    dg_chain_close(chain);
    free(frame);
    return 0;
}
