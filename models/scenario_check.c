/* scenario_check.c - rules between keys. See scenario_loader.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/behaviour.h"
#include "models/layout.h"
#include "models/scenario_loader.h"
#include "models/scenario_relevant.h"

/* Parties that fit in memory and in the ids of the world. */
#define NODES_MAX     2000000.0
#define USERS_MAX     20000000.0
#define PROVIDERS_MAX 100000.0
/* Genesis must leave room in an int64_t for what is minted and deposited. */
#define GENESIS_MAX 4e18

/* ---- keys that must be given ---- */

static bool check_present(const struct loader *loader, const struct key *key, const void *item)
{
    const char *name = item != NULL ? *(const char *const *)item : NULL;
    char path[LOADER_PATH_SIZE];
    if (key->fallback != FALLBACK_REQUIRED || !key_relevant_to(key, &loader->scenario, item) ||
        loader_given(loader, key, name) != NULL)
        return true;
    key_path(key, name, path, sizeof path);
    return loader_refuse_at(loader, path, "must be given: %s", key->meaning);
}

static bool check_required(const struct loader *loader)
{
    for (size_t i = 0; i < loader->table.count; i++) {
        const struct key *key = &loader->table.rows[i];
        if (key->section == SECTION_NONE && !check_present(loader, key, NULL))
            return false;
        if (key->section == SECTION_NONE)
            continue;
        for (size_t n = 0; n < section_count(&loader->scenario, key->section); n++) {
            if (!check_present(loader, key, section_item(&loader->scenario, key->section, n)))
                return false;
        }
    }
    return true;
}

/* ---- times and the protocol ---- */

static bool check_times(const struct loader *loader)
{
    const struct scenario *scenario = &loader->scenario;
    if (scenario->warm_up_ns >= scenario->duration_ns)
        return loader_refuse_at(loader, "warm_up", "must be shorter than the duration");
    if (scenario->beacon_delay_ns < scenario->chain_delay_ns)
        return loader_refuse_at(loader, "beacon_delay",
                                "must be at least chain_delay: a beacon revealed before the "
                                "reports have arrived would draw nothing");
    if (scenario->beacon_delay_ns >= scenario->protocol.sampling_beacon_period)
        return loader_refuse_at(loader, "beacon_delay",
                                "must be shorter than protocol.sampling.beacon_period");
    return true;
}

/* The core's message begins with the name of a parameter: where to look for what was given. */
static bool check_protocol(const struct loader *loader)
{
    char message[256], path[LOADER_PATH_SIZE];
    if (dg_params_check(&loader->scenario.protocol, message, sizeof message) == DG_OK)
        return true;
    size_t length = strcspn(message, " :,");
    snprintf(path, sizeof path, "protocol.%.*s", (int)length, message);
    const struct key *key = NULL;
    if (key_match(&loader->table, path, &key) != KEY_MATCH_LEAF)
        snprintf(path, sizeof path, "protocol");
    return loader_refuse_at(loader, path, "%s", message);
}

static bool check_royalties(const struct loader *loader)
{
    const struct scenario *scenario = &loader->scenario;
    double most = (double)dg_royalty_maximum(&scenario->protocol) / (double)DG_ONE;
    for (size_t p = 0; p < scenario->provider_count; p++) {
        char path[LOADER_PATH_SIZE];
        if (scenario->providers[p].royalty <= most)
            continue;
        snprintf(path, sizeof path, "providers.%s.royalty", scenario->providers[p].name);
        return loader_refuse_at(loader, path,
                                "%g%%: at most %g%% is allowed, which the shares of the funds and "
                                "the largest latency discount leave of a fee",
                                scenario->providers[p].royalty * 100, most * 100);
    }
    return true;
}

/* ---- who is where, and how many ---- */

static bool check_weights(const struct loader *loader)
{
    const struct scenario *scenario = &loader->scenario;
    double users = 0, nodes = 0;
    for (size_t r = 0; r < scenario->region_count; r++) {
        users += scenario->regions[r].user_weight;
        nodes += scenario->regions[r].node_weight;
    }
    if (users <= 0 && when_users_follow_weights(scenario, NULL))
        return loader_refuse_at(loader, "regions",
                                "user_weight is 0 in every region, but some users follow it");
    if (nodes <= 0 && when_nodes_follow_weights(scenario, NULL))
        return loader_refuse_at(loader, "regions",
                                "node_weight is 0 in every region, but some nodes follow it");
    return true;
}

static bool check_size(const struct loader *loader, const char *section, double count, double most)
{
    return count <= most ||
           loader_refuse_at(loader, section, "%.0f in all: at most %.0f are allowed", count, most);
}

