#include "chain_drive.h"

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t draw(struct drive *drive)
{
    uint64_t z = drive->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint32_t below(struct drive *drive, uint32_t bound)
{
    return (uint32_t)(draw(drive) >> 32) % bound;
}

uint32_t drive_below(struct drive *drive, uint32_t bound)
{
    return below(drive, bound);
}

static bool percent(struct drive *drive, uint32_t chance)
{
    return below(drive, 100) < chance;
}

/* ---- registration and money ---- */

/* Mostly small, sometimes at an extreme. */
static int64_t any_amount(struct drive *drive)
{
    switch (below(drive, 20)) {
    case 0: return -1;
    case 1: return INT64_MAX;
    case 2: return INT64_MIN;
    case 3: return 0;
    default: return (int64_t)below(drive, 3 * DG_TOKEN);
    }
}

static enum dg_status add_party(struct drive *drive)
{
    struct dg_chain *chain = drive->world.chain;
    int64_t genesis = percent(drive, 60) ? 0 : any_amount(drive);
    uint32_t id;
    enum dg_status status = DG_OK;

    switch (below(drive, 6)) {
    case 4:
        status = dg_chain_add_delegator(chain, genesis, &id);
        drive->delegators += status == DG_OK;
        return status;
    case 5: return dg_chain_add_prober(chain, below(drive, drive->users + 1));
    case 0:
        status = dg_chain_add_operator(chain, genesis, &id);
        drive->operators += status == DG_OK;
        return status;
    case 1:
        status = dg_chain_add_user(chain, genesis, &id);
        drive->users += status == DG_OK;
        return status;
    case 2:
        status = dg_chain_add_provider(chain, &id);
        drive->providers += status == DG_OK;
        return status;
    default:
        if (drive->gateways == GATEWAYS_MAX)
            return dg_chain_add_gateway(chain, drive->operators, &id);
        status = dg_chain_add_gateway(chain, below(drive, drive->operators + 1), &id);
        drive->gateways += status == DG_OK;
        return status;
    }
}

static enum dg_status add_model(struct drive *drive)
{
    uint32_t id, provider = below(drive, drive->providers + 1);
    int64_t price = percent(drive, 50) ? 0 : (int64_t)below(drive, 100000) - 1000;

    if (drive->models == MODELS_MAX)
        provider = drive->providers;
    enum dg_status status =
        dg_chain_add_model(drive->world.chain, provider, (uint8_t)below(drive, DG_SIZE_COUNT + 1),
                           below(drive, 3) * 1000, price, below(drive, 5) * (DG_ONE / 4), &id);
    drive->models += status == DG_OK;
    return status;
}

static enum dg_status add_node(struct drive *drive)
{
    struct dg_node_spec spec = {
        .operator_id = below(drive, drive->operators + 1),
        .model_count = (uint8_t)below(drive, 4),
        .verifier = percent(drive, 60),
        .price = percent(drive, 50) ? 0 : 40000 + (int64_t)below(drive, 20000),
        .declared_cost = below(drive, 1000),
        .stake = (int64_t)(below(drive, 4) * 500 * DG_TOKEN),
        .tier = (enum dg_tier)below(drive, DG_TIER_COUNT + (uint32_t)percent(drive, 5)),
        .commission = below(drive, 11) * (DG_ONE / 50),
    };
    uint32_t id;

    for (unsigned i = 0; i < spec.model_count; i++)
        spec.models[i] = below(drive, drive->models + 1);
    if (drive->nodes == NODES_MAX)
        spec.operator_id = drive->operators;
    enum dg_status status = dg_chain_add_node(drive->world.chain, drive->world.now, &spec, &id);
    drive->nodes += status == DG_OK;
    drive->positions += status == DG_OK && spec.stake > 0;
    return status;
}

static enum dg_status deposit(struct drive *drive)
{
    return dg_chain_deposit(drive->world.chain, below(drive, drive->users + 1), any_amount(drive));
}

static enum dg_status lock(struct drive *drive)
{
    struct dg_grant grant;
    uint32_t user = below(drive, percent(drive, 10) ? drive->users + 1 : drive->users);
    uint32_t gateway = below(drive, percent(drive, 10) ? drive->gateways + 1 : drive->gateways);

    return dg_chain_lock(drive->world.chain, user, gateway, any_amount(drive), &grant);
}

/* ---- stake ---- */

static int64_t some_stake(struct drive *drive)
{
    return percent(drive, 10) ? any_amount(drive) : (int64_t)below(drive, 200) * DG_TOKEN;
}

static enum dg_status bond(struct drive *drive)
{
    uint32_t position, node = below(drive, drive->nodes + 1);
    bool own = percent(drive, 30) && node < drive->nodes;
    struct dg_bond_order order = {
        .owner_kind = own ? DG_OWNER_OPERATOR : DG_OWNER_DELEGATOR,
        .tier = (enum dg_tier)below(drive, DG_TIER_COUNT),
        .owner = own ? chain_world_record(&drive->world, node).operator_id
                     : below(drive, drive->delegators + 1),
        .node = node,
        .amount = some_stake(drive),
    };
    enum dg_status status = dg_chain_bond(drive->world.chain, drive->world.now, &order, &position);

    if (status == DG_OK && position != drive->positions)
        drive->broken = "a position's id is not the next one";
    drive->positions += status == DG_OK;
    return status;
}

/* The id that a split gives to the rest is known when it happens. */
static void count_positions(struct drive *drive)
{
    struct dg_position position;

    while (dg_chain_position(drive->world.chain, drive->positions, &position) == DG_OK)
        drive->positions++;
}

static enum dg_status unbond(struct drive *drive)
{
    enum dg_status status = dg_chain_unbond(drive->world.chain, drive->world.now,
                                            below(drive, drive->positions + 1), some_stake(drive));

    count_positions(drive);
    return status;
}

static enum dg_status redelegate(struct drive *drive)
{
    enum dg_status status = dg_chain_redelegate(drive->world.chain, drive->world.now,
                                                below(drive, drive->positions + 1),
                                                below(drive, drive->nodes + 1), some_stake(drive));

    count_positions(drive);
    return status;
}

static enum dg_status leave(struct drive *drive)
{
    if (percent(drive, 90))
        return dg_chain_set_commission(drive->world.chain, below(drive, drive->nodes + 1),
                                       below(drive, 12) * (DG_ONE / 50));
    /* The parties of the small world stay, or little would happen any more. */
    return dg_chain_leave(drive->world.chain, drive->world.now,
                          WORLD_NODES + below(drive, drive->nodes - WORLD_NODES + 1));
}

static enum dg_status beat(struct drive *drive)
{
    uint32_t nodes[NODES_MAX + 1];
    size_t count = 0;

    for (uint32_t n = 0; n < drive->nodes; n++) {
        uint8_t state = chain_world_record(&drive->world, n).state;
        bool gone = state == DG_NODE_LEFT || state == DG_NODE_EXCLUDED;
        if (percent(drive, 70) && (!gone || percent(drive, 2)))
            nodes[count++] = n;
    }
    return dg_chain_heartbeats(drive->world.chain, drive->world.now, nodes, count);
}

static enum dg_status ask_release(struct drive *drive)
{
    return dg_chain_request_release(drive->world.chain, drive->world.now,
                                    below(drive, drive->nodes + 1));
}

/* ---- governance ---- */

static enum dg_owner any_owner(struct drive *drive, uint32_t *owner)
{
    if (percent(drive, 30)) {
        *owner = below(drive, drive->delegators + 1);
        return DG_OWNER_DELEGATOR;
    }
    *owner = below(drive, percent(drive, 90) ? WORLD_OPERATORS : drive->operators + 1);
    return DG_OWNER_OPERATOR;
}

/* Values among which some break a rule, alone or together. */
static enum dg_status propose(struct drive *drive)
{
    static const struct {
        const char *name;
        int64_t values[3];
    } changes[] = {
        {"sampling.rate", {DG_ONE / 2, DG_ONE, DG_ONE + 1}},
        {"committee.size", {3, 4, 1}},
        {"committee.quorum", {2, 3, 9}},
        {"quality.threshold_failures", {2, 3, 60}},
        {"jail.yield", {DG_YIELD_FROZEN, DG_YIELD_FROZEN, 7}},
        {"heartbeat.interval", {10 * DG_SECOND, 0, -1}},
    };
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);
    uint32_t which = below(drive, sizeof changes / sizeof changes[0]), owner, proposal;
    uint32_t row = (uint32_t)(dg_param_find(changes[which].name) - rows);
    enum dg_owner kind = any_owner(drive, &owner);
    enum dg_status status = dg_chain_propose(drive->world.chain, drive->world.now, kind, owner,
                                             percent(drive, 3) ? (uint32_t)count : row,
                                             changes[which].values[below(drive, 3)], &proposal);

    drive->proposals += status == DG_OK;
    return status;
}

