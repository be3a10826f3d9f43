/* Governance: a change of one parameter is proposed, voted on by stake, waits, and takes effect at an
 * epoch.
 *
 * Votes count by what their owner has bonded when the voting ends, weighed by lock tier, so stake
 * that moves during the vote counts once. A proposal is checked against all rules of the parameters
 * when it is made and again when it takes effect, for another may have passed between. */
#include "chain_state.h"

#include "fixed.h"
#include "memory.h"

void governance_fini(struct governance *governance, const struct dg_allocator *allocator)
{
    memory_release(allocator, governance->proposals);
    id_map_fini(&governance->votes, allocator);
    *governance = (struct governance){0};
}

static uint64_t vote_key(uint32_t proposal, enum dg_owner kind, uint32_t owner)
{
    return (uint64_t)proposal << 33 | (uint64_t)(kind == DG_OWNER_DELEGATOR) << 32 | owner;
}

/* ---- proposals and votes ---- */

static bool holds_stake(const struct dg_chain *chain, enum dg_owner kind, uint32_t owner)
{
    for (size_t i = 0; i < chain->stakes.count; i++) {
        const struct stake_position *position = &chain->stakes.positions[i];
        if (position->state == DG_POSITION_BONDED && position->owner_kind == kind &&
            position->owner == owner)
            return true;
    }
    return false;
}

/* The owner exists and has something to vote with. */
static enum dg_status voter_check(const struct dg_chain *chain, enum dg_owner kind, uint32_t owner)
{
    int64_t balance;
    enum dg_account account =
        kind == DG_OWNER_OPERATOR ? DG_ACCOUNT_OPERATOR : DG_ACCOUNT_DELEGATOR;

    if ((unsigned)kind > DG_OWNER_DELEGATOR)
        return DG_ERROR_ARGUMENT;
    if (ledger_balance(&chain->ledger, account, owner, &balance) != DG_OK)
        return DG_ERROR_UNKNOWN_ID;
    return holds_stake(chain, kind, owner) ? DG_OK : DG_ERROR_FUNDS;
}

static enum dg_status params_with(const struct dg_chain *chain, uint32_t parameter, int64_t value,
                                  struct dg_params *out)
{
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    if (parameter >= count)
        return DG_ERROR_UNKNOWN_ID;
    *out = chain->params;
    dg_param_set(out, &rows[parameter], value);
    return dg_params_check(out, NULL, 0);
}

static enum dg_status proposal_reserve(struct dg_chain *chain)
{
    struct governance *governance = &chain->governance;
    struct proposal *proposals =
        memory_grow(&chain->allocator, governance->proposals, &governance->capacity,
                    governance->count + 1, sizeof *proposals);

    if (proposals == NULL)
        return DG_ERROR_MEMORY;
    governance->proposals = proposals;
    return deadline_reserve(&chain->deadlines, &chain->allocator, 1);
}

enum dg_status dg_chain_propose(struct dg_chain *chain, int64_t now, enum dg_owner kind,
                                uint32_t owner, uint32_t parameter, int64_t value,
                                uint32_t *proposal)
{
    struct dg_params changed;
    struct chain_call call = {
        .kind = CHAIN_CALL_propose,
        .now = now,
        .small = {(uint8_t)kind},
        .ids = {owner, parameter},
        .amounts = {value},
    };
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = voter_check(chain, kind, owner);
    if (status == DG_OK)
        status = params_with(chain, parameter, value, &changed);
    if (status == DG_OK && chain->governance.count >= DG_PROPOSALS_MAX)
        status = DG_ERROR_LIMIT;
    if (status == DG_OK)
        status = proposal_reserve(chain);
    if (status != DG_OK)
        return status;

    *proposal = (uint32_t)chain->governance.count++;
    chain->governance.proposals[*proposal] = (struct proposal){
        .value = value,
        .at = now + chain->params.governance_voting_time,
        .parameter = parameter,
        .state = DG_PROPOSAL_VOTING,
    };
    deadline_push(&chain->deadlines, chain->governance.proposals[*proposal].at, DEADLINE_VOTE,
                  *proposal);
    return chain_finish(chain, &call, DG_OK);
}

enum dg_status dg_chain_vote(struct dg_chain *chain, int64_t now, uint32_t proposal,
                             enum dg_owner kind, uint32_t owner, bool yes)
{
    struct chain_call call = {
        .kind = CHAIN_CALL_vote,
        .now = now,
        .ids = {proposal, owner},
        .small = {(uint8_t)kind, yes},
    };
    enum dg_status status = chain_begin(chain, &call);

    if (status == DG_OK)
        status = voter_check(chain, kind, owner);
    if (status != DG_OK)
        return status;
    if (proposal >= chain->governance.count)
        return DG_ERROR_UNKNOWN_ID;
    if (chain->governance.proposals[proposal].state != DG_PROPOSAL_VOTING ||
        now > chain->governance.proposals[proposal].at)
        return DG_ERROR_STATE;
    status = id_map_put(&chain->governance.votes, &chain->allocator,
                        vote_key(proposal, kind, owner), yes);
    return status == DG_OK ? chain_finish(chain, &call, DG_OK) : status;
}

/* ---- the end of the vote ---- */

struct tally {
    fixed_uint128 all, voted, yes;
};

static struct tally count_votes(const struct dg_chain *chain, uint32_t proposal)
{
    struct tally tally = {0};

