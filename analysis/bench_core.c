/* bench_core.c - times calls of the core's public interface.
 *
 * Every row keeps its state through all repetitions and the rows take turns, so that a disturbance
 * of the machine falls on all of them; the medians are printed.
 */
#include "analysis/bench_core.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <sodium.h>

#include "dg/chain.h"
#include "dg/gateway.h"
#include "dg/verify.h"

enum {
    REPETITIONS = 21,
    SMALL_NETWORK = 1000,
    LARGE_NETWORK = 10000,
    ROW_LIMIT = 48,
    POLICY_SIZE = 32, /* of the name of a policy and what comes before it */
    NAME_SIZE = POLICY_SIZE + 16,

    MODELS = 4,           /* each node serves one of them */
    REQUESTS = 16384,     /* of a row in one repetition */
    FLIGHT_RING = 256,    /* requests in flight at once */
    RECEIPTS = 16384,     /* hashed in one repetition */
    MANY_CANDIDATES = 64, /* of the row that asks for more than the standard */
    WARM_UP = 6,          /* answers per node before anything is timed, so that records differ */
    TOKENS_IN = 500,
    TOKENS_OUT = 300,
};

#define MILLISECOND (DG_SECOND / 1000)
#define ALLOWANCE   (INT64_MAX / 4)

/* One gateway and its network, or, for the hashes, no gateway. */
struct bench_row {
    char name[NAME_SIZE];
    struct dg_gateway *gateway;
    struct dg_chain *chain;
    uint32_t node_count; /* of the chain */
    int64_t plan;        /* of a draw */
    bool *drawn;         /* RECEIPTS of them */
    bool (*work)(struct bench_row *row,
                 double *ns); /* of one operation; false when a call failed */
    enum dg_status status;    /* of the call that failed */
    int64_t now;
    uint64_t request, period;
    uint64_t oldest; /* place in flights of the request answered next */
    struct dg_route flights[FLIGHT_RING];
    const struct dg_receipt *receipts; /* RECEIPTS of them */
    uint64_t sink;                     /* what the compiler must not leave out */
    double ns[REPETITIONS];
};

struct bench {
    struct dg_receipt receipts[RECEIPTS];
    bool drawn[RECEIPTS];
    struct bench_row rows[ROW_LIMIT];
    size_t row_count;
};

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* ---- the network ---- */

/* Records as checks would leave them: price, quality and credibility differ from node to node. */
static struct dg_node_record node_record(uint32_t node)
{
    uint32_t mixed = node * 2654435761u; /* Knuth's multiplicative hash */

    return (struct dg_node_record){
        .node = node,
        .operator_id = node / 5,
        .models = {node % MODELS},
        .model_count = 1,
        .quality = (uint16_t)(40000 + (mixed >> 8) % 25000),
        .credibility = (uint16_t)(40000 + (mixed >> 4) % 25000),
        .price = 30000 + (int64_t)(mixed >> 12) % 40000,
        .stake = 1000 * DG_TOKEN,
    };
}

static enum dg_status publish_network(struct dg_gateway *gateway, uint32_t node_count)
{
    const struct dg_grant grant = {.amount = ALLOWANCE};
    enum dg_status status = dg_gateway_apply_grant(gateway, &grant);

    for (uint32_t i = 0; i < MODELS && status == DG_OK; i++) {
        const struct dg_model_record model = {.model = i, .size_class = (uint8_t)i};
        status = dg_gateway_apply_model(gateway, &model);
    }
    for (uint32_t i = 0; i < node_count && status == DG_OK; i++) {
        const struct dg_node_record record = node_record(i);
        status = dg_gateway_apply_node(gateway, &record);
    }
    return status;
}

static enum dg_status submit(struct bench_row *row, struct dg_route *route)
{
    const struct dg_request request = {
        .request = ++row->request,
        .model = (uint32_t)(row->request % MODELS),
        .tokens_in = TOKENS_IN,
        .tokens_out_max = TOKENS_OUT,
    };
    return dg_gateway_submit(row->gateway, row->now, &request, route);
}

static enum dg_status answer(struct bench_row *row, const struct dg_route *route)
{
    struct dg_receipt receipt;
    struct dg_answer text = {
        .node = route->node,
        .tokens_out = TOKENS_OUT,
        .ttft = 500 * MILLISECOND,
        .total = (int64_t)(5000 + row->request * 7919 % 20000) * MILLISECOND,
    };
    return dg_gateway_answer(row->gateway, row->now, route->handle, &text, &receipt);
}