static enum dg_status vote(struct drive *drive)
{
    uint32_t owner, latest = drive->proposals;
    enum dg_owner kind = any_owner(drive, &owner);
    uint32_t proposal = latest == 0 || percent(drive, 5) ? latest : latest - 1;

    return dg_chain_vote(drive->world.chain, drive->world.now, proposal, kind, owner,
                         percent(drive, 80));
}

/* ---- receipts ---- */

/* A node that serves something, and what it serves. */
static struct dg_receipt any_receipt(struct drive *drive, uint32_t gateway, uint64_t number)
{
    struct dg_node_record record;

    do
        record = chain_world_record(&drive->world, below(drive, drive->nodes));
    while (record.model_count == 0);
    uint32_t model = record.models[below(drive, record.model_count)];
    struct dg_receipt receipt =
        chain_world_receipt(&drive->world, gateway, number, record.node, model);
    receipt.user = below(drive, drive->users);
    receipt.tokens_in = below(drive, 500);
    receipt.tokens_out = below(drive, 200);
    chain_world_price(&drive->world, &receipt);
    return receipt;
}

static void spoil(struct drive *drive, struct dg_receipt *receipt)
{
    switch (below(drive, 11)) {
    case 0: receipt->number += 1 + below(drive, 3); break;
    case 1: receipt->number -= 1 + below(drive, 3); break;
    case 2: receipt->user = drive->users; break;
    case 3: receipt->node = below(drive, drive->nodes + 1); break;
    case 4: receipt->model = below(drive, drive->models + 1); break;
    case 5: receipt->tokens_out += UINT32_MAX / 2; break;
    case 6: receipt->compute_milli = any_amount(drive); break;
    case 7: receipt->fee = any_amount(drive); break;
    case 8: receipt->royalty = any_amount(drive); break;
    case 9: receipt->rate += 1; break;
    default: receipt->fee /= 2; break;
    }
}

