#include "gateway_breaker.h"

#include "memory.h"

void breaker_init(struct breaker *breaker, struct view *view)
{
    *breaker = (struct breaker){.view = view, .head = DG_NONE, .tail = DG_NONE};
}

void breaker_fini(struct breaker *breaker, const struct dg_allocator *allocator)
{
    memory_release(allocator, breaker->nodes);
    breaker_init(breaker, breaker->view);
}

enum dg_status breaker_reserve(struct breaker *breaker, const struct dg_allocator *allocator,
                               uint32_t node)
{
    struct breaker_node *nodes =
        memory_grow(allocator, breaker->nodes, &breaker->capacity, (size_t)node + 1, sizeof *nodes);
    if (nodes == NULL)
        return DG_ERROR_MEMORY;
    breaker->nodes = nodes;
    return DG_OK;
}

/* ---- the queue ---- */

static void queue_push(struct breaker *breaker, uint32_t node)
{
    struct breaker_node *row = &breaker->nodes[node];

    row->previous = breaker->tail;
    row->next = DG_NONE;
    if (breaker->tail == DG_NONE)
        breaker->head = node;
    else
        breaker->nodes[breaker->tail].next = node;
    breaker->tail = node;
    breaker->open++;
}

/* The node keeps its links, which is all that an undo needs. */
static void queue_pop(struct breaker *breaker)
{
    breaker->head = breaker->nodes[breaker->head].next;
    if (breaker->head == DG_NONE)
        breaker->tail = DG_NONE;
    breaker->open--;
}

/* ---- time ---- */

/* The difference of two times may not fit an int64_t. */
static bool is_due(const struct breaker *breaker, uint32_t node, int64_t now)
{
    uint64_t elapsed = (uint64_t)now - (uint64_t)breaker->nodes[node].opened;

    return elapsed >= (uint64_t)breaker->view->params->routing_breaker_time;
}

struct breaker_mark breaker_advance(struct breaker *breaker, int64_t now)
{
    struct breaker_mark mark = {
        .head = breaker->head, .tail = breaker->tail, .open = breaker->open};

    while (breaker->head != DG_NONE && is_due(breaker, breaker->head, now)) {
        uint32_t node = breaker->head;
        queue_pop(breaker);
        breaker->nodes[node].state = BREAKER_HALF_OPEN;
        breaker->half_open++;
        view_bar(breaker->view, node, false);
    }
    return mark;
}

/* In reverse: each node is then the last of its lists, so taking it out moves no other. */
void breaker_undo(struct breaker *breaker, const struct breaker_mark *mark)
{
    uint32_t count = mark->open - breaker->open;
    uint32_t node = breaker->head == DG_NONE ? mark->tail : breaker->nodes[breaker->head].previous;

    for (; count > 0; count--) {
        breaker->nodes[node].state = BREAKER_OPEN;
        breaker->half_open--;
        view_bar(breaker->view, node, true);
        node = breaker->nodes[node].previous;
    }
    breaker->head = mark->head;
    breaker->tail = mark->tail;
    breaker->open = mark->open;
}

/* ---- requests ---- */

static void breaker_open(struct breaker *breaker, int64_t now, uint32_t node)
{
    struct breaker_node *row = &breaker->nodes[node];

    breaker->half_open -= row->state == BREAKER_HALF_OPEN;
    row->state = BREAKER_OPEN;
    row->opened = now;
    row->trial = 0;
    row->failures = 0;
    queue_push(breaker, node);
    breaker->trips++;
    view_bar(breaker->view, node, true);
}

static bool is_trial(const struct breaker_node *row, uint64_t handle)
{
    return row->state == BREAKER_HALF_OPEN && row->trial == handle;
}

void breaker_sent(struct breaker *breaker, uint32_t node, uint64_t handle)
{
    if (breaker->half_open == 0 || breaker->nodes[node].state != BREAKER_HALF_OPEN)
        return;
    breaker->nodes[node].trial = handle;
    view_bar(breaker->view, node, true);
}

void breaker_answered(struct breaker *breaker, uint32_t node, uint64_t handle)
{
    struct breaker_node *row = &breaker->nodes[node];

    if (is_trial(row, handle)) {
        row->state = BREAKER_CLOSED;
        row->trial = 0;
        breaker->half_open--;
        view_bar(breaker->view, node, false);
    } else if (row->state == BREAKER_CLOSED) {
        row->failures = 0;
    }
}

void breaker_failed(struct breaker *breaker, int64_t now, uint32_t node, uint64_t handle)
{
    struct breaker_node *row = &breaker->nodes[node];
    int64_t limit = breaker->view->params->routing_breaker_failures;

    if (limit == 0)
        return;
    if (row->state == BREAKER_CLOSED)
        row->failures++;
    if (is_trial(row, handle) || (row->state == BREAKER_CLOSED && row->failures >= limit))
        breaker_open(breaker, now, node);
}

void breaker_released(struct breaker *breaker, uint32_t node, uint64_t handle)
{
    if (breaker->half_open == 0 || !is_trial(&breaker->nodes[node], handle))
        return;
    breaker->nodes[node].trial = 0;
    view_bar(breaker->view, node, false);
}

void breaker_reset(struct breaker *breaker)
{
    for (uint32_t node = 0; node < breaker->capacity; node++) {
        struct breaker_node *row = &breaker->nodes[node];
        bool barred = row->state == BREAKER_OPEN || row->trial != 0;
        *row = (struct breaker_node){0};
        if (barred)
            view_bar(breaker->view, node, false);
    }
    breaker->head = breaker->tail = DG_NONE;
    breaker->open = breaker->half_open = 0;
}
