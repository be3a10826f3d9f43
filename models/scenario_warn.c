/* scenario_warn.c - what is no error but worth saying. See scenario_loader.h.
 *
 * A key without effect is reported where the user wrote it: in the file named or a setting. What a
 * base gives besides is there for other scenarios too.
 */
#include <stdio.h>
#include <string.h>

#include "models/scenario_loader.h"
#include "models/scenario_relevant.h"

static bool written_here(const struct loader *loader, const struct json_node *node)
{
    return node != NULL && node->origin != NULL &&
           (node->origin->setting || strcmp(node->origin->name, loader->source->path) == 0);
}

static void warn_key(const struct loader *loader, const struct key *key, const void *item)
{
    const char *name = item != NULL ? *(const char *const *)item : NULL;
    char path[LOADER_PATH_SIZE];
    if (key_relevant_to(key, &loader->scenario, item) ||
        !written_here(loader, loader_given(loader, key, name)))
        return;
    key_path(key, name, path, sizeof path);
    loader_warn_at(loader, path, "has no effect: it is used only with %s", key->only);
}

static void warn_range(const struct loader *loader, const struct key *key)
{
    const struct dg_param_row *row = key->param;
    char low[48], high[48];
    if (row == NULL || (row->published_low == 0 && row->published_high == 0))
        return;
    int64_t value = dg_param_get(&loader->scenario.protocol, row);
    if (value >= row->published_low && value <= row->published_high)
        return;
    value_write_number(key, (double)row->published_low, low, sizeof low);
    value_write_number(key, (double)row->published_high, high, sizeof high);
    loader_warn_at(loader, key->path, "outside the published range, %s to %s", low, high);
}

static void warn_unused(const struct loader *loader, enum section_id id)
{
    const struct section *section = &key_sections()[id];
    const struct json_node *map = json_child(loader->root, section->name);
    for (size_t i = 0; section->used != NULL && i < section_count(&loader->scenario, id); i++) {
        const char *name = section_name(&loader->scenario, id, i);
        char path[LOADER_PATH_SIZE];
        if (section->used(&loader->scenario, i) || !written_here(loader, json_child(map, name)))
            continue;
        snprintf(path, sizeof path, "%s.%s", section->name, name);
        loader_warn_at(loader, path, "has no effect: %s", section->unused);
    }
}

static void warn_no_verifiers(const struct loader *loader)
{
    const struct scenario *scenario = &loader->scenario;
    if (!when_checked(scenario, NULL))
        return;
    for (size_t g = 0; g < scenario->node_group_count; g++) {
        if (scenario->nodes[g].verifier_share > 0)
            return;
    }
    loader_warn_at(loader, "nodes",
                   "nobody verifies, so every check will stay inconclusive: give a "
                   "verifier_share, or set protocol.sampling.rate and probes.rate to 0");
}

static void warn_no_gold(const struct loader *loader)
{
    const struct scenario *scenario = &loader->scenario;
    if (!when_gold(scenario, NULL) || when_probed(scenario, NULL))
        return;
    loader_warn_at(loader, "protocol.quality.aggregation",
                   "gold_calibrated moves trust on probes alone, and probes.rate is 0: it will be "
                   "the mean");
}

void loader_warn(struct loader *loader)
{
    if (loader->source->warning == NULL)
        return;
    for (size_t i = 0; i < loader->table.count; i++) {
        const struct key *key = &loader->table.rows[i];
        if (key->section == SECTION_NONE)
            warn_key(loader, key, NULL);
        for (size_t n = 0;
             key->section != SECTION_NONE && n < section_count(&loader->scenario, key->section);
             n++)
            warn_key(loader, key, section_item(&loader->scenario, key->section, n));
        warn_range(loader, key);
    }
    for (int s = 0; s < SECTION_COUNT; s++)
        warn_unused(loader, (enum section_id)s);
    warn_no_verifiers(loader);
    warn_no_gold(loader);
}
