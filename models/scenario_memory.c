/* scenario_memory.c - see scenario_memory.h. Small things share blocks, large ones get their
 * own. */
#include "models/scenario_memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 1 << 16 };

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct scenario_memory {
    struct block *blocks; /* the first is the one in use */
};

struct scenario_memory *scenario_memory_open(void)
{
    return calloc(1, sizeof(struct scenario_memory));
}

void scenario_memory_close(struct scenario_memory *memory)
{
    if (memory == NULL)
        return;
    while (memory->blocks != NULL) {
        struct block *next = memory->blocks->next;
        free(memory->blocks);
        memory->blocks = next;
    }
    free(memory);
}

static struct block *block_add(struct scenario_memory *memory, size_t size)
{
    struct block *block = calloc(1, sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->size = size;
    block->next = memory->blocks;
    memory->blocks = block;
    return block;
}

void *scenario_memory_take(struct scenario_memory *memory, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct block *block = memory->blocks;
    if (block == NULL || block->size - block->used < rounded)
        block = block_add(memory, rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE);
    if (block == NULL)
        return NULL;
    void *taken = block->bytes + block->used;
    block->used += rounded;
    return taken;
}

char *scenario_memory_copy(struct scenario_memory *memory, const char *text, size_t length)
{
    char *copy = scenario_memory_take(memory, length + 1);
    if (copy != NULL)
        memcpy(copy, text, length);
    return copy;
}
