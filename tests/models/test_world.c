/* test_world.c - whole runs of small worlds through the real core. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "whole_run.h"

/* One node with one slot, no latency, no checks: a queue of the textbook. */
static const char queue_text[] =
    "{\"name\": \"queue\", \"duration\": \"20000s\", \"warm_up\": \"500s\", \"chain_delay\": 0, "
    "\"beacon_delay\": 0,"
    " \"network\": {\"local_latency\": 0, \"jitter\": 0, \"loss\": 0},"
    " \"regions\": {\"here\": {}}, \"gateways\": {\"only\": {\"region\": \"here\"}},"
    " \"classes\": {\"8b\": {\"parameters\": 8}},"
    " \"providers\": {\"open\": {\"count\": 1, \"classes\": {\"8b\": \"100%\"}}},"
    " \"nodes\": {\"server\": {\"count\": 1, \"operators\": 1, \"classes\": {\"8b\": \"100%\"}, \"serves\": 1,"
    "   \"service\": {\"kind\": \"exponential\", \"mean\": \"1s\", \"slots\": 1, \"queue\": \"unlimited\"},"
    "   \"behaviours\": {\"honest\": \"100%\"}}},"
    " \"users\": {\"u\": {\"count\": 1, \"arrival\": {\"law\": \"poisson\", \"rate\": \"0.8/s\"},"
    "   \"input\": {\"law\": \"constant\", \"mean\": 100}, \"output\": {\"law\": \"constant\", \"mean\": 100},"
    "   \"output_cap\": 100, \"demand\": {\"8b\": \"100%\"}, \"deadline\": 0,"
    "   \"deposit\": \"1000000 DGAI\", \"top_up\": \"1000 DGAI\", \"lock\": \"1000 DGAI\"}},"
    " \"protocol\": {\"sampling\": {\"rate\": 0}}}";

/* A small town with cheats, verifiers, losses and outages, for two hours. */
static const char town_text[] =
    "{\"name\": \"town\", \"duration\": \"2h\", \"chain_delay\": \"1s\", \"beacon_delay\": \"3s\","
    " \"network\": {\"local_latency\": \"5ms\", \"default_latency\": \"60ms\", \"jitter\": 0.3, \"loss\": \"1%\","
    "   \"retransmit\": \"200ms\"},"
    " \"regions\": {\"east\": {}, \"west\": {\"utc_offset\": -8}},"
    " \"gateways\": {\"a\": {\"region\": \"east\"}, \"b\": {\"region\": \"west\"}},"
    " \"classes\": {\"8b\": {\"parameters\": 8}, \"70b\": {\"parameters\": 70}},"
    " \"providers\": {\"open\": {\"count\": 4, \"classes\": {\"8b\": \"50%\", \"70b\": \"50%\"}, \"royalty\": \"2%\","
    "   \"outage_every\": \"1h\", \"outage_for\": \"1min\"}},"
    " \"hardware\": {\"card\": {\"prefill_rate\": \"2000/s\", \"step_base\": \"40ms\", \"step_per_sequence\": \"1ms\","
    "   \"slots\": 4, \"busy_cost\": \"4 DGAI\", \"idle_cost\": \"1 DGAI\"}},"
    " \"judges\": {\"j\": {\"correlation\": 0.747, \"latency\": \"1s\", \"cost\": \"0.01 DGAI\"}},"
    " \"nodes\": {\"n\": {\"count\": 40, \"operators\": 20, \"hardware\": {\"card\": \"100%\"}, \"serves\": 2,"
    "   \"classes\": {\"8b\": \"50%\", \"70b\": \"50%\"}, \"stake\": \"5000 DGAI\", \"price_spread\": 0.2,"
    "   \"behaviours\": {\"honest\": \"70%\", \"substitute\": \"15%\", \"garbage\": \"15%\"},"
    "   \"verifier_share\": \"40%\", \"verifier_behaviours\": {\"honest\": \"80%\", \"lazy_constant\": \"20%\"},"
    "   \"judge\": \"j\"}},"
    " \"users\": {\"u\": {\"count\": 100, \"arrival\": {\"law\": \"diurnal\", \"rate\": \"60/h\", \"amplitude\": \"50%\"},"
    "   \"input\": {\"law\": \"lognormal\", \"mean\": 500, \"cv\": 1}, \"output\": {\"law\": \"lognormal\","
    "   \"mean\": 150, \"cv\": 0.8, \"max\": 1000}, \"output_cap\": 1000, \"demand\": {\"8b\": \"60%\", \"70b\": \"40%\"},"
    "   \"deadline\": \"30s\", \"deposit\": \"20 DGAI\", \"top_up\": \"50 DGAI\", \"lock\": \"5 DGAI\"}},"
    " \"protocol\": {\"sampling\": {\"rate\": \"20%\"}, \"epoch\": {\"length\": \"10min\"},"
    "   \"settlement\": {\"length\": \"30min\"}, \"jail\": {\"length\": \"20min\"}}}";

