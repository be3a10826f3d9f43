#include "chain_call.h"

#include "memory.h"
#include "message_codec.h"

void chain_call_room_fini(struct chain_call_room *room, const struct dg_allocator *allocator)
{
    memory_release(allocator, room->receipts);
    memory_release(allocator, room->failures);
    memory_release(allocator, room->nodes);
    *room = (struct chain_call_room){0};
}

/* ---- fields that are structures ---- */

static void spec_codec(struct codec *codec, struct dg_node_spec *spec)
{
    uint8_t tier = (uint8_t)spec->tier;

    codec_u32(codec, &spec->operator_id);
    codec_u8_below(codec, &spec->model_count, DG_NODE_MODELS_MAX + 1);
    for (unsigned i = 0; i < spec->model_count && codec_goes_on(codec); i++)
        codec_u32(codec, &spec->models[i]);
    codec_bool(codec, &spec->verifier);
    codec_i64(codec, &spec->price);
    codec_i64(codec, &spec->declared_cost);
    codec_i64(codec, &spec->stake);
    codec_i64(codec, &spec->commission);
    codec_u8_below(codec, &tier, DG_TIER_COUNT);
    spec->tier = (enum dg_tier)tier;
}

static void order_codec(struct codec *codec, struct dg_bond_order *order)
{
    uint8_t kind = (uint8_t)order->owner_kind, tier = (uint8_t)order->tier;

    codec_u8_below(codec, &kind, DG_OWNER_DELEGATOR + 1);
    codec_u8_below(codec, &tier, DG_TIER_COUNT);
    codec_u32(codec, &order->owner);
    codec_u32(codec, &order->node);
    codec_i64(codec, &order->amount);
    order->owner_kind = (enum dg_owner)kind;
    order->tier = (enum dg_tier)tier;
}

static void report_read(struct codec *codec, struct chain_call_room *room)
{
    void *receipts = room->receipts, *failures = room->failures;

    codec_report_head(codec, &room->report);
    codec_items(codec, &receipts, &room->report.receipt_count, &room->receipt_capacity,
                sizeof *room->receipts, CODEC_RECEIPT_BYTES);
    room->receipts = receipts;
    room->report.receipts = room->receipts;
    for (size_t i = 0; i < room->report.receipt_count; i++)
        codec_receipt(codec, &room->receipts[i]);
    codec_items(codec, &failures, &room->report.failure_count, &room->failure_capacity,
                sizeof *room->failures, CODEC_FAILURE_BYTES);
    room->failures = failures;
    room->report.failures = room->failures;
    for (size_t i = 0; i < room->report.failure_count; i++)
        codec_failure(codec, &room->failures[i]);
}

static void nodes_write(struct codec *codec, const struct chain_call *call)
{
    size_t count = call->node_count;

    codec_items(codec, NULL, &count, NULL, 0, 1);
    for (size_t i = 0; i < count; i++) {
        uint32_t node = call->nodes[i];
        codec_u32(codec, &node);
    }
}

static void nodes_read(struct codec *codec, struct chain_call *call, struct chain_call_room *room)
{
    void *nodes = room->nodes;

    codec_items(codec, &nodes, &call->node_count, &room->node_capacity, sizeof *room->nodes, 4);
    room->nodes = nodes;
    call->nodes = room->nodes;
    for (size_t i = 0; i < call->node_count; i++)
        codec_u32(codec, &room->nodes[i]);
}

/* ---- how each call is made ---- */

typedef enum dg_status maker(struct dg_chain *chain, const struct chain_call *c);

static enum dg_status make_add_operator(struct dg_chain *chain, const struct chain_call *c)
{
    uint32_t id;
    return dg_chain_add_operator(chain, c->amounts[0], &id);
}

static enum dg_status make_add_user(struct dg_chain *chain, const struct chain_call *c)
{
    uint32_t id;
    return dg_chain_add_user(chain, c->amounts[0], &id);
}

static enum dg_status make_add_gateway(struct dg_chain *chain, const struct chain_call *c)
{
    uint32_t id;
    return dg_chain_add_gateway(chain, c->ids[0], &id);
}

static enum dg_status make_add_prober(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_add_prober(chain, c->ids[0]);
}

