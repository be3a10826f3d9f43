/* Goal of this file: each behaviour of nodes beyond the first three plans what its page says, from
 * nothing but what its owner can see. */
#include "models/behaviour.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)

static const struct random_key KEY = {.seed = 7, .replication = 0};

enum { VALUES_MAX = 16, DRAWS = 40000 };

/* A behaviour with its values, its memory and a stream. */
struct owner {
    const struct behaviour *behaviour;
    union behaviour_value values[VALUES_MAX];
    max_align_t memory[8];
    struct random_stream stream;
    struct behaviour_self self;
};

/* All keys at 0: a test sets those it is about. */
static void owner_init(struct owner *owner, const char *name)
{
    size_t count, place = behaviour_find(name, BEHAVIOUR_NODE);
    const struct behaviour *const *rows = behaviour_table(&count);

    assert_true(place < count);
    *owner = (struct owner){.behaviour = rows[place]};
    assert_true(rows[place]->memory_size <= sizeof owner->memory);
    random_stream_init(&owner->stream, &KEY, 1, (uint32_t)place, 0);
    owner->self = (struct behaviour_self){
        .values = owner->values, .memory = owner->memory, .stream = &owner->stream};
}

static union behaviour_value *value(struct owner *owner, const char *key)
{
    for (size_t k = 0; k < behaviour_key_count(owner->behaviour); k++)
        if (strcmp(owner->behaviour->keys[k].name, key) == 0)
            return &owner->values[k];
    fail_msg("%s has no key %s", owner->behaviour->name, key);
    return NULL;
}

static void set(struct owner *owner, const char *key, double number)
{
    value(owner, key)->number = number;
}

static void set_whole(struct owner *owner, const char *key, int64_t whole)
{
    value(owner, key)->whole = whole;
}

static struct behaviour_task task_of(const struct dg_params *protocol)
{
    return (struct behaviour_task){.parameters_b = 70,
                                   .quality = 2.2,
                                   .quality_sd = 0.5,
                                   .tokens_in = 1000,
                                   .tokens_out = 200,
                                   .tokens_out_max = 260,
                                   .protocol = protocol,
                                   .size_class = DG_SIZE_70B};
}

static struct service_plan serve(struct owner *owner, const struct behaviour_task *task)
{
    struct service_plan plan;
    memset(&plan, 0x5a, sizeof plan); /* every field must be set */
    behaviour_serve(owner->behaviour, &owner->self, task, &plan);
    return plan;
}

static void assert_honest(const struct service_plan *plan)
{
    assert_true(plan->computes && !plan->cheat && !plan->declines && !plan->early_token);
    assert_true(plan->parameters_b == 70 && plan->work_factor == 1 && plan->quality_shift == 0);
    assert_true(plan->judge_shift == 0 && plan->padding == 0 && plan->outside_cost == 0);
}

/* Within four standard errors of a share. */
static void assert_share(double found, double share)
{
    if (fabs(found - share) > 4 * sqrt(share * (1 - share) / DRAWS))
        fail_msg("%g, expected %g", found, share);
}

/* Goal: under the judge it is tuned for the mean score falls by 0.02, under a perfect one by 40 %: with
 * quality 2.2 +- 0.5 and correlation 0.747 the first from 0.90436 to 0.88436, the second from
 * 0.97545 to 0.58527. */
static void gaming_by_scores(void **state)
{
    (void)state;
    struct owner owner;
    struct behaviour_task task = task_of(NULL);
    owner_init(&owner, "gaming");
    set(&owner, "parameters", 7);
    set(&owner, "score_loss", 0.02);
    set(&owner, "quality_drop", 0.4);
    set(&owner, "judge", 0.747);
    set(&owner, "share", 1);
    struct service_plan plan = serve(&owner, &task);
    assert_true(plan.cheat && fabs(plan.work_factor - 0.1) < 1e-12);

    double q = 2.2 + plan.quality_shift, judged = q + plan.judge_shift, r = 0.747;
    double spread = sqrt(1 + r * r * 0.25 + 1 - r * r);
    assert_true(fabs(gsl_cdf_ugaussian_P(q / sqrt(1.25)) - 0.6 * 0.975455) < 1e-5);
    assert_true(fabs(gsl_cdf_ugaussian_P(r * judged / spread) - (0.904356 - 0.02)) < 1e-5);

    set(&owner, "judge", 0); /* whom anything pleases */
    plan = serve(&owner, &task);
    assert_true(fabs(plan.quality_shift + plan.judge_shift) < 1e-12);
    set(&owner, "quality_drop", 1);
    assert_true(serve(&owner, &task).quality_shift <= -100);
    set(&owner, "parameters", 70);
    plan = serve(&owner, &task);
    assert_honest(&plan);
}

