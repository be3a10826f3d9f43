/* The life of a check: the node opens its answer, members commit and reveal, silent ones are
 * replaced.
 *
 * A new term starts at the time of the call that starts it, so one call meets each check once.
 */
#include "chain_state.h"

#include "hash.h"

static size_t seats_in(const struct check *check, enum seat_state state)
{
    size_t count = 0;

    for (unsigned i = 0; i < check->seat_count; i++)
        count += check->seats[i].state == state;
    return count;
}

static struct check_seat *seat_of(const struct check *check, uint32_t node)
{
    for (unsigned i = 0; i < check->seat_count; i++) {
        if (check->seats[i].verifier == node)
            return &check->seats[i];
    }
    return NULL;
}

/* What the call needs to be in time for the phase. */
static enum dg_status find_in_phase(const struct dg_chain *chain, int64_t now, uint32_t id,
                                    enum check_phase phase, struct check **check)
{
    enum dg_status status = chain_begin(chain, now);

    if (status == DG_OK)
        status = check_pool_find(&chain->checks, id, check);
    if (status == DG_OK && ((*check)->phase != phase || now > (*check)->deadline))
        status = DG_ERROR_STATE;
    return status;
}

static void start_term(struct dg_chain *chain, struct check *check, int64_t until)
{
    check->deadline = until;
    deadline_push(&chain->deadlines, until, DEADLINE_CHECK, check->id);
}

static void start_reveal_phase(struct dg_chain *chain, int64_t now, struct check *check)
{
    check->phase = CHECK_REVEAL;
    start_term(chain, check, now + chain->params.committee_reveal_time);
    struct dg_notice notice = chain_check_notice(check, DG_NOTICE_REVEAL_PHASE);
    notice.at = check->deadline;
    outbox_notices_push(&chain->notices, &notice);
}

static bool all_committed(const struct dg_chain *chain, const struct check *check)
{
    size_t committed = seats_in(check, SEAT_COMMITTED);

    return check->opened && seats_in(check, SEAT_WAITING) == 0 &&
           committed >= (size_t)chain->params.committee_quorum;
}

/* Room for the term and the notice of a phase that may start now. */
static enum dg_status reserve_phase(struct dg_chain *chain)
{
    enum dg_status status = deadline_reserve(&chain->deadlines, &chain->allocator, 1);

    if (status == DG_OK)
        status = outbox_notices_reserve(&chain->notices, &chain->allocator, 1);
    return status;
}

enum dg_status dg_chain_open_answer(struct dg_chain *chain, int64_t now, uint32_t check_id,
                                    const struct dg_hash *answer_digest, uint64_t nonce)
{
    struct check *check;
    struct dg_hash commitment;
    enum dg_status status = find_in_phase(chain, now, check_id, CHECK_COMMIT, &check);

    if (status == DG_OK && check->opened)
        status = DG_ERROR_REPLAY;
    if (status != DG_OK)
        return status;
    dg_answer_commitment(answer_digest, nonce, &commitment);
    if (!hash_equal(&commitment, &check->receipt.commitment))
        return DG_ERROR_COMMITMENT;
    status = reserve_phase(chain);
    if (status != DG_OK)
        return status;

    check->opened = true;
    if (all_committed(chain, check))
        start_reveal_phase(chain, now, check);
    return chain_finish(chain, now, DG_OK);
}

enum dg_status dg_chain_commit_score(struct dg_chain *chain, int64_t now, uint32_t check_id,
                                     uint32_t node, const struct dg_hash *commitment)
{
    struct check *check;
    enum dg_status status = find_in_phase(chain, now, check_id, CHECK_COMMIT, &check);

    if (status != DG_OK)
        return status;
    struct check_seat *seat = seat_of(check, node);
    if (seat == NULL || seat->state == SEAT_SILENT)
        return DG_ERROR_NOT_MEMBER;
    if (seat->state != SEAT_WAITING)
        return DG_ERROR_REPLAY;
    status = reserve_phase(chain);
    if (status != DG_OK)
        return status;

    seat->commitment = *commitment;
    seat->state = SEAT_COMMITTED;
    if (all_committed(chain, check))
        start_reveal_phase(chain, now, check);
    return chain_finish(chain, now, DG_OK);
}

enum dg_status dg_chain_reveal_score(struct dg_chain *chain, int64_t now, uint32_t check_id,
                                     uint32_t node, uint16_t score, uint64_t nonce)
{
    struct check *check;
    struct dg_hash commitment;
    enum dg_status status = find_in_phase(chain, now, check_id, CHECK_REVEAL, &check);

    if (status != DG_OK)
        return status;
    struct check_seat *seat = seat_of(check, node);
    if (seat == NULL || seat->state == SEAT_SILENT)
        return DG_ERROR_NOT_MEMBER;
    if (seat->state == SEAT_REVEALED)
        return DG_ERROR_REPLAY;
    dg_score_commitment(check_id, node, score, nonce, &commitment);
    if (!hash_equal(&commitment, &seat->commitment))
        return DG_ERROR_COMMITMENT;
    status = chain_reserve_verdicts(chain, 1);
    if (status != DG_OK)
        return status;

    seat->score = score;
    seat->state = SEAT_REVEALED;
    if (seats_in(check, SEAT_COMMITTED) == 0)
        chain_decide(chain, now, check);
    return chain_finish(chain, now, DG_OK);
}

/* ---- deadlines ---- */

