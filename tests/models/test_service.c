/* Goal of this file: a node's batch and queue behave as hand-worked timelines, a token-by-token
 * simulation, queueing theory and measured step times say. */
#include "models/service.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND 1000000000.0

static const struct random_key KEY = {.seed = 2026, .replication = 0};

static struct service open_service(const struct service_profile *profile)
{
    struct service service;

    assert_true(service_init(&service, profile, NULL));
    return service;
}

static struct service_profile batch_profile(double base, double per, double chunk, uint32_t slots,
                                            uint32_t queue)
{
    return (struct service_profile){
        .kind = SERVICE_LLM,
        .step_base_ns = base,
        .step_per_sequence_ns = per,
        .prefill_chunk = 100,
        .chunk_ns = chunk,
        .slots = slots,
        .queue = queue,
    };
}

static enum service_admission offer(struct service *service, int64_t now, uint64_t id,
                                    double prefill, double decode)
{
    struct service_job job = {.id = id, .prefill_steps = prefill, .decode_steps = decode};

    return service_offer(service, now, &job);
}

/* Moves to the next change and returns how many jobs it finished. */
static uint32_t step_to(struct service *service, int64_t expected, struct service_done *done)
{
    assert_int_equal(service_next(service), expected);
    return service_advance(service, expected, done, 8);
}

/* Goal: prefill in order alongside decoding, batch-dependent steps, queue and refusal, as worked by
 * hand. */
static void timeline_of_a_batch(void **state)
{
    (void)state;
    struct service_profile profile = batch_profile(10, 1, 20, 2, 1);
    struct service service = open_service(&profile);
    struct service_done done[8];

    assert_int_equal(service_next(&service), INT64_MAX);
    assert_int_equal(offer(&service, 0, 1, 2, 3), SERVICE_STARTED); /* 2 steps of 30 */
    assert_int_equal(service_next(&service), 60);
    assert_int_equal(service_advance(&service, 30, done, 8), 0);
    assert_int_equal(offer(&service, 30, 2, 1, 2), SERVICE_STARTED);
    assert_int_equal(step_to(&service, 60, done),
                     0); /* then steps of 31: job 1 and the prompt of 2 */
    assert_int_equal(service_first_token(&service, 1), 60);
    assert_int_equal(service_first_token(&service, 2), INT64_MAX);
    assert_int_equal(step_to(&service, 91, done), 0); /* then steps of 12, two for each */
    assert_int_equal(service_first_token(&service, 2), 91);
    assert_int_equal(offer(&service, 100, 3, 1, 1), SERVICE_QUEUED);
    assert_int_equal(offer(&service, 101, 4, 1, 1), SERVICE_REFUSED);
    assert_int_equal(step_to(&service, 115, done), 2);
    assert_int_equal(done[0].id, 1);
    assert_int_equal(done[0].first_token_ns, 60);
    assert_int_equal(done[0].finish_ns, 115);
    assert_int_equal(service_first_token(&service, 1), INT64_MAX);
    assert_int_equal(done[1].id, 2);
    assert_int_equal(done[1].first_token_ns, 91);
    assert_int_equal(service_in_use(&service), 1);
    assert_int_equal(service_waiting(&service), 0);
    assert_int_equal(step_to(&service, 145, done), 0);
    assert_int_equal(step_to(&service, 156, done), 1);
    assert_int_equal(done[0].id, 3);
    assert_int_equal(done[0].first_token_ns, 145);
    assert_int_equal(service_next(&service), INT64_MAX);

    struct service_usage usage = service_usage(&service, 200);
    assert_int_equal(usage.busy_ns, 156);
    assert_true(usage.slot_ns == 30 + 2 * 85 + 41);
    assert_true(usage.queue_ns == 15);
    service_usage_restart(&service, 200);
    assert_int_equal(service_usage(&service, 300).busy_ns, 0);
    service_fini(&service);
}

