/* command_line.c - see command_line.h. */
#include "cli/command_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool plain(const char *word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "%+,-./:=@_";
    return word[0] != '\0' && word[strspn(word, safe)] == '\0';
}

/* 'it'\''s' */
static void write_word(const char *word, FILE *out)
{
    if (plain(word)) {
        fprintf(out, " %s", word);
        return;
    }
    fputs(" '", out);
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    }
    fputc('\'', out);
}

char *command_line_text(char *const *argv)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    fputs("dgsim", out);
    for (; *argv != NULL; argv++)
        write_word(*argv, out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