/* Of nodes that serve something, in order; now and then not. Returns how many. */
static size_t any_failures(struct drive *drive, struct dg_failure failures[NODES_MAX])
{
    size_t count = 0;

    for (uint32_t n = 0; n < drive->nodes; n++)
        if (chain_world_record(&drive->world, n).model_count > 0 && percent(drive, 20))
            failures[count++] = (struct dg_failure){.node = n, .count = 1 + below(drive, 3)};
    if (count == 0 || percent(drive, 90))
        return count;
    struct dg_failure *spoilt = &failures[below(drive, (uint32_t)count)];
    switch (below(drive, 4)) {
    case 0: spoilt->node = drive->nodes; break;
    case 1: spoilt->node = below(drive, drive->nodes); break;
    case 2: spoilt->count = UINT32_MAX; break;
    default: spoilt->count = 0; break;
    }
    return count;
}

static enum dg_status report(struct drive *drive)
{
    struct dg_failure failures[NODES_MAX];
    uint32_t gateway = below(drive, drive->gateways), count = below(drive, RECEIPTS_MAX + 1);
    struct dg_receipt receipts[RECEIPTS_MAX];
    uint64_t period = drive->reported[gateway];

    for (uint32_t i = 0; i < count; i++)
        receipts[i] = any_receipt(drive, gateway, drive->number[gateway] + i);
    if (count > 0 && percent(drive, 15))
        spoil(drive, &receipts[below(drive, count)]);
    if (period < drive->world.period)
        period = drive->world.period;
    if (percent(drive, 8))
        period = percent(drive, 50) ? period - 1 : UINT64_MAX;
    struct dg_report message = chain_world_report(gateway, period, receipts, count);
    message.failure_count = any_failures(drive, failures);
    message.failures = failures;
    if (percent(drive, 3))
        message.root.bytes[below(drive, DG_HASH_BYTES)] ^= 1;
    if (percent(drive, 1))
        message.gateway = drive->gateways;
    enum dg_status status = dg_chain_report(drive->world.chain, drive->world.now, &message);
    if (status == DG_OK) {
        drive->number[gateway] += count;
        drive->reported[gateway] = period + 1;
    }
    return status;
}

static enum dg_status reveal(struct drive *drive)
{
    uint64_t period = drive->world.period;
    uint8_t beacon[DG_HASH_BYTES];

