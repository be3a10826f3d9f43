/* figure.c - runs gnuplot: script on its standard input, picture on its standard output. */
#include "analysis/figure.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/figure_script.h"

enum { TAIL_SIZE = 16 };

extern char **environ;

struct format {
    const char *suffix, *terminal;
    const char *end; /* stands near the end of every complete file */
};

static const struct format formats[] = {
    {".png", "pngcairo noenhanced size 1500,1080 font 'Sans,13'", "IEND"},
    {".svg", "svg noenhanced size 1500,1080 dynamic font 'Sans,15' background '#FFFFFF'", "</svg>"},
};

static const struct format *format_of(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        size_t suffix = strlen(formats[i].suffix);
        if (length > suffix && strcasecmp(path + length - suffix, formats[i].suffix) == 0)
            return &formats[i];
    }
    return NULL;
}

bool figure_path_check(const char *path, struct error *error)
{
    struct stat status;
    if (format_of(path) == NULL)
        return error_set(error, ERROR_INPUT, "%s: the name of a figure ends in .png or .svg", path);
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return error_set(error, ERROR_INPUT, "%s: is not a regular file", path);
    return true;
}

static bool spawn_gnuplot(int input, int output, int messages, pid_t *child, struct error *error)
{
    char *const arguments[] = {"gnuplot", "--default-settings", "-", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
    int failure = posix_spawnp(child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == ENOENT)
        return error_set(error, ERROR_RUN,
                         "gnuplot is not installed (on Debian: apt install gnuplot-nox)");
    if (failure != 0)
        return error_set(error, ERROR_RUN, "gnuplot: %s", strerror(failure));
    return true;
}

/* gnuplot repeats the command first; what is wrong with it stands in the last line. */
static bool fail_with_message(FILE *messages, struct error *error)
{
    char line[256], last[256] = "failed without a message";
    rewind(messages);
    while (fgets(line, sizeof line, messages) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[strspn(line, " \t^")] != '\0')
            memcpy(last, line, sizeof last);
    }
    return error_set(error, ERROR_RUN, "gnuplot: %s", last);
}

static bool run_gnuplot(FILE *script, int output, struct error *error)
{
    FILE *messages = tmpfile();
    if (messages == NULL)
        return error_set(error, ERROR_IO, "temporary file: %s", strerror(errno));
    pid_t child = 0;
    int status = -1;
    bool ok = spawn_gnuplot(fileno(script), output, fileno(messages), &child, error);
    if (ok) {
        pid_t waited;
        do
            waited = waitpid(child, &status, 0);
        while (waited < 0 && errno == EINTR);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            ok = fail_with_message(messages, error);
    }
    fclose(messages);
    return ok;
}

/* gnuplot does not report a full disk, so a complete file is known by its end. */
static bool picture_complete(int file, const struct format *format)
{
    char tail[TAIL_SIZE + 1] = "";
    off_t size = lseek(file, 0, SEEK_END);
    if (size < TAIL_SIZE || pread(file, tail, TAIL_SIZE, size - TAIL_SIZE) != TAIL_SIZE)
        return false;
    return memmem(tail, TAIL_SIZE, format->end, strlen(format->end)) != NULL && fsync(file) == 0;
}

static FILE *script_open(const struct figure_data *data, const struct format *format,
                         struct error *error)
{
    FILE *script = tmpfile();
    if (script != NULL) {
        figure_script_write(data, format->terminal, script);
        if (fflush(script) == 0 && !ferror(script) && lseek(fileno(script), 0, SEEK_SET) == 0)
            return script;
        fclose(script);
    }
    error_set(error, ERROR_IO, "temporary file: %s", strerror(errno));
    return NULL;
}

bool figure_draw(const struct figure_data *data, const char *path, struct error *error)
{
    if (!figure_path_check(path, error))
        return false;
    const struct format *format = format_of(path);
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.part-%ld", path, (long)getpid()) < 0)
        return error_set(error, ERROR_MEMORY, "out of memory");

    bool ok = false;
    FILE *script = NULL;
    int output = open(temporary, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
    if (output < 0) {
        error_set(error, ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
        goto done;
    }
    script = script_open(data, format, error);
    if (script == NULL || !run_gnuplot(script, output, error))
        goto done;
    if (!picture_complete(output, format))
        error_set(error, ERROR_IO, "%s: could not be written in full (is the disk full?)", path);
    else if (rename(temporary, path) != 0)
        error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
    else
        ok = true;
done:
    if (script != NULL)
        fclose(script);
    if (output >= 0) {
        close(output);
        if (!ok)
            unlink(temporary);
    }
    free(temporary);
    return ok;
}
