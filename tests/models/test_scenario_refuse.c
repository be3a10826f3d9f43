/* Goal of this file: whatever is wrong with a scenario is refused in one line that says where and
 * what. */
#include "tests/models/test_scenario.h"

#include <fcntl.h>
#include <sys/stat.h>

/* A change to the minimal scenario and the whole message about it, less the folder's name. */
struct change {
    const char *piece, *by, *message;
};

static void assert_changes(const char *folder, const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[TEXT_SIZE], message[1100];
        struct attempt attempt;
        replaced(minimal, changes[i].piece, changes[i].by, text);
        attempt_text(folder, text, NULL, &attempt);
        assert_refused(&attempt, "");
        assert_string_equal(message_of(&attempt, folder, message), changes[i].message);
    }
}

#define ASSERT_CHANGES(folder, changes)                                                            \
    assert_changes(folder, changes, sizeof changes / sizeof changes[0])

/* Goal: keys that do not exist, with the nearest that does, or where it belongs. */
static void unknown_keys(void **state)
{
    static const struct change changes[] = {
        {"{\n", "{\n  \"duratoin\": \"1h\",\n",
         "s.json:2:3: unknown key \"duratoin\"; did you mean \"duration\"?"},
        {"\"regions\"", "\"Regoins\"",
         "s.json:2:3: unknown key \"Regoins\"; did you mean \"regions\"?"},
        {"\"parameters\"", "\"paramters\"",
         "s.json:4:22: classes.8b: unknown key \"paramters\"; did you mean \"parameters\"?"},
        {"\"rate\"", "\"ratte\"",
         "s.json:9:46: users.chat.arrival: unknown key \"ratte\"; did you mean \"rate\"?"},
        {"\"count\": 10", "\"queue\": 3",
         "s.json:8:23: nodes.homes: unknown key \"queue\"; there is \"nodes.*.service.queue\""},
        {"\"parameters\"", "\"zzzzzzzzzz\"", "s.json:4:22: classes.8b: unknown key \"zzzzzzzzzz\""},
        {"{\n", "{\n \"protocol\": {\"sampling\": {\"rtae\": 0}},\n",
         "s.json:2:28: protocol.sampling: unknown key \"rtae\"; did you mean \"rate\"?"},
        {"{\n", "{\n \"protocol.sampling\": {},\n",
         "s.json:2:2: unknown key \"protocol.sampling\""},
        {"{\n", "{\n \"\": 1,\n", "s.json:2:2: unknown key \"\""},
        {"\"chat\"", "\"a.b\"",
         "s.json:9:13: users: \"a.b\": a name consists of letters, digits, blanks and _ - + : / (a dot "
         "separates the parts of a path)"},
        {"\"chat\"", "\"\"", "s.json:9:13: users: \"\": a name has 1 to 48 characters"},
        {"\"chat\"", "\"*\"",
         "s.json:9:13: users: \"*\": a name begins with a letter, a digit or '_'"},
        {"\"chat\"", "\"a\\nb\"",
         "s.json:9:13: users: \"a?b\": a name consists of letters, digits, blanks and _ - + : / (a dot "
         "separates the parts of a path)"},
    };
    ASSERT_CHANGES(*state, changes);
}

