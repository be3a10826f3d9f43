/* normal.h - a standard normal draw from a word of entropy, without the maths library.
 *
 * The quantile function by a table of 512 equal steps of probability with straight lines between
 * them. Mean 0 and variance 1 are exact but for rounding; within the 510 inner steps the quantile is
 * off by less than 0.018, anywhere its probability by less than 0.0003, and no draw is further from 0
 * than 3.45: who needs rare events needs another method.
 */
#ifndef CORE_NORMAL_H
#define CORE_NORMAL_H

#include <stdint.h>

enum { NORMAL_BITS = 24 }; /* fractional bits of a draw */

/* word: uniform over all 2^32. Its top bit is the sign, the next 8 choose the step. */
int32_t normal_draw(uint32_t word);

#endif
