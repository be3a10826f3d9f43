/* show_verdicts.c - see show_verdicts.h. */
#include "cli/show_verdicts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/format.h"

enum {
    CELL = 4 * FORMAT_SIZE,
    CLASS_WIDTH = 16,
    RATE_WIDTH = 22,
    CHECKS_WIDTH = 36,
    LOAD_WIDTH = 20
};

/* Three digits: no estimate here has more. */
static void write_rounded(char text[FORMAT_SIZE], double value)
{
    double unit = value > 0 && isfinite(value) ? pow(10, floor(log10(value)) - 2) : 1;
    if (value >= 1e9 && isfinite(value))
        snprintf(text, FORMAT_SIZE, "%.2e", value);
    else
        format_number(text, unit > 1 ? round(value / unit) * unit : value);
}

static void write_rate(char text[CELL], const struct false_failure *failure)
{
    if (failure->failures == 0)
        snprintf(text, CELL, "below %.4f %%", 100 * failure->rate);
    else
        snprintf(text, CELL, "%.4f %% +- %.4f %%", 100 * failure->rate, 100 * failure->error);
}

/* Nothing but a lower bound is known. */
static bool is_bound(const struct false_verdict *verdict)
{
    return verdict->failure.failures == 0 || verdict->length.kind == RUN_LENGTH_AT_LEAST;
}

static void write_checks(char text[CELL], const struct false_verdict *verdict)
{
    char mean[FORMAT_SIZE], least[FORMAT_SIZE], most[FORMAT_SIZE];
    write_rounded(mean, verdict->length.checks);
    write_rounded(least, verdict->least.checks);
    write_rounded(most, verdict->most.checks);
    if (isinf(verdict->length.checks))
        snprintf(text, CELL, "never");
    else if (is_bound(verdict))
        snprintf(text, CELL, "more than %s", mean);
    else
        snprintf(text, CELL, "%s (%s to %s%s)", mean, least,
                 verdict->most.kind == RUN_LENGTH_AT_LEAST ? "more than " : "", most);
}

static void write_span(char text[CELL], double low, double high, const char *above)
{
    char from[FORMAT_SIZE], to[FORMAT_SIZE];
    write_rounded(from, low);
    write_rounded(to, high);
    if (isinf(low))
        snprintf(text, CELL, "never");
    else if (*above != '\0' || isinf(high))
        snprintf(text, CELL, "%s%s", *above != '\0' ? above : "at least ", from);
    else if (low == high)
        snprintf(text, CELL, "%s", from);
    else
        snprintf(text, CELL, "%s to %s", from, to);
}

static void print_row(const struct scenario *scenario, const struct false_verdict *verdict)
{
    const struct check_load *load = &verdict->load;
    char rate[CELL], checks[CELL], a_day[CELL], days[CELL];
    write_rate(rate, &verdict->failure);
    write_checks(checks, verdict);
    write_span(a_day, load->low, load->high, "");
    write_span(days, verdict->length.checks / load->high, verdict->length.checks / load->low,
               is_bound(verdict) ? "more than " : "");
    printf("%-*s %-*s %-*s %-*s %s\n", CLASS_WIDTH, scenario->classes[verdict->class_index].name,
           RATE_WIDTH, rate, CHECKS_WIDTH, checks, LOAD_WIDTH, a_day, days);
}

static void print_table(const struct scenario *scenario, const struct false_verdicts *verdicts)
{
    const struct dg_param_row *test = dg_param_find("quality.test");
    bool simulated = false;
    printf("By %" PRIu64
           " simulated checks of each class and the test in force (%s); in brackets 95 %% "
           "intervals.\nSeats go to the scenario's %" PRIu64
           " verifiers at random, honest or not; days are those of an average node.\n\n",
           verdicts->items[0].failure.rounds, test->choices[scenario->protocol.quality_test].name,
           false_failure_verifiers(scenario));
    printf("%-*s %-*s %-*s %-*s %s\n", CLASS_WIDTH, "class", RATE_WIDTH, "a check fails",
           CHECKS_WIDTH, "checks to a false verdict", LOAD_WIDTH, "checks a day", "days");
    for (size_t i = 0; i < verdicts->count; i++) {
        print_row(scenario, &verdicts->items[i]);
        simulated = simulated || verdicts->items[i].length.kind != RUN_LENGTH_EXACT;
    }
    if (simulated)
        printf("The test has too many states to follow them all; the checks to a verdict are "
               "simulated.\n");
    if (verdicts->load_open & CHECK_LOAD_CLOSED)
        printf("Users in a closed loop wait for their answers: the checks a day are at most those "
               "without the wait.\n");
    if (verdicts->load_open & CHECK_LOAD_RISK)
        printf(
            "Rates follow the risk: from a worthless answer to one of full value, of a node with "
            "a record.\n");
}

void show_verdicts(const struct scenario *scenario, const struct false_verdicts *verdicts)
{
    bool checked = false, decided = false;
    for (size_t i = 0; i < verdicts->count; i++) {
        checked = checked || verdicts->items[i].load.high > 0;
        decided = decided || verdicts->items[i].failure.rounds > 0;
    }
    printf("\nFalse verdicts on honest nodes\n");
    if (!checked)
        printf("None: no answer is checked.\n");
    else if (!decided)
        printf("None: too few verifiers (%" PRIu64 ") for committee.quorum, no check is decided.\n",
               false_failure_verifiers(scenario));
    else
        print_table(scenario, verdicts);
}
