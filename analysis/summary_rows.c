/* summary_rows.c - the layout of the summary. A metric that no row names is printed under
 * "Other". */
#include "analysis/summary_rows.h"

#include <string.h>

static const char traffic[] = "Traffic";
static const char latency[] = "Latency";
static const char load[] = "Load";
static const char checks[] = "Checks";
static const char detection[] = "Detection by behaviour";
static const char penalties[] = "Penalties";
static const char profit[] = "Profit per node by behaviour";
static const char verifying[] = "Verifiers by behaviour";
static const char inside[] = "The run itself";
/* Not printed: the ledger, which stands at the end, says the same to the micro-token. */
static const char hidden[] = "";

static const struct summary_row rows[] = {
    {traffic, "requests_sent", "requests sent", ""},
    {traffic, "requests_completed", "  completed", ""},
    {traffic, "requests_refused", "  refused by the gateway", ""},
    {traffic, "requests_failed", "  failed on every node tried", ""},
    {traffic, "requests_late", "  late (deadline passed)", ""},
    {traffic, "requests_lost", "  lost", ""},
    {traffic, "own_requests", "sent by operators' own users", ""},
    {traffic, "own_requests_returned", "  reached their own nodes", ""},
    {traffic, "requests_in_flight", "  in flight at the end", ""},
    {traffic, "reroutes", "reroutes", ""},
    {traffic, "hedges", "hedges", ""},
    {traffic, "hedges_won", "  won by the second node", ""},
    {traffic, "affinity_hits", "kept at the node of their session", ""},
    {traffic, "breaker_trips", "breaker trips", ""},
    {traffic, "request_rate", "request rate", NULL},
    {traffic, "in_system_mean", "requests under way, mean", ""},
    {traffic, "tokens_in", "tokens in", ""},
    {traffic, "tokens_out", "tokens out", ""},
    {traffic, "fees_to_nodes", "fees that reached nodes", NULL},
    {traffic, "fees_held", "fees held at the end", NULL},
    {latency, "latency_mean", "latency, mean", NULL},
    {latency, "latency_p50", "latency, median", NULL},
    {latency, "latency_p90", "latency, 90th percentile", NULL},
    {latency, "latency_p99", "latency, 99th percentile", NULL},
    {latency, "ttft_mean", "first token, mean", NULL},
    {latency, "ttft_p50", "first token, median", NULL},
    {latency, "ttft_p99", "first token, 99th percentile", NULL},
    {latency, "queue_wait_mean", "wait in queue, mean", NULL},
    {load, "utilisation_mean.*", "utilisation, mean", "%"},
    {load, "utilisation_peak.*", "utilisation, peak epoch", "%"},
    {checks, "checks_drawn", "checks drawn", ""},
    {checks, "checks_passed", "  passed", ""},
    {checks, "checks_failed", "  failed", ""},
    {checks, "checks_inconclusive", "  inconclusive", ""},
    {checks, "appeals", "  failed and appealed", ""},
    {checks, "appeals_won", "  turned by the appeal", ""},
    {checks, "check_share", "share of answers checked", "%"},
    {checks, "reviews", "reviews by verifiers", ""},
    {checks, "probes_sent", "probes sent", ""},
    {checks, "probes_answered", "  answered", ""},
    {checks, "probes_scored", "  checked against the right score", ""},
    {checks, "probe_fees", "  fees paid by the probers", NULL},
    {checks, "verification_cost", "cost of checking", NULL},
    {checks, "verification_cost_share", "  as a share of nodes' fees", "%"},
    {checks, "verification_fees", "fees paid to verifiers", NULL},
    {checks, "verdict_delay_mean", "delay of the verdict, mean", NULL},
    {detection, "nodes.*", "nodes", ""},
    {detection, "cheats.*", "answers not as paid for", ""},
    {detection, "quality_mean.*", "true quality, mean", ""},
    {detection, "checks_per_node.*", "checks per node", ""},
    {detection, "failure_share.*", "checks failed", "%"},
    {detection, "detected_share.*", "cheating nodes detected", "%"},
    {detection, "detection_time_p50.*", "time to detection, median", NULL},
    {penalties, "slashes", "slashes", ""},
    {penalties, "slashed", "stake slashed", NULL},
    {penalties, "jails", "jailed", ""},
    {penalties, "releases", "released", ""},
    {penalties, "exclusions", "excluded", ""},
    {penalties, "honest_punished", "honest nodes punished", ""},
    {penalties, "honest_punished_share", "  as a share of honest nodes", "%"},
    {profit, "answers_per_node.*", "answers", ""},
    {profit, "declined_per_node.*", "requests declined", ""},
    {profit, "padding_per_node.*", "filler tokens", ""},
    {profit, "absent_per_node.*", "hours away", ""},
    {profit, "fees_per_node.*", "fees", NULL},
    {profit, "rewards_per_node.*", "rewards", NULL},
    {profit, "verification_per_node.*", "checking, fees less cost", NULL},
    {profit, "cost_per_node.*", "costs of computing", NULL},
    {profit, "outside_cost_per_node.*", "paid outside", NULL},
    {profit, "slashed_per_node.*", "slashed", NULL},
    {profit, "profit_per_node.*", "profit", NULL},
    {verifying, "verifiers.*", "verifiers", ""},
    {verifying, "reveals_per_verifier.*", "scores shown", ""},
    {verifying, "missed_per_verifier.*", "seats without a score", ""},
    {verifying, "score_error.*", "distance from true quality", ""},
    {verifying, "trust_per_verifier.*", "trust at the end", ""},
    {verifying, "misconduct_per_verifier.*", "penalties for misconduct", ""},
    {verifying, "judging_per_verifier.*", "cost of judging", NULL},
    {verifying, "profit_per_verifier.*", "profit of verifying", NULL},
    {inside, "little_gap", "gap of Little's law", "%"},
    {inside, "events_pending_peak", "events pending, peak", ""},
    {hidden, "genesis", "", NULL},
    {hidden, "minted", "", NULL},
    {hidden, "deposited", "", NULL},
    {hidden, "burned", "", NULL},
    {hidden, "ledger_gap", "", NULL},
};

static const char *const optional[] = {"hedges",
                                       "hedges_won",
                                       "affinity_hits",
                                       "own_requests",
                                       "own_requests_returned",
                                       "outside_cost_per_node.*",
                                       "declined_per_node.*",
                                       "padding_per_node.*",
                                       "absent_per_node.*",
                                       "probes_sent",
                                       "probes_answered",
                                       "probes_scored",
                                       "probe_fees"};

bool summary_row_optional(const struct summary_row *row)
{
    for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++)
        if (strcmp(row->metric, optional[i]) == 0)
            return true;
    return false;
}

const struct summary_row *summary_rows(size_t *count)
{
    *count = sizeof rows / sizeof rows[0];
    return rows;
}
