/* Offences and what follows from them: slashes, jail, exclusion; and presence by heartbeats and
 * failed requests. */
#include "chain_state.h"

#include "fixed.h"
#include "jail.h"

/* ---- offences ---- */

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

    for (unsigned i = check->first_seat; i < check->seat_count; i++)
        reporters += check->seats[i].state == SEAT_REVEALED;
    for (unsigned i = check->first_seat; i < check->seat_count; i++) {
        if (check->seats[i].state != SEAT_REVEALED)
            continue;
        struct node_party *verifier = &chain->registry.nodes[check->seats[i].verifier];
        chain_move(chain, DG_ACCOUNT_RESIDUAL, 0, DG_ACCOUNT_OPERATOR, verifier->operator_id,
                   reward / reporters);
        verifier->account.verifier_fees += reward / reporters;
        paid += reward / reporters;
    }
    return paid;
}

/* The positions pay into the residual account, which passes all of it on: nothing stays there. */
static void slash(struct dg_chain *chain, int64_t now, uint32_t id, int64_t fraction,
                  enum dg_offence offence, const struct check *check)
{
    int64_t amount = chain_slash_stake(chain, now, id, fraction);
    int64_t reward = fixed_part(amount, chain->params.penalty_reporter_share);
    int64_t paid = check == NULL ? 0 : pay_reporters(chain, check, reward);
    struct dg_notice notice = check == NULL ? chain_notice(DG_NOTICE_SLASH, id, now)
                                            : chain_check_notice(check, DG_NOTICE_SLASH);

    chain_move(chain, DG_ACCOUNT_RESIDUAL, 0, DG_ACCOUNT_BURNED, 0, amount - paid);
    chain->registry.nodes[id].account.slashed += amount;
    notice.at = now;
    notice.amount = amount;
    notice.offence = (uint8_t)offence;
    outbox_notices_push(&chain->notices, &notice);
}

void chain_leave_committees(struct dg_chain *chain, struct node_party *node)
{
    if (node->verifier_place == DG_NONE)
        return;
    uint32_t moved = committee_remove(&chain->verifiers, node->verifier_place);
    if (moved != DG_NONE)
        chain->registry.nodes[moved].verifier_place = node->verifier_place;
    node->verifier_place = DG_NONE;
}

/* A verifier keeps its room in the pool while it is away, so its return cannot fail. */
void chain_join_committees(struct dg_chain *chain, uint32_t id)
{
    struct node_party *node = &chain->registry.nodes[id];

    if (node->verifier)
        node->verifier_place =
            committee_add(&chain->verifiers, id, node->operator_id, chain_weight(chain, id));
}

void chain_set_state(struct dg_chain *chain, uint32_t id, enum dg_node_state state,
                     enum dg_notice_kind kind, int64_t at)
{
    struct dg_notice notice = chain_notice(kind, id, at);

    chain->registry.nodes[id].account.state = (uint8_t)state;
    outbox_notices_push(&chain->notices, &notice);
    chain_publish(chain, id);
}

/* ---- jail ---- */

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
    chain_leave_committees(chain, node);
    deadline_push(&chain->deadlines, until, DEADLINE_JAIL, id);
    chain_set_state(chain, id, DG_NODE_JAILED, DG_NOTICE_JAIL, until);
}

void chain_punish(struct dg_chain *chain, int64_t now, uint32_t id, enum dg_offence offence,
                  const struct check *check)
{
    struct node_party *node = &chain->registry.nodes[id];

    if (node->account.state == DG_NODE_EXCLUDED)
        return;
    int repeats = offences_before(chain, now, node);
    node->account.offences++;
    if (node->account.state == DG_NODE_LEFT) { /* its stake is all that is left to take */
        int step = repeats < REGISTRY_OFFENCES ? repeats : REGISTRY_OFFENCES - 1;
        slash(chain, now, id, chain->params.penalty_slash[step], offence, check);
    } else if (repeats < REGISTRY_OFFENCES) {
        slash(chain, now, id, chain->params.penalty_slash[repeats], offence, check);
        jail(chain, now, id, repeats);
    } else {
        chain_leave_committees(chain, node);
        chain_set_state(chain, id, DG_NODE_EXCLUDED, DG_NOTICE_EXCLUDE, now);
    }
}

