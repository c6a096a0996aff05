/* spin_lock.h: a lock whose waiters do not sleep. For sections of a few instructions between
 * threads that run on CPUs of their own; elsewhere take mutex.h.
 *
 *     static ordo_spin_lock lock = ORDO_SPIN_LOCK_INIT;
 *     {
 *         ORDO_SPIN_LOCK_GUARD(&lock);      // until the end of the block, however it is left
 *         ...
 *     }
 *
 * Size: 1 byte. All zero bytes are an unlocked lock.
 * Orderings: what one owner did happens before all that the next one does; no more. A failed
 *     try_lock orders nothing.
 * Fairness: none; whoever looks first after an unlock gets it. A waiter pauses longer each time it
 *     finds the lock taken, up to ordo_spin_limit hints, and from then on gives up its CPU in
 *     between, so that an owner that is not running gets to run.
 * Misuse: unlock of a lock that is not locked aborts. Locking twice in one thread waits for ever.
 * Signals: a handler may only try_lock a lock that the thread it interrupts may hold.
 * Fork: a lock that another thread held at the fork stays locked in the child.
 * Destruction: needs none. The memory may be freed as soon as an owner that knows itself to be the
 *     last has unlocked: unlock does not touch it after the release.
 */
#ifndef ORDO_SPIN_LOCK_H
#define ORDO_SPIN_LOCK_H

#include "ordo/atomic.h"
#include "ordo/scope.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_spin_lock {
    ordo_atomic_bool locked;
} ordo_spin_lock;

#define ORDO_SPIN_LOCK_INIT { ORDO_ATOMIC_INIT(false) }

void ordo_spin_lock_lock(ordo_spin_lock *lock);

/* Locks it if it is not locked; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_spin_lock_try_lock(ordo_spin_lock *lock);

void ordo_spin_lock_unlock(ordo_spin_lock *lock);

/* Locks now, unlocks at the end of the enclosing block. */
#define ORDO_SPIN_LOCK_GUARD(lock)                                                                 \
    ordo_spin_lock *ORDO_SCOPE_NAME(ordo_guard)                                                    \
        __attribute__((cleanup(ordo_spin_lock_guard_end), unused)) =                               \
            ordo_spin_lock_guard_start(lock)

static inline ordo_spin_lock *ordo_spin_lock_guard_start(ordo_spin_lock *lock)
{
    ordo_spin_lock_lock(lock);
    return lock;
}

static inline void ordo_spin_lock_guard_end(ordo_spin_lock **guard)
{
    ordo_spin_lock_unlock(*guard);
}

#ifdef __cplusplus
}
#endif
#endif
