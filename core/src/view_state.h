/* view_state.h - what the modules of a gateway's view share. */
#ifndef CORE_VIEW_STATE_H
#define CORE_VIEW_STATE_H

#include "gateway_view.h"

/* What follows from a node's record, its load and the parameters: capacity and scores. */
void view_refresh_node(struct view *view, uint32_t node);

/* What follows from a model's record and the parameters: its standard price, and the price scores and
 * words of the candidates in its list. O(candidates * log candidates). */
void view_refresh_model(struct view *view, struct view_model *model);

/* Room for one more member in the model's list, and for a scan of it. */
enum dg_status view_reserve_member(struct view *view, uint32_t model);

#endif