static bool check_sizes(const struct loader *loader)
{
    const struct scenario *scenario = &loader->scenario;
    double providers = 0, nodes = 0, users = 0, genesis = 0;
    for (size_t p = 0; p < scenario->provider_count; p++)
        providers += scenario->providers[p].count;
    for (size_t g = 0; g < scenario->node_group_count; g++) {
        nodes += scenario->nodes[g].count;
        genesis += (double)scenario->nodes[g].count * (double)scenario->nodes[g].stake;
    }
    for (size_t g = 0; g < scenario->user_group_count; g++) {
        users += scenario->users[g].count;
        genesis += (double)scenario->users[g].count * (double)scenario->users[g].deposit;
    }
    if (scenario->probes.rate > 0) {
        users += scenario->probes.probers;
        genesis += (double)scenario->probes.probers * (double)scenario->probes.deposit;
    }
    if (!check_size(loader, "providers", providers, PROVIDERS_MAX) ||
        !check_size(loader, "nodes", nodes, NODES_MAX) ||
        !check_size(loader, "users", users, USERS_MAX))
        return false;
    if (genesis > GENESIS_MAX)
        return loader_refuse_at(loader, "nodes", "stakes and deposits add up to more than %g DGAI",
                                GENESIS_MAX / (double)DG_TOKEN);
    return true;
}

/* ---- a group of nodes, of users ---- */

static bool group_path(const char *section, const char *name, const char *key,
                       char path[LOADER_PATH_SIZE])
{
    snprintf(path, LOADER_PATH_SIZE, "%s.%s.%s", section, name, key);
    return true;
}

static bool check_nodes(const struct loader *loader, const struct scenario_nodes *group)
{
    const struct scenario *scenario = &loader->scenario;
    char path[LOADER_PATH_SIZE];
    if (group->operators > group->count && group_path("nodes", group->name, "operators", path))
        return loader_refuse_at(loader, path, "%u: at most one per node, %u", group->operators,
                                group->count);
    if (group->stake < scenario->protocol.stake_minimum &&
        group_path("nodes", group->name, "stake", path))
        return loader_refuse_at(loader, path, "below protocol.stake.minimum, %g DGAI",
                                (double)scenario->protocol.stake_minimum / (double)DG_TOKEN);
    if (group->service.kind == SERVICE_LLM && group->hardware.count == 0 &&
        group_path("nodes", group->name, "hardware", path))
        return loader_refuse_at(loader, path, "must be given: service.kind llm needs hardware");
    if (when_judging(scenario, group) && group->judge == UINT32_MAX &&
        group_path("nodes", group->name, "judge", path))
        return loader_refuse_at(loader, path, "must be given: verifiers that judge need one");
    return true;
}

static bool check_law(const struct loader *loader, const struct scenario_users *group,
                      const char *name, const struct law *law)
{
    char path[LOADER_PATH_SIZE], key[32];
    snprintf(key, sizeof key, "%s.max", name);
    group_path("users", group->name, key, path);
    if (group->arrival.kind == ARRIVAL_TRACE)
        return true;
    if (law->kind == LAW_UNIFORM && law->maximum == 0)
        return loader_refuse_at(loader, path, "must be given: law uniform needs it");
    if (law->maximum > 0 && law->maximum < law->minimum)
        return loader_refuse_at(loader, path, "%g: below min, %g", law->maximum, law->minimum);
    return true;
}

static bool check_users(const struct loader *loader, const struct scenario_users *group)
{
    char path[LOADER_PATH_SIZE];
    if (group->lock == 0 && group_path("users", group->name, "lock", path))
        return loader_refuse_at(loader, path, "must be above 0: it is what users pay from");
    return check_law(loader, group, "input", &group->input) &&
           check_law(loader, group, "output", &group->output);
}

/* ---- a judge ---- */

static bool check_stage(const struct loader *loader, const struct scenario_judge *judge,
                        const char *key, uint32_t stage)
{
    char path[LOADER_PATH_SIZE];
    group_path("judges", judge->name, key, path);
    if (stage == UINT32_MAX)
        return loader_refuse_at(loader, path, "must be given: kind cascade asks two judges");
    return loader->scenario.judges[stage].kind == JUDGE_SINGLE ||
           loader_refuse_at(loader, path, "\"%s\" is a cascade itself: a single judge is needed",
                            loader->scenario.judges[stage].name);
}

static bool check_judges(const struct loader *loader)
{
    for (size_t i = 0; i < loader->scenario.judge_count; i++) {
        const struct scenario_judge *judge = &loader->scenario.judges[i];
        char path[LOADER_PATH_SIZE];
        if (judge->kind == JUDGE_SINGLE)
            continue;
        if (!check_stage(loader, judge, "first", judge->first) ||
            !check_stage(loader, judge, "second", judge->second))
            return false;
        if (judge->first == judge->second && group_path("judges", judge->name, "second", path))
            return loader_refuse_at(loader, path,
                                    "the first judge itself: it would say the same "
                                    "at twice the cost");
    }
    return true;
}

/* ---- probes ---- */

static bool check_probes(const struct loader *loader)
{
    const struct scenario_probes *probes = &loader->scenario.probes;
    if (probes->rate == 0)
        return true;
    if (loader->scenario.users[probes->like].arrival.kind == ARRIVAL_TRACE)
        return loader_refuse_at(loader, "probes.like",
                                "\"%s\" plays a trace, which has no laws of sizes to be like",
                                loader->scenario.users[probes->like].name);
    return probes->deposit > 0 || loader_refuse_at(loader, "probes.deposit",
                                                   "must be above 0: it is what probers pay from");
}

