/* message_codec.h - the bytes of the public structures: what messages, journals and snapshots share.
 *
 * Reading checks shapes (counts within their arrays, enumerations within their lists), not ids:
 * whoever takes a message checks those against what it knows. */
#ifndef CORE_MESSAGE_CODEC_H
#define CORE_MESSAGE_CODEC_H

#include "codec.h"
#include "dg/wire.h"

void codec_node_record(struct codec *codec, struct dg_node_record *record);
void codec_model_record(struct codec *codec, struct dg_model_record *record);
void codec_grant(struct codec *codec, struct dg_grant *grant);
void codec_receipt(struct codec *codec, struct dg_receipt *receipt);
void codec_failure(struct codec *codec, struct dg_failure *failure);
/* Everything but the lists. */
void codec_report_head(struct codec *codec, struct dg_report *report);
/* The failures alone, and all of it. What is read goes to the room; more than that is
 * DG_ERROR_LIMIT. */
void codec_report_failures(struct codec *codec, struct dg_report *report,
                           const struct dg_report_room *room);
void codec_report(struct codec *codec, struct dg_report *report, const struct dg_report_room *room);
void codec_notice(struct codec *codec, struct dg_notice *notice);
/* A digest of the names in the table of parameters: another table is DG_ERROR_VERSION. */
void codec_param_table(struct codec *codec);
/* The value of every row; those that break a rule are refused with DG_ERROR_PARAMETER. */
void codec_params(struct codec *codec, struct dg_params *params);

enum {
    CODEC_RECEIPT_BYTES = 8 + 8 + 3 * 4 + 2 * 4 + 4 * 8 + DG_HASH_BYTES,
    CODEC_FAILURE_BYTES = 2 * 4,
};

#endif
