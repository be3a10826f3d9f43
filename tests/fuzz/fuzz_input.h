/* fuzz_input.h - a fuzzer's bytes as a file, for readers that take a path.
 *
 * The file lies in memory (/dev/shm where there is one) and is reused for every input of the
 * process.
 */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The path, which stays valid until the process ends; NULL when the file cannot be written. */
const char *fuzz_input_write(const uint8_t *data, size_t size);

/* libFuzzer calls this with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
