#include "dg/types.h"

static const char *const status_names[DG_STATUS_COUNT] = {
    [DG_OK] = "ok",
    [DG_ERROR_ARGUMENT] = "argument out of range",
    [DG_ERROR_UNKNOWN_ID] = "unknown id",
    [DG_ERROR_STATE] = "not allowed in this state",
    [DG_ERROR_FUNDS] = "insufficient funds",
    [DG_ERROR_OVERFLOW] = "amount overflows",
    [DG_ERROR_REPLAY] = "id used before",
    [DG_ERROR_NOT_MEMBER] = "not a committee member",
    [DG_ERROR_COMMITMENT] = "commitment does not match",
    [DG_ERROR_NO_CANDIDATE] = "no candidate node",
    [DG_ERROR_LIMIT] = "limit reached",
    [DG_ERROR_MEMORY] = "out of memory",
    [DG_ERROR_PARAMETER] = "bad parameter",
    [DG_ERROR_CONSERVATION] = "ledger identity broken",
    [DG_ERROR_VERSION] = "another format or version",
    [DG_ERROR_DAMAGED] = "bytes are damaged",
    [DG_ERROR_TRUNCATED] = "bytes are cut short",
    [DG_ERROR_DIVERGED] = "replay decided otherwise",
    [DG_ERROR_NOT_SERVING] = "node is not serving the request",
};

uint32_t dg_version(void)
{
    return DG_VERSION;
}

const char *dg_status_name(enum dg_status status)
{
    if ((unsigned)status >= DG_STATUS_COUNT)
        return "unknown status";
    return status_names[status];
}