/* Goal: an M/M/1 queue through gateway and node keeps its mean (rho 0.8: W = 5 s, standard
 * error 2.6 % after 16,000 services), and Little's law holds up to the requests under way at either
 * end. */
static void queue_has_its_mean(void **state)
{
    (void)state;
    struct result result = run_text(queue_text, NULL, 0, 3);
    assert_near(metric(&result, "latency_mean"), 5, 5 * 3 * 0.08);
    assert_near(metric(&result, "utilisation_mean.8b"), 0.8, 0.03);
    assert_true(metric(&result, "little_gap") < 0.01);
    assert_flow(&result);
    result_free(&result);
}

/* Goal: a loss system blocks the Erlang share: 8 erlang on 10 servers, 0.121661 (standard error
 * 0.003). */
static void loss_system_blocks(void **state)
{
    (void)state;
    const char *settings[] = {"users.u.arrival.rate=8/s", "nodes.server.service.slots=10",
                              "nodes.server.service.queue=0", "duration=4000s"};
    struct result result = run_text(queue_text, settings, 4, 5);
    assert_near(metric(&result, "requests_failed") / metric(&result, "requests_sent"), 0.121661,
                0.012);
    assert_flow(&result);
    result_free(&result);
}

/* Goal: a finite source of 50 users who think 10 s before 4 servers of 0.5 s completes 4.731361 a
 * second. */
static void closed_loop_throughput(void **state)
{
    (void)state;
    const char *settings[] = {"users.u.count=50",
                              "users.u.arrival.law=closed",
                              "users.u.arrival.think=10s",
                              "nodes.server.service.slots=4",
                              "nodes.server.service.mean=500ms",
                              "users.u.deposit=100000 DGAI"};
    struct result result = run_text(queue_text, settings, 6, 7);
    assert_near(metric(&result, "requests_completed") / (20000 - 500), 4.731361, 0.06);
    result_free(&result);
}

/* Goal: the same seed repeats a run event for event; another seed or replication does not. */
static void seed_decides_the_run(void **state)
{
    (void)state;
    struct result first = run_text(town_text, NULL, 0, 11),
                  again = run_text(town_text, NULL, 0, 11);
    struct result other = run_text(town_text, NULL, 0, 12);
    assert_true(first.fingerprint == again.fingerprint);
    assert_int_equal(first.events, again.events);
    assert_true(first.fingerprint != other.fingerprint);
    result_free(&first);
    result_free(&again);
    result_free(&other);
}

/* Goal: in a town with cheats, losses and outages every request and every token is accounted
 * for. */
static void town_keeps_its_books(void **state)
{
    (void)state;
    struct result result = run_text(town_text, NULL, 0, 21);
    assert_flow(&result);
    assert_near(metric(&result, "ledger_gap"), 0, 0);
    assert_true(metric(&result, "requests_completed") > 5000);
    assert_true(metric(&result, "reroutes") > 0);
    assert_true(metric(&result, "minted") > 0);
    assert_near(metric(&result, "check_share"), 0.2, 0.02);
    double verdicts = metric(&result, "checks_passed") + metric(&result, "checks_failed") +
                      metric(&result, "checks_inconclusive");
    assert_true(verdicts <= metric(&result, "checks_drawn"));
    assert_true(verdicts > 0.9 * metric(&result, "checks_drawn"));
    assert_true(result.ledger_count == 12);
    result_free(&result);
}

/* Goal: cheats are found, lose stake and earn less than the honest. With honest verifiers garbage
 * passes one judge with probability Phi(-0.747 * 2.8 / sqrt(0.747^2 * 0.5^2 + 1 - 0.747^2)) =
 * 0.003, so it fails nearly always; a fifth of the verifiers being lazy lets it pass when two of
 * three seats are theirs, about one time in ten. */
static void cheats_are_found(void **state)
{
    (void)state;
    const char *diligent[] = {"nodes.n.verifier_behaviours={\"honest\": 1}"};
    struct result result = run_text(town_text, diligent, 1, 31);
    double failed = metric(&result, "failure_share.garbage");
    assert_true(failed > 0.98);
    result_free(&result);
    result = run_text(town_text, NULL, 0, 31);
    assert_true(metric(&result, "failure_share.garbage") < failed);
    assert_near(metric(&result, "detected_share.garbage"), 1, 0);
    assert_true(metric(&result, "failure_share.substitute") >
                metric(&result, "failure_share.honest") + 0.1);
    assert_true(metric(&result, "profit_per_node.honest") >
                metric(&result, "profit_per_node.garbage"));
    assert_true(metric(&result, "slashed_per_node.garbage") > 0);
    assert_true(metric(&result, "releases") > 0);
    result_free(&result);
}