static void quantised_runs_less(void **state)
{
    (void)state;
    struct owner owner;
    struct behaviour_task task = task_of(NULL);
    owner_init(&owner, "quantised");
    set(&owner, "work", 0.6);
    set(&owner, "quality_loss", 0.3);
    set(&owner, "share", 1);
    struct service_plan plan = serve(&owner, &task);
    assert_true(plan.computes && plan.cheat && plan.parameters_b == 70);
    assert_true(plan.work_factor == 0.6 && plan.quality_shift == -0.3);
}

/* Goal: an empty cache hits nothing; after n answers of its own the chance is hits n / (n + half); of
 * the hits the share fit is as good as new. */
static void cache_fills(void **state)
{
    (void)state;
    struct owner owner;
    struct behaviour_task task = task_of(NULL);
    int hits = 0, good = 0;
    owner_init(&owner, "cached");
    set(&owner, "hits", 1);
    set(&owner, "half", 1);
    set(&owner, "fit", 0.4);
    set(&owner, "quality_loss", 2);
    set_whole(&owner, "time", 5);
    struct service_plan plan = serve(&owner, &task);
    assert_honest(&plan);
    for (int i = 0; i < DRAWS; i++) { /* always from one answer of its own: one in two hits */
        memset(owner.memory, 0, sizeof owner.memory);
        (void)serve(&owner, &task);
        plan = serve(&owner, &task);
        hits += !plan.computes && plan.cheat && plan.fixed_time_ns == 5;
        good += !plan.computes && plan.quality_shift == 0;
    }
    assert_share((double)hits / DRAWS, 0.5);
    assert_share((double)good / DRAWS, 0.2);
}

/* Goal: probes are recognised, and others mistaken for one, in the shares given; the rest gets the
 * small model. */
static void probes_are_half_seen(void **state)
{
    (void)state;
    struct owner owner;
    struct behaviour_task task = task_of(NULL), probe = task;
    int honest = 0, alarms = 0;
    probe.probe = true;
    owner_init(&owner, "probe_aware");
    set(&owner, "recognition", 0.8);
    set(&owner, "false_alarms", 0.05);
    set(&owner, "parameters", 7);
    set(&owner, "quality_loss", 2);
    for (int i = 0; i < DRAWS; i++) {
        honest += !serve(&owner, &probe).cheat;
        alarms += !serve(&owner, &task).cheat;
    }
    assert_share((double)honest / DRAWS, 0.8);
    assert_share((double)alarms / DRAWS, 0.05);
}

/* A chain with one node, which asks 3 DGAI a unit for model 0; nobody has checked it. */
static struct dg_chain *chain_of_one(struct dg_params *params)
{
    struct dg_chain *chain;
    uint32_t id;
    dg_params_default(params);
    assert_int_equal(dg_chain_open(params, NULL, &chain), DG_OK);
    assert_int_equal(dg_chain_add_operator(chain, params->stake_minimum, &id), DG_OK);
    assert_int_equal(dg_chain_add_provider(chain, &id), DG_OK);
    assert_int_equal(dg_chain_add_model(chain, id, DG_SIZE_70B, 16384, 0, 0, &id), DG_OK);
    struct dg_node_spec spec = {
        .model_count = 1, .price = 3 * DG_TOKEN, .stake = params->stake_minimum};
    assert_int_equal(dg_chain_add_node(chain, 0, &spec, &id), DG_OK);
    return chain;
}

