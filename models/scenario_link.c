/* scenario_link.c - what only makes sense when all is read: latencies between regions, files of
 * traces. See scenario_loader.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "models/scenario_latency.h"
#include "models/scenario_loader.h"
#include "models/scenario_unit.h"
#include "models/trace.h"

/* ---- latencies ---- */

enum { NOT_GIVEN = -1 };

static bool find_region(const struct loader *loader, const struct json_node *node, size_t *index)
{
    const struct scenario *scenario = &loader->scenario;
    char hint[LOADER_PATH_SIZE], excerpt[JSON_QUOTE_SIZE];
    struct nearest nearest;
    nearest_init(&nearest, node->key);
    for (size_t i = 0; i < scenario->region_count; i++) {
        if (strcmp(scenario->regions[i].name, node->key) == 0) {
            *index = i;
            return true;
        }
        nearest_offer(&nearest, scenario->regions[i].name);
    }
    nearest_write(&nearest, hint, sizeof hint);
    json_quote(node->key, excerpt, sizeof excerpt);
    return loader_refuse(loader, node, "network.latency", "%s: no region of this name%s", excerpt,
                         hint);
}

static bool read_latency(const struct loader *loader, const struct json_node *node, int64_t *out)
{
    const char *wrong = "allowed is a duration, as in \"70ms\"";
    char excerpt[JSON_QUOTE_SIZE];
    int64_t value = 0;
    if (node->kind == JSON_STRING || node->kind == JSON_NUMBER)
        wrong = unit_read_duration(
            (struct unit_text){.text = node->text, .number = node->kind == JSON_NUMBER}, &value);
    if (wrong == NULL && (value < 0 || value > INT64_C(3600000000000)))
        wrong = "out of range: allowed are 0 to 1h";
    if (wrong == NULL) {
        *out = value;
        return true;
    }
    json_excerpt(node, excerpt, sizeof excerpt);
    return loader_refuse(loader, node, "network.latency", "%s: %s", excerpt, wrong);
}

/* given[from * regions + to], NOT_GIVEN where the file says nothing. */
static bool given_latencies(const struct loader *loader, int64_t *given)
{
    size_t regions = loader->scenario.region_count, a = 0, b = 0;
    const struct json_node *table = json_at(loader->root, "network.latency");
    for (size_t i = 0; i < regions * regions; i++)
        given[i] = NOT_GIVEN;
    for (const struct json_node *from = table != NULL ? table->first : NULL; from != NULL;
         from = from->next) {
        if (!find_region(loader, from, &a))
            return false;
        if (from->kind != JSON_OBJECT)
            return loader_refuse(loader, from, "network.latency",
                                 "allowed is an object, as in {\"a\": {\"b\": \"70ms\"}}");
        for (const struct json_node *to = from->first; to != NULL; to = to->next) {
            if (!find_region(loader, to, &b) || !read_latency(loader, to, &given[a * regions + b]))
                return false;
        }
    }
    return true;
}

static int64_t table_latency(const struct scenario *scenario, size_t a, size_t b)
{
    const char *from = scenario->regions[a].place, *to = scenario->regions[b].place;
    if (a == b)
        return scenario->network.local_latency_ns;
    if (from == NULL || to == NULL)
        return NOT_GIVEN;
    /* Two regions in one city. */
    return strcmp(from, to) == 0 ? scenario->network.local_latency_ns : latency_between(from, to);
}

static bool link_latencies(struct loader *loader)
{
    struct scenario *scenario = &loader->scenario;
    struct scenario_network *network = &scenario->network;
    size_t n = scenario->region_count;
    int64_t *given = scenario_memory_take(loader->memory, n * n * sizeof *given);
    network->latency_ns = scenario_memory_take(loader->memory, n * n * sizeof *network->latency_ns);
    if (given == NULL || network->latency_ns == NULL)
        return loader_no_memory(loader);
    if (!given_latencies(loader, given))
        return false;
    for (size_t a = 0; a < n; a++) {
        for (size_t b = 0; b < n; b++) {
            int64_t latency = given[a * n + b] != NOT_GIVEN ? given[a * n + b] : given[b * n + a];
            if (latency == NOT_GIVEN)
                latency = table_latency(scenario, a, b);
            network->default_pairs += latency == NOT_GIVEN;
            network->latency_ns[a * n + b] =
                latency != NOT_GIVEN ? latency : network->default_latency_ns;
        }
    }
    return true;
}

