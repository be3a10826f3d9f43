/* figure_script.c - a table of panels, each drawn from the series whose names it lists.
 *
 * Colours are those of Okabe and Ito (2008), which people with any colour vision tell apart; dashes
 * repeat the difference for print.
 */
#include "analysis/figure_script.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { PANEL_PARTS = 3, STYLE_COUNT = 7, PERCENT = 100, LOG_RATIO = 20, DENSE_EPOCHS = 120 };

/* Series of a panel: one by name, or with a name ending in '.' a family, a line for each
 * subject. */
struct panel_part {
    const char *name, *label; /* label of a family: NULL, each line has its subject's */
    bool right_axis;
    bool filled;
};

struct panel {
    const char *title, *left, *right;
    struct panel_part parts[PANEL_PARTS];
    bool may_be_log;
    int right_factor; /* PERCENT: fractions, on an axis from 0 to 100 */
};

static const struct panel panels[] = {
    {"Cumulative profit per node, by behaviour",
     "profit (DGAI)",
     NULL,
     {{"profit_per_node.", NULL, false, false}},
     false,
     1},
    {"Latency of completed requests",
     "latency (s)",
     NULL,
     {{"latency_p50", "median", false, false}, {"latency_p99", "99th percentile", false, false}},
     true,
     1},
    {"Load",
     "requests per second (area)",
     "utilisation (%, lines)",
     {{"request_rate", "requests/s", false, true}, {"utilisation.", NULL, true, false}},
     false,
     PERCENT},
    {"Nodes jailed or excluded, by behaviour",
     "nodes (lines)",
     "failed checks so far (area)",
     {{"checks_failed", "failed checks", true, true}, {"nodes_jailed.", NULL, false, false}},
     false,
     1},
};

static const char *const colours[STYLE_COUNT] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#000000"};
static const char *const dashes[STYLE_COUNT] = {"1",     "(8,4)", "(2,3)", "(10,4,2,4)",
                                                "(5,3)", "(1,2)", "(12,3)"};

static bool part_matches(const struct panel_part *part, const char *name)
{
    size_t length = strlen(part->name);
    if (length == 0)
        return false;
    return part->name[length - 1] == '.' ? strncmp(name, part->name, length) == 0
                                         : strcmp(name, part->name) == 0;
}

/* gnuplot's single quotes: a quote is doubled, nothing else is special. */
static void write_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputc('\'', out);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
    fputc('\'', out);
}

static void write_data(const struct figure_data *data, double hours_per_unit, FILE *out)
{
    fputs("$data << END\n", out);
    for (size_t epoch = 0; epoch < data->epoch_count; epoch++) {
        fprintf(out, "%.9g", data->end_hours[epoch] / hours_per_unit);
        for (size_t i = 0; i < data->series_count; i++) {
            double value = data->series[i].values[epoch];
            if (isfinite(value))
                fprintf(out, " %.9g", value);
            else
                fputs(" NaN", out);
        }
        fputc('\n', out);
    }
    fputs("END\n", out);
}

struct range {
    double lowest, highest; /* infinite where nothing is drawn */
};

static void range_add(struct range *range, const struct figure_data *data, size_t series)
{
    for (size_t epoch = 0; epoch < data->epoch_count; epoch++) {
        double value = data->series[series].values[epoch];
        if (!isfinite(value))
            continue;
        range->lowest = fmin(range->lowest, value);
        range->highest = fmax(range->highest, value);
    }
}

static struct range axis_range(const struct figure_data *data, const struct panel *panel,
                               bool right)
{
    struct range range = {INFINITY, -INFINITY};
    for (int k = 0; k < PANEL_PARTS && panel->parts[k].name != NULL; k++) {
        for (size_t i = 0; panel->parts[k].right_axis == right && i < data->series_count; i++) {
            if (part_matches(&panel->parts[k], data->series[i].name))
                range_add(&range, data, i);
        }
    }
    return range;
}

/* From zero where nothing is negative, and never empty. */
static void write_range(const char *axis, struct range range, FILE *out)
{
    if (!isfinite(range.lowest))
        range = (struct range){0, 1};
    double low = fmin(range.lowest, 0), high = fmax(range.highest, 0);
    if (low == high)
        high = 1;
    double margin = 0.05 * (high - low);
    fprintf(out, "set %srange [%.9g:%.9g]\n", axis, low < 0 ? low - margin : 0,
            high > 0 ? high + margin : 0);
}