static bool cheats_at(struct owner *owner, int64_t now_ns)
{
    struct behaviour_task task = task_of(NULL);
    owner->self.now_ns = now_ns;
    return serve(owner, &task).cheat;
}

/* Goal: an unchecked node's credibility is one half, less 1 in 131,070: with high and low about it the phases go by time, and
 * either bound overrides the time. */
static void phases_by_record_and_time(void **state)
{
    (void)state;
    struct owner owner;
    struct dg_params params;
    struct dg_chain *chain = chain_of_one(&params);
    owner_init(&owner, "on_off");
    owner.self.chain = chain;
    set(&owner, "parameters", 7);
    set(&owner, "high", 0.49);
    set(&owner, "low", 0.4);
    set_whole(&owner, "build", HOUR_NS);
    set_whole(&owner, "spend", 2 * HOUR_NS);
    assert_false(cheats_at(&owner, HOUR_NS - 1));
    assert_true(cheats_at(&owner, HOUR_NS));
    assert_true(cheats_at(&owner, 3 * HOUR_NS - 1));
    assert_false(cheats_at(&owner, 3 * HOUR_NS));
    assert_true(cheats_at(&owner, 4 * HOUR_NS));
    set(&owner, "low", 0.51); /* the record has fallen */
    assert_false(cheats_at(&owner, 4 * HOUR_NS + 1));
    set(&owner, "high", 0.51); /* and is not good enough again */
    assert_false(cheats_at(&owner, 100 * HOUR_NS));
    dg_chain_close(chain);
}

static void bounds_that_fit(void **state)
{
    (void)state;
    struct owner owner;
    const char *key, *why;
    owner_init(&owner, "on_off");
    set(&owner, "high", 0.6);
    set(&owner, "low", 0.6);
    assert_true(owner.behaviour->check(owner.values, &key, &why));
    set(&owner, "low", 0.7);
    assert_false(owner.behaviour->check(owner.values, &key, &why));
    assert_string_equal(key, "low");
}

/* Goal: it declines by prompt, by guessed answer and by fee: 8 (1 x 1000 + 4 x 200) / 1000 = 14.4 units at
 * its own price of 3 DGAI are 43.2 DGAI. */
static void selective_by_length_and_value(void **state)
{
    (void)state;
    struct owner owner;
    struct dg_params params;
    struct dg_chain *chain = chain_of_one(&params);
    struct behaviour_task task = task_of(&params);
    owner_init(&owner, "selective");
    owner.self.chain = chain;
    set(&owner, "tokens_in", 1000);
    set(&owner, "tokens_out", 200);
    struct service_plan plan = serve(&owner, &task);
    assert_honest(&plan);
    set_whole(&owner, "value", 43200000);
    assert_false(serve(&owner, &task).declines);
    set_whole(&owner, "value", 43200001);
    assert_true(serve(&owner, &task).declines);
    set_whole(&owner, "value", 0);
    set(&owner, "tokens_in", 999);
    assert_true(serve(&owner, &task).declines);
    set(&owner, "tokens_in", 1000);
    set(&owner, "guess_error", 1); /* the median of its guesses is the answer's length */
    int declined = 0;
    for (int i = 0; i < DRAWS; i++)
        declined += serve(&owner, &task).declines;
    assert_share((double)declined / DRAWS, 0.5);
    dg_chain_close(chain);
}

static void slow_lets_in_more(void **state)
{
    (void)state;
    struct owner owner;
    owner_init(&owner, "slow");
    set(&owner, "overcommit", 2.5);
    set(&owner, "swap_cost", 0.1);
    struct batch_plan plan = behaviour_batch(owner.behaviour, &owner.self, 4);
    assert_true(plan.slots == 10 && plan.swap_cost == 0.1);
    owner_init(&owner, "honest");
    plan = behaviour_batch(owner.behaviour, &owner.self, 4);
    assert_true(plan.slots == 4 && plan.swap_cost == 0);
}

static bool present_at(struct owner *owner, int64_t now_ns)
{
    random_stream_init(&owner->stream, &KEY, 2, 0, 0);
    owner->self.now_ns = now_ns;
    return owner->behaviour->present(&owner->self);
}

