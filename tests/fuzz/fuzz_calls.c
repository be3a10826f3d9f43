/* Goal: whatever is called, in whatever order, with whatever arguments: a call that fails leaves no trace,
 * money is conserved and no total is negative, every state can be written and goes on from its bytes,
 * and the journals of chain and gateway replay to the state that the calls have led to. The input is
 * the parameters, and then the calls. */
#include <stdlib.h>
#include <string.h>

#include "dg/replay.h"
#include "tests/fuzz/fuzz_chain_drive.h"
#include "tests/fuzz/fuzz_gateway_drive.h"

enum { OPERATORS = 6, SERVERS = 2, USERS = 3, CALLS = 400 };

struct pair {
    struct fuzz_chain drive;
    struct dg_gateway *gateway;
    uint64_t told; /* entries of the log that the gateway has */
    uint8_t *journal[2];
    size_t journal_size[2];
};

/* ---- the pair and what it starts with ---- */

static void ok(enum dg_status status)
{
    fuzz_require(status == DG_OK);
}

/* Every rule that a parameter chooses. */
static void choose_rules(struct dg_params *params, struct fuzz_bytes *bytes)
{
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    for (size_t i = 0; i < count; i++)
        if (rows[i].unit == DG_UNIT_CHOICE)
            dg_param_set(params, &rows[i],
                         fuzz_below(bytes, (uint8_t)(1 + rows[i].maximum % UINT8_MAX)));
}

/* Terms so short that a few calls see their ends. */
static void choose_terms(struct dg_params *params, uint8_t which)
{
    params->sampling_rate = DG_ONE;
    params->sampling_window = 0;
    params->sampling_budget = 100 * DG_TOKEN;
    params->heartbeat_interval = which % 2 * 20 * DG_SECOND;
    params->penalty_downtime_limit = 300 * DG_SECOND;
    params->penalty_downtime_requests = 2;
    params->appeal_window = which / 2 % 2 * 30 * DG_SECOND;
    params->appeal_deposit = DG_TOKEN;
    params->committee_escalation_size = which / 4 % 2 * 4;
    params->committee_escalation_spread = DG_ONE / 5;
    params->quality_threshold_failures = 2;
    params->quality_threshold_window = 4;
    params->quality_p0 = DG_ONE / 10;
    params->quality_p1 = DG_ONE / 2;
    params->quality_cusum_threshold = DG_ONE;
    params->jail_length = 200 * DG_SECOND;
    params->penalty_repeat_window = 3000 * DG_SECOND;
    for (int tier = 0; tier < DG_TIER_COUNT; tier++)
        params->stake_unbonding[tier] = 100 * (1 + tier) * DG_SECOND;
    params->governance_voting_time = params->governance_timelock = 20 * DG_SECOND;
    params->routing_affinity_time = which / 8 % 2 * 60 * DG_SECOND;
    params->routing_hedge_quantile = which / 16 % 2 * (DG_ONE / 2);
}

static void choose_params(struct dg_params *params, struct fuzz_bytes *bytes)
{
    dg_params_default(params);
    choose_rules(params, bytes);
    choose_terms(params, fuzz_u8(bytes));
    if (dg_params_check(params, NULL, 0) != DG_OK)
        dg_params_default(params);
    fuzz_params(params, bytes, fuzz_below(bytes, 16));
    params->routing_affinity_sessions %= 1000; /* a table of more takes long to clear */
    if (dg_params_check(params, NULL, 0) != DG_OK)
        dg_params_default(params);
}

static void add_parties(struct dg_chain *chain, const struct dg_params *params)
{
    const int64_t stake = params->stake_minimum < DG_TOKEN ? DG_TOKEN : params->stake_minimum;
    uint32_t id;

    ok(dg_chain_add_provider(chain, &id));
    ok(dg_chain_add_model(chain, 0, DG_SIZE_8B, 8192, 0, 0, &id));
    ok(dg_chain_add_model(chain, 0, DG_SIZE_70B, 4096, DG_TOKEN / 50, 0, &id));
    for (uint32_t i = 0; i < OPERATORS && stake <= INT64_MAX / 64; i++) {
        struct dg_node_spec spec = {.operator_id = i,
                                    .models = {0, 1},
                                    .model_count = i < SERVERS ? 2 : 0,
                                    .verifier = i >= SERVERS,
                                    .stake = stake};
        ok(dg_chain_add_operator(chain, 4 * stake, &id));
        ok(dg_chain_add_node(chain, 0, &spec, &id));
    }
    if (stake <= INT64_MAX / 64)
        ok(dg_chain_add_gateway(chain, 0, &id));
}