    if (percent(drive, 10))
        period += 2;
    if (percent(drive, 10))
        period -= period > 0;
    chain_world_beacon(period + drive->seed, beacon);
    enum dg_status status = dg_chain_reveal(drive->world.chain, drive->world.now, period, beacon);
    if (status == DG_OK)
        drive->world.period = period + 1;
    return status;
}

/* ---- checks ---- */

/* One of the latest checks, most often the oldest without a verdict. NULL before the first. */
static const struct dg_notice *any_check(struct drive *drive)
{
    unsigned recent = drive->known < CHECKS_KNOWN ? drive->known : CHECKS_KNOWN;

    if (recent == 0)
        return NULL;
    for (unsigned i = recent; i > 0 && percent(drive, 95); i--) {
        const struct dg_notice *check = &drive->checks[(drive->known - i) % CHECKS_KNOWN];
        if (check->kind != DG_NOTICE_VERDICT && percent(drive, 50))
            return check;
    }
    return &drive->checks[below(drive, recent)];
}

static enum dg_status open_answer(struct drive *drive)
{
    const struct dg_notice *check = any_check(drive);

    if (check == NULL || check->node % 7 == 2) /* a node that never opens */
        return DG_OK;
    struct dg_hash digest = chain_world_digest(check->gateway, check->number);
    if (percent(drive, 5))
        digest.bytes[3] ^= 1;
    return dg_chain_open_answer(drive->world.chain, drive->world.now,
                                check->check + (percent(drive, 2) ? 1000000 : 0), &digest,
                                chain_world_nonce(check->gateway, check->number));
}

/* Every third node gives bad answers, and every verifier sees that in its own way. */
static uint16_t score_of(const struct dg_notice *check, uint32_t verifier)
{
    uint32_t base = check->node % 3 == 0 ? 12000 : 45000;

    return (uint16_t)(base + (check->check * 7919 + verifier * 104729) % 20000);
}

static uint32_t any_member(struct drive *drive, const struct dg_notice *check)
{
    if (check->member_count == 0 || percent(drive, 5))
        return below(drive, drive->nodes + 1);
    return check->members[below(drive, check->member_count)];
}

static enum dg_status commit(struct drive *drive)
{
    const struct dg_notice *check = any_check(drive);
    struct dg_hash seal;

    if (check == NULL)
        return DG_OK;
    uint32_t verifier = any_member(drive, check);
    if (verifier % 5 == 1) /* one that is often silent */
        return DG_OK;
    /* Now and then it seals the score a second time, otherwise. */
    dg_score_commitment(check->check, verifier, score_of(check, verifier),
                        percent(drive, 3) ? 10 : 9, &seal);
    return dg_chain_commit_score(drive->world.chain, drive->world.now, check->check, verifier,
                                 &seal);
}

static enum dg_status show(struct drive *drive)
{
    const struct dg_notice *check = any_check(drive);

    if (check == NULL)
        return DG_OK;
    uint32_t verifier = any_member(drive, check);
    if (verifier % 9 == 4) /* one that never reveals */
        return DG_OK;
    return dg_chain_reveal_score(drive->world.chain, drive->world.now, check->check, verifier,
                                 score_of(check, verifier), percent(drive, 4) ? 8 : 9);
}

static enum dg_status appeal(struct drive *drive)
{
    const struct dg_notice *check = any_check(drive);

    return check == NULL ? DG_OK
                         : dg_chain_appeal(drive->world.chain, drive->world.now, check->check);
}

static enum dg_status gold(struct drive *drive)
{
    const struct dg_notice *check = any_check(drive);
    struct dg_hash seal;

    if (check == NULL)
        return DG_OK;
    if (percent(drive, 50))
        return dg_chain_reveal_gold(drive->world.chain, drive->world.now, check->check, 20000,
                                    percent(drive, 5) ? 8 : 9);
    dg_score_commitment(check->check, DG_NONE, 20000, 9, &seal);
    return dg_chain_commit_gold(drive->world.chain, drive->world.now, check->check, &seal);
}

/* ---- time ---- */

static enum dg_status advance(struct drive *drive)
{
    int64_t next = dg_chain_next_deadline(drive->world.chain);

    if (percent(drive, 10))
        return dg_chain_advance(drive->world.chain, INT64_MAX);
    if (next > drive->world.now && next < drive->world.now + 10 * DG_SECOND)
        drive->world.now = next;
    return dg_chain_advance(drive->world.chain, drive->world.now);
}

