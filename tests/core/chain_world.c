#include "chain_world.h"

#include <stdlib.h>

/* ---- memory ---- */

static void *memory_resize(void *context, void *block, size_t size)
{
    struct chain_memory *memory = context;

    if (size == 0) {
        memory->live -= block != NULL;
        free(block);
        return NULL;
    }
    memory->asked++;
    if (memory->left > 0 && --memory->left == 0) {
        memory->refused = true;
        return NULL;
    }
    memory->live += block == NULL;
    return realloc(block, size);
}

struct dg_allocator chain_memory_allocator(struct chain_memory *memory)
{
    return (struct dg_allocator){.resize = memory_resize, .context = memory};
}

/* ---- open and close ---- */

void chain_world_params(struct dg_params *params)
{
    dg_params_default(params);
    params->sampling_rate = DG_ONE;
    params->sampling_window = 0;
    params->committee_weights = 0;  /* uniform */
    params->heartbeat_interval = 0; /* nobody sends any */
}

static void add_operators(struct chain_world *world)
{
    uint32_t id;

    for (uint32_t i = 0; i < WORLD_OPERATORS; i++) {
        assert_status(dg_chain_add_operator(world->chain, WORLD_GENESIS, &id), DG_OK);
        assert_int_equal(id, i);
    }
    for (uint32_t i = 0; i < WORLD_GATEWAYS; i++) {
        assert_status(dg_chain_add_gateway(world->chain, OPERATOR_GATEWAY + i, &id), DG_OK);
        assert_int_equal(id, i);
    }
}

static void add_models(struct chain_world *world)
{
    uint32_t provider, id;

    assert_status(dg_chain_add_provider(world->chain, &provider), DG_OK);
    assert_status(dg_chain_add_model(world->chain, provider, DG_SIZE_8B, 8192, 0, DG_ONE / 10, &id),
                  DG_OK);
    assert_int_equal(id, MODEL_SMALL);
    assert_status(
        dg_chain_add_model(world->chain, provider, DG_SIZE_70B, 8192, DG_TOKEN / 50, 0, &id),
        DG_OK);
    assert_int_equal(id, MODEL_LARGE);
}

static void add_node(struct chain_world *world, struct dg_node_spec spec, uint32_t expected)
{
    uint32_t id;

    spec.stake = WORLD_STAKE;
    assert_status(dg_chain_add_node(world->chain, 0, &spec, &id), DG_OK);
    assert_int_equal(id, expected);
}

static void add_nodes(struct chain_world *world)
{
    add_node(world,
             (struct dg_node_spec){.operator_id = OPERATOR_SERVER,
                                   .models = {MODEL_SMALL, MODEL_LARGE},
                                   .model_count = 2},
             NODE_SERVER);
    for (uint32_t i = 0; i < WORLD_VERIFIERS; i++)
        add_node(world,
                 (struct dg_node_spec){.operator_id = OPERATOR_VERIFIER + i, .verifier = true},
                 NODE_VERIFIER + i);
    add_node(world, (struct dg_node_spec){.operator_id = OPERATOR_SERVER, .verifier = true},
             NODE_OWN);
    add_node(world,
             (struct dg_node_spec){.operator_id = OPERATOR_OTHER,
                                   .models = {MODEL_SMALL},
                                   .model_count = 1,
                                   .price = DG_TOKEN / 25},
             NODE_OTHER);
}

static void add_users(struct chain_world *world)
{
    struct dg_grant grant;
    uint32_t id;

    for (uint32_t user = 0; user < WORLD_USERS; user++) {
        assert_status(dg_chain_add_user(world->chain, WORLD_BALANCE, &id), DG_OK);
        assert_int_equal(id, user);
        for (uint32_t gateway = 0; gateway < WORLD_GATEWAYS; gateway++)
            assert_status(dg_chain_lock(world->chain, user, gateway, WORLD_LOCKED, &grant), DG_OK);
    }
}

void chain_world_open(struct chain_world *world, const struct dg_params *params,
                      const struct dg_allocator *allocator)
{
    *world = (struct chain_world){0};
    if (params != NULL)
        world->params = *params;
    else
        chain_world_params(&world->params);
    assert_status(dg_chain_open(&world->params, allocator, &world->chain), DG_OK);
    add_operators(world);
    add_models(world);
    add_nodes(world);
    add_users(world);
}

void chain_world_close(struct chain_world *world)
{
    dg_chain_close(world->chain);
    *world = (struct chain_world){0};
}

/* ---- honest messages ---- */

struct dg_hash chain_world_digest(uint32_t gateway, uint64_t number)
{
    struct dg_hash digest = {{(uint8_t)gateway, 0xa5}};

    memcpy(digest.bytes + 8, &number, sizeof number);
    return digest;
}

uint64_t chain_world_nonce(uint32_t gateway, uint64_t number)
{
    return number * 31 + gateway + 1;
}

static int64_t price_of(const struct chain_world *world, uint32_t node, uint32_t model)
{
    struct dg_model_record record;
    int64_t asking = chain_world_record(world, node).price;

    if (asking > 0)
        return asking;
    assert_status(dg_chain_model(world->chain, model, &record), DG_OK);
    return record.price > 0 ? record.price : world->params.fees_unit_price;
}

void chain_world_price(const struct chain_world *world, struct dg_receipt *receipt)
{
    struct dg_model_record model;
    int64_t weighted = (int64_t)receipt->tokens_in + 4 * (int64_t)receipt->tokens_out;

    assert_status(dg_chain_model(world->chain, receipt->model, &model), DG_OK);
    receipt->compute_milli = world->params.metering_weight[model.size_class] * weighted;
    int64_t fee =
        (receipt->compute_milli * price_of(world, receipt->node, receipt->model) + 500) / 1000;
    receipt->royalty = (fee * (model.royalty / 1000) + DG_ONE / 2000) / (DG_ONE / 1000);
    receipt->fee = fee + receipt->royalty;
}

