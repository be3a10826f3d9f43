/* scenario_memory.h - an arena: everything of one scenario, freed at once. Private to the
 * loader. */
#ifndef MODELS_SCENARIO_MEMORY_H
#define MODELS_SCENARIO_MEMORY_H

#include <stddef.h>

struct scenario_memory;

struct scenario_memory *scenario_memory_open(void);         /* NULL: out of memory */
void scenario_memory_close(struct scenario_memory *memory); /* NULL is allowed */

/* Zeroed and aligned for any type; NULL: out of memory. */
void *scenario_memory_take(struct scenario_memory *memory, size_t size);
/* A terminated copy of length bytes of text. */
char *scenario_memory_copy(struct scenario_memory *memory, const char *text, size_t length);

#endif
