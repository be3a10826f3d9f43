/* Goal: whatever bytes come from the wire, they are refused, or they are a message that is written as the
 * same bytes again. Decoding touches its results only on success. */
#include <stdlib.h>
#include <string.h>

#include "dg/wire.h"
#include "tests/fuzz/fuzz_bytes.h"

enum { RECEIPTS = 64, FAILURES = 64 };

static void check_message(const struct dg_message *message, const uint8_t *data, size_t used)
{
    size_t size = 0;

    fuzz_require(dg_message_encode(message, NULL, 0, &size) == DG_OK && size == used);
    uint8_t *bytes = malloc(size);
    fuzz_require(bytes != NULL);
    fuzz_require(dg_message_encode(message, bytes, size - 1, &size) == DG_ERROR_LIMIT);
    fuzz_require(dg_message_encode(message, bytes, size, &size) == DG_OK);
    fuzz_require(size == used && memcmp(bytes, data, used) == 0);
    free(bytes);
}

/* Every line is complete, and has its end within the room it was given. */
static void check_text(const struct dg_message *message)
{
    char text[DG_TEXT_MAX], cut[16];

    if (message->kind != DG_MESSAGE_REPORT)
        return;
    size_t length = dg_report_text(&message->body.report, text, sizeof text);
    fuzz_require(length < sizeof text && strlen(text) == length);
    fuzz_require(dg_report_text(&message->body.report, cut, sizeof cut) == length);
    fuzz_require(strlen(cut) < sizeof cut && strncmp(cut, text, strlen(cut)) == 0);
    for (size_t i = 0; i < message->body.report.receipt_count; i++) {
        length = dg_receipt_text(&message->body.report.receipts[i], text, sizeof text);
        fuzz_require(length < sizeof text && strlen(text) == length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dg_receipt receipts[RECEIPTS];
    static struct dg_failure failures[FAILURES];
    const struct dg_report_room room = {receipts, failures, RECEIPTS, FAILURES};
    struct dg_message message;
    size_t used = 0;

    while (size > 0) {
        const size_t untouched = SIZE_MAX;
        used = untouched;
        if (dg_message_decode(data, size, &room, &message, &used) != DG_OK) {
            fuzz_require(used == untouched);
            break;
        }
        fuzz_require(used > 0 && used <= size);
        check_message(&message, data, used);
        check_text(&message);
        data += used;
        size -= used;
    }
    return 0;
}
