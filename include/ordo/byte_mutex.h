/* byte_mutex.h: a mutex of one byte, for where there are very many: its waiters are in the parking
 * lot (parking_lot.h).
 *
 *     static ordo_byte_mutex mutex = ORDO_BYTE_MUTEX_INIT;
 *     {
 *         ORDO_BYTE_MUTEX_GUARD(&mutex);    // until the end of the block; see scope.h
 *         ...
 *     }
 *
 * Size: 1 byte, at any address. All zero bytes are an unlocked mutex. The lot's table is 16 KB for
 *     the process; nothing is allocated.
 * States: bit 0 locked; bit 1 somebody is parked in the lot, or was just woken.
 * Orderings: what one owner did happens before all that the next one does; no more. A failed
 *     try_lock or lock_until orders nothing.
 * Waiting: a waiter spins for ordo_spin_limit hints, unless others sleep already, then sleeps.
 *     Without contention a lock and an unlock are a compare-exchange each.
 * Fairness: eventual. A thread that comes by may take the lock before one that was just woken, but
 *     about every half to one millisecond an unlock hands it to who waits for longest.
 * Misuse: unlock of a mutex that is not locked aborts. Unlock by a thread that is not the owner is
 *     not noticed; locking twice in one thread waits for ever.
 * Signals: not safe in a handler, but for try_lock.
 * Fork: a mutex that another thread held at the fork stays locked in the child, but for those that
 *     went through the fork_ functions.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as an owner that knows
 *     itself to be the last has unlocked, even while an earlier owner is still in its unlock: after
 *     the byte is written there is only the lot's queue, which uses the address as a number.
 * Source: F. Pizlo, "Locking in WebKit" (2016); Rust's crate parking_lot.
 */
#ifndef ORDO_BYTE_MUTEX_H
#define ORDO_BYTE_MUTEX_H

#include "ordo/atomic.h"
#include "ordo/clock.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("mutex") ordo_byte_mutex {
    ordo_atomic_u8 state;
} ordo_byte_mutex;

#define ORDO_BYTE_MUTEX_INIT { ORDO_ATOMIC_INIT(0) }

void ordo_byte_mutex_lock(ordo_byte_mutex *mutex) ORDO_ACQUIRES(*mutex);

/* Locks it if it is not locked; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_byte_mutex_try_lock(ordo_byte_mutex *mutex)
    ORDO_TRIES(true, *mutex);

/* Locks it and returns 0, or returns ETIMEDOUT once the deadline of ordo_clock_now has passed. A
 * mutex that is not locked is locked even if the deadline is in the past. */
__attribute__((warn_unused_result)) int ordo_byte_mutex_lock_until(ordo_byte_mutex *mutex,
                                                                   uint64_t deadline)
    ORDO_TRIES(0, *mutex);

void ordo_byte_mutex_unlock(ordo_byte_mutex *mutex) ORDO_RELEASES(*mutex);

/* For pthread_atfork: before a fork, and after it in the parent and in the child. */
void ordo_byte_mutex_fork_prepare(ordo_byte_mutex *mutex) ORDO_ACQUIRES(*mutex);
void ordo_byte_mutex_fork_parent(ordo_byte_mutex *mutex) ORDO_RELEASES(*mutex);
void ordo_byte_mutex_fork_child(ordo_byte_mutex *mutex) ORDO_RELEASES(*mutex);

/* Locks now, unlocks at the end of the enclosing block. */
#define ORDO_BYTE_MUTEX_GUARD(mutex)                                                               \
    ordo_byte_mutex *ORDO_SCOPE_NAME(ordo_guard)                                                   \
        __attribute__((cleanup(ordo_byte_mutex_guard_end), unused)) =                              \
            ordo_byte_mutex_guard_start(mutex)

static inline ordo_byte_mutex *ordo_byte_mutex_guard_start(ordo_byte_mutex *mutex)
    ORDO_ASSERTS(*mutex);

ORDO_NOT_ANALYSED static inline ordo_byte_mutex *
ordo_byte_mutex_guard_start(ordo_byte_mutex *mutex)
{
    ordo_byte_mutex_lock(mutex);
    return mutex;
}

ORDO_NOT_ANALYSED static inline void ordo_byte_mutex_guard_end(ordo_byte_mutex **guard)
{
    ordo_byte_mutex_unlock(*guard);
}

#ifdef __cplusplus
}
#endif
#endif
