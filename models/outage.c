/* outage.c - a thing that is up and down in turn for exponential times. */
#include "models/outage.h"

static int64_t outage_draw(int64_t mean_ns, struct random_stream *stream, int64_t now_ns)
{
    double length_ns = (double)mean_ns * random_exponential(stream);

    if (length_ns >= (double)(INT64_MAX - now_ns))
        return INT64_MAX;
    return now_ns + (length_ns > 1 ? (int64_t)(length_ns + 0.5) : 1);
}

void outage_init(struct outage *outage, int64_t every_ns, int64_t for_ns,
                 struct random_stream *stream, int64_t now_ns)
{
    bool fails = every_ns > 0 && for_ns > 0;

    outage->up = true;
    outage->change_ns = fails ? outage_draw(every_ns, stream, now_ns) : INT64_MAX;
}

void outage_change(struct outage *outage, int64_t every_ns, int64_t for_ns,
                   struct random_stream *stream)
{
    outage->up = !outage->up;
    outage->change_ns = outage_draw(outage->up ? every_ns : for_ns, stream, outage->change_ns);
}
