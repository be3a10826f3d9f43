#include "analysis/cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/replicate.h"

const char *claim_verdict_name(enum claim_verdict verdict)
{
    static const char *const names[] = {"holds", "REFUTED", "open"};
    return names[verdict];
}

/* ---- runs ---- */

static bool on_progress(void *context, uint32_t replication, int64_t now_ns, uint64_t events)
{
    const struct case_options *options = context;
    (void)replication;
    (void)now_ns;
    (void)events;
    return options->progress == NULL || options->progress(options->context);
}

/* The variant's settings, then those of the caller. False: out of memory. */
static const char **join_settings(const struct case_variant *variant,
                                  const struct case_options *options)
{
    size_t count = variant->setting_count + options->setting_count;
    const char **settings = calloc(count + 1, sizeof *settings);
    if (settings == NULL)
        return NULL;
    for (size_t i = 0; i < variant->setting_count; i++)
        settings[i] = variant->settings[i];
    for (size_t i = 0; i < options->setting_count; i++)
        settings[variant->setting_count + i] = options->settings[i];
    return settings;
}

static bool run_scenario(const struct scenario *scenario, const struct case_options *options,
                         struct case_variant_result *out, bool *interrupted, struct error *error)
{
    struct replicate_outcome outcome;
    const struct replicate_spec spec = {
        .scenario = scenario,
        .seed = options->seed_given ? options->seed : scenario->seed,
        .replications = options->replications,
        .jobs = options->jobs,
        .progress = on_progress,
        .context = (void *)options,
    };
    if (!replicate_run(&spec, &outcome, error))
        return false;
    *interrupted = outcome.interrupted;
    out->results = outcome.results;
    out->count = outcome.count;
    return estimates_init(&out->estimates, out->results, out->count, error);
}

static bool run_variant(const struct case_file *file, const struct case_variant *variant,
                        const struct case_options *options, struct case_variant_result *out,
                        bool *interrupted, struct error *error)
{
    const char **settings = join_settings(variant, options);
    if (settings == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    const struct scenario_source source = {
        .path = file->path,
        .settings = settings,
        .setting_count = variant->setting_count + options->setting_count,
    };
    struct scenario scenario = {0};
    bool ok = scenario_load(&source, &scenario, error) &&
              run_scenario(&scenario, options, out, interrupted, error);
    scenario_free(&scenario);
    free(settings);
    if (!ok && error != NULL)
        error_prefix(error, "%s, variant \"%s\": ", file->name, variant->name);
    return ok;
}

/* ---- claims ---- */

static double term_value(const struct case_result *result, const struct case_term *term, size_t run)
{
    if (term->metric == NULL)
        return term->number;
    const struct result_metric *metric =
        result_find(&result->variants[term->variant].results[run], term->metric);
    return metric != NULL ? metric->value : NAN;
}

/* Some replication must have the metric: a name that is wrong would else look like an open question. */
static bool term_known(const struct case_file *file, const struct case_result *result,
                       const struct case_claim *claim, const struct case_term *term,
                       struct error *error)
{
    if (term->metric == NULL ||
        estimates_find(&result->variants[term->variant].estimates, term->metric) != NULL)
        return true;
    return error_set(error, ERROR_INPUT, "%s: the claim \"%s\": no run of \"%s\" has a metric %s",
                     file->path, claim->text, file->variants[term->variant].name, term->metric);
}

static enum claim_verdict verdict_of(const struct case_claim *claim,
                                     const struct estimate *difference)
{
    double mean = claim->above ? difference->mean : -difference->mean;
    if (difference->count < 2 || isnan(difference->half))
        return CLAIM_OPEN;
    if (mean - difference->half > 0)
        return CLAIM_HOLDS;
    return mean + difference->half < 0 ? CLAIM_REFUTED : CLAIM_OPEN;
}

static size_t shortest(const struct case_file *file, const struct case_result *result)
{
    size_t count = result->variants[0].count;
    for (size_t v = 1; v < file->variant_count; v++)
        count = result->variants[v].count < count ? result->variants[v].count : count;
    return count;
}

static bool judge_claim(const struct case_file *file, const struct case_claim *claim,
                        struct case_result *result, struct case_claim_result *out,
                        struct error *error)
{
    size_t runs = shortest(file, result);
    if (!term_known(file, result, claim, &claim->left, error) ||
        !term_known(file, result, claim, &claim->right, error))
        return false;
    double *differences = calloc(runs + 1, sizeof *differences);
    if (differences == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    for (size_t r = 0; r < runs; r++)
        differences[r] = term_value(result, &claim->left, r) - term_value(result, &claim->right, r);
    out->difference = estimate_of(differences, runs);
    out->verdict = verdict_of(claim, &out->difference);
    free(differences);
    return true;
}

bool case_run(const struct case_file *file, const struct case_options *options,
              struct case_result *out, struct error *error)
{
    struct case_result result = {0};
    bool ok = true;
    for (size_t v = 0; ok && v < file->variant_count && !result.interrupted; v++)
        ok = run_variant(file, &file->variants[v], options, &result.variants[v],
                         &result.interrupted, error);
    for (size_t c = 0; ok && c < file->claim_count && !result.interrupted; c++)
        ok = judge_claim(file, &file->claims[c], &result, &result.claims[c], error);
    if (ok)
        *out = result;
    else
        case_result_free(&result);
    return ok;
}

void case_result_free(struct case_result *result)
{
    for (size_t v = 0; v < CASE_VARIANTS_MAX; v++) {
        struct case_variant_result *variant = &result->variants[v];
        for (size_t r = 0; r < variant->count; r++)
            result_free(&variant->results[r]);
        free(variant->results);
        estimates_fini(&variant->estimates);
    }
    *result = (struct case_result){0};
}
