/* false_failure.c - see false_failure.h. */
#include "analysis/false_failure.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "dg/verify.h"
#include "models/behaviour.h"
#include "models/judge.h"

enum {
    ROUNDS_MINIMUM = 200000,
    SEATS = 3000000, /* in the first rounds of all */
    PURPOSE_FALSE_FAILURE = 0x53,
};

/* ---- who may have a seat ---- */

struct verifier_kind {
    double cumulative; /* chance of a seat, with the kinds before it */
    const struct behaviour *behaviour;
    const union behaviour_value *values;
    uint32_t judge; /* UINT32_MAX: none */
    int64_t stake;
};

struct verifier_mix {
    struct verifier_kind *kinds;
    size_t count;
    size_t verifiers;
};

static uint64_t verifiers_in(const struct scenario_nodes *group)
{
    return (uint64_t)llround(group->verifier_share * group->count);
}

uint64_t false_failure_verifiers(const struct scenario *scenario)
{
    uint64_t count = 0;
    for (size_t g = 0; g < scenario->node_group_count; g++)
        count += verifiers_in(&scenario->nodes[g]);
    return count;
}

/* One kind for each behaviour of each group. */
static void mix_add(struct verifier_mix *mix, const struct scenario *scenario,
                    const struct scenario_nodes *group)
{
    const struct shares *shares = &group->verifier_behaviours;
    size_t rows;
    const struct behaviour *const *table = behaviour_table(&rows);
    int64_t stake = group->stake + group->delegated;
    double weight = (double)verifiers_in(group) *
                    (double)dg_committee_weight(&scenario->protocol, stake, DG_ONE);
    for (size_t i = 0; i < shares->count; i++) {
        double before = mix->count > 0 ? mix->kinds[mix->count - 1].cumulative : 0;
        mix->kinds[mix->count++] = (struct verifier_kind){
            .cumulative = before + weight * shares->items[i].weight,
            .values = &scenario->behaviours.values[behaviour_first_value(shares->items[i].index)],
            .behaviour = table[shares->items[i].index],
            .judge = group->judge,
            .stake = stake,
        };
    }
}

