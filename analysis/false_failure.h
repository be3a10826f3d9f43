/* false_failure.h - how often a check of a node that served what was paid for fails all the same.
 *
 * By simulated rounds: an answer's quality from its class, scores from the scenario's verifiers by
 * their behaviours and judges, and the verdict from the core's own code (dg_committee_verdict), with
 * escalation and appeals as the scenario has them. The seats of a round are drawn from the scenario's
 * mix of verifiers independently of one another; every verifier has the trust it starts with, and
 * whoever can appeal does.
 */
#ifndef ANALYSIS_FALSE_FAILURE_H
#define ANALYSIS_FALSE_FAILURE_H

#include <stdint.h>

#include "models/scenario.h"

struct false_failure {
    uint64_t rounds;   /* that ended in a verdict; 0: none can, for want of verifiers */
    uint64_t failures; /* of them */
    double rate;       /* failures a round; when none was seen, the 95 % bound 3 / rounds */
    double error;      /* standard error of the rate; 0 when no failure was seen */
    double low, high;  /* 95 % interval (Wilson 1927); up to the bound when none was seen */
};

/* For answers of a class. The same seed and quality give the same scores, whatever the class. At
 * least 200,000 rounds; well below a second for a committee of 3. ERROR_MEMORY; *out is then left
 * alone. */
bool false_failure_find(const struct scenario *scenario, uint32_t class_index, uint64_t seed,
                        struct false_failure *out, struct error *error);

/* Verifiers that the scenario has in all. */
uint64_t false_failure_verifiers(const struct scenario *scenario);

#endif
