/* replay.c - reads a journal on standard input, makes every call in it again and prints what was decided:
 * a chain's notices and its balances at the end, or a gateway's routes, receipts and reports.
 * Nothing but the core and libsodium is behind it. */
#include <sodium.h>
#include <stdio.h>

#include "dg/replay.h"
#include "dg/wire.h"

enum { PIECE = 1 << 16 };

static void print_notices(struct dg_chain *chain)
{
    struct dg_notice notice;
    char text[DG_TEXT_MAX];

    while (chain != NULL && dg_chain_next_notice(chain, &notice)) {
        dg_notice_text(&notice, text, sizeof text);
        puts(text);
    }
}

static void print_decision(const struct dg_replay_step *step)
{
    char text[DG_TEXT_MAX];

    switch (step->decision) {
    case DG_DECISION_NONE: return;
    case DG_DECISION_ROUTE: dg_route_text(&step->route, text, sizeof text); break;
    case DG_DECISION_RECEIPT: dg_receipt_text(&step->receipt, text, sizeof text); break;
    case DG_DECISION_REPORT: dg_report_text(&step->report, text, sizeof text); break;
    }
    puts(text);
}

static void print_balances(const struct dg_chain *chain)
{
    for (int kind = 0; kind < DG_ACCOUNT_COUNT; kind++) {
        enum dg_account account = (enum dg_account)kind;
        int64_t amount;
        for (uint32_t i = 0; dg_chain_balance(chain, account, i, &amount) == DG_OK; i++) {
            char text[DG_TEXT_MAX];
            if (amount == 0)
                continue;
            dg_balance_text(account, i, amount, text, sizeof text);
            puts(text);
        }
    }
}

/* Every call of which all bytes have come. */
static enum dg_status make_calls(struct dg_replay *replay)
{
    struct dg_replay_step step;
    enum dg_status status;

    while ((status = dg_replay_next(replay, &step)) == DG_OK) {
        print_decision(&step);
        print_notices(dg_replay_chain(replay));
    }
    return status == DG_ERROR_TRUNCATED ? DG_OK : status;
}

static enum dg_status replay_input(struct dg_replay *replay)
{
    static uint8_t piece[PIECE];
    size_t size;

    while ((size = fread(piece, 1, sizeof piece, stdin)) > 0) {
        enum dg_status status = dg_replay_feed(replay, piece, size);
        if (status == DG_OK)
            status = make_calls(replay);
        if (status != DG_OK)
            return status;
    }
    return dg_replay_end(replay);
}

int main(void)
{
    struct dg_replay *replay;

    if (sodium_init() < 0 || dg_replay_open(NULL, &replay) != DG_OK)
        return 1;
    enum dg_status status = replay_input(replay);
    if (status == DG_OK && dg_replay_chain(replay) != NULL)
        print_balances(dg_replay_chain(replay));
    if (status != DG_OK)
        fprintf(stderr, "replay: %s\n", dg_status_name(status));
    dg_replay_close(replay);
    return status == DG_OK && fflush(stdout) == 0 ? 0 : 1;
}
