/* The node goes when its operator asks for it, and only with the stake that every node needs: what a
 * slash took below that has to be bonded again. */
#include "chain_state.h"
#include "jail.h"

static enum dg_status on_request_on(const struct dg_chain *chain, uint32_t node,
                                    enum jail_event event)
{
    if (event != JAIL_REQUEST)
        return DG_ERROR_STATE;
    return chain_amount(chain, DG_ACCOUNT_STAKE, node) < chain->params.stake_minimum
               ? DG_ERROR_FUNDS
               : DG_OK;
}

const struct jail_release jail_release_on_request = {.on = on_request_on};
