/* test_scenario.h - scenario files on the fly, for the tests of the loader. */
#ifndef TESTS_MODELS_TEST_SCENARIO_H
#define TESTS_MODELS_TEST_SCENARIO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "models/scenario.h"

enum { FOLDER_SIZE = 64, TEXT_SIZE = 1 << 16 };

/* The smallest scenario that is right, a key a line. */
static const char minimal[] =
    "{\n"
    "  \"regions\": {\"here\": {}},\n"
    "  \"gateways\": {\"only\": {}},\n"
    "  \"classes\": {\"8b\": {\"parameters\": 8}},\n"
    "  \"providers\": {\"open\": {}},\n"
    "  \"hardware\": {\"card\": {\"prefill_rate\": \"1000/s\", \"step_base\": \"40ms\"}},\n"
    "  \"judges\": {\"large\": {}},\n"
    "  \"nodes\": {\"homes\": {\"count\": 10, \"verifier_share\": \"50%\"}},\n"
    "  \"users\": {\"chat\": {\"count\": 5, \"arrival\": {\"rate\": \"6/h\"}}}\n"
    "}\n";

/* A folder of its own for each test; state is its name. */
static inline int folder_make(void **state)
{
    char *folder = malloc(FOLDER_SIZE);
    if (folder == NULL)
        return -1;
    strcpy(folder, "/tmp/dgsim_scenario_XXXXXX");
    *state = mkdtemp(folder);
    return *state == NULL ? -1 : 0;
}

static inline int folder_remove(void **state)
{
    char command[FOLDER_SIZE + 16];
    snprintf(command, sizeof command, "rm -r %s", (const char *)*state);
    int status = system(command);
    free(*state);
    return status;
}

static inline void file_path(const char *folder, const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", folder, name);
}

static inline void file_write_bytes(const char *folder, const char *name, const char *bytes,
                                    size_t length)
{
    char path[256];
    file_path(folder, name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline void file_write(const char *folder, const char *name, const char *text)
{
    file_write_bytes(folder, name, text, strlen(text));
}

/* The text with one piece replaced, which must be there once at least. */
static inline void replaced(const char *text, const char *piece, const char *by,
                            char out[TEXT_SIZE])
{
    const char *at = strstr(text, piece);
    if (at == NULL) {
        fail_msg("\"%s\" is not in the text", piece);
        return;
    }
    int length =
        snprintf(out, TEXT_SIZE, "%.*s%s%s", (int)(at - text), text, by, at + strlen(piece));
    assert_true(length >= 0 && length < TEXT_SIZE);
}

/* What one attempt at loading gave. */
struct attempt {
    bool ok;
    struct scenario scenario; /* free it with scenario_free() */
    struct error error;
    char warnings[8192]; /* a line each */
};

static inline void note_warning(void *context, const char *text)
{
    char *warnings = context;
    size_t used = strlen(warnings);
    snprintf(warnings + used, 8192 - used, "%s\n", text);
}

static inline void attempt_path(const char *path, const char *const *settings, size_t count,
                                struct attempt *attempt)
{
    *attempt = (struct attempt){0};
    struct scenario_source source = {.path = path,
                                     .settings = settings,
                                     .setting_count = count,
                                     .warning = note_warning,
                                     .warning_context = attempt->warnings};
    attempt->ok = scenario_load(&source, &attempt->scenario, &attempt->error);
}

/* Loads a text from the file s.json of the folder; setting may be NULL. */
static inline void attempt_text(const char *folder, const char *text, const char *setting,
                                struct attempt *attempt)
{
    char path[256];
    file_write(folder, "s.json", text);
    file_path(folder, "s.json", path);
    attempt_path(path, &setting, setting != NULL, attempt);
}

static inline struct scenario load_text(const char *folder, const char *text, const char *setting)
{
    struct attempt attempt;
    attempt_text(folder, text, setting, &attempt);
    if (!attempt.ok)
        fail_msg("%s", attempt.error.text);
    return attempt.scenario;
}

/* The message without the folder's name, which differs from run to run. */
static inline const char *message_of(const struct attempt *attempt, const char *folder,
                                     char out[1100])
{
    const char *text = attempt->error.text;
    size_t used = 0, length = strlen(folder);
    while (*text != '\0') {
        if (strncmp(text, folder, length) == 0 && text[length] == '/')
            text += length + 1;
        else
            out[used++] = *text++;
    }
    out[used] = '\0';
    return out;
}

static inline void assert_contains(const char *text, const char *piece)
{
    if (strstr(text, piece) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text, piece);
}

/* Refused as bad input, with nothing left behind and on one line that says all the pieces. */
static inline void assert_refused(const struct attempt *attempt, const char *piece)
{
    if (attempt->ok)
        fail_msg("was loaded, not refused: \"%s\" is missing", piece);
    assert_int_equal(attempt->error.kind, ERROR_INPUT);
    assert_null(attempt->scenario.memory);
    assert_null(strchr(attempt->error.text, '\n'));
    assert_contains(attempt->error.text, piece);
}

#endif
