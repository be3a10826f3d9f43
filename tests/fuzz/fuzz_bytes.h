/* fuzz_bytes.h - a fuzzer's bytes as a supply of arguments, of which small and extreme ones come often.
 *
 * Once the bytes are used up every value is 0.
 */
#ifndef TESTS_FUZZ_BYTES_H
#define TESTS_FUZZ_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dg/types.h"

enum { FUZZ_STATE_SIZE = 1 << 16 }; /* of most states, which are then written once */

struct fuzz_bytes {
    const uint8_t *data;
    size_t size;
};

/* A broken promise ends the process, which the fuzzer reports together with the input. */
void fuzz_require(bool condition);

uint8_t fuzz_u8(struct fuzz_bytes *bytes);
uint8_t fuzz_below(struct fuzz_bytes *bytes, uint8_t limit);
uint32_t fuzz_u32(struct fuzz_bytes *bytes);
uint64_t fuzz_u64(struct fuzz_bytes *bytes);

uint32_t fuzz_id(struct fuzz_bytes *bytes);    /* mostly below 12 */
uint32_t fuzz_count(struct fuzz_bytes *bytes); /* mostly up to some thousands */
int64_t fuzz_amount(struct fuzz_bytes *bytes); /* mostly some tokens */
/* Mostly not long after now, sometimes before it or at the end of all time. */
int64_t fuzz_time(struct fuzz_bytes *bytes, int64_t now);

/* Refuses more than 16 MB at once, which a wrong id may ask for. */
extern const struct dg_allocator fuzz_allocator;

/* libFuzzer calls this with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