/* Money for the gateway, and what is new in the log of the chain. */
static void tell(struct pair *pair)
{
    struct dg_chain *chain = pair->drive.chain;
    struct dg_node_record record;
    struct dg_model_record model;

    for (uint32_t i = 0; dg_chain_model(chain, i, &model) == DG_OK; i++)
        (void)dg_gateway_apply_model(pair->gateway, &model);
    for (; pair->told < dg_chain_log_end(chain); pair->told++)
        if (dg_chain_log_read(chain, pair->told, &record) == DG_OK)
            (void)dg_gateway_apply_node(pair->gateway, &record);
}

static void fund(struct pair *pair)
{
    struct dg_grant grant;
    uint32_t id;

    for (uint32_t user = 0; user < USERS; user++) {
        ok(dg_chain_add_user(pair->drive.chain, 1000 * DG_TOKEN, &id));
        if (dg_chain_lock(pair->drive.chain, user, 0, 500 * DG_TOKEN, &grant) == DG_OK)
            ok(dg_gateway_apply_grant(pair->gateway, &grant));
    }
}

static void pair_open(struct pair *pair, struct fuzz_bytes *bytes)
{
    const struct dg_gateway_spec spec = {.seed = {1}, .in_flight_limit = 8};
    struct dg_params params;

    choose_params(&params, bytes);
    ok(dg_chain_open(&params, &fuzz_allocator, &pair->drive.chain));
    ok(dg_gateway_open(&params, &spec, &fuzz_allocator, &pair->gateway));
    add_parties(pair->drive.chain, &params);
    fund(pair);
    tell(pair);
    ok(dg_chain_journal_start(pair->drive.chain));
    ok(dg_gateway_journal_start(pair->gateway));
}

static void pair_close(struct pair *pair)
{
    dg_chain_close(pair->drive.chain);
    dg_gateway_close(pair->gateway);
    free(pair->journal[0]);
    free(pair->journal[1]);
}

/* ---- journals ---- */

static void append(struct pair *pair, int which)
{
    const uint8_t *block;
    size_t size;

    if (which == 0)
        ok(dg_chain_journal_take(pair->drive.chain, &block, &size));
    else
        ok(dg_gateway_journal_take(pair->gateway, &block, &size));
    if (size == 0)
        return;
    pair->journal[which] = realloc(pair->journal[which], pair->journal_size[which] + size);
    fuzz_require(pair->journal[which] != NULL);
    memcpy(pair->journal[which] + pair->journal_size[which], block, size);
    pair->journal_size[which] += size;
}

static struct dg_replay *replay(const struct pair *pair, int which)
{
    struct dg_replay *replay;
    struct dg_replay_step step;

    ok(dg_replay_open(NULL, &replay));
    ok(dg_replay_feed(replay, pair->journal[which], pair->journal_size[which]));
    while (dg_replay_next(replay, &step) == DG_OK)
        ;
    ok(dg_replay_end(replay));
    return replay;
}

static void check_same(uint8_t *left, size_t left_size, uint8_t *right, size_t right_size)
{
    fuzz_require(left_size == right_size && memcmp(left, right, left_size) == 0);
    free(left);
    free(right);
}

/* A replay leaves the notices behind, so they are taken from both. */
static void check_chain_journal(struct pair *pair)
{
    struct dg_notice notice;
    size_t left_size, right_size;

    append(pair, 0);
    struct dg_replay *chain = replay(pair, 0);
    while (dg_chain_next_notice(dg_replay_chain(chain), &notice))
        ;
    while (dg_chain_next_notice(pair->drive.chain, &notice))
        ;
    uint8_t *left = fuzz_chain_bytes(pair->drive.chain, &left_size);
    uint8_t *right = fuzz_chain_bytes(dg_replay_chain(chain), &right_size);
    check_same(left, left_size, right, right_size);
    dg_replay_close(chain);
}

static void check_gateway_journal(struct pair *pair)
{
    size_t left_size, right_size;

    append(pair, 1);
    struct dg_replay *gateway = replay(pair, 1);
    uint8_t *left = fuzz_gateway_bytes(pair->gateway, &left_size);
    uint8_t *right = fuzz_gateway_bytes(dg_replay_gateway(gateway), &right_size);
    check_same(left, left_size, right, right_size);
    dg_replay_close(gateway);
}

/* ---- steps ---- */

/* Both are written, and read again. */
static void check_bytes(struct pair *pair)
{
    struct dg_chain *chain;
    struct dg_gateway *gateway;
    size_t size, again_size;

    uint8_t *bytes = fuzz_chain_bytes(pair->drive.chain, &size);
    ok(dg_chain_restore(bytes, size, NULL, &chain));
    uint8_t *again = fuzz_chain_bytes(chain, &again_size);
    check_same(bytes, size, again, again_size);
    dg_chain_close(chain);
    bytes = fuzz_gateway_bytes(pair->gateway, &size);
    ok(dg_gateway_restore(bytes, size, NULL, &gateway));
    again = fuzz_gateway_bytes(gateway, &again_size);
    check_same(bytes, size, again, again_size);
    dg_gateway_close(gateway);
}

