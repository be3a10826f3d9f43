/* error.h - an error as a value: a kind and one line of text, filled by whoever found it.
 *
 * A function that can fail on input returns false and fills the struct its caller owns; callers add
 * context on the way up with error_prefix().
 */
#ifndef SIM_ERROR_H
#define SIM_ERROR_H

#include <stdbool.h>

enum error_kind {
    ERROR_NONE,
    ERROR_INPUT,  /* the input or usage is wrong: exit status 2 */
    ERROR_IO,     /* file, disk or database: exit status 3 */
    ERROR_MEMORY, /* out of memory: exit status 3 */
    ERROR_RUN,    /* the run itself failed: exit status 3 */
};

enum { ERROR_TEXT_SIZE = 1024 };

struct error {
    enum error_kind kind;
    char text[ERROR_TEXT_SIZE];
};

/* Always returns false, so that `return error_set(...)` reads well. error may be NULL. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts text before what is there; keeps the kind. Always returns false. */
bool error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
