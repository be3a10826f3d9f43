/* test_containers.c - what the core keeps things in: growing arrays, id maps, deadlines, rings,
 * open checks, receipts that wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "check_pool.h"
#include "deadline.h"
#include "id_map.h"
#include "memory.h"
#include "outbox.h"
#include "sampling.h"

static void *refuse(void *context, void *memory, size_t size)
{
    (void)context;
    if (size == 0)
        free(memory);
    return NULL;
}

static const struct dg_allocator empty = {refuse, NULL};

/* Goal: arrays grow with their contents kept and new room zeroed; a failure leaves them as they
 * were. */
static void arrays_grow(void **state)
{
    struct dg_allocator allocator = memory_allocator(NULL);
    uint32_t *items = NULL;
    size_t capacity = 0;

    (void)state;
    for (uint32_t i = 0; i < 10000; i++) {
        uint32_t *grown = memory_grow(&allocator, items, &capacity, i + 1, sizeof *items);
        assert_non_null(grown);
        items = grown;
        assert_int_equal(items[i], 0);
        items[i] = i + 1;
    }
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(items[i], i + 1);
    size_t before = capacity;
    assert_null(memory_grow(&empty, items, &capacity, before + 1, sizeof *items));
    assert_null(memory_grow(&allocator, items, &capacity, SIZE_MAX, sizeof *items));
    assert_int_equal(capacity, before);
    assert_int_equal(items[9999], 10000);
    assert_null(memory_allocate(&allocator, SIZE_MAX / 2, 4));
    memory_release(&allocator, items);
}

/* Goal: keys are found with the value put last, others are not; dense and sparse keys, many of
 * them. */
static void map_keeps_keys(void **state)
{
    struct dg_allocator allocator = memory_allocator(NULL);
    struct id_map map = {0};

    (void)state;
    assert_int_equal(id_map_get(&map, 5), DG_NONE);
    for (uint64_t i = 0; i < 20000; i++) {
        assert_int_equal(id_map_put(&map, &allocator, i, (uint32_t)i), DG_OK);
        assert_int_equal(id_map_put(&map, &allocator, i << 32 | 7u << 20, (uint32_t)(i + 1)),
                         DG_OK);
    }
    assert_int_equal(map.count, 40000);
    assert_int_equal(id_map_put(&map, &allocator, 3, 99), DG_OK);
    assert_int_equal(map.count, 40000);
    assert_int_equal(id_map_get(&map, 3), 99);
    for (uint64_t i = 4; i < 20000; i++) {
        assert_int_equal(id_map_get(&map, i), i);
        assert_int_equal(id_map_get(&map, i << 32 | 7u << 20), i + 1);
        assert_int_equal(id_map_get(&map, i << 32 | 1), DG_NONE);
    }
    assert_int_equal(id_map_put(&map, &allocator, 3, DG_NONE), DG_ERROR_ARGUMENT);
    id_map_fini(&map, &allocator);
    assert_int_equal(id_map_put(&map, &empty, 3, 1), DG_ERROR_MEMORY);
}

static bool in_order(const struct deadline *a, const struct deadline *b)
{
    if (a->time != b->time)
        return a->time < b->time;
    return a->kind != b->kind ? a->kind < b->kind : a->id <= b->id;
}

/* Goal: deadlines come out by time, then kind, then id, and the count of those due is right. */
static void deadlines_in_order(void **state)
{
    struct dg_allocator allocator = memory_allocator(NULL);
    struct deadline_heap heap = {0};
    struct deadline last = {INT64_MIN, 0, 0};
    uint32_t word = 1;

    (void)state;
    assert_null(deadline_first(&heap));
    assert_int_equal(deadline_reserve(&heap, &allocator, 3000), DG_OK);
    size_t due = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        word = word * 1664525u + 1013904223u;
        int64_t time = word >> 22;
        due += time <= 300;
        deadline_push(&heap, time, (word >> 8) % 2 == 0 ? DEADLINE_CHECK : DEADLINE_JAIL,
                      word % 50);
    }
    assert_int_equal(deadline_count_due(&heap, 300), due);
    assert_int_equal(deadline_count_due(&heap, INT64_MAX), 3000);
    for (uint32_t i = 0; i < 3000; i++) {
        struct deadline now = *deadline_first(&heap);
        assert_true(in_order(&last, &now));
        last = now;
        deadline_pop(&heap);
    }
    assert_null(deadline_first(&heap));
    assert_int_equal(deadline_reserve(&heap, &empty, 100000), DG_ERROR_MEMORY);
    deadline_fini(&heap, &allocator);
}