/* Goal: processor sharing of hand-worked sizes, shares falling on fractions of a nanosecond. */
static void sharing_by_hand(void **state)
{
    (void)state;
    struct service_profile profile = batch_profile(0, 1, 0, 8, 0);
    struct service service = open_service(&profile);
    struct service_done done[8];

    assert_int_equal(offer(&service, 0, 1, 0, 10), SERVICE_STARTED);
    assert_int_equal(offer(&service, 1, 2, 0, 10), SERVICE_STARTED);
    assert_int_equal(offer(&service, 3, 3, 0, 10), SERVICE_STARTED);
    /* served at 3: 2, 1, 0; job 1 ends after 8 more each: 27; job 2 has 1 left: 29; job 3 1 more:
     * 30 */
    assert_int_equal(step_to(&service, 27, done), 1);
    assert_int_equal(step_to(&service, 29, done), 1);
    assert_int_equal(step_to(&service, 30, done), 1);
    assert_int_equal(done[0].id, 3);

    assert_int_equal(offer(&service, 100, 4, 0, 3.25), SERVICE_STARTED);
    assert_int_equal(offer(&service, 100, 5, 0, 4.5), SERVICE_STARTED);
    assert_int_equal(step_to(&service, 107, done), 1); /* at 106.5, rounded up */
    assert_int_equal(step_to(&service, 108, done), 1); /* at 107.75: the half is made good */
    service_fini(&service);
}

/* Goal: no rounding adds up. Every busy period of a shared machine ends at its start plus all its
 * work, to the nanosecond, also when it is longer than the stretch after which steps are counted
 * anew. */
static void busy_periods_end_exactly(void **state)
{
    (void)state;
    const int64_t unit[] = {1000, 10000000000}; /* the second: busy for hours */
    struct random_stream stream;

    random_stream_init(&stream, &KEY, 1, 0, 0);
    for (int u = 0; u < 2; u++) {
        struct service_profile profile = batch_profile(0, 1, 0, 1000, 0);
        struct service service = open_service(&profile);
        struct service_done done[8];
        int64_t arrival = 1, busy_end = 0;
        int periods = 0;
        for (int i = 0; i < 5000; i++) {
            int64_t size = 1 + (int64_t)(random_exponential(&stream) * (double)unit[u]);
            arrival += 1 + (int64_t)(random_exponential(&stream) * (double)unit[u] / 0.95);
            int64_t end = 0;
            while (service_next(&service) <= arrival) {
                end = service_next(&service);
                service_advance(&service, end, done, 8);
            }
            if (service_in_use(&service) == 0 && i > 0) {
                assert_int_equal(end, busy_end);
                periods++;
            }
            busy_end = (service_in_use(&service) == 0 ? arrival : busy_end) + size;
            assert_int_equal(offer(&service, arrival, (uint64_t)i, 0, (double)size),
                             SERVICE_STARTED);
        }
        assert_true(periods > 20);
        service_fini(&service);
    }
}

/* The same machine, simulated one step (one token of each sequence) at a time. */
struct slow_job {
    int prefill, decode;
    int64_t first_token, finish;
};

static void simulate_by_step(struct slow_job *jobs, int count, int slots, int64_t base, int64_t per,
                             int64_t chunk)
{
    int admitted = 0, finished = 0;
    int64_t now = 0;

    while (finished < count) {
        int decoding = 0, prompt = -1;
        while (admitted < count && admitted - finished < slots)
            admitted++;
        for (int i = admitted - 1; i >= 0; i--) {
            if (jobs[i].prefill > 0)
                prompt = i;
            else if (jobs[i].decode > 0)
                decoding++;
        }
        now += base + per * decoding + (prompt >= 0 ? chunk : 0);
        for (int i = 0; i < admitted; i++) {
            if (jobs[i].prefill == 0 && jobs[i].decode > 0 && --jobs[i].decode == 0) {
                jobs[i].finish = now;
                finished++;
            }
        }
        if (prompt >= 0 && --jobs[prompt].prefill == 0)
            jobs[prompt].first_token = now;
    }
}

/* Goal: one event per change of the batch gives the times of a token-by-token simulation
 * exactly. */
