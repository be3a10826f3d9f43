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
