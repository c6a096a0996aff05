/* pi_condition_variable.h: waits until something becomes true of data that an ordo_pi_mutex guards.
 *
 *     ORDO_PI_MUTEX_GUARD(&mutex);
 *     while (!ready)
 *         ordo_pi_condition_variable_wait(&changed, &mutex);
 *
 * Both sides hold the mutex, so that the kernel can let a notified thread wait for it, and lend its
 * owner the waiter's priority, without a moment in which neither happens; and so that no thread
 * that starts to wait after a notification can take it from one that waited before, whatever their
 * priorities are. All waiters of one condition variable use one mutex.
 *
 * Size: 8 bytes. All zero bytes are one that nobody waits for.
 * Orderings: those of the mutex.
 * Waiting: in the kernel at once. A notified thread sleeps on until the mutex is its own: it does
 *     not run to find it locked, and notify_all lets all of them queue for the mutex (no stampede).
 *     Without waiters a notification is no system call.
 * Fairness: notify_one takes the waiter of the highest priority, the first one of equal ones. A
 *     wait may return without a notification, so callers loop. 2^32 notifications between a
 *     thread's decision to wait and its system call are taken for none.
 * Deadlines: wait_until may return late, because it returns with the mutex locked.
 * Misuse: a wait or a notification by a thread that does not have the mutex aborts.
 * Signals: not safe in a handler.
 * Fork: the child may not use one that somebody waited for at the fork.
 * Sharing: between the threads of one process, not between processes.
 * Without futexes: refused. wait_until returns ENOTSUP, the other functions abort.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as every wait has
 *     returned, by one of the waiters too: a notification is over before its mutex is unlocked.
 */
#ifndef ORDO_PI_CONDITION_VARIABLE_H
#define ORDO_PI_CONDITION_VARIABLE_H

#include "ordo/pi_mutex.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_pi_condition_variable {
    ordo_atomic_u32 sequence; /* counts notifications */
    uint32_t waiters;         /* guarded by the mutex */
} ordo_pi_condition_variable;

#define ORDO_PI_CONDITION_VARIABLE_INIT { ORDO_ATOMIC_INIT(0), 0 }

/* Unlocks the mutex, waits, and locks it again. */
void ordo_pi_condition_variable_wait(ordo_pi_condition_variable *condition, ordo_pi_mutex *mutex)
    ORDO_REQUIRES(*mutex);

/* The same, but no later than the deadline of ordo_clock_now; then ETIMEDOUT, else 0. After
 * ETIMEDOUT there was no notification since the call. */
__attribute__((warn_unused_result)) int
ordo_pi_condition_variable_wait_until(ordo_pi_condition_variable *condition, ordo_pi_mutex *mutex,
                                      uint64_t deadline) ORDO_REQUIRES(*mutex);

/* Let one thread, or all, that wait now go on once they have the mutex. */
void ordo_pi_condition_variable_notify_one(ordo_pi_condition_variable *condition,
                                           ordo_pi_mutex *mutex) ORDO_REQUIRES(*mutex);
void ordo_pi_condition_variable_notify_all(ordo_pi_condition_variable *condition,
                                           ordo_pi_mutex *mutex) ORDO_REQUIRES(*mutex);

#ifdef __cplusplus
}
#endif
#endif
