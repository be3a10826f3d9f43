/* Goal: a message that is decoded is the one that was encoded; bytes that are none are refused by name;
 * and a decision as a line of text says what matters of its kind. */
#include "chain_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "dg/wire.h"

enum { ROOM = 4096 };

static size_t encode(const struct dg_message *message, uint8_t bytes[ROOM])
{
    size_t measured, size;

    assert_status(dg_message_encode(message, NULL, 0, &measured), DG_OK);
    assert_true(measured <= ROOM);
    assert_status(dg_message_encode(message, bytes, ROOM, &size), DG_OK);
    assert_int_equal(size, measured);
    assert_status(dg_message_encode(message, bytes, measured - 1, &size), DG_ERROR_LIMIT);
    assert_int_equal(size, measured);
    assert_status(dg_message_encode(message, bytes, measured, &size), DG_OK);
    return size;
}

/* What a report of the examples needs. */
struct lists {
    struct dg_receipt receipts[2];
    struct dg_failure failures[3];
};

static struct dg_report_room room_of(struct lists *lists)
{
    return (struct dg_report_room){.receipts = lists->receipts,
                                   .failures = lists->failures,
                                   .receipt_capacity = 2,
                                   .failure_capacity = 3};
}

/* One of each kind, with its extremes. */
static struct dg_message example(enum dg_message_kind kind, struct lists *lists)
{
    struct dg_message message = {.kind = kind};

    switch (kind) {
    case DG_MESSAGE_MODEL:
        message.body.model = (struct dg_model_record){.model = 7,
                                                      .provider = 3,
                                                      .context_tokens = 8192,
                                                      .size_class = DG_SIZE_70B,
                                                      .price = INT64_MAX,
                                                      .royalty = DG_ONE / 10};
        break;
    case DG_MESSAGE_NODE:
        message.body.node = (struct dg_node_record){.node = 9,
                                                    .operator_id = 4,
                                                    .models = {1, 2, 5},
                                                    .model_count = 3,
                                                    .state = DG_NODE_JAILED,
                                                    .quality = 65535,
                                                    .credibility = 1,
                                                    .checks = 300,
                                                    .price = 41,
                                                    .stake = 5000 * DG_TOKEN};
        break;
    case DG_MESSAGE_GRANT:
        message.body.grant = (struct dg_grant){.user = 1, .gateway = 2, .amount = INT64_MIN};
        break;
    case DG_MESSAGE_PARAMS: dg_params_default(&message.body.params); break;
    case DG_MESSAGE_REPORT:
        for (uint32_t i = 0; i < 2; i++) {
            lists->receipts[i] = (struct dg_receipt){.number = UINT64_MAX - i,
                                                     .request = i,
                                                     .user = i,
                                                     .node = 2 * i,
                                                     .model = 3 * i,
                                                     .tokens_in = 10 + i,
                                                     .tokens_out = 20 + i,
                                                     .compute_milli = -1,
                                                     .fee = 30 + i,
                                                     .royalty = 40 + i,
                                                     .rate = 50 + i};
            lists->receipts[i].commitment.bytes[31] = (uint8_t)(200 + i);
        }
        for (uint32_t i = 0; i < 3; i++)
            lists->failures[i] = (struct dg_failure){.node = 5 * i, .count = UINT32_MAX - i};
        message.body.report = (struct dg_report){.gateway = 1,
                                                 .period = 12,
                                                 .receipts = lists->receipts,
                                                 .receipt_count = 2,
                                                 .failures = lists->failures,
                                                 .failure_count = 3};
        message.body.report.root.bytes[0] = 17;
        break;
    }
    return message;
}

static void decoded_is_what_was_encoded(void **state)
{
    (void)state;
    for (int kind = DG_MESSAGE_MODEL; kind <= DG_MESSAGE_REPORT; kind++) {
        struct lists lists, read;
        struct dg_report_room room = room_of(&read);
        struct dg_message message = example((enum dg_message_kind)kind, &lists), found;
        uint8_t bytes[ROOM], again[ROOM];
        size_t used, size = encode(&message, bytes);

        assert_status(dg_message_decode(bytes, size, &room, &found, &used), DG_OK);
        assert_int_equal(used, size);
        assert_int_equal(found.kind, kind);
        assert_int_equal(encode(&found, again), size);
        assert_memory_equal(bytes, again, size);
        if (kind != DG_MESSAGE_REPORT)
            continue;
        assert_ptr_equal(found.body.report.receipts, read.receipts);
        assert_ptr_equal(found.body.report.failures, read.failures);
        assert_memory_equal(read.failures, lists.failures, sizeof read.failures);
    }
}

