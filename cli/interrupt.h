/* interrupt.h - turns Ctrl-C and its like into a question that a run asks now and then. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP are only noted. */
void interrupt_watch(void);
bool interrupt_seen(void);

#endif