/* Whoever holds a seat in that state has missed its time. */
static void strike(struct dg_chain *chain, struct check *check, enum seat_state state)
{
    for (unsigned i = 0; i < check->seat_count; i++) {
        struct check_seat *seat = &check->seats[i];
        if (seat->state != state)
            continue;
        chain->registry.nodes[seat->verifier].account.missed++;
        seat->state = SEAT_SILENT;
    }
}

/* Everybody who has or had a seat. */
static size_t barred_from(const struct check *check, uint32_t barred[2 * DG_COMMITTEE_MAX])
{
    size_t count = 0;

    for (unsigned i = 0; i < check->seat_count; i++) {
        barred[count++] = check->seats[i].verifier;
        if (check->seats[i].replaced != DG_NONE)
            barred[count++] = check->seats[i].replaced;
    }
    return count;
}

static void seat_replace(struct dg_chain *chain, struct check *check, struct check_seat *seat,
                         uint32_t verifier)
{
    *seat = (struct check_seat){.verifier = verifier, .replaced = seat->verifier};
    struct dg_notice notice = chain_check_notice(check, DG_NOTICE_MEMBER);
    notice.verifier = verifier;
    outbox_notices_push(&chain->notices, &notice);
}

static bool replaceable(const struct check_seat *seat)
{
    return seat->state == SEAT_SILENT && seat->replaced == DG_NONE;
}

/* Gives silent seats to the next tickets, once per seat; returns how many were filled. */
static size_t replace_silent(struct dg_chain *chain, struct check *check)
{
    uint32_t barred[2 * DG_COMMITTEE_MAX], members[DG_COMMITTEE_MAX];
    struct committee_draw draw = {
        .key = &check->ticket_key,
        .gateway = check->gateway,
        .number = check->receipt.number,
        .operator_id = chain->registry.nodes[check->receipt.node].operator_id,
        .barred = barred,
        .barred_count = barred_from(check, barred),
    };
    size_t wanted = 0, filled = 0;

    for (unsigned i = 0; i < check->seat_count; i++)
        wanted += replaceable(&check->seats[i]);
    size_t found = committee_select(&chain->verifiers, &draw, wanted, members);
    for (unsigned i = 0; i < check->seat_count && filled < found; i++) {
        if (replaceable(&check->seats[i]))
            seat_replace(chain, check, &check->seats[i], members[filled++]);
    }
    return filled;
}

/* Before the node opens its answer no member can tell whether that is what it was given to score,
 * so none is struck for waiting. */
static void commit_time_over(struct dg_chain *chain, int64_t now, struct check *check)
{
    if (!check->opened) {
        chain_decide(chain, now, check);
        return;
    }
    strike(chain, check, SEAT_WAITING);
    if (replace_silent(chain, check) > 0)
        start_term(chain, check, now + chain->params.committee_commit_time);
    else if (all_committed(chain, check))
        start_reveal_phase(chain, now, check);
    else
        chain_decide(chain, now, check);
}

static void reveal_time_over(struct dg_chain *chain, int64_t now, struct check *check)
{
    strike(chain, check, SEAT_COMMITTED);
    chain_decide(chain, now, check);
}

/* An entry whose check has moved on meanwhile is stale. */
static void check_due(struct dg_chain *chain, int64_t now, const struct deadline *due)
{
    struct check *check;

    if (check_pool_find(&chain->checks, due->id, &check) != DG_OK || check->deadline != due->time)
        return;
    if (check->phase == CHECK_COMMIT)
        commit_time_over(chain, now, check);
    else
        reveal_time_over(chain, now, check);
}

/* Each deadline can replace a whole committee, or lead to a verdict or a release. */
static enum dg_status advance_reserve(struct dg_chain *chain, int64_t now)
{
    size_t due = deadline_count_due(&chain->deadlines, now);
    size_t sweep = chain->sweep_at <= now ? chain_sweep_count(chain, now) : 0;
    size_t seats = chain->checks.seat_limit;
    enum dg_status status = chain_reserve_verdicts(chain, due);

    /* Above the room for the verdicts, which is not taken yet: those of members and the sweep. */
    if (status == DG_OK)
        status = outbox_notices_reserve(&chain->notices, &chain->allocator,
                                        due * (3 + 5 * seats) + 2 * sweep);
    if (status == DG_OK)
        status = outbox_log_reserve(&chain->log, &chain->allocator, due * (1 + 2 * seats) + sweep);
    return status;
}

static void act_on(struct dg_chain *chain, int64_t now, const struct deadline *due)
{
    switch ((enum deadline_kind)due->kind) {
    case DEADLINE_CHECK: check_due(chain, now, due); break;
    case DEADLINE_JAIL: chain_release(chain, now, due->id); break;
    case DEADLINE_UNBOND: chain_unbonded(chain, now, due->id); break;
    case DEADLINE_SWEEP: chain_sweep(chain, now); break;
    }
}

enum dg_status dg_chain_advance(struct dg_chain *chain, int64_t now)
{
    enum dg_status status = chain_begin(chain, now);

    if (status == DG_OK)
        status = advance_reserve(chain, now);
    if (status != DG_OK)
        return status;

    for (;;) {
        const struct deadline *first = deadline_first(&chain->deadlines);
        if (first == NULL || first->time > now)
            break;
        struct deadline due = *first;
        deadline_pop(&chain->deadlines);
        act_on(chain, now, &due);
    }
    return chain_finish(chain, now, DG_OK);
}

int64_t dg_chain_next_deadline(const struct dg_chain *chain)
{
    const struct deadline *first = deadline_first(&chain->deadlines);

    return first == NULL ? INT64_MAX : first->time;
}