static enum dg_status make_add_provider(struct dg_chain *chain, const struct chain_call *c)
{
    uint32_t id;
    (void)c;
    return dg_chain_add_provider(chain, &id);
}

static enum dg_status make_add_delegator(struct dg_chain *chain, const struct chain_call *c)
{
    uint32_t id;
    return dg_chain_add_delegator(chain, c->amounts[0], &id);
}

static enum dg_status make_add_model(struct dg_chain *chain, const struct chain_call *c)
{
    uint32_t id;
    return dg_chain_add_model(chain, c->ids[0], c->small[0], c->ids[1], c->amounts[0],
                              c->amounts[1], &id);
}

static enum dg_status make_add_node(struct dg_chain *chain, const struct chain_call *c)
{
    uint32_t id;
    return dg_chain_add_node(chain, c->now, c->spec, &id);
}

static enum dg_status make_bond(struct dg_chain *chain, const struct chain_call *c)
{
    uint32_t id;
    return dg_chain_bond(chain, c->now, c->order, &id);
}

static enum dg_status make_unbond(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_unbond(chain, c->now, c->ids[0], c->amounts[0]);
}

static enum dg_status make_redelegate(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_redelegate(chain, c->now, c->ids[0], c->ids[1], c->amounts[0]);
}

static enum dg_status make_leave(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_leave(chain, c->now, c->ids[0]);
}

static enum dg_status make_set_commission(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_set_commission(chain, c->ids[0], c->amounts[0]);
}

static enum dg_status make_deposit(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_deposit(chain, c->ids[0], c->amounts[0]);
}

static enum dg_status make_lock(struct dg_chain *chain, const struct chain_call *c)
{
    struct dg_grant grant;
    return dg_chain_lock(chain, c->ids[0], c->ids[1], c->amounts[0], &grant);
}

static enum dg_status make_log_trim(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_log_trim(chain, c->number);
}

static enum dg_status make_report(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_report(chain, c->now, c->report);
}

static enum dg_status make_reveal(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_reveal(chain, c->now, c->number, c->hash.bytes);
}

static enum dg_status make_open_answer(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_open_answer(chain, c->now, c->ids[0], &c->hash, c->number);
}

static enum dg_status make_commit_score(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_commit_score(chain, c->now, c->ids[0], c->ids[1], &c->hash);
}

static enum dg_status make_reveal_score(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_reveal_score(chain, c->now, c->ids[0], c->ids[1], c->score, c->number);
}

static enum dg_status make_commit_gold(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_commit_gold(chain, c->now, c->ids[0], &c->hash);
}

static enum dg_status make_reveal_gold(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_reveal_gold(chain, c->now, c->ids[0], c->score, c->number);
}

static enum dg_status make_appeal(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_appeal(chain, c->now, c->ids[0]);
}

static enum dg_status make_advance(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_advance(chain, c->now);
}

static enum dg_status make_heartbeats(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_heartbeats(chain, c->now, c->nodes, c->node_count);
}

static enum dg_status make_request_release(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_request_release(chain, c->now, c->ids[0]);
}

static enum dg_status make_propose(struct dg_chain *chain, const struct chain_call *c)
{
    uint32_t id;
    return dg_chain_propose(chain, c->now, (enum dg_owner)c->small[0], c->ids[0], c->ids[1],
                            c->amounts[0], &id);
}

static enum dg_status make_vote(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_vote(chain, c->now, c->ids[0], (enum dg_owner)c->small[0], c->ids[1],
                         c->small[1] != 0);
}

static enum dg_status make_close_epoch(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_close_epoch(chain, c->now);
}

static enum dg_status make_settle(struct dg_chain *chain, const struct chain_call *c)
{
    return dg_chain_settle(chain, c->now);
}

/* ---- the table ---- */

/* Fields after kind and time, in order: i an id, b a small number, s a score, a an amount, n a number,
 * h a hash; S, O, R, N: specification, order, report, nodes. */