struct dg_receipt chain_world_receipt(const struct chain_world *world, uint32_t gateway,
                                      uint64_t number, uint32_t node, uint32_t model)
{
    struct dg_receipt receipt = {
        .number = number,
        .request = 1000 + number,
        .node = node,
        .model = model,
        .tokens_in = 1000,
        .tokens_out = 500,
        .rate = world->params.sampling_rate,
    };
    struct dg_hash digest = chain_world_digest(gateway, number);

    chain_world_price(world, &receipt);
    dg_answer_commitment(&digest, chain_world_nonce(gateway, number), &receipt.commitment);
    return receipt;
}

struct dg_report chain_world_report(uint32_t gateway, uint64_t period,
                                    const struct dg_receipt *receipts, size_t count)
{
    struct dg_report report = {
        .gateway = gateway, .period = period, .receipts = receipts, .receipt_count = count};

    assert_status(dg_receipts_root(gateway, receipts, count, &report.root), DG_OK);
    return report;
}

void chain_world_beacon(uint64_t period, uint8_t beacon[DG_HASH_BYTES])
{
    for (unsigned i = 0; i < DG_HASH_BYTES; i++)
        beacon[i] = (uint8_t)(period * 37 + i * 11 + 5);
}

/* ---- steps ---- */

void chain_world_reveal(struct chain_world *world)
{
    uint8_t beacon[DG_HASH_BYTES];

    chain_world_beacon(world->period, beacon);
    assert_status(dg_chain_reveal(world->chain, world->now, world->period, beacon), DG_OK);
    world->period++;
}

uint32_t chain_world_check(struct chain_world *world, uint32_t node, uint32_t model)
{
    struct dg_receipt receipt = chain_world_receipt(world, 0, world->number[0]++, node, model);
    struct dg_report report = chain_world_report(0, world->period, &receipt, 1);

    assert_status(dg_chain_report(world->chain, world->now, &report), DG_OK);
    chain_world_reveal(world);
    world->check = chain_world_notice(world, DG_NOTICE_CHECK);
    return world->check.check;
}

void chain_world_advance(struct chain_world *world, int64_t now)
{
    world->now = now;
    assert_status(dg_chain_advance(world->chain, now), DG_OK);
}

enum dg_status chain_world_open_answer(struct chain_world *world)
{
    const struct dg_notice *check = &world->check;
    struct dg_hash digest = chain_world_digest(check->gateway, check->number);

    return dg_chain_open_answer(world->chain, world->now, check->check, &digest,
                                chain_world_nonce(check->gateway, check->number));
}

enum dg_status chain_world_commit(struct chain_world *world, uint32_t verifier, uint16_t score)
{
    struct dg_hash commitment;

    dg_score_commitment(world->check.check, verifier, score, verifier + 7, &commitment);
    return dg_chain_commit_score(world->chain, world->now, world->check.check, verifier,
                                 &commitment);
}

enum dg_status chain_world_show(struct chain_world *world, uint32_t verifier, uint16_t score)
{
    return dg_chain_reveal_score(world->chain, world->now, world->check.check, verifier, score,
                                 verifier + 7);
}

void chain_world_judge(struct chain_world *world, uint16_t score)
{
    const struct dg_notice *check = &world->check;

    assert_status(chain_world_open_answer(world), DG_OK);
    for (unsigned i = 0; i < check->member_count; i++)
        assert_status(chain_world_commit(world, check->members[i], score), DG_OK);
    for (unsigned i = 0; i < check->member_count; i++)
        assert_status(chain_world_show(world, check->members[i], score), DG_OK);
}

void chain_world_round(struct chain_world *world, const uint32_t *members, size_t count,
                       const uint16_t *scores)
{
    for (size_t i = 0; i < count; i++)
        assert_status(chain_world_commit(world, members[i], scores[i]), DG_OK);
    for (size_t i = 0; i < count; i++)
        assert_status(chain_world_show(world, members[i], scores[i]), DG_OK);
}

void chain_world_verdict(struct chain_world *world, uint32_t node, uint32_t model, uint16_t score)
{
    (void)chain_world_check(world, node, model);
    chain_world_judge(world, score);
    (void)chain_world_drop_notices(world);
}

/* ---- reading ---- */

int64_t chain_world_balance(const struct chain_world *world, enum dg_account kind, uint32_t index)
{
    int64_t amount = 0;

    assert_status(dg_chain_balance(world->chain, kind, index, &amount), DG_OK);
    return amount;
}

struct dg_node_account chain_world_account(const struct chain_world *world, uint32_t node)
{
    struct dg_node_account account = {0};

    assert_status(dg_chain_node(world->chain, node, &account), DG_OK);
    return account;
}

struct dg_node_record chain_world_record(const struct chain_world *world, uint32_t node)
{
    struct dg_node_record record = {0};

    assert_status(dg_chain_node_record(world->chain, node, &record), DG_OK);
    return record;
}

struct dg_notice chain_world_notice(struct chain_world *world, enum dg_notice_kind kind)
{
    struct dg_notice notice = {0};

    assert_true(dg_chain_next_notice(world->chain, &notice));
    assert_int_equal(notice.kind, kind);
    return notice;
}

void chain_world_no_notice(struct chain_world *world)
{
    struct dg_notice notice;

    assert_false(dg_chain_next_notice(world->chain, &notice));
}

size_t chain_world_drop_notices(struct chain_world *world)
{
    struct dg_notice notice;
    size_t count = 0;

    while (dg_chain_next_notice(world->chain, &notice))
        count++;
    return count;
}
