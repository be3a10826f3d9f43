/* scenario_keys.c - the rows of the key table and of the sections. See scenario_keys.h. */
#include "models/scenario_keys.h"

#include <stddef.h>

#include "models/scenario_relevant.h"

#define SECOND      1e9
#define MILLISECOND 1e6
#define HOUR        (3600 * SECOND)
#define DAY         (24 * HOUR)
#define YEAR        (365 * DAY)
#define TOKEN       1e6
#define AMOUNT_MAX  (1e9 * TOKEN) /* as in the core */
#define COUNT_MAX   4294967294.0  /* UINT32_MAX stands for "unlimited" */

#define TOP(field)             .offset = offsetof(struct scenario, field)
#define OF(one, field)         .offset = offsetof(struct scenario_##one, field)
#define BOUNDS(low, high)      .minimum = low, .maximum = high
#define OURS(why)              .origin = DG_ORIGIN_OURS, .source = why
#define RELATIVE(why)          .origin = DG_ORIGIN_RELATIVE, .source = why
#define PUBLISHED(why)         .origin = DG_ORIGIN_PUBLISHED, .source = why
#define DEFAULT(text)          .fallback = FALLBACK_TEXT, .standard = text
#define REQUIRED               .fallback = FALLBACK_REQUIRED, .standard = "required", .origin = DG_ORIGIN_OURS
#define OPTIONAL(words)        .fallback = FALLBACK_NONE, .standard = words, .origin = DG_ORIGIN_OURS
#define PRESET                 .fallback = FALLBACK_NONE, .standard = "the preset's"
#define NOBODY                 .fallback = FALLBACK_NOBODY, .standard = "must be given", .origin = DG_ORIGIN_OURS
#define EVENLY(what)           .fallback = FALLBACK_EVEN, .over = what, .standard = "all there are, alike"
#define ONLY(predicate, words) .relevant = predicate, .only = words
#define MEANS(text)            .meaning = text

static const struct dg_choice tiers[] = {
    {"short", "stake.unbonding_short, stake.weight_short"},
    {"medium", "stake.unbonding_medium, stake.weight_medium"},
    {"long", "stake.unbonding_long, stake.weight_long"},
    {0},
};
static const struct dg_choice laws[] = {
    {"constant", "always the mean"},
    {"exponential", "a standard deviation as large as the mean"},
    {"lognormal", "by mean and coefficient of variation, with a long tail"},
    {"uniform", "evenly between two bounds"},
    {0},
};
static const struct dg_choice services[] = {
    {"llm", "continuous batching on the hardware"},
    {"exponential", "a queue with exponential service times"},
    {"deterministic", "a queue whose service times are all alike"},
    {"lognormal", "a queue with lognormal service times"},
    {0},
};
static const struct dg_choice arrivals[] = {
    {"poisson", "at any time alike, at one rate"},
    {"gamma", "gaps of a gamma law, more or less regular than poisson"},
    {"bursty", "on and off in turn, each for an exponential time"},
    {"diurnal", "poisson at a rate that follows the hour of the region"},
    {"closed", "the next one a time of thinking after the answer"},
    {"trace", "when a recorded trace says"},
    {0},
};

static const struct dg_choice judge_kinds[] = {
    {"single", "one judge"},
    {"cascade", "a cheap judge first, a strong one when the first is unsure"},
    {0},
};
#define PRESET_CHOICE(name, help, ...) {name, help},
static const struct dg_choice presets[] = {JUDGE_PRESETS(PRESET_CHOICE){0}};

static const char probing[] = "probes.rate above 0";
static const char single[] = "kind single";
static const char cascade[] = "kind cascade";
static const char azure[] = "Azure LLM inference trace 2023, conversations";
static const char honest[] = "nobody cheats unless told to";

