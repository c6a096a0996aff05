/* pi_mutex.h: a mutex with priority inheritance: while a thread waits for it, its owner runs with
 * the waiter's priority, if that is higher. So no thread of a priority between the two can keep the
 * waiter waiting for longer than the owner needs (priority inversion). Use it where threads have
 * real-time priorities; it is slower than ordo_mutex when threads meet.
 *
 *     static ordo_pi_mutex mutex = ORDO_PI_MUTEX_INIT;
 *     {
 *         ORDO_PI_MUTEX_GUARD(&mutex);      // until the end of the block; see scope.h
 *         ...
 *     }
 *
 * Size: 4 bytes. All zero bytes are an unlocked mutex.
 * States: the kernel's protocol (futex_pi.h). 0 unlocked; else the owner's ordo_thread_system_id,
 *     with FUTEX_WAITERS if somebody may wait.
 * Orderings: what one owner did happens before all that the next one does; no more. A failed
 *     try_lock or lock_until orders nothing.
 * Waiting: in the kernel at once, because who spins lends no priority. Without contention there is
 *     no system call.
 * Fairness: an unlock hands the mutex to the waiter of the highest priority, the first one of equal
 *     ones; nobody who comes by takes it before.
 * Errors: lock_until returns ENOMEM when the kernel has no memory for the wait; lock then tries
 *     again until it has.
 * Deadlines: before Linux 5.14 the kernel knows only deadlines of CLOCK_REALTIME for such a wait.
 *     There lock_until computes one, and looks at the monotonic clock before it gives up: setting
 *     the clock forward does not end the wait early, but setting it back lengthens it.
 * Misuse: locking twice in one thread, unlock by a thread that is not the owner, and a circle of
 *     threads that wait for each other abort. So does waiting for an owner that ended without
 *     unlocking; if nobody waited when it ended, and its number was given to a new thread since,
 *     the wait is for that one. See robust_mutex.h for owners that may end.
 * Signals: not safe in a handler, but for try_lock.
 * Fork: the child's thread has another number than the parent's, so a mutex that was locked at the
 *     fork, by whomever, can be neither locked nor unlocked in the child: a wait for it there times
 *     out, or aborts where the system sees that the owner is in another process.
 * Sharing: between the threads of one process, not between processes.
 * Without futexes: refused. lock_until returns ENOTSUP, the other functions abort.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as an owner that knows
 *     itself to be the last has unlocked, even while an earlier owner is still in its unlock: the
 *     last access is the one that releases, ours or the kernel's.
 */
#ifndef ORDO_PI_MUTEX_H
#define ORDO_PI_MUTEX_H

#include "ordo/atomic.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("mutex") ordo_pi_mutex {
    ordo_atomic_u32 owner;
} ordo_pi_mutex;

#define ORDO_PI_MUTEX_INIT { ORDO_ATOMIC_INIT(0) }

void ordo_pi_mutex_lock(ordo_pi_mutex *mutex) ORDO_ACQUIRES(*mutex);

/* Locks it if it is not locked; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_pi_mutex_try_lock(ordo_pi_mutex *mutex)
    ORDO_TRIES(true, *mutex);

/* Locks it and returns 0, or returns ETIMEDOUT once the deadline of ordo_clock_now has passed, or
 * ENOMEM. A mutex that is not locked is locked even if the deadline is in the past. */
__attribute__((warn_unused_result)) int ordo_pi_mutex_lock_until(ordo_pi_mutex *mutex,
                                                                 uint64_t deadline)
    ORDO_TRIES(0, *mutex);

void ordo_pi_mutex_unlock(ordo_pi_mutex *mutex) ORDO_RELEASES(*mutex);

/* Whether the caller is the owner. */
bool ordo_pi_mutex_is_mine(const ordo_pi_mutex *mutex);

/* To be called, before anything else, by a thread that the kernel has made the owner in another way
 * than lock: a condition variable's requeue. */
void ordo_pi_mutex_was_given(ordo_pi_mutex *mutex);

/* Locks now, unlocks at the end of the enclosing block. */
#define ORDO_PI_MUTEX_GUARD(mutex)                                                                 \
    ordo_pi_mutex *ORDO_SCOPE_NAME(ordo_guard)                                                     \
        __attribute__((cleanup(ordo_pi_mutex_guard_end), unused)) =                                \
            ordo_pi_mutex_guard_start(mutex)

/* The analysis does not see the end of a guard: it only hears that the mutex is locked from
 * here. */
static inline ordo_pi_mutex *ordo_pi_mutex_guard_start(ordo_pi_mutex *mutex)
    ORDO_ASSERTS(*mutex);

ORDO_NOT_ANALYSED static inline ordo_pi_mutex *ordo_pi_mutex_guard_start(ordo_pi_mutex *mutex)
{
    ordo_pi_mutex_lock(mutex);
    return mutex;
}

ORDO_NOT_ANALYSED static inline void ordo_pi_mutex_guard_end(ordo_pi_mutex **guard)
{
    ordo_pi_mutex_unlock(*guard);
}

#ifdef __cplusplus
}
#endif
#endif