static void write_axes(const struct figure_data *data, const struct panel *panel, FILE *out)
{
    struct range left = axis_range(data, panel, false);
    fprintf(out, "set title '%s' offset 0,-0.4\nset ylabel '%s'\n", panel->title, panel->left);
    if (panel->may_be_log && left.lowest > 0 && left.highest > LOG_RATIO * left.lowest) {
        fputs("set logscale y 10\nset yrange [*:*]\n", out);
    } else {
        fputs("unset logscale y\n", out);
        write_range("y", left, out);
    }
    if (panel->right == NULL) {
        fputs("unset y2label\nunset y2tics\nset ytics mirror\n", out);
        return;
    }
    fprintf(out, "set y2label '%s'\nset y2tics autofreq\nset ytics nomirror\n", panel->right);
    if (panel->right_factor == PERCENT)
        fputs("set y2range [0:100]\n", out);
    else
        write_range("y2", axis_range(data, panel, true), out);
}

static void write_curve(const struct panel *panel, const struct panel_part *part, const char *name,
                        size_t column, size_t style, FILE *out)
{
    const char *label = part->label != NULL ? part->label : name + strlen(part->name);
    int factor = part->right_axis ? panel->right_factor : 1;
    fprintf(out, "$data using 1:(%d*$%zu) axes x1y%d with %s title ", factor, column,
            part->right_axis ? 2 : 1, part->filled ? "filledcurves y=0" : "lines");
    write_quoted(out, label);
    if (part->filled)
        fputs(" fc rgb '#E2E2E2'", out);
    else
        fprintf(out, " lt %zu", style % STYLE_COUNT + 1);
}

/* The same behaviour looks the same in every panel, and honest comes first. */
static size_t curve_style(const struct figure_data *data, const struct panel_part *part,
                          size_t series)
{
    if (part->label != NULL)
        return strcmp(part->name, "latency_p99") == 0 ? 1 : 0;
    const char *subject = data->series[series].name + strlen(part->name);
    if (strcmp(subject, "honest") == 0)
        return 0;
    size_t style = strcmp(part->name, "utilisation.") == 0 ? 0 : 1;
    for (size_t i = 0; i < series; i++) {
        const char *name = data->series[i].name;
        style += part_matches(part, name) && strcmp(name + strlen(part->name), "honest") != 0;
    }
    return style;
}

/* Dashes of a curve that swings a hundred times are only noise. */
static void write_styles(bool dense, FILE *out)
{
    for (int i = 0; i < STYLE_COUNT; i++)
        fprintf(out, "set linetype %d lw %s lc rgb '%s' dt %s\n", i + 1, dense ? "1.6" : "2.6",
                colours[i], dense ? "1" : dashes[i]);
}

static void write_panel(const struct figure_data *data, const struct panel *panel, FILE *out)
{
    bool any = false;
    write_axes(data, panel, out);
    for (int k = 0; k < PANEL_PARTS && panel->parts[k].name != NULL; k++) {
        const struct panel_part *part = &panel->parts[k];
        for (size_t i = 0; i < data->series_count; i++) {
            const char *name = data->series[i].name;
            if (!part_matches(part, name))
                continue;
            fputs(any ? ", \\\n    " : "plot ", out);
            write_curve(panel, part, name, i + 2, curve_style(data, part, i), out);
            any = true;
        }
    }
    if (!any)
        fputs("set label 1 'not recorded in this run' at graph 0.5,0.5 center\n"
              "set yrange [0:1]\nplot NaN notitle\nunset label 1",
              out);
    fputc('\n', out);
}

void figure_script_write(const struct figure_data *data, const char *terminal, FILE *out)
{
    double last = data->end_hours[data->epoch_count - 1];
    bool days = last > 72;
    fprintf(out,
            "set terminal %s\nset encoding utf8\nset datafile missing 'NaN'\n"
            "set multiplot layout 2,2 margins 0.06,0.92,0.12,0.90 spacing 0.15,0.20 title ",
            terminal);
    write_quoted(out, data->title);
    fprintf(out,
            "\nset border lc rgb '#404040'\nset grid lc rgb '#DDDDDD' lw 1\n"
            "set key at graph 0.5,-0.19 center top horizontal Left reverse noinvert maxrows 2 "
            "samplen 3 width 1\n"
            "set format y '%%.6g'\nset xlabel 'virtual time (%s)' offset 0,0.3\n"
            "set xrange [0:%.9g]\n",
            days ? "days" : "hours", last / (days ? 24 : 1));
    if (!days && last > 6)
        fprintf(out, "set xtics %d\n", last <= 12 ? 2 : last <= 24 ? 4 : 12);
    write_styles(data->epoch_count > DENSE_EPOCHS, out);
    write_data(data, days ? 24 : 1, out);
    for (size_t i = 0; i < sizeof panels / sizeof panels[0]; i++)
        write_panel(data, &panels[i], out);
    fputs("unset multiplot\n", out);
}