/* ---- what is timed ---- */

/* Authorise, quote, filter and route. All requests of a batch are in flight before the first is
 * given up, so that load differs as it does in use. */
static bool work_route(struct bench_row *row, double *ns)
{
    _Static_assert(REQUESTS % FLIGHT_RING == 0, "whole batches");
    struct dg_route route = {0};
    double spent = 0;

    for (uint32_t batch = 0; batch < REQUESTS / FLIGHT_RING; batch++) {
        row->now += DG_SECOND; /* so that what is learned ages */
        double start = now_ns();
        for (uint32_t i = 0; i < FLIGHT_RING; i++) {
            row->status = submit(row, &route);
            if (row->status != DG_OK)
                return false;
            row->flights[i] = route;
        }
        spent += now_ns() - start;
        for (uint32_t i = 0; i < FLIGHT_RING; i++)
            (void)dg_gateway_fail(row->gateway, row->now, row->flights[i].handle, DG_NONE);
    }
    *ns = spent / REQUESTS;
    return true;
}

/* Submit and answer, FLIGHT_RING - 1 other requests being in flight. */
static bool work_round_trip(struct bench_row *row, double *ns)
{
    struct dg_route route = {0};
    struct dg_report report;
    double start = now_ns();

    for (uint32_t i = 0; i < REQUESTS; i++) {
        struct dg_route *place = &row->flights[row->oldest++ % FLIGHT_RING];
        row->status = place->handle == 0 ? DG_OK : answer(row, place);
        if (row->status == DG_OK)
            row->status = submit(row, &route);
        if (row->status != DG_OK)
            return false;
        *place = route;
    }
    *ns = (now_ns() - start) / REQUESTS;
    row->now += DG_SECOND;
    row->status = dg_gateway_close_period(row->gateway, row->now, ++row->period, &report);
    return row->status == DG_OK;
}

static bool work_sampling_verify(struct bench_row *row, double *ns)
{
    const struct dg_prf_key key = {.bytes = {7}};
    double start = now_ns();

    for (uint32_t i = 0; i < RECEIPTS; i++)
        row->sink += dg_sampling_verify(&key, 1, row->receipts[i].number,
                                        &row->receipts[i].commitment, DG_ONE / 100);
    *ns = (now_ns() - start) / RECEIPTS;
    return true;
}

static bool work_commitment(struct bench_row *row, double *ns)
{
    struct dg_hash hash = {.bytes = {1}};
    double start = now_ns();

    for (uint32_t i = 0; i < RECEIPTS; i++)
        dg_answer_commitment(&hash, row->receipts[i].number, &hash);
    *ns = (now_ns() - start) / RECEIPTS;
    row->sink += hash.bytes[0];
    return true;
}

static bool work_leaf(struct bench_row *row, double *ns)
{
    struct dg_hash hash;
    double start = now_ns();

    for (uint32_t i = 0; i < RECEIPTS; i++) {
        dg_receipt_leaf(1, &row->receipts[i], &hash);
        row->sink += hash.bytes[0];
    }
    *ns = (now_ns() - start) / RECEIPTS;
    return true;
}

/* Leaves and inner nodes of a whole report. */
static bool work_root(struct bench_row *row, double *ns)
{
    struct dg_hash root;
    double start = now_ns();

    row->status = dg_receipts_root(1, row->receipts, RECEIPTS, &root);
    *ns = (now_ns() - start) / RECEIPTS;
    row->sink += root.bytes[0];
    return row->status == DG_OK;
}

/* ---- rows ---- */

/* An open row without a gateway; NULL, with *error set, when the table is full. */
static struct bench_row *row_add(struct bench *bench, bool (*work)(struct bench_row *, double *),
                                 struct error *error)
{
    if (bench->row_count == ROW_LIMIT) {
        error_set(error, ERROR_RUN, "bench core: more than %d rows", ROW_LIMIT);
        return NULL;
    }
    struct bench_row *row = &bench->rows[bench->row_count++];
    row->work = work;
    row->receipts = bench->receipts;
    return row;
}

static bool row_failed(const struct bench_row *row, struct error *error)
{
    return error_set(error, ERROR_RUN, "bench core: %s: %s", row->name,
                     dg_status_name(row->status));
}

