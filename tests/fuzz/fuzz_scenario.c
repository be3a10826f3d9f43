/* Goal: whatever a scenario file or a --set holds, it is either loaded or refused as bad input with
 * a message on one line and nothing left behind; and the canonical text of what was loaded is
 * itself a scenario with the same text. The input is the file, and after a zero byte, if there is
 * one, a setting. */
#include "tests/fuzz/fuzz_input.h"

#include <stdlib.h>
#include <string.h>

#include "models/scenario.h"

static void fuzz_require(bool condition)
{
    if (!condition)
        abort();
}

static void fuzz_check_scenario(const struct scenario *scenario)
{
    fuzz_require(scenario->text != NULL && strlen(scenario->hash) == 64);
    fuzz_require(scenario->duration_ns > 0);
    fuzz_require(scenario->region_count > 0 && scenario->class_count > 0);
    fuzz_require(dg_params_check(&scenario->protocol, (char[256]){0}, 256) == DG_OK);
}

/* Counts the warnings, and looks at each. */
static void fuzz_warning(void *context, const char *text)
{
    *(size_t *)context += strlen(text) > 0;
}

static bool fuzz_plays_trace(const struct scenario *scenario)
{
    for (size_t g = 0; g < scenario->user_group_count; g++) {
        if (scenario->users[g].arrival.kind == ARRIVAL_TRACE)
            return true;
    }
    return false;
}

/* Overwrites the input's file. */
static void fuzz_check_text(const struct scenario *scenario)
{
    const char *path = fuzz_input_write((const uint8_t *)scenario->text, strlen(scenario->text));
    struct error error = {0};
    struct scenario again = {0};
    if (path == NULL || fuzz_plays_trace(scenario))
        return;
    fuzz_require(scenario_load(&(struct scenario_source){.path = path}, &again, &error));
    fuzz_require(strcmp(again.text, scenario->text) == 0);
    scenario_free(&again);
}

static void fuzz_load(const char *path, const char *setting)
{
    size_t warnings = 0;
    struct error error = {0};
    struct scenario scenario = {0};
    struct scenario_source source = {.path = path,
                                     .settings = &setting,
                                     .setting_count = setting != NULL,
                                     .warning = fuzz_warning,
                                     .warning_context = &warnings};

    if (scenario_load(&source, &scenario, &error)) {
        fuzz_check_scenario(&scenario);
        fuzz_check_text(&scenario);
    } else {
        fuzz_require(scenario.memory == NULL && error.text[0] != '\0');
        fuzz_require(strchr(error.text, '\n') == NULL);
    }
    scenario_free(&scenario);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t file_size = end != NULL ? (size_t)(end - data) : size;
    size_t setting_size = end != NULL ? size - file_size - 1 : 0;
    char *setting = NULL;
    const char *path = fuzz_input_write(data, file_size);

    if (path == NULL)
        return 0;
    if (end != NULL) {
        setting = malloc(setting_size + 1);
        if (setting == NULL)
            return 0;
        memcpy(setting, end + 1, setting_size);
        setting[setting_size] = '\0';
    }
    fuzz_load(path, setting);
    free(setting);
    return 0;
}
