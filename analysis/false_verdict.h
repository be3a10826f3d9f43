/* false_verdict.h - how long an honest node lasts before the test of its checks convicts it: in checks,
 * and in days by the checks that the scenario's load brings. */
#ifndef ANALYSIS_FALSE_VERDICT_H
#define ANALYSIS_FALSE_VERDICT_H

#include "analysis/false_failure.h"
#include "analysis/run_length.h"

/* Checks of one node a day, on average over the nodes that serve its class; from low to high where
 * the scenario leaves it open. */
struct check_load {
    double low, high;
};

/* What low and high above differ by. */
enum {
    CHECK_LOAD_CLOSED =
        1,               /* users in a closed loop: high has them ask without waiting for answers */
    CHECK_LOAD_RISK = 2, /* rates by risk: from worthless answers of a known node to the dearest */
};

struct false_verdict {
    uint32_t class_index;
    double nodes; /* that serve the class, on average over how they are dealt */
    struct false_failure failure;
    struct run_length length;      /* at failure.rate */
    struct run_length least, most; /* at failure.high and failure.low */
    struct check_load load;
};

struct false_verdicts {
    struct false_verdict *items; /* the classes that users ask for and nodes serve, in order */
    size_t count;
    unsigned load_open; /* CHECK_LOAD_*, or-ed */
};

/* Reads the scenario's traces. On failure *out is left alone. */
bool false_verdicts_find(const struct scenario *scenario, struct false_verdicts *out,
                         struct error *error);
void false_verdicts_fini(struct false_verdicts *verdicts);

#endif
