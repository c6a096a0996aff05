/* barrier.h: n threads go on together, phase after phase: none before all have arrived.
 *
 *     static ordo_barrier barrier = ORDO_BARRIER_INIT(4);
 *     for (...) {
 *         compute_my_part();
 *         if (ordo_barrier_wait(&barrier))  // true in one of the four
 *             ...
 *     }
 *
 * Size: 24 bytes. All zero bytes are a barrier for no threads: wait aborts.
 * States: see barrier.c.
 * Orderings: what came before each arrival at a phase happens before all that comes after each
 *     return from it.
 * Waiting: a waiter spins for ordo_spin_limit hints, then sleeps, on a word of its own. The last
 *     to arrive wakes those that sleep; there is no deadline, as a phase cannot be left.
 * Fairness: phases take threads as they arrive. More than n may use one barrier: the rest are in
 *     the next phase.
 * Misuse: n = 0 aborts.
 * Signals: not safe in a handler.
 * Fork: the child has only the forking thread; a barrier that others waited at is of no use there.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: needs none. Any thread that returns from wait may free or unmap the barrier at
 *     once, if nobody arrives at another phase, even while others have not returned: whoever is
 *     on its way out of wait touches the barrier no more.
 * Source: pthread_barrier_wait of POSIX, with one thread told apart in the same way.
 */
#ifndef ORDO_BARRIER_H
#define ORDO_BARRIER_H

#include "ordo/mutex.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ordo_barrier_waiter;

typedef struct ordo_barrier {
    ordo_mutex mutex;
    uint32_t count, arrived;
    struct ordo_barrier_waiter *waiters;
} ordo_barrier;

#define ORDO_BARRIER_INIT(n) { ORDO_MUTEX_INIT, (n), 0, 0 }

/* Arrives, and waits until n threads have. True for exactly one of them, the last. */
bool ordo_barrier_wait(ordo_barrier *barrier);

#ifdef __cplusplus
}
#endif
#endif