/* Goal: turning checks on changes nobody's requests: as many are sent, of the same sizes. */
static void checks_do_not_shift_arrivals(void **state)
{
    (void)state;
    const char *off[] = {"protocol.sampling.rate=0"};
    struct result with = run_text(town_text, NULL, 0, 41),
                  without = run_text(town_text, off, 1, 41);
    assert_near(metric(&with, "requests_sent"), metric(&without, "requests_sent"), 0);
    assert_true(with.fingerprint != without.fingerprint);
    result_free(&with);
    result_free(&without);
}

/* Goal: a user without money is refused, and one without patience is told he waited too long. */
static void funds_and_patience_run_out(void **state)
{
    (void)state;
    const char *poor[] = {"users.u.deposit=1 DGAI", "users.u.top_up=0", "users.u.lock=1 DGAI"};
    struct result result = run_text(town_text, poor, 3, 51);
    assert_true(metric(&result, "requests_refused") > metric(&result, "requests_completed"));
    assert_flow(&result);
    result_free(&result);
    const char *hasty[] = {"users.u.deadline=2s"};
    result = run_text(town_text, hasty, 1, 51);
    assert_true(metric(&result, "requests_late") > 100);
    assert_flow(&result);
    result_free(&result);
}

/* Goal: on idle servers of exponential service with mean 1 s a second copy after t, the end of the bucket
 * [2^31 + 2^28 ns) that holds the 90 % quantile 2.303 s, goes out with exp(-t) = 0.0893, wins half of
 * the time, and brings the 99 % quantile from ln 100 = 4.605 s to t + ln(100 exp(-t)) / 2 = 3.510 s
 * (standard errors after 15,600 answers: 0.0023, 0.013, 0.08 and 0.04) and the mean to 1 - exp(-t) / 2.
 */
static void hedges_cut_the_tail(void **state)
{
    (void)state;
    const char *settings[] = {"nodes.server.count=50", "protocol.routing.policy=least_outstanding",
                              "protocol.routing.hedge_quantile=90%"};
    struct result without = run_text(queue_text, settings, 2, 71),
                  with = run_text(queue_text, settings, 3, 71);
    assert_near(metric(&without, "latency_p99"), 4.605, 0.25);
    assert_near(metric(&without, "hedges"), 0, 0);
    assert_near(metric(&with, "latency_p99"), 3.510, 0.15);
    assert_near(metric(&with, "latency_mean"), 1 - 0.0893 / 2, 0.025);
    assert_near(metric(&with, "hedges") / (double)with.requests, 0.0893, 0.008);
    assert_near(metric(&with, "hedges_won") / metric(&with, "hedges"), 0.5, 0.05);
    assert_flow(&with);
    result_free(&without);
    result_free(&with);
}

/* Goal: with two copies under way every request still ends once, and money and slots add up: in a
 * town where messages are lost, nodes refuse, and patience ends before many an answer. */
static void copies_keep_the_books(void **state)
{
    (void)state;
    const char *settings[] = {"protocol.routing.hedge_quantile=50%",
                              "protocol.routing.retry_budget=100%",
                              "protocol.routing.retry_reserve=100000",
                              "protocol.routing.affinity_time=10min",
                              "network.loss=5%",
                              "users.u.deadline=4s"};
    struct result result = run_text(town_text, settings, 6, 81);
    assert_flow(&result);
    assert_near(metric(&result, "ledger_gap"), 0, 0);
    assert_true(metric(&result, "requests_late") > 100);
    assert_true(metric(&result, "hedges") > 0.2 * metric(&result, "requests_sent"));
    assert_true(metric(&result, "hedges_won") > 0.1 * metric(&result, "hedges"));
    assert_true(metric(&result, "hedges_won") < 0.9 * metric(&result, "hedges"));
    assert_true(metric(&result, "affinity_hits") > 100);
    result_free(&result);
}

/* Goal: a budget without income allows each of the two gateways its reserve of one reroute; breakers
 * trip at the first failure, or never. */
static void budget_and_breakers(void **state)
{
    (void)state;
    const char *settings[] = {"protocol.routing.retry_budget=0%",
                              "protocol.routing.retry_reserve=1",
                              "protocol.routing.breaker_failures=1"};
    struct result result = run_text(town_text, settings, 3, 91);
    assert_near(metric(&result, "reroutes"), 2, 0);
    assert_true(metric(&result, "requests_failed") > 0);
    assert_true(metric(&result, "breaker_trips") > 0);
    assert_flow(&result);
    result_free(&result);
    settings[2] = "protocol.routing.breaker_failures=0";
    result = run_text(town_text, settings, 3, 91);
    assert_near(metric(&result, "breaker_trips"), 0, 0);
    result_free(&result);
}

