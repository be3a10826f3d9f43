/* request.c - one request from routing to verdict: a chain, a gateway, a node and three verifiers. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "dg/chain.h"
#include "dg/gateway.h"
#include "dg/verify.h"

enum { VERIFIERS = 3 };

static void must(enum dg_status status)
{
    if (status != DG_OK) {
        fprintf(stderr, "%s\n", dg_status_name(status));
        exit(1);
    }
}

/* One node that serves one model, and verifiers; each of an operator of its own. */
static uint32_t register_parties(struct dg_chain *chain, const struct dg_params *params)
{
    uint32_t provider, model, operator_id, node;

    must(dg_chain_add_provider(chain, &provider));
    must(dg_chain_add_model(chain, provider, DG_SIZE_8B, 8192, 0, DG_ONE / 10, &model));
    for (int i = 0; i <= VERIFIERS; i++) {
        struct dg_node_spec spec = {.stake = params->stake_minimum, .verifier = i > 0};
        must(dg_chain_add_operator(chain, params->stake_minimum, &operator_id));
        spec.operator_id = operator_id;
        spec.models[0] = model;
        spec.model_count = i == 0;
        must(dg_chain_add_node(chain, 0, &spec, &node));
    }
    return model;
}

/* What the gateway learns from the chain: a grant, a model, and the log of node records. */
static void tell_gateway(struct dg_chain *chain, struct dg_gateway *gateway, uint32_t model)
{
    struct dg_model_record model_record;
    struct dg_node_record node_record;
    struct dg_grant grant;
    uint32_t user;

    must(dg_chain_add_user(chain, 10 * DG_TOKEN, &user));
    must(dg_chain_lock(chain, user, 0, 5 * DG_TOKEN, &grant));
    must(dg_gateway_apply_grant(gateway, &grant));
    must(dg_chain_model(chain, model, &model_record));
    must(dg_gateway_apply_model(gateway, &model_record));
    for (uint64_t i = 0; i < dg_chain_log_end(chain); i++) {
        must(dg_chain_log_read(chain, i, &node_record));
        must(dg_gateway_apply_node(gateway, &node_record));
    }
}

int main(void)
{
    struct dg_params params;
    struct dg_chain *chain;
    struct dg_gateway *gateway;
    uint32_t id;

    if (sodium_init() < 0)
        return 1;
    dg_params_default(&params);
    params.sampling_rate = DG_ONE; /* check every answer */
    must(dg_chain_open(&params, NULL, &chain));
    uint32_t model = register_parties(chain, &params);
    must(dg_chain_add_gateway(chain, 0, &id));
    struct dg_gateway_spec spec = {
        .gateway = id, .seed = "not for production", .in_flight_limit = 100};
    must(dg_gateway_open(&params, &spec, NULL, &gateway));
    tell_gateway(chain, gateway, model);

    /* A request, its answer, and the receipt. */
    struct dg_request request = {
        .request = 1, .model = model, .tokens_in = 1000, .tokens_out_max = 500};
    struct dg_answer answer = {.tokens_out = 200, .ttft = DG_SECOND / 5, .total = 4 * DG_SECOND};
    struct dg_hash digest = {
        {1, 2, 3}}; /* of the text; the node keeps text and nonce for a check */
    const uint64_t nonce = 42;
    struct dg_receipt receipt;
    struct dg_route route;
    must(dg_gateway_submit(gateway, 0, &request, &route));
    answer.node = route.node;
    dg_answer_commitment(&digest, nonce, &answer.commitment);
    must(dg_gateway_answer(gateway, answer.total, route.handle, &answer, &receipt));
    printf("node %u answered: %lld micro-tokens of %lld reserved\n", route.node,
           (long long)receipt.fee, (long long)route.escrow);

    /* The period is reported before its beacon is known; the beacon draws what is checked. */
    int64_t now = 10 * DG_SECOND;
    uint8_t beacon[DG_HASH_BYTES] = "public randomness of period 0";
    struct dg_report report;
    struct dg_notice notice;
    must(dg_gateway_close_period(gateway, now, 0, &report));
    must(dg_chain_report(chain, now, &report));

    /* With a proof from the gateway the user can show that its answer was reported, to anybody who knows
       the root on the chain. */
    struct dg_receipt_proof proof;
    struct dg_hash leaf;
    must(dg_receipt_proof(id, report.receipts, report.receipt_count, 0, &proof));
    dg_receipt_leaf(id, &receipt, &leaf);
    must(dg_receipt_proof_check(&report.root, &leaf, &proof));

    must(dg_chain_reveal(chain, now, 0, beacon));

    /* The node opens its commitment, the committee commits to scores and reveals them. */
    struct dg_notice check = {0};
    while (dg_chain_next_notice(chain, &notice))
        if (notice.kind == DG_NOTICE_CHECK)
            check = notice;
    must(dg_chain_open_answer(chain, now, check.check, &digest, nonce));
    const uint16_t score = DG_SCORE_ONE / 10 * 9;
    for (int i = 0; i < check.member_count; i++) {
        struct dg_hash sealed;
        dg_score_commitment(check.check, check.members[i], score, nonce, &sealed);
        must(dg_chain_commit_score(chain, now, check.check, check.members[i], &sealed));
    }
    for (int i = 0; i < check.member_count; i++)
        must(dg_chain_reveal_score(chain, now, check.check, check.members[i], score, nonce));
    while (dg_chain_next_notice(chain, &notice))
        if (notice.kind == DG_NOTICE_VERDICT)
            printf("%u verifiers: node %u %s with a score of %.2f\n", notice.revealed_count,
                   notice.node, notice.verdict == DG_VERDICT_PASS ? "passes" : "fails",
                   (double)notice.score / DG_SCORE_ONE);
    must(dg_chain_audit(chain));
    dg_gateway_close(gateway);
    dg_chain_close(chain);
    return 0;
}