/* ---- traces ---- */

static bool file_digest(const char *path, char hex[65])
{
    unsigned char block[65536], hash[32];
    crypto_generichash_state state;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
        crypto_generichash_update(&state, block, got);
    bool ok = !ferror(file);
    fclose(file);
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(hex, 65, hash, sizeof hash);
    return ok;
}

/* Reads the trace once, so that a bad line is found before anything runs. */
static bool try_trace(const struct loader *loader, const struct scenario_users *group)
{
    char path[LOADER_PATH_SIZE], place[512];
    struct trace trace = {0};
    if (trace_load(group->arrival.file, &trace, loader->error)) {
        trace_free(&trace);
        return true;
    }
    snprintf(path, sizeof path, "users.%s.arrival.file", group->name);
    place_write(json_at(loader->root, path), false, place, sizeof place);
    return error_prefix(loader->error, "%s%s: ", place, path);
}

static bool link_trace(struct loader *loader, struct scenario_users *group)
{
    char path[LOADER_PATH_SIZE], hex[65];
    snprintf(path, sizeof path, "users.%s.arrival.digest", group->name);
    if (!try_trace(loader, group))
        return false;
    if (!file_digest(group->arrival.file, hex))
        return error_set(loader->error, ERROR_IO, "%s: %s", group->arrival.file, strerror(errno));
    if (group->arrival.digest != NULL && strcmp(group->arrival.digest, hex) != 0)
        return loader_refuse_at(loader, path, "\"%.64s\": the file's digest is %s",
                                group->arrival.digest, hex);
    group->arrival.digest = scenario_memory_copy(loader->memory, hex, strlen(hex));
    return group->arrival.digest != NULL || loader_no_memory(loader);
}

static bool link_traces(struct loader *loader)
{
    for (size_t g = 0; g < loader->scenario.user_group_count; g++) {
        struct scenario_users *group = &loader->scenario.users[g];
        if (group->arrival.kind == ARRIVAL_TRACE && group->arrival.file != NULL &&
            !link_trace(loader, group))
            return false;
    }
    return true;
}

/* ---- hardware: none by default where the service does not need it ---- */

static const struct key *find_key(const struct loader *loader, const char *path)
{
    const struct key *key = NULL;
    key_match(&loader->table, path, &key);
    return key;
}

static void link_hardware(struct loader *loader)
{
    const struct key *key = find_key(loader, "nodes.*.hardware");
    for (size_t g = 0; g < loader->scenario.node_group_count; g++) {
        struct scenario_nodes *group = &loader->scenario.nodes[g];
        if (group->service.kind != SERVICE_LLM && loader_given(loader, key, group->name) == NULL)
            group->hardware.count = 0;
    }
}

/* ---- judges: what their presets say ---- */

static bool judge_gives(const struct loader *loader, const char *path, const char *judge)
{
    return loader_given(loader, find_key(loader, path), judge) != NULL;
}

static void link_judges(struct loader *loader)
{
    size_t count;
    const struct judge_preset *presets = judge_presets(&count);
    for (size_t i = 0; i < loader->scenario.judge_count; i++) {
        struct scenario_judge *judge = &loader->scenario.judges[i];
        const struct judge_preset *preset = &presets[judge->preset];
        if (!judge_gives(loader, "judges.*.correlation", judge->name))
            judge->correlation = preset->correlation;
        if (!judge_gives(loader, "judges.*.latency", judge->name))
            judge->latency_ns = preset->latency_ns;
        if (!judge_gives(loader, "judges.*.cost", judge->name))
            judge->cost = preset->cost;
    }
}

bool loader_link(struct loader *loader)
{
    link_hardware(loader);
    link_judges(loader);
    return link_latencies(loader) && link_traces(loader);
}