static enum dg_status close_epoch(struct drive *drive)
{
    if (percent(drive, 20)) /* time goes back */
        return dg_chain_close_epoch(drive->world.chain, drive->world.now - 100 * DG_SECOND);
    enum dg_status status = dg_chain_close_epoch(drive->world.chain, drive->world.now);

    dg_chain_params(drive->world.chain,
                    &drive->world.params); /* a proposal may have taken effect */
    return status;
}

/* A settlement pays no node in jail as long as yield is frozen. */
static enum dg_status settle(struct drive *drive)
{
    int64_t before[NODES_MAX];

    for (uint32_t n = 0; n < drive->nodes; n++)
        before[n] = chain_world_account(&drive->world, n).rewards;
    enum dg_status status = dg_chain_settle(drive->world.chain, drive->world.now);
    for (uint32_t n = 0; n < drive->nodes; n++) {
        struct dg_node_account account = chain_world_account(&drive->world, n);
        if (account.state == DG_NODE_JAILED && account.rewards != before[n])
            drive->broken = "a jailed node got a reward";
    }
    return status;
}

/* ---- the drive ---- */

/* What is called, and how often in 100. */
static const struct {
    unsigned weight;
    enum dg_status (*call)(struct drive *drive);
} calls[] = {
    {1, add_party},  {1, add_model},   {2, add_node},     {3, deposit},     {5, lock},
    {9, report},     {5, reveal},      {14, open_answer}, {24, commit},     {18, show},
    {5, advance},    {1, close_epoch}, {1, settle},       {1, bond},        {1, unbond},
    {1, redelegate}, {1, leave},       {1, beat},         {1, ask_release}, {2, appeal},
    {2, gold},       {1, propose},     {1, vote},
};

static enum dg_status any_call(struct drive *drive)
{
    uint32_t ticket = below(drive, 100);

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (ticket < calls[i].weight)
            return calls[i].call(drive);
        ticket -= calls[i].weight;
    }
    fail_msg("the weights add up to less than 100");
    return DG_OK;
}

static void remember_notice(struct drive *drive, const struct dg_notice *notice)
{
    const uint64_t fields[] = {
        notice->kind,           notice->verdict,      notice->member_count,
        notice->revealed_count, notice->score,        notice->check,
        notice->node,           notice->model,        notice->gateway,
        notice->verifier,       notice->position,     notice->parameter,
        notice->proposal_state, notice->offence,      notice->probe,
        notice->number,         (uint64_t)notice->at, (uint64_t)notice->amount,
    };
    crypto_generichash_update(&drive->history, (const uint8_t *)fields, sizeof fields);
    crypto_generichash_update(&drive->history, (const uint8_t *)notice->members,
                              sizeof notice->members);
    if (notice->kind == DG_NOTICE_CHECK || notice->kind == DG_NOTICE_MEMBER)
        for (unsigned i = 0; i < notice->member_count; i++)
            if (chain_world_record(&drive->world, notice->members[i]).operator_id ==
                chain_world_record(&drive->world, notice->node).operator_id)
                drive->broken = "somebody checks its own operator's answer";
    drive->notices[notice->kind]++;
    if (notice->kind == DG_NOTICE_VERDICT)
        drive->verdicts[notice->verdict]++;
    if (notice->kind == DG_NOTICE_CHECK)
        drive->checks[drive->known++ % CHECKS_KNOWN] = *notice;
    for (unsigned i = 0; i < CHECKS_KNOWN && i < drive->known; i++)
        if (notice->kind != DG_NOTICE_SLASH && drive->checks[i].check == notice->check)
            drive->checks[i] = *notice; /* the latest tells its members, and whether it is over */
}

void drive_take_notices(struct drive *drive)
{
    struct dg_notice notice;

    while (dg_chain_next_notice(drive->world.chain, &notice))
        remember_notice(drive, &notice);
    (void)dg_chain_log_trim(drive->world.chain, dg_chain_log_end(drive->world.chain) / 2);
}

