/* metrics.c - see metrics.h. */
#include "models/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/world_private.h"

#define TOKEN ((double)DG_TOKEN)

/* ---- traffic ---- */

static double outcome(const struct world *world, enum request_outcome which)
{
    return (double)world->statistics.outcomes[which];
}

static double counted_s(const struct world *world)
{
    return (double)(engine_now(world->engine) - world->scenario->warm_up_ns) / 1e9;
}

static double ended(const struct world *world)
{
    double sum = 0;
    for (int o = OUTCOME_COMPLETED; o < OUTCOME_COUNT; o++)
        sum += outcome(world, (enum request_outcome)o);
    return sum;
}

/* One line per metric of a whole run: its function from an expression over `world`. */
#define RUN_METRIC(name, expression)                                                               \
    static double name(const struct world *world, uint32_t index)                                  \
    {                                                                                              \
        (void)index;                                                                               \
        return (expression);                                                                       \
    }

RUN_METRIC(requests_sent, (double)world->statistics.sent)
RUN_METRIC(requests_completed, outcome(world, OUTCOME_COMPLETED))
RUN_METRIC(requests_refused, outcome(world, OUTCOME_REFUSED))
RUN_METRIC(requests_failed, outcome(world, OUTCOME_FAILED))
RUN_METRIC(requests_late, outcome(world, OUTCOME_LATE))
RUN_METRIC(requests_lost, outcome(world, OUTCOME_LOST))
RUN_METRIC(requests_in_flight, (double)world->statistics.sent - ended(world))
RUN_METRIC(request_rate, (double)world->statistics.sent / counted_s(world))
RUN_METRIC(reroutes, (double)world->statistics.reroutes)

static struct dg_gateway_counters gateway_counters(const struct world *world)
{
    struct dg_gateway_counters sum = {0};
    for (uint32_t g = 0; g < world_gateway_count(world); g++) {
        struct dg_gateway_counters one;
        dg_gateway_counters(world->gateways[g].core, &one);
        sum.affinity_hits += one.affinity_hits;
        sum.hedges += one.hedges;
        sum.hedges_won += one.hedges_won;
        sum.breaker_trips += one.breaker_trips;
    }
    return sum;
}

RUN_METRIC(affinity_hits, (double)gateway_counters(world).affinity_hits)
RUN_METRIC(hedges, (double)gateway_counters(world).hedges)
RUN_METRIC(hedges_won, (double)gateway_counters(world).hedges_won)
RUN_METRIC(breaker_trips, (double)gateway_counters(world).breaker_trips)
RUN_METRIC(tokens_in, (double)world->statistics.tokens_in)
RUN_METRIC(tokens_out, (double)world->statistics.tokens_out)

static double quantile_s(const struct quantile_sketch *sketch, double probability)
{
    return quantile_count(sketch) > 0 ? quantile_value(sketch, probability) / 1e9 : NAN;
}

static double mean_s(const struct moments *moments)
{
    return moments->count > 0 ? moments->mean / 1e9 : NAN;
}

RUN_METRIC(latency_mean, mean_s(&world->statistics.latency))
RUN_METRIC(latency_p50, quantile_s(world->statistics.latency_sketch, 0.50))
RUN_METRIC(latency_p90, quantile_s(world->statistics.latency_sketch, 0.90))
RUN_METRIC(latency_p99, quantile_s(world->statistics.latency_sketch, 0.99))
RUN_METRIC(ttft_mean, mean_s(&world->statistics.ttft))
RUN_METRIC(ttft_p50, quantile_s(world->statistics.ttft_sketch, 0.50))
RUN_METRIC(ttft_p99, quantile_s(world->statistics.ttft_sketch, 0.99))

static double in_system(const struct world *world)
{
    return time_mean_value(&world->statistics.in_system, engine_now(world->engine));
}

RUN_METRIC(in_system_mean, in_system(world))

/* Little's law: the time average of the number in the system against throughput times mean
 * sojourn. */