static void agrees_with_token_by_token(void **state)
{
    (void)state;
    enum { COUNT = 24 };
    struct random_stream stream;

    random_stream_init(&stream, &KEY, 2, 0, 0);
    for (int round = 0; round < 200; round++) {
        struct slow_job jobs[COUNT];
        int slots = 1 + (int)random_below(&stream, 6);
        struct service_profile profile =
            batch_profile(29700000, 312000, 16845455, (uint32_t)slots, COUNT);
        struct service service = open_service(&profile);
        uint32_t changes = 0, finished = 0;
        for (int i = 0; i < COUNT; i++) {
            jobs[i] = (struct slow_job){.prefill = 1 + (int)random_below(&stream, 9),
                                        .decode = 1 + (int)random_below(&stream, 60)};
            assert_int_not_equal(offer(&service, 0, (uint64_t)i, jobs[i].prefill, jobs[i].decode),
                                 SERVICE_REFUSED);
        }
        simulate_by_step(jobs, COUNT, slots, 29700000, 312000, 16845455);
        while (service_next(&service) < INT64_MAX) {
            struct service_done done[COUNT];
            uint32_t n = service_advance(&service, service_next(&service), done, COUNT);
            changes++;
            for (uint32_t k = 0; k < n; k++) {
                assert_int_equal(done[k].finish_ns, jobs[done[k].id].finish);
                assert_int_equal(done[k].first_token_ns, jobs[done[k].id].first_token);
            }
            finished += n;
        }
        assert_int_equal(finished, COUNT);
        assert_true(changes <= 2 * COUNT);
        service_fini(&service);
    }
}

/* Goal: finished jobs beyond the caller's room stay due and are handed out by the next call. */
static void done_in_portions(void **state)
{
    (void)state;
    struct service_profile profile = batch_profile(1, 0, 0, 100, 5);
    struct service service = open_service(&profile);
    struct service_done done[3];

    for (uint64_t id = 0; id < 100; id++)
        assert_int_equal(offer(&service, 0, id, 0, 50), SERVICE_STARTED);
    for (uint64_t id = 100; id < 105; id++)
        assert_int_equal(offer(&service, 0, id, 0, 50), SERVICE_QUEUED);
    assert_int_equal(offer(&service, 0, 105, 0, 50), SERVICE_REFUSED);
    for (uint64_t id = 0; id < 99; id += 3) {
        assert_int_equal(service_advance(&service, 50, done, 3), 3);
        assert_int_equal(done[2].id, id + 2);
        assert_int_equal(service_next(&service), 50);
    }
    assert_int_equal(service_advance(&service, 50, done, 3), 1);
    assert_int_equal(service_next(&service), 100);
    assert_int_equal(service_in_use(&service), 5);
    service_fini(&service);
}

/* Goal: a machine without a slot is refused; a job without work ends at once; work factors
 * scale. */
static void edges(void **state)
{
    (void)state;
    struct service_profile profile = batch_profile(10, 1, 20, 0, 1);
    struct service service = {0};
    struct service_done done[8];

    assert_false(service_init(&service, &profile, NULL));
    profile.slots = 1;
    service = open_service(&profile);
    assert_int_equal(offer(&service, 7, 1, 0, 0), SERVICE_STARTED);
    assert_int_equal(step_to(&service, 7, done), 1);
    service_fini(&service);

    struct service_job job = service_job_llm(&profile, 9, 101, 40, 0.25);
    assert_true(job.prefill_steps == 0.5 && job.decode_steps == 10 && job.id == 9);
}

/* Theory: arrivals are Poisson, services drawn by the profile; batch means give the standard
 * error. */

enum { BATCHES = 20 };

struct measured {
    double mean[3], error[3]; /* wait, time in system, waited (0/1), in units of one mean service */
    double blocked;
    double slots_used, queue;
};

