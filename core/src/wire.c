#include "dg/wire.h"

#include "message_codec.h"

enum { WIRE_VERSION = 1, WIRE_HEAD = 1 + 1 + 4 };

static const struct dg_report_room no_room = {0};

static void body_codec(struct codec *codec, struct dg_message *message,
                       const struct dg_report_room *room)
{
    switch (message->kind) {
    case DG_MESSAGE_MODEL: codec_model_record(codec, &message->body.model); break;
    case DG_MESSAGE_NODE: codec_node_record(codec, &message->body.node); break;
    case DG_MESSAGE_GRANT: codec_grant(codec, &message->body.grant); break;
    case DG_MESSAGE_PARAMS:
        codec_param_table(codec);
        codec_params(codec, &message->body.params);
        break;
    case DG_MESSAGE_REPORT: codec_report(codec, &message->body.report, room); break;
    }
}

static void head_codec(struct codec *codec, uint8_t *kind, uint32_t *length)
{
    uint8_t version = WIRE_VERSION;

    codec_u8(codec, kind);
    codec_u8(codec, &version);
    codec_u32(codec, length);
    if (codec->status == DG_OK && codec->reading &&
        (version != WIRE_VERSION || *kind < DG_MESSAGE_MODEL || *kind > DG_MESSAGE_REPORT))
        codec->status = DG_ERROR_VERSION;
}

enum dg_status dg_message_encode(const struct dg_message *message, uint8_t *bytes, size_t capacity,
                                 size_t *size)
{
    struct codec codec = codec_writer(bytes, capacity);
    struct dg_message copy = *message;
    uint8_t kind = (uint8_t)message->kind;

    if (message->kind < DG_MESSAGE_MODEL || message->kind > DG_MESSAGE_REPORT)
        return DG_ERROR_ARGUMENT;
    codec.size = WIRE_HEAD;
    body_codec(&codec, &copy, &no_room);
    if (codec.size - WIRE_HEAD > UINT32_MAX)
        return DG_ERROR_LIMIT;
    *size = codec.size;
    if (bytes == NULL)
        return DG_OK;
    if (codec.size > capacity)
        return DG_ERROR_LIMIT;
    uint32_t length = (uint32_t)(codec.size - WIRE_HEAD);
    codec = codec_writer(bytes, capacity);
    head_codec(&codec, &kind, &length);
    return codec.status;
}

enum dg_status dg_message_decode(const uint8_t *bytes, size_t size,
                                 const struct dg_report_room *room, struct dg_message *message,
                                 size_t *used)
{
    struct codec codec = codec_reader(bytes, size, NULL);
    struct dg_message found = {.kind = DG_MESSAGE_MODEL};
    uint8_t kind = 0;
    uint32_t length = 0;

    head_codec(&codec, &kind, &length);
    if (codec.status != DG_OK)
        return codec.status;
    if (length > codec_left(&codec))
        return DG_ERROR_TRUNCATED;
    codec.capacity = codec.size + length;
    found.kind = (enum dg_message_kind)kind;
    body_codec(&codec, &found, room == NULL ? &no_room : room);
    codec_demand(&codec, codec_left(&codec) == 0);
    if (codec.status != DG_OK) /* the length is there, so a body that ends early is a wrong one */
        return codec.status == DG_ERROR_TRUNCATED ? DG_ERROR_DAMAGED : codec.status;
    *message = found;
    *used = codec.size;
    return DG_OK;
}
