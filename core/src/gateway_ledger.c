#include "gateway_ledger.h"

#include "dg/verify.h"
#include "memory.h"

void gateway_ledger_fini(struct gateway_ledger *ledger, const struct dg_allocator *allocator)
{
    id_map_fini(&ledger->users, allocator);
    memory_release(allocator, ledger->accounts);
    memory_release(allocator, ledger->periods[0].receipts);
    memory_release(allocator, ledger->periods[1].receipts);
    *ledger = (struct gateway_ledger){0};
}

uint32_t gateway_ledger_account(const struct gateway_ledger *ledger, uint32_t user)
{
    return id_map_get(&ledger->users, user);
}

static enum dg_status account_open(struct gateway_ledger *ledger,
                                   const struct dg_allocator *allocator, uint32_t user,
                                   int64_t amount)
{
    if (ledger->account_count == DG_PARTY_COUNT_MAX)
        return DG_ERROR_LIMIT;

    struct account *accounts = memory_grow(allocator, ledger->accounts, &ledger->account_capacity,
                                           (size_t)ledger->account_count + 1, sizeof *accounts);
    if (accounts == NULL)
        return DG_ERROR_MEMORY;
    ledger->accounts = accounts;

    enum dg_status status = id_map_put(&ledger->users, allocator, user, ledger->account_count);
    if (status != DG_OK)
        return status;
    accounts[ledger->account_count++] = (struct account){.user = user, .free = amount};
    return DG_OK;
}

enum dg_status gateway_ledger_grant(struct gateway_ledger *ledger,
                                    const struct dg_allocator *allocator, uint32_t user,
                                    int64_t amount)
{
    if (amount < 0)
        return DG_ERROR_ARGUMENT;

    uint32_t index = gateway_ledger_account(ledger, user);
    if (index == DG_NONE)
        return account_open(ledger, allocator, user, amount);

    struct account *account = &ledger->accounts[index];
    if (amount > INT64_MAX - account->free - account->reserved)
        return DG_ERROR_OVERFLOW;
    account->free += amount;
    return DG_OK;
}

void gateway_ledger_reserve(struct gateway_ledger *ledger, uint32_t account, int64_t escrow)
{
    ledger->accounts[account].free -= escrow;
    ledger->accounts[account].reserved += escrow;
}

void gateway_ledger_settle(struct gateway_ledger *ledger, uint32_t account, int64_t escrow,
                           int64_t fee)
{
    ledger->accounts[account].reserved -= escrow;
    ledger->accounts[account].free += escrow - fee;
}

enum dg_status gateway_ledger_reserve_receipt(struct gateway_ledger *ledger,
                                              const struct dg_allocator *allocator)
{
    struct receipt_buffer *open = &ledger->periods[ledger->open_period];
    struct dg_receipt *receipts =
        memory_grow(allocator, open->receipts, &open->capacity, open->count + 1, sizeof *receipts);

    if (receipts == NULL)
        return DG_ERROR_MEMORY;
    open->receipts = receipts;
    return DG_OK;
}

void gateway_ledger_append(struct gateway_ledger *ledger, struct dg_receipt *receipt)
{
    struct receipt_buffer *open = &ledger->periods[ledger->open_period];

    receipt->number = ledger->next_number++;
    open->receipts[open->count++] = *receipt;
}

enum dg_status gateway_ledger_root(const struct gateway_ledger *ledger, uint32_t gateway,
                                   struct dg_hash *root)
{
    const struct receipt_buffer *open = &ledger->periods[ledger->open_period];

    return dg_receipts_root(gateway, open->receipts, open->count, root);
}

const struct receipt_buffer *gateway_ledger_swap(struct gateway_ledger *ledger)
{
    const struct receipt_buffer *closed = &ledger->periods[ledger->open_period];

    ledger->open_period ^= 1;
    ledger->periods[ledger->open_period].count = 0;
    return closed;
}
