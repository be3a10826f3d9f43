/* world_journal.c - journals of the core's handles, and their decisions as text beside them: what
 * anybody who links the core needs to repeat and audit the run without the simulator. */
#include "dg/wire.h"
#include "models/world_private.h"

static bool journal_on(const struct world *world)
{
    return world->options->journal != NULL && !world->failed;
}

static void hand_out(struct world *world, uint32_t handle, enum world_journal_part part,
                     const void *bytes, size_t size)
{
    const struct world_options *options = world->options;
    struct error error = {0};
    if (size > 0 && !options->journal(options->journal_context, handle, part, bytes, size, &error))
        world_fail(world, "%s", error.text);
}

/* The text has room for the end of the line behind it. */
static void hand_out_line(struct world *world, uint32_t handle, char *text, size_t length)
{
    text[length] = '\n';
    hand_out(world, handle, WORLD_JOURNAL_DECISIONS, text, length + 1);
}

void world_journal_notice(struct world *world, const struct dg_notice *notice)
{
    char text[DG_TEXT_MAX + 1];
    if (journal_on(world))
        hand_out_line(world, 0, text, dg_notice_text(notice, text, DG_TEXT_MAX));
}

void world_journal_route(struct world *world, uint32_t g, const struct dg_route *route)
{
    char text[DG_TEXT_MAX + 1];
    if (journal_on(world))
        hand_out_line(world, 1 + g, text, dg_route_text(route, text, DG_TEXT_MAX));
}

void world_journal_receipt(struct world *world, uint32_t g, const struct dg_receipt *receipt)
{
    char text[DG_TEXT_MAX + 1];
    if (journal_on(world))
        hand_out_line(world, 1 + g, text, dg_receipt_text(receipt, text, DG_TEXT_MAX));
}

void world_journal_report(struct world *world, uint32_t g, const struct dg_report *report)
{
    char text[DG_TEXT_MAX + 1];
    if (journal_on(world))
        hand_out_line(world, 1 + g, text, dg_report_text(report, text, DG_TEXT_MAX));
}

void world_journal_take(struct world *world)
{
    const uint8_t *bytes;
    size_t size;
    if (!journal_on(world))
        return;
    if (world_expect(world, dg_chain_journal_take(world->chain, &bytes, &size), "journal"))
        hand_out(world, 0, WORLD_JOURNAL_BLOCK, bytes, size);
    for (uint32_t g = 0; g < world_gateway_count(world) && !world->failed; g++) {
        struct dg_gateway *core = world->gateways[g].core;
        if (world_expect(world, dg_gateway_journal_take(core, &bytes, &size), "journal"))
            hand_out(world, 1 + g, WORLD_JOURNAL_BLOCK, bytes, size);
    }
}

/* Every balance that is not 0. */
static void hand_out_balances(struct world *world)
{
    for (int kind = 0; kind < DG_ACCOUNT_COUNT; kind++) {
        int64_t amount;
        for (uint32_t i = 0;
             dg_chain_balance(world->chain, (enum dg_account)kind, i, &amount) == DG_OK; i++) {
            char text[DG_TEXT_MAX + 1];
            if (amount != 0)
                hand_out_line(world, 0, text,
                              dg_balance_text((enum dg_account)kind, i, amount, text, DG_TEXT_MAX));
        }
    }
}

void world_journal_end(struct world *world)
{
    world_journal_take(world);
    if (journal_on(world))
        hand_out_balances(world);
}
