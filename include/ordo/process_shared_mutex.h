/* process_shared_mutex.h: the mutex of mutex.h for memory that several processes have mapped
 * (MAP_SHARED), each where it likes.
 *
 * As ordo_mutex in all, but: its waits and wakes find each other by the memory, not by the address,
 * which costs the kernel more; and a process that is killed while it has the mutex leaves it locked
 * for ever (see robust_mutex.h). A late wake may return a wait for no reason on what lies there
 * next, in any of the processes; every wait of ordo bears that. A build without futexes refuses it:
 * lock_until returns ENOTSUP, the other functions abort. Fork: parent and child go on with one and
 * the same mutex; what was locked at the fork is locked once, and is unlocked once, by either.
 */
#ifndef ORDO_PROCESS_SHARED_MUTEX_H
#define ORDO_PROCESS_SHARED_MUTEX_H

#include "ordo/atomic.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("mutex") ordo_process_shared_mutex {
    ordo_atomic_u32 state;
} ordo_process_shared_mutex;

#define ORDO_PROCESS_SHARED_MUTEX_INIT { ORDO_ATOMIC_INIT(0) }

void ordo_process_shared_mutex_lock(ordo_process_shared_mutex *mutex) ORDO_ACQUIRES(*mutex);
__attribute__((warn_unused_result)) bool
ordo_process_shared_mutex_try_lock(ordo_process_shared_mutex *mutex) ORDO_TRIES(true, *mutex);
/* 0 or ETIMEDOUT. */
__attribute__((warn_unused_result)) int
ordo_process_shared_mutex_lock_until(ordo_process_shared_mutex *mutex, uint64_t deadline)
    ORDO_TRIES(0, *mutex);
void ordo_process_shared_mutex_unlock(ordo_process_shared_mutex *mutex) ORDO_RELEASES(*mutex);

/* As ordo_mutex_lock_contended. */
void ordo_process_shared_mutex_lock_contended(ordo_process_shared_mutex *mutex)
    ORDO_ACQUIRES(*mutex);

/* Locks now, unlocks at the end of the enclosing block. */
#define ORDO_PROCESS_SHARED_MUTEX_GUARD(mutex)                                                     \
    ordo_process_shared_mutex *ORDO_SCOPE_NAME(ordo_guard)                                         \
        __attribute__((cleanup(ordo_process_shared_mutex_guard_end), unused)) =                    \
            ordo_process_shared_mutex_guard_start(mutex)

static inline ordo_process_shared_mutex *
ordo_process_shared_mutex_guard_start(ordo_process_shared_mutex *mutex) ORDO_ASSERTS(*mutex);

ORDO_NOT_ANALYSED static inline ordo_process_shared_mutex *
ordo_process_shared_mutex_guard_start(ordo_process_shared_mutex *mutex)
{
    ordo_process_shared_mutex_lock(mutex);
    return mutex;
}

ORDO_NOT_ANALYSED static inline void
ordo_process_shared_mutex_guard_end(ordo_process_shared_mutex **guard)
{
    ordo_process_shared_mutex_unlock(*guard);
}

#ifdef __cplusplus
}
#endif
#endif
