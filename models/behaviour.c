/* behaviour.c - the table of behaviours. */
#include "models/behaviour.h"

#include <math.h>
#include <string.h>

#include "models/judge.h"

#define BEHAVIOUR_ADDRESS(name) &behaviour_##name,

static const struct behaviour *const behaviours[] = {BEHAVIOURS(BEHAVIOUR_ADDRESS)};
enum { BEHAVIOUR_COUNT = sizeof behaviours / sizeof behaviours[0] };

const struct behaviour *const *behaviour_table(size_t *count)
{
    *count = BEHAVIOUR_COUNT;
    return behaviours;
}

size_t behaviour_find(const char *name, enum behaviour_role role)
{
    for (size_t i = 0; i < BEHAVIOUR_COUNT; i++) {
        if ((behaviours[i]->role & (unsigned)role) != 0 && strcmp(behaviours[i]->name, name) == 0)
            return i;
    }
    return BEHAVIOUR_COUNT;
}

size_t behaviour_key_count(const struct behaviour *behaviour)
{
    size_t count = 0;

    while (behaviour->keys != NULL && behaviour->keys[count].name != NULL)
        count++;
    return count;
}

size_t behaviour_first_value(size_t place)
{
    size_t first = 0;

    for (size_t i = 0; i < place; i++)
        first += behaviour_key_count(behaviours[i]);
    return first;
}

void behaviour_serve(const struct behaviour *behaviour, const struct behaviour_self *self,
                     const struct behaviour_task *task, struct service_plan *plan)
{
    *plan = (struct service_plan){
        .parameters_b = task->parameters_b,
        .work_factor = 1,
        .computes = true,
    };
    if (behaviour->serve != NULL)
        behaviour->serve(self, task, plan);
}

struct batch_plan behaviour_batch(const struct behaviour *behaviour,
                                  const struct behaviour_self *self, uint32_t slots)
{
    struct batch_plan plan = {.slots = slots};
    if (behaviour->batch != NULL)
        behaviour->batch(self, &plan);
    return plan;
}

bool behaviour_score(const struct behaviour *behaviour, const struct behaviour_self *self,
                     const struct behaviour_review *review, struct score_plan *plan)
{
    *plan = (struct score_plan){.uses_judge = true};
    return behaviour->score == NULL || behaviour->score(self, review, plan);
}

bool behaviour_chance(double share, struct random_stream *stream)
{
    if (share <= 0)
        return false;
    return share >= 1 || random_unit(stream) < share;
}

uint16_t behaviour_score_of(double share)
{
    return (uint16_t)(fmin(fmax(share, 0), 1) * JUDGE_SCORE_ONE + 0.5);
}

bool behaviour_runs_smaller(const struct behaviour_task *task, double parameters_b,
                            double quality_loss, struct service_plan *plan)
{
    if (parameters_b >= task->parameters_b) /* nothing smaller at hand */
        return false;
    plan->parameters_b = parameters_b;
    plan->work_factor = parameters_b / task->parameters_b;
    plan->quality_shift = -quality_loss;
    plan->cheat = true;
    return true;
}

bool behaviour_recognises(const struct behaviour_task *task, double hits, double false_alarms,
                          struct random_stream *stream)
{
    return random_unit(stream) < (task->probe ? hits : false_alarms);
}

double behaviour_guess_tokens(const struct behaviour_task *task, double sigma,
                              struct random_stream *stream)
{
    return sigma > 0 ? task->tokens_out * random_lognormal(stream, 0, sigma) : task->tokens_out;
}

double behaviour_compute_units(const struct behaviour_task *task, double tokens_out)
{
    const struct dg_params *protocol = task->protocol;
    double weighted = (double)protocol->metering_input_weight * task->tokens_in +
                      (double)protocol->metering_output_weight * tokens_out;
    return (double)protocol->metering_weight[task->size_class] * weighted / 1000;
}

int64_t behaviour_price(const struct behaviour_self *self, const struct behaviour_task *task)
{
    struct dg_node_record node;
    struct dg_model_record model;
    if (dg_chain_node_record(self->chain, self->node, &node) == DG_OK && node.price > 0)
        return node.price;
    if (dg_chain_model(self->chain, task->model, &model) == DG_OK && model.price > 0)
        return model.price;
    return task->protocol->fees_unit_price;
}

uint32_t behaviour_padding_room(const struct behaviour_task *task)
{
    return task->tokens_out_max > task->tokens_out ? task->tokens_out_max - task->tokens_out : 0;
}