/* Worked out by hand: kind, version, length; user, gateway, amount. */
static void bytes_of_a_grant(void **state)
{
    static const uint8_t expected[] = {3, 1, 16, 0,    0,    0,    5, 0, 0, 0, 1,
                                       2, 0, 0,  0x40, 0x42, 0x0f, 0, 0, 0, 0, 0};
    struct dg_message message = {.kind = DG_MESSAGE_GRANT,
                                 .body.grant = {.user = 5, .gateway = 0x201, .amount = DG_TOKEN}};
    uint8_t bytes[ROOM];

    (void)state;
    assert_int_equal(encode(&message, bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void messages_follow_each_other(void **state)
{
    struct lists lists;
    struct dg_message grant = example(DG_MESSAGE_GRANT, &lists);
    struct dg_message node = example(DG_MESSAGE_NODE, &lists), found;
    uint8_t bytes[2 * ROOM];
    size_t used, first = encode(&grant, bytes), second = encode(&node, bytes + first);

    (void)state;
    assert_status(dg_message_decode(bytes, first + second, NULL, &found, &used), DG_OK);
    assert_int_equal(found.kind, DG_MESSAGE_GRANT);
    assert_status(dg_message_decode(bytes + used, second, NULL, &found, &used), DG_OK);
    assert_int_equal(found.kind, DG_MESSAGE_NODE);
    assert_int_equal(found.body.node.models[2], 5);
}

static void bad_bytes_have_names(void **state)
{
    (void)state;
    for (int kind = DG_MESSAGE_MODEL; kind <= DG_MESSAGE_REPORT; kind++) {
        struct lists lists, read;
        struct dg_report_room room = room_of(&read);
        struct dg_message message = example((enum dg_message_kind)kind, &lists), found;
        uint8_t bytes[ROOM + 1];
        size_t used = 77, size = encode(&message, bytes);

        for (size_t cut = 0; cut < size; cut++)
            assert_status(dg_message_decode(bytes, cut, &room, &found, &used), DG_ERROR_TRUNCATED);
        bytes[0] = 0;
        assert_status(dg_message_decode(bytes, size, &room, &found, &used), DG_ERROR_VERSION);
        bytes[0] = DG_MESSAGE_REPORT + 1;
        assert_status(dg_message_decode(bytes, size, &room, &found, &used), DG_ERROR_VERSION);
        bytes[0] = (uint8_t)kind;
        bytes[1] = 2;
        assert_status(dg_message_decode(bytes, size, &room, &found, &used), DG_ERROR_VERSION);
        bytes[1] = 1;
        bytes[2]++; /* one byte more than the body has */
        assert_status(dg_message_decode(bytes, size + 1, &room, &found, &used), DG_ERROR_DAMAGED);
        bytes[2] -= 2;
        enum dg_status status = dg_message_decode(bytes, size, &room, &found, &used);
        assert_true(status == DG_ERROR_DAMAGED);
        assert_int_equal(used, 77);
    }
}

static void shapes_are_checked(void **state)
{
    struct lists lists, read;
    struct dg_report_room room = room_of(&read);
    struct dg_message message = example(DG_MESSAGE_NODE, &lists), found;
    uint8_t bytes[ROOM];
    size_t used, size = encode(&message, bytes);

    (void)state;
    bytes[6 + 8] = DG_NODE_MODELS_MAX + 1;
    assert_status(dg_message_decode(bytes, size, NULL, &found, &used), DG_ERROR_DAMAGED);
    message = example(DG_MESSAGE_PARAMS, &lists);
    size = encode(&message, bytes);
    bytes[6] ^= 1; /* the digest of the table */
    assert_status(dg_message_decode(bytes, size, NULL, &found, &used), DG_ERROR_VERSION);
    bytes[6] ^= 1;
    memset(bytes + 6 + DG_HASH_BYTES, 0xff, 8); /* the first parameter */
    assert_status(dg_message_decode(bytes, size, NULL, &found, &used), DG_ERROR_PARAMETER);
    message = example(DG_MESSAGE_REPORT, &lists);
    size = encode(&message, bytes);
    room.receipt_capacity = 1;
    assert_status(dg_message_decode(bytes, size, &room, &found, &used), DG_ERROR_LIMIT);
    room.receipt_capacity = 2;
    room.failure_capacity = 2;
    assert_status(dg_message_decode(bytes, size, &room, &found, &used), DG_ERROR_LIMIT);
    assert_status(dg_message_decode(bytes, size, NULL, &found, &used), DG_ERROR_LIMIT);
    room.failure_capacity = 3;
    bytes[size - 3 * 8 - 8]++; /* one failure more than there are bytes for */
    assert_status(dg_message_decode(bytes, size, &room, &found, &used), DG_ERROR_DAMAGED);
    message.kind = (enum dg_message_kind)9;
    assert_status(dg_message_encode(&message, bytes, sizeof bytes, &size), DG_ERROR_ARGUMENT);
}

/* ---- text ---- */

static void lines_say_what_matters(void **state)
{
    struct dg_notice notice = {.kind = DG_NOTICE_CHECK,
                               .check = 4,
                               .gateway = 1,
                               .number = 99,
                               .node = 3,
                               .model = 2,
                               .at = 5000,
                               .member_count = 2,
                               .members = {8, 6}};
    struct dg_route route = {.handle = 12, .node = 5, .escrow = 700};
    char text[DG_TEXT_MAX];

    (void)state;
    size_t length = dg_notice_text(&notice, text, sizeof text);
    assert_string_equal(text, "check check 4 gateway 1 number 99 node 3 model 2 at 5000 "
                              "members 8 6");
    assert_int_equal(length, strlen(text));
    notice.kind = DG_NOTICE_SLASH;
    notice.check = DG_NONE;
    notice.offence = DG_OFFENCE_DOWNTIME;
    notice.amount = -1;
    dg_notice_text(&notice, text, sizeof text);
    assert_string_equal(text, "slash node 3 check - offence downtime amount -1 at 5000");
    notice.kind = DG_NOTICE_PROPOSAL;
    notice.position = 2;
    notice.proposal_state = DG_PROPOSAL_QUEUED;
    notice.parameter = 0;
    dg_notice_text(&notice, text, sizeof text);
    assert_string_equal(text, "proposal position 2 state queued parameter metering.weight_8b "
                              "amount -1 at 5000");
    dg_route_text(&route, text, sizeof text);
    assert_string_equal(text, "route handle 12 node 5 escrow 700 hedge_at 0");
    dg_balance_text(DG_ACCOUNT_STAKE, 3, 12, text, sizeof text);
    assert_string_equal(text, "balance stake 3 amount 12");
}

/* Every kind has a row, the longest line fits, and a short buffer holds what it can. */
static void every_line_fits(void **state)
{
    char text[DG_TEXT_MAX], small[10];

    (void)state;
    for (int kind = 0; kind <= DG_NOTICE_PROPOSAL; kind++) {
        struct dg_notice notice = {.kind = (uint8_t)kind,
                                   .check = DG_NONE - 1,
                                   .node = DG_NONE - 1,
                                   .model = DG_NONE - 1,
                                   .gateway = DG_NONE - 1,
                                   .verifier = DG_NONE - 1,
                                   .position = DG_NONE - 1,
                                   .number = UINT64_MAX,
                                   .at = INT64_MIN,
                                   .amount = INT64_MIN,
                                   .score = 65535,
                                   .member_count = DG_COMMITTEE_MAX};
        for (int i = 0; i < DG_COMMITTEE_MAX; i++)
            notice.members[i] = DG_NONE - 1;
        size_t length = dg_notice_text(&notice, text, sizeof text);
        assert_true(length > 8 && length < DG_TEXT_MAX);
        assert_null(strstr(text, "unknown"));
        assert_int_equal(dg_notice_text(&notice, small, sizeof small), length);
        assert_memory_equal(small, text, sizeof small - 1);
        assert_int_equal(small[9], 0);
    }
    const struct dg_failure failures[] = {{.node = 3, .count = 2},
                                          {.node = 9, .count = UINT32_MAX}};
    struct dg_report report = {.gateway = 1, .period = 2, .failures = failures, .failure_count = 2};
    report.root.bytes[0] = 0xab;
    dg_report_text(&report, text, sizeof text);
    const char expected[] = "report gateway 1 period 2 receipts 0 failures 4294967297 root ab00";
    assert_memory_equal(text, expected, sizeof expected - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoded_is_what_was_encoded),
        cmocka_unit_test(bytes_of_a_grant),
        cmocka_unit_test(messages_follow_each_other),
        cmocka_unit_test(bad_bytes_have_names),
        cmocka_unit_test(shapes_are_checked),
        cmocka_unit_test(lines_say_what_matters),
        cmocka_unit_test(every_line_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
