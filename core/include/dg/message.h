/* message.h - what chain and gateways tell each other: plain structs without pointers, except a
 * report, whose lists lie in the sender's memory until its next period closes. */
#ifndef DG_MESSAGE_H
#define DG_MESSAGE_H

#include "dg/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Chain -> gateway: the public record of one node. Published at registration, at each epoch when it
 * changed, and at once when its state changes. */
enum dg_node_state {
    DG_NODE_ACTIVE,
    DG_NODE_JAILED,
    DG_NODE_EXCLUDED,
    DG_NODE_LEFT,
    DG_NODE_OFFLINE, /* its heartbeats are missing */
};

struct dg_node_record {
    uint32_t node, operator_id;
    uint32_t models[DG_NODE_MODELS_MAX];
    uint8_t model_count;
    uint8_t state;        /* enum dg_node_state */
    uint16_t quality;     /* moving average of scores, 1/65535 */
    uint16_t credibility; /* mean of the Beta posterior of passed checks, 1/65535 */
    uint16_t checks;      /* checks so far, saturating */
    int64_t price;        /* asking price per CU, micro-tokens; 0: the standard price */
    int64_t stake;        /* bonded, own and delegated */
};

/* Chain -> gateway: a published model. */
struct dg_model_record {
    uint32_t model, provider;
    uint32_t context_tokens; /* in and out, of one request; 0: no limit, which no chain publishes */
    uint8_t size_class;      /* DG_SIZE_* */
    int64_t
        price; /* per CU, micro-tokens; 0: fees.unit_price. A node's asking price overrides it */
    int64_t royalty; /* fraction of the compute fee, paid on top of it */
};

/* Chain -> gateway: the chain has locked `amount` of the user's balance for this gateway. */
struct dg_grant {
    uint32_t user, gateway;
    int64_t amount;
};

enum dg_verdict { DG_VERDICT_PASS, DG_VERDICT_FAIL, DG_VERDICT_INCONCLUSIVE };

/* Gateway -> chain: one metered answer. `number` counts a gateway's receipts from 0 without gaps,
 * and (gateway, number) is the identity that is sampled. */
struct dg_receipt {
    uint64_t number;
    uint64_t request; /* the caller's request id */
    uint32_t user, node, model;
    uint32_t tokens_in, tokens_out;
    int64_t compute_milli;     /* milli-CU */
    int64_t fee;               /* what the user pays, latency term and royalty included */
    int64_t royalty;           /* part of fee that is the provider's */
    int64_t rate;              /* sampling rate rho_i, fixed before the beacon is known */
    struct dg_hash commitment; /* H(answer digest, nonce), from the node */
};

/* Requests of a period that got no word from a node: given up with blame, or broken off. Nobody but
 * the gateway vouches for them, and no root covers them, for silence leaves no proof. So the chain
 * holds against a node only what no receipt of any gateway contradicts: a dishonest gateway cannot
 * hurt a node that another one gets answers from, and to cover up for a silent node takes a receipt,
 * which costs its fee and may be drawn for a check. */
struct dg_failure {
    uint32_t node;
    uint32_t count; /* above 0; saturating */
};

/* Gateway -> chain, once a beacon period. */
struct dg_report {
    uint32_t gateway;
    uint64_t period;
    struct dg_hash root; /* Merkle root over (gateway, number, commitment, rate) */
    const struct dg_receipt *receipts;
    size_t receipt_count;
    const struct dg_failure *failures; /* ascending by node */
    size_t failure_count;
};

#ifdef __cplusplus
}
#endif

#endif
