/* test_layout.c - dealing things out by share: exact counts, every order, any seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/layout.h"

static struct random_stream stream_of(uint32_t index)
{
    const struct random_key key = {.seed = 3};
    struct random_stream stream;

    random_stream_init(&stream, &key, 1, 0, index);
    return stream;
}

static void count_dealt(const struct shares *shares, uint32_t count, uint32_t *counts, size_t kinds)
{
    uint32_t dealt[1000];
    struct random_stream stream = stream_of(count);

    memset(counts, 0, kinds * sizeof *counts);
    layout_deal(shares, count, &stream, dealt);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(dealt[i] < kinds);
        counts[dealt[i]]++;
    }
}

/* Goal: counts are the shares, rounded by the largest remainder, and add up. */
static void counts_by_largest_remainder(void **state)
{
    struct share items[] = {{2, 0.5}, {0, 0.3}, {1, 0.2}};
    const struct shares shares = {items, 3};
    uint32_t counts[3];

    (void)state;
    count_dealt(&shares, 10, counts, 3);
    assert_true(counts[2] == 5 && counts[0] == 3 && counts[1] == 2);
    count_dealt(&shares, 9, counts, 3); /* 4.5, 2.7, 1.8: the last two get the rest */
    assert_true(counts[2] == 4 && counts[0] == 3 && counts[1] == 2);
    count_dealt(&shares, 1, counts, 3);
    assert_true(counts[2] == 1);
    count_dealt(&shares, 0, counts, 3);
    assert_true(counts[0] + counts[1] + counts[2] == 0);
}

/* Goal: no share is off by one or more, for any number of members. */
static void no_share_is_off_by_one(void **state)
{
    struct share items[7];
    const struct shares shares = {items, 7};
    uint32_t counts[7];

    (void)state;
    for (uint32_t i = 0; i < 7; i++)
        items[i] = (struct share){i, (i + 1) / 28.0};
    for (uint32_t count = 0; count < 1000; count += 13) {
        uint32_t sum = 0;
        count_dealt(&shares, count, counts, 7);
        for (uint32_t i = 0; i < 7; i++) {
            double exact = items[i].weight * count;
            assert_true(counts[i] > exact - 1 && counts[i] < exact + 1);
            sum += counts[i];
        }
        assert_int_equal(sum, count);
    }
}

/* Goal: each place gets each thing as often as its share says, over many seeds: 5 standard
 * deviations. */
static void places_are_shuffled(void **state)
{
    enum { SEEDS = 4000 };
    struct share items[] = {{0, 0.75}, {1, 0.25}};
    const struct shares shares = {items, 2};
    int first = 0, last = 0;

    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        uint32_t dealt[8];
        struct random_stream stream = stream_of(seed);
        layout_deal(&shares, 8, &stream, dealt);
        first += dealt[0] == 1;
        last += dealt[7] == 1;
    }
    assert_in_range(first, 1000 - 137, 1000 + 137);
    assert_in_range(last, 1000 - 137, 1000 + 137);
}

/* Goal: as many members are marked as the share says, each place as often. */
static void marks(void **state)
{
    int first = 0;

    (void)state;
    for (uint32_t seed = 0; seed < 4000; seed++) {
        bool marked[20];
        struct random_stream stream = stream_of(seed);
        int count = 0;
        layout_mark(0.25, 20, &stream, marked);
        for (int i = 0; i < 20; i++)
            count += marked[i];
        assert_int_equal(count, 5);
        first += marked[0];
    }
    assert_in_range(first, 1000 - 137, 1000 + 137);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_by_largest_remainder),
        cmocka_unit_test(no_share_is_off_by_one),
        cmocka_unit_test(places_are_shuffled),
        cmocka_unit_test(marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
