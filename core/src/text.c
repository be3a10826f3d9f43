/* Decisions as lines of text: a name, then names and values of what matters to that kind. */
#include <inttypes.h>
#include <stdio.h>

#include "dg/wire.h"

/* Which fields a notice of a kind has, in order: c check, r receipt (gateway and number), n node, m
 * model, v verifier, V verdict, s score, o offence, a amount, t time, p position, P proposal, M
 * members. */
static const struct notice_row {
    const char *name, *fields;
} notice_rows[] = {
    [DG_NOTICE_CHECK] = {"check", "crnmtM"},
    [DG_NOTICE_MEMBER] = {"member", "cnv"},
    [DG_NOTICE_SCORE] = {"score", "cvs"},
    [DG_NOTICE_PROVISIONAL] = {"provisional", "cnst"},
    [DG_NOTICE_REVEAL_PHASE] = {"reveal_phase", "ct"},
    [DG_NOTICE_VERDICT] = {"verdict", "cnVsat"},
    [DG_NOTICE_SLASH] = {"slash", "ncoat"},
    [DG_NOTICE_JAIL] = {"jail", "nt"},
    [DG_NOTICE_RELEASE] = {"release", "nt"},
    [DG_NOTICE_EXCLUDE] = {"exclude", "nt"},
    [DG_NOTICE_LEFT] = {"left", "nt"},
    [DG_NOTICE_UNBONDED] = {"unbonded", "npat"},
    [DG_NOTICE_OFFLINE] = {"offline", "nt"},
    [DG_NOTICE_ONLINE] = {"online", "nt"},
    [DG_NOTICE_PROPOSAL] = {"proposal", "pPat"},
};

static const char *const verdict_names[] = {"pass", "fail", "inconclusive"};
static const char *const offence_names[] = {"none", "fake", "misconduct", "downtime"};
static const char *const proposal_names[] = {"voting", "rejected", "queued", "effective",
                                             "refused"};

/* A line under way: what does not fit is counted all the same. */
struct line {
    char *text;
    size_t capacity, length;
};

static char *line_end(const struct line *line)
{
    return line->length < line->capacity ? line->text + line->length : NULL;
}

static size_t line_room(const struct line *line)
{
    return line->length < line->capacity ? line->capacity - line->length : 0;
}

static void put_word(struct line *line, const char *word)
{
    int length =
        snprintf(line_end(line), line_room(line), "%s%s", line->length == 0 ? "" : " ", word);

    line->length += (size_t)length;
}

static void put_number(struct line *line, const char *name, int64_t value)
{
    int length = snprintf(line_end(line), line_room(line), " %s %" PRId64, name, value);

    line->length += (size_t)length;
}

static void put_count(struct line *line, const char *name, uint64_t value)
{
    int length = snprintf(line_end(line), line_room(line), " %s %" PRIu64, name, value);

    line->length += (size_t)length;
}

static void put_id(struct line *line, const char *name, uint32_t id)
{
    put_word(line, name);
    if (id == DG_NONE)
        put_word(line, "-");
    else
        line->length += (size_t)snprintf(line_end(line), line_room(line), " %" PRIu32, id);
}

static void put_name(struct line *line, const char *name, const char *const *names, size_t count,
                     size_t index)
{
    put_word(line, name);
    put_word(line, index < count ? names[index] : "unknown");
}

static void put_hash(struct line *line, const char *name, const struct dg_hash *hash)
{
    put_word(line, name);
    put_word(line, "");
    for (size_t i = 0; i < sizeof hash->bytes; i++)
        line->length += (size_t)snprintf(line_end(line), line_room(line), "%02x", hash->bytes[i]);
}

static void put_members(struct line *line, const struct dg_notice *notice)
{
    put_word(line, "members");
    for (unsigned i = 0; i < notice->member_count && i < DG_COMMITTEE_MAX; i++)
        line->length +=
            (size_t)snprintf(line_end(line), line_room(line), " %" PRIu32, notice->members[i]);
}

#define NAMES(list) list, sizeof list / sizeof list[0]

