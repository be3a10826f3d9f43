/* scenario_relevant.h - when a key can affect a run at all; the rows of the key table refer to
 * these.
 *
 * Each takes the scenario as read and the item of the row's section (NULL for a key that stands
 * once). Private to the loader.
 */
#ifndef MODELS_SCENARIO_RELEVANT_H
#define MODELS_SCENARIO_RELEVANT_H

#include "models/scenario.h"

typedef bool (*key_relevant)(const struct scenario *scenario, const void *item);

bool when_default_latency(const struct scenario *scenario, const void *item);
bool when_lossy(const struct scenario *scenario, const void *item);
bool when_bandwidth(const struct scenario *scenario, const void *item);
bool when_several_regions(const struct scenario *scenario, const void *item);
bool when_users_follow_weights(const struct scenario *scenario, const void *item);
bool when_nodes_follow_weights(const struct scenario *scenario, const void *item);
bool when_daily_cycle(const struct scenario *scenario, const void *item);
bool when_gold(const struct scenario *scenario, const void *item);
bool when_probed(const struct scenario *scenario, const void *item);
bool when_checked(const struct scenario *scenario, const void *item);
bool when_outages(const struct scenario *scenario, const void *item);

/* of a node group */
bool when_plain_service(const struct scenario *scenario, const void *item);
bool when_lognormal_service(const struct scenario *scenario, const void *item);
bool when_verifying(const struct scenario *scenario, const void *item);
bool when_delegated(const struct scenario *scenario, const void *item);
bool when_commission(const struct scenario *scenario, const void *item);
bool when_judging(const struct scenario *scenario, const void *item);

/* of a judge */
bool when_single(const struct scenario *scenario, const void *item);
bool when_gaming(const struct scenario *scenario, const void *item);
bool when_cascade(const struct scenario *scenario, const void *item);

/* of a user group */
bool when_rate(const struct scenario *scenario, const void *item);
bool when_gamma(const struct scenario *scenario, const void *item);
bool when_bursty(const struct scenario *scenario, const void *item);
bool when_diurnal(const struct scenario *scenario, const void *item);
bool when_closed(const struct scenario *scenario, const void *item);
bool when_trace(const struct scenario *scenario, const void *item);
bool when_sizes(const struct scenario *scenario, const void *item);
bool when_input_mean(const struct scenario *scenario, const void *item);
bool when_input_cv(const struct scenario *scenario, const void *item);
bool when_output_mean(const struct scenario *scenario, const void *item);
bool when_output_cv(const struct scenario *scenario, const void *item);
bool when_locking(const struct scenario *scenario, const void *item);

struct behaviour;

/* Somebody behaves like that, as a node or as a verifier that has something to do. */
bool behaviour_used(const struct scenario *scenario, const struct behaviour *behaviour);

/* Whether anything refers to item number index of a section. */
bool region_used(const struct scenario *scenario, size_t index);
bool class_used(const struct scenario *scenario, size_t index);
bool hardware_used(const struct scenario *scenario, size_t index);
bool judge_used(const struct scenario *scenario, size_t index);

/* The rule for a parameter of the protocol; NULL: always relevant. *only says when. */
key_relevant param_relevant(const char *name, const char **only);

#endif
