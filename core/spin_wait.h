/* spin_wait.h: one turn of a loop that waits without sleeping: a hint, or, once it has waited for
 * ordo_spin_limit turns, the CPU for whoever needs it: the thread waited for may not be running. */
#ifndef ORDO_SPIN_WAIT_H
#define ORDO_SPIN_WAIT_H

#include "ordo/atomic.h"
#include "ordo/spin_limit.h"
#include "ordo/thread.h"

/* *turn starts as 0. */
static inline void spin_wait(unsigned int *turn)
{
    if (*turn < ordo_spin_limit) {
        ++*turn;
        ordo_spin_hint();
    } else {
        ordo_thread_yield();
    }
}

#endif
