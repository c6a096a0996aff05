/* process_shared_mutex.h: a mutex in memory that processes share (MAP_SHARED).
 *
 * All as in mutex.h, but:
 * Sharing: between the threads of all processes that have the memory mapped, at whatever address.
 * Killed processes: a mutex whose owner is killed stays locked; robust_mutex.h is for that. One
 *     that is killed while it waits is as one that gave up, unless a wake had reached it already.
 * Fork: parent and child use the same mutex if its memory is shared.
 * Destruction: the memory may be unmapped as in mutex.h, but a wake by the address of memory that
 *     is no longer shared, or used anew, does nothing or returns a wait for no reason.
 */
#ifndef ORDO_PROCESS_SHARED_MUTEX_H
#define ORDO_PROCESS_SHARED_MUTEX_H

#include "ordo/atomic.h"
#include "ordo/clock.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("mutex") ordo_process_shared_mutex {
    ordo_atomic_u32 state;
} ordo_process_shared_mutex;

#define ORDO_PROCESS_SHARED_MUTEX_INIT { ORDO_ATOMIC_INIT(0) }

void ordo_process_shared_mutex_lock(ordo_process_shared_mutex *mutex)
    ORDO_ACQUIRES(*mutex);
__attribute__((warn_unused_result)) bool
ordo_process_shared_mutex_try_lock(ordo_process_shared_mutex *mutex)
    ORDO_TRIES(true, *mutex);
__attribute__((warn_unused_result)) int
ordo_process_shared_mutex_lock_until(ordo_process_shared_mutex *mutex, uint64_t deadline)
    ORDO_TRIES(0, *mutex);
void ordo_process_shared_mutex_unlock(ordo_process_shared_mutex *mutex)
    ORDO_RELEASES(*mutex);

/* Locks it and leaves it in state 2: see ordo_mutex_lock_contended. */
void ordo_process_shared_mutex_lock_contended(ordo_process_shared_mutex *mutex)
    ORDO_ACQUIRES(*mutex);

#ifdef __cplusplus
}
#endif
#endif
