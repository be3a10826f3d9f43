/* error.c - see error.h. */
#include "sim/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    if (error == NULL)
        return false;

    /* The old text may be among the arguments, so it is only overwritten once the new one
     * stands. */
    char text[ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    error->kind = kind;
    memcpy(error->text, text, sizeof text);
    return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return false;

    char text[ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    if (length < 0)
        length = 0;
    if ((size_t)length >= sizeof text)
        length = (int)sizeof text - 1;
    /* What does not fit is cut off at the end: the place stays, the detail suffers. */
    snprintf(text + length, sizeof text - (size_t)length, "%s", error->text);
    memcpy(error->text, text, sizeof text);
    return false;
}