static double little_gap(const struct world *world, uint32_t index)
{
    (void)index;
    const struct moments *sojourn = &world->statistics.sojourn;
    double level = in_system(world);
    double product = (double)sojourn->count * sojourn->mean / 1e9 / counted_s(world);
    return level > 0 ? fabs(level - product) / level : NAN;
}

static double queue_wait_mean(const struct world *world, uint32_t index)
{
    (void)index;
    double waited = 0;
    for (uint32_t n = 0; n < world->node_count; n++)
        waited += service_usage(&world->nodes[n].service, engine_now(world->engine)).queue_ns -
                  world->nodes[n].usage_at_warm_up.queue_ns;
    double completed =
        outcome(world, OUTCOME_COMPLETED) + (double)world->statistics.probes_answered;
    return completed > 0 ? waited / 1e9 / completed : NAN;
}

static double utilisation_mean(const struct world *world, uint32_t index)
{
    const struct world_class *class = &world->classes[index];
    return class->slots > 0
               ? time_mean_value(&class->busy, engine_now(world->engine)) / class->slots
               : NAN;
}

static double utilisation_peak(const struct world *world, uint32_t index)
{
    const struct world_class *class = &world->classes[index];
    return class->slots > 0 && world->series.count > 0 ? class->peak / class->slots : NAN;
}

/* ---- checks ---- */

static double node_sum(const struct world *world, double (*of)(const struct dg_node_account *))
{
    double sum = 0;
    for (uint32_t n = 0; n < world->node_count; n++) {
        struct dg_node_account account;
        if (dg_chain_node(world->chain, n, &account) == DG_OK)
            sum += of(&account);
    }
    return sum;
}

static double account_fees(const struct dg_node_account *account)
{
    return (double)account->fees / TOKEN;
}

static double account_verifier_fees(const struct dg_node_account *account)
{
    return (double)account->verifier_fees / TOKEN;
}

static double account_slashed(const struct dg_node_account *account)
{
    return (double)account->slashed / TOKEN;
}

static double account_answers(const struct dg_node_account *account)
{
    return (double)account->answers;
}

RUN_METRIC(checks_drawn, (double)world->statistics.checks)
RUN_METRIC(checks_passed, (double)world->statistics.passed)
RUN_METRIC(checks_failed, (double)world->statistics.failed)
RUN_METRIC(checks_inconclusive, (double)world->statistics.inconclusive)
RUN_METRIC(appeals, (double)world->statistics.appeals)
RUN_METRIC(appeals_won, (double)world->statistics.overturned)
RUN_METRIC(check_share, (double)world->statistics.checks / node_sum(world, account_answers))
RUN_METRIC(reviews, (double)world->statistics.reviews)
RUN_METRIC(probes_sent, (double)world->statistics.probes)
RUN_METRIC(probes_answered, (double)world->statistics.probes_answered)
RUN_METRIC(probes_scored, (double)world->statistics.gold_shown)
RUN_METRIC(probe_fees, (double)world->statistics.probe_fees / TOKEN)
RUN_METRIC(verification_cost, (double)world->statistics.verification_cost / TOKEN)
RUN_METRIC(verification_fees, node_sum(world, account_verifier_fees))
RUN_METRIC(verification_cost_share,
           (double)world->statistics.verification_cost / TOKEN / node_sum(world, account_fees))
RUN_METRIC(verdict_delay_mean, mean_s(&world->statistics.verdict_delay))
RUN_METRIC(slashes, (double)world->statistics.slashes)
RUN_METRIC(slashed, node_sum(world, account_slashed))
RUN_METRIC(jails, (double)world->statistics.jails)
RUN_METRIC(releases, (double)world->statistics.releases)
RUN_METRIC(exclusions, (double)world->statistics.exclusions)

/* ---- by behaviour ---- */

static double label_count(const struct world *world, uint32_t label)
{
    double count = 0;
    for (uint32_t n = 0; n < world->node_count; n++)
        count += world_label(world, n) == label;
    return count;
}

static double nodes_of(const struct world *world, uint32_t index)
{
    return label_count(world, index);
}