static bool mix_init(struct verifier_mix *mix, const struct scenario *scenario, struct error *error)
{
    size_t room = 0;
    for (size_t g = 0; g < scenario->node_group_count; g++)
        room += scenario->nodes[g].verifier_behaviours.count;
    *mix = (struct verifier_mix){.kinds = calloc(room, sizeof *mix->kinds),
                                 .verifiers = (size_t)false_failure_verifiers(scenario)};
    if (mix->kinds == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the kinds of verifiers");
    for (size_t g = 0; g < scenario->node_group_count; g++)
        if (verifiers_in(&scenario->nodes[g]) > 0)
            mix_add(mix, scenario, &scenario->nodes[g]);
    return true;
}

static const struct verifier_kind *mix_draw(const struct verifier_mix *mix,
                                            struct random_stream *stream)
{
    double at = random_unit(stream) * mix->kinds[mix->count - 1].cumulative;
    size_t i = 0;
    while (i + 1 < mix->count && at >= mix->kinds[i].cumulative)
        i++;
    return &mix->kinds[i];
}

/* ---- one check ---- */

struct trial {
    const struct scenario *scenario;
    const struct scenario_class *class;
    uint32_t class_index;
    struct verifier_mix mix;
    struct random_stream stream;
    size_t seats; /* taken in this check */
};

/* What the member does when the votes before have been published, as far as the rules have it; it
 * waits for nobody. False: it stays silent. */
static bool plan_of(struct trial *trial, const struct verifier_kind *kind,
                    const struct dg_vote *votes, size_t count, struct score_plan *plan)
{
    const struct behaviour_self self = {.values = kind->values, .stream = &trial->stream};
    struct behaviour_review review = {.parameters_b = trial->class->parameters_b};
    uint16_t scores[DG_COMMITTEE_MAX];
    review.open = trial->scenario->protocol.committee_reveal == DG_REVEAL_OPEN;
    review.scores = scores;
    review.score_count = review.open ? (uint32_t)count : 0;
    for (size_t i = 0; i < count; i++)
        scores[i] = votes[i].score;
    bool scores_it = behaviour_score(kind->behaviour, &self, &review, plan);
    if (!scores_it || plan->wait_ns == 0)
        return scores_it;
    review.waited_ns = plan->wait_ns;
    return behaviour_score(kind->behaviour, &self, &review, plan);
}

static uint16_t score_of(struct trial *trial, const struct verifier_kind *kind, double quality,
                         const struct score_plan *plan)
{
    struct judge_subject subject = {.z_quality = quality, .class_index = trial->class_index};
    struct judge_work work = {.score = plan->constant};
    if (plan->uses_judge)
        judge_ask(trial->scenario, kind->judge, &subject, &trial->stream, &work);
    return work.score;
}

/* Seats more members, as many as there are verifiers left, behind the `before` votes of the round; the
 * seat of a silent one is given to another once, that of one who seals and does not show is not. */
static size_t seat(struct trial *trial, double quality, size_t wanted, size_t before,
                   struct dg_vote *votes)
{
    size_t count = before;
    for (size_t i = 0; i < wanted && trial->seats < trial->mix.verifiers; i++, trial->seats++) {
        struct score_plan plan = {0};
        const struct verifier_kind *kind = mix_draw(&trial->mix, &trial->stream);
        bool scores = plan_of(trial, kind, votes, count, &plan);
        if (!scores) {
            kind = mix_draw(&trial->mix, &trial->stream);
            scores = plan_of(trial, kind, votes, count, &plan);
        }
        if (!scores || plan.withheld || plan.seals_two)
            continue;
        votes[count++] = (struct dg_vote){
            .trust = DG_ONE, .stake = kind->stake, .score = score_of(trial, kind, quality, &plan)};
    }
    return count;
}

static enum dg_verdict verdict_of(const struct dg_params *params, const struct dg_vote *votes,
                                  size_t count, int64_t quorum)
{
    struct dg_finding finding = {.verdict = DG_VERDICT_INCONCLUSIVE};
    (void)dg_committee_verdict(params, votes, count, (size_t)quorum, &finding);
    return finding.verdict;
}

static bool far_apart(const struct dg_params *params, const struct dg_vote *votes, size_t count)
{
    int64_t low = DG_SCORE_ONE, high = 0;
    for (size_t i = 0; i < count; i++) {
        low = votes[i].score < low ? votes[i].score : low;
        high = votes[i].score > high ? votes[i].score : high;
    }
    return (high - low) * DG_ONE > params->committee_escalation_spread * DG_SCORE_ONE;
}

static enum dg_verdict check_once(struct trial *trial)
{
    const struct dg_params *params = &trial->scenario->protocol;
    struct dg_vote votes[DG_COMMITTEE_MAX];
    double quality =
        trial->class->quality + trial->class->quality_sd * random_normal(&trial->stream);

    trial->seats = 0;
    size_t count = seat(trial, quality, (size_t)params->committee_size, 0, votes);
    enum dg_verdict verdict = verdict_of(params, votes, count, params->committee_quorum);
    int64_t more = params->committee_escalation_size - params->committee_size;
    if (verdict != DG_VERDICT_INCONCLUSIVE && more > 0 && far_apart(params, votes, count)) {
        count = seat(trial, quality, (size_t)more, count, votes);
        verdict = verdict_of(params, votes, count, params->committee_quorum);
    }
    if (verdict != DG_VERDICT_FAIL || params->appeal_window == 0)
        return verdict;
    /* The second committee's verdict stands, unless it has none. */
    count = seat(trial, quality, 2 * (size_t)params->committee_size + 1, 0, votes);
    verdict = verdict_of(params, votes, count, params->committee_size + 1);
    return verdict == DG_VERDICT_PASS ? verdict : DG_VERDICT_FAIL;
}

/* ---- the estimate ---- */

static void estimate(struct false_failure *out)
{
    double n = (double)out->rounds, k = (double)out->failures;
    if (out->failures == 0) {
        out->rate = out->high = n > 0 ? 3 / n : 1;
        return;
    }
    out->rate = k / n;
    out->error = sqrt(out->rate * (1 - out->rate) / n);
    double z = gsl_cdf_ugaussian_Pinv(0.975), z2 = z * z;
    double middle = (k + z2 / 2) / (n + z2);
    double half = z / (n + z2) * sqrt(k * (n - k) / n + z2 / 4);
    out->low = middle - half;
    out->high = fmin(middle + half, 1);
}

bool false_failure_find(const struct scenario *scenario, uint32_t class_index, uint64_t seed,
                        struct false_failure *out, struct error *error)
{
    const struct random_key key = {.seed = seed};
    struct trial trial = {
        .scenario = scenario, .class = &scenario->classes[class_index], .class_index = class_index};
    struct false_failure found = {0};

    if (!mix_init(&trial.mix, scenario, error))
        return false;
    random_stream_init(&trial.stream, &key, PURPOSE_FALSE_FAILURE, 0, 0);
    int64_t rounds = SEATS / scenario->protocol.committee_size;
    if (rounds < ROUNDS_MINIMUM)
        rounds = ROUNDS_MINIMUM;
    for (int64_t i = 0; i < rounds && trial.mix.verifiers > 0; i++) {
        enum dg_verdict verdict = check_once(&trial);
        found.rounds += verdict != DG_VERDICT_INCONCLUSIVE;
        found.failures += verdict == DG_VERDICT_FAIL;
    }
    free(trial.mix.kinds);
    estimate(&found);
    *out = found;
    return true;
}
