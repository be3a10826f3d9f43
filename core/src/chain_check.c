/* The life of a check: the node opens its answer, members commit and reveal, silent ones are
 * replaced.
 *
 * A new term starts at the time of the call that starts it, so one call meets each check once.
 */
#include "chain_state.h"

#include "hash.h"
#include "reveal.h"

static size_t seats_in(const struct check *check, enum seat_state state)
{
    size_t count = 0;

    for (unsigned i = check->first_seat; i < check->seat_count; i++)
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

/* Its holder has no part in the round any more. */
static bool seat_lost(const struct check_seat *seat)
{
    return seat->state == SEAT_SILENT || seat->state == SEAT_VOID;
}

/* What the call needs to be in time for the phase. */
static enum dg_status find_in_phase(struct dg_chain *chain, const struct chain_call *call,
                                    enum check_phase phase, struct check **check)
{
    enum dg_status status = chain_begin(chain, call);

    if (status == DG_OK)
        status = check_pool_find(&chain->checks, call->ids[0], check);
    if (status == DG_OK && ((*check)->phase != phase || call->now > (*check)->deadline))
        status = DG_ERROR_STATE;
    return status;
}

void chain_start_term(struct dg_chain *chain, struct check *check, int64_t until)
{
    check->deadline = until;
    deadline_push(&chain->deadlines, until, DEADLINE_CHECK, check->id);
}

static void start_reveal_phase(struct dg_chain *chain, int64_t now, struct check *check)
{
    check->phase = CHECK_REVEAL;
    chain_start_term(chain, check, now + chain->params.committee_reveal_time);
    struct dg_notice notice = chain_check_notice(check, DG_NOTICE_REVEAL_PHASE);
    notice.at = check->deadline;
    outbox_notices_push(&chain->notices, &notice);
}

/* Enough scores are committed or shown for the round to go on. */
static bool quorum_possible(const struct dg_chain *chain, const struct check *check)
{
    return seats_in(check, SEAT_COMMITTED) + seats_in(check, SEAT_REVEALED) >=
           (size_t)chain_quorum(chain, check);
}

/* A gold score that was sealed is worth waiting for, like a member's. */
static bool something_sealed(const struct check *check)
{
    return seats_in(check, SEAT_COMMITTED) > 0 || (check->gold_sealed && !check->gold_known);
}

/* Moves on when nobody is waited for any more. */
static void round_goes_on(struct dg_chain *chain, int64_t now, struct check *check)
{
    if (check->phase == CHECK_REVEAL) {
        if (!something_sealed(check))
            chain_decide(chain, now, check);
        return;
    }
    if (!check->opened || seats_in(check, SEAT_WAITING) > 0 || !quorum_possible(chain, check))
        return;
    if (something_sealed(check))
        start_reveal_phase(chain, now, check);
    else
        chain_decide(chain, now, check);
}

/* Room for whatever one message about a check can lead to: a phase with its term and notice, further
 * seats, or a verdict. */
static enum dg_status reserve_step(struct dg_chain *chain)
{
    enum dg_status status = chain_reserve_verdicts(chain, 1);
    size_t seats = chain->checks.seat_limit;

    if (status == DG_OK)
        status = outbox_notices_reserve(&chain->notices, &chain->allocator, 5 + 5 * seats);
    return status;
}

enum dg_status dg_chain_open_answer(struct dg_chain *chain, int64_t now, uint32_t check_id,
                                    const struct dg_hash *answer_digest, uint64_t nonce)
{
    struct check *check;
    struct dg_hash commitment;
    struct chain_call call = {
        .kind = CHAIN_CALL_open_answer,
        .now = now,
        .ids = {check_id},
        .hash = *answer_digest,
        .number = nonce,
    };
    enum dg_status status = find_in_phase(chain, &call, CHECK_COMMIT, &check);

    if (status == DG_OK && check->opened)
        status = DG_ERROR_REPLAY;
    if (status != DG_OK)
        return status;
    dg_answer_commitment(answer_digest, nonce, &commitment);
    if (!hash_equal(&commitment, &check->receipt.commitment))
        return DG_ERROR_COMMITMENT;
    status = reserve_step(chain);
    if (status != DG_OK)
        return status;

    check->opened = true;
    round_goes_on(chain, now, check);
    return chain_finish(chain, &call, DG_OK);
}

/* A member that seals two scores could pick the one to show after it has seen the others', so it has
 * neither. Nobody is waited for any less than before, so the round does not go on. */
static bool equivocates(const struct check_seat *seat, const struct dg_hash *commitment)
{
    return seat->state == SEAT_COMMITTED && !hash_equal(&seat->commitment, commitment);
}

enum dg_status dg_chain_commit_score(struct dg_chain *chain, int64_t now, uint32_t check_id,
                                     uint32_t node, const struct dg_hash *commitment)
{
    struct check *check;
    struct chain_call call = {
        .kind = CHAIN_CALL_commit_score,
        .now = now,
        .ids = {check_id, node},
        .hash = *commitment,
    };
    enum dg_status status = find_in_phase(chain, &call, CHECK_COMMIT, &check);

    if (status == DG_OK && !reveal_mode(&chain->params)->seals)
        status = DG_ERROR_STATE;
    if (status != DG_OK)
        return status;
    struct check_seat *seat = seat_of(check, node);
    if (seat == NULL || seat_lost(seat))
        return DG_ERROR_NOT_MEMBER;
    if (equivocates(seat, commitment)) {
        chain->registry.nodes[node].account.missed++;
        seat->state = SEAT_VOID;
        return chain_finish(chain, &call, DG_OK);
    }
    if (seat->state != SEAT_WAITING)
        return DG_ERROR_REPLAY;
    status = reserve_step(chain);
    if (status != DG_OK)
        return status;

    seat->commitment = *commitment;
    seat->state = SEAT_COMMITTED;
    round_goes_on(chain, now, check);
    return chain_finish(chain, &call, DG_OK);
}

/* The seat may show its score: once, and what committee.reveal admits. */
static enum dg_status reveal_check(const struct dg_chain *chain, const struct check *check,
                                   const struct check_seat *seat, uint16_t score, uint64_t nonce)
{
    if (seat == NULL || seat_lost(seat))
        return DG_ERROR_NOT_MEMBER;
    if (seat->state == SEAT_REVEALED)
        return DG_ERROR_REPLAY;
    return reveal_mode(&chain->params)->admit(check, seat, score, nonce);
}

static void publish_score(struct dg_chain *chain, const struct check *check,
                          const struct check_seat *seat)
{
    struct dg_notice notice = chain_check_notice(check, DG_NOTICE_SCORE);

    notice.verifier = seat->verifier;
    notice.score = seat->score;
    outbox_notices_push(&chain->notices, &notice);
}

enum dg_status dg_chain_reveal_score(struct dg_chain *chain, int64_t now, uint32_t check_id,
                                     uint32_t node, uint16_t score, uint64_t nonce)
{
    struct check *check;
    const struct reveal_mode *mode = reveal_mode(&chain->params);
    struct chain_call call = {
        .kind = CHAIN_CALL_reveal_score,
        .now = now,
        .ids = {check_id, node},
        .score = score,
        .number = nonce,
    };
    enum dg_status status = find_in_phase(chain, &call, mode->shows_in, &check);

    if (status != DG_OK)
        return status;
    struct check_seat *seat = seat_of(check, node);
    status = reveal_check(chain, check, seat, score, nonce);
    if (status == DG_OK)
        status = reserve_step(chain);
    if (status != DG_OK)
        return status;

    seat->score = score;
    seat->state = SEAT_REVEALED;
    if (mode->publishes)
        publish_score(chain, check, seat);
    round_goes_on(chain, now, check);
    return chain_finish(chain, &call, DG_OK);
}

/* ---- probes ---- */

enum dg_status dg_chain_commit_gold(struct dg_chain *chain, int64_t now, uint32_t check_id,
                                    const struct dg_hash *commitment)
{
    struct check *check;
    struct chain_call call = {
        .kind = CHAIN_CALL_commit_gold, .now = now, .ids = {check_id}, .hash = *commitment};
    enum dg_status status = find_in_phase(chain, &call, CHECK_COMMIT, &check);

    if (status == DG_OK && !check->probe)
        status = DG_ERROR_STATE;
    if (status == DG_OK && check->gold_sealed)
        status = DG_ERROR_REPLAY;
    if (status != DG_OK)
        return status;

    check->gold_sealed = true;
    check->gold_commitment = *commitment;
    return chain_finish(chain, &call, DG_OK);
}

enum dg_status dg_chain_reveal_gold(struct dg_chain *chain, int64_t now, uint32_t check_id,
                                    uint16_t score, uint64_t nonce)
{
    struct check *check;
    struct dg_hash commitment;
    struct chain_call call = {
        .kind = CHAIN_CALL_reveal_gold,
        .now = now,
        .ids = {check_id},
        .score = score,
        .number = nonce,
    };
    enum dg_status status = find_in_phase(chain, &call, CHECK_REVEAL, &check);

    if (status == DG_OK && !check->gold_sealed)
        status = DG_ERROR_STATE;
    if (status == DG_OK && check->gold_known)
        status = DG_ERROR_REPLAY;
    if (status != DG_OK)
        return status;
    dg_score_commitment(check_id, DG_NONE, score, nonce, &commitment);
    if (!hash_equal(&commitment, &check->gold_commitment))
        return DG_ERROR_COMMITMENT;
    status = reserve_step(chain);
    if (status != DG_OK)
        return status;

    check->gold = score;
    check->gold_known = true;
    round_goes_on(chain, now, check);
    return chain_finish(chain, &call, DG_OK);
}

/* ---- further rounds ---- */

static enum dg_status appeal_check(const struct dg_chain *chain, const struct check *check)
{
    uint32_t operator_id = chain->registry.nodes[check->receipt.node].operator_id;

    if (chain_amount(chain, DG_ACCOUNT_OPERATOR, operator_id) < chain->params.appeal_deposit)
        return DG_ERROR_FUNDS;
    return DG_OK;
}

enum dg_status dg_chain_appeal(struct dg_chain *chain, int64_t now, uint32_t check_id)
{
    struct check *check;
    struct chain_call call = {.kind = CHAIN_CALL_appeal, .now = now, .ids = {check_id}};
    enum dg_status status = find_in_phase(chain, &call, CHECK_PROVISIONAL, &check);

    if (status == DG_OK)
        status = appeal_check(chain, check);
    if (status == DG_OK)
        status = reserve_step(chain);
    if (status != DG_OK)
        return status;

    uint8_t first = check->first_seat;
    check->first_seat = check->seat_count;
    if (chain_add_seats(chain, check, 2 * (size_t)chain->params.committee_size + 1) == 0) {
        check->first_seat = first;
        return DG_ERROR_NO_CANDIDATE;
    }
    uint32_t operator_id = chain->registry.nodes[check->receipt.node].operator_id;
    check->appealed = true;
    check->escalated = false;
    check->deposit = chain->params.appeal_deposit;
    chain_move(chain, DG_ACCOUNT_OPERATOR, operator_id, DG_ACCOUNT_APPEAL, operator_id,
               check->deposit);
    check->phase = CHECK_COMMIT;
    chain_start_term(chain, check, now + chain->params.committee_commit_time);
    return chain_finish(chain, &call, DG_OK);
}

/* ---- deadlines ---- */

/* Whoever holds a seat in that state has missed its time. */
static void strike(struct dg_chain *chain, struct check *check, enum seat_state state)
{
    for (unsigned i = check->first_seat; i < check->seat_count; i++) {
        struct check_seat *seat = &check->seats[i];
        if (seat->state != state)
            continue;
        chain->registry.nodes[seat->verifier].account.missed++;
        seat->state = SEAT_SILENT;
    }
}

/* Everybody who has or had a seat. */
static size_t barred_from(const struct check *check, uint32_t barred[2 * CHECK_SEATS_MAX])
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
    return seat_lost(seat) && seat->replaced == DG_NONE;
}