static void let_go(struct dg_chain *chain, int64_t now, uint32_t id)
{
    struct node_party *node = &chain->registry.nodes[id];
    int64_t frozen = chain_amount(chain, DG_ACCOUNT_FROZEN, id);
    int64_t own = chain_share_reward(chain, id, DG_ACCOUNT_FROZEN, id, frozen);

    node->account.rewards += own;
    if (frozen > 0)
        node->account.verifier_rewards +=
            (int64_t)((fixed_int128)node->frozen_verifier_rewards * own / frozen);
    node->frozen_verifier_rewards = 0;
    chain_presume_present(node, now);
    chain_join_committees(chain, id);
    chain_set_state(chain, id, DG_NODE_ACTIVE, DG_NOTICE_RELEASE, now);
}

/* Whether the event opens the door: its term must be over, and jail.release allow it. */
static enum dg_status may_go(const struct dg_chain *chain, int64_t now, uint32_t id,
                             enum jail_event event)
{
    const struct dg_node_account *account = &chain->registry.nodes[id].account;

    if (account->state != DG_NODE_JAILED || account->jailed_until > now)
        return DG_ERROR_STATE;
    return jail_release(&chain->params)->on(chain, id, event);
}

void chain_release(struct dg_chain *chain, int64_t now, uint32_t id)
{
    if (may_go(chain, now, id, JAIL_TERM_OVER) == DG_OK)
        let_go(chain, now, id);
}

enum dg_status dg_chain_request_release(struct dg_chain *chain, int64_t now, uint32_t id)
{
    struct chain_call call = {.kind = CHAIN_CALL_request_release, .now = now, .ids = {id}};
    enum dg_status status = chain_begin(chain, &call);

    if (status != DG_OK)
        return status;
    if (id >= chain->registry.node_count)
        return DG_ERROR_UNKNOWN_ID;
    status = may_go(chain, now, id, JAIL_REQUEST);
    if (status == DG_OK)
        status = outbox_notices_reserve(&chain->notices, &chain->allocator, 1);
    if (status == DG_OK)
        status = outbox_log_reserve(&chain->log, &chain->allocator, 1);
    if (status != DG_OK)
        return status;

    let_go(chain, now, id);
    return chain_finish(chain, &call, DG_OK);
}

/* ---- verifiers ---- */

static void judge_member(struct dg_chain *chain, int64_t now, uint32_t id, bool bad)
{
    const struct dg_params *params = &chain->params;
    struct node_party *node = &chain->registry.nodes[id];
    uint64_t window = UINT64_MAX >> (64 - params->penalty_misconduct_window);

    node->misconduct = (node->misconduct << 1 | bad) & window;
    if (params->penalty_misconduct_failures == 0 ||
        __builtin_popcountll(node->misconduct) < params->penalty_misconduct_failures)
        return;
    node->misconduct = 0;
    chain_punish(chain, now, id, DG_OFFENCE_MISCONDUCT, NULL);
}

static bool far_from_gold(const struct dg_chain *chain, const struct check *check,
                          const struct check_seat *seat)
{
    int64_t distance =
        seat->score > check->gold ? seat->score - check->gold : check->gold - seat->score;

    return check->gold_known &&
           distance * DG_ONE > chain->params.penalty_gold_tolerance * DG_SCORE_ONE;
}

/* While the node has not opened its answer nobody owes a score; but none may seal two. */
void chain_judge_members(struct dg_chain *chain, int64_t now, const struct check *check)
{
    for (unsigned i = check->first_seat; i < check->seat_count; i++) {
        const struct check_seat *seat = &check->seats[i];
        if (seat->replaced != DG_NONE)
            judge_member(chain, now, seat->replaced, true);
        if (seat->state == SEAT_VOID || (seat->state == SEAT_SILENT && check->opened))
            judge_member(chain, now, seat->verifier, true);
        if (seat->state == SEAT_REVEALED && check->opened)
            judge_member(chain, now, seat->verifier, far_from_gold(chain, check, seat));
    }
}

/* ---- presence ---- */

static bool gone_silent(const struct dg_chain *chain, int64_t now, const struct node_party *node)
{
    const struct dg_params *params = &chain->params;

    return node->account.state == DG_NODE_ACTIVE &&
           now - node->heard > params->heartbeat_misses * params->heartbeat_interval;
}

/* The row of failed requests is long enough. */
static bool failing(const struct dg_chain *chain, const struct node_party *node)
{
    int64_t requests = chain->params.penalty_downtime_requests;

    return requests > 0 && node->failed_row >= requests;
}

