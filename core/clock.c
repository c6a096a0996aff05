/* clock.c: see clock.h. */
#include "ordo/clock.h"

#include <time.h>

enum { second = 1000000000 };

uint64_t ordo_clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now); /* which every Linux has, so it cannot fail */
    return (uint64_t)now.tv_sec * second + (uint64_t)now.tv_nsec;
}
