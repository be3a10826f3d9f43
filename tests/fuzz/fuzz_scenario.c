/* Goal: whatever a scenario file or a --set holds, it is either loaded or refused as bad input with a
 * message and nothing left behind. The input is the file, and after a zero byte, if there is one, a
 * setting. */
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

static void fuzz_load(const char *path, const char *setting)
{
    struct error error = {0};
    struct scenario scenario = {0};
    struct scenario_source source = {
        .path = path, .settings = &setting, .setting_count = setting != NULL};

    if (scenario_load(&source, &scenario, &error))
        fuzz_check_scenario(&scenario);
    else
        fuzz_require(scenario.memory == NULL && error.text[0] != '\0');
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
