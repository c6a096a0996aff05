/* mcs_lock.h: the queue lock of Mellor-Crummey and Scott: fair, and each waiter looks at a word of
 * its own, which is written once, so that a crowd of waiters costs the owner nothing. Its waiters
 * do not sleep. For short sections between threads that run on CPUs of their own; elsewhere take
 * mutex.h, or slim_reader_writer_lock.h, whose waiters queue in the same way and sleep.
 *
 *     static ordo_mcs_lock lock = ORDO_MCS_LOCK_INIT;
 *     {
 *         ORDO_MCS_LOCK_GUARD(&lock);       // until the end of the block; see scope.h
 *         ...
 *     }
 *
 *     struct ordo_mcs_node node;            // or with the node in sight
 *     ordo_mcs_lock_lock(&lock, &node);
 *     ...
 *     ordo_mcs_lock_unlock(&lock, &node);
 *
 * ORDO_MCS_LOCK(T) owns its data, as ORDO_MUTEX(T) does. (Mellor-Crummey and Scott, Algorithms for
 * scalable synchronization on shared-memory multiprocessors, 1991, section 2.4; Mara Bos, Rust
 * Atomics and Locks, chapter 10, Queue-based locks.)
 *
 * Size: 8 bytes, and 16 for the node, which each locking needs: the caller's, where it likes, but
 *     usually on its stack. The node is in use from lock to the return of unlock, and free then; it
 *     needs no initialisation, and lies still meanwhile. All zero bytes are an unlocked lock.
 * Orderings: what one owner did happens before all that the next one does; no more. A failed
 *     try_lock orders nothing.
 * Waiting: a waiter looks ordo_spin_limit times with a hint in between, and from then on gives up
 *     its CPU in between: without that, on a machine with fewer CPUs than waiters, all would wait
 *     for one that is not running. No allocation, no system call but that.
 * Progress: blocking. Unlock, too, waits for a thread that is about to queue up behind the caller:
 *     for two instructions, or until that thread runs again. try_lock never waits.
 * Fairness: first come, first served. try_lock takes nobody's turn: it succeeds only if nobody has
 *     the lock or waits for it.
 * Misuse: unlock with a node that does not own the lock aborts: unlocked twice, the node of another
 *     lock or owner. Locking twice in one thread waits for ever. A node used for two lockings at
 *     once is not noticed.
 * Timed: no. A node that is queued has to be served.
 * Signals: a handler may only try_lock a lock that the thread it interrupts may hold, with a node
 *     of its own.
 * Fork: a lock that another thread held at the fork stays locked in the child, but for those that
 *     went through the fork_ functions.
 * Sharing: between the threads of one process.
 * Destruction: needs none. The memory of the lock may be freed, or unmapped, as soon as an owner
 *     that knows itself to be the last has unlocked: unlock does not touch it after the release.
 */
#ifndef ORDO_MCS_LOCK_H
#define ORDO_MCS_LOCK_H

#include "ordo/atomic.h"
#include "ordo/misuse.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("MCS lock") ordo_mcs_lock {
    ordo_atomic_ptr tail;
} ordo_mcs_lock;

struct ordo_mcs_node {
    ordo_atomic_ptr next;
    ordo_atomic_ptr owned;
};

#define ORDO_MCS_LOCK_INIT { ORDO_ATOMIC_INIT(0) }

void ordo_mcs_lock_lock(ordo_mcs_lock *lock, struct ordo_mcs_node *node) ORDO_ACQUIRES(*lock);

/* Locks it if it is not locked; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_mcs_lock_try_lock(ordo_mcs_lock *lock,
                                                                struct ordo_mcs_node *node)
    ORDO_TRIES(true, *lock);

void ordo_mcs_lock_unlock(ordo_mcs_lock *lock, struct ordo_mcs_node *node) ORDO_RELEASES(*lock);

/* For pthread_atfork: before a fork, and after it in the parent and in the child. */
void ordo_mcs_lock_fork_prepare(ordo_mcs_lock *lock, struct ordo_mcs_node *node)
    ORDO_ACQUIRES(*lock);
void ordo_mcs_lock_fork_parent(ordo_mcs_lock *lock, struct ordo_mcs_node *node)
    ORDO_RELEASES(*lock);
void ordo_mcs_lock_fork_child(ordo_mcs_lock *lock, struct ordo_mcs_node *node)
    ORDO_RELEASES(*lock);

/* A node, and the lock that it is for, or NULL. */
struct ordo_mcs_guard {
    ordo_mcs_lock *lock;
    struct ordo_mcs_node node;
};

static inline struct ordo_mcs_guard *ordo_mcs_guard_start(struct ordo_mcs_guard *guard,
                                                          ordo_mcs_lock *lock) ORDO_ASSERTS(*lock);

ORDO_NOT_ANALYSED static inline struct ordo_mcs_guard *
ordo_mcs_guard_start(struct ordo_mcs_guard *guard, ordo_mcs_lock *lock)
{
    guard->lock = lock;
    ordo_mcs_lock_lock(lock, &guard->node);
    return guard;
}

ORDO_NOT_ANALYSED static inline void ordo_mcs_guard_end(struct ordo_mcs_guard *guard)
{
    if (guard->lock != 0)
        ordo_mcs_lock_unlock(guard->lock, &guard->node);
    guard->lock = 0;
}

/* Locks now, unlocks at the end of the enclosing block. */
#define ORDO_MCS_LOCK_GUARD(lock) ORDO_MCS_LOCK_GUARD_(ORDO_SCOPE_NAME(ordo_guard), lock)
#define ORDO_MCS_LOCK_GUARD_(guard, lock)                                                          \
    struct ordo_mcs_guard guard __attribute__((cleanup(ordo_mcs_guard_end)));                      \
    ordo_mcs_guard_start(&guard, lock)

/* An MCS lock and the data that it protects. */
#define ORDO_MCS_LOCK(T)                                                                           \
    struct {                                                                                       \
        ordo_mcs_lock lock;                                                                        \
        T data;                                                                                    \
    }

/* Runs the statement that follows with `name` pointing to the owner's data, locked. Leaving it by
 * break, return or goto unlocks too. Evaluates `owner` once for the lock and once for the data. */
#define ORDO_MCS_LOCK_SCOPE(name, owner)                                                           \
    ORDO_MCS_LOCK_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_MCS_LOCK_SCOPE_(guard, locked, name, owner)                                           \
    for (struct ordo_mcs_guard guard __attribute__((cleanup(ordo_mcs_guard_end))),                 \
                               *locked = ordo_mcs_guard_start(&guard, &(owner)->lock);             \
         locked->lock != 0; ordo_mcs_guard_end(locked))                                            \
        for (__typeof__(&(owner)->data) name = &(owner)->data; name != 0; name = 0)

#ifdef __cplusplus
}
#endif
#endif
