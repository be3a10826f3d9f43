/* Each receipt on its own, at one rate for all. */
#include "sampling.h"

const struct sampling_plan sampling_constant = {
    .rate = sampling_rate_constant,
    .draw = sampling_draw_each,
};
