/* world_review.c - what a verifier does with an answer: it asks its judge, makes a score up, or waits
 * for another's. */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "models/judge.h"
#include "models/world_private.h"

/* ---- who is whose friend ---- */

/* Members are all nodes of operators that were dealt such a behaviour for their verifiers. */
void world_join_cartels(struct world *world)
{
    for (uint32_t n = 0; n < world->node_count; n++) {
        struct world_node *node = &world->nodes[n];
        bool verifies = world->scenario->nodes[node->group].verifier_share > 0;
        node->cartel = verifies && world->behaviours[node->verifier_behaviour]->cartel;
    }
}

/* ---- the choice ---- */

/* The scores that have reached the verifier by now. */
static uint32_t published_scores(const struct world *world, const struct world_check *check,
                                 uint16_t scores[DG_COMMITTEE_MAX])
{
    int64_t now_ns = engine_now(world->engine);
    uint32_t count = 0;
    for (uint32_t i = 0; i < check->member_count && count < DG_COMMITTEE_MAX; i++) {
        const struct world_check_member *member = &check->members[i];
        if (member->published_ns > 0 &&
            member->published_ns + world->scenario->chain_delay_ns <= now_ns)
            scores[count++] = member->score;
    }
    return count;
}

static bool decide(struct world *world, const struct world_check *check,
                   const struct world_check_member *member, struct random_stream *stream,
                   struct score_plan *plan)
{
    const struct world_node *node = &world->nodes[member->node];
    const struct world_evidence *evidence = &check->evidence;
    const struct world_node *served_by = &world->nodes[evidence->node];
    uint32_t class_index = world->models[evidence->model].class_index;
    uint16_t scores[DG_COMMITTEE_MAX];
    struct behaviour_review review = {
        .parameters_b = world->scenario->classes[class_index].parameters_b,
        .tokens_in = evidence->tokens_in,
        .tokens_out = evidence->tokens_out,
        .model = evidence->model,
        .node = evidence->node,
        .operator_id = served_by->operator_id,
        .friend = node->cartel && served_by->cartel,
        .open = world->scenario->protocol.committee_reveal == DG_REVEAL_OPEN,
        .waited_ns = engine_now(world->engine) - member->received_ns,
        .scores = scores,
        .score_count = published_scores(world, check, scores),
    };
    struct behaviour_self self = world_self(world, node, BEHAVIOUR_VERIFIER, stream);
    return behaviour_score(world->behaviours[node->verifier_behaviour], &self, &review, plan);
}

/* Judges one answer after another; returns when this one is done. */
static int64_t judge_answer(struct world *world, struct world_node *node,
                            const struct world_check *check, struct random_stream *stream,
                            uint16_t *score)
{
    struct judge_subject subject = {
        .z_quality = check->evidence.quality,
        .judge_shift = check->evidence.judge_shift,
        .class_index = world->models[check->evidence.model].class_index,
    };
    struct judge_work work;
    judge_ask(world->scenario, world->scenario->nodes[node->group].judge, &subject, stream, &work);
    int64_t now_ns = engine_now(world->engine);
    int64_t start_ns = node->judge_free_ns > now_ns ? node->judge_free_ns : now_ns;
    node->judge_free_ns = start_ns + work.latency_ns;
    node->verification_cost += work.cost;
    world->statistics.verification_cost += work.cost;
    *score = work.score;
    return node->judge_free_ns;
}

/* Asked again when a score is published, and at the end of its patience. */
static void wait_for_score(struct world *world, const struct world_check *check,
                           struct world_check_member *member, int64_t wait_ns)
{
    if (!member->waiting)
        engine_post(world->engine, engine_now(world->engine) + wait_ns, EVENT_REVIEW_TASK,
                    member->node, check->id);
    member->waiting = true;
}

/* The answer has come, or a score that it has waited for, or it waits no longer. Its draws are the
 * same each time. */
void review_task(void *context, struct engine *engine, const struct event *event)
{
    struct world *world = context;
    struct world_check *check = world_check_find(world, event->payload);
    struct world_check_member *member =
        check != NULL ? world_check_member(check, event->target) : NULL;
    if (member == NULL || member->decided || !world_is_present(world, event->target))
        return;
    if (!member->waiting)
        member->received_ns = engine_now(engine);
    struct random_stream stream;
    random_stream_init(&stream, &world->key, PURPOSE_REVIEW, event->target, check->id);
    struct score_plan plan;
    bool scores = decide(world, check, member, &stream, &plan);
    if (scores && plan.wait_ns > 0) {
        wait_for_score(world, check, member, plan.wait_ns);
        return;
    }
    member->decided = true;
    if (!scores)
        return;
    int64_t done_ns = engine_now(engine);
    member->score = plan.constant;
    member->withheld = plan.withheld;
    member->seals_two = plan.seals_two;
    if (plan.uses_judge)
        done_ns = judge_answer(world, &world->nodes[event->target], check, &stream, &member->score);
    member->nonce = random_u64(&stream);
    world->statistics.reviews++;
    bool open = world->scenario->protocol.committee_reveal == DG_REVEAL_OPEN;
    if (open && plan.withheld) /* nothing is sealed first */
        return;
    engine_post(engine, done_ns + world->scenario->chain_delay_ns, EVENT_REVIEW_COMMIT,
                event->target, event->payload);
}

/* ---- scores that all can see ---- */

void review_published(struct world *world, const struct dg_notice *notice)
{
    struct world_check *check = world_check_find(world, notice->check);
    struct world_check_member *from =
        check != NULL ? world_check_member(check, notice->verifier) : NULL;
    if (from == NULL)
        return;
    from->published_ns = engine_now(world->engine);
    int64_t at_ns = from->published_ns + world->scenario->chain_delay_ns;
    for (uint32_t i = 0; i < check->member_count; i++)
        if (check->members[i].waiting && !check->members[i].decided)
            engine_post(world->engine, at_ns, EVENT_REVIEW_TASK, check->members[i].node, check->id);
}

/* How far it is from what a judge that saw true quality would have said. */
void review_shown(struct world *world, const struct world_check *check,
                  const struct world_check_member *member)
{
    struct world_node *node = &world->nodes[member->node];
    double right = gsl_cdf_ugaussian_P(check->evidence.quality);
    node->shown++;
    node->deviation += fabs((double)member->score / JUDGE_SCORE_ONE - right);
}
