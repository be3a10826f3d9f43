/* fuzz_frame.h - the frame around a fuzzer's bytes that makes them a snapshot: everything that is checked
 * before a byte of the state is looked at. */
#ifndef TESTS_FUZZ_FRAME_H
#define TESTS_FUZZ_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum { FUZZ_FRAME_HEAD = 8 + 4 + 8, FUZZ_FRAME_TAIL = 32, FUZZ_TABLE = 32 };

/* magic: 8 bytes. The state is one without the digest of the parameter table, which it starts with. The
 * caller frees what is returned. */
uint8_t *fuzz_frame(const char *magic, const uint8_t *state, size_t state_size, size_t *size);
/* Makes length and checksum of a snapshot right again. */
void fuzz_frame_seal(uint8_t *bytes, size_t size);

#endif
