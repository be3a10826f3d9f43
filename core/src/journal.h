/* journal.h - the inputs of one handle, in blocks that are chained by their hashes.
 *
 *   head    8 bytes magic, u32 version, u8 kind of handle (enum journal_handle)
 *   blocks  u32 length of the records, u32 how many, u64 number of the first,
 *           the records, 32 bytes digest of the decisions that followed from them,
 *           32 bytes link: BLAKE2b-256 of a domain byte, the link before and all of the block
 *
 * The first record is a snapshot of the handle at the start (a u64 length and its bytes); each further
 * one is a call that succeeded. The digest is BLAKE2b-256 over the decisions of the block, as
 * whoever keeps the journal feeds them.
 *
 * A record is written before its call changes anything, behind what is kept, and kept when the call
 * succeeds: so that no call can succeed without its record, for want of memory say.
 */
#ifndef CORE_JOURNAL_H
#define CORE_JOURNAL_H

#include <sodium.h>

#include "codec.h"

enum {
    JOURNAL_VERSION = 1,
    JOURNAL_HEAD = 8 + 4 + 1,
    JOURNAL_BLOCK_HEAD = 4 + 4 + 8,
    JOURNAL_BLOCK_TAIL = 2 * DG_HASH_BYTES,
};

/* A snapshot at the start of a journal has at most so many bytes. */
#define JOURNAL_SNAPSHOT_MAX ((size_t)1 << 31)

enum journal_handle { JOURNAL_CHAIN = 1, JOURNAL_GATEWAY = 2 };

struct journal {
    bool on;
    uint8_t *bytes;
    size_t capacity;
    size_t block; /* where the open block starts: behind the head at first */
    size_t kept;  /* end of the records that are kept */
    size_t tail;  /* end of the record that is being made */
    uint32_t records;
    bool taken; /* bytes hold a closed block that was handed out */
    uint64_t sequence;
    struct dg_hash link;
    crypto_generichash_state decisions;
};

/* An all-zero journal is off. */
void journal_fini(struct journal *journal, const struct dg_allocator *allocator);

/* Starts with a snapshot of so many bytes as its first record, for which it returns the place. NULL: no
 * memory; the journal stays off. */
uint8_t *journal_start(struct journal *journal, const struct dg_allocator *allocator,
                       enum journal_handle handle, size_t snapshot_size);
/* Makes a record by its description; DG_OK when the journal is off. */
enum dg_status journal_make(struct journal *journal, const struct dg_allocator *allocator,
                            void (*record)(struct codec *codec, const void *call),
                            const void *call);
void journal_keep(struct journal *journal); /* the record made last */
/* A decision, or a piece of one, of at most JOURNAL_DECISION_MAX bytes by its description. */
enum { JOURNAL_DECISION_MAX = 512 };
void journal_decision(struct journal *journal, void (*decision)(struct codec *codec, void *item),
                      void *item);

/* Closes the open block; *size is 0 when it has no record. The bytes stay until the next record is
 * made. DG_ERROR_STATE: the journal is off. */
enum dg_status journal_take(struct journal *journal, const struct dg_allocator *allocator,
                            const uint8_t **bytes, size_t *size);

/* The head of a journal; reading refuses one of another kind or version (DG_ERROR_VERSION). */
void journal_head_codec(struct codec *codec, uint8_t *handle);

/* The link of a block from the one before it. */
void journal_link(const struct dg_hash *before, const uint8_t *block, size_t size,
                  struct dg_hash *out);

#endif
