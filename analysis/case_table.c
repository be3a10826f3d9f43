/* case_table.c - cases as a table: who profits, how fast cheating is found, how many honest nodes are
 * punished, what users saw; and the claims. */
#include <math.h>
#include <string.h>

#include "analysis/cases.h"
#include "analysis/format.h"

enum { NAME_WIDTH = 28, COLUMNS = 6, NUMBER_WIDTH = 17, CHEAT_WIDTH = 16 };

static const struct {
    const char *title;
    int width;
} columns[COLUMNS] = {
    {"honest, DGAI", NUMBER_WIDTH}, {"others, DGAI", NUMBER_WIDTH}, {"found", NUMBER_WIDTH},
    {"punished", NUMBER_WIDTH},     {"p99 latency", NUMBER_WIDTH},  {"not served", NUMBER_WIDTH},
};

static void put(FILE *out, const char *text, int width, bool left)
{
    int padding = width - (int)format_width(text);
    if (left)
        fputs(text, out);
    fprintf(out, "%*s", padding > 0 ? padding : 1, "");
    if (!left)
        fputs(text, out);
}

void case_table_head(FILE *out)
{
    put(out, "case / variant", NAME_WIDTH, true);
    put(out, "", CHEAT_WIDTH, true);
    for (int c = 0; c < COLUMNS; c++)
        put(out, columns[c].title, columns[c].width, false);
    fputc('\n', out);
}

/* ---- what a variant came to ---- */

static struct estimate value_of(const struct case_variant_result *variant, const char *name)
{
    const struct metric_estimate *metric = estimates_find(&variant->estimates, name);
    return metric != NULL ? metric->value : (struct estimate){0, NAN, NAN};
}

static struct estimate value_with(const struct case_variant_result *variant, const char *prefix,
                                  const char *subject)
{
    char name[RESULT_NAME_SIZE];
    snprintf(name, sizeof name, "%s%s", prefix, subject);
    return value_of(variant, name);
}

/* The behaviour other than honest whose nodes profit most; NULL: there is none. */
static const char *best_other(const struct case_variant_result *variant)
{
    static const char prefix[] = "profit_per_node.";
    const char *best = NULL;
    double most = -INFINITY;
    for (size_t i = 0; i < variant->estimates.count; i++) {
        const struct metric_estimate *metric = &variant->estimates.items[i];
        if (strncmp(metric->name, prefix, sizeof prefix - 1) != 0)
            continue;
        const char *behaviour = metric->name + sizeof prefix - 1;
        if (strcmp(behaviour, "honest") == 0 || !(metric->value.mean > most))
            continue;
        best = behaviour;
        most = metric->value.mean;
    }
    return best;
}

static void put_estimate(FILE *out, const struct case_variant_result *variant,
                         const struct estimate *value, const char *unit, int width)
{
    char text[FORMAT_SIZE];
    format_estimate(text, value, unit, variant->count);
    put(out, text, width, false);
}

static void put_found(FILE *out, const struct case_variant_result *variant, const char *behaviour)
{
    char text[2 * FORMAT_SIZE + 8] = "-", share[FORMAT_SIZE], time[FORMAT_SIZE];
    if (behaviour != NULL) {
        struct estimate found = value_with(variant, "detected_share.", behaviour);
        struct estimate after = value_with(variant, "detection_time_p50.", behaviour);
        found.half = after.half = NAN;
        format_estimate(share, &found, "%", found.count);
        format_estimate(time, &after, "s", after.count);
        if (found.count > 0)
            snprintf(text, sizeof text, "%s, %s", share, time);
    }
    put(out, text, columns[2].width, false);
}

/* Of all honest nodes. None seen is an upper bound: 3 / n, with 95 % confidence. */
static void put_punished(FILE *out, const struct case_variant_result *variant)
{
    struct estimate share = value_of(variant, "honest_punished_share");
    struct estimate nodes = value_of(variant, "nodes.honest");
    char text[FORMAT_SIZE];
    if (share.count > 0 && share.mean == 0 && nodes.mean > 0)
        snprintf(text, sizeof text, "0 (< %.2g %%)", 300 / (nodes.mean * (double)share.count));
    else
        format_estimate(text, &share, "%", variant->count);
    put(out, text, columns[3].width, false);
}

static void put_not_served(FILE *out, const struct case_variant_result *variant)
{
    struct estimate sent = value_of(variant, "requests_sent");
    struct estimate completed = value_of(variant, "requests_completed");
    struct estimate share = {sent.count, NAN, NAN};
    if (sent.mean > 0)
        share.mean = 1 - completed.mean / sent.mean;
    else
        share.count = 0;
    put_estimate(out, variant, &share, "%", columns[5].width);
}

static void put_variant(FILE *out, const char *name, const char *label,
                        const struct case_variant_result *variant)
{
    char text[128];
    const char *other = best_other(variant);
    struct estimate honest = value_of(variant, "profit_per_node.honest");
    struct estimate profit = {0, NAN, NAN}, latency = value_of(variant, "latency_p99");
    snprintf(text, sizeof text, "  %.60s%s%.60s", name, label[0] != '\0' ? ", " : "", label);
    put(out, text, NAME_WIDTH, true);
    put(out, other != NULL ? other : "-", CHEAT_WIDTH, true);
    put_estimate(out, variant, &honest, "", columns[0].width);
    if (other != NULL)
        profit = value_with(variant, "profit_per_node.", other);
    put_estimate(out, variant, &profit, "", columns[1].width);
    put_found(out, variant, other);
    put_punished(out, variant);
    put_estimate(out, variant, &latency, "s", columns[4].width);
    put_not_served(out, variant);
    fputc('\n', out);
}

static void put_claim(FILE *out, const struct case_claim *claim,
                      const struct case_claim_result *result, size_t runs)
{
    char text[FORMAT_SIZE];
    format_estimate(text, &result->difference, "", runs);
    fprintf(out, "    %-8s %s", claim_verdict_name(result->verdict), claim->text);
    fprintf(out, "  (difference %s)\n", text);
}

void case_table_print(FILE *out, const struct case_file *file, const struct case_result *result,
                      const char *label)
{
    fprintf(out, "%s: %s\n", file->name, file->title);
    for (size_t v = 0; v < file->variant_count; v++)
        put_variant(out, file->variants[v].name, label, &result->variants[v]);
    for (size_t c = 0; c < file->claim_count; c++)
        put_claim(out, &file->claims[c], &result->claims[c], result->variants[0].count);
}
