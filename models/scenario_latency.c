/* scenario_latency.c - mean round-trip times between the regions of a cloud.
 *
 * Source: documentation of IBM Cloud (ibm-cloud-docs/vpc, _include-segments/network-latency.md,
 * commit 3fdff6f6): netperf TCP_RR between two machines, the mean over the 30 days that end on
 * 2026-08-16. A one-way latency is taken as half the round trip.
 */
#include "models/scenario_latency.h"

#include <stddef.h>
#include <string.h>

enum { PLACE_COUNT = 13 };

static const char *const places[PLACE_COUNT + 1] = {
    "Dallas",  "Toronto", "Washington DC", "Frankfurt", "London", "Madrid",    "Montreal",
    "Chennai", "Mumbai",  "Osaka",         "Sydney",    "Tokyo",  "Sao Paulo", NULL,
};

/* ms; row: from, column: to, both in the order of the cities; 0: not in the source */
static const uint16_t round_trip_ms[PLACE_COUNT][PLACE_COUNT] = {
    {0, 35, 32, 123, 113, 119, 42, 248, 249, 152, 186, 145, 142},    /* Dallas */
    {34, 0, 19, 93, 83, 108, 11, 223, 200, 142, 216, 135, 126},      /* Toronto */
    {31, 19, 0, 86, 76, 89, 15, 240, 218, 147, 215, 142, 122},       /* Washington DC */
    {124, 93, 86, 0, 13, 29, 89, 141, 118, 236, 250, 229, 191},      /* Frankfurt */
    {113, 83, 76, 13, 0, 26, 79, 141, 118, 245, 261, 238, 181},      /* London */
    {118, 110, 88, 29, 26, 0, 104, 154, 130, 259, 276, 253, 215},    /* Madrid */
    {43, 10, 16, 89, 79, 106, 0, 219, 197, 150, 224, 143, 121},      /* Montreal */
    {248, 221, 244, 141, 140, 152, 219, 0, 24, 112, 126, 105, 363},  /* Chennai */
    {248, 201, 219, 121, 120, 129, 196, 24, 0, 139, 152, 132, 343},  /* Mumbai */
    {152, 142, 147, 236, 246, 262, 150, 122, 139, 0, 108, 9, 291},   /* Osaka */
    {187, 214, 216, 249, 260, 275, 222, 126, 152, 108, 0, 101, 327}, /* Sydney */
    {145, 135, 139, 228, 239, 253, 143, 104, 131, 9, 101, 0, 284},   /* Tokyo */
    {141, 125, 124, 192, 181, 211, 123, 369, 338, 289, 325, 283, 0}, /* Sao Paulo */
};

const char *const *latency_places(void)
{
    return places;
}

static size_t place_index(const char *place)
{
    size_t index = 0;
    while (index < PLACE_COUNT && strcmp(places[index], place) != 0)
        index++;
    return index;
}

int64_t latency_between(const char *from, const char *to)
{
    size_t a = place_index(from), b = place_index(to);
    if (a == b || a == PLACE_COUNT || b == PLACE_COUNT)
        return -1;
    return round_trip_ms[a][b] * INT64_C(1000000) / 2;
}
