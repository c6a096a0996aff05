/* clock_realtime.c: include/ordo/clock_realtime.h for the model checker: nobody sets the clock. */
#include "ordo/clock.h"
#include "ordo/clock_realtime.h"

uint64_t ordo_clock_realtime(void)
{
    return ordo_clock_now();
}
