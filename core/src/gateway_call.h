/* gateway_call.h - a call that changes a gateway, as a value: what the journal keeps and a replay makes
 * again. One row a call in gateway_call.c says which of the fields it uses, and how it is made. */
#ifndef CORE_GATEWAY_CALL_H
#define CORE_GATEWAY_CALL_H

#include "codec.h"
#include "dg/replay.h"

#define GATEWAY_CALLS(X)                                                                           \
    X(apply_model)                                                                                 \
    X(apply_node)                                                                                  \
    X(apply_grant)                                                                                 \
    X(apply_params)                                                                                \
    X(submit)                                                                                      \
    X(reroute)                                                                                     \
    X(hedge)                                                                                       \
    X(answer)                                                                                      \
    X(fail)                                                                                        \
    X(close_period)

#define GATEWAY_CALL_KIND(name) GATEWAY_CALL_##name,
enum gateway_call_kind { GATEWAY_CALLS(GATEWAY_CALL_KIND) GATEWAY_CALL_COUNT };
#undef GATEWAY_CALL_KIND

struct gateway_call {
    uint8_t kind; /* enum gateway_call_kind */
    int64_t now;
    uint64_t handle;
    uint64_t period;
    uint32_t node;
    uint8_t refusal; /* enum dg_refusal */
    const struct dg_model_record *model;
    const struct dg_node_record *record;
    const struct dg_grant *grant;
    const struct dg_params *params;
    const struct dg_request *request;
    const struct dg_answer *answer;
};

/* What the pointers of a call that is read lead to. */
struct gateway_call_room {
    struct dg_model_record model;
    struct dg_node_record record;
    struct dg_grant grant;
    struct dg_params params;
    struct dg_request request;
    struct dg_answer answer;
};

void gateway_call_write(struct codec *codec, const struct gateway_call *call);
void gateway_call_read(struct codec *codec, struct gateway_call *call,
                       struct gateway_call_room *room);

const char *gateway_call_name(const struct gateway_call *call);
/* Makes the call and tells in *step what it decided. */
enum dg_status gateway_call_make(struct dg_gateway *gateway, const struct gateway_call *call,
                                 struct dg_replay_step *step);

/* The bytes of a decision. */
void codec_route(struct codec *codec, struct dg_route *route);

#endif