/* The period of the gateway reaches the chain, which reveals it. */
static void report(struct pair *pair, struct fuzz_bytes *bytes)
{
    struct dg_chain *chain = pair->drive.chain;
    uint8_t beacon[DG_HASH_BYTES] = {fuzz_u8(bytes)};
    uint64_t period = chain->next_period;
    struct dg_report message;

    if (dg_gateway_close_period(pair->gateway, pair->gateway->now, period, &message) != DG_OK)
        return;
    (void)dg_chain_report(chain, chain->now, &message);
    (void)dg_chain_reveal(chain, chain->now, period, beacon);
}

/* The first request in flight is answered. */
static void answer(struct pair *pair)
{
    const struct flight_pool *pool = &pair->gateway->flights;
    struct dg_answer answer = {.ttft = DG_SECOND / 10, .total = DG_SECOND};
    struct dg_receipt receipt;
    struct dg_hash digest;
    uint32_t slot = 0;

    while (slot < pool->used && pool->flights[slot].copy_count == 0)
        slot++;
    if (slot == pool->used)
        return;
    fuzz_answer_digest(&digest);
    dg_answer_commitment(&digest, FUZZ_NONCE, &answer.commitment);
    answer.node = pool->flights[slot].copies[0].node;
    answer.tokens_out = pool->flights[slot].tokens_out_max / 2;
    (void)dg_gateway_answer(pair->gateway, pair->gateway->now,
                            flight_handle(pool, &pool->flights[slot]), &answer, &receipt);
}

/* A request that most states serve; its answer and report may follow. */
static void submit(struct pair *pair, struct fuzz_bytes *bytes)
{
    const struct dg_request request = {.request = pair->gateway->last_request + 1,
                                       .user = fuzz_below(bytes, USERS),
                                       .model = fuzz_below(bytes, 2),
                                       .tokens_in = 100,
                                       .tokens_out_max = 100,
                                       .session = fuzz_below(bytes, 4)};
    struct dg_route route;

    (void)dg_gateway_submit(pair->gateway, pair->gateway->now, &request, &route);
}

/* The latest check is opened, and its members give scores: some of them, or otherwise than they sealed
 * them, as the bytes say. */
static void judge(struct pair *pair, struct fuzz_bytes *bytes)
{
    struct fuzz_chain *drive = &pair->drive;
    struct dg_hash digest, sealed;
    uint8_t members = fuzz_u8(bytes), score = fuzz_u8(bytes);

    if (drive->known == 0)
        return;
    const struct dg_notice *check = &drive->checks[(drive->known - 1) % FUZZ_CHECKS];
    int64_t now = check->at > drive->chain->now ? check->at : drive->chain->now;
    fuzz_answer_digest(&digest);
    (void)dg_chain_open_answer(drive->chain, now, check->check, &digest, FUZZ_NONCE);
    for (int show = 0; show < 2; show++)
        for (unsigned i = 0; i < check->member_count; i++) {
            uint16_t value = (uint16_t)((score >> i % 8 & 1) * (DG_SCORE_ONE / 2) + score);
            dg_score_commitment(check->check, check->members[i], value, FUZZ_NONCE, &sealed);
            if (show == 0)
                (void)dg_chain_commit_score(drive->chain, now, check->check, check->members[i],
                                            &sealed);
            else if ((members >> i % 8 & 1) == 0)
                (void)dg_chain_reveal_score(drive->chain, drive->chain->now, check->check,
                                            check->members[i], value, FUZZ_NONCE);
        }
}

static void step(struct pair *pair, struct fuzz_bytes *bytes)
{
    switch (fuzz_below(bytes, 16)) {
    case 0: tell(pair); break;
    case 1: report(pair, bytes); break;
    case 2: answer(pair); break;
    case 3: append(pair, fuzz_below(bytes, 2)); break;
    case 4: check_bytes(pair); break;
    case 5: submit(pair, bytes); break;
    case 6: judge(pair, bytes); break;
    case 7:
        submit(pair, bytes);
        answer(pair);
        break;
    case 8: fuzz_take_notices(&pair->drive); break;
    case 9:
    case 10:
    case 11: (void)fuzz_gateway_step(pair->gateway, bytes); break;
    default: (void)fuzz_chain_step(&pair->drive, bytes, false); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {.data = data, .size = size};
    struct pair pair = {0};

    pair_open(&pair, &bytes);
    for (unsigned i = 0; i < CALLS && bytes.size > 0; i++)
        step(&pair, &bytes);
    ok(dg_chain_audit(pair.drive.chain));
    check_bytes(&pair);
    check_chain_journal(&pair);
    check_gateway_journal(&pair);
    pair_close(&pair);
    return 0;
}
