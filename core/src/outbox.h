/* outbox.h - what the chain hands out: a queue of notices, and the log of published node
 * records. */
#ifndef CORE_OUTBOX_H
#define CORE_OUTBOX_H

#include "dg/chain.h"

/* Rings: entry i of the sequence lies at i modulo the capacity, a power of two. */
struct outbox_notices {
    struct dg_notice *ring;
    size_t capacity;
    uint64_t first, end; /* positions of the oldest entry and after the newest */
};

struct outbox_log {
    struct dg_node_record *ring;
    size_t capacity;
    uint64_t first, end;
};

/* All-zero rings are empty. A push cannot fail after a reserve. */
void outbox_notices_fini(struct outbox_notices *notices, const struct dg_allocator *allocator);
enum dg_status outbox_notices_reserve(struct outbox_notices *notices,
                                      const struct dg_allocator *allocator, size_t extra);
void outbox_notices_push(struct outbox_notices *notices, const struct dg_notice *notice);
bool outbox_notices_pop(struct outbox_notices *notices, struct dg_notice *notice);

void outbox_log_fini(struct outbox_log *log, const struct dg_allocator *allocator);
enum dg_status outbox_log_reserve(struct outbox_log *log, const struct dg_allocator *allocator,
                                  size_t extra);
void outbox_log_push(struct outbox_log *log, const struct dg_node_record *record);
enum dg_status outbox_log_read(const struct outbox_log *log, uint64_t position,
                               struct dg_node_record *record);
void outbox_log_trim(struct outbox_log *log, uint64_t position);

#endif
