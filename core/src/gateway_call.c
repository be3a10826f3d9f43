#include "gateway_call.h"

#include "message_codec.h"

/* ---- fields ---- */

static void request_codec(struct codec *codec, struct dg_request *request)
{
    codec_u64(codec, &request->request);
    codec_u32(codec, &request->user);
    codec_u32(codec, &request->model);
    codec_u32(codec, &request->tokens_in);
    codec_u32(codec, &request->tokens_out_max);
    codec_i64(codec, &request->price_cap);
    codec_u64(codec, &request->session);
}

static void answer_codec(struct codec *codec, struct dg_answer *answer)
{
    codec_u32(codec, &answer->node);
    codec_u32(codec, &answer->tokens_out);
    codec_i64(codec, &answer->ttft);
    codec_i64(codec, &answer->total);
    codec_hash(codec, &answer->commitment);
}

void codec_route(struct codec *codec, struct dg_route *route)
{
    codec_u64(codec, &route->handle);
    codec_u32(codec, &route->node);
    codec_i64(codec, &route->escrow);
    codec_i64(codec, &route->hedge_at);
    codec_bool(codec, &route->affine);
    codec_bool(codec, &route->waiting);
}

/* Fields after kind and time, in order: h the handle, n a node, r a refusal, p the period; M a model, N
 * the record of a node, G a grant, P parameters, Q a request, A an answer. */
static const char *const fields[GATEWAY_CALL_COUNT] = {
    [GATEWAY_CALL_apply_model] = "M", [GATEWAY_CALL_apply_node] = "N",
    [GATEWAY_CALL_apply_grant] = "G", [GATEWAY_CALL_apply_params] = "P",
    [GATEWAY_CALL_submit] = "Q",      [GATEWAY_CALL_reroute] = "hnr",
    [GATEWAY_CALL_hedge] = "h",       [GATEWAY_CALL_answer] = "hA",
    [GATEWAY_CALL_fail] = "hn",       [GATEWAY_CALL_close_period] = "p",
};

static void field_codec(struct codec *codec, char field, struct gateway_call *call,
                        struct gateway_call_room *room)
{
    switch (field) {
    case 'h': codec_u64(codec, &call->handle); break;
    case 'n': codec_u32(codec, &call->node); break;
    case 'r': codec_u8_below(codec, &call->refusal, DG_REFUSED_SILENT + 1); break;
    case 'p': codec_u64(codec, &call->period); break;
    case 'M': codec_model_record(codec, &room->model); break;
    case 'N': codec_node_record(codec, &room->record); break;
    case 'G': codec_grant(codec, &room->grant); break;
    case 'P': codec_params(codec, &room->params); break;
    case 'Q': request_codec(codec, &room->request); break;
    default: answer_codec(codec, &room->answer); break;
    }
}

static void call_codec(struct codec *codec, struct gateway_call *call,
                       struct gateway_call_room *room)
{
    codec_u8_below(codec, &call->kind, GATEWAY_CALL_COUNT);
    codec_i64(codec, &call->now);
    if (call->kind >= GATEWAY_CALL_COUNT)
        return;
    for (const char *field = fields[call->kind]; *field != 0; field++)
        field_codec(codec, *field, call, room);
}

/* Only what the call has is copied: parameters are large, and a request is on a hot path. */
void gateway_call_write(struct codec *codec, const struct gateway_call *call)
{
    struct gateway_call copy = *call;
    struct gateway_call_room room;

    if (call->model != NULL)
        room.model = *call->model;
    if (call->record != NULL)
        room.record = *call->record;
    if (call->grant != NULL)
        room.grant = *call->grant;
    if (call->params != NULL)
        room.params = *call->params;
    if (call->request != NULL)
        room.request = *call->request;
    if (call->answer != NULL)
        room.answer = *call->answer;
    call_codec(codec, &copy, &room);
}

void gateway_call_read(struct codec *codec, struct gateway_call *call,
                       struct gateway_call_room *room)
{
    *room = (struct gateway_call_room){0};
    *call = (struct gateway_call){
        .model = &room->model,
        .record = &room->record,
        .grant = &room->grant,
        .params = &room->params,
        .request = &room->request,
        .answer = &room->answer,
    };
    call_codec(codec, call, room);
}

/* ---- how each call is made ---- */

typedef enum dg_status maker(struct dg_gateway *gateway, const struct gateway_call *c,
                             struct dg_replay_step *step);

static enum dg_status make_apply_model(struct dg_gateway *gateway, const struct gateway_call *c,
                                       struct dg_replay_step *step)
{
    (void)step;
    return dg_gateway_apply_model(gateway, c->model);
}

static enum dg_status make_apply_node(struct dg_gateway *gateway, const struct gateway_call *c,
                                      struct dg_replay_step *step)
{
    (void)step;
    return dg_gateway_apply_node(gateway, c->record);
}

static enum dg_status make_apply_grant(struct dg_gateway *gateway, const struct gateway_call *c,
                                       struct dg_replay_step *step)
{
    (void)step;
    return dg_gateway_apply_grant(gateway, c->grant);
}

static enum dg_status make_apply_params(struct dg_gateway *gateway, const struct gateway_call *c,
                                        struct dg_replay_step *step)
{
    (void)step;
    return dg_gateway_apply_params(gateway, c->now, c->params);
}

static enum dg_status make_submit(struct dg_gateway *gateway, const struct gateway_call *c,
                                  struct dg_replay_step *step)
{
    step->decision = DG_DECISION_ROUTE;
    return dg_gateway_submit(gateway, c->now, c->request, &step->route);
}

static enum dg_status make_reroute(struct dg_gateway *gateway, const struct gateway_call *c,
                                   struct dg_replay_step *step)
{
    step->decision = DG_DECISION_ROUTE;
    return dg_gateway_reroute(gateway, c->now, c->handle, c->node, (enum dg_refusal)c->refusal,
                              &step->route);
}

static enum dg_status make_hedge(struct dg_gateway *gateway, const struct gateway_call *c,
                                 struct dg_replay_step *step)
{
    step->decision = DG_DECISION_ROUTE;
    return dg_gateway_hedge(gateway, c->now, c->handle, &step->route);
}

static enum dg_status make_answer(struct dg_gateway *gateway, const struct gateway_call *c,
                                  struct dg_replay_step *step)
{
    step->decision = DG_DECISION_RECEIPT;
    return dg_gateway_answer(gateway, c->now, c->handle, c->answer, &step->receipt);
}

static enum dg_status make_fail(struct dg_gateway *gateway, const struct gateway_call *c,
                                struct dg_replay_step *step)
{
    (void)step;
    return dg_gateway_fail(gateway, c->now, c->handle, c->node);
}

static enum dg_status make_close_period(struct dg_gateway *gateway, const struct gateway_call *c,
                                        struct dg_replay_step *step)
{
    step->decision = DG_DECISION_REPORT;
    return dg_gateway_close_period(gateway, c->now, c->period, &step->report);
}

#define MAKER(name) make_##name,
#define NAME(name)  #name,
static maker *const makers[GATEWAY_CALL_COUNT] = {GATEWAY_CALLS(MAKER)};
static const char *const names[GATEWAY_CALL_COUNT] = {GATEWAY_CALLS(NAME)};

const char *gateway_call_name(const struct gateway_call *call)
{
    return names[call->kind];
}

enum dg_status gateway_call_make(struct dg_gateway *gateway, const struct gateway_call *call,
                                 struct dg_replay_step *step)
{
    return makers[call->kind](gateway, call, step);
}
