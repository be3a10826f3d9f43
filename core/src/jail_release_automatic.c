/* The node goes when its term is over; there is nothing to ask for. */
#include "jail.h"

static enum dg_status automatic_on(const struct dg_chain *chain, uint32_t node,
                                   enum jail_event event)
{
    (void)chain;
    (void)node;
    return event == JAIL_TERM_OVER ? DG_OK : DG_ERROR_STATE;
}

const struct jail_release jail_release_automatic = {.on = automatic_on};
