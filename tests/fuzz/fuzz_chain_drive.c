/* Ids, numbers and periods that would be right are read from the state itself, so that a chain that was
 * restored from any bytes can be driven like one that grew from calls. */
#include "tests/fuzz/fuzz_chain_drive.h"

#include <stdlib.h>
#include <string.h>

#include "dg/verify.h"

enum { RECEIPTS = 3, FAILURES = 2, HEARTBEATS = 4 };

uint8_t *fuzz_chain_bytes(const struct dg_chain *chain, size_t *size)
{
    uint8_t *bytes = malloc(FUZZ_STATE_SIZE);

    fuzz_require(bytes != NULL);
    enum dg_status status = dg_chain_snapshot(chain, bytes, FUZZ_STATE_SIZE, size);
    if (status == DG_ERROR_LIMIT) {
        free(bytes);
        bytes = malloc(*size);
        fuzz_require(bytes != NULL);
        status = dg_chain_snapshot(chain, bytes, *size, size);
    }
    fuzz_require(status == DG_OK);
    return bytes;
}

void fuzz_answer_digest(struct dg_hash *digest)
{
    *digest = (struct dg_hash){{1, 2, 3}};
}

/* ---- registry, money, stake ---- */

static enum dg_status add_party(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    struct dg_chain *chain = drive->chain;
    uint32_t id;

    switch (fuzz_below(bytes, 7)) {
    case 0: return dg_chain_add_operator(chain, fuzz_amount(bytes), &id);
    case 1: return dg_chain_add_user(chain, fuzz_amount(bytes), &id);
    case 2: return dg_chain_add_delegator(chain, fuzz_amount(bytes), &id);
    case 3: return dg_chain_add_provider(chain, &id);
    case 4: return dg_chain_add_prober(chain, fuzz_id(bytes));
    case 5: return dg_chain_add_gateway(chain, fuzz_id(bytes), &id);
    default:
        return dg_chain_add_model(chain, fuzz_id(bytes), fuzz_u8(bytes) % 8, fuzz_count(bytes),
                                  fuzz_amount(bytes), fuzz_amount(bytes), &id);
    }
}

static enum dg_status add_node(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    struct dg_node_spec spec = {.operator_id = fuzz_id(bytes),
                                .model_count = fuzz_u8(bytes) % (DG_NODE_MODELS_MAX + 2),
                                .verifier = fuzz_below(bytes, 2) != 0,
                                .price = fuzz_amount(bytes),
                                .declared_cost = fuzz_amount(bytes),
                                .stake = fuzz_amount(bytes),
                                .commission = fuzz_amount(bytes),
                                .tier = (enum dg_tier)fuzz_below(bytes, DG_TIER_COUNT + 1)};
    uint32_t id;

    for (unsigned i = 0; i < spec.model_count && i < DG_NODE_MODELS_MAX; i++)
        spec.models[i] = fuzz_id(bytes);
    return dg_chain_add_node(drive->chain, fuzz_time(bytes, drive->chain->now), &spec, &id);
}

static enum dg_status move_money(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    struct dg_grant grant;

    if (fuzz_below(bytes, 2) == 0)
        return dg_chain_deposit(drive->chain, fuzz_id(bytes), fuzz_amount(bytes));
    return dg_chain_lock(drive->chain, fuzz_id(bytes), fuzz_id(bytes), fuzz_amount(bytes), &grant);
}

static enum dg_status bond(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    struct dg_bond_order order = {.owner_kind = (enum dg_owner)fuzz_below(bytes, 3),
                                  .tier = (enum dg_tier)fuzz_below(bytes, DG_TIER_COUNT + 1),
                                  .owner = fuzz_id(bytes),
                                  .node = fuzz_id(bytes),
                                  .amount = fuzz_amount(bytes)};
    uint32_t position;

    return dg_chain_bond(drive->chain, fuzz_time(bytes, drive->chain->now), &order, &position);
}