/* Goal: values of the wrong kind, unit or size, with what is allowed. */
static void wrong_values(void **state)
{
    static const struct change changes[] = {
        {"\"6/h\"", "\"-6/h\"",
         "s.json:9:54: users.chat.arrival.rate: \"-6/h\": out of range: allowed are 0/s to 1000000/s"},
        {"\"6/h\"", "\"6\"",
         "s.json:9:54: users.chat.arrival.rate: \"6\": a rate needs a unit: /s, /min, /h, /d or /w, as in \"12/s\""},
        {"\"6/h\"", "6",
         "s.json:9:54: users.chat.arrival.rate: 6: a rate needs a unit: /s, /min, /h, /d or /w, as in \"12/s\""},
        {"\"6/h\"", "\"1e400/h\"",
         "s.json:9:54: users.chat.arrival.rate: \"1e400/h\": the number is too large"},
        {"\"40ms\"", "\"40kg\"",
         "s.json:6:64: hardware.card.step_base: \"40kg\": a duration needs a unit: ns, us, ms, s, min, h, d or w, "
         "as in \"250ms\" (a bare number only for 0)"},
        {"\"40ms\"", "\"0.5ns\"",
         "s.json:6:64: hardware.card.step_base: \"0.5ns\": a duration must be a whole number of nanoseconds"},
        {"\"40ms\"", "\"99999999999d\"",
         "s.json:6:64: hardware.card.step_base: \"99999999999d\": the number is too large"},
        {"\"count\": 5,", "\"count\": 0,",
         "s.json:9:31: users.chat.count: 0: out of range: allowed are 1 to 10000000"},
        {"\"count\": 5,", "\"count\": 2.5,",
         "s.json:9:31: users.chat.count: 2.5: allowed is a whole number, without quotes"},
        {"\"count\": 5,", "\"count\": \"5\",",
         "s.json:9:31: users.chat.count: \"5\": allowed is a whole number, without quotes"},
        {"\"count\": 10", "\"count\": 1000000000000",
         "s.json:8:32: nodes.homes.count: 1000000000000: out of range: allowed are 1 to 1000000"},
        {"\"count\": 10", "\"count\": 99999999999999999999",
         "s.json:8:32: nodes.homes.count: 99999999999999999999: too many digits: at most 19 are kept exactly"},
        {"\"50%\"", "\"150%\"",
         "s.json:8:54: nodes.homes.verifier_share: \"150%\": out of range: allowed are 0% to 100%"},
        {"\"parameters\": 8", "\"parameters\": true",
         "s.json:4:36: classes.8b.parameters: true: allowed is a plain number, without quotes"},
        {"\"parameters\": 8", "\"parameters\": []",
         "s.json:4:36: classes.8b.parameters: a list: allowed is a plain number, without quotes"},
        {"{\"only\": {}}", "[]", "s.json:3:15: gateways: a list: allowed is an object of keys"},
        {"{\n", "{\n \"name\": 5,\n", "s.json:2:10: name: 5: allowed is a string"},
        {"{\n", "{\n \"shortened\": 1,\n", "s.json:2:15: shortened: 1: allowed is true or false"},
        {"{\n", "{\n \"seed\": -1,\n",
         "s.json:2:10: seed: -1: allowed is a whole number from 0 to 18446744073709551615, without quotes"},
        {"\"open\": {}", "\"open\": {\"price\": \"0.0000001 DGAI\"}",
         "s.json:5:35: providers.open.price: \"0.0000001 DGAI\": an amount must be a whole number of uDGAI (10^-6 DGAI)"},
        {"\"rate\"", "\"law\": \"posson\", \"rate\"",
         "s.json:9:53: users.chat.arrival.law: \"posson\": no such choice; did you mean \"poisson\"?; allowed are "
         "\"poisson\", \"gamma\", \"bursty\", \"diurnal\", \"closed\", \"trace\""},
        {"\"here\": {}", "\"here\": {\"place\": \"Tokio\"}",
         "s.json:2:33: regions.here.place: \"Tokio\": no such choice; did you mean \"Tokyo\"?; allowed are \"Dallas\", "
         "\"Toronto\", \"Washington DC\", \"Frankfurt\", \"London\", \"Madrid\", \"Montreal\", \"Chennai\", \"Mumbai\", "
         "\"Osaka\", \"Sydney\", \"Tokyo\", \"Sao Paulo\""},
        {"\"only\": {}", "\"only\": {\"bandwidth\": \"20 MB/s\"}",
         "s.json:3:38: gateways.only.bandwidth: \"20 MB/s\": a bandwidth needs a unit: bit/s, kbit/s, Mbit/s, Gbit/s "
         "or Tbit/s, as in \"20Mbit/s\""},
        {"{\n", "{\n \"protocol\": {\"sampling\": {\"rate\": \"120%\"}},\n",
         "s.json:2:36: protocol.sampling.rate: \"120%\": out of range: allowed are 0% to 100%"},
        {"{\n", "{\n \"protocol\": {\"routing\": {\"policy\": \"fastest\"}},\n",
         "s.json:2:37: protocol.routing.policy: \"fastest\": no such choice; allowed are \"random\", \"power_of_d\", "
         "\"weighted_score\", \"round_robin\", \"least_outstanding\", \"inverse_square_price\", "
         "\"stake_weighted\", \"ucb\", \"thompson\""},
    };
    ASSERT_CHANGES(*state, changes);
}

