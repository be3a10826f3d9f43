/* fuzz_gateway_drive.h - calls on a gateway with arguments from a fuzzer's bytes, and the rules that hold
 * after each of them. */
#ifndef TESTS_FUZZ_GATEWAY_DRIVE_H
#define TESTS_FUZZ_GATEWAY_DRIVE_H

#include "gateway_state.h"
#include "tests/fuzz/fuzz_bytes.h"

/* All of the gateway's bytes, which the caller frees. */
uint8_t *fuzz_gateway_bytes(const struct dg_gateway *gateway, size_t *size);

/* One call. A call that fails leaves no trace, an answer costs no more than what was reserved for it,
 * and what a user has left, has reserved and has spent adds up. */
enum dg_status fuzz_gateway_step(struct dg_gateway *gateway, struct fuzz_bytes *bytes);

/* Changes some parameters; those that break a rule stay as they were. */
void fuzz_params(struct dg_params *params, struct fuzz_bytes *bytes, unsigned changes);

#endif