static void drain(struct service *service, int64_t until, const double *arrival, const double *size,
                  double (*sums)[3], int per_batch)
{
    struct service_done done[8];

    while (service_next(service) <= until) {
        uint32_t n = service_advance(service, service_next(service), done, 8);
        for (uint32_t k = 0; k < n; k++) {
            double *sum = sums[done[k].id / (uint64_t)per_batch];
            double time = ((double)done[k].finish_ns - arrival[done[k].id]) / SECOND;
            double wait = time - size[done[k].id] / SECOND;
            sum[0] += wait;
            sum[1] += time;
            sum[2] += wait > 1e-9;
        }
    }
}

static struct measured measure(const struct service_profile *profile, double rate, int per_batch,
                               uint32_t purpose)
{
    int count = per_batch * BATCHES, blocked = 0;
    double sums[BATCHES][3] = {{0}};
    double *arrival = calloc((size_t)count, sizeof *arrival);
    double *size = calloc((size_t)count, sizeof *size);
    struct random_stream arrivals, sizes;
    struct service service = open_service(profile);
    struct measured out = {0};
    int64_t now = 0;

    random_stream_init(&arrivals, &KEY, purpose, 0, 0);
    random_stream_init(&sizes, &KEY, purpose, 1, 0);
    for (int i = 0; i < count; i++) {
        struct service_job job = service_job_plain(profile, (uint64_t)i, &sizes);
        now += (int64_t)(random_exponential(&arrivals) / rate * SECOND);
        drain(&service, now, arrival, size, sums, per_batch);
        arrival[i] = (double)now;
        size[i] = job.decode_steps;
        blocked += service_offer(&service, now, &job) == SERVICE_REFUSED;
    }
    struct service_usage usage = service_usage(&service, now);
    out.slots_used = usage.slot_ns / (double)now;
    out.queue = usage.queue_ns / (double)now;
    drain(&service, INT64_MAX - 1, arrival, size, sums, per_batch);
    out.blocked = (double)blocked / count;
    for (int m = 0; m < 3; m++) {
        double sum = 0, squares = 0;
        for (int b = 0; b < BATCHES; b++)
            sum += sums[b][m] / per_batch;
        out.mean[m] = sum / BATCHES;
        for (int b = 0; b < BATCHES; b++)
            squares += pow(sums[b][m] / per_batch - out.mean[m], 2);
        out.error[m] = sqrt(squares / (BATCHES - 1) / BATCHES);
    }
    service_fini(&service);
    free(arrival);
    free(size);
    return out;
}

static struct service_profile plain(enum service_kind kind, double cv, uint32_t slots,
                                    uint32_t queue)
{
    struct scenario_service service = {
        .kind = kind, .mean_ns = 1000000000, .cv = cv, .slots = slots, .queue = queue};

    return service_profile_plain(&service);
}

/* Goal: with four sequences on a machine for two a step takes 4 / 2 times as long as with two, 12 ns, and
 * a tenth more: 26.4 ns. Two jobs of 10 and two of 20 steps: the first two end after 264 ns; the others,
 * alone, need 10 steps of 12 ns more. The machine counts as full, not as twice full. */
static void crowd_shares_the_machine(void **state)
{
    (void)state;
    struct service_profile profile = batch_profile(10, 1, 0, 4, 0);
    struct service_done done[8];
    profile.crowd = 2;
    profile.swap_cost = 0.1;
    struct service service = open_service(&profile);
    assert_int_equal(service_holds(&service), 2);
    for (uint64_t id = 0; id < 4; id++)
        assert_int_equal(offer(&service, 0, id, 0, id < 2 ? 10 : 20), SERVICE_STARTED);
    assert_int_equal(service_load(&service), 2);
    assert_int_equal(offer(&service, 0, 4, 0, 1), SERVICE_REFUSED);
    assert_int_equal(step_to(&service, 264, done), 2);
    assert_int_equal(step_to(&service, 384, done), 2);
    struct service_usage usage = service_usage(&service, 500);
    assert_true(usage.slot_ns == 2 * 384 && usage.busy_ns == 384);
    service_fini(&service);
}