static const char *const fields[CHAIN_CALL_COUNT] = {
    [CHAIN_CALL_add_operator] = "a",
    [CHAIN_CALL_add_user] = "a",
    [CHAIN_CALL_add_gateway] = "i",
    [CHAIN_CALL_add_prober] = "i",
    [CHAIN_CALL_add_provider] = "",
    [CHAIN_CALL_add_delegator] = "a",
    [CHAIN_CALL_add_model] = "ibiaa",
    [CHAIN_CALL_add_node] = "S",
    [CHAIN_CALL_bond] = "O",
    [CHAIN_CALL_unbond] = "ia",
    [CHAIN_CALL_redelegate] = "iia",
    [CHAIN_CALL_leave] = "i",
    [CHAIN_CALL_set_commission] = "ia",
    [CHAIN_CALL_deposit] = "ia",
    [CHAIN_CALL_lock] = "iia",
    [CHAIN_CALL_log_trim] = "n",
    [CHAIN_CALL_report] = "R",
    [CHAIN_CALL_reveal] = "nh",
    [CHAIN_CALL_open_answer] = "ihn",
    [CHAIN_CALL_commit_score] = "iih",
    [CHAIN_CALL_reveal_score] = "iisn",
    [CHAIN_CALL_commit_gold] = "ih",
    [CHAIN_CALL_reveal_gold] = "isn",
    [CHAIN_CALL_appeal] = "i",
    [CHAIN_CALL_advance] = "",
    [CHAIN_CALL_heartbeats] = "N",
    [CHAIN_CALL_request_release] = "i",
    [CHAIN_CALL_propose] = "biia",
    [CHAIN_CALL_vote] = "ibib",
    [CHAIN_CALL_close_epoch] = "",
    [CHAIN_CALL_settle] = "",
};

#define MAKER(name) make_##name,
#define NAME(name)  #name,
static maker *const makers[CHAIN_CALL_COUNT] = {CHAIN_CALLS(MAKER)};
static const char *const names[CHAIN_CALL_COUNT] = {CHAIN_CALLS(NAME)};

const char *chain_call_name(const struct chain_call *call)
{
    return names[call->kind];
}

enum dg_status chain_call_make(struct dg_chain *chain, const struct chain_call *call)
{
    return makers[call->kind](chain, call);
}

/* How many of each repeatable field were met so far. */
struct place {
    unsigned id, small, amount;
};

static void structure_codec(struct codec *codec, char field, struct chain_call *call,
                            struct chain_call_room *room)
{
    switch (field) {
    case 'S':
        spec_codec(codec, &room->spec);
        call->spec = &room->spec;
        break;
    case 'O':
        order_codec(codec, &room->order);
        call->order = &room->order;
        break;
    case 'R':
        if (codec->reading)
            report_read(codec, room);
        else
            codec_report(codec, &room->report, &(struct dg_report_room){0});
        call->report = &room->report;
        break;
    default:
        if (codec->reading)
            nodes_read(codec, call, room);
        else
            nodes_write(codec, call);
        break;
    }
}

static void field_codec(struct codec *codec, char field, struct chain_call *call,
                        struct chain_call_room *room, struct place *place)
{
    switch (field) {
    case 'i': codec_u32(codec, &call->ids[place->id++]); break;
    case 'b': codec_u8(codec, &call->small[place->small++]); break;
    case 's': codec_u16(codec, &call->score); break;
    case 'a': codec_i64(codec, &call->amounts[place->amount++]); break;
    case 'n': codec_u64(codec, &call->number); break;
    case 'h': codec_hash(codec, &call->hash); break;
    default: structure_codec(codec, field, call, room); break;
    }
}

static void call_codec(struct codec *codec, struct chain_call *call, struct chain_call_room *room)
{
    struct place place = {0};

    codec_u8_below(codec, &call->kind, CHAIN_CALL_COUNT);
    codec_i64(codec, &call->now);
    if (call->kind >= CHAIN_CALL_COUNT)
        return;
    for (const char *field = fields[call->kind]; *field != 0; field++)
        field_codec(codec, *field, call, room, &place);
}

void chain_call_write(struct codec *codec, const struct chain_call *call)
{
    struct chain_call copy = *call;
    struct chain_call_room room = {0};

    if (call->spec != NULL)
        room.spec = *call->spec;
    if (call->order != NULL)
        room.order = *call->order;
    if (call->report != NULL)
        room.report = *call->report;
    call_codec(codec, &copy, &room);
}

void chain_call_read(struct codec *codec, struct chain_call *call, struct chain_call_room *room)
{
    *call = (struct chain_call){0};
    call_codec(codec, call, room);
}
