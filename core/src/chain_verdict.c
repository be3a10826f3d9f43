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
        int64_t stake = chain_bonded(chain, seat->verifier);
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
        chain_punish(chain, now, check->receipt.node, DG_OFFENCE_FAKE, check);
    chain_judge_members(chain, now, check);
    check_pool_close(&chain->checks, check);
}
