/* clock_realtime.c: see clock_realtime.h. */
#include "ordo/clock_realtime.h"

#include <time.h>

enum { second = 1000000000 };

uint64_t ordo_clock_realtime(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now); /* which every Linux has, so it cannot fail */
    return (uint64_t)now.tv_sec * second + (uint64_t)now.tv_nsec;
}