/* Goal: names that refer to nothing, shares that do not add up. */
static void names_and_shares(void **state)
{
    static const struct change changes[] = {
        {"\"only\": {}", "\"only\": {\"region\": \"hree\"}",
         "s.json:3:35: gateways.only.region: \"hree\": no region of this name; did you mean \"here\"?"},
        {"\"50%\"", "\"50%\", \"behaviours\": {\"honest\": \"60%\", \"garbage\": \"30%\"}",
         "s.json:8:75: nodes.homes.behaviours: the shares add up to 90%: they must add up to 100%"},
        {"\"50%\"", "\"50%\", \"behaviours\": {\"honest\": \"60%\", \"garbge\": \"40%\"}",
         "s.json:8:103: nodes.homes.behaviours: \"garbge\": no behaviour of nodes of this name; did you mean \"garbage\"?"},
        {"\"50%\"", "\"50%\", \"behaviours\": {\"lazy_constant\": 1}",
         "s.json:8:93: nodes.homes.behaviours: \"lazy_constant\": no behaviour of nodes of this name"},
        {"\"50%\"", "\"50%\", \"behaviours\": {\"honest\": \"110%\", \"garbage\": \"-10%\"}",
         "s.json:8:86: nodes.homes.behaviours.honest: \"110%\": out of range: allowed are 0% to 100%"},
        {"\"50%\"", "\"50%\", \"behaviours\": {}",
         "s.json:8:75: nodes.homes.behaviours: the shares add up to 0%: they must add up to 100%"},
        {"\"50%\"", "\"50%\", \"behaviours\": \"honest\"",
         "s.json:8:75: nodes.homes.behaviours: \"honest\": allowed is an object of names and shares, as in {\"a\": "
         "\"70%\", \"b\": \"30%\"}"},
        {"{\n", "{\n \"network\": {\"latency\": {\"here\": {\"ther\": \"1ms\"}}},\n",
         "s.json:2:43: network.latency: \"ther\": no region of this name; did you mean \"here\"?"},
        {"{\n", "{\n \"network\": {\"latency\": {\"here\": {\"here\": \"1kg\"}}},\n",
         "s.json:2:43: network.latency: \"1kg\": a duration needs a unit: ns, us, ms, s, min, h, d or w, as in \"250ms\" "
         "(a bare number only for 0)"},
        {"{\n", "{\n \"network\": {\"latency\": {\"here\": \"1ms\"}},\n",
         "s.json:2:34: network.latency: allowed is an object, as in {\"a\": {\"b\": \"70ms\"}}"},
    };
    ASSERT_CHANGES(*state, changes);
}

/* Goal: what is missing is named, with the place of what is there. */
static void missing_things(void **state)
{
    static const struct change changes[] = {
        {"{\"chat\": {\"count\": 5, \"arrival\": {\"rate\": \"6/h\"}}}", "{}",
         "s.json:9:12: users: at least one user group is needed"},
        {"  \"regions\": {\"here\": {}},\n", "",
         "s.json:1:1: regions: at least one region is needed"},
        {"\"count\": 10, ", "", "s.json:8:22: nodes.homes.count: must be given: nodes"},
        {"\"rate\": \"6/h\"", "",
         "s.json:9:45: users.chat.arrival.rate: must be given: mean of the requests of one user"},
        {"\"rate\": \"6/h\"", "\"law\": \"closed\"",
         "s.json:9:45: users.chat.arrival.think: must be given: mean time from an answer to the next request"},
        {"  \"hardware\": {\"card\": {\"prefill_rate\": \"1000/s\", \"step_base\": \"40ms\"}},\n",
         "", "s.json:7:22: nodes.homes.hardware: must be given: service.kind llm needs hardware"},
        {"  \"judges\": {\"large\": {}},\n", "",
         "s.json:7:22: nodes.homes.judge: must be given: verifiers that judge need one"},
        {"\"count\": 10", "\"service\": {\"kind\": \"exponential\"}, \"count\": 10",
         "s.json:8:34: nodes.homes.service.mean: must be given: mean service time of a request"},
    };
    ASSERT_CHANGES(*state, changes);
}

