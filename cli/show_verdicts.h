/* show_verdicts.h - prints how long an honest node lasts before it is convicted. */
#ifndef CLI_SHOW_VERDICTS_H
#define CLI_SHOW_VERDICTS_H

#include "analysis/false_verdict.h"

void show_verdicts(const struct scenario *scenario, const struct false_verdicts *verdicts);

#endif
