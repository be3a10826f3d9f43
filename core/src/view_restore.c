/* A view that was read from elsewhere: what follows from it is worked out again, and checked. */
#include "view_state.h"

/* Every candidate is a known node that serves the model; it hears where it is. */
static enum dg_status restore_list(struct view *view, uint32_t model_id)
{
    struct view_model *model = &view->models[model_id];

    for (uint32_t place = 0; place < model->candidate_count; place++) {
        uint32_t node = model->candidates[place].node;
        uint32_t i = 0;
        if (!view_knows_node(view, node))
            return DG_ERROR_DAMAGED;
        struct view_record *record = &view->records[node];
        while (i < record->model_count && record->models[i] != model_id)
            i++;
        if (i == record->model_count)
            return DG_ERROR_DAMAGED;
        record->positions[i] = place;
    }
    return DG_OK;
}

/* An open node is where it thinks it is, and nobody else is in any list. */
static bool lists_match(const struct view *view)
{
    size_t listed = 0, open = 0;

    for (size_t i = 0; i < view->model_capacity; i++)
        listed += view->models[i].candidate_count;
    for (uint32_t node = 0; node < view->node_capacity; node++) {
        const struct view_record *record = &view->records[node];
        if (!record->known || !record->open)
            continue;
        open += record->model_count;
        for (size_t i = 0; i < record->model_count; i++) {
            const struct view_model *model = &view->models[record->models[i]];
            if (record->positions[i] >= model->candidate_count ||
                model->candidates[record->positions[i]].node != node)
                return false;
        }
    }
    return listed == open;
}

static enum dg_status restore_nodes(struct view *view)
{
    for (uint32_t node = 0; node < view->node_capacity; node++) {
        const struct view_node *hot = &view->nodes[node];
        struct view_record *record = &view->records[node];
        if (!record->known)
            continue;
        view_refresh_node(view, node);
        record->open = record->active && !record->barred && hot->in_flight < hot->capacity;
        for (size_t i = 0; i < record->model_count; i++) {
            enum dg_status status = view_reserve_member(view, record->models[i]);
            if (status != DG_OK)
                return status;
            view->models[record->models[i]].member_count += record->active;
        }
    }
    return DG_OK;
}

enum dg_status view_restore(struct view *view)
{
    enum dg_status status = restore_nodes(view);

    for (uint32_t i = 0; i < view->model_capacity && status == DG_OK; i++) {
        if (view->models[i].candidate_count > view->models[i].member_count)
            return DG_ERROR_DAMAGED;
        status = restore_list(view, i);
    }
    if (status == DG_OK && !lists_match(view))
        status = DG_ERROR_DAMAGED;
    for (size_t i = 0; i < view->model_capacity && status == DG_OK; i++)
        view_refresh_model(view, &view->models[i]);
    return status;
}