/* Goal: keys of a behaviour that do not fit together, once somebody behaves like that; own users that
 * nobody could be the model of. */
static void behaviours_that_do_not_fit(void **state)
{
    static const char trace[] = "{\"law\": \"trace\", \"file\": \"t.csv\"}";
    char text[TEXT_SIZE], other[TEXT_SIZE];
    struct attempt attempt;
    replaced(minimal, "{\n", "{\n \"behaviours\": {\"on_off\": {\"low\": \"90%\"}},\n", text);
    attempt_text(*state, text, NULL, &attempt);
    assert_true(attempt.ok);
    scenario_free(&attempt.scenario);
    attempt_text(*state, text, "nodes.homes.behaviours={\"on_off\": 1}", &attempt);
    assert_refused(&attempt, "s.json:2:35: behaviours.on_off.low: above high, so that no time of "
                             "cheating could last");

    file_write(*state, "t.csv", "t_s,input_tokens,output_tokens\n0.5,10,10\n");
    replaced(minimal, "{\"rate\": \"6/h\"}", trace, other);
    attempt_text(*state, other, NULL, &attempt);
    assert_true(attempt.ok);
    scenario_free(&attempt.scenario);
    attempt_text(*state, other, "nodes.homes.behaviours={\"self_dealing\": 1}", &attempt);
    assert_refused(&attempt, "s.json:9:12: users: behaviour self_dealing needs a group with an "
                             "arrival.law other than trace");
}