static double cheats_of(const struct world *world, uint32_t index)
{
    double sum = 0;
    for (uint32_t n = 0; n < world->node_count; n++)
        if (world_label(world, n) == index)
            sum += (double)world->nodes[n].cheats;
    return sum;
}

static double detected_share(const struct world *world, uint32_t index)
{
    double cheated = 0, detected = 0;
    for (uint32_t n = 0; n < world->node_count; n++) {
        const struct world_node *node = &world->nodes[n];
        if (world_label(world, n) != index || node->first_cheat_ns < 0)
            continue;
        cheated++;
        detected += node->jailed_ns >= 0;
    }
    return cheated > 0 ? detected / cheated : NAN;
}

static double detection_time_p50(const struct world *world, uint32_t index)
{
    struct quantile_sketch *sketch = quantile_open();
    if (sketch == NULL)
        return NAN;
    for (uint32_t n = 0; n < world->node_count; n++) {
        const struct world_node *node = &world->nodes[n];
        if (world_label(world, n) == index && node->first_cheat_ns >= 0 && node->jailed_ns >= 0)
            quantile_add(sketch, node->jailed_ns - node->first_cheat_ns);
    }
    double median = quantile_s(sketch, 0.50);
    quantile_close(sketch);
    return median;
}

/* Mean over the nodes of one label of a sum in tokens. */
static double label_mean(const struct world *world, uint32_t label,
                         double (*of)(const struct world *, uint32_t,
                                      const struct dg_node_account *))
{
    double sum = 0, count = 0;
    for (uint32_t n = 0; n < world->node_count; n++) {
        struct dg_node_account account;
        if (world_label(world, n) != label || dg_chain_node(world->chain, n, &account) != DG_OK)
            continue;
        sum += of(world, n, &account);
        count++;
    }
    return sum / count;
}

