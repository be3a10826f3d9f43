#include "ledger.h"

#include "fixed.h"
#include "memory.h"

static const char *const account_names[DG_ACCOUNT_COUNT] = {
    [DG_ACCOUNT_USER] = "user",
    [DG_ACCOUNT_ESCROW] = "escrow",
    [DG_ACCOUNT_FEE_HOLD] = "fee_hold",
    [DG_ACCOUNT_OPERATOR] = "operator",
    [DG_ACCOUNT_PROVIDER] = "provider",
    [DG_ACCOUNT_DELEGATOR] = "delegator",
    [DG_ACCOUNT_STAKE] = "stake",
    [DG_ACCOUNT_DELEGATED] = "delegated",
    [DG_ACCOUNT_UNBONDING] = "unbonding",
    [DG_ACCOUNT_FROZEN] = "frozen",
    [DG_ACCOUNT_APPEAL] = "appeal",
    [DG_ACCOUNT_NETWORK] = "network",
    [DG_ACCOUNT_GOVERNANCE] = "governance",
    [DG_ACCOUNT_TREASURY] = "treasury",
    [DG_ACCOUNT_VERIFICATION] = "verification",
    [DG_ACCOUNT_RESIDUAL] = "residual",
    [DG_ACCOUNT_BURNED] = "burned",
};

/* Kinds that hold one account for the whole chain. */
static const enum dg_account single_kinds[] = {
    DG_ACCOUNT_FEE_HOLD,     DG_ACCOUNT_NETWORK,  DG_ACCOUNT_GOVERNANCE, DG_ACCOUNT_TREASURY,
    DG_ACCOUNT_VERIFICATION, DG_ACCOUNT_RESIDUAL, DG_ACCOUNT_BURNED,
};

const char *dg_account_name(enum dg_account account)
{
    if ((unsigned)account >= DG_ACCOUNT_COUNT)
        return "unknown account";
    return account_names[account];
}

enum dg_status ledger_init(struct ledger *ledger, const struct dg_allocator *allocator)
{
    for (size_t i = 0; i < sizeof single_kinds / sizeof single_kinds[0]; i++) {
        enum dg_status status = ledger_reserve(ledger, allocator, single_kinds[i]);
        if (status != DG_OK)
            return status;
        (void)ledger_add(ledger, single_kinds[i]);
    }
    return DG_OK;
}

void ledger_fini(struct ledger *ledger, const struct dg_allocator *allocator)
{
    for (int kind = 0; kind < DG_ACCOUNT_COUNT; kind++)
        memory_release(allocator, ledger->kinds[kind].balances);
    *ledger = (struct ledger){0};
}

enum dg_status ledger_reserve(struct ledger *ledger, const struct dg_allocator *allocator,
                              enum dg_account kind)
{
    struct ledger_accounts *accounts = &ledger->kinds[kind];

    if (accounts->count >= DG_PARTY_COUNT_MAX)
        return DG_ERROR_LIMIT;
    int64_t *balances = memory_grow(allocator, accounts->balances, &accounts->capacity,
                                    accounts->count + 1, sizeof *balances);
    if (balances == NULL)
        return DG_ERROR_MEMORY;
    accounts->balances = balances;
    return DG_OK;
}

uint32_t ledger_add(struct ledger *ledger, enum dg_account kind)
{
    struct ledger_accounts *accounts = &ledger->kinds[kind];

    accounts->balances[accounts->count] = 0;
    return (uint32_t)accounts->count++;
}

enum dg_status ledger_balance(const struct ledger *ledger, enum dg_account kind, uint32_t index,
                              int64_t *amount)
{
    if ((unsigned)kind >= DG_ACCOUNT_COUNT || index >= ledger->kinds[kind].count)
        return DG_ERROR_UNKNOWN_ID;
    *amount = ledger->kinds[kind].balances[index];
    return DG_OK;
}

static fixed_int128 ledger_came_in(const struct ledger *ledger)
{
    fixed_int128 sum = 0;

    for (int source = 0; source < LEDGER_SOURCE_COUNT; source++)
        sum += ledger->came_in[source];
    return sum;
}

enum dg_status ledger_credit(struct ledger *ledger, enum ledger_source source, enum dg_account kind,
                             uint32_t index, int64_t amount)
{
    struct ledger_accounts *accounts = &ledger->kinds[kind];

    if (amount < 0)
        return DG_ERROR_ARGUMENT;
    if (index >= accounts->count)
        return DG_ERROR_UNKNOWN_ID;
    if (ledger_came_in(ledger) + amount > INT64_MAX)
        return DG_ERROR_OVERFLOW;

    ledger->came_in[source] += amount;
    accounts->balances[index] += amount;
    accounts->total += amount;
    return DG_OK;
}

enum dg_status ledger_move(struct ledger *ledger, enum dg_account from_kind, uint32_t from_index,
                           enum dg_account to_kind, uint32_t to_index, int64_t amount)
{
    struct ledger_accounts *from = &ledger->kinds[from_kind];
    struct ledger_accounts *to = &ledger->kinds[to_kind];

    if (amount < 0)
        return DG_ERROR_ARGUMENT;
    if (from_index >= from->count || to_index >= to->count)
        return DG_ERROR_UNKNOWN_ID;
    if (from->balances[from_index] < amount)
        return DG_ERROR_FUNDS;
    if (to->balances[to_index] > INT64_MAX - amount &&
        !(from_kind == to_kind && from_index == to_index))
        return DG_ERROR_OVERFLOW;

    from->balances[from_index] -= amount;
    from->total -= amount;
    to->balances[to_index] += amount;
    to->total += amount;
    return DG_OK;
}

bool ledger_shape(const struct ledger *ledger)
{
    const struct ledger_accounts *kinds = ledger->kinds;

    for (size_t i = 0; i < sizeof single_kinds / sizeof single_kinds[0]; i++) {
        if (kinds[single_kinds[i]].count != 1)
            return false;
    }
    return kinds[DG_ACCOUNT_USER].count == kinds[DG_ACCOUNT_ESCROW].count &&
           kinds[DG_ACCOUNT_OPERATOR].count == kinds[DG_ACCOUNT_APPEAL].count &&
           ledger_came_in(ledger) <= INT64_MAX;
}

bool ledger_identity(const struct ledger *ledger)
{
    fixed_int128 sum = 0;

    for (int kind = 0; kind < DG_ACCOUNT_COUNT; kind++)
        sum += ledger->kinds[kind].total;
    return sum == ledger_came_in(ledger);
}

bool ledger_audit(const struct ledger *ledger)
{
    for (int kind = 0; kind < DG_ACCOUNT_COUNT; kind++) {
        const struct ledger_accounts *accounts = &ledger->kinds[kind];
        fixed_int128 sum = 0;

        for (size_t i = 0; i < accounts->count; i++) {
            if (accounts->balances[i] < 0)
                return false;
            sum += accounts->balances[i];
        }
        if (sum != accounts->total)
            return false;
    }
    return ledger_identity(ledger);
}
