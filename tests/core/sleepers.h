/* sleepers.h: threads that sleep on a futex word, for the tests of futex.h, and a way to know that
 * they do: a requeue finds only who sleeps, and says how many.
 */
#ifndef ORDO_TEST_SLEEPERS_H
#define ORDO_TEST_SLEEPERS_H

#include "ordo/futex.h"
#include "ordo/thread.h"

struct sleeper {
    ordo_thread *thread;
    uint64_t deadline;
    uint32_t bits;
    unsigned int flags;
    int result; /* of its wait; read it after sleeper_join */
};

/* Starts a thread that waits once, again if a signal came, and returns when it sleeps on `word`. It
 * waits with the sleeper's deadline, bits (0: any) and flags. */
void sleeper_start(struct sleeper *sleeper, const ordo_atomic_u32 *word);

/* The last of the kinds of words there are: private ones, and shared ones if there are futexes. */
unsigned int last_reach(void);

/* Waits for its end; returns the result. */
int sleeper_join(struct sleeper *sleeper);

/* Nanoseconds of CLOCK_REALTIME. */
uint64_t realtime_now(void);

#endif