/* Everything that must hold after any call. */
static const char *broken_rule(struct drive *drive, enum dg_status status)
{
    struct dg_hash before = drive->state;
    struct dg_ledger_totals totals;
    int64_t sum = 0;

    chain_world_state(drive->world.chain, &drive->state);
    dg_chain_totals(drive->world.chain, &totals);
    for (int i = 0; i < DG_ACCOUNT_COUNT; i++) {
        if (totals.account[i] < 0)
            return "a total is negative";
        sum += totals.account[i];
    }
    if (sum != totals.genesis + totals.minted + totals.deposited)
        return "the totals do not add up";
    if (status == DG_ERROR_MEMORY || status == DG_ERROR_LIMIT || status == DG_ERROR_CONSERVATION)
        return "a status that no call may give here";
    if (status != DG_OK && memcmp(&before, &drive->state, sizeof before) != 0)
        return "a call that failed has left a trace";
    if (drive->broken != NULL)
        return drive->broken;
    if (drive->calls % AUDIT_EVERY == 0 && dg_chain_audit(drive->world.chain) != DG_OK)
        return "the audit failed";
    crypto_generichash_update(&drive->history, (const uint8_t *)&totals, sizeof totals);
    return NULL;
}

void drive_open(struct drive *drive, uint64_t seed)
{
    struct dg_params params;

    *drive = (struct drive){.seed = seed, .random = seed};
    chain_world_params(&params);
    params.sampling_rate = 60 * (DG_ONE / 100);
    params.sampling_window = 10 * DG_SECOND;
    params.committee_weights = (int64_t)(seed % 2);
    params.fees_latency_mode = (int64_t)(seed % 2);
    params.quality_threshold_failures = 2;
    params.quality_threshold_window = 4;
    params.penalty_repeat_window = 3000 * DG_SECOND;
    params.penalty_reporter_share = (int64_t)(seed % 3) * (DG_ONE / 3);
    params.jail_length = 200 * DG_SECOND;
    params.heartbeat_interval = 20 * DG_SECOND;
    params.penalty_downtime_limit = 300 * DG_SECOND;
    params.penalty_downtime_requests = (int64_t)(seed % 3) * 2;
    for (int tier = 0; tier < DG_TIER_COUNT; tier++)
        params.stake_unbonding[tier] = 100 * (1 + tier) * DG_SECOND;
    params.stake_redelegation = (int64_t)(seed / 2 % 2);
    params.stake_commission_mode = (int64_t)(seed / 4 % 2);
    params.jail_release = seed % 5 == 4;
    params.committee_reveal = seed % 4 == 2 ? DG_REVEAL_OPEN : DG_REVEAL_SEALED;
    params.committee_escalation_size = seed % 3 == 0 ? 0 : 5;
    params.committee_escalation_spread = DG_ONE / 5;
    params.appeal_window = seed % 3 == 1 ? 30 * DG_SECOND : 0;
    params.appeal_deposit = DG_TOKEN;
    params.quality_aggregation = (int64_t)(seed % 7);
    params.quality_test = (int64_t)(seed % 3);
    params.quality_p0 = DG_ONE / 10;
    params.quality_p1 = DG_ONE / 2;
    params.quality_cusum_threshold = DG_ONE;
    params.governance_voting_time = 100 * DG_SECOND;
    params.governance_quorum = DG_ONE / 10;
    params.governance_timelock = 20 * DG_SECOND;
    params.epoch_length = 50 * DG_SECOND;
    chain_world_open(&drive->world, &params, NULL);
    drive->operators = WORLD_OPERATORS;
    drive->users = WORLD_USERS;
    drive->gateways = WORLD_GATEWAYS;
    drive->providers = 1;
    drive->models = MODEL_LARGE + 1;
    drive->nodes = WORLD_NODES;
    drive->positions = WORLD_NODES;
    for (uint32_t id; drive->delegators < 4; drive->delegators++)
        assert_status(dg_chain_add_delegator(drive->world.chain, 500 * DG_TOKEN, &id), DG_OK);
    crypto_generichash_init(&drive->history, NULL, 0, DG_HASH_BYTES);
    chain_world_state(drive->world.chain, &drive->state);
}

void drive_call(struct drive *drive)
{
    drive->calls++;
    drive->world.now += below(drive, DG_SECOND / 2);
    enum dg_status status = any_call(drive);
    drive->statuses[status]++;
    const char *rule = broken_rule(drive, status);
    if (rule != NULL)
        fail_msg("%s: seed %llu, call %u (%s)", rule, (unsigned long long)drive->seed, drive->calls,
                 dg_status_name(status));
    if (percent(drive, 25)) {
        drive_take_notices(drive);
        chain_world_state(drive->world.chain, &drive->state);
    }
}