/* 99.9 % of a t with 19 degrees of freedom lie within 3.88 standard errors. */
static void assert_near(double measured, double expected, double error)
{
    if (!(fabs(measured - expected) < 3.88 * error && error < 0.05 * expected))
        fail_msg("measured %g +- %g, expected %g", measured, error, expected);
}

/* Goal: M/M/1 and M/M/c: waiting time, time in system, chance to wait, and Little's law exactly. */
static void exponential_servers(void **state)
{
    (void)state;
    struct service_profile one = plain(SERVICE_EXPONENTIAL, 0, 1, 1000000);
    struct measured m = measure(&one, 0.5, 20000, 10);
    assert_near(m.mean[0], 1, m.error[0]);
    assert_near(m.mean[1], 2, m.error[1]);
    assert_near(m.mean[2], 0.5, m.error[2]);

    struct service_profile three = plain(SERVICE_EXPONENTIAL, 0, 3, 1000000);
    m = measure(&three, 2, 20000, 11);
    assert_near(m.mean[0], 0.444444, m.error[0]);
    assert_near(m.mean[2], 0.444444, m.error[2]);
    assert_near(m.slots_used, 2, 0.01);
    assert_true(fabs(m.queue - 2 * m.mean[0]) < 0.02);
}

/* Goal: M/G/1 waits by the variance of the service (Pollaczek-Khinchine, load 0.5). */
static void variance_of_service(void **state)
{
    (void)state;
    struct service_profile fixed = plain(SERVICE_DETERMINISTIC, 0, 1, 1000000);
    struct measured m = measure(&fixed, 0.5, 20000, 12);
    assert_near(m.mean[0], 0.5, m.error[0]);

    struct service_profile wide = plain(SERVICE_LOGNORMAL, 1.5, 1, 1000000);
    m = measure(&wide, 0.5, 25000, 13);
    assert_near(m.mean[0], 0.5 * (1 + 1.5 * 1.5), m.error[0]);
}

/* Goal: without a queue the share refused is Erlang's, whatever the law of the service. */
static void loss_is_insensitive(void **state)
{
    (void)state;
    const enum service_kind kinds[] = {SERVICE_EXPONENTIAL, SERVICE_DETERMINISTIC,
                                       SERVICE_LOGNORMAL};

    for (uint32_t k = 0; k < 3; k++) {
        struct service_profile profile = plain(kinds[k], 2, 10, 0);
        struct measured m = measure(&profile, 8, 10000, 20 + k);
        assert_near(m.blocked, 0.121661, 0.0015);
    }
}

/* Goal: under processor sharing the mean time of a job is its size over one minus the load. */
static void sharing_is_fair(void **state)
{
    (void)state;
    enum { PER_BATCH = 8000 };
    struct service_profile profile = batch_profile(0, 1, 0, 100000, 0);
    struct service service = open_service(&profile);
    struct random_stream stream;
    struct service_done done[8];
    static double arrival[PER_BATCH * BATCHES];
    double sums[BATCHES] = {0}, mean = 0, squares = 0;
    int counts[BATCHES] = {0};
    int64_t now = 0;

    random_stream_init(&stream, &KEY, 30, 0, 0);
    for (int i = 0; i <= PER_BATCH * BATCHES; i++) {
        int64_t until = INT64_MAX - 1;
        if (i < PER_BATCH * BATCHES) {
            now += (int64_t)(random_exponential(&stream) / 0.8 * SECOND);
            until = now;
        }
        while (service_next(&service) <= until) {
            uint32_t n = service_advance(&service, service_next(&service), done, 8);
            for (uint32_t k = 0; k < n; k++) {
                uint64_t job = done[k].id / 2;
                if (done[k].id % 2 == 1) { /* size 2 */
                    sums[job / PER_BATCH] += ((double)done[k].finish_ns - arrival[job]) / SECOND;
                    counts[job / PER_BATCH]++;
                }
            }
        }
        if (i == PER_BATCH * BATCHES)
            break;
        bool large = random_unit(&stream) < 1.0 / 3; /* sizes 0.5 and 2, mean 1 */
        arrival[i] = (double)now;
        offer(&service, now, (uint64_t)i * 2 + large, 0, (large ? 2 : 0.5) * SECOND);
    }
    for (int b = 0; b < BATCHES; b++)
        mean += sums[b] / counts[b] / BATCHES;
    for (int b = 0; b < BATCHES; b++)
        squares += pow(sums[b] / counts[b] - mean, 2);
    assert_near(mean, 10, sqrt(squares / (BATCHES - 1) / BATCHES));
    service_fini(&service);
}

