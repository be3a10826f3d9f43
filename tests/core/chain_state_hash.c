/* Field by field, because the padding of a struct is not part of the state. */
#include "chain_world.h"

#include <sodium.h>

#include "chain_state.h"

typedef crypto_generichash_state hasher;

static void put(hasher *hash, const void *bytes, size_t size)
{
    if (size > 0)
        crypto_generichash_update(hash, bytes, size);
}

static void put_number(hasher *hash, uint64_t number)
{
    put(hash, &number, sizeof number);
}

static void put_money(hasher *hash, const struct dg_chain *chain)
{
    put(hash, chain->ledger.came_in, sizeof chain->ledger.came_in);
    for (int kind = 0; kind < DG_ACCOUNT_COUNT; kind++) {
        const struct ledger_accounts *accounts = &chain->ledger.kinds[kind];
        put_number(hash, accounts->count);
        put_number(hash, (uint64_t)accounts->total);
        put(hash, accounts->balances, accounts->count * sizeof accounts->balances[0]);
    }
    put(hash, chain->escrow.amounts, chain->escrow.count * sizeof chain->escrow.amounts[0]);
}

static void put_account(hasher *hash, const struct dg_node_account *account)
{
    const int64_t sums[] = {
        account->fees,          account->rewards,      account->verifier_fees,
        account->slashed,       account->refunded,     account->verifier_rewards,
        account->compute_milli, account->jailed_until, account->delegator_rewards,
    };
    const uint32_t counts[] = {
        account->answers, account->checks, account->failures, account->offences,
        account->reveals, account->missed, account->state,
    };

    put(hash, sums, sizeof sums);
    put(hash, counts, sizeof counts);
}

static void put_node(hasher *hash, const struct node_party *node)
{
    const uint64_t numbers[] = {
        node->operator_id,
        node->model_count,
        node->cost_class,
        node->verifier,
        node->changed,
        node->verifier_place,
        (uint64_t)node->price,
        (uint64_t)node->declared_cost,
        (uint64_t)node->record.mean,
        (uint64_t)node->record.variance,
        node->record.passed,
        node->record.failed,
        node->test.outcomes,
        (uint64_t)node->test.statistic,
        node->trust,
        node->misconduct,
        (uint64_t)node->commission,
        (uint64_t)node->heard,
        (uint64_t)node->punished,
        (uint64_t)node->stakes.first << 32 | node->stakes.liable,
        node->serving_compute,
        node->verifier_points,
        (uint64_t)node->frozen_verifier_rewards,
    };

    put(hash, numbers, sizeof numbers);
    put(hash, node->models, sizeof node->models);
    put(hash, node->standings, sizeof node->standings);
    put(hash, node->offence_times, sizeof node->offence_times);
    put_account(hash, &node->account);
}

static void put_registry(hasher *hash, const struct registry *registry)
{
    put_number(hash, registry->gateway_count);
    put_number(hash, registry->model_count);
    put_number(hash, registry->node_count);
    put(hash, registry->cost_maximum, sizeof registry->cost_maximum);
    for (size_t i = 0; i < registry->gateway_count; i++) {
        const struct gateway_party *gateway = &registry->gateways[i];
        put_number(hash, gateway->operator_id);
        put_number(hash, gateway->next_number);
        put_number(hash, gateway->next_period);
        put_number(hash, gateway->compute_milli);
    }
    for (size_t i = 0; i < registry->node_count; i++)
        put_node(hash, &registry->nodes[i]);
}

static void put_stakes(hasher *hash, const struct stake_book *book)
{
    put_number(hash, book->count);
    for (size_t i = 0; i < book->count; i++) {
        const struct stake_position *position = &book->positions[i];
        const uint64_t numbers[] = {
            (uint64_t)position->amount,
            (uint64_t)position->until,
            (uint64_t)position->liable_until,
            (uint64_t)position->owner << 32 | position->node,
            (uint64_t)position->previous << 32 | position->next,
            position->liable_node,
            (uint64_t)position->liable_previous << 32 | position->liable_next,
            (uint64_t)position->owner_kind << 16 | (uint64_t)position->tier << 8 | position->state,
        };
        put(hash, numbers, sizeof numbers);
    }
}

/* The same in whatever order the table holds its keys. */
static uint64_t bonds_sum(const struct id_map *map)
{
    uint64_t sum = map->count;

    for (size_t i = 0; i < map->slot_count; i++)
        if (map->slots[i].value != DG_NONE)
            sum += (map->slots[i].key * UINT64_C(0x9e3779b97f4a7c15)) ^ map->slots[i].value;
    return sum;
}