    for (size_t i = 0; i < chain->stakes.count; i++) {
        const struct stake_position *position = &chain->stakes.positions[i];
        if (position->state != DG_POSITION_BONDED)
            continue;
        /* Weights in whole units of DG_ONE keep every product below within 128 bits. */
        fixed_uint128 weight = stake_weight(&chain->params, position) / DG_ONE;
        uint32_t vote =
            id_map_get(&chain->governance.votes,
                       vote_key(proposal, (enum dg_owner)position->owner_kind, position->owner));
        tally.all += weight;
        tally.voted += vote == DG_NONE ? 0 : weight;
        tally.yes += vote == 1 ? weight : 0;
    }
    return tally;
}

static void notify(struct dg_chain *chain, int64_t now, uint32_t id)
{
    const struct proposal *proposal = &chain->governance.proposals[id];
    struct dg_notice notice = chain_notice(DG_NOTICE_PROPOSAL, DG_NONE, now);

    notice.position = id;
    notice.parameter = proposal->parameter;
    notice.amount = proposal->value;
    notice.proposal_state = proposal->state;
    notice.at = proposal->at;
    outbox_notices_push(&chain->notices, &notice);
}

void chain_vote_over(struct dg_chain *chain, int64_t now, uint32_t id)
{
    struct proposal *proposal = &chain->governance.proposals[id];
    struct tally tally = count_votes(chain, id);
    const struct dg_params *params = &chain->params;

    bool quorum = tally.voted * DG_ONE >= tally.all * (uint64_t)params->governance_quorum;
    bool majority = tally.yes * DG_ONE > tally.voted * (uint64_t)params->governance_threshold;
    proposal->state = quorum && majority ? DG_PROPOSAL_QUEUED : DG_PROPOSAL_REJECTED;
    proposal->at = now + (proposal->state == DG_PROPOSAL_QUEUED ? params->governance_timelock : 0);
    notify(chain, now, id);
}

/* ---- taking effect ---- */

size_t chain_proposals_due(const struct dg_chain *chain, int64_t now)
{
    size_t count = 0;

    for (size_t i = 0; i < chain->governance.count; i++)
        count += chain->governance.proposals[i].state == DG_PROPOSAL_QUEUED &&
                 chain->governance.proposals[i].at <= now;
    return count;
}

/* What the state keeps because of a parameter follows its change. */
static void follow_change(struct dg_chain *chain, int64_t now, const struct dg_params *old)
{
    const struct dg_params *params = &chain->params;

    for (uint32_t id = 0; id < chain->registry.node_count; id++) {
        struct node_party *node = &chain->registry.nodes[id];
        if (old->quality_test != params->quality_test)
            node->test = (struct quality_state){0};
        chain_reweigh(chain, id);
        if (old->heartbeat_interval == 0)
            chain_presume_present(node, now);
    }
    if (old->heartbeat_interval == 0 && params->heartbeat_interval > 0 &&
        chain->registry.node_count > 0 && chain->sweep_at == INT64_MAX)
        chain_sweep_post(chain, now);
}

enum dg_status chain_proposals_reserve(struct dg_chain *chain, int64_t now)
{
    struct dg_params params = chain->params;
    uint8_t seats = chain->checks.seat_limit;

    for (size_t i = 0; i < chain->governance.count; i++) {
        const struct proposal *proposal = &chain->governance.proposals[i];
        struct dg_params changed = params;
        if (proposal->state != DG_PROPOSAL_QUEUED || proposal->at > now)
            continue;
        size_t count;
        dg_param_set(&changed, &dg_param_rows(&count)[proposal->parameter], proposal->value);
        if (dg_params_check(&changed, NULL, 0) != DG_OK)
            continue;
        params = changed;
        seats = chain_seats(&params) > seats ? chain_seats(&params) : seats;
    }
    enum dg_status status = check_pool_widen(&chain->checks, &chain->allocator, seats);
    if (status == DG_OK)
        status = deadline_reserve(&chain->deadlines, &chain->allocator, 1);
    return status;
}

void chain_proposals_take_effect(struct dg_chain *chain, int64_t now)
{
    const struct dg_params before = chain->params; /* all changes of one epoch are one */

    for (uint32_t i = 0; i < chain->governance.count; i++) {
        struct proposal *proposal = &chain->governance.proposals[i];
        struct dg_params changed, old = chain->params;
        if (proposal->state != DG_PROPOSAL_QUEUED || proposal->at > now)
            continue;
        proposal->at = now;
        if (params_with(chain, proposal->parameter, proposal->value, &changed) == DG_OK) {
            proposal->state = DG_PROPOSAL_EFFECTIVE;
            chain->params_before = before;
            chain->changed_at = now;
            chain->params = changed;
            follow_change(chain, now, &old);
        } else {
            proposal->state = DG_PROPOSAL_REFUSED;
        }
        notify(chain, now, i);
    }
}

/* ---- reading ---- */

enum dg_status dg_chain_proposal(const struct dg_chain *chain, uint32_t id, struct dg_proposal *out)
{
    if (id >= chain->governance.count)
        return DG_ERROR_UNKNOWN_ID;
    const struct proposal *proposal = &chain->governance.proposals[id];

    *out = (struct dg_proposal){
        .parameter = proposal->parameter,
        .value = proposal->value,
        .at = proposal->at,
        .state = (enum dg_proposal_state)proposal->state,
    };
    return DG_OK;
}

void dg_chain_params(const struct dg_chain *chain, struct dg_params *out)
{
    *out = chain->params;
}
