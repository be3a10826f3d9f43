/* scenario.c - a scenario from its file to its end. See scenario.h. */
#include "models/scenario.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "models/scenario_loader.h"

/* BLAKE2b-256 of the canonical text. */
static bool hash_text(struct loader *loader)
{
    unsigned char hash[32];
    const char *text = loader->scenario.text;
    if (crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0) !=
        0)
        return error_set(loader->error, ERROR_RUN, "%s: its hash cannot be computed",
                         loader->source->path);
    sodium_bin2hex(loader->scenario.hash, sizeof loader->scenario.hash, hash, sizeof hash);
    return true;
}

bool loader_open(struct loader *loader, const struct scenario_source *source, struct error *error)
{
    *loader = (struct loader){.source = source, .error = error};
    loader->memory = scenario_memory_open();
    if (loader->memory == NULL || !key_table_open(loader->memory, &loader->table)) {
        loader_no_memory(loader);
        goto failed;
    }
    if (loader_merge(loader) && loader_read(loader) && loader_link(loader) &&
        loader_check(loader) && loader_text(loader) && hash_text(loader)) {
        loader_warn(loader);
        return true;
    }
failed:
    loader_close(loader);
    return false;
}

void loader_close(struct loader *loader)
{
    scenario_memory_close(loader->memory);
    loader->memory = NULL;
}

bool scenario_load(const struct scenario_source *source, struct scenario *out, struct error *error)
{
    struct loader loader;
    if (!loader_open(&loader, source, error))
        return false;
    *out = loader.scenario;
    out->memory = loader.memory;
    return true;
}

void scenario_free(struct scenario *scenario)
{
    scenario_memory_close(scenario->memory);
    *scenario = (struct scenario){0};
}