static enum dg_status move_stake(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    struct dg_chain *chain = drive->chain;
    uint8_t kind = fuzz_below(bytes, 4);
    int64_t now = fuzz_time(bytes, chain->now);
    uint32_t id = fuzz_id(bytes);

    switch (kind) {
    case 0: return dg_chain_unbond(chain, now, id, fuzz_amount(bytes));
    case 1: return dg_chain_redelegate(chain, now, id, fuzz_id(bytes), fuzz_amount(bytes));
    case 2: return dg_chain_leave(chain, now, id);
    default: return dg_chain_set_commission(chain, id, fuzz_amount(bytes));
    }
}

static enum dg_status presence(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    uint32_t nodes[HEARTBEATS];
    uint8_t kind = fuzz_below(bytes, HEARTBEATS + 2);
    int64_t now = fuzz_time(bytes, drive->chain->now);

    if (kind > HEARTBEATS)
        return dg_chain_request_release(drive->chain, now, fuzz_id(bytes));
    for (unsigned i = 0; i < kind; i++)
        nodes[i] = fuzz_id(bytes);
    return dg_chain_heartbeats(drive->chain, now, nodes, kind);
}

/* ---- governance ---- */

static enum dg_status govern(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    struct dg_chain *chain = drive->chain;
    int64_t now = fuzz_time(bytes, chain->now);
    enum dg_owner kind = (enum dg_owner)fuzz_below(bytes, 3);
    uint32_t owner = fuzz_id(bytes), proposal;
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    if (fuzz_below(bytes, 2) == 0)
        return dg_chain_vote(chain, now, fuzz_id(bytes), kind, owner, fuzz_below(bytes, 2) != 0);
    uint32_t row = fuzz_u8(bytes);
    int64_t value = fuzz_amount(bytes);
    if (row < count && fuzz_below(bytes, 2) == 0)
        value = fuzz_below(bytes, 2) == 0 ? rows[row].minimum : rows[row].maximum;
    return dg_chain_propose(chain, now, kind, owner, row, value, &proposal);
}

/* ---- receipts ---- */

/* Compute, royalty and fee as they follow from the tokens, where the parties are known. */
static void price(const struct dg_chain *chain, struct dg_receipt *receipt)
{
    struct dg_model_record model;
    struct dg_node_record node;
    const struct dg_params *params = &chain->params;

    if (dg_chain_model(chain, receipt->model, &model) != DG_OK ||
        dg_chain_node_record(chain, receipt->node, &node) != DG_OK || receipt->tokens_in > 100000 ||
        receipt->tokens_out > 100000)
        return;
    int64_t unit = node.price > 0 ? node.price : model.price;
    unit = unit > 0 ? unit : params->fees_unit_price;
    __int128 milli = (__int128)params->metering_weight[model.size_class] *
                     ((__int128)params->metering_input_weight * receipt->tokens_in +
                      (__int128)params->metering_output_weight * receipt->tokens_out);
    __int128 fee = milli > 1000000000 ? 0 : (milli * unit + 500) / 1000;
    if (milli > 1000000000 || fee > INT64_MAX / 4)
        return;
    receipt->compute_milli = (int64_t)milli;
    receipt->royalty = (int64_t)((fee * model.royalty + DG_ONE / 2) / DG_ONE);
    receipt->fee = (int64_t)fee + receipt->royalty;
}

static struct dg_receipt any_receipt(const struct dg_chain *chain, struct fuzz_bytes *bytes,
                                     uint64_t number)
{
    struct dg_receipt receipt = {.number = number,
                                 .user = fuzz_id(bytes),
                                 .node = fuzz_id(bytes),
                                 .model = fuzz_id(bytes),
                                 .tokens_in = fuzz_count(bytes),
                                 .tokens_out = fuzz_count(bytes),
                                 .rate = chain->params.sampling_rate};
    struct dg_hash digest;

    fuzz_answer_digest(&digest);
    dg_answer_commitment(&digest, FUZZ_NONCE, &receipt.commitment);
    price(chain, &receipt);
    switch (fuzz_below(bytes, 16)) {
    case 0: receipt.number = fuzz_u64(bytes); break;
    case 1: receipt.compute_milli = fuzz_amount(bytes); break;
    case 2: receipt.fee = fuzz_amount(bytes); break;
    case 3: receipt.royalty = fuzz_amount(bytes); break;
    case 4: receipt.rate = fuzz_amount(bytes); break;
    default: break;
    }
    return receipt;
}

