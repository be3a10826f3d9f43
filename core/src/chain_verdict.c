/* From scores to a verdict. */
#include "chain_state.h"

#include "fixed.h"

enum dg_status chain_reserve_verdicts(struct dg_chain *chain, size_t count)
{
    enum { OFFENCE_NOTICES = 2 }; /* a slash, and a jail term or an exclusion */
    const struct dg_allocator *allocator = &chain->allocator;
    size_t convicted = count * (1 + 2 * (size_t)chain->checks.seat_limit);
    enum dg_status status = deadline_reserve(&chain->deadlines, allocator, convicted);

    if (status == DG_OK)
        status =
            outbox_notices_reserve(&chain->notices, allocator, count + convicted * OFFENCE_NOTICES);
    if (status == DG_OK)
        status = outbox_log_reserve(&chain->log, allocator, convicted);
    if (status == DG_OK && quality_aggregation(&chain->params)->bonds)
        status = bonds_reserve(&chain->bonds, allocator, count * chain->checks.seat_limit);
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

static int64_t distance(uint16_t a, uint16_t b)
{
    return a > b ? a - b : b - a;
}

/* max(0, alpha * worth - beta * cost), all in 1/65535. */
static void add_points(struct dg_chain *chain, uint32_t verifier, int64_t worth)
{
    struct node_party *node = &chain->registry.nodes[verifier];
    int64_t points = chain->params.points_quality_weight * worth -
                     chain->params.points_cost_weight * registry_cost_ratio(&chain->registry, node);

    if (points > 0)
        node->verifier_points += (uint64_t)(points / DG_ONE) * CHAIN_POINT;
}

/* ---- the verdict ---- */

int64_t chain_quorum(const struct dg_chain *chain, const struct check *check)
{
    return check->appealed ? chain->params.committee_size + 1 : chain->params.committee_quorum;
}

/* The votes of the round; returns how many. */
static size_t votes_of(const struct dg_chain *chain, const struct check *check,
                       struct quality_vote votes[DG_COMMITTEE_MAX])
{
    size_t count = 0;