/* Goal: rules between keys. */
static void rules_between_keys(void **state)
{
    static const struct change changes[] = {
        {"{\n", "{\n \"warm_up\": \"1h\",\n",
         "s.json:2:13: warm_up: must be shorter than the duration"},
        {"{\n", "{\n \"beacon_delay\": \"1s\",\n",
         "s.json:2:18: beacon_delay: must be at least chain_delay: a beacon revealed before the reports have arrived "
         "would draw nothing"},
        {"{\n", "{\n \"beacon_delay\": \"1min\",\n",
         "s.json:2:18: beacon_delay: must be shorter than protocol.sampling.beacon_period"},
        {"\"here\": {}", "\"here\": {\"user_weight\": 0}",
         "s.json:2:14: regions: user_weight is 0 in every region, but some users follow it"},
        {"\"here\": {}", "\"here\": {\"node_weight\": 0}",
         "s.json:2:14: regions: node_weight is 0 in every region, but some nodes follow it"},
        {"\"count\": 10", "\"count\": 10, \"operators\": 11",
         "s.json:8:49: nodes.homes.operators: 11: at most one per node, 10"},
        {"\"count\": 10", "\"count\": 10, \"stake\": \"999 DGAI\"",
         "s.json:8:45: nodes.homes.stake: below protocol.stake.minimum, 1000 DGAI"},
        {"\"count\": 10", "\"count\": 1000000, \"stake\": \"1000000000 DGAI\"",
         "s.json:8:12: nodes: stakes and deposits add up to more than 4e+12 DGAI"},
        {"\"homes\": {",
         "\"halls\": {\"count\": 1000000}, \"homes2\": {\"count\": 1000000}, \"homes\": {",
         "s.json:8:12: nodes: 2000010 in all: at most 2000000 are allowed"},
        {"\"count\": 5,", "\"count\": 5, \"lock\": 0,",
         "s.json:9:42: users.chat.lock: must be above 0: it is what users pay from"},
        {"\"count\": 5,", "\"count\": 5, \"input\": {\"law\": \"uniform\"},",
         "s.json:9:43: users.chat.input.max: must be given: law uniform needs it"},
        {"\"count\": 5,", "\"count\": 5, \"output\": {\"min\": 10, \"max\": 9},",
         "s.json:9:63: users.chat.output.max: 9: below min, 10"},
        {"\"large\": {}", "\"large\": {}, \"both\": {\"kind\": \"cascade\", \"first\": \"large\"}",
         "s.json:7:35: judges.both.second: must be given: kind cascade asks two judges"},
        {"\"large\": {}",
         "\"large\": {}, \"both\": {\"kind\": \"cascade\", \"first\": \"large\", \"second\": \"both\"}",
         "s.json:7:83: judges.both.second: \"both\" is a cascade itself: a single judge is needed"},
        {"\"large\": {}",
         "\"large\": {}, \"both\": {\"kind\": \"cascade\", \"first\": \"large\", \"second\": \"large\"}",
         "s.json:7:83: judges.both.second: the first judge itself: it would say the same at twice the cost"},
        {"\"large\": {}", "\"large\": {\"correlation_by_class\": {\"70b\": 0.5}}",
         "s.json:7:56: judges.large.correlation_by_class: \"70b\": no class of models of this name"},
        {"\"large\": {}", "\"large\": {\"correlation_by_class\": {\"8b\": 1.5}}",
         "s.json:7:55: judges.large.correlation_by_class.8b: 1.5: out of range: allowed are -1 to 1"},
        {"{\n", "{\n \"probes\": {\"rate\": \"1/h\", \"deposit\": 0},\n",
         "s.json:2:39: probes.deposit: must be above 0: it is what probers pay from"},
        {"{\n", "{\n \"probes\": {\"rate\": \"1/h\", \"like\": \"chats\"},\n",
         "s.json:2:36: probes.like: \"chats\": no user group of this name; did you mean \"chat\"?"},
        {"\"open\": {}", "\"open\": {\"count\": 11}",
         "s.json:4:21: classes.8b: it has 11 models, more than the 10 that its nodes serve: raise nodes.*.serves or "
         "nodes.*.count, or lower providers.*.count"},
        {"{\"parameters\": 8}", "{\"parameters\": 8}, \"70b\": {\"parameters\": 70}",
         "s.json:9:21: users.chat.demand: no provider serves class \"70b\""},
        {"{\n", "{\n \"protocol\": {\"committee\": {\"size\": 1}},\n",
         "s.json:2:28: protocol.committee.quorum: committee.quorum is above committee.size: no check could pass or fail"},
        {"{\n", "{\n \"protocol\": {\"emission\": {\"node_share\": \"50%\"}},\n",
         "s.json:2:42: protocol.emission.node_share: emission.node_share, emission.verifier_share and "
         "emission.gateway_share must add up to 1"},
        {"{\n", "{\n \"protocol\": {\"jail\": {\"length\": \"90d\"}},\n",
         "s.json:2:14: protocol.penalty.repeat_window: penalty.repeat_window must be longer than jail.length: a repeat "
         "could never be seen"},
        {"{\n",
         "{\n \"protocol\": {\"routing\": {\"weight_latency\": 0, \"weight_success\": 0, \"weight_price\": 0, "
         "\"weight_load\": 0, \"weight_quality\": 0, \"weight_credibility\": 0}},\n",
         "s.json:2:14: protocol: routing.weight_*: routing.policy weighted_score needs one weight above 0"},
    };
    ASSERT_CHANGES(*state, changes);
}

/* Goal: a class whose only providers or nodes get none of it by rounding is found as well. */
static void class_lost_by_rounding(void **state)
{
    const char *folder = *state;
    char two[TEXT_SIZE], text[TEXT_SIZE];
    struct attempt attempt;
    replaced(minimal, "{\"parameters\": 8}", "{\"parameters\": 8}, \"70b\": {\"parameters\": 70}",
             two);
    replaced(two, "\"open\": {}", "\"open\": {\"count\": 2}", text);
    attempt_text(folder, text, NULL, &attempt);
    assert_true(attempt.ok);
    scenario_free(&attempt.scenario);
    attempt_text(folder, text, "nodes.homes.classes={\"8b\": \"97%\", \"70b\": \"3%\"}", &attempt);
    assert_refused(&attempt, "users.chat.demand: no node serves class \"70b\"");
}

/* Goal: a royalty that the shares of the funds would not leave is refused by the core's own
 * rule. */