static enum dg_status report(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    const struct dg_chain *chain = drive->chain;
    const struct registry *registry = &chain->registry;
    struct dg_receipt receipts[RECEIPTS];
    struct dg_failure failures[FAILURES];
    struct dg_report message = {
        .gateway = fuzz_id(bytes), .receipts = receipts, .failures = failures};
    uint64_t number = 0;

    if (message.gateway < registry->gateway_count) {
        number = registry->gateways[message.gateway].next_number;
        message.period = registry->gateways[message.gateway].next_period;
    }
    if (message.period < chain->next_period)
        message.period = chain->next_period;
    if (fuzz_u8(bytes) > 240)
        message.period = fuzz_u64(bytes);
    message.receipt_count = fuzz_below(bytes, RECEIPTS + 1);
    for (size_t i = 0; i < message.receipt_count; i++)
        receipts[i] = any_receipt(chain, bytes, number + i);
    message.failure_count = fuzz_below(bytes, FAILURES + 1);
    for (size_t i = 0; i < message.failure_count; i++)
        failures[i] = (struct dg_failure){.node = fuzz_id(bytes), .count = fuzz_count(bytes)};
    fuzz_require(
        dg_receipts_root(message.gateway, receipts, message.receipt_count, &message.root) == DG_OK);
    if (fuzz_u8(bytes) > 250)
        message.root.bytes[0] ^= 1;
    return dg_chain_report(drive->chain, fuzz_time(bytes, chain->now), &message);
}

static enum dg_status reveal(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    uint8_t beacon[DG_HASH_BYTES];
    uint64_t period = drive->chain->next_period;

    memset(beacon, fuzz_u8(bytes), sizeof beacon);
    if (fuzz_u8(bytes) > 230)
        period = fuzz_u64(bytes);
    return dg_chain_reveal(drive->chain, fuzz_time(bytes, drive->chain->now), period, beacon);
}

/* ---- checks ---- */

/* A check that is known, or none. */
static struct dg_notice any_check(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    uint8_t which = fuzz_u8(bytes);
    unsigned recent = drive->known < FUZZ_CHECKS ? drive->known : FUZZ_CHECKS;

    if (recent == 0 || which > 240)
        return (struct dg_notice){.check = fuzz_id(bytes)};
    return drive->checks[which % recent];
}

static uint32_t any_member(const struct dg_notice *check, struct fuzz_bytes *bytes)
{
    uint8_t which = fuzz_u8(bytes);

    if (check->member_count == 0 || which > 240)
        return fuzz_id(bytes);
    return check->members[which % check->member_count];
}

static enum dg_status score(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    struct dg_notice check = any_check(drive, bytes);
    uint32_t member = any_member(&check, bytes);
    uint16_t value = (uint16_t)(fuzz_u8(bytes) / 64 * (DG_SCORE_ONE / 3));
    bool show = fuzz_below(bytes, 2) != 0;
    int64_t now = fuzz_time(bytes, drive->chain->now);
    struct dg_hash sealed;

    if (show)
        return dg_chain_reveal_score(drive->chain, now, check.check, member, value, FUZZ_NONCE);
    dg_score_commitment(check.check, member, value, FUZZ_NONCE, &sealed);
    return dg_chain_commit_score(drive->chain, now, check.check, member, &sealed);
}

