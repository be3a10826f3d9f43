#include "gateway_terms.h"

#include "memory.h"

void terms_fini(struct terms *terms, const struct dg_allocator *allocator)
{
    memory_release(allocator, terms->versions);
    *terms = (struct terms){0};
}

/* The first that nothing in flight refers to; terms->count when there is none. */
static uint32_t version_unused(const struct terms *terms)
{
    uint32_t version = 0;

    while (version < terms->count && terms->versions[version].copies > 0)
        version++;
    return version;
}

enum dg_status terms_reserve(struct terms *terms, const struct dg_allocator *allocator)
{
    struct terms_version *versions =
        memory_grow(allocator, terms->versions, &terms->capacity, (size_t)version_unused(terms) + 1,
                    sizeof *versions);
    if (versions == NULL)
        return DG_ERROR_MEMORY;
    terms->versions = versions;
    return DG_OK;
}

void terms_change(struct terms *terms, const struct dg_params *params)
{
    uint32_t version = version_unused(terms);

    if (version == terms->count)
        terms->count++;
    terms->versions[version] = (struct terms_version){.params = *params};
    terms->current = version;
}

uint32_t terms_take(struct terms *terms)
{
    terms->versions[terms->current].copies++;
    return terms->current;
}

void terms_release(struct terms *terms, uint32_t version)
{
    terms->versions[version].copies--;
}
