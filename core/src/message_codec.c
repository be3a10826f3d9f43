#include "message_codec.h"

#include <sodium.h>
#include <string.h>

void codec_node_record(struct codec *codec, struct dg_node_record *record)
{
    codec_u32(codec, &record->node);
    codec_u32(codec, &record->operator_id);
    codec_u8_below(codec, &record->model_count, DG_NODE_MODELS_MAX + 1);
    for (unsigned i = 0; i < record->model_count && codec_goes_on(codec); i++)
        codec_u32(codec, &record->models[i]);
    codec_u8_below(codec, &record->state, DG_NODE_OFFLINE + 1);
    codec_u16(codec, &record->quality);
    codec_u16(codec, &record->credibility);
    codec_u16(codec, &record->checks);
    codec_i64(codec, &record->price);
    codec_i64(codec, &record->stake);
}

void codec_model_record(struct codec *codec, struct dg_model_record *record)
{
    codec_u32(codec, &record->model);
    codec_u32(codec, &record->provider);
    codec_u32(codec, &record->context_tokens);
    codec_u8_below(codec, &record->size_class, DG_SIZE_COUNT);
    codec_i64(codec, &record->price);
    codec_i64(codec, &record->royalty);
}

void codec_grant(struct codec *codec, struct dg_grant *grant)
{
    codec_u32(codec, &grant->user);
    codec_u32(codec, &grant->gateway);
    codec_i64(codec, &grant->amount);
}

void codec_receipt(struct codec *codec, struct dg_receipt *receipt)
{
    codec_u64(codec, &receipt->number);
    codec_u64(codec, &receipt->request);
    codec_u32(codec, &receipt->user);
    codec_u32(codec, &receipt->node);
    codec_u32(codec, &receipt->model);
    codec_u32(codec, &receipt->tokens_in);
    codec_u32(codec, &receipt->tokens_out);
    codec_i64(codec, &receipt->compute_milli);
    codec_i64(codec, &receipt->fee);
    codec_i64(codec, &receipt->royalty);
    codec_i64(codec, &receipt->rate);
    codec_hash(codec, &receipt->commitment);
}

void codec_failure(struct codec *codec, struct dg_failure *failure)
{
    codec_u32(codec, &failure->node);
    codec_u32(codec, &failure->count);
}

void codec_report_head(struct codec *codec, struct dg_report *report)
{
    codec_u32(codec, &report->gateway);
    codec_u64(codec, &report->period);
    codec_hash(codec, &report->root);
}

/* How many items follow: as many as there are bytes for, and no more than there is room for. */
static uint64_t count_codec(struct codec *codec, uint64_t count, size_t item_bytes, size_t capacity)
{
    codec_u64(codec, &count);
    if (codec->reading && codec->status == DG_OK) {
        codec_demand(codec, count <= codec_left(codec) / item_bytes);
        if (codec->status == DG_OK && count > capacity)
            codec->status = DG_ERROR_LIMIT;
    }
    return count;
}

static void report_receipts(struct codec *codec, struct dg_report *report,
                            const struct dg_report_room *room)
{
    uint64_t count =
        count_codec(codec, report->receipt_count, CODEC_RECEIPT_BYTES, room->receipt_capacity);

    if (codec->reading) {
        report->receipts = room->receipts;
        report->receipt_count = (size_t)count;
    }
    for (uint64_t i = 0; i < count && codec_goes_on(codec); i++) {
        struct dg_receipt receipt = {0};
        if (!codec->reading)
            receipt = report->receipts[i];
        codec_receipt(codec, &receipt);
        if (codec->reading)
            room->receipts[i] = receipt;
    }
}

void codec_report_failures(struct codec *codec, struct dg_report *report,
                           const struct dg_report_room *room)
{
    uint64_t count =
        count_codec(codec, report->failure_count, CODEC_FAILURE_BYTES, room->failure_capacity);

    if (codec->reading) {
        report->failures = room->failures;
        report->failure_count = (size_t)count;
    }
    for (uint64_t i = 0; i < count && codec_goes_on(codec); i++) {
        struct dg_failure failure = {0};
        if (!codec->reading)
            failure = report->failures[i];
        codec_failure(codec, &failure);
        if (codec->reading)
            room->failures[i] = failure;
    }
}

void codec_report(struct codec *codec, struct dg_report *report, const struct dg_report_room *room)
{
    codec_report_head(codec, report);
    report_receipts(codec, report, room);
    codec_report_failures(codec, report, room);
}

void codec_notice(struct codec *codec, struct dg_notice *notice)
{
    codec_u8_below(codec, &notice->kind, DG_NOTICE_PROPOSAL + 1);
    codec_u8_below(codec, &notice->verdict, DG_VERDICT_INCONCLUSIVE + 1);
    codec_u8_below(codec, &notice->offence, DG_OFFENCE_DOWNTIME + 1);
    codec_bool(codec, &notice->probe);
    codec_u8_below(codec, &notice->proposal_state, DG_PROPOSAL_REFUSED + 1);
    codec_u32(codec, &notice->parameter);
    codec_u8_below(codec, &notice->member_count, DG_COMMITTEE_MAX + 1);
    codec_u8(codec, &notice->revealed_count);
    codec_u16(codec, &notice->score);
    codec_u32(codec, &notice->check);
    codec_u32(codec, &notice->node);
    codec_u32(codec, &notice->model);
    codec_u32(codec, &notice->gateway);
    codec_u32(codec, &notice->verifier);
    codec_u32(codec, &notice->position);
    codec_u64(codec, &notice->number);
    codec_i64(codec, &notice->at);
    codec_i64(codec, &notice->amount);
    for (unsigned i = 0; i < notice->member_count && codec_goes_on(codec); i++)
        codec_u32(codec, &notice->members[i]);
}

/* A value means what its row and, for a choice, the row's list of names say. */
static void table_digest(struct dg_hash *digest)
{
    crypto_generichash_state state;
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    (void)crypto_generichash_init(&state, NULL, 0, sizeof digest->bytes);
    for (size_t i = 0; i < count; i++) {
        const char *name = rows[i].name;
        (void)crypto_generichash_update(&state, (const uint8_t *)name, strlen(name) + 1);
        for (size_t j = 0; rows[i].choices != NULL && rows[i].choices[j].name != NULL; j++) {
            const char *choice = rows[i].choices[j].name;
            (void)crypto_generichash_update(&state, (const uint8_t *)choice, strlen(choice) + 1);
        }
    }
    (void)crypto_generichash_final(&state, digest->bytes, sizeof digest->bytes);
}

void codec_param_table(struct codec *codec)
{
    struct dg_hash table, stored;

    table_digest(&table);
    stored = table;
    codec_hash(codec, &stored);
    if (codec->status == DG_OK && memcmp(&stored, &table, sizeof table) != 0)
        codec->status = DG_ERROR_VERSION;
}

void codec_params(struct codec *codec, struct dg_params *params)
{
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    for (size_t i = 0; i < count; i++) {
        int64_t value = codec->reading ? 0 : dg_param_get(params, &rows[i]);
        codec_i64(codec, &value);
        if (codec->reading)
            dg_param_set(params, &rows[i], value);
    }
    if (codec->reading && codec->status == DG_OK && dg_params_check(params, NULL, 0) != DG_OK)
        codec->status = DG_ERROR_PARAMETER;
}