static void put_proposal(struct line *line, const struct dg_notice *notice)
{
    size_t count;
    const struct dg_param_row *rows = dg_param_rows(&count);

    put_name(line, "state", NAMES(proposal_names), notice->proposal_state);
    put_word(line, "parameter");
    put_word(line, notice->parameter < count ? rows[notice->parameter].name : "unknown");
}

static void put_field(struct line *line, const struct dg_notice *notice, char field)
{
    switch (field) {
    case 'c': put_id(line, "check", notice->check); break;
    case 'r':
        put_id(line, "gateway", notice->gateway);
        put_count(line, "number", notice->number);
        break;
    case 'n': put_id(line, "node", notice->node); break;
    case 'm': put_id(line, "model", notice->model); break;
    case 'v': put_id(line, "verifier", notice->verifier); break;
    case 'V': put_name(line, "verdict", NAMES(verdict_names), notice->verdict); break;
    case 's': put_number(line, "score", notice->score); break;
    case 'o': put_name(line, "offence", NAMES(offence_names), notice->offence); break;
    case 'a': put_number(line, "amount", notice->amount); break;
    case 't': put_number(line, "at", notice->at); break;
    case 'p': put_id(line, "position", notice->position); break;
    case 'P': put_proposal(line, notice); break;
    default: put_members(line, notice); break;
    }
}

size_t dg_notice_text(const struct dg_notice *notice, char *text, size_t capacity)
{
    struct line line = {.text = text, .capacity = capacity};

    if (notice->kind >= sizeof notice_rows / sizeof notice_rows[0]) {
        put_word(&line, "unknown");
        return line.length;
    }
    put_word(&line, notice_rows[notice->kind].name);
    for (const char *field = notice_rows[notice->kind].fields; *field != 0; field++)
        put_field(&line, notice, *field);
    return line.length;
}

size_t dg_route_text(const struct dg_route *route, char *text, size_t capacity)
{
    struct line line = {.text = text, .capacity = capacity};

    put_word(&line, "route");
    put_count(&line, "handle", route->handle);
    put_id(&line, "node", route->node);
    put_number(&line, "escrow", route->escrow);
    if (route->hedge_at != INT64_MAX)
        put_number(&line, "hedge_at", route->hedge_at);
    if (route->affine)
        put_word(&line, "affine");
    if (route->waiting)
        put_word(&line, "waiting");
    return line.length;
}

size_t dg_receipt_text(const struct dg_receipt *receipt, char *text, size_t capacity)
{
    struct line line = {.text = text, .capacity = capacity};

    put_word(&line, "receipt");
    put_count(&line, "number", receipt->number);
    put_count(&line, "request", receipt->request);
    put_id(&line, "user", receipt->user);
    put_id(&line, "node", receipt->node);
    put_id(&line, "model", receipt->model);
    put_count(&line, "in", receipt->tokens_in);
    put_count(&line, "out", receipt->tokens_out);
    put_number(&line, "compute", receipt->compute_milli);
    put_number(&line, "fee", receipt->fee);
    put_number(&line, "royalty", receipt->royalty);
    put_number(&line, "rate", receipt->rate);
    return line.length;
}

size_t dg_report_text(const struct dg_report *report, char *text, size_t capacity)
{
    struct line line = {.text = text, .capacity = capacity};
    uint64_t failures = 0;

    for (size_t i = 0; i < report->failure_count; i++)
        failures += report->failures[i].count;
    put_word(&line, "report");
    put_id(&line, "gateway", report->gateway);
    put_count(&line, "period", report->period);
    put_count(&line, "receipts", report->receipt_count);
    put_count(&line, "failures", failures);
    put_hash(&line, "root", &report->root);
    return line.length;
}

size_t dg_balance_text(enum dg_account account, uint32_t index, int64_t amount, char *text,
                       size_t capacity)
{
    struct line line = {.text = text, .capacity = capacity};

    put_word(&line, "balance");
    put_id(&line, dg_account_name(account), index);
    put_number(&line, "amount", amount);
    return line.length;
}