#define NODE_METRIC(name, expression)                                                              \
    static double name##_of(const struct world *world, uint32_t n,                                 \
                            const struct dg_node_account *account)                                 \
    {                                                                                              \
        (void)world, (void)n, (void)account;                                                       \
        return (double)(expression);                                                               \
    }                                                                                              \
    static double name(const struct world *world, uint32_t index)                                  \
    {                                                                                              \
        return label_mean(world, index, name##_of);                                                \
    }

NODE_METRIC(checks_per_node, account->checks)
NODE_METRIC(failures_per_node, account->failures)
NODE_METRIC(answers_per_node, account->answers)
NODE_METRIC(profit_per_node, (double)world_profit(world, n, account) / TOKEN)
NODE_METRIC(fees_per_node, (double)account->fees / TOKEN)
NODE_METRIC(rewards_per_node, (double)account->rewards / TOKEN)
NODE_METRIC(verification_per_node,
            (double)(account->verifier_fees - world->nodes[n].verification_cost) / TOKEN)
NODE_METRIC(cost_per_node, (double)world_compute_cost(world, n) / TOKEN)
NODE_METRIC(outside_cost_per_node, (double)world_outside_cost(world, n) / TOKEN)
NODE_METRIC(declined_per_node, world->nodes[n].declined)
NODE_METRIC(padding_per_node, world->nodes[n].padding)
NODE_METRIC(absent_per_node, (double)world->nodes[n].absent_ns / (double)WORLD_HOUR_NS)
NODE_METRIC(sent_per_node, world->nodes[n].sent)
NODE_METRIC(quality_per_node, world->nodes[n].quality_sum)

/* As users find it; what judges see of it shows in the share of failed checks. */
static double quality_mean(const struct world *world, uint32_t index)
{
    double sent = sent_per_node(world, index);
    return sent > 0 ? quality_per_node(world, index) / sent : NAN;
}

static double own_sum(const struct world *world, bool returned)
{
    double sum = 0;
    for (uint32_t i = 0; i < world->user_count - world->first_own_user; i++)
        sum += (double)(returned ? world->own_users[i].returned : world->own_users[i].sent);
    return sum;
}

RUN_METRIC(own_requests, own_sum(world, false))
RUN_METRIC(own_requests_returned, own_sum(world, true))
NODE_METRIC(slashed_per_node, (double)account->slashed / TOKEN)

static double verifiers_of(const struct world *world, uint32_t index)
{
    double count = 0;
    for (uint32_t n = 0; n < world->node_count; n++)
        count += world->nodes[n].verifier && world->nodes[n].verifier_behaviour == index;
    return count;
}

/* Sum over the verifiers of one behaviour. */
static double verifier_sum(const struct world *world, uint32_t index,
                           double (*of)(const struct world_node *, const struct dg_node_account *))
{
    double sum = 0;
    for (uint32_t n = 0; n < world->node_count; n++) {
        const struct world_node *node = &world->nodes[n];
        struct dg_node_account account;
        if (node->verifier && node->verifier_behaviour == index &&
            dg_chain_node(world->chain, n, &account) == DG_OK)
            sum += of(node, &account);
    }
    return sum;
}

/* Mean over the verifiers of one behaviour. */
#define VERIFIER_METRIC(name, expression)                                                          \
    static double name##_of(const struct world_node *node, const struct dg_node_account *account)  \
    {                                                                                              \
        (void)node, (void)account;                                                                 \
        return (double)(expression);                                                               \
    }                                                                                              \
    static double name(const struct world *world, uint32_t index)                                  \
    {                                                                                              \
        return verifier_sum(world, index, name##_of) / verifiers_of(world, index);                 \
    }

/* What verifying brought one verifier of the behaviour, whatever it earned by serving. */
VERIFIER_METRIC(profit_per_verifier, (double)(account->verifier_fees + account->verifier_rewards -
                                              node->verification_cost) /
                                         TOKEN)
VERIFIER_METRIC(judging_per_verifier, (double)node->verification_cost / TOKEN)
VERIFIER_METRIC(reveals_per_verifier, account->reveals)
VERIFIER_METRIC(missed_per_verifier, account->missed)
VERIFIER_METRIC(trust_per_verifier, (double)account->trust / (double)DG_ONE)
VERIFIER_METRIC(misconduct_per_verifier, node->misconduct)

static double deviation_of(const struct world_node *node, const struct dg_node_account *account)
{
    (void)account;
    return node->deviation;
}

static double shown_of(const struct world_node *node, const struct dg_node_account *account)
{
    (void)account;
    return node->shown;
}

static double score_error(const struct world *world, uint32_t index)
{
    double shown = verifier_sum(world, index, shown_of);
    return shown > 0 ? verifier_sum(world, index, deviation_of) / shown : NAN;
}

/* The share of a label's checks that failed: the power of a check against it. */
static double failure_share(const struct world *world, uint32_t index)
{
    double checks = checks_per_node(world, index);
    return checks > 0 ? failures_per_node(world, index) / checks : NAN;
}

static double honest_punished(const struct world *world, uint32_t index)
{
    (void)index;
    double count = 0;
    for (uint32_t n = 0; n < world->node_count; n++) {
        struct dg_node_account account;
        if (world_label(world, n) == 0 && dg_chain_node(world->chain, n, &account) == DG_OK)
            count += account.offences > 0;
    }
    return count;
}

RUN_METRIC(honest_punished_share, honest_punished(world, 0) / label_count(world, 0))

/* ---- money ---- */

static struct dg_ledger_totals totals(const struct world *world)
{
    struct dg_ledger_totals sums;
    dg_chain_totals(world->chain, &sums);
    return sums;
}

static double ledger_gap(const struct world *world, uint32_t index)
{
    (void)index;
    struct dg_ledger_totals sums = totals(world);
    int64_t gap = sums.genesis + sums.minted + sums.deposited;
    for (int a = 0; a < DG_ACCOUNT_COUNT; a++)
        gap -= sums.account[a];
    return (double)gap / TOKEN;
}

RUN_METRIC(genesis, (double)totals(world).genesis / TOKEN)
RUN_METRIC(minted, (double)totals(world).minted / TOKEN)
RUN_METRIC(deposited, (double)totals(world).deposited / TOKEN)
RUN_METRIC(burned, (double)totals(world).account[DG_ACCOUNT_BURNED] / TOKEN)
RUN_METRIC(fees_held, (double)totals(world).account[DG_ACCOUNT_FEE_HOLD] / TOKEN)
RUN_METRIC(fees_to_nodes, node_sum(world, account_fees))
RUN_METRIC(events_pending_peak, (double)engine_pending_peak(world->engine))

static const struct metric_row rows[] = {
    {"requests_sent", "requests", "requests that users sent", METRIC_RUN, requests_sent},
    {"requests_completed", "requests", "answered within the deadline", METRIC_RUN,
     requests_completed},
    {"requests_refused", "requests", "no node to route to, or no funds", METRIC_RUN,
     requests_refused},
    {"requests_failed", "requests", "every node that was tried refused or broke off", METRIC_RUN,
     requests_failed},
    {"requests_late", "requests", "the deadline passed first", METRIC_RUN, requests_late},
    {"requests_lost", "requests", "a message between user and gateway was lost for good",
     METRIC_RUN, requests_lost},
    {"own_requests", "requests",
     "sent by users of operators, who are counted nowhere above or below", METRIC_RUN,
     own_requests},
    {"own_requests_returned", "requests", "of those, times that one reached its operator's nodes",
     METRIC_RUN, own_requests_returned},
    {"requests_in_flight", "requests", "not ended when the run did", METRIC_RUN,
     requests_in_flight},
    {"request_rate", "1/s", "requests sent per second", METRIC_RUN, request_rate},
    {"reroutes", "requests", "failovers to another node", METRIC_RUN, reroutes},
    {"hedges", "requests", "sent to a second node because the first token was late", METRIC_RUN,
     hedges},
    {"hedges_won", "requests", "of those, answered by the second node first", METRIC_RUN,
     hedges_won},
    {"affinity_hits", "requests", "sent to the node that served the user last", METRIC_RUN,
     affinity_hits},
    {"breaker_trips", "trips", "times that failures in a row took a node out of a gateway's choice",
     METRIC_RUN, breaker_trips},
    {"tokens_in", "tokens", "prompt tokens of the completed requests", METRIC_RUN, tokens_in},
    {"tokens_out", "tokens", "answer tokens of the same", METRIC_RUN, tokens_out},
    {"latency_mean", "s", "sending to last token, completed requests", METRIC_RUN, latency_mean},
    {"latency_p50", "s", "its median", METRIC_RUN, latency_p50},
    {"latency_p90", "s", "its 90 % quantile", METRIC_RUN, latency_p90},
    {"latency_p99", "s", "its 99 % quantile", METRIC_RUN, latency_p99},
    {"ttft_mean", "s", "sending to first token", METRIC_RUN, ttft_mean},
    {"ttft_p50", "s", "its median", METRIC_RUN, ttft_p50},
    {"ttft_p99", "s", "its 99 % quantile", METRIC_RUN, ttft_p99},
    {"queue_wait_mean", "s", "mean wait for a slot at a node", METRIC_RUN, queue_wait_mean},
    {"in_system_mean", "requests", "time average of the requests under way", METRIC_RUN,
     in_system_mean},
    {"little_gap", "",
     "relative gap of Little's law; only requests under way at either end make one", METRIC_RUN,
     little_gap},
    {"utilisation_mean", "", "slots in use over slots", METRIC_CLASS, utilisation_mean},
    {"utilisation_peak", "", "its highest epoch mean", METRIC_CLASS, utilisation_peak},
    {"checks_drawn", "checks", "answers drawn for a check", METRIC_RUN, checks_drawn},
    {"check_share", "", "checks over settled and held answers", METRIC_RUN, check_share},
    {"checks_passed", "checks", "verdict pass", METRIC_RUN, checks_passed},
    {"checks_failed", "checks", "verdict fail", METRIC_RUN, checks_failed},
    {"checks_inconclusive", "checks", "quorum missed", METRIC_RUN, checks_inconclusive},
    {"appeals", "appeals", "failed checks whose operator appealed", METRIC_RUN, appeals},
    {"appeals_won", "appeals", "appeals that turned the verdict", METRIC_RUN, appeals_won},
    {"reviews", "reviews", "scores worked out by verifiers", METRIC_RUN, reviews},
    {"probes_sent", "requests", "benchmark prompts that probers sent", METRIC_RUN, probes_sent},
    {"probes_answered", "requests", "answers that came to them", METRIC_RUN, probes_answered},
    {"probes_scored", "checks", "their checks in which the right score was shown", METRIC_RUN,
     probes_scored},
    {"probe_fees", "DGAI", "fees of those answers, before what failed ones refund", METRIC_RUN, probe_fees},
    {"verification_cost", "DGAI", "what the judges cost the verifiers", METRIC_RUN,
     verification_cost},
    {"verification_fees", "DGAI", "what the verification fund paid them", METRIC_RUN,
     verification_fees},
    {"verification_cost_share", "", "judges' cost over the fees that reached nodes", METRIC_RUN,
     verification_cost_share},
    {"verdict_delay_mean", "s", "start of a check to its verdict", METRIC_RUN, verdict_delay_mean},
    {"nodes", "nodes", "nodes of the behaviour", METRIC_BEHAVIOUR, nodes_of},
    {"cheats", "answers", "answers that were not what was paid for", METRIC_BEHAVIOUR, cheats_of},
    {"checks_per_node", "checks", "verdicts per node", METRIC_BEHAVIOUR, checks_per_node},
    {"quality_mean", "", "true quality of its answers, standard deviations above the neutral point",
     METRIC_BEHAVIOUR, quality_mean},
    {"failure_share", "", "share of its verdicts that failed", METRIC_BEHAVIOUR, failure_share},
    {"detected_share", "", "share of its cheating nodes that were jailed or excluded",
     METRIC_BEHAVIOUR, detected_share},
    {"detection_time_p50", "s", "first cheat to first jail, median of the detected nodes",
     METRIC_BEHAVIOUR, detection_time_p50},
    {"slashes", "slashes", "penalties on stake", METRIC_RUN, slashes},
    {"slashed", "DGAI", "stake taken by them", METRIC_RUN, slashed},
    {"jails", "jails", "jail terms begun", METRIC_RUN, jails},
    {"releases", "releases", "jail terms ended", METRIC_RUN, releases},
    {"exclusions", "nodes", "nodes excluded for good", METRIC_RUN, exclusions},
    {"honest_punished", "nodes", "honest nodes with at least one offence", METRIC_RUN,
     honest_punished},
    {"honest_punished_share", "", "the same over all honest nodes", METRIC_RUN,
     honest_punished_share},
    {"profit_per_node", "DGAI", "fees + rewards + verifying - all costs - slashes",
     METRIC_BEHAVIOUR, profit_per_node},
    {"answers_per_node", "answers", "metered answers", METRIC_BEHAVIOUR, answers_per_node},
    {"fees_per_node", "DGAI", "fees that reached the operator", METRIC_BEHAVIOUR, fees_per_node},
    {"rewards_per_node", "DGAI", "emission that reached the operator", METRIC_BEHAVIOUR,
     rewards_per_node},
    {"verification_per_node", "DGAI", "fees for reveals less the judge's cost", METRIC_BEHAVIOUR,
     verification_per_node},
    {"verifiers", "nodes", "verifiers of the behaviour", METRIC_VERIFIER, verifiers_of},
    {"profit_per_verifier", "DGAI", "fees and emission for verifying less the judge's cost",
     METRIC_VERIFIER, profit_per_verifier},
    {"judging_per_verifier", "DGAI", "what its judge cost", METRIC_VERIFIER, judging_per_verifier},
    {"reveals_per_verifier", "scores", "scores that were shown in time", METRIC_VERIFIER,
     reveals_per_verifier},
    {"missed_per_verifier", "seats", "seats without a score", METRIC_VERIFIER, missed_per_verifier},
    {"score_error", "", "mean distance of its scores from what the answers were worth",
     METRIC_VERIFIER, score_error},
    {"trust_per_verifier", "", "trust in its scores at the end; 1 at first", METRIC_VERIFIER,
     trust_per_verifier},
    {"misconduct_per_verifier", "penalties", "times it was punished for how it verified",
     METRIC_VERIFIER, misconduct_per_verifier},
    {"cost_per_node", "DGAI", "computing and idling", METRIC_BEHAVIOUR, cost_per_node},
    {"outside_cost_per_node", "DGAI", "paid to upstreams, or by users of its operator",
     METRIC_BEHAVIOUR, outside_cost_per_node},
    {"declined_per_node", "requests", "called itself too busy for, by choice", METRIC_BEHAVIOUR,
     declined_per_node},
    {"padding_per_node", "tokens", "filler tokens that it sent", METRIC_BEHAVIOUR,
     padding_per_node},
    {"absent_per_node", "h", "time that it was away, as counted at heartbeats", METRIC_BEHAVIOUR,
     absent_per_node},
    {"slashed_per_node", "DGAI", "stake lost", METRIC_BEHAVIOUR, slashed_per_node},
    {"genesis", "DGAI", "credited before the start", METRIC_RUN, genesis},
    {"minted", "DGAI", "emission", METRIC_RUN, minted},
    {"deposited", "DGAI", "paid in by users", METRIC_RUN, deposited},
    {"burned", "DGAI", "slashed stake that was burned", METRIC_RUN, burned},
    {"fees_held", "DGAI", "fees still waiting for a draw or a verdict", METRIC_RUN, fees_held},
    {"fees_to_nodes", "DGAI", "fees that reached operators", METRIC_RUN, fees_to_nodes},
    {"ledger_gap", "DGAI", "money in less money in all accounts; must be 0", METRIC_RUN,
     ledger_gap},
    {"events_pending_peak", "events", "most events pending at once", METRIC_RUN,
     events_pending_peak},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

const struct metric_row *world_metric_rows(size_t *count)
{
    *count = ROW_COUNT;
    return rows;
}

uint32_t world_label(const struct world *world, uint32_t n)
{
    const struct world_node *node = &world->nodes[n];
    return node->behaviour == 0 && node->verifier ? node->verifier_behaviour : node->behaviour;
}

uint32_t world_scope_count(const struct world *world, enum metric_scope scope)
{
    if (scope == METRIC_RUN)
        return 1;
    return (uint32_t)(scope == METRIC_CLASS ? world->scenario->class_count
                                            : world->behaviour_count);
}

bool world_scope_used(const struct world *world, enum metric_scope scope, uint32_t index)
{
    if (scope == METRIC_VERIFIER)
        return world->verifier_used[index];
    return scope != METRIC_BEHAVIOUR || world->label_used[index];
}

void world_scope_name(const struct world *world, const struct metric_row *row, uint32_t index,
                      char name[RESULT_NAME_SIZE])
{
    if (row->scope == METRIC_RUN)
        snprintf(name, RESULT_NAME_SIZE, "%s", row->name);
    else
        snprintf(name, RESULT_NAME_SIZE, "%s.%s", row->name,
                 row->scope == METRIC_CLASS ? world->scenario->classes[index].name
                                            : world->behaviours[index]->name);
}

bool world_metrics(const struct world *world, struct result *result, struct error *error)
{
    size_t room = 0;
    for (size_t r = 0; r < ROW_COUNT; r++)
        room += world_scope_count(world, rows[r].scope);
    result->metrics = calloc(room, sizeof *result->metrics);
    if (result->metrics == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the metrics of the run");
    for (size_t r = 0; r < ROW_COUNT; r++)
        for (uint32_t i = 0; i < world_scope_count(world, rows[r].scope); i++) {
            if (!world_scope_used(world, rows[r].scope, i))
                continue;
            struct result_metric *metric = &result->metrics[result->metric_count++];
            world_scope_name(world, &rows[r], i, metric->name);
            metric->unit = rows[r].unit;
            metric->help = rows[r].help;
            metric->value = rows[r].value(world, i);
        }
    return true;
}