    for (unsigned i = check->first_seat; i < check->seat_count; i++) {
        const struct check_seat *seat = &check->seats[i];
        if (seat->state != SEAT_REVEALED)
            continue;
        votes[count++] = (struct quality_vote){
            .score = seat->score,
            .seat = (uint8_t)i,
            .stake = chain_bonded(chain, seat->verifier),
            .trust = quality_trust_published(chain->registry.nodes[seat->verifier].trust),
        };
    }
    return count;
}

static enum dg_verdict verdict_of(const struct dg_chain *chain, const struct check *check,
                                  uint16_t *score)
{
    struct quality_vote votes[DG_COMMITTEE_MAX];

    *score = 0;
    if (!check->opened)
        return DG_VERDICT_FAIL;
    size_t count = votes_of(chain, check, votes);
    struct dg_finding finding =
        quality_finding(&chain->params, votes, count, (size_t)chain_quorum(chain, check));
    *score = finding.score;
    return finding.verdict;
}

/* The shares of one check move the bonds in its node: all the way in the first one, by
 * quality.bond_alpha later. */
static void move_bonds(struct dg_chain *chain, const struct check *check,
                       const struct quality_vote *votes, size_t count)
{
    uint32_t id = check->receipt.node;
    uint64_t *sum = &chain->registry.nodes[id].bonds;
    int64_t alpha = *sum == 0 ? DG_ONE : chain->params.quality_bond_alpha;
    fixed_uint128 all = 0;

    for (size_t i = 0; i < count; i++)
        all += (fixed_uint128)quality_stake(&votes[i]) * votes[i].clipped;
    for (size_t i = 0; i < count && all > 0; i++) {
        fixed_uint128 part = (fixed_uint128)quality_stake(&votes[i]) * votes[i].clipped;
        bonds_move(&chain->bonds, &chain->allocator, id, check->seats[votes[i].seat].verifier,
                   (uint32_t)((part << BONDS_BITS) / all), alpha, sum);
    }
}

/* A verifier's points are its part of all bonds in the node, times the aggregate. Dividends know no
 * cost: only how they compare counts. Where the committee's majority gives 0 nobody has a share and
 * nobody earns; Bittensor then pays by stake, here the pool that nobody earned stays in the
 * residual account. */
static void points_by_bonds(struct dg_chain *chain, const struct check *check)
{
    struct quality_vote votes[DG_COMMITTEE_MAX];
    size_t count = votes_of(chain, check, votes);
    struct dg_finding finding = quality_finding(&chain->params, votes, count, 1);

    move_bonds(chain, check, votes, count);
    uint64_t sum = chain->registry.nodes[check->receipt.node].bonds;
    for (size_t i = 0; i < count && sum > 0; i++) {
        uint32_t verifier = check->seats[votes[i].seat].verifier;
        uint64_t bond = bonds_get(&chain->bonds, check->receipt.node, verifier);
        chain->registry.nodes[verifier].verifier_points +=
            (uint64_t)((fixed_uint128)bond * finding.score * CHAIN_POINT / sum);
    }
}

static void points_by_distance(struct dg_chain *chain, const struct check *check, uint16_t score)
{
    for (unsigned i = check->first_seat; i < check->seat_count; i++) {
        const struct check_seat *seat = &check->seats[i];
        if (seat->state == SEAT_REVEALED)
            add_points(chain, seat->verifier, DG_SCORE_ONE - distance(seat->score, score));
    }
}

/* Trust follows the truth that the aggregation holds scores against, when that is known. */
static void move_trust(struct dg_chain *chain, const struct check *check, uint16_t score)
{
    enum quality_truth truth = quality_aggregation(&chain->params)->truth;

    if (truth == QUALITY_TRUTH_NONE || (truth == QUALITY_TRUTH_GOLD && !check->gold_known))
        return;
    uint16_t right = truth == QUALITY_TRUTH_GOLD ? check->gold : score;
    for (unsigned i = check->first_seat; i < check->seat_count; i++) {
        const struct check_seat *seat = &check->seats[i];
        if (seat->state != SEAT_REVEALED)
            continue;
        struct node_party *node = &chain->registry.nodes[seat->verifier];
        node->trust =
            quality_trust_move(&chain->params, node->trust, (uint16_t)distance(seat->score, right));
        chain_reweigh(chain, seat->verifier);
    }
}

static void reward_members(struct dg_chain *chain, const struct check *check,
                           enum dg_verdict verdict, uint16_t score)
{
    for (unsigned i = check->first_seat; i < check->seat_count; i++) {
        if (check->seats[i].state == SEAT_REVEALED)
            pay_reveal(chain, check->seats[i].verifier);
    }
    if (verdict == DG_VERDICT_INCONCLUSIVE || !check->opened)
        return;
    if (quality_aggregation(&chain->params)->bonds)
        points_by_bonds(chain, check);
    else
        points_by_distance(chain, check, score);
    move_trust(chain, check, score);
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

/* ---- how a round ends ---- */

/* Distance between the lowest and the highest score shown. */
static int64_t spread_of(const struct check *check)
{
    int64_t low = DG_SCORE_ONE, high = 0;

    for (unsigned i = check->first_seat; i < check->seat_count; i++) {
        if (check->seats[i].state != SEAT_REVEALED)
            continue;
        low = check->seats[i].score < low ? check->seats[i].score : low;
        high = check->seats[i].score > high ? check->seats[i].score : high;
    }
    return high - low;
}

/* Asks more verifiers when the first ones disagree; false when they agree or nobody is left. */
static bool escalate(struct dg_chain *chain, int64_t now, struct check *check,
                     enum dg_verdict verdict)
{
    const struct dg_params *params = &chain->params;
    int64_t missing = params->committee_escalation_size - check->seat_count;

