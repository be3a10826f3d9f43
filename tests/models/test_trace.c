/* Goal of this file: a trace is read as it stands, played as asked, and refused with its place when
 * bad. */
#include "models/trace.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];

static int make_file(void **state)
{
    (void)state;
    strcpy(path, "/tmp/dgsim_trace_XXXXXX");
    int file = mkstemp(path);

    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_bytes(const char *bytes, size_t length)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static struct trace load(const char *text)
{
    struct trace trace;
    struct error error = {0};

    write_bytes(text, strlen(text));
    if (!trace_load(path, &trace, &error))
        fail_msg("%s", error.text);
    return trace;
}

static void assert_row(const struct trace *trace, uint64_t index, int64_t time_ns, uint32_t input,
                       uint32_t output)
{
    const struct trace_row *row = trace_row_at(trace, index);

    assert_int_equal(row->time_ns, time_ns);
    assert_int_equal(row->input, input);
    assert_int_equal(row->output, output);
}

/* Goal: decimals to the nanosecond exactly, counted from the first row. */
static void exact_times(void **state)
{
    (void)state;
    struct trace trace = load("t_s,input_tokens,output_tokens\n0.1,3,4\n0.3,5,6\n0.3,5,6\n"
                              "100000000.1000000019,1,1.0\n");

    assert_int_equal(trace.count, 4);
    assert_row(&trace, 0, 0, 3, 4);
    assert_row(&trace, 1, 200000000, 5, 6);
    assert_row(&trace, 3, 100000000000000001, 1, 1);
    trace_free(&trace);
    trace_free(&trace);
}

/* Goal: any order of columns, others ignored, milliseconds, quotes, blanks, byte order mark, \r\n,
 * empty lines and a last line without an end. */
static void any_layout(void **state)
{
    (void)state;
    struct trace trace =
        load("\xef\xbb\xbfoutput_tokens,\"name, long\", t_ms ,input_tokens,last\r\n"
             "7,\"a, \"\"b\"\", c\",1.5,9,x\r\n\r\n8, plain ,\"2\",10\n  \n9,,2,11,,,");

    assert_int_equal(trace.count, 3);
    assert_row(&trace, 0, 0, 9, 7);
    assert_row(&trace, 1, 500000, 10, 8);
    assert_row(&trace, 2, 500000, 11, 9);
    trace_free(&trace);
}

struct bad_case {
    const char *text;
    const char *message; /* after the path */
};

/* Goal: every kind of bad line is refused with its place and text, and the output is left alone. */
static void bad_files(void **state)
{
    (void)state;
    static const char head[] = "t_s,input_tokens,output_tokens\n";
    static const struct bad_case cases[] = {
        {"", ": the file is empty"},
        {"\n \n", ": the file is empty"},
        {"0.0,374,44\n1.0,3,4\n", ":1: the header has no column t_s (or t_ms): \"0.0,374,44\""},
        {"t_s,input_tokens\n1,2\n", ":1: the header has no column output_tokens"},
        {"t_s,t_ms,input_tokens,output_tokens\n", ":1: second column of this meaning: \"t_ms\""},
        {"+", ": no rows after the header"},
        {"+1,2\n", ":2: 2 fields where at least 3 are needed: \"1,2\""},
        {"+0,1,1\n\n-1,2,3\n", ":4: t_s is negative: \"-1\""},
        {"+0,1,1\n1,-2,3\n", ":3: input_tokens is negative: \"-2\""},
        {"+0,1,1\n1,2,x3\n", ":3: output_tokens is not a number: \"x3\""},
        {"+0,1,\n", ":2: output_tokens is not a number: \"\""},
        {"+1e3,1,1\n", ":2: t_s is not a number: \"1e3\""},
        {"+nan,1,1\n", ":2: t_s is not a number: \"nan\""},
        {"+.,1,1\n", ":2: t_s is not a number: \".\""},
        {"+9999999999,1,1\n", ":2: t_s is too large"},
        {"+0,1.5,1\n", ":2: input_tokens is not a whole number: \"1.5\""},
        {"+0,0,1\n", ":2: input_tokens must be positive: \"0\""},
        {"+0,1,1000000001\n", ":2: output_tokens is too large"},
        {"+2,1,1\n1.999999999,1,1\n", ":3: t_s goes back in time: \"1.999999999\""},
        {"+0,1,\x01\x7f\xff\n", ":2: output_tokens is not a number: \"???\""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trace trace = {.count = 99};
        struct error error = {0};
        char text[256], expected[256];
        bool with_head = cases[i].text[0] == '+';
        snprintf(text, sizeof text, "%s%s", with_head ? head : "", cases[i].text + with_head);
        snprintf(expected, sizeof expected, "%s%s", path, cases[i].message);
        write_bytes(text, strlen(text));
        assert_false(trace_load(path, &trace, &error));
        assert_int_equal(error.kind, ERROR_INPUT);
        if (strncmp(error.text, expected, strlen(expected)) != 0)
            fail_msg("\"%s\" where \"%s\" was expected", error.text, expected);
        assert_int_equal(trace.count, 99);
        assert_null(trace.rows);
    }
}

/* Goal: binary garbage, an endless line, a folder and a missing file are refused too. */
static void not_even_text(void **state)
{
    (void)state;
    enum { LENGTH = 3 << 20 };
    struct trace trace;
    struct error error = {0};
    char *bytes = malloc(LENGTH);

    assert_non_null(bytes);
    write_bytes("t_s\0,input_tokens\n", 18);
    assert_false(trace_load(path, &trace, &error));
    assert_non_null(strstr(error.text, ":1: not text"));
    memset(bytes, 'a', LENGTH);
    write_bytes(bytes, LENGTH);
    assert_false(trace_load(path, &trace, &error));
    assert_non_null(strstr(error.text, ":1: line too long"));
    assert_false(trace_load("/tmp", &trace, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_false(trace_load("/nowhere/at/all.csv", &trace, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_non_null(strstr(error.text, "/nowhere/at/all.csv: "));
    free(bytes);
}

/* Goal: scaling divides time; a loop starts over one mean gap after its end. */
static void playing(void **state)
{
    (void)state;
    struct trace trace = load("t_s,input_tokens,output_tokens\n5,1,1\n6,2,2\n9,3,3\n");
    const int64_t second = 1000000000;

    assert_int_equal(trace_time(&trace, 0, 1, false), 0);
    assert_int_equal(trace_time(&trace, 2, 1, false), 4 * second);
    assert_int_equal(trace_time(&trace, 2, 2, false), 2 * second);
    assert_true(trace_time(&trace, 3, 1, false) == INT64_MAX);
    assert_int_equal(trace_time(&trace, 3, 1, true), 6 * second);
    assert_int_equal(trace_time(&trace, 4, 0.5, true), 14 * second);
    assert_int_equal(trace_time(&trace, 3000002, 1, true), 6000004 * second);
    assert_int_equal(trace_row_at(&trace, 4)->input, 2);
    trace_free(&trace);

    trace = load("t_ms,input_tokens,output_tokens\n5,1,1\n");
    assert_int_equal(trace_time(&trace, 3, 1, true), 3 * second); /* time goes on */
    trace_free(&trace);
}

static struct trace load_data(const char *name)
{
    char file[4096];
    struct trace trace;
    struct error error = {0};

    snprintf(file, sizeof file, "%s/%s", getenv("DGSIM_DATA"), name);
    if (!trace_load(file, &trace, &error))
        fail_msg("%s", error.text);
    return trace;
}

struct column {
    double mean, cv;
};

static struct column describe(const struct trace *trace,
                              double (*value)(const struct trace *, uint64_t), uint64_t count)
{
    double sum = 0, squares = 0;

    for (uint64_t i = 0; i < count; i++) {
        double x = value(trace, i);
        sum += x;
        squares += x * x;
    }
    double mean = sum / (double)count;
    return (struct column){mean, sqrt(squares / (double)count - mean * mean) / mean};
}

static double input_of(const struct trace *trace, uint64_t i)
{
    return trace->rows[i].input;
}

static double output_of(const struct trace *trace, uint64_t i)
{
    return trace->rows[i].output;
}

static double gap_of(const struct trace *trace, uint64_t i)
{
    return (double)(trace->rows[i + 1].time_ns - trace->rows[i].time_ns);
}

/* The published figure, to half a unit of its last digit. */
static void assert_printed(double value, double printed, double unit)
{
    if (!(fabs(value - printed) <= unit / 2 * 1.000001))
        fail_msg("%.6f, published %.6f", value, printed);
}

/* Goal: the published statistics of the Azure 2023 traces. */
static void azure_traces(void **state)
{
    (void)state;
    if (getenv("DGSIM_DATA") == NULL)
        skip();

    struct trace code = load_data("azure_llm_2023/code.csv");
    assert_int_equal(code.count, 8819);
    assert_printed((double)code.rows[code.count - 1].time_ns / 1e9, 3435.95, 0.01);
    assert_printed(describe(&code, input_of, code.count).mean, 2047.85, 0.01);
    assert_printed(describe(&code, output_of, code.count).mean, 27.88, 0.01);
    assert_printed(describe(&code, output_of, code.count).cv, 2.147, 0.001);
    trace_free(&code);

    struct trace chat = load_data("azure_llm_2023/conv.csv");
    assert_int_equal(chat.count, 19366);
    assert_printed((double)chat.rows[chat.count - 1].time_ns / 1e9, 3501.72, 0.01);
    assert_printed(describe(&chat, input_of, chat.count).mean, 1154.70, 0.01);
    assert_printed(describe(&chat, output_of, chat.count).mean, 211.13, 0.01);
    assert_printed(describe(&chat, output_of, chat.count).cv, 0.771, 0.001);
    assert_printed(describe(&chat, gap_of, chat.count - 1).cv, 1.094, 0.001);
    trace_free(&chat);
}

/* Goal: traces in milliseconds with further columns load as well. */
static void mooncake_traces(void **state)
{
    (void)state;
    if (getenv("DGSIM_DATA") == NULL)
        skip();

    struct trace trace = load_data("mooncake/conversation.csv");
    assert_int_equal(trace.count, 12031);
    assert_printed(describe(&trace, input_of, trace.count).mean, 12035.1, 0.1);
    assert_printed((double)trace.rows[trace.count - 1].time_ns / 1e9, 3537.0, 0.1);
    trace_free(&trace);
    trace = load_data("mooncake/synthetic.csv");
    assert_int_equal(trace.count, 3993);
    assert_printed(describe(&trace, output_of, trace.count).mean, 149.1, 0.1);
    trace_free(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(exact_times, make_file, remove_file),
        cmocka_unit_test_setup_teardown(any_layout, make_file, remove_file),
        cmocka_unit_test_setup_teardown(bad_files, make_file, remove_file),
        cmocka_unit_test_setup_teardown(not_even_text, make_file, remove_file),
        cmocka_unit_test_setup_teardown(playing, make_file, remove_file),
        cmocka_unit_test(azure_traces),
        cmocka_unit_test(mooncake_traces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
