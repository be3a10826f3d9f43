/* From scores to a verdict, and from verdicts to penalties. */
#include "chain_state.h"

#include "fixed.h"

enum dg_status chain_reserve_verdicts(struct dg_chain *chain, size_t count)
{
    const struct dg_allocator *allocator = &chain->allocator;
    enum dg_status status = deadline_reserve(&chain->deadlines, allocator, count);

    if (status == DG_OK)
        status = outbox_notices_reserve(&chain->notices, allocator, count * CHAIN_VERDICT_NOTICES);
    if (status == DG_OK)
        status = outbox_log_reserve(&chain->log, allocator, count);
    return status;
}

/* ---- what a verifier gets ---- */

/* The fund pays as long as it can pay in full. */
static void pay_reveal(struct dg_chain *chain, uint32_t verifier)
{
    struct node_party *node = &chain->registry.nodes[verifier];
    int64_t fee = chain->params.verification_fee;

    node->account.reveals++;
    if (chain_amount(chain, DG_ACCOUNT_VERIFICATION, 0) < fee)
        return;
    chain_move(chain, DG_ACCOUNT_VERIFICATION, 0, DG_ACCOUNT_OPERATOR, node->operator_id, fee);
    node->account.verifier_fees += fee;
}

/* max(0, alpha * (1 - |score - consensus|) - beta * cost), in 1/65535. */
static void add_points(struct dg_chain *chain, const struct check_seat *seat, uint16_t consensus)
{
    struct node_party *node = &chain->registry.nodes[seat->verifier];
    int64_t distance = seat->score > consensus ? seat->score - consensus : consensus - seat->score;
    int64_t points = chain->params.points_quality_weight * (DG_SCORE_ONE - distance) -
                     chain->params.points_cost_weight * registry_cost_ratio(&chain->registry, node);

    if (points > 0)
        node->verifier_points += (uint64_t)(points / DG_ONE);
}

/* ---- the verdict ---- */

static uint16_t consensus_of(const struct dg_chain *chain, const struct check *check)
{
    struct quality_vote votes[DG_COMMITTEE_MAX];
    size_t count = 0;

    for (unsigned i = 0; i < check->seat_count; i++) {
        const struct check_seat *seat = &check->seats[i];
        if (seat->state != SEAT_REVEALED)
            continue;
        int64_t stake = chain_amount(chain, DG_ACCOUNT_STAKE, seat->verifier);
        votes[count++] = (struct quality_vote){
            .score = seat->score,
            .weight = committee_weight(&chain->params, stake),
        };
    }
    return quality_aggregation(&chain->params)->combine(&chain->params, votes, count);
}

static enum dg_verdict verdict_of(const struct dg_chain *chain, const struct check *check,
                                  uint16_t *score)
{
    int64_t revealed = 0;

    *score = 0;
    if (!check->opened)
        return DG_VERDICT_FAIL;
    for (unsigned i = 0; i < check->seat_count; i++)
        revealed += check->seats[i].state == SEAT_REVEALED;
    if (revealed < chain->params.committee_quorum)
        return DG_VERDICT_INCONCLUSIVE;
    *score = consensus_of(chain, check);
    return *score < quality_pass_score(&chain->params) ? DG_VERDICT_FAIL : DG_VERDICT_PASS;
}

static void reward_members(struct dg_chain *chain, const struct check *check,
                           enum dg_verdict verdict, uint16_t score)
{
    for (unsigned i = 0; i < check->seat_count; i++) {
        if (check->seats[i].state != SEAT_REVEALED)
            continue;
        pay_reveal(chain, check->seats[i].verifier);
        if (verdict != DG_VERDICT_INCONCLUSIVE)
            add_points(chain, &check->seats[i], score);
    }
}

/* An inconclusive check tells nothing of the node. */
static bool note_outcome(struct dg_chain *chain, const struct check *check, enum dg_verdict verdict,
                         uint16_t score)
{
    struct node_party *node = &chain->registry.nodes[check->receipt.node];
    bool failed = verdict == DG_VERDICT_FAIL;

    node->account.checks++;
    if (verdict == DG_VERDICT_INCONCLUSIVE)
        return false;
    node->account.failures += failed;
    node->changed = true;
    record_add(&node->record, chain->params.quality_record_alpha, score, !failed);
    return quality_test(&chain->params)->feed(&chain->params, &node->test, failed);
}

void chain_decide(struct dg_chain *chain, int64_t now, struct check *check)
{
    uint16_t score;
    enum dg_verdict verdict = verdict_of(chain, check, &score);
    struct dg_notice notice = chain_check_notice(check, DG_NOTICE_VERDICT);

    notice.verdict = (uint8_t)verdict;
    notice.score = score;
    notice.at = now;
    notice.amount = check->receipt.fee;
    outbox_notices_push(&chain->notices, &notice);
    chain_settle_fee(chain, &check->receipt, verdict != DG_VERDICT_FAIL);
    reward_members(chain, check, verdict, score);
    if (note_outcome(chain, check, verdict, score))
        chain_punish(chain, now, check);
    check_pool_close(&chain->checks, check);
}

/* ---- penalties ---- */

/* Earlier offences that still count; the new one is remembered. */
static int offences_before(struct dg_chain *chain, int64_t now, struct node_party *node)
{
    int count = 0;

    for (int i = 0; i < REGISTRY_OFFENCES; i++)
        count += node->offence_times[i] != INT64_MIN &&
                 now - node->offence_times[i] <= chain->params.penalty_repeat_window;
    for (int i = REGISTRY_OFFENCES - 1; i > 0; i--)
        node->offence_times[i] = node->offence_times[i - 1];
    node->offence_times[0] = now;
    return count;
}