/* Goal: a profile made from hardware figures gives their rates, scaled by the model's size. */
static void profile_of_hardware(void **state)
{
    (void)state;
    struct scenario_hardware hardware = {
        .prefill_tokens_per_s = 11000,
        .step_base_ns = 29700000,
        .step_per_sequence_ns = 312000,
        .prefill_chunk = 512,
        .slots = 64,
    };
    struct service_profile full = service_profile_llm(&hardware, 70);
    struct service_profile small = service_profile_llm(&hardware, 7);

    assert_true(fabs((full.step_base_ns + full.chunk_ns) / 1e9 - 512 / 11000.0) < 1e-9);
    assert_true(fabs(full.step_per_sequence_ns / small.step_per_sequence_ns - 10) < 1e-9);
    assert_true(fabs(full.chunk_ns / small.chunk_ns - 10) < 1e-9);
    assert_int_equal(full.queue, 0);
    hardware.prefill_tokens_per_s = 1e9; /* never faster than a chunk per step */
    assert_true(service_profile_llm(&hardware, 70).chunk_ns == 0);
}

static double prefill_alone_ms(const struct service_profile *profile, uint32_t tokens)
{
    return service_job_llm(profile, 0, tokens, 0, 1).prefill_steps *
           (profile->step_base_ns + profile->chunk_ns) / 1e6;
}

/* Goal: the figures of the H100 machine (llama2-70b, tensor parallel 8) follow the measured step
 * times within 5 % at every batch size, and the prompt times of 4,096 tokens and more within 15
 * %. */
static void measured_machine(void **state)
{
    (void)state;
    const char *data = getenv("DGSIM_DATA");
    char path[4096], text[512];
    struct scenario_hardware hardware = {
        .prefill_tokens_per_s = 11000,
        .step_base_ns = 29700000,
        .step_per_sequence_ns = 312000,
        .prefill_chunk = 512,
        .slots = 64,
    };
    struct service_profile profile = service_profile_llm(&hardware, 70);
    int rows = 0;

    if (data == NULL)
        skip();
    snprintf(path, sizeof path, "%s/splitwise_perf/perf_median.csv", data);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(text, sizeof text, file) != NULL) {
        unsigned prompt, batch;
        double prompt_ms, step_ms;
        if (sscanf(text, "llama2-70b,h100-80gb,8,%u,%u,128,%*d,%lf,%lf", &prompt, &batch,
                   &prompt_ms, &step_ms) != 4)
            continue;
        double step = (profile.step_base_ns + batch * profile.step_per_sequence_ns) / 1e6;
        if (prompt == 512)
            assert_true(fabs(step / step_ms - 1) < 0.05);
        if (prompt * batch >= 4096)
            assert_true(fabs(prefill_alone_ms(&profile, prompt * batch) / prompt_ms - 1) < 0.15);
        rows++;
    }
    fclose(file);
    assert_int_equal(rows, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crowd_shares_the_machine),
        cmocka_unit_test(timeline_of_a_batch),
        cmocka_unit_test(sharing_by_hand),
        cmocka_unit_test(busy_periods_end_exactly),
        cmocka_unit_test(agrees_with_token_by_token),
        cmocka_unit_test(done_in_portions),
        cmocka_unit_test(edges),
        cmocka_unit_test(exponential_servers),
        cmocka_unit_test(variance_of_service),
        cmocka_unit_test(loss_is_insensitive),
        cmocka_unit_test(sharing_is_fair),
        cmocka_unit_test(profile_of_hardware),
        cmocka_unit_test(measured_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