static void royalty_beyond_what_is_left(void **state)
{
    struct attempt attempt;
    char text[TEXT_SIZE];
    replaced(minimal, "\"open\": {}", "\"open\": {\"royalty\": \"100%\"}", text);
    attempt_text(*state, text, NULL, &attempt);
    assert_true(attempt.ok); /* the standard shares are small */
    scenario_free(&attempt.scenario);
    attempt_text(*state, text, "protocol.fees.treasury_share=60%", &attempt);
    assert_refused(&attempt, "s.json:5:37: providers.open.royalty: 100%: at most 30% is allowed");
}

/* Goal: a file that is cut off anywhere is refused with its place, never loaded and never a
 * crash. */
static void cut_off_anywhere(void **state)
{
    const char *folder = *state;
    char path[256];
    file_path(folder, "s.json", path);
    for (size_t length = 0; length + 2 < strlen(minimal); length++) {
        struct attempt attempt;
        file_write_bytes(folder, "s.json", minimal, length);
        attempt_path(path, NULL, 0, &attempt);
        assert_refused(&attempt, "s.json:");
    }
}

/* Goal: bytes that are no text, one by one in the middle of a good file. */
static void bytes_that_are_no_text(void **state)
{
    const char *folder = *state;
    char path[256], text[sizeof minimal];
    file_path(folder, "s.json", path);
    for (int byte = 0; byte < 256; byte++) {
        bool allowed =
            byte == '\t' || byte == '\n' || byte == '\r' || (byte >= 0x20 && byte < 0x80);
        struct attempt attempt;
        memcpy(text, minimal, sizeof minimal);
        text[40] = (char)byte;
        file_write_bytes(folder, "s.json", text, strlen(minimal));
        attempt_path(path, NULL, 0, &attempt);
        if (!allowed)
            assert_refused(&attempt, "this is not");
        if (attempt.ok)
            scenario_free(&attempt.scenario);
    }
}

/* Goal: a file beyond the limit is refused by its size, whatever it holds; a folder and no file,
 * too. */
static void files_that_are_none(void **state)
{
    const char *folder = *state;
    char path[256];
    struct attempt attempt;
    file_path(folder, "large.json", path);
    int file = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(file >= 0 && ftruncate(file, 100000000) == 0);
    close(file);
    attempt_path(path, NULL, 0, &attempt);
    assert_refused(&attempt, "large.json: 100000000 bytes: a scenario file has at most 8388608");
    attempt_path("/dev/zero", NULL, 0, &attempt);
    assert_refused(&attempt, "/dev/zero: a scenario file has at most 8388608 bytes");
    attempt_path(folder, NULL, 0, &attempt);
    assert_refused(&attempt, "this is a directory, not a scenario file");
    file_path(folder, "none.json", path);
    attempt_path(path, NULL, 0, &attempt);
    assert_refused(&attempt, "none.json: No such file or directory");
}

/* Goal: grammar, with the place. */
static void broken_grammar(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "s.json:1:1: the file is empty"},
        {"  ", "s.json:1:3: the file ends where a value is expected (is it cut off?)"},
        {"[]", "s.json:1:1: a scenario is an object: { ... }"},
        {"{\"name\": \"a\" \"seed\": 1}", "s.json:1:14: ',' or '}' is expected, not '\"'"},
        {"{\"name\": \"a\",}", "s.json:1:14: nothing follows the last ',': remove it"},
        {"{name: 1}", "s.json:1:2: a key in double quotes is expected, not 'n'"},
        {"{\"name\": hello}",
         "s.json:1:10: hello is no value: words stand in double quotes (except true, false, null)"},
        {"{\"seed\": NaN}",
         "s.json:1:10: NaN is no value: words stand in double quotes (except true, false, null)"},
        {"{\"seed\": 01}", "s.json:1:10: a number must not begin with 0 and more digits"},
        {"{\"seed\": 1} x", "s.json:1:13: the end of the file is expected, not 'x'"},
        {"{ /* open", "s.json:1:3: this comment is not closed: \"*/\" is missing"},
        {"{\"name\": \"a\nb\"}",
         "s.json:1:10: this string is not closed on its line: '\"' is missing"},
        {"{\"name\": \"\\u0000\"}", "s.json:1:17: \\u0000 is not allowed"},
        {"{\"name\": \"a\", \"name\": \"b\"}",
         "s.json:1:15: the key \"name\" stands twice in this object, first in line 1"},
        {"{\"name\": \"\xc3\xa9\", \"nmae\": 1}",
         "s.json:1:15: unknown key \"nmae\"; did you mean \"name\"?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char message[1100];
        struct attempt attempt;
        attempt_text(*state, rows[i].text, NULL, &attempt);
        assert_refused(&attempt, "");
        assert_string_equal(message_of(&attempt, *state, message), rows[i].message);
    }
}

