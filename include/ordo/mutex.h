/* mutex.h: a lock whose waiters sleep.
 *
 *     static ordo_mutex mutex = ORDO_MUTEX_INIT;
 *     {
 *         ORDO_MUTEX_GUARD(&mutex);         // until the end of the block; see scope.h
 *         ...
 *     }
 *
 * One that owns its data gives them out only while it is locked:
 *
 *     static ORDO_MUTEX(struct account) account;
 *     ORDO_MUTEX_SCOPE(open, &account) {    // open: struct account *
 *         open->balance += 100;
 *     }
 *
 * Size: 4 bytes. All zero bytes are an unlocked mutex.
 * States: 0 unlocked; 1 locked; 2 locked, and somebody may sleep.
 * Orderings: what one owner did happens before all that the next one does; no more. A failed
 *     try_lock or lock_until orders nothing.
 * Waiting: a waiter spins for ordo_spin_limit hints, unless others sleep already, then sleeps.
 *     Without contention there is no system call.
 * Fairness: none; a thread that comes by may take the lock before one that was just woken.
 * Misuse: unlock of a mutex that is not locked aborts. Unlock by a thread that is not the owner is
 *     not noticed; locking twice in one thread waits for ever.
 * Signals: not safe in a handler, but for try_lock.
 * Fork: a mutex that another thread held at the fork stays locked in the child, but for those that
 *     went through the fork_ functions.
 * Sharing: between the threads of one process; see process_shared_mutex.h for more.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as an owner that knows
 *     itself to be the last has unlocked, even while an earlier owner is still in its unlock: after
 *     the releasing exchange there is at most a wake, which uses the address alone. (Such a wake
 *     may return a wait for no reason on what lies there next; every wait of ordo bears that.)
 */
#ifndef ORDO_MUTEX_H
#define ORDO_MUTEX_H

#include "ordo/atomic.h"
#include "ordo/misuse.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("mutex") ordo_mutex {
    ordo_atomic_u32 state;
} ordo_mutex;

#define ORDO_MUTEX_INIT { ORDO_ATOMIC_INIT(0) }

void ordo_mutex_lock(ordo_mutex *mutex) ORDO_ACQUIRES(*mutex);

/* Locks it if it is not locked; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_mutex_try_lock(ordo_mutex *mutex)
    ORDO_TRIES(true, *mutex);

/* Locks it and returns 0, or returns ETIMEDOUT once the deadline of ordo_clock_now has passed. A
 * mutex that is not locked is locked even if the deadline is in the past. */
__attribute__((warn_unused_result)) int ordo_mutex_lock_until(ordo_mutex *mutex, uint64_t deadline)
    ORDO_TRIES(0, *mutex);

void ordo_mutex_unlock(ordo_mutex *mutex) ORDO_RELEASES(*mutex);

/* Locks it and leaves it in state 2, so that the unlock wakes a sleeper. For who knows of threads
 * that were put to sleep on `state` by another way than lock: a condition variable's requeue. */
void ordo_mutex_lock_contended(ordo_mutex *mutex) ORDO_ACQUIRES(*mutex);

/* For pthread_atfork: before a fork, and after it in the parent and in the child. */
void ordo_mutex_fork_prepare(ordo_mutex *mutex) ORDO_ACQUIRES(*mutex);
void ordo_mutex_fork_parent(ordo_mutex *mutex) ORDO_RELEASES(*mutex);
void ordo_mutex_fork_child(ordo_mutex *mutex) ORDO_RELEASES(*mutex);

/* Locks now, unlocks at the end of the enclosing block. */
#define ORDO_MUTEX_GUARD(mutex)                                                                    \
    ordo_mutex *ORDO_SCOPE_NAME(ordo_guard)                                                        \
        __attribute__((cleanup(ordo_mutex_guard_end), unused)) = ordo_mutex_guard_start(mutex)

static inline ordo_mutex *ordo_mutex_guard_start(ordo_mutex *mutex) ORDO_ASSERTS(*mutex);

ORDO_NOT_ANALYSED static inline ordo_mutex *ordo_mutex_guard_start(ordo_mutex *mutex)
{
    ordo_mutex_lock(mutex);
    return mutex;
}

ORDO_NOT_ANALYSED static inline void ordo_mutex_guard_end(ordo_mutex **guard)
{
    if (*guard != 0)
        ordo_mutex_unlock(*guard);
    *guard = 0;
}

/* A mutex and the data that it protects. */
#define ORDO_MUTEX(T)                                                                              \
    struct {                                                                                       \
        ordo_mutex mutex;                                                                          \
        T data;                                                                                    \
    }

/* Runs the statement that follows with `name` pointing to the owner's data, locked. Leaving it by
 * break, return or goto unlocks too. Evaluates `owner` once for the lock and once for the data. */
#define ORDO_MUTEX_SCOPE(name, owner) ORDO_MUTEX_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_MUTEX_SCOPE_(guard, name, owner)                                                      \
    for (ordo_mutex *guard __attribute__((cleanup(ordo_mutex_guard_end))) =                        \
             ordo_mutex_guard_start(&(owner)->mutex);                                              \
         guard != 0; ordo_mutex_guard_end(&guard))                                                 \
        for (__typeof__(&(owner)->data) name = &(owner)->data; name != 0; name = 0)

/* T: the data, taken from an owner that nobody else has any more. Aborts if it is locked. */
#define ordo_mutex_into_inner(owner)                                                               \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (owner);                                                            \
        if (ordo_into_inner(&ordo_owner->mutex.state) != 0)                                        \
            ordo_misuse("mutex.h: the data are taken from a mutex that is locked");                \
        ordo_owner->data;                                                                          \
    })

#ifdef __cplusplus
}
#endif
#endif
