/* false_verdict.c - see false_verdict.h. */
#include "analysis/false_verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dg/verify.h"
#include "models/trace.h"

static const double day_s = 86400;

/* ---- requests ---- */

/* Requests per second that a group offers, from low to high. */
struct request_rate {
    double low, high;
};

/* Mean over the run, which a trace that does not loop may not fill. */
static bool trace_rate(const struct scenario *scenario, const struct scenario_arrival *arrival,
                       double *rate, struct error *error)
{
    struct trace trace = {0};
    if (!trace_load(arrival->file, &trace, error))
        return false;
    if (arrival->loop) {
        int64_t whole_ns = trace_time(&trace, trace.count, arrival->rate_scale, true);
        *rate = (double)trace.count / ((double)whole_ns / 1e9);
    } else {
        uint64_t played = 0;
        while (played < trace.count &&
               trace_time(&trace, played, arrival->rate_scale, false) <= scenario->duration_ns)
            played++;
        *rate = (double)played / ((double)scenario->duration_ns / 1e9);
    }
    trace_free(&trace);
    return true;
}

static bool group_rate(const struct scenario *scenario, const struct scenario_users *group,
                       struct request_rate *out, unsigned *open, struct error *error)
{
    const struct scenario_arrival *arrival = &group->arrival;
    double rate = group->count * arrival->rate;
    *out = (struct request_rate){rate, rate};
    switch (arrival->kind) {
    case ARRIVAL_POISSON:
    case ARRIVAL_GAMMA:
    case ARRIVAL_BURSTY:
    case ARRIVAL_DIURNAL: break;
    case ARRIVAL_CLOSED:
        *open |= CHECK_LOAD_CLOSED;
        out->low = 0;
        out->high = group->count / ((double)arrival->think_ns / 1e9);
        break;
    case ARRIVAL_TRACE:
        if (!trace_rate(scenario, arrival, &rate, error))
            return false;
        *out = (struct request_rate){rate, rate};
        break;
    }
    return true;
}

/* ---- checks ---- */

static bool plan_is(const struct dg_params *params, const char *name)
{
    const struct dg_param_row *row = dg_param_find("sampling.plan");
    return strcmp(row->choices[params->sampling_plan].name, name) == 0;
}

/* Chance that an answer of an honest node is checked. `all` is the rate of all requests. */
static struct check_load sampling_share(const struct dg_params *params, double failure_rate,
                                        const struct request_rate *all)
{
    double rate = (double)params->sampling_rate / (double)DG_ONE;
    struct check_load share = {rate, rate};
    if (plan_is(params, "risk")) {
        uint16_t credibility = (uint16_t)((1 - failure_rate) * DG_SCORE_ONE + 0.5);
        int64_t low = dg_sampling_rate(params, credibility, UINT16_MAX, 0);
        int64_t high = dg_sampling_rate(params, credibility, UINT16_MAX, INT64_MAX);
        share = (struct check_load){(double)low / (double)DG_ONE, (double)high / (double)DG_ONE};
    } else if (plan_is(params, "budget")) {
        double checks = (double)params->sampling_budget /
                        ((double)params->committee_size * (double)params->verification_fee) /
                        ((double)params->sampling_beacon_period / 1e9);
        share.low = all->low > 0 ? fmin(checks / all->low, 1) : 1;
        share.high = all->high > 0 ? fmin(checks / all->high, 1) : 1;
    }
    return share;
}

/* Requests for each class. */
static bool class_rates(const struct scenario *scenario, struct request_rate *rates,
                        struct request_rate *all, unsigned *open, struct error *error)
{
    for (size_t g = 0; g < scenario->user_group_count; g++) {
        const struct scenario_users *group = &scenario->users[g];
        struct request_rate rate;
        if (!group_rate(scenario, group, &rate, open, error))
            return false;
        all->low += rate.low;
        all->high += rate.high;
        for (size_t i = 0; i < group->demand.count; i++) {
            struct request_rate *of = &rates[group->demand.items[i].index];
            of->low += rate.low * group->demand.items[i].weight;
            of->high += rate.high * group->demand.items[i].weight;
        }
    }
    return true;
}

/* Nodes that serve the class. */
static double nodes_of(const struct scenario *scenario, uint32_t class_index)
{
    double count = 0;
    for (size_t g = 0; g < scenario->node_group_count; g++) {
        const struct scenario_nodes *group = &scenario->nodes[g];
        for (size_t i = 0; i < group->classes.count; i++)
            if (group->classes.items[i].index == class_index)
                count += group->count * group->classes.items[i].weight;
    }
    return count;
}

/* ---- verdicts ---- */

static bool verdict_find(const struct scenario *scenario, struct false_verdict *out,
                         struct error *error)
{
    const struct dg_params *params = &scenario->protocol;
    uint64_t seed = scenario->seed;
    return false_failure_find(scenario, out->class_index, seed, &out->failure, error) &&
           run_length_find(params, out->failure.rate, seed, &out->length, error) &&
           run_length_find(params, out->failure.high, seed, &out->least, error) &&
           run_length_find(params, out->failure.low, seed, &out->most, error);
}

static bool add_class(const struct scenario *scenario, uint32_t class_index,
                      const struct request_rate *rate, const struct request_rate *all,
                      struct false_verdicts *verdicts, struct error *error)
{
    struct false_verdict verdict = {.class_index = class_index,
                                    .nodes = nodes_of(scenario, class_index)};
    if (verdict.nodes <= 0 || rate->high <= 0)
        return true;
    if (!verdict_find(scenario, &verdict, error))
        return false;
    struct check_load share = sampling_share(&scenario->protocol, verdict.failure.rate, all);
    /* Under `budget` a low load is checked at a high share. */
    verdict.load.low = rate->low * share.low * day_s / verdict.nodes;
    verdict.load.high = rate->high * share.high * day_s / verdict.nodes;
    verdicts->items[verdicts->count++] = verdict;
    return true;
}

bool false_verdicts_find(const struct scenario *scenario, struct false_verdicts *out,
                         struct error *error)
{
    struct false_verdicts found = {.items = calloc(scenario->class_count, sizeof *found.items),
                                   .load_open =
                                       plan_is(&scenario->protocol, "risk") ? CHECK_LOAD_RISK : 0};
    struct request_rate *rates = calloc(scenario->class_count, sizeof *rates), all = {0};
    bool ok = found.items != NULL && rates != NULL;
    if (!ok)
        error_set(error, ERROR_MEMORY, "out of memory for the classes");
    ok = ok && class_rates(scenario, rates, &all, &found.load_open, error);
    for (uint32_t c = 0; ok && c < scenario->class_count; c++)
        ok = add_class(scenario, c, &rates[c], &all, &found, error);
    free(rates);
    if (ok)
        *out = found;
    else
        false_verdicts_fini(&found);
    return ok;
}

void false_verdicts_fini(struct false_verdicts *verdicts)
{
    free(verdicts->items);
    *verdicts = (struct false_verdicts){0};
}
