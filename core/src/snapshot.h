/* snapshot.h - the frame around a whole state: magic and version before it, its length and a checksum,
 * so that one that was cut short, damaged or written by another version is refused before a byte
 * of it is used.
 *
 *   8 bytes   magic: which kind of handle
 *   u32       version of the layout
 *   u64       length of all of it
 *   ...       the state
 *   32 bytes  BLAKE2b-256 of all before
 */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "codec.h"

enum { SNAPSHOT_MAGIC_BYTES = 8, SNAPSHOT_VERSION = 1 };

/* Writes the state by its description. *size: the bytes needed; DG_ERROR_LIMIT when capacity is below
 * it. bytes NULL measures. */
enum dg_status snapshot_write(const char *magic, void (*state)(struct codec *codec, void *subject),
                              void *subject, uint8_t *bytes, size_t capacity, size_t *size);

/* Checks the frame and reads the state, which must end where the frame does. The subject may be half
 * read when it fails. DG_ERROR_TRUNCATED, DG_ERROR_DAMAGED, DG_ERROR_VERSION, DG_ERROR_MEMORY. */
enum dg_status snapshot_read(const char *magic, void (*state)(struct codec *codec, void *subject),
                             void *subject, const struct dg_allocator *allocator,
                             const uint8_t *bytes, size_t size);

#endif
