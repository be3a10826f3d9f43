/* progress.c - see progress.h. */
#include "cli/progress.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "analysis/format.h"

enum { BAR_WIDTH = 24 };

static const double REDRAW_S = 0.1;
static const double ETA_AFTER = 0.01; /* of the work: an earlier guess would only jump about */

struct progress_run {
    double done;
    uint64_t events;
};

struct progress {
    FILE *out;
    uint32_t runs, finished;
    int64_t duration_ns;
    double done, events; /* sums over the runs */
    double started_s, drawn_s;
    struct progress_run *of;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool progress_open(FILE *out, uint32_t runs, int64_t duration_ns, struct progress **out_progress,
                   struct error *error)
{
    struct progress *progress = calloc(1, sizeof *progress);
    struct progress_run *of = calloc(runs, sizeof *of);
    if (progress == NULL || of == NULL) {
        free(progress);
        free(of);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    *progress = (struct progress){.out = out, .runs = runs, .duration_ns = duration_ns, .of = of};
    progress->started_s = now_s();
    *out_progress = progress;
    return true;
}

void progress_close(struct progress *progress)
{
    if (progress == NULL)
        return;
    fputs("\r\033[K", progress->out);
    fflush(progress->out);
    free(progress->of);
    free(progress);
}

/* "1.9 M " */
static void write_rate(char text[16], double rate)
{
    static const char *const prefixes[] = {"", "k ", "M ", "G "};
    size_t step = 0;
    while (rate >= 999.5 && step + 1 < sizeof prefixes / sizeof prefixes[0]) {
        rate /= 1000;
        step++;
    }
    snprintf(text, 16, rate < 9.95 ? "%.1f %s" : "%.0f %s", rate, prefixes[step]);
}

void progress_line(char line[PROGRESS_LINE_SIZE], double done, uint32_t finished, uint32_t runs,
                   double events, double elapsed_s)
{
    char bar[BAR_WIDTH + 1], rate[16], eta[FORMAT_SIZE] = "", count[32] = "";
    int filled = (int)(done * BAR_WIDTH);
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    write_rate(rate, elapsed_s > 0 ? events / elapsed_s : 0);
    if (runs > 1)
        snprintf(count, sizeof count, "  %u/%u runs", finished, runs);
    if (done >= ETA_AFTER)
        format_seconds(eta, ceil(elapsed_s * (1 - done) / done));
    snprintf(line, PROGRESS_LINE_SIZE, "[%s] %3.0f %%%s  %sevents/s%s%.32s", bar, floor(done * 100),
             count, rate, eta[0] != '\0' ? "  ETA " : "", eta);
}

void progress_update(struct progress *progress, uint32_t run, int64_t now_ns, uint64_t events)
{
    struct progress_run *of = &progress->of[run];
    double done = (double)now_ns / (double)progress->duration_ns;
    progress->done += done - of->done;
    progress->events += (double)events - (double)of->events;
    progress->finished += done >= 1 && of->done < 1;
    *of = (struct progress_run){done, events};

    double time_s = now_s();
    if (time_s - progress->drawn_s < REDRAW_S)
        return;
    char line[PROGRESS_LINE_SIZE];
    progress_line(line, progress->done / progress->runs, progress->finished, progress->runs,
                  progress->events, time_s - progress->started_s);
    fprintf(progress->out, "\r%s\033[K", line);
    fflush(progress->out);
    progress->drawn_s = time_s;
}
