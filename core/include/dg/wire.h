/* wire.h - the messages between chain and gateways as bytes, and decisions as lines of text.
 *
 * A message is u8 kind, u8 version, u32 length of what follows, and its fields, little-endian. Decoding
 * checks shapes, not ids: whoever takes the message checks those against what it knows. Who sent
 * it, and that nobody else has changed it, is the transport's to know.
 */
#ifndef DG_WIRE_H
#define DG_WIRE_H

#include "dg/chain.h"
#include "dg/gateway.h"

#ifdef __cplusplus
extern "C" {
#endif

enum dg_message_kind {
    DG_MESSAGE_MODEL = 1, /* chain -> gateway */
    DG_MESSAGE_NODE,      /* chain -> gateway */
    DG_MESSAGE_GRANT,     /* chain -> gateway */
    DG_MESSAGE_PARAMS,    /* chain -> gateway */
    DG_MESSAGE_REPORT,    /* gateway -> chain */
};

struct dg_message {
    enum dg_message_kind kind;
    union {
        struct dg_model_record model;
        struct dg_node_record node;
        struct dg_grant grant;
        struct dg_params params;
        struct dg_report report;
    } body; /* by kind */
};

/* *size: the bytes needed; bytes NULL measures, and DG_ERROR_LIMIT leaves *size set when capacity is
 * below it. DG_ERROR_ARGUMENT: no such kind. O(message). */
enum dg_status dg_message_encode(const struct dg_message *message, uint8_t *bytes, size_t capacity,
                                 size_t *size);

/* Where the lists of a report go that is decoded; it then points to them. */
struct dg_report_room {
    struct dg_receipt *receipts;
    struct dg_failure *failures;
    size_t receipt_capacity, failure_capacity;
};

/* The message at the start of bytes; *used is its length, so that the next one starts behind it.
 * room may be NULL: none. DG_ERROR_LIMIT: a list of the report is longer than its room.
 * DG_ERROR_TRUNCATED: no whole message is there; DG_ERROR_VERSION: of another version or kind, or
 * parameters of another table; DG_ERROR_PARAMETER; DG_ERROR_DAMAGED. *message and *used are touched
 * only on success. */
enum dg_status dg_message_decode(const uint8_t *bytes, size_t size,
                                 const struct dg_report_room *room, struct dg_message *message,
                                 size_t *used);

/* ---- decisions as text ----
 *
 * One line without its end, names and numbers only, the same on every machine: for logs, and to
 * compare two histories. They return the length of the whole line, as snprintf does; DG_TEXT_MAX
 * bytes are enough for any. Amounts are in micro-tokens, times in nanoseconds, scores in 1/65535.
 */
#define DG_TEXT_MAX 640

size_t dg_notice_text(const struct dg_notice *notice, char *text, size_t capacity);
size_t dg_route_text(const struct dg_route *route, char *text, size_t capacity);
size_t dg_receipt_text(const struct dg_receipt *receipt, char *text, size_t capacity);
/* Period, how many receipts and how many requests without a word, and root; the receipts have lines
 * of their own. */
size_t dg_report_text(const struct dg_report *report, char *text, size_t capacity);
size_t dg_balance_text(enum dg_account account, uint32_t index, int64_t amount, char *text,
                       size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