/* The next tickets after everybody who has or had a seat. */
static size_t next_tickets(struct dg_chain *chain, const struct check *check, size_t wanted,
                           uint32_t members[DG_COMMITTEE_MAX])
{
    uint32_t barred[2 * CHECK_SEATS_MAX];
    struct committee_draw draw = {
        .key = &check->ticket_key,
        .gateway = check->gateway,
        .number = check->receipt.number,
        .operator_id = chain->registry.nodes[check->receipt.node].operator_id,
        .barred = barred,
        .barred_count = barred_from(check, barred),
    };

    struct dg_verifiers list = committee_list(&chain->verifiers);

    return committee_select(&list, &draw, wanted, members);
}

/* Gives lost seats to the next tickets, once per seat; returns how many were filled. */
static size_t replace_lost(struct dg_chain *chain, struct check *check)
{
    uint32_t members[DG_COMMITTEE_MAX];
    size_t wanted = 0, filled = 0;

    for (unsigned i = check->first_seat; i < check->seat_count; i++)
        wanted += replaceable(&check->seats[i]);
    size_t found = next_tickets(chain, check, wanted, members);
    for (unsigned i = check->first_seat; i < check->seat_count && filled < found; i++) {
        if (replaceable(&check->seats[i]))
            seat_replace(chain, check, &check->seats[i], members[filled++]);
    }
    return filled;
}