/* Goal: notices leave in the order they came, while the ring grows and wraps. */
static void notices_in_order(void **state)
{
    struct dg_allocator allocator = memory_allocator(NULL);
    struct outbox_notices notices = {0};
    struct dg_notice notice = {0};
    uint32_t pushed = 0, popped = 0;

    (void)state;
    for (int round = 1; round < 200; round++) {
        assert_int_equal(outbox_notices_reserve(&notices, &allocator, (size_t)round), DG_OK);
        for (int i = 0; i < round; i++) {
            notice.check = pushed++;
            outbox_notices_push(&notices, &notice);
        }
        for (int i = 0; i < round - 1; i++) {
            assert_true(outbox_notices_pop(&notices, &notice));
            assert_int_equal(notice.check, popped++);
        }
    }
    while (outbox_notices_pop(&notices, &notice))
        assert_int_equal(notice.check, popped++);
    assert_int_equal(pushed, popped);
    assert_int_equal(outbox_notices_reserve(&notices, &empty, 100000), DG_ERROR_MEMORY);
    outbox_notices_fini(&notices, &allocator);
}

/* Goal: the log is read at any position that was not trimmed. */
static void log_is_read_at_positions(void **state)
{
    struct dg_allocator allocator = memory_allocator(NULL);
    struct outbox_log log = {0};
    struct dg_node_record record = {0};

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(outbox_log_reserve(&log, &allocator, 1), DG_OK);
        record.node = i;
        outbox_log_push(&log, &record);
        if (i % 3 == 0)
            outbox_log_trim(&log, i / 2);
    }
    assert_int_equal(log.end, 1000);
    assert_int_equal(outbox_log_read(&log, 498, &record), DG_ERROR_UNKNOWN_ID);
    assert_int_equal(outbox_log_read(&log, 1000, &record), DG_ERROR_UNKNOWN_ID);
    for (uint64_t at = 499; at < 1000; at++) {
        assert_int_equal(outbox_log_read(&log, at, &record), DG_OK);
        assert_int_equal(record.node, at);
    }
    outbox_log_trim(&log, 5000); /* no further than the end */
    assert_int_equal(log.first, 1000);
    outbox_log_fini(&log, &allocator);
}

/* Goal: a check is found by its id while it is open, whatever opened and closed around it. */
static void checks_by_id(void **state)
{
    struct dg_allocator allocator = memory_allocator(NULL);
    struct check_pool pool = {.seat_limit = 3};
    struct check *check;

    (void)state;
    assert_int_equal(check_pool_find(&pool, 0, &check), DG_ERROR_UNKNOWN_ID);
    for (uint32_t i = 0; i < 500; i++) {
        assert_int_equal(check_pool_reserve(&pool, &allocator, 1), DG_OK);
        check = check_pool_open(&pool);
        assert_int_equal(check->id, i);
        check->receipt.number = i;
        check->seats[2].score = (uint16_t)i;
        if (i >= 100 && i % 2 == 0) { /* the odd ones stay open for longer */
            assert_int_equal(check_pool_find(&pool, i - 100, &check), DG_OK);
            check_pool_close(&pool, check);
        }
    }
    for (uint32_t i = 0; i < 500; i++) {
        bool closed = i % 2 == 0 && i < 400;
        assert_int_equal(check_pool_find(&pool, i, &check), closed ? DG_ERROR_STATE : DG_OK);
        if (closed)
            continue;
        assert_int_equal(check->receipt.number, i);
        assert_int_equal(check->seats[2].score, i);
    }
    check_pool_fini(&pool, &allocator);
}

/* Goal: a period's receipts are drawn and dropped together; the others stay in order. */
static void receipts_wait_by_period(void **state)
{
    struct dg_allocator allocator = memory_allocator(NULL);
    struct sampling_queue queue = {0};
    struct dg_params params;
    struct sampling_keys keys = {.sample = {{1}}};

    (void)state;
    dg_params_default(&params);
    assert_int_equal(sampling_reserve(&queue, &allocator, 600), DG_OK);
    for (uint32_t i = 0; i < 600; i++) {
        struct dg_receipt receipt = {.number = i, .rate = i % 2 == 0 ? DG_ONE : 0};
        sampling_add(&queue, i % 3, 10 + i % 2, &receipt);
    }
    assert_true(sampling_waits_before(&queue, 11));
    assert_false(sampling_waits_before(&queue, 10));
    const struct sampling_plan *plan = sampling_plan(&params);
    assert_int_equal(plan->draw(&params, &keys, 10, &queue), 300);
    assert_int_equal(plan->draw(&params, &keys, 11, &queue), 0);
    sampling_drop(&queue, 10);
    assert_int_equal(queue.count, 300);
    for (uint32_t i = 0; i < 300; i++)
        assert_int_equal(queue.items[i].receipt.number, 2 * i + 1);
    assert_false(sampling_waits_before(&queue, 11));
    sampling_fini(&queue, &allocator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_grow),
        cmocka_unit_test(map_keeps_keys),
        cmocka_unit_test(deadlines_in_order),
        cmocka_unit_test(notices_in_order),
        cmocka_unit_test(log_is_read_at_positions),
        cmocka_unit_test(checks_by_id),
        cmocka_unit_test(receipts_wait_by_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