/* Shares the reward among the verifiers that revealed; returns what was paid. */
static int64_t pay_reporters(struct dg_chain *chain, const struct check *check, int64_t reward)
{
    int64_t reporters = 0, paid = 0;

    for (unsigned i = 0; i < check->seat_count; i++)
        reporters += check->seats[i].state == SEAT_REVEALED;
    for (unsigned i = 0; i < check->seat_count; i++) {
        if (check->seats[i].state != SEAT_REVEALED)
            continue;
        struct node_party *verifier = &chain->registry.nodes[check->seats[i].verifier];
        chain_move(chain, DG_ACCOUNT_STAKE, check->receipt.node, DG_ACCOUNT_OPERATOR,
                   verifier->operator_id, reward / reporters);
        verifier->account.verifier_fees += reward / reporters;
        paid += reward / reporters;
    }
    return paid;
}

static void slash(struct dg_chain *chain, int64_t now, const struct check *check, int64_t fraction)
{
    uint32_t id = check->receipt.node;
    struct node_party *node = &chain->registry.nodes[id];
    int64_t amount = fixed_part(chain_amount(chain, DG_ACCOUNT_STAKE, id), fraction);
    int64_t reward = fixed_part(amount, chain->params.penalty_reporter_share);
    int64_t burned = amount - pay_reporters(chain, check, reward);

    chain_move(chain, DG_ACCOUNT_STAKE, id, DG_ACCOUNT_BURNED, 0, burned);
    node->account.slashed += amount;
    if (node->verifier_place != DG_NONE)
        chain->verifiers.weights[node->verifier_place] =
            committee_weight(&chain->params, chain_amount(chain, DG_ACCOUNT_STAKE, id));
    struct dg_notice notice = chain_check_notice(check, DG_NOTICE_SLASH);
    notice.at = now;
    notice.amount = amount;
    outbox_notices_push(&chain->notices, &notice);
}

static void leave_committees(struct dg_chain *chain, struct node_party *node)
{
    if (node->verifier_place == DG_NONE)
        return;
    uint32_t moved = committee_remove(&chain->verifiers, node->verifier_place);
    if (moved != DG_NONE)
        chain->registry.nodes[moved].verifier_place = node->verifier_place;
    node->verifier_place = DG_NONE;
}

static void set_state(struct dg_chain *chain, uint32_t id, enum dg_node_state state,
                      enum dg_notice_kind kind, int64_t at)
{
    struct node_party *node = &chain->registry.nodes[id];
    struct dg_notice notice = {.kind = (uint8_t)kind,
                               .check = DG_NONE,
                               .node = id,
                               .model = DG_NONE,
                               .gateway = DG_NONE,
                               .verifier = DG_NONE,
                               .at = at};

    node->account.state = (uint8_t)state;
    outbox_notices_push(&chain->notices, &notice);
    chain_publish(chain, id);
}

/* The first term times growth for every repeat; the end of time when that is later. */
static int64_t jail_until(const struct dg_params *params, int64_t now, int repeats)
{
    fixed_int128 term = params->jail_length;

    for (int i = 0; i < repeats; i++)
        term *= params->jail_growth;
    return term > CHAIN_TIME_MAX - now ? CHAIN_TIME_MAX : now + (int64_t)term;
}

static void jail(struct dg_chain *chain, int64_t now, uint32_t id, int repeats)
{
    struct node_party *node = &chain->registry.nodes[id];
    int64_t until = jail_until(&chain->params, now, repeats);

    bool longer = node->account.state != DG_NODE_JAILED || until > node->account.jailed_until;
    if (chain->params.jail_length == 0 || !longer) {
        chain_publish(chain, id); /* its stake has changed */
        return;
    }
    node->account.jailed_until = until;
    leave_committees(chain, node);
    deadline_push(&chain->deadlines, until, DEADLINE_JAIL, id);
    set_state(chain, id, DG_NODE_JAILED, DG_NOTICE_JAIL, until);
}

void chain_punish(struct dg_chain *chain, int64_t now, const struct check *check)
{
    uint32_t id = check->receipt.node;
    struct node_party *node = &chain->registry.nodes[id];

    if (node->account.state == DG_NODE_EXCLUDED)
        return;
    int repeats = offences_before(chain, now, node);
    node->account.offences++;
    if (repeats < REGISTRY_OFFENCES) {
        slash(chain, now, check, chain->params.penalty_slash[repeats]);
        jail(chain, now, id, repeats);
    } else {
        leave_committees(chain, node);
        set_state(chain, id, DG_NODE_EXCLUDED, DG_NOTICE_EXCLUDE, now);
    }
}

void chain_release(struct dg_chain *chain, int64_t now, uint32_t id)
{
    struct node_party *node = &chain->registry.nodes[id];

    if (node->account.state != DG_NODE_JAILED || node->account.jailed_until > now)
        return;
    int64_t frozen = chain_amount(chain, DG_ACCOUNT_FROZEN, id);
    chain_move(chain, DG_ACCOUNT_FROZEN, id, DG_ACCOUNT_OPERATOR, node->operator_id, frozen);
    node->account.rewards += frozen;
    node->account.verifier_rewards += node->frozen_verifier_rewards;
    node->frozen_verifier_rewards = 0;
    if (node->verifier)
        node->verifier_place = committee_add(
            &chain->verifiers, id, node->operator_id,
            committee_weight(&chain->params, chain_amount(chain, DG_ACCOUNT_STAKE, id)));
    set_state(chain, id, DG_NODE_ACTIVE, DG_NOTICE_RELEASE, now);
}