static const struct key rows[] = {
    {"name", KEY_TEXT, TOP(name), .fallback = FALLBACK_NAME, .standard = "the file's name",
     OURS(NULL), MEANS("what results are called by")},
    {"description", KEY_TEXT, TOP(description), DEFAULT(""), OURS(NULL),
     MEANS("one line for people")},
    {"seed", KEY_SEED, TOP(seed), DEFAULT("1"), OURS(NULL), .apart = true,
     MEANS("of every random stream, unless the command names another")},
    {"duration", KEY_DURATION, TOP(duration_ns), DEFAULT("1h"), BOUNDS(MILLISECOND, 10 * YEAR),
     OURS(NULL), MEANS("virtual time of a run")},
    {"warm_up", KEY_DURATION, TOP(warm_up_ns), DEFAULT("0s"), BOUNDS(0, 10 * YEAR), OURS(NULL),
     MEANS("requests sent before are not counted in the metrics; shorter than the duration")},
    {"chain_delay", KEY_DURATION, TOP(chain_delay_ns), DEFAULT("2s"), BOUNDS(0, DAY),
     OURS("the block time of a fast chain"), MEANS("time a message takes to or from the chain")},
    {"beacon_delay", KEY_DURATION, TOP(beacon_delay_ns), DEFAULT("5s"), BOUNDS(0, DAY),
     OURS("two messages and a margin"),
     MEANS("end of a beacon period to its beacon; at least chain_delay, shorter than the period")},
    {"record_requests", KEY_BOOL, TOP(record_requests), DEFAULT("false"), OURS(NULL),
     MEANS("whether results hold one row per request")},
    {"shortened", KEY_BOOL, TOP(shortened), DEFAULT("false"), OURS(NULL),
     MEANS("marks settlement or jail terms as shortened for the run's length")},

    {"network.local_latency", KEY_DURATION, TOP(network.local_latency_ns), DEFAULT("2ms"),
     BOUNDS(0, HOUR), OURS("a metropolitan network"), MEANS("one way, inside a region")},
    {"network.default_latency", KEY_DURATION, TOP(network.default_latency_ns), DEFAULT("70ms"),
     BOUNDS(0, HOUR), RELATIVE("half the median round trip of the table of cities"),
     ONLY(when_default_latency, "two regions whose latency nothing else gives"),
     MEANS("one way, between regions with neither a latency nor a place")},
    {"network.jitter", KEY_NUMBER, TOP(network.jitter_sigma), DEFAULT("0.3"), BOUNDS(0, 3),
     OURS("a delay within a third of its median, usually"),
     MEANS("each delay is multiplied by a lognormal of median 1 with this sigma")},
    {"network.loss", KEY_FRACTION, TOP(network.loss), DEFAULT("0.1%"), BOUNDS(0, 0.99),
     OURS("a good line"), MEANS("chance that one transmission is lost")},
    {"network.retransmit", KEY_DURATION, TOP(network.retransmit_ns), DEFAULT("200ms"),
     BOUNDS(0, HOUR), RELATIVE("the smallest timeout of TCP on Linux"),
     ONLY(when_lossy, "network.loss above 0"), MEANS("added to a delay for each loss")},
    {"network.bytes_per_token", KEY_NUMBER, TOP(network.bytes_per_token), DEFAULT("4"),
     BOUNDS(0, 1e6), OURS("English text"), ONLY(when_bandwidth, "a bandwidth that is limited"),
     MEANS("size of a token on a line")},
    {"network.latency", KEY_LATENCIES, TOP(network.latency_ns), OPTIONAL("{}"), BOUNDS(0, HOUR),
     MEANS("{from: {to: latency}}, one way; holds both ways unless the other is given as well")},

    {"regions.*.place", KEY_PLACE, OF(region, place), OPTIONAL("none"),
     ONLY(when_several_regions, "more than one region"),
     MEANS("a city of the built-in table, for latencies that are not given")},
    {"regions.*.user_weight", KEY_NUMBER, OF(region, user_weight), DEFAULT("1"), BOUNDS(0, 1e9),
     OURS(NULL), ONLY(when_users_follow_weights, "a user group without regions of its own"),
     MEANS("the region's part of the users")},
    {"regions.*.node_weight", KEY_NUMBER, OF(region, node_weight), DEFAULT("1"), BOUNDS(0, 1e9),
     OURS(NULL), ONLY(when_nodes_follow_weights, "a node group without regions of its own"),
     MEANS("the region's part of the nodes")},
    {"regions.*.uplink", KEY_BANDWIDTH, OF(region, uplink_bps), DEFAULT("unlimited"),
     BOUNDS(1, 1e15), OURS(NULL), MEANS("from a user or node there")},
    {"regions.*.downlink", KEY_BANDWIDTH, OF(region, downlink_bps), DEFAULT("unlimited"),
     BOUNDS(1, 1e15), OURS(NULL), MEANS("to a user or node there")},
    {"regions.*.utc_offset", KEY_NUMBER, OF(region, utc_offset_h), DEFAULT("0"), BOUNDS(-24, 24),
     OURS(NULL), ONLY(when_daily_cycle, "arrival.law diurnal"),
     MEANS("hours, shifts the daily cycle")},

    {"gateways.*.region", KEY_REFERENCE, OF(gateway, region), .fallback = FALLBACK_FIRST,
     .over = OVER_REGIONS, .standard = "the first", OURS(NULL), MEANS("where it stands")},
    {"gateways.*.view_delay", KEY_DURATION, OF(gateway, view_delay_ns), DEFAULT("5s"),
     BOUNDS(0, DAY), OURS("a message and a margin"),
     MEANS("age of the records that the gateway sees")},
    {"gateways.*.in_flight_limit", KEY_COUNT, OF(gateway, in_flight_limit), DEFAULT("100000"),
     BOUNDS(1, 16777216), OURS(NULL), MEANS("requests at once; further ones are refused")},
    {"gateways.*.bandwidth", KEY_BANDWIDTH, OF(gateway, bandwidth_bps), DEFAULT("unlimited"),
     BOUNDS(1, 1e15), OURS(NULL), MEANS("of each of its messages")},

    {"classes.*.parameters", KEY_NUMBER, OF(class, parameters_b), REQUIRED, BOUNDS(0.001, 1e5),
     MEANS("billions of parameters")},
    {"classes.*.context", KEY_COUNT, OF(class, context_tokens), DEFAULT("16384"),
     BOUNDS(1, 100000000), OURS(NULL),
     MEANS("tokens; a prompt and output_cap that do not fit together are refused")},
    {"classes.*.quality", KEY_NUMBER, OF(class, quality), DEFAULT("2.2"), BOUNDS(-100, 100),
     OURS("a judge of correlation 0.747 fails one honest answer in 64"),
     MEANS("of an honest answer, standard deviations above the judge's neutral point")},
    {"classes.*.quality_sd", KEY_NUMBER, OF(class, quality_sd), DEFAULT("0.5"), BOUNDS(0, 100),
     OURS("answers differ less than judges do"), MEANS("its standard deviation")},

    {"providers.*.count", KEY_COUNT, OF(provider, count), DEFAULT("1"), BOUNDS(1, 10000),
     OURS(NULL), MEANS("providers; each publishes one model")},
    {"providers.*.classes", KEY_SHARES, OF(provider, classes), EVENLY(OVER_CLASSES), OURS(NULL),
     MEANS("which class a model belongs to")},
    {"providers.*.price", KEY_AMOUNT, OF(provider, price), DEFAULT("0 DGAI"), BOUNDS(0, AMOUNT_MAX),
     OURS(NULL), MEANS("per compute unit; 0: protocol.fees.unit_price")},
    {"providers.*.royalty", KEY_FRACTION, OF(provider, royalty), DEFAULT("0%"), BOUNDS(0, 1),
     OURS(NULL), MEANS("of the compute fee, on top of it")},
    {"providers.*.outage_every", KEY_DURATION, OF(provider, outage_every_ns), DEFAULT("0s"),
     BOUNDS(0, 10 * YEAR), OURS(NULL), MEANS("mean time between outages; 0: none")},
    {"providers.*.outage_for", KEY_DURATION, OF(provider, outage_for_ns), DEFAULT("10min"),
     BOUNDS(MILLISECOND, YEAR), OURS(NULL), ONLY(when_outages, "outage_every above 0"),
     MEANS("mean length of an outage")},

    {"hardware.*.prefill_rate", KEY_RATE, OF(hardware, prefill_tokens_per_s), REQUIRED,
     BOUNDS(0.001, 1e9), MEANS("prompt tokens per second of a 70B model")},
    {"hardware.*.step_base", KEY_DURATION, OF(hardware, step_base_ns), REQUIRED, BOUNDS(1, HOUR),
     MEANS("one decoding step of a 70B model")},
    {"hardware.*.step_per_sequence", KEY_DURATION, OF(hardware, step_per_sequence_ns),
     DEFAULT("0s"), BOUNDS(0, HOUR), OURS(NULL),
     MEANS("added to the step for each sequence of the batch")},
    {"hardware.*.prefill_chunk", KEY_COUNT, OF(hardware, prefill_chunk), DEFAULT("512"),
     BOUNDS(1, 1000000), RELATIVE("chunk size of Sarathi-Serve (OSDI 2024)"),
     MEANS("prompt tokens that one step takes in")},
    {"hardware.*.slots", KEY_COUNT, OF(hardware, slots), DEFAULT("8"), BOUNDS(1, 100000),
     OURS(NULL), MEANS("largest batch")},
    {"hardware.*.busy_cost", KEY_AMOUNT, OF(hardware, busy_cost_per_hour), DEFAULT("0 DGAI"),
     BOUNDS(0, AMOUNT_MAX), OURS(NULL), MEANS("per hour with the batch full")},
    {"hardware.*.idle_cost", KEY_AMOUNT, OF(hardware, idle_cost_per_hour), DEFAULT("0 DGAI"),
     BOUNDS(0, AMOUNT_MAX), OURS(NULL), MEANS("per hour, busy or not")},

    {"judges.*.kind", KEY_CHOICE, OF(judge, kind), DEFAULT("single"), .choices = judge_kinds,
     OURS(NULL), MEANS("one judge, or a cascade of two others")},
    {"judges.*.preset", KEY_CHOICE, OF(judge, preset), DEFAULT("large"), .choices = presets,
     OURS(NULL), ONLY(when_single, single),
     MEANS("what correlation, latency and cost are unless given")},
    {"judges.*.correlation", KEY_NUMBER, OF(judge, correlation), PRESET, BOUNDS(-1, 1),
     PUBLISHED("the judges of the published comparison"), ONLY(when_single, single),
     MEANS("of its scores with true quality")},
    {"judges.*.correlation_by_class", KEY_NUMBERS, OF(judge, by_class), OPTIONAL("{}"),
     .over = OVER_CLASSES, BOUNDS(-1, 1), ONLY(when_single, single),
     MEANS("the same on answers of some classes, where it differs")},
    {"judges.*.gaming_bias", KEY_NUMBER, OF(judge, gaming_bias), DEFAULT("0"), BOUNDS(-100, 100),
     OURS(NULL), ONLY(when_gaming, "kind single and nodes that tune their answers for judges"),
     MEANS("added to its score, in standard deviations, for answers that are tuned for judges")},
    {"judges.*.latency", KEY_DURATION, OF(judge, latency_ns), PRESET, BOUNDS(0, DAY),
     OURS("a large model reads prompt and answer in 4 s"), ONLY(when_single, single),
     MEANS("time to score one answer")},
    {"judges.*.cost", KEY_AMOUNT, OF(judge, cost), PRESET, BOUNDS(0, AMOUNT_MAX),
     OURS("a large one takes a fifth of the fee for a score"), ONLY(when_single, single),
     MEANS("what scoring one answer costs the verifier")},
    {"judges.*.first", KEY_REFERENCE, OF(judge, first), NOBODY, .over = OVER_JUDGES,
     ONLY(when_cascade, cascade), MEANS("the cheap judge that is asked first")},
    {"judges.*.second", KEY_REFERENCE, OF(judge, second), NOBODY, .over = OVER_JUDGES,
     ONLY(when_cascade, cascade), MEANS("the strong judge that is asked when the first is unsure")},
    {"judges.*.band", KEY_FRACTION, OF(judge, band), DEFAULT("25%"), BOUNDS(0, 1),
     OURS("saves about the published 72.7% on honest answers with a first judge at a tenth of the "
          "cost"),
     ONLY(when_cascade, cascade),
     MEANS(
         "the first is unsure when its score is nearer than this to protocol.quality.pass_score")},

    {"nodes.*.count", KEY_COUNT, OF(nodes, count), REQUIRED, BOUNDS(1, 1000000), MEANS("nodes")},
    {"nodes.*.operators", KEY_COUNT, OF(nodes, operators), .fallback = FALLBACK_COUNT,
     .standard = "as many as nodes", BOUNDS(1, 1000000), OURS(NULL),
     MEANS("who own them, in equal parts; at most one per node")},
    {"nodes.*.regions", KEY_SHARES, OF(nodes, regions), OPTIONAL("node_weight of the regions"),
     .over = OVER_REGIONS, MEANS("where the nodes stand")},
    {"nodes.*.hardware", KEY_SHARES, OF(nodes, hardware), EVENLY(OVER_HARDWARE), OURS(NULL),
     MEANS("what they run on; by default none unless service.kind is llm")},
    {"nodes.*.classes", KEY_SHARES, OF(nodes, classes), EVENLY(OVER_CLASSES), OURS(NULL),
     MEANS("which class a node's models belong to")},
    {"nodes.*.serves", KEY_COUNT, OF(nodes, serves), DEFAULT("1"), BOUNDS(1, 8), OURS(NULL),
     MEANS("models that a node serves, all of its class")},
    {"nodes.*.service.kind", KEY_CHOICE, OF(nodes, service.kind), DEFAULT("llm"),
     .choices = services, OURS(NULL),
     MEANS("llm batches on the hardware; the others are plain queues")},
    {"nodes.*.service.mean", KEY_DURATION, OF(nodes, service.mean_ns), REQUIRED, BOUNDS(1, YEAR),
     ONLY(when_plain_service, "service.kind exponential, deterministic or lognormal"),
     MEANS("mean service time of a request")},
    {"nodes.*.service.cv", KEY_NUMBER, OF(nodes, service.cv), DEFAULT("1"), BOUNDS(0, 100),
     OURS(NULL), ONLY(when_lognormal_service, "service.kind lognormal"),
     MEANS("its coefficient of variation")},
    {"nodes.*.service.slots", KEY_COUNT, OF(nodes, service.slots), DEFAULT("1"), BOUNDS(1, 100000),
     OURS(NULL), ONLY(when_plain_service, "service.kind exponential, deterministic or lognormal"),
     MEANS("requests served at once; with llm the hardware's slots count")},
    {"nodes.*.service.queue", KEY_LIMIT, OF(nodes, service.queue), DEFAULT("16"),
     BOUNDS(0, COUNT_MAX), OURS(NULL),
     MEANS("most requests that wait at a node; 0: none may wait")},
    {"nodes.*.stake", KEY_AMOUNT, OF(nodes, stake), DEFAULT("1000 DGAI"), BOUNDS(0, AMOUNT_MAX),
     OURS("the standard protocol.stake.minimum"),
     MEANS("of each node, at least protocol.stake.minimum")},
    {"nodes.*.tier", KEY_CHOICE, OF(nodes, tier), DEFAULT("medium"), .choices = tiers,
     OURS("the tier whose weight is 1"),
     ONLY(when_delegated, "delegated above 0 and a settlement with an emission within the run"),
     MEANS("lock tier of its own stake: what it counts for beside its delegators'")},
    {"nodes.*.delegated", KEY_AMOUNT, OF(nodes, delegated), DEFAULT("0 DGAI"),
     BOUNDS(0, AMOUNT_MAX), OURS(NULL),
     MEANS("stake that a delegator of its own adds to each node, in the medium tier")},
    {"nodes.*.commission", KEY_FRACTION, OF(nodes, commission), DEFAULT("10%"), BOUNDS(0, 1),
     OURS("half of the published maximum"),
     ONLY(when_commission,
          "delegated above 0, protocol.stake.commission_mode deducted and a settlement with an "
          "emission within the run"),
     MEANS("part of its delegator's rewards that the operator keeps; at most "
           "protocol.stake.commission_maximum")},
    {"nodes.*.price", KEY_AMOUNT, OF(nodes, price), DEFAULT("0 DGAI"), BOUNDS(0, AMOUNT_MAX),
     OURS(NULL), MEANS("asked per compute unit; 0: the model's")},
    {"nodes.*.price_spread", KEY_NUMBER, OF(nodes, price_spread), DEFAULT("0"), BOUNDS(0, 1),
     OURS(NULL), MEANS("standard deviation of the log of a node's factor on it")},
    {"nodes.*.behaviours", KEY_SHARES, OF(nodes, behaviours), DEFAULT("{\"honest\": \"100%\"}"),
     .over = OVER_NODE_BEHAVIOURS, OURS(honest), MEANS("how operators' nodes serve, by operator")},
    {"nodes.*.verifier_share", KEY_FRACTION, OF(nodes, verifier_share), DEFAULT("0%"), BOUNDS(0, 1),
     OURS(NULL), ONLY(when_checked, "protocol.sampling.rate or probes.rate above 0"),
     MEANS("part of the nodes that also verify")},
    {"nodes.*.verifier_behaviours", KEY_SHARES, OF(nodes, verifier_behaviours),
     DEFAULT("{\"honest\": \"100%\"}"), .over = OVER_VERIFIER_BEHAVIOURS, OURS(honest),
     ONLY(when_verifying, "verifier_share, and protocol.sampling.rate or probes.rate above 0"),
     MEANS("how operators' verifiers score, by operator")},
    {"nodes.*.judge", KEY_REFERENCE, OF(nodes, judge), .fallback = FALLBACK_FIRST,
     .over = OVER_JUDGES, .standard = "the first", OURS(NULL),
     ONLY(when_judging, "verifiers that judge, and protocol.sampling.rate or probes.rate above 0"),
     MEANS("what honest verifiers score with")},

    {"users.*.count", KEY_COUNT, OF(users, count), REQUIRED, BOUNDS(1, 10000000), MEANS("users")},
    {"users.*.regions", KEY_SHARES, OF(users, regions), OPTIONAL("user_weight of the regions"),
     .over = OVER_REGIONS, MEANS("where they live")},
    {"users.*.arrival.law", KEY_CHOICE, OF(users, arrival.kind), DEFAULT("poisson"),
     .choices = arrivals, OURS(NULL), MEANS("when a user sends; with trace, when the group does")},
    {"users.*.arrival.rate", KEY_RATE, OF(users, arrival.rate), REQUIRED, BOUNDS(0, 1e6),
     ONLY(when_rate, "arrival.law poisson, gamma, bursty or diurnal"),
     MEANS("mean of the requests of one user")},
    {"users.*.arrival.shape", KEY_NUMBER, OF(users, arrival.shape), DEFAULT("1"),
     BOUNDS(0.001, 1e6), OURS("that of Poisson arrivals"), ONLY(when_gamma, "arrival.law gamma"),
     MEANS("of the gamma gaps; below 1: in clumps")},
    {"users.*.arrival.burst_on", KEY_DURATION, OF(users, arrival.burst_on_ns), DEFAULT("5min"),
     BOUNDS(MILLISECOND, YEAR), OURS(NULL), ONLY(when_bursty, "arrival.law bursty"),
     MEANS("mean length of an active period")},
    {"users.*.arrival.burst_off", KEY_DURATION, OF(users, arrival.burst_off_ns), DEFAULT("25min"),
     BOUNDS(MILLISECOND, YEAR), OURS(NULL), ONLY(when_bursty, "arrival.law bursty"),
     MEANS("mean length of a silent period")},
    {"users.*.arrival.amplitude", KEY_FRACTION, OF(users, arrival.amplitude), DEFAULT("50%"),
     BOUNDS(0, 1), OURS(NULL), ONLY(when_diurnal, "arrival.law diurnal"),
     MEANS("swing of the rate about its mean")},
    {"users.*.arrival.period", KEY_DURATION, OF(users, arrival.period_ns), DEFAULT("1d"),
     BOUNDS(SECOND, YEAR), OURS(NULL), ONLY(when_diurnal, "arrival.law diurnal"),
     MEANS("of the cycle")},
    {"users.*.arrival.think", KEY_DURATION, OF(users, arrival.think_ns), REQUIRED,
     BOUNDS(MILLISECOND, YEAR), ONLY(when_closed, "arrival.law closed"),
     MEANS("mean time from an answer to the next request")},
    {"users.*.arrival.file", KEY_FILE, OF(users, arrival.file), REQUIRED,
     ONLY(when_trace, "arrival.law trace"),
     MEANS("a CSV trace, relative to the scenario's folder (with --set, to the current one)")},
    {"users.*.arrival.digest", KEY_TEXT, OF(users, arrival.digest), OPTIONAL("the file's"),
     ONLY(when_trace, "arrival.law trace"),
     MEANS("BLAKE2b-256 of the file in hexadecimal; a file of another content is refused")},
    {"users.*.arrival.rate_scale", KEY_NUMBER, OF(users, arrival.rate_scale), DEFAULT("1"),
     BOUNDS(0.000001, 1e6), OURS(NULL), ONLY(when_trace, "arrival.law trace"),
     MEANS("2 plays the trace twice as fast")},
    {"users.*.arrival.loop", KEY_BOOL, OF(users, arrival.loop), DEFAULT("false"), OURS(NULL),
     ONLY(when_trace, "arrival.law trace"), MEANS("whether the trace starts over at its end")},
    {"users.*.input.law", KEY_CHOICE, OF(users, input.kind), DEFAULT("lognormal"), .choices = laws,
     RELATIVE(azure), ONLY(when_sizes, "an arrival.law other than trace"), MEANS("prompt tokens")},
    {"users.*.input.mean", KEY_NUMBER, OF(users, input.mean), DEFAULT("1150"), BOUNDS(1, 1e8),
     RELATIVE(azure), ONLY(when_input_mean, "input.law other than uniform and no trace"),
     MEANS("their mean, before the bounds")},
    {"users.*.input.cv", KEY_NUMBER, OF(users, input.cv), DEFAULT("0.96"), BOUNDS(0, 100),
     RELATIVE(azure), ONLY(when_input_cv, "input.law lognormal and no trace"),
     MEANS("their coefficient of variation")},
    {"users.*.input.min", KEY_NUMBER, OF(users, input.minimum), DEFAULT("1"), BOUNDS(1, 1e8),
     OURS(NULL), ONLY(when_sizes, "an arrival.law other than trace"),
     MEANS("smaller ones become this many")},
    {"users.*.input.max", KEY_NUMBER, OF(users, input.maximum), DEFAULT("0"), BOUNDS(0, 1e8),
     OURS(NULL), ONLY(when_sizes, "an arrival.law other than trace"),
     MEANS("larger ones become this many; 0: no bound but the context")},
    {"users.*.output.law", KEY_CHOICE, OF(users, output.kind), DEFAULT("lognormal"),
     .choices = laws, RELATIVE(azure), ONLY(when_sizes, "an arrival.law other than trace"),
     MEANS("answer tokens")},
    {"users.*.output.mean", KEY_NUMBER, OF(users, output.mean), DEFAULT("211"), BOUNDS(1, 1e8),
     RELATIVE(azure), ONLY(when_output_mean, "output.law other than uniform and no trace"),
     MEANS("their mean, before the bounds")},
    {"users.*.output.cv", KEY_NUMBER, OF(users, output.cv), DEFAULT("0.77"), BOUNDS(0, 100),
     RELATIVE(azure), ONLY(when_output_cv, "output.law lognormal and no trace"),
     MEANS("their coefficient of variation")},
    {"users.*.output.min", KEY_NUMBER, OF(users, output.minimum), DEFAULT("1"), BOUNDS(1, 1e8),
     OURS(NULL), ONLY(when_sizes, "an arrival.law other than trace"),
     MEANS("smaller ones become this many")},
    {"users.*.output.max", KEY_NUMBER, OF(users, output.maximum), DEFAULT("0"), BOUNDS(0, 1e8),
     OURS(NULL), ONLY(when_sizes, "an arrival.law other than trace"),
     MEANS("larger ones become this many; 0: no bound but output_cap")},
    {"users.*.output_cap", KEY_COUNT, OF(users, output_cap), DEFAULT("1024"), BOUNDS(1, 100000000),
     OURS(NULL), MEANS("most answer tokens a request asks for, and locks funds for")},
    {"users.*.demand", KEY_SHARES, OF(users, demand), EVENLY(OVER_CLASSES), OURS(NULL),
     MEANS("which class of model is asked for")},
    {"users.*.deadline", KEY_DURATION, OF(users, deadline_ns), DEFAULT("2min"), BOUNDS(0, YEAR),
     OURS(NULL), MEANS("the gateway gives a request up after this time; 0: never")},
    {"users.*.price_cap", KEY_AMOUNT, OF(users, price_cap), DEFAULT("0 DGAI"),
     BOUNDS(0, AMOUNT_MAX), OURS(NULL), MEANS("largest fee of one request; 0: none")},
    {"users.*.deposit", KEY_AMOUNT, OF(users, deposit), DEFAULT("100 DGAI"), BOUNDS(0, AMOUNT_MAX),
     OURS(NULL), MEANS("balance at the start")},
    {"users.*.top_up", KEY_AMOUNT, OF(users, top_up), DEFAULT("100 DGAI"), BOUNDS(0, AMOUNT_MAX),
     OURS(NULL), ONLY(when_locking, "lock above 0"),
     MEANS("paid in when the balance falls below a lock; 0: never")},
    {"users.*.lock", KEY_AMOUNT, OF(users, lock), DEFAULT("20 DGAI"), BOUNDS(0, AMOUNT_MAX),
     OURS(NULL), MEANS("locked for the gateway at a time")},

    {"probes.rate", KEY_RATE, TOP(probes.rate), DEFAULT("0"), BOUNDS(0, 1e6), OURS(NULL),
     MEANS("benchmark prompts of all probers together; every answer to one is checked; 0: none")},
    {"probes.probers", KEY_COUNT, TOP(probes.probers), DEFAULT("4"), BOUNDS(1, 1000000), OURS(NULL),
     ONLY(when_probed, probing), MEANS("who send them, in turn by chance")},
    {"probes.like", KEY_REFERENCE, TOP(probes.like), .fallback = FALLBACK_FIRST, .over = OVER_USERS,
     .standard = "the first", OURS(NULL), ONLY(when_probed, probing),
     MEANS("user group that they are made to look like")},
    {"probes.deposit", KEY_AMOUNT, TOP(probes.deposit), DEFAULT("1000 DGAI"), BOUNDS(0, AMOUNT_MAX),
     OURS(NULL), ONLY(when_probed, probing),
     MEANS("of each prober, to pay the fees of its prompts from; when it is used up, it stops")},
    {"probes.error", KEY_NUMBER, TOP(probes.error), DEFAULT("0.1"), BOUNDS(0, 100),
     OURS("a benchmark's answers are known, not its grades"), ONLY(when_probed, probing),
     MEANS("of the score that is known to be right, in standard deviations of quality")},
};