void chain_note_failures(struct dg_chain *chain, int64_t now, const struct dg_report *report)
{
    for (size_t i = 0; i < report->failure_count; i++) {
        const struct dg_failure *failure = &report->failures[i];
        struct node_party *node = &chain->registry.nodes[failure->node];
        bool before = failing(chain, node) && node->failing_since != INT64_MAX;
        uint32_t room = UINT32_MAX - node->failed_row;
        node->failed_row += failure->count < room ? failure->count : room;
        if (failing(chain, node) && !before)
            node->failing_since = now;
    }
}

void chain_presume_present(struct node_party *node, int64_t now)
{
    node->heard = now;
    registry_end_row(node);
}

/* Away since the last heartbeat, or since the row of failed requests was long enough. */
static bool away_too_long(const struct dg_chain *chain, int64_t now, const struct node_party *node)
{
    int64_t since = node->heard;

    if (failing(chain, node) && node->failing_since < since)
        since = node->failing_since;
    if (node->punished > since)
        since = node->punished;
    return (node->account.state == DG_NODE_ACTIVE || node->account.state == DG_NODE_OFFLINE) &&
           now - since > chain->params.penalty_downtime_limit;
}

size_t chain_sweep_count(const struct dg_chain *chain, int64_t now)
{
    size_t count = 0;

    if (chain->params.heartbeat_interval == 0)
        return 0;
    for (size_t i = 0; i < chain->registry.node_count; i++) {
        const struct node_party *node = &chain->registry.nodes[i];
        count += gone_silent(chain, now, node) || away_too_long(chain, now, node);
    }
    return count;
}

void chain_sweep_post(struct dg_chain *chain, int64_t now)
{
    chain->sweep_at = now + chain->params.heartbeat_interval;
    deadline_push(&chain->deadlines, chain->sweep_at, DEADLINE_SWEEP, 0);
}

void chain_sweep(struct dg_chain *chain, int64_t now)
{
    if (chain->params.heartbeat_interval == 0) { /* a vote has abolished them */
        chain->sweep_at = INT64_MAX;
        return;
    }
    for (uint32_t id = 0; id < chain->registry.node_count; id++) {
        struct node_party *node = &chain->registry.nodes[id];
        if (away_too_long(chain, now, node)) {
            node->punished = now;
            slash(chain, now, id, chain->params.penalty_downtime_slash, DG_OFFENCE_DOWNTIME, NULL);
        }
        if (gone_silent(chain, now, node)) {
            chain_leave_committees(chain, node);
            chain_set_state(chain, id, DG_NODE_OFFLINE, DG_NOTICE_OFFLINE, now);
        }
    }
    chain_sweep_post(chain, now);
}

/* Those of the nodes that come back; DG_ERROR_STATE when one must not beat any more. */
static enum dg_status heartbeats_check(const struct dg_chain *chain, const uint32_t *nodes,
                                       size_t count, size_t *back)
{
    *back = 0;
    if (chain->params.heartbeat_interval == 0)
        return DG_ERROR_STATE;
    for (size_t i = 0; i < count; i++) {
        if (nodes[i] >= chain->registry.node_count)
            return DG_ERROR_UNKNOWN_ID;
        uint8_t state = chain->registry.nodes[nodes[i]].account.state;
        if (state == DG_NODE_LEFT || state == DG_NODE_EXCLUDED)
            return DG_ERROR_STATE;
        *back += state == DG_NODE_OFFLINE;
    }
    return DG_OK;
}

enum dg_status dg_chain_heartbeats(struct dg_chain *chain, int64_t now, const uint32_t *nodes,
                                   size_t count)
{
    size_t back;
    struct chain_call call = {
        .kind = CHAIN_CALL_heartbeats, .now = now, .nodes = nodes, .node_count = count};
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = heartbeats_check(chain, nodes, count, &back);
    if (status == DG_OK)
        status = outbox_notices_reserve(&chain->notices, &chain->allocator, back);
    if (status == DG_OK)
        status = outbox_log_reserve(&chain->log, &chain->allocator, back);
    if (status != DG_OK)
        return status;

    for (size_t i = 0; i < count; i++) {
        struct node_party *node = &chain->registry.nodes[nodes[i]];
        node->heard = now;
        if (node->account.state != DG_NODE_OFFLINE)
            continue;
        chain_join_committees(chain, nodes[i]);
        chain_set_state(chain, nodes[i], DG_NODE_ACTIVE, DG_NOTICE_ONLINE, now);
    }
    return chain_finish(chain, &call, DG_OK);
}