    if (missing <= 0 || check->escalated || check->appealed || !check->opened ||
        verdict == DG_VERDICT_INCONCLUSIVE ||
        spread_of(check) * DG_ONE <= params->committee_escalation_spread * DG_SCORE_ONE)
        return false;
    if (chain_add_seats(chain, check, (size_t)missing) == 0)
        return false;
    check->escalated = true;
    check->phase = CHECK_COMMIT;
    chain_start_term(chain, check, now + params->committee_commit_time);
    return true;
}

static void return_deposit(struct dg_chain *chain, const struct check *check, bool lost)
{
    uint32_t operator_id = chain->registry.nodes[check->receipt.node].operator_id;

    chain_move(chain, DG_ACCOUNT_APPEAL, operator_id,
               lost ? DG_ACCOUNT_VERIFICATION : DG_ACCOUNT_OPERATOR, lost ? 0 : operator_id,
               check->deposit);
}

/* The verdict and what follows from it. `round` tells what the members of the round under way are
 * paid by; NULL when they were paid before. */
static void conclude(struct dg_chain *chain, int64_t now, struct check *check,
                     enum dg_verdict verdict, uint16_t score, const enum dg_verdict *round)
{
    struct dg_notice notice = chain_check_notice(check, DG_NOTICE_VERDICT);

    notice.verdict = (uint8_t)verdict;
    notice.score = score;
    notice.at = now;
    notice.amount = check->receipt.fee;
    outbox_notices_push(&chain->notices, &notice);
    chain_settle_fee(chain, &check->receipt, verdict != DG_VERDICT_FAIL);
    if (round != NULL)
        reward_members(chain, check, *round, score);
    if (note_outcome(chain, check, verdict, score))
        chain_punish(chain, now, check->receipt.node, DG_OFFENCE_FAKE, check);
    if (round != NULL)
        chain_judge_members(chain, now, check);
    check_pool_close(&chain->checks, check);
}

static void wait_for_appeal(struct dg_chain *chain, int64_t now, struct check *check,
                            uint16_t score)
{
    reward_members(chain, check, DG_VERDICT_FAIL, score);
    chain_judge_members(chain, now, check);
    check->phase = CHECK_PROVISIONAL;
    check->score = score;
    chain_start_term(chain, check, now + chain->params.appeal_window);
    struct dg_notice notice = chain_check_notice(check, DG_NOTICE_PROVISIONAL);
    notice.verdict = DG_VERDICT_FAIL;
    notice.score = score;
    notice.at = check->deadline;
    outbox_notices_push(&chain->notices, &notice);
}

void chain_appeal_missed(struct dg_chain *chain, int64_t now, struct check *check)
{
    conclude(chain, now, check, DG_VERDICT_FAIL, check->score, NULL);
}

/* An appeal without a quorum leaves the first verdict as it is. */
static void decide_appeal(struct dg_chain *chain, int64_t now, struct check *check,
                          enum dg_verdict verdict, uint16_t score)
{
    bool missed = verdict == DG_VERDICT_INCONCLUSIVE;

    return_deposit(chain, check, verdict == DG_VERDICT_FAIL);
    conclude(chain, now, check, missed ? DG_VERDICT_FAIL : verdict, missed ? check->score : score,
             &verdict);
}

void chain_decide(struct dg_chain *chain, int64_t now, struct check *check)
{
    uint16_t score;
    enum dg_verdict verdict = verdict_of(chain, check, &score);

    if (escalate(chain, now, check, verdict))
        return;
    if (check->appealed)
        decide_appeal(chain, now, check, verdict, score);
    else if (verdict == DG_VERDICT_FAIL && check->opened && chain->params.appeal_window > 0)
        wait_for_appeal(chain, now, check, score);
    else
        conclude(chain, now, check, verdict, score, &verdict);
}