struct sink {
    uint64_t rows, completed;
};

static bool count_row(void *context, const struct result_request *row, struct error *error)
{
    (void)error;
    struct sink *sink = context;
    sink->rows++;
    sink->completed += strcmp(row->outcome, "completed") == 0;
    assert_true(row->latency_ns >= 0);
    return true;
}

static bool stop_at_once(void *context, int64_t now_ns, uint64_t events)
{
    (void)now_ns, (void)events;
    *(int *)context += 1;
    return false;
}

/* Goal: each ended request is handed over once when the scenario asks for it; an interrupted run is
 * one. */
static double slashes_of(const char *const *settings, size_t count, bool receipts)
{
    struct result result = run_text(queue_text, settings, count, 6);
    double slashes = metric(&result, "slashes");
    assert_true((metric(&result, "requests_completed") > 0) == receipts);
    assert_flow(&result);
    result_free(&result);
    return slashes;
}

/* Goal: a node that beats but lets every deadline pass is slashed for downtime once an hour, at the
 * first sweep after it: 3900, 7800, 11700, 15600 and 19500 s; not when heartbeats count alone, nor
 * when one request in many is answered. */
static void no_word_is_downtime(void **state)
{
    (void)state;
    const char *settings[] = {"users.u.deadline=2s",
                              "nodes.server.service.kind=deterministic",
                              "nodes.server.service.mean=3s",
                              "protocol.routing.breaker_failures=0",
                              "protocol.penalty.downtime_limit=1h",
                              "protocol.penalty.downtime_requests=10"};
    assert_near(slashes_of(settings, 6, false), 5, 0);
    settings[5] = "protocol.penalty.downtime_requests=0";
    assert_near(slashes_of(settings, 6, false), 0, 0);
    settings[5] = "protocol.penalty.downtime_requests=10";
    settings[1] = "nodes.server.service.kind=exponential";
    settings[2] = "nodes.server.service.queue=0";
    assert_near(slashes_of(settings, 6, true), 0, 0);
}

/* Goal: a node with its one slot taken for ever is busy, which it says: no downtime. Where messages
 * are lost, so that one request in 128 breaks off and another in 128 of the refusals, it is. */
static void busy_is_a_word(void **state)
{
    (void)state;
    const char *settings[] = {"nodes.server.service.kind=deterministic",
                              "nodes.server.service.mean=10d",
                              "nodes.server.service.queue=0",
                              "protocol.routing.breaker_failures=0",
                              "protocol.penalty.downtime_limit=1h",
                              "network.loss=0"};
    assert_near(slashes_of(settings, 6, false), 0, 0);
    settings[5] = "network.loss=50%";
    assert_true(slashes_of(settings, 6, false) >= 4);
}

static void rows_and_interruption(void **state)
{
    (void)state;
    const char *settings[] = {"record_requests=true", "duration=30min"};
    struct scenario scenario = {0};
    load_text(town_text, settings, 2, &scenario);
    struct sink sink = {0};
    struct world_options options = {.seed = 61, .request = count_row, .request_context = &sink};
    struct result result = {0};
    struct error error = {0};
    assert_true(world_run(&scenario, &options, &result, &error));
    assert_near((double)sink.completed, metric(&result, "requests_completed"), 0);
    assert_true(sink.rows >= sink.completed && sink.rows <= result.requests);
    result_free(&result);
    int calls = 0;
    options =
        (struct world_options){.seed = 61, .progress = stop_at_once, .progress_context = &calls};
    assert_false(world_run(&scenario, &options, &result, &error));
    assert_int_equal(calls, 1);
    assert_non_null(strstr(error.text, "interrupted"));
    scenario_free(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queue_has_its_mean),
        cmocka_unit_test(loss_system_blocks),
        cmocka_unit_test(closed_loop_throughput),
        cmocka_unit_test(seed_decides_the_run),
        cmocka_unit_test(town_keeps_its_books),
        cmocka_unit_test(cheats_are_found),
        cmocka_unit_test(checks_do_not_shift_arrivals),
        cmocka_unit_test(funds_and_patience_run_out),
        cmocka_unit_test(hedges_cut_the_tail),
        cmocka_unit_test(copies_keep_the_books),
        cmocka_unit_test(budget_and_breakers),
        cmocka_unit_test(no_word_is_downtime),
        cmocka_unit_test(busy_is_a_word),
        cmocka_unit_test(rows_and_interruption),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