const struct key *key_rows(size_t *count)
{
    *count = sizeof rows / sizeof rows[0];
    return rows;
}

#define ITEMS(list, number, type)                                                                  \
    offsetof(struct scenario, list), offsetof(struct scenario, number),                            \
        sizeof(struct scenario_##type)

static const struct section sections[SECTION_COUNT] = {
    [SECTION_REGIONS] = {"regions", "region", ITEMS(regions, region_count, region), 255, true,
                         "where users, nodes and gateways are", region_used, "nobody is there"},
    [SECTION_GATEWAYS] = {"gateways", "gateway", ITEMS(gateways, gateway_count, gateway), 255, true,
                          "who authorises and routes; users use the nearest", NULL, NULL},
    [SECTION_CLASSES] = {"classes", "class of models", ITEMS(classes, class_count, class), 255,
                         true, "sizes of models", class_used, "no user asks for it"},
    [SECTION_PROVIDERS] = {"providers", "provider group",
                           ITEMS(providers, provider_count, provider), 1000, true,
                           "who publish models", NULL, NULL},
    [SECTION_HARDWARE] = {"hardware", "hardware", ITEMS(hardware, hardware_count, hardware), 1000,
                          false, "machines that serve models", hardware_used, "no node has it"},
    [SECTION_JUDGES] = {"judges", "judge", ITEMS(judges, judge_count, judge), 1000, false,
                        "what verifiers score answers with", judge_used, "no verifier uses it"},
    [SECTION_NODES] = {"nodes", "node group", ITEMS(nodes, node_group_count, nodes), 1000, true,
                       "who serve and verify", NULL, NULL},
    [SECTION_USERS] = {"users", "user group", ITEMS(users, user_group_count, users), 255, true,
                       "who ask", NULL, NULL},
};

const struct section *key_sections(void)
{
    return sections;
}
