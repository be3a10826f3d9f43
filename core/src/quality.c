#include "quality.h"

#include "policies.h"

/* One line a policy; the name is the parameter's value in scenarios. */
#define AGGREGATIONS(X) X(median)
#define TESTS(X)        X(threshold)

#define ROW(name)  &quality_##name,
#define NAME(name) #name,

static const struct quality_aggregation *const aggregations[] = {AGGREGATIONS(ROW)};
static const struct quality_test *const tests[] = {TESTS(ROW)};

const char *const dg_quality_aggregation_names[] = {AGGREGATIONS(NAME) NULL};
const char *const dg_quality_test_names[] = {TESTS(NAME) NULL};

_Static_assert(sizeof aggregations / sizeof aggregations[0] == DG_QUALITY_AGGREGATION_LAST + 1,
               "policies.h gives the last aggregation");
_Static_assert(sizeof tests / sizeof tests[0] == DG_QUALITY_TEST_LAST + 1,
               "policies.h gives the last test");

const struct quality_aggregation *quality_aggregation(const struct dg_params *params)
{
    return aggregations[params->quality_aggregation];
}

const struct quality_test *quality_test(const struct dg_params *params)
{
    return tests[params->quality_test];
}

uint16_t quality_pass_score(const struct dg_params *params)
{
    return (uint16_t)((params->quality_pass_score * DG_SCORE_ONE + DG_ONE - 1) / DG_ONE);
}