/* Goal: nesting, number of values and of keys have limits, each with its message. */
static void limits_of_a_file(void **state)
{
    struct attempt attempt;
    char *text = calloc(1, 4 << 20);
    assert_non_null(text);
    memset(text, '[', 100000);
    attempt_text(*state, text, NULL, &attempt);
    assert_refused(&attempt, "s.json:1:33: nested too deeply: at most 32 levels");

    char *at = text + sprintf(text, "{\"name\": [0");
    for (int i = 0; i < 200000; i++)
        at += sprintf(at, ",0");
    attempt_text(*state, text, NULL, &attempt);
    assert_refused(&attempt, "too many values: at most 200000 in one file");

    at = text + sprintf(text, "{\"a\": 0");
    for (int i = 0; i < 4096; i++)
        at += sprintf(at, ",\"k%d\": 0", i);
    sprintf(at, "}");
    attempt_text(*state, text, NULL, &attempt);
    assert_refused(&attempt, "too many keys in one object: at most 4096");
    free(text);
}

/* Goal: long and strange words are cut to one line of text, at the end of a character. */
static void messages_stay_short(void **state)
{
    char text[TEXT_SIZE], word[4096] = "", given[8192];
    struct attempt attempt;
    for (int i = 0; i < 1000; i++)
        strcat(word, "\xc3\xa9");
    snprintf(text, sizeof text, "{\"name\": 1, \"x%s\": 1}", word);
    attempt_text(*state, text, NULL, &attempt);
    assert_refused(&attempt, "\xc3\xa9...\"");
    assert_true(strlen(attempt.error.text) < 300);
    snprintf(given, sizeof given, "{\n \"duration\": \"%s\",\n", word);
    replaced(minimal, "{\n", given, text);
    attempt_text(*state, text, NULL, &attempt);
    assert_refused(&attempt, "...");
    assert_true(strlen(attempt.error.text) < 400);
    replaced(minimal, "{\n", "{\n \"duration\": \"a\\nb\\u001b[31m\",\n", text);
    attempt_text(*state, text, NULL, &attempt);
    assert_refused(&attempt, "\"a?b?[31m\"");
}

/* Goal: a trace is read before anything runs; its place stands beside the scenario's. */
static void bad_traces(void **state)
{
    static const char *const traces[][2] = {
        {NULL, "s.json:9:70: users.chat.arrival.file: "},
        {"t_s,input_tokens,output_tokens\n0,1,1\n1,ten,1\n", "t.csv:3"},
        {"t_s,input_tokens,output_tokens\n5,1,1\n1,1,1\n", "t.csv:3"},
        {"t_s,input_tokens\n5,1\n", "output_tokens"},
        {"t_s,input_tokens,output_tokens\n", "t.csv"},
    };
    char text[TEXT_SIZE];
    replaced(minimal, "\"rate\": \"6/h\"", "\"law\": \"trace\", \"file\": \"t.csv\"", text);
    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        struct attempt attempt;
        if (traces[i][0] != NULL)
            file_write(*state, "t.csv", traces[i][0]);
        attempt_text(*state, text, NULL, &attempt);
        assert_refused(&attempt, traces[i][1]);
        assert_contains(attempt.error.text, "users.chat.arrival.file");
    }
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(unknown_keys),
        CASE(wrong_values),
        CASE(names_and_shares),
        CASE(missing_things),
        CASE(rules_between_keys),
        CASE(class_lost_by_rounding),
        CASE(behaviours_that_do_not_fit),
        CASE(royalty_beyond_what_is_left),
        CASE(cut_off_anywhere),
        CASE(bytes_that_are_no_text),
        CASE(files_that_are_none),
        CASE(broken_grammar),
        CASE(limits_of_a_file),
        CASE(messages_stay_short),
        CASE(bad_traces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
