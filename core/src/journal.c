#include "journal.h"

#include <string.h>

#include "hash.h"
#include "memory.h"

static const char magic[8] = {'d', 'g', 'j', 'o', 'u', 'r', 'n', 'l'};

void journal_fini(struct journal *journal, const struct dg_allocator *allocator)
{
    memory_release(allocator, journal->bytes);
    *journal = (struct journal){0};
}

static enum dg_status room(struct journal *journal, const struct dg_allocator *allocator,
                           size_t size)
{
    uint8_t *bytes = memory_grow(allocator, journal->bytes, &journal->capacity, size, 1);

    if (bytes == NULL)
        return DG_ERROR_MEMORY;
    journal->bytes = bytes;
    return DG_OK;
}

static void decisions_restart(struct journal *journal)
{
    (void)crypto_generichash_init(&journal->decisions, NULL, 0, DG_HASH_BYTES);
}

/* The next block starts at that place of the bytes. */
static void block_restart(struct journal *journal, size_t place)
{
    journal->block = place;
    journal->kept = journal->tail = place + JOURNAL_BLOCK_HEAD;
    journal->records = 0;
    journal->taken = false;
    decisions_restart(journal);
}

void journal_head_codec(struct codec *codec, uint8_t *handle)
{
    char found[sizeof magic];
    uint32_t version = JOURNAL_VERSION;

    memcpy(found, magic, sizeof found);
    codec_bytes(codec, found, sizeof found);
    codec_u32(codec, &version);
    codec_u8(codec, handle);
    if (codec->reading && codec->status == DG_OK &&
        (memcmp(found, magic, sizeof found) != 0 || version != JOURNAL_VERSION ||
         (*handle != JOURNAL_CHAIN && *handle != JOURNAL_GATEWAY)))
        codec->status = DG_ERROR_VERSION;
}

uint8_t *journal_start(struct journal *journal, const struct dg_allocator *allocator,
                       enum journal_handle handle, size_t snapshot_size)
{
    size_t first = JOURNAL_HEAD + JOURNAL_BLOCK_HEAD;

    if (room(journal, allocator, first + 8 + snapshot_size + JOURNAL_BLOCK_TAIL) != DG_OK)
        return NULL;
    struct codec codec = codec_writer(journal->bytes, journal->capacity);
    uint8_t kind = (uint8_t)handle;
    uint64_t size = snapshot_size;
    journal_head_codec(&codec, &kind);
    codec.size += JOURNAL_BLOCK_HEAD;
    codec_u64(&codec, &size);

    journal->on = true;
    journal->sequence = 0;
    memset(&journal->link, 0, sizeof journal->link);
    block_restart(journal, JOURNAL_HEAD);
    journal->tail = codec.size + snapshot_size;
    return journal->bytes + codec.size;
}

/* Writes behind what is kept; a second time when the room was too small for the first. */
enum dg_status journal_make(struct journal *journal, const struct dg_allocator *allocator,
                            void (*record)(struct codec *codec, const void *call), const void *call)
{
    if (!journal->on)
        return DG_OK;
    if (journal->taken)
        block_restart(journal, 0);
    for (;;) {
        size_t usable = journal->capacity - JOURNAL_BLOCK_TAIL;
        struct codec codec = codec_writer(journal->bytes, usable);
        codec.size = journal->kept;
        record(&codec, call);
        if (codec.size - journal->block > UINT32_MAX)
            return DG_ERROR_LIMIT;
        journal->tail = codec.size;
        if (codec.status == DG_OK)
            return DG_OK;
        enum dg_status status = room(journal, allocator, codec.size + JOURNAL_BLOCK_TAIL);
        if (status != DG_OK)
            return status;
    }
}

void journal_keep(struct journal *journal)
{
    if (!journal->on)
        return;
    journal->kept = journal->tail;
    journal->records++;
}

void journal_decision(struct journal *journal, void (*decision)(struct codec *codec, void *item),
                      void *item)
{
    if (!journal->on)
        return;
    uint8_t bytes[JOURNAL_DECISION_MAX] = {0};
    struct codec codec = codec_writer(bytes, sizeof bytes);
    decision(&codec, item);
    /* A description that outgrew its bound counts as far as there was room; it never leads out. */
    (void)crypto_generichash_update(&journal->decisions, bytes,
                                    codec.status == DG_OK ? codec.size : sizeof bytes);
}

void journal_link(const struct dg_hash *before, const uint8_t *block, size_t size,
                  struct dg_hash *out)
{
    const uint8_t domain = HASH_DOMAIN_JOURNAL;
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, sizeof out->bytes);
    (void)crypto_generichash_update(&state, &domain, 1);
    (void)crypto_generichash_update(&state, before->bytes, sizeof before->bytes);
    (void)crypto_generichash_update(&state, block, size);
    (void)crypto_generichash_final(&state, out->bytes, sizeof out->bytes);
}

/* The head of the open block, and what comes behind its records. Returns where it ends. */
static size_t block_close(struct journal *journal)
{
    struct codec codec = codec_writer(journal->bytes, journal->capacity);
    uint32_t length = (uint32_t)(journal->kept - journal->block - JOURNAL_BLOCK_HEAD);
    struct dg_hash decisions;

    (void)crypto_generichash_final(&journal->decisions, decisions.bytes, sizeof decisions.bytes);
    codec.size = journal->block;
    codec_u32(&codec, &length);
    codec_u32(&codec, &journal->records);
    codec_u64(&codec, &journal->sequence);
    codec.size = journal->kept;
    codec_hash(&codec, &decisions);
    journal_link(&journal->link, journal->bytes + journal->block, codec.size - journal->block,
                 &journal->link);
    codec_hash(&codec, &journal->link);
    return codec.size;
}

enum dg_status journal_take(struct journal *journal, const struct dg_allocator *allocator,
                            const uint8_t **bytes, size_t *size)
{
    if (!journal->on)
        return DG_ERROR_STATE;
    if (journal->taken || journal->records == 0) {
        *bytes = journal->bytes;
        *size = 0;
        return DG_OK;
    }
    enum dg_status status = room(journal, allocator, journal->kept + JOURNAL_BLOCK_TAIL);
    if (status != DG_OK)
        return status;
    *size = block_close(journal);
    *bytes = journal->bytes;
    journal->sequence += journal->records;
    journal->taken = true;
    return DG_OK;
}
