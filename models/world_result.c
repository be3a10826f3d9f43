/* world_result.c - turns a finished world into a result. */
#include <math.h>
#include <stdlib.h>

#include "models/metrics.h"
#include "models/world_private.h"

static const struct scenario_hardware *hardware_of(const struct world *world, uint32_t n)
{
    const struct world_node *node = &world->nodes[n];
    if (world->scenario->nodes[node->group].hardware.count == 0)
        return NULL;
    return &world->scenario->hardware[node->hardware];
}

/* Work is paid by the slot and hour, so that running a smaller model saves what it frees; keeping
 * the machine costs the idle rate all the time. */
int64_t world_compute_cost(const struct world *world, uint32_t n)
{
    const struct scenario_hardware *hardware = hardware_of(world, n);
    if (hardware == NULL)
        return 0;
    int64_t now_ns = engine_now(world->engine);
    const struct service *service = &world->nodes[n].service;
    double slot_hours = service_usage(service, now_ns).slot_ns / (double)WORLD_HOUR_NS;
    /* A machine that is away is switched off, or earns its keep elsewhere. */
    double hours = (double)(now_ns - world->nodes[n].absent_ns) / (double)WORLD_HOUR_NS;
    double slots = service_holds(service);
    return llround(slot_hours / slots * (double)hardware->busy_cost_per_hour +
                   hours * (double)hardware->idle_cost_per_hour);
}

int64_t world_outside_cost(const struct world *world, uint32_t n)
{
    return world->nodes[n].outside_cost + world_own_spent(world, n);
}

int64_t world_profit(const struct world *world, uint32_t n, const struct dg_node_account *account)
{
    return account->fees + account->rewards + account->verifier_fees - account->slashed -
           world_compute_cost(world, n) - world->nodes[n].verification_cost -
           world_outside_cost(world, n);
}

static double node_utilisation(const struct world *world, uint32_t n)
{
    const struct service *service = &world->nodes[n].service;
    int64_t now_ns = engine_now(world->engine);
    double counted_ns = (double)(now_ns - world->scenario->warm_up_ns);
    double slot_ns =
        service_usage(service, now_ns).slot_ns - world->nodes[n].usage_at_warm_up.slot_ns;
    return counted_ns > 0 ? slot_ns / counted_ns / service_holds(service) : 0;
}

static void fill_node(const struct world *world, uint32_t n, struct result_node *out)
{
    const struct scenario *scenario = world->scenario;
    const struct world_node *node = &world->nodes[n];
    const struct scenario_hardware *hardware = hardware_of(world, n);
    *out = (struct result_node){
        .node = n,
        .operator_id = node->operator_id,
        .group = scenario->nodes[node->group].name,
        .region = scenario->regions[world->node_regions[n]].name,
        .hardware = hardware != NULL ? hardware->name : NULL,
        .class_name = scenario->classes[node->class_index].name,
        .behaviour = world->behaviours[node->behaviour]->name,
        .verifier_behaviour =
            node->verifier ? world->behaviours[node->verifier_behaviour]->name : NULL,
        .stake_start = node->stake_start,
        .compute_cost = world_compute_cost(world, n),
        .verification_cost = node->verification_cost,
        .outside_cost = world_outside_cost(world, n),
        .declined = node->declined,
        .padding = node->padding,
        .absent_ns = node->absent_ns,
        .quality = node->sent > 0 ? node->quality_sum / (double)node->sent : NAN,
        .cheats = node->cheats,
        .first_cheat_ns = node->first_cheat_ns,
        .first_failure_ns = node->first_failure_ns,
        .jailed_ns = node->jailed_ns,
        .utilisation = node_utilisation(world, n),
    };
    dg_chain_node(world->chain, n, &out->account);
    dg_chain_balance(world->chain, DG_ACCOUNT_STAKE, n, &out->stake_end);
    out->profit = world_profit(world, n, &out->account);
}

static bool fill_parties(const struct world *world, struct result *out, struct error *error)
{
    out->nodes = calloc(world->node_count + (size_t)1, sizeof *out->nodes);
    out->operators = calloc(world->operator_count + (size_t)1, sizeof *out->operators);
    if (out->nodes == NULL || out->operators == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the result of the run");
    out->node_count = world->node_count;
    out->operator_count = world->operator_count;
    for (uint32_t o = 0; o < world->operator_count; o++) {
        out->operators[o].operator_id = o;
        out->operators[o].behaviour = world->behaviours[world->operator_behaviour[o]]->name;
        dg_chain_balance(world->chain, DG_ACCOUNT_OPERATOR, o, &out->operators[o].balance);
    }
    for (uint32_t n = 0; n < world->node_count; n++) {
        fill_node(world, n, &out->nodes[n]);
        struct result_operator *owner = &out->operators[world->nodes[n].operator_id];
        owner->nodes++;
        owner->stake += out->nodes[n].stake_end;
        owner->profit += out->nodes[n].profit;
    }
    return true;
}

/* The final ledger enters the fingerprint: every total, and what each node earned, lost and has
 * left. */
static void fold_ledger(struct world *world, const struct result *result)
{
    struct dg_ledger_totals totals;
    dg_chain_totals(world->chain, &totals);
    engine_fold(world->engine, (uint64_t)totals.genesis);
    engine_fold(world->engine, (uint64_t)totals.minted);
    engine_fold(world->engine, (uint64_t)totals.deposited);
    for (int a = 0; a < DG_ACCOUNT_COUNT; a++)
        engine_fold(world->engine, (uint64_t)totals.account[a]);
    for (size_t n = 0; n < result->node_count; n++) {
        const struct result_node *node = &result->nodes[n];
        engine_fold(world->engine, (uint64_t)node->account.fees);
        engine_fold(world->engine, (uint64_t)node->account.rewards);
        engine_fold(world->engine, (uint64_t)node->account.verifier_fees);
        engine_fold(world->engine, (uint64_t)node->stake_end);
    }
    for (size_t o = 0; o < result->operator_count; o++)
        engine_fold(world->engine, (uint64_t)result->operators[o].balance);
}

static size_t world_bytes(const struct world *world)
{
    return world->node_count * sizeof *world->nodes + world->user_count * sizeof *world->users +
           world->request_top * sizeof *world->requests +
           (world->check_mask + (size_t)1) *
               (sizeof *world->checks + world->member_room * sizeof *world->check_members);
}

bool world_result(struct world *world, struct result *out, struct error *error)
{
    struct result result = {.seed = world->key.seed, .replication = world->key.replication};
    bool ok = fill_parties(world, &result, error) && world_metrics(world, &result, error) &&
              world_series_result(world, &result, error);
    if (ok) {
        fold_ledger(world, &result);
        result.fingerprint = engine_fingerprint(world->engine);
        result.events = engine_executed(world->engine);
        result.requests = world->statistics.requests;
        result.virtual_ns = engine_now(world->engine);
        result.memory_bytes = world_bytes(world);
        result.ledger = world->ledger;
        result.ledger_count = world->ledger_count;
        world->ledger = NULL;
        *out = result;
    } else {
        result_free(&result);
    }
    return ok;
}