static enum dg_status gold(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    struct dg_notice check = any_check(drive, bytes);
    uint16_t value = (uint16_t)(fuzz_u8(bytes) / 128 * DG_SCORE_ONE);
    bool show = fuzz_below(bytes, 2) != 0;
    int64_t now = fuzz_time(bytes, drive->chain->now);
    struct dg_hash sealed;

    if (show)
        return dg_chain_reveal_gold(drive->chain, now, check.check, value, FUZZ_NONCE);
    dg_score_commitment(check.check, DG_NONE, value, FUZZ_NONCE, &sealed);
    return dg_chain_commit_gold(drive->chain, now, check.check, &sealed);
}

static enum dg_status open_or_appeal(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    struct dg_notice check = any_check(drive, bytes);
    uint8_t kind = fuzz_below(bytes, 8);
    int64_t now = fuzz_time(bytes, drive->chain->now);
    struct dg_hash digest;

    if (kind < 3)
        return dg_chain_appeal(drive->chain, now, check.check);
    fuzz_answer_digest(&digest);
    return dg_chain_open_answer(drive->chain, now, check.check, &digest,
                                FUZZ_NONCE + (kind == 3 ? 1U : 0U));
}

/* ---- time ---- */

static enum dg_status pass_time(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    struct dg_chain *chain = drive->chain;
    uint8_t kind = fuzz_below(bytes, 6);
    int64_t now = fuzz_time(bytes, chain->now), next = dg_chain_next_deadline(chain);

    switch (kind) {
    case 0: return dg_chain_close_epoch(chain, now);
    case 1: return dg_chain_settle(chain, now);
    case 2: return dg_chain_log_trim(chain, fuzz_id(bytes));
    case 3: return dg_chain_advance(chain, now);
    default: return dg_chain_advance(chain, next < INT64_MAX ? next : now);
    }
}

/* ---- the drive ---- */

void fuzz_take_notices(struct fuzz_chain *drive)
{
    struct dg_notice notice;

    while (dg_chain_next_notice(drive->chain, &notice)) {
        if (notice.kind == DG_NOTICE_CHECK)
            drive->checks[drive->known++ % FUZZ_CHECKS] = notice;
        for (unsigned i = 0; i < FUZZ_CHECKS && i < drive->known; i++)
            if (notice.kind == DG_NOTICE_MEMBER && drive->checks[i].check == notice.check)
                drive->checks[i] = notice; /* whose seats are the present ones */
    }
}

static enum dg_status any_call(struct fuzz_chain *drive, struct fuzz_bytes *bytes)
{
    static enum dg_status (*const calls[])(struct fuzz_chain * drive, struct fuzz_bytes * bytes) = {
        add_party, add_node, move_money, bond,  move_stake, presence,       govern,
        report,    reveal,   score,      score, gold,       open_or_appeal, pass_time};

    return calls[fuzz_below(bytes, sizeof calls / sizeof calls[0])](drive, bytes);
}

static void check_totals(const struct dg_chain *chain)
{
    struct dg_ledger_totals totals;
    int64_t sum = 0;

    dg_chain_totals(chain, &totals);
    for (int i = 0; i < DG_ACCOUNT_COUNT; i++) {
        fuzz_require(totals.account[i] >= 0);
        sum += totals.account[i];
    }
    fuzz_require(sum == totals.genesis + totals.minted + totals.deposited);
}

enum dg_status fuzz_chain_step(struct fuzz_chain *drive, struct fuzz_bytes *bytes, bool forged)
{
    size_t before_size, after_size;
    uint8_t *before = fuzz_chain_bytes(drive->chain, &before_size);
    enum dg_status status = any_call(drive, bytes);
    uint8_t *after = fuzz_chain_bytes(drive->chain, &after_size);

    fuzz_require(status < DG_STATUS_COUNT && (forged || status != DG_ERROR_CONSERVATION));
    if (status != DG_OK && status != DG_ERROR_CONSERVATION)
        fuzz_require(before_size == after_size && memcmp(before, after, before_size) == 0);
    if (status != DG_ERROR_CONSERVATION)
        check_totals(drive->chain);
    free(before);
    free(after);
    if (status == DG_OK && fuzz_below(bytes, 4) != 0)
        fuzz_take_notices(drive);
    return status;
}