static bool hash_row_add(struct bench *bench, const char *name,
                         bool (*work)(struct bench_row *, double *), struct error *error)
{
    struct bench_row *row = row_add(bench, work, error);
    if (row == NULL)
        return false;
    snprintf(row->name, sizeof row->name, "%s", name);
    return true;
}

/* Opens the row's gateway and lets it answer some requests. candidates: routing.candidates, or 0 for
 * the standard. */
static bool network_open(struct bench_row *row, uint32_t policy, int64_t candidates,
                         uint32_t node_count, struct error *error)
{
    const struct dg_gateway_spec spec = {.in_flight_limit = FLIGHT_RING, .seed = {1}};
    struct dg_params params;
    struct dg_route route = {0};

    dg_params_default(&params);
    params.routing_policy = policy;
    if (candidates > 0)
        params.routing_candidates = candidates;
    row->status = dg_gateway_open(&params, &spec, NULL, &row->gateway);
    if (row->status == DG_OK)
        row->status = publish_network(row->gateway, node_count);
    for (uint32_t i = 0; i < WARM_UP * node_count && row->status == DG_OK; i++) {
        row->status = submit(row, &route);
        if (row->status == DG_OK)
            row->status = answer(row, &route);
    }
    return row->status == DG_OK || row_failed(row, error);
}

static bool network_row_add(struct bench *bench, const char *name, uint32_t policy,
                            uint32_t node_count, bool (*work)(struct bench_row *, double *),
                            struct error *error)
{
    struct bench_row *row = row_add(bench, work, error);
    if (row == NULL)
        return false;
    snprintf(row->name, sizeof row->name, "%s_%u", name, (unsigned)node_count);
    return network_open(row, policy, 0, node_count, error);
}

/* The default policy, looking at many candidates. */
static bool many_row_add(struct bench *bench, struct error *error)
{
    const struct dg_param_row *policies = dg_param_find("routing.policy");
    uint32_t standard = (uint32_t)policies->standard;
    struct bench_row *row = row_add(bench, work_route, error);
    if (row == NULL)
        return false;
    snprintf(row->name, sizeof row->name, "route_%s_of_%d_%d", policies->choices[standard].name,
             MANY_CANDIDATES, LARGE_NETWORK);
    return network_open(row, standard, MANY_CANDIDATES, LARGE_NETWORK, error);
}

/* All routing policies there are, and the round trip with the default one. */
static bool network_rows_add(struct bench *bench, uint32_t node_count, struct error *error)
{
    const struct dg_param_row *policies = dg_param_find("routing.policy");
    char name[POLICY_SIZE];

    for (uint32_t i = 0; policies->choices[i].name != NULL; i++) {
        snprintf(name, sizeof name, "route_%s", policies->choices[i].name);
        if (!network_row_add(bench, name, i, node_count, work_route, error))
            return false;
    }
    return network_row_add(bench, "submit_answer", (uint32_t)policies->standard, node_count,
                           work_round_trip, error);
}

/* One receipt's part of the draw of a period, of receipts of a thousand nodes. */
static bool work_draw(struct bench_row *row, double *ns)
{
    struct dg_params params;
    uint8_t beacon[DG_HASH_BYTES] = {(uint8_t)row->period, 5};
    const struct dg_report report = {.receipts = row->receipts, .receipt_count = RECEIPTS};

    dg_params_default(&params);
    params.sampling_plan = row->plan;
    row->period++;
    double start = now_ns();
    row->status = dg_sampling_draw(&params, beacon, &report, 1, NULL, row->drawn);
    *ns = (now_ns() - start) / RECEIPTS;
    for (size_t i = 0; i < RECEIPTS; i++)
        row->sink += row->drawn[i];
    return row->status == DG_OK;
}

static bool draw_rows_add(struct bench *bench, struct error *error)
{
    const struct dg_param_row *plans = dg_param_find("sampling.plan");

    for (uint32_t i = 0; plans->choices[i].name != NULL; i++) {
        struct bench_row *row = row_add(bench, work_draw, error);
        if (row == NULL)
            return false;
        snprintf(row->name, sizeof row->name, "draw_%s", plans->choices[i].name);
        row->plan = i;
        row->drawn = bench->drawn;
    }
    return true;
}

/* An epoch and a settlement, per node. */
static bool work_epoch(struct bench_row *row, double *ns)
{
    row->now += 3600 * DG_SECOND;
    double start = now_ns();
    row->status = dg_chain_close_epoch(row->chain, row->now);
    if (row->status == DG_OK)
        row->status = dg_chain_settle(row->chain, row->now);
    *ns = (now_ns() - start) / row->node_count;
    return row->status == DG_OK;
}

