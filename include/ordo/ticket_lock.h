/* ticket_lock.h: the simplest fair lock: a waiter draws a number and waits until it is called. Its
 * waiters do not sleep. For sections of a few instructions between threads that run on CPUs of
 * their own; mcs_lock.h is as fair and scales better; elsewhere take mutex.h.
 *
 *     static ordo_ticket_lock lock = ORDO_TICKET_LOCK_INIT;
 *     {
 *         ORDO_TICKET_LOCK_GUARD(&lock);    // until the end of the block; see scope.h
 *         ...
 *     }
 *
 * ORDO_TICKET_LOCK(T) owns its data, as ORDO_MUTEX(T) does.
 *
 * Size: 8 bytes. All zero bytes are an unlocked lock. (Mellor-Crummey and Scott, Algorithms for
 *     scalable synchronization on shared-memory multiprocessors, 1991, section 2.2.)
 * Orderings: what one owner did happens before all that the next one does; no more. A failed
 *     try_lock orders nothing.
 * Waiting: all waiters look at the same word, which every locking and unlocking takes away from
 *     them: the price grows with their number. A waiter looks ordo_spin_limit times with a hint in
 *     between, and from then on gives up its CPU in between: without that, on a machine with fewer
 *     CPUs than waiters, all would wait for one that is not running. No allocation, no system call
 *     but that.
 * Progress: blocking. try_lock and unlock never wait.
 * Fairness: first come, first served, in the order of the drawing of numbers. try_lock takes
 *     nobody's turn: it succeeds only if nobody has the lock or waits for it.
 * Misuse: unlock of a lock that is not locked aborts. Unlock by a thread that is not the owner is
 *     not noticed. Locking twice in one thread waits for ever. At most 2^32 - 1 threads at once.
 * Timed: no. A number that was drawn has to be served.
 * Signals: a handler may only try_lock a lock that the thread it interrupts may hold.
 * Fork: a lock that another thread held at the fork stays locked in the child, but for those that
 *     went through the fork_ functions.
 * Sharing: works in memory that processes share.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as an owner that knows
 *     itself to be the last has unlocked: unlock does not touch it after the release.
 */
#ifndef ORDO_TICKET_LOCK_H
#define ORDO_TICKET_LOCK_H

#include "ordo/atomic.h"
#include "ordo/misuse.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("ticket lock") ordo_ticket_lock {
    ordo_atomic_u64 state;
} ordo_ticket_lock;

#define ORDO_TICKET_LOCK_INIT { ORDO_ATOMIC_INIT(0) }

void ordo_ticket_lock_lock(ordo_ticket_lock *lock) ORDO_ACQUIRES(*lock);

/* Locks it if it is not locked; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_ticket_lock_try_lock(ordo_ticket_lock *lock)
    ORDO_TRIES(true, *lock);

void ordo_ticket_lock_unlock(ordo_ticket_lock *lock) ORDO_RELEASES(*lock);

/* For pthread_atfork: before a fork, and after it in the parent and in the child. */
void ordo_ticket_lock_fork_prepare(ordo_ticket_lock *lock) ORDO_ACQUIRES(*lock);
void ordo_ticket_lock_fork_parent(ordo_ticket_lock *lock) ORDO_RELEASES(*lock);
void ordo_ticket_lock_fork_child(ordo_ticket_lock *lock) ORDO_RELEASES(*lock);

/* Locks now, unlocks at the end of the enclosing block. */
#define ORDO_TICKET_LOCK_GUARD(lock)                                                               \
    ordo_ticket_lock *ORDO_SCOPE_NAME(ordo_guard)                                                  \
        __attribute__((cleanup(ordo_ticket_lock_guard_end), unused)) =                             \
            ordo_ticket_lock_guard_start(lock)

static inline ordo_ticket_lock *ordo_ticket_lock_guard_start(ordo_ticket_lock *lock)
    ORDO_ASSERTS(*lock);

ORDO_NOT_ANALYSED static inline ordo_ticket_lock *ordo_ticket_lock_guard_start(
    ordo_ticket_lock *lock)
{
    ordo_ticket_lock_lock(lock);
    return lock;
}

ORDO_NOT_ANALYSED static inline void ordo_ticket_lock_guard_end(ordo_ticket_lock **guard)
{
    if (*guard != 0)
        ordo_ticket_lock_unlock(*guard);
    *guard = 0;
}

/* A ticket lock and the data that it protects. */
#define ORDO_TICKET_LOCK(T)                                                                        \
    struct {                                                                                       \
        ordo_ticket_lock lock;                                                                     \
        T data;                                                                                    \
    }

/* Runs the statement that follows with `name` pointing to the owner's data, locked. Leaving it by
 * break, return or goto unlocks too. Evaluates `owner` once for the lock and once for the data. */
#define ORDO_TICKET_LOCK_SCOPE(name, owner)                                                        \
    ORDO_TICKET_LOCK_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_TICKET_LOCK_SCOPE_(guard, name, owner)                                                \
    for (ordo_ticket_lock *guard __attribute__((cleanup(ordo_ticket_lock_guard_end))) =            \
             ordo_ticket_lock_guard_start(&(owner)->lock);                                         \
         guard != 0; ordo_ticket_lock_guard_end(&guard))                                           \
        for (__typeof__(&(owner)->data) name = &(owner)->data; name != 0; name = 0)

#ifdef __cplusplus
}
#endif
#endif