static bool check_groups(const struct loader *loader)
{
    const struct scenario *scenario = &loader->scenario;
    for (size_t g = 0; g < scenario->node_group_count; g++) {
        if (!check_nodes(loader, &scenario->nodes[g]))
            return false;
    }
    for (size_t g = 0; g < scenario->user_group_count; g++) {
        if (!check_users(loader, &scenario->users[g]))
            return false;
    }
    return true;
}

/* ---- behaviours ---- */

/* The users that operators have of their own look like those of such a group. */
static bool check_own_users(const struct loader *loader, const struct behaviour *behaviour)
{
    const struct scenario *scenario = &loader->scenario;
    for (size_t g = 0; g < scenario->user_group_count; g++) {
        if (scenario->users[g].arrival.kind != ARRIVAL_TRACE)
            return true;
    }
    return loader_refuse_at(loader, "users",
                            "behaviour %s needs a group with an arrival.law other than trace: the "
                            "users of its operators are made like those",
                            behaviour->name);
}

static bool check_behaviours(const struct loader *loader)
{
    const struct scenario *scenario = &loader->scenario;
    size_t count;
    const struct behaviour *const *rows = behaviour_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *key, *why;
        char path[LOADER_PATH_SIZE];
        if (!behaviour_used(scenario, rows[i]))
            continue;
        if (rows[i]->own_rate != NULL && !check_own_users(loader, rows[i]))
            return false;
        if (rows[i]->check == NULL ||
            rows[i]->check(&scenario->behaviours.values[behaviour_first_value(i)], &key, &why))
            continue;
        snprintf(path, sizeof path, "behaviours.%s.%s", rows[i]->name, key);
        return loader_refuse_at(loader, path, "%s", why);
    }
    return true;
}

/* ---- every model that is asked for is served ---- */

/* Members per class, added to counts; each member counts `each` times. */
static bool add_dealt(const struct loader *loader, const struct shares *classes, uint32_t count,
                      double each, double *counts)
{
    struct random_stream stream = {{1}}; /* how many get which does not depend on it */
    uint32_t *dealt = malloc((size_t)count * sizeof *dealt);
    if (dealt == NULL)
        return loader_no_memory(loader);
    layout_deal(classes, count, &stream, dealt);
    for (uint32_t i = 0; i < count; i++)
        counts[dealt[i]] += each;
    free(dealt);
    return true;
}

static bool count_served(const struct loader *loader, double *models, double *served)
{
    const struct scenario *scenario = &loader->scenario;
    for (size_t p = 0; p < scenario->provider_count; p++) {
        const struct scenario_provider *group = &scenario->providers[p];
        if (!add_dealt(loader, &group->classes, group->count, 1, models))
            return false;
    }
    for (size_t g = 0; g < scenario->node_group_count; g++) {
        const struct scenario_nodes *group = &scenario->nodes[g];
        if (!add_dealt(loader, &group->classes, group->count, group->serves, served))
            return false;
    }
    return true;
}

static bool check_demand(const struct loader *loader, const struct scenario_users *group,
                         const double *models, const double *served)
{
    char path[LOADER_PATH_SIZE];
    group_path("users", group->name, "demand", path);
    for (size_t i = 0; i < group->demand.count; i++) {
        const struct share *share = &group->demand.items[i];
        if (share->weight > 0 && (models[share->index] == 0 || served[share->index] == 0))
            return loader_refuse_at(loader, path, "%s serves class \"%s\"",
                                    models[share->index] == 0 ? "no provider" : "no node",
                                    loader->scenario.classes[share->index].name);
    }
    return true;
}

static bool check_counts(const struct loader *loader, const double *models, const double *served)
{
    const struct scenario *scenario = &loader->scenario;
    for (size_t c = 0; c < scenario->class_count; c++) {
        char path[LOADER_PATH_SIZE];
        if (served[c] == 0 || models[c] <= served[c])
            continue;
        snprintf(path, sizeof path, "classes.%s", scenario->classes[c].name);
        return loader_refuse_at(
            loader, path,
            "it has %.0f models, more than the %.0f that its nodes serve: raise "
            "nodes.*.serves or nodes.*.count, or lower providers.*.count",
            models[c], served[c]);
    }
    for (size_t g = 0; g < scenario->user_group_count; g++) {
        if (!check_demand(loader, &scenario->users[g], models, served))
            return false;
    }
    return true;
}

static bool check_served(const struct loader *loader)
{
    size_t classes = loader->scenario.class_count;
    double *counts = calloc(2 * classes, sizeof *counts);
    if (counts == NULL)
        return loader_no_memory(loader);
    bool ok = count_served(loader, counts, counts + classes) &&
              check_counts(loader, counts, counts + classes);
    free(counts);
    return ok;
}

bool loader_check(struct loader *loader)
{
    return check_required(loader) && check_times(loader) && check_protocol(loader) &&
           check_royalties(loader) && check_weights(loader) && check_sizes(loader) &&
           check_groups(loader) && check_judges(loader) && check_probes(loader) &&
           check_behaviours(loader) && check_served(loader);
}