static bool epoch_row_add(struct bench *bench, uint32_t node_count, struct error *error)
{
    struct bench_row *row = row_add(bench, work_epoch, error);
    struct dg_params params;
    if (row == NULL)
        return false;
    snprintf(row->name, sizeof row->name, "epoch_per_node_%u", (unsigned)node_count);
    row->node_count = node_count;
    dg_params_default(&params);
    params.emission_schedule = DG_EMISSION_CONSTANT;
    params.emission_duration = 0;
    row->status = dg_chain_open(&params, NULL, &row->chain);
    for (uint32_t i = 0; i < node_count && row->status == DG_OK; i++) {
        struct dg_node_spec spec = {.verifier = true, .stake = params.stake_minimum};
        uint32_t node;
        row->status = dg_chain_add_operator(row->chain, spec.stake, &spec.operator_id);
        if (row->status == DG_OK)
            row->status = dg_chain_add_node(row->chain, 0, &spec, &node);
    }
    return row->status == DG_OK || row_failed(row, error);
}

static void receipts_fill(struct dg_receipt *receipts)
{
    const struct dg_hash digest = {.bytes = {3}};

    for (uint32_t i = 0; i < RECEIPTS; i++) {
        receipts[i] = (struct dg_receipt){.number = i, .node = i % 1000, .rate = DG_ONE / 100};
        dg_answer_commitment(&digest, i, &receipts[i].commitment);
    }
}

static bool rows_add(struct bench *bench, struct error *error)
{
    receipts_fill(bench->receipts);
    return network_rows_add(bench, SMALL_NETWORK, error) &&
           network_rows_add(bench, LARGE_NETWORK, error) && many_row_add(bench, error) &&
           hash_row_add(bench, "sampling_verify", work_sampling_verify, error) &&
           hash_row_add(bench, "answer_commitment", work_commitment, error) &&
           hash_row_add(bench, "receipt_leaf", work_leaf, error) &&
           hash_row_add(bench, "receipts_root", work_root, error) && draw_rows_add(bench, error) &&
           epoch_row_add(bench, SMALL_NETWORK, error) && epoch_row_add(bench, LARGE_NETWORK, error);
}

/* ---- measuring ---- */

/* The first round is not counted: it finds caches and tables cold. */
static bool take_turns(struct bench *bench, struct error *error)
{
    for (int i = -1; i < REPETITIONS; i++) {
        for (size_t r = 0; r < bench->row_count; r++) {
            struct bench_row *row = &bench->rows[r];
            double ns = 0;
            if (!row->work(row, &ns))
                return row_failed(row, error);
            if (i >= 0)
                row->ns[i] = ns;
        }
    }
    return true;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts what it reads. */
static double median(double ns[REPETITIONS])
{
    qsort(ns, REPETITIONS, sizeof ns[0], ascending);
    return ns[REPETITIONS / 2];
}

/* ---- output ---- */

static void print_table(struct bench *bench, FILE *out)
{
    fprintf(out, "protocol code alone, one core, ns each; route: from the request to the choice "
                 "among 1000 or 10000 nodes\n");
    for (size_t i = 0; i < bench->row_count; i++)
        fprintf(out, "  %-32s %8.1f\n", bench->rows[i].name, median(bench->rows[i].ns));
}

static void print_json(struct bench *bench, FILE *out)
{
    fputc('{', out);
    for (size_t i = 0; i < bench->row_count; i++)
        fprintf(out, "%s\"%s\": {\"value\": %.6g, \"unit\": \"ns\"}", i > 0 ? ", " : "",
                bench->rows[i].name, median(bench->rows[i].ns));
    fputs("}\n", out);
}

bool bench_core(FILE *out, bool json, struct error *error)
{
    if (sodium_init() < 0) /* chooses the fastest code for this processor, as a host would */
        return error_set(error, ERROR_RUN, "libsodium cannot be used on this machine");
    struct bench *bench = calloc(1, sizeof *bench);
    if (bench == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");

    bool ok = rows_add(bench, error) && take_turns(bench, error);
    if (ok)
        (json ? print_json : print_table)(bench, out);
    for (size_t i = 0; i < bench->row_count; i++) {
        dg_gateway_close(bench->rows[i].gateway);
        dg_chain_close(bench->rows[i].chain);
    }
    free(bench);
    return ok;
}
