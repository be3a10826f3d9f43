/* list_parameters.h - the parameters of the protocol, for dgsim list: to read at a terminal, and as the
 * page docs/parameters.md. */
#ifndef CLI_LIST_PARAMETERS_H
#define CLI_LIST_PARAMETERS_H

#include <stdbool.h>

#include "sim/error.h"

void list_parameters_print(void);

/* The page in Markdown, on standard output. False: out of memory; then nothing was printed. */
bool list_parameters_page(struct error *error);

#endif
