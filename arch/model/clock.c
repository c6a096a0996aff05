/* clock.c: include/ordo/clock.h for the model checker. Time stands still but for deadlines: when a
 * wait's deadline passes, which is a choice (futex.c), it is that time for the thread that waited.
 * Each thread has its own view, so that what it sees is a function of its own past.
 */
#include "engine.h"
#include "ordo/clock.h"

enum { START = 1000000000 }; /* an arbitrary time that is not 0 */

static uint64_t times[MAX_THREADS];

void clock_reset(void)
{
    for (unsigned int t = 0; t < MAX_THREADS; t++)
        times[t] = START;
}

void clock_pass(uint64_t deadline)
{
    if (times[model_current] < deadline)
        times[model_current] = deadline;
}

uint64_t ordo_clock_now(void)
{
    return times[model_current];
}