size_t chain_add_seats(struct dg_chain *chain, struct check *check, size_t wanted)
{
    uint32_t members[DG_COMMITTEE_MAX];
    size_t found = next_tickets(chain, check, wanted, members);

    for (size_t i = 0; i < found; i++) {
        check->seats[check->seat_count++] =
            (struct check_seat){.verifier = members[i], .replaced = DG_NONE};
        struct dg_notice notice = chain_check_notice(check, DG_NOTICE_MEMBER);
        notice.verifier = members[i];
        outbox_notices_push(&chain->notices, &notice);
    }
    return found;
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
    /* Nobody joins once a score has been seen. */
    if (seats_in(check, SEAT_REVEALED) == 0 && replace_lost(chain, check) > 0)
        chain_start_term(chain, check, now + chain->params.committee_commit_time);
    else if (something_sealed(check) && quorum_possible(chain, check))
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
    switch ((enum check_phase)check->phase) {
    case CHECK_COMMIT: commit_time_over(chain, now, check); break;
    case CHECK_REVEAL: reveal_time_over(chain, now, check); break;
    case CHECK_PROVISIONAL: chain_appeal_missed(chain, now, check); break;
    case CHECK_CLOSED: break;
    }
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
    case DEADLINE_VOTE: chain_vote_over(chain, now, due->id); break;
    case DEADLINE_KIND_COUNT: break;
    }
}

enum dg_status dg_chain_advance(struct dg_chain *chain, int64_t now)
{
    struct chain_call call = {.kind = CHAIN_CALL_advance, .now = now};
    enum dg_status status = chain_begin(chain, &call);

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
    return chain_finish(chain, &call, DG_OK);
}

int64_t dg_chain_next_deadline(const struct dg_chain *chain)
{
    const struct deadline *first = deadline_first(&chain->deadlines);

    return first == NULL ? INT64_MAX : first->time;
}