/* Goal: in one cycle it is back for exactly as long as it says, in one piece, and so in the next. */
static void flapping_keeps_its_cycle(void **state)
{
    (void)state;
    struct owner owner;
    int up = 0, changes = 0;
    owner_init(&owner, "flapping");
    set_whole(&owner, "away", 70);
    set_whole(&owner, "back", 20);
    for (int64_t t = 0; t < 90; t++) {
        up += present_at(&owner, t);
        changes += present_at(&owner, t) != present_at(&owner, t + 1);
        assert_true(present_at(&owner, t) == present_at(&owner, t + 90));
    }
    assert_int_equal(up, 20);
    assert_int_equal(changes, 2);
}

static void padding_stays_in_bounds(void **state)
{
    (void)state;
    struct owner owner;
    struct behaviour_task task = task_of(NULL);
    owner_init(&owner, "inflate_cu");
    set(&owner, "factor", 1.25);
    set(&owner, "work", 0.1);
    set(&owner, "quality_loss", 0.2);
    set(&owner, "share", 1);
    struct service_plan plan = serve(&owner, &task);
    assert_true(plan.cheat && plan.padding == 50 && plan.padding_work == 0.1);
    assert_true(plan.quality_shift == -0.2);
    set(&owner, "factor", 100);
    assert_int_equal(serve(&owner, &task).padding, 60);
    task.tokens_out = task.tokens_out_max; /* no room */
    plan = serve(&owner, &task);
    assert_honest(&plan);
}

static void early_token(void **state)
{
    (void)state;
    struct owner owner;
    struct behaviour_task task = task_of(NULL);
    owner_init(&owner, "misreport_latency");
    struct service_plan plan = serve(&owner, &task);
    assert_honest(&plan);
    set(&owner, "share", 1);
    plan = serve(&owner, &task);
    assert_true(plan.early_token && plan.computes && !plan.cheat && plan.work_factor == 1);
}

/* Goal: 14.4 units at 0.04 DGAI are 0.576 DGAI; 200 tokens at 50 a second take 4 s. */
static void forwarder_pays(void **state)
{
    (void)state;
    struct owner owner;
    struct dg_params params;
    dg_params_default(&params);
    struct behaviour_task task = task_of(&params);
    owner_init(&owner, "forwarder");
    set_whole(&owner, "price", 40000);
    set_whole(&owner, "latency", 500000000);
    set(&owner, "rate", 50);
    struct service_plan plan = serve(&owner, &task);
    assert_true(!plan.computes && !plan.cheat);
    assert_int_equal(plan.outside_cost, 576000);
    assert_int_equal(plan.fixed_time_ns, 500000000);
    assert_int_equal(plan.stream_ns, 4000000000);
    set(&owner, "quality_loss", 1);
    plan = serve(&owner, &task);
    assert_true(plan.cheat && plan.quality_shift == -1);
}

static void self_dealing_knows_its_own(void **state)
{
    (void)state;
    struct owner owner;
    struct behaviour_task task = task_of(NULL);
    owner_init(&owner, "self_dealing");
    set(&owner, "rate", 36);
    set_whole(&owner, "time", 9);
    struct service_plan plan = serve(&owner, &task);
    assert_honest(&plan);
    assert_true(owner.behaviour->own_rate(&owner.self) == 0.01);
    task.own = true;
    plan = serve(&owner, &task);
    assert_true(!plan.computes && plan.cheat && plan.fixed_time_ns == 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaming_by_scores),
        cmocka_unit_test(quantised_runs_less),
        cmocka_unit_test(cache_fills),
        cmocka_unit_test(probes_are_half_seen),
        cmocka_unit_test(phases_by_record_and_time),
        cmocka_unit_test(bounds_that_fit),
        cmocka_unit_test(selective_by_length_and_value),
        cmocka_unit_test(slow_lets_in_more),
        cmocka_unit_test(flapping_keeps_its_cycle),
        cmocka_unit_test(padding_stays_in_bounds),
        cmocka_unit_test(early_token),
        cmocka_unit_test(forwarder_pays),
        cmocka_unit_test(self_dealing_knows_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
