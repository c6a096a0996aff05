/* recursive_mutex.h: a mutex that its owner may lock again. It is free when it was unlocked as
 * often.
 *
 *     static ordo_recursive_mutex mutex = ORDO_RECURSIVE_MUTEX_INIT;
 *     {
 *         ORDO_RECURSIVE_MUTEX_GUARD(&mutex);   // until the end of the block; see scope.h
 *         ...
 *     }
 *
 * Size: 16 bytes. All zero bytes are an unlocked mutex.
 * States: those of mutex.h; beside it the owner's ordo_thread_id, which no other thread ever has, 0
 *     while there is none; and how often the owner has locked it.
 * Orderings, waiting, fairness, destruction: as mutex.h. Locking again is a relaxed load.
 * Limits: 2^32 - 1 locks of one owner. One more aborts in lock, is EAGAIN from lock_until, and
 * false
 *     from try_lock.
 * Misuse: unlock by a thread that is not the owner aborts.
 * Signals: not safe in a handler. Sharing: between the threads of one process.
 * Fork: its owner may go on with it in the child, where it has the same id. One that another thread
 *     held stays locked in the child, but for those that went through the fork_ functions.
 * (POSIX PTHREAD_MUTEX_RECURSIVE; Rust's ReentrantLock.)
 */
#ifndef ORDO_RECURSIVE_MUTEX_H
#define ORDO_RECURSIVE_MUTEX_H

#include "ordo/atomic.h"
#include "ordo/mutex.h"
#include "ordo/scope.h"

#ifdef __cplusplus
extern "C" {
#endif

/* To the thread-safety analysis no lock: it knows none that may be locked twice. */
typedef struct ordo_recursive_mutex {
    ordo_mutex mutex;
    uint32_t count; /* the owner's */
    ordo_atomic_u64 owner;
} ordo_recursive_mutex;

#define ORDO_RECURSIVE_MUTEX_INIT { ORDO_MUTEX_INIT, 0, ORDO_ATOMIC_INIT(0) }

void ordo_recursive_mutex_lock(ordo_recursive_mutex *mutex);

/* Locks it if no other thread has it; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool
ordo_recursive_mutex_try_lock(ordo_recursive_mutex *mutex);

/* 0, ETIMEDOUT or EAGAIN. */
__attribute__((warn_unused_result)) int
ordo_recursive_mutex_lock_until(ordo_recursive_mutex *mutex, uint64_t deadline);

void ordo_recursive_mutex_unlock(ordo_recursive_mutex *mutex);

/* For pthread_atfork: before a fork, and after it in the parent and in the child. */
void ordo_recursive_mutex_fork_prepare(ordo_recursive_mutex *mutex);
void ordo_recursive_mutex_fork_parent(ordo_recursive_mutex *mutex);
void ordo_recursive_mutex_fork_child(ordo_recursive_mutex *mutex);

/* Locks now, unlocks at the end of the enclosing block. */
#define ORDO_RECURSIVE_MUTEX_GUARD(mutex)                                                          \
    ordo_recursive_mutex *ORDO_SCOPE_NAME(ordo_guard)                                              \
        __attribute__((cleanup(ordo_recursive_mutex_guard_end), unused)) =                         \
            ordo_recursive_mutex_guard_start(mutex)

static inline ordo_recursive_mutex *ordo_recursive_mutex_guard_start(ordo_recursive_mutex *mutex)
{
    ordo_recursive_mutex_lock(mutex);
    return mutex;
}

static inline void ordo_recursive_mutex_guard_end(ordo_recursive_mutex **guard)
{
    ordo_recursive_mutex_unlock(*guard);
}

#ifdef __cplusplus
}
#endif
#endif
