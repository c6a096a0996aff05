/* spin_lock.h: a lock whose waiters do not sleep. For sections of a few instructions between
 * threads that run on CPUs of their own; elsewhere take mutex.h.
 *
 *     static ordo_spin_lock lock = ORDO_SPIN_LOCK_INIT;
 *     {
 *         ORDO_SPIN_LOCK_GUARD(&lock);      // until the end of the block; see scope.h
 *         ...
 *     }
 *
 * ORDO_SPIN_LOCK(T) owns its data, as ORDO_MUTEX(T) does.
 *
 * Size: 1 byte. All zero bytes are an unlocked lock.
 * States: 0 unlocked, 1 locked.
 * Orderings: what one owner did happens before all that the next one does; no more. A failed
 *     try_lock orders nothing.
 * Fairness: none; whoever looks first after an unlock gets it. A waiter pauses longer each time it
 *     finds the lock taken, up to ordo_spin_limit hints, and from then on gives up its CPU in
 *     between, so that an owner that is not running gets to run.
 * Misuse: unlock of a lock that is not locked aborts. Locking twice in one thread waits for ever.
 * Signals: a handler may only try_lock a lock that the thread it interrupts may hold.
 * Fork: a lock that another thread held at the fork stays locked in the child, but for those that
 *     went through the fork_ functions.
 * Sharing: also between processes, in memory that all have mapped.
 * Destruction: needs none. The memory may be freed as soon as an owner that knows itself to be the
 *     last has unlocked: unlock does not touch it after the release.
 */
#ifndef ORDO_SPIN_LOCK_H
#define ORDO_SPIN_LOCK_H

#include "ordo/atomic.h"
#include "ordo/misuse.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("spin lock") ordo_spin_lock {
    ordo_atomic_bool locked;
} ordo_spin_lock;

#define ORDO_SPIN_LOCK_INIT { ORDO_ATOMIC_INIT(false) }

void ordo_spin_lock_lock(ordo_spin_lock *lock) ORDO_ACQUIRES(*lock);

/* Locks it if it is not locked; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_spin_lock_try_lock(ordo_spin_lock *lock)
    ORDO_TRIES(true, *lock);

void ordo_spin_lock_unlock(ordo_spin_lock *lock) ORDO_RELEASES(*lock);

/* For pthread_atfork: before a fork, and after it in the parent and in the child. */
void ordo_spin_lock_fork_prepare(ordo_spin_lock *lock) ORDO_ACQUIRES(*lock);
void ordo_spin_lock_fork_parent(ordo_spin_lock *lock) ORDO_RELEASES(*lock);
void ordo_spin_lock_fork_child(ordo_spin_lock *lock) ORDO_RELEASES(*lock);

/* Locks now, unlocks at the end of the enclosing block. */
#define ORDO_SPIN_LOCK_GUARD(lock)                                                                 \
    ordo_spin_lock *ORDO_SCOPE_NAME(ordo_guard)                                                    \
        __attribute__((cleanup(ordo_spin_lock_guard_end), unused)) =                               \
            ordo_spin_lock_guard_start(lock)

static inline ordo_spin_lock *ordo_spin_lock_guard_start(ordo_spin_lock *lock) ORDO_ASSERTS(*lock);

ORDO_NOT_ANALYSED static inline ordo_spin_lock *ordo_spin_lock_guard_start(ordo_spin_lock *lock)
{
    ordo_spin_lock_lock(lock);
    return lock;
}

ORDO_NOT_ANALYSED static inline void ordo_spin_lock_guard_end(ordo_spin_lock **guard)
{
    if (*guard != 0)
        ordo_spin_lock_unlock(*guard);
    *guard = 0;
}

/* A spin lock and the data that it protects. */
#define ORDO_SPIN_LOCK(T)                                                                          \
    struct {                                                                                       \
        ordo_spin_lock lock;                                                                       \
        T data;                                                                                    \
    }

/* Runs the statement that follows with `name` pointing to the owner's data, locked. Leaving it by
 * break, return or goto unlocks too. Evaluates `owner` once for the lock and once for the data. */
#define ORDO_SPIN_LOCK_SCOPE(name, owner)                                                          \
    ORDO_SPIN_LOCK_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_SPIN_LOCK_SCOPE_(guard, name, owner)                                                  \
    for (ordo_spin_lock *guard __attribute__((cleanup(ordo_spin_lock_guard_end))) =                \
             ordo_spin_lock_guard_start(&(owner)->lock);                                           \
         guard != 0; ordo_spin_lock_guard_end(&guard))                                             \
        for (__typeof__(&(owner)->data) name = &(owner)->data; name != 0; name = 0)

/* T: the data, taken from an owner that nobody else has any more. Aborts if it is locked. */
#define ordo_spin_lock_into_inner(owner)                                                           \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (owner);                                                            \
        if (ordo_into_inner(&ordo_owner->lock.locked))                                             \
            ordo_misuse("spin_lock.h: the data are taken from a lock that is locked");             \
        ordo_owner->data;                                                                          \
    })

#ifdef __cplusplus
}
#endif
#endif