static void put_governance(hasher *hash, const struct dg_chain *chain)
{
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    for (size_t i = 0; i < count; i++)
        put_number(hash, (uint64_t)dg_param_get(&chain->params, &rows[i]));
    put_number(hash, (uint64_t)chain->changed_at);
    put_number(hash, chain->governance.votes.count);
    for (size_t i = 0; i < chain->governance.count; i++) {
        const struct proposal *proposal = &chain->governance.proposals[i];
        put_number(hash, (uint64_t)proposal->value);
        put_number(hash, (uint64_t)proposal->at);
        put_number(hash, (uint64_t)proposal->parameter << 8 | proposal->state);
    }
}

static void put_receipt(hasher *hash, const struct dg_receipt *receipt)
{
    const uint64_t numbers[] = {
        receipt->number,         receipt->request,
        receipt->user,           receipt->node,
        receipt->model,          receipt->tokens_in,
        receipt->tokens_out,     (uint64_t)receipt->compute_milli,
        (uint64_t)receipt->fee,  (uint64_t)receipt->royalty,
        (uint64_t)receipt->rate,
    };

    put(hash, numbers, sizeof numbers);
    put(hash, &receipt->commitment, sizeof receipt->commitment);
}

static void put_check(hasher *hash, const struct check *check)
{
    put_number(hash, check->phase);
    if (check->phase == CHECK_CLOSED)
        return;
    put_number(hash, check->id);
    put_number(hash, check->gateway);
    put_number(hash, check->opened);
    put_number(hash, (uint64_t)check->deadline);
    put_number(hash, (uint64_t)check->escalated << 4 | (uint64_t)check->appealed << 3 |
                         (uint64_t)check->probe << 2 | (uint64_t)check->gold_sealed << 1 |
                         check->gold_known);
    put_number(hash,
               (uint64_t)check->first_seat << 32 | (uint64_t)check->score << 16 | check->gold);
    put_number(hash, (uint64_t)check->deposit);
    put(hash, &check->gold_commitment, sizeof check->gold_commitment);
    put_receipt(hash, &check->receipt);
    put_number(hash, check->seat_count);
    for (unsigned i = 0; i < check->seat_count; i++) {
        const struct check_seat *seat = &check->seats[i];
        put_number(hash, (uint64_t)seat->verifier << 32 | seat->replaced);
        put_number(hash, (uint64_t)seat->score << 8 | seat->state);
        put(hash, &seat->commitment, sizeof seat->commitment);
    }
}

static void put_checks(hasher *hash, const struct dg_chain *chain)
{
    const struct check_pool *pool = &chain->checks;

    put_number(hash, (uint64_t)pool->first << 32 | pool->next);
    for (uint32_t id = pool->first; id != pool->next; id++)
        put_check(hash, &pool->checks[id & (pool->capacity - 1)]);
    put_number(hash, chain->receipts.count);
    for (size_t i = 0; i < chain->receipts.count; i++) {
        put_number(hash, chain->receipts.items[i].period);
        put_number(hash, chain->receipts.items[i].gateway);
        put_receipt(hash, &chain->receipts.items[i].receipt);
    }
}

static void put_queues(hasher *hash, const struct dg_chain *chain)
{
    const struct committee_pool *pool = &chain->verifiers;

    put_number(hash, pool->count);
    put(hash, pool->nodes, pool->count * sizeof pool->nodes[0]);
    put(hash, pool->operators, pool->count * sizeof pool->operators[0]);
    put(hash, pool->weights, pool->count * sizeof pool->weights[0]);
    put_number(hash, chain->deadlines.count);
    for (size_t i = 0; i < chain->deadlines.count; i++) {
        put_number(hash, (uint64_t)chain->deadlines.entries[i].time);
        put_number(hash, (uint64_t)chain->deadlines.entries[i].kind << 32 |
                             chain->deadlines.entries[i].id);
    }
    put_number(hash, chain->notices.first);
    put_number(hash, chain->notices.end);
    put_number(hash, chain->log.first);
    put_number(hash, chain->log.end);
}

void chain_world_state(const struct dg_chain *chain, struct dg_hash *out)
{
    hasher hash;

    crypto_generichash_init(&hash, NULL, 0, sizeof out->bytes);
    put_number(&hash, (uint64_t)chain->now);
    put_number(&hash, (uint64_t)chain->started << 1 | chain->broken);
    put_number(&hash, chain->next_period);
    put_number(&hash, (uint64_t)chain->compute_milli);
    put_money(&hash, chain);
    put_number(&hash, (uint64_t)chain->origin);
    put_number(&hash, (uint64_t)chain->sweep_at);
    put_registry(&hash, &chain->registry);
    put_stakes(&hash, &chain->stakes);
    put_governance(&hash, chain);
    put_number(&hash, bonds_sum(&chain->bonds.places));
    put_checks(&hash, chain);
    put_queues(&hash, chain);
    crypto_generichash_final(&hash, out->bytes, sizeof out->bytes);
}
